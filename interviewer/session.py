"""The course of an interview: a pure state machine over the stored turns.

State is never kept: it is folded from the turns each time, so that what happened and what
comes next can't disagree, whatever was killed in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from interviewer.background import Background
from interviewer.gates import Gate
from interviewer.judgement import Dispute, Judgement
from interviewer.persona import Persona
from interviewer.probe import Target
from interviewer.process import Seat
from interviewer.rubric import Strict
from interviewer.transcript import Turn

Phase = Literal["interviewer", "candidate", "finished"]

DEFAULT_PERSONA = "peer_scientist"


class Plan(Strict):
    """What was agreed at the start; it doesn't change during the interview."""

    areas: tuple[str, ...] = Field(min_length=1)
    """The areas whose questions are asked, in their order."""
    question_ids: tuple[str, ...] = Field(min_length=1)
    persona: str = DEFAULT_PERSONA
    background: Background = Background()
    """What a pasted job description or résumé said; nothing unless one was pasted."""
    most_probes: int | None = Field(default=None, ge=0, le=6)
    """Follow-ups to one question; None: as many as the persona asks."""

    seat: Seat | None = None
    """Which round of the process it is, and for which job; None: practice outside of it."""
    again_of: str | None = None
    """The interview of which one question is answered again."""

    @model_validator(mode="after")
    def _asks_nothing_twice(self) -> Self:
        if len(set(self.question_ids)) < len(self.question_ids):
            raise ValueError(f"a question is planned twice: {self.question_ids}")
        return self


class Interview(Strict):
    """Everything that is kept of one interview."""

    id: str
    created_at: datetime
    plan: Plan
    turns: tuple[Turn, ...]
    judgements: tuple[Judgement, ...]
    disputes: tuple[Dispute, ...] = ()

    @property
    def all_judgements(self) -> tuple[Judgement, ...]:
        """The judgements, and those of disputes that the candidate won."""
        won = (one.judgement for one in self.disputes if one.judgement.shown)
        return (*self.judgements, *won)


@dataclass(frozen=True)
class State:
    """Where an interview stands."""

    phase: Phase
    question_id: str | None = None
    number: int = 0
    """Position of the current question in the plan, from 1; 0 before the first."""
    probes: int = 0
    redirects: int = 0
    probed: frozenset[str] = frozenset()
    """Checks that were probed for in this question."""


@dataclass(frozen=True)
class AskQuestion:
    """Ask this question of the plan."""

    question_id: str
    first: bool


@dataclass(frozen=True)
class AskProbe:
    """Follow up on the last answer."""

    target: Target


@dataclass(frozen=True)
class Redirect:
    """Ask again: the last answer holds nothing to judge."""

    gate: Gate


@dataclass(frozen=True)
class Close:
    """End the interview."""


Step = AskQuestion | AskProbe | Redirect | Close


def fold(plan: Plan, turns: Sequence[Turn]) -> State:
    """The state after these turns."""
    if not turns:
        return State(phase="interviewer")
    question_id, number, probes, redirects, probed = None, 0, 0, 0, set[str]()
    for turn in turns:
        if turn.kind == "question":
            question_id, probes, redirects, probed = turn.question_id, 0, 0, set()
            number = plan.question_ids.index(question_id) + 1 if question_id else number
        elif turn.kind == "probe":
            probes += 1
            probed |= {turn.check_id} if turn.check_id else set()
        elif turn.kind == "redirect":
            redirects += 1
    last = turns[-1]
    if last.kind == "closing":
        phase: Phase = "finished"
    else:
        phase = "interviewer" if last.speaker == "candidate" else "candidate"
    return State(phase, question_id, number, probes, redirects, frozenset(probed))


def may_probe(plan: Plan, persona: Persona, state: State) -> bool:
    """Whether a follow-up is left for the current question."""
    most = persona.probes if plan.most_probes is None else plan.most_probes
    return state.probes < most


def next_step(
    plan: Plan, persona: Persona, state: State, gate: Gate, target: Target | None
) -> Step:
    """What the interviewer does now; ValueError when it isn't the interviewer's turn."""
    if state.phase != "interviewer":
        raise ValueError(f"it is not the interviewer's turn: {state.phase}")
    if state.question_id is not None:
        if gate != "open" and state.redirects < persona.patience:
            return Redirect(gate)
        if gate == "open" and target is not None and may_probe(plan, persona, state):
            return AskProbe(target)
    if state.number < len(plan.question_ids):
        return AskQuestion(plan.question_ids[state.number], first=state.number == 0)
    return Close()
