"""The course of an interview: a pure state machine over the stored turns.

State is never kept: it is folded from the turns each time, so that what happened and what
comes next can't disagree, whatever was killed in between.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Self

from pydantic import Field, model_validator

from interviewer import pace
from interviewer.background import Background
from interviewer.coding import CodeEntry
from interviewer.gates import Gate
from interviewer.judgement import Dispute, Judgement
from interviewer.moves import asks_nothing, read_move
from interviewer.persona import Persona
from interviewer.probe import Target
from interviewer.process import Seat
from interviewer.pushback import CHALLENGES
from interviewer.rubric import Strict
from interviewer.transcript import Turn, TurnKind

DEFAULT_PERSONA = "peer_scientist"

Phase = Literal["interviewer", "candidate", "finished"]
Reading = Gate | Literal["off_topic", "same_story"]
"""What the last answer holds: a gate's word, or what only a look at its content tells."""

ASKS_AGAIN = frozenset({"redirect", "steer", "boundary", "nudge"})
"""Kinds of turns that ask again; a persona's patience counts them together."""


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
    minutes: float = Field(default=60, gt=0)
    """The candidate's time in this round; then the interviewer comes to the end."""
    question_minutes: float = Field(default=25, gt=0)
    """The candidate's time on one question; then the interviewer moves on."""
    candidate_questions: int = Field(default=2, ge=0, le=3)
    """Questions that the candidate may ask at the end."""

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
    code: tuple[CodeEntry, ...] = ()
    """What was written in the editor, oldest first."""

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
    hints: int = 0
    """Hints given in this question."""
    last: TurnKind = "answer"
    """What the candidate's last turn is."""
    invited: bool = False
    """Whether the candidate was handed over to."""
    replies: int = 0
    """Questions of the candidate's that were answered at the end."""
    question_over: bool = False
    """Whether the time for this question is used up."""
    round_over: bool = False
    """Whether the time for the round is used up."""


@dataclass(frozen=True)
class AskQuestion:
    """Ask this question of the plan."""

    question_id: str
    first: bool
    why: Literal["answered", "left", "time"] = "answered"
    """Why the question before is done."""


@dataclass(frozen=True)
class AskProbe:
    """Follow up on the last answer."""

    target: Target


@dataclass(frozen=True)
class Redirect:
    """Ask again: the last answer holds nothing to judge."""

    gate: Gate


@dataclass(frozen=True)
class Aside:
    """Answer a turn that is no answer."""

    move: TurnKind | Literal["same_story"]


@dataclass(frozen=True)
class Hint:
    """Help on who is stuck."""


@dataclass(frozen=True)
class Invite:
    """Let the candidate ask."""

    time_up: bool


@dataclass(frozen=True)
class AnswerCandidate:
    """Answer what the candidate asks at the end."""

    more: bool
    """Whether another question may follow."""


@dataclass(frozen=True)
class Close:
    """End the interview."""


Step = AskQuestion | AskProbe | Redirect | Aside | Hint | Invite | AnswerCandidate | Close


def candidate_kind(turns: Sequence[Turn], text: str) -> TurnKind:
    """What a turn of the candidate with this text is, after these turns."""
    invited = any(turn.kind == "invitation" for turn in turns)
    if invited:
        return "no_question" if asks_nothing(text) else "candidate_question"
    return read_move(text)


def fold(plan: Plan, turns: Sequence[Turn]) -> State:
    """The state after these turns."""
    if not turns:
        return State(phase="interviewer")
    asked = [turn for turn in turns if turn.kind == "question"]
    question_id = asked[-1].question_id if asked else None
    own = [turn for turn in turns if not asked or turn.seq >= asked[-1].seq]
    heard = [turn for turn in turns if turn.speaker == "candidate"]
    last = turns[-1]
    phase: Phase = "interviewer" if last.speaker == "candidate" else "candidate"
    return State(
        phase="finished" if last.kind == "closing" else phase,
        question_id=question_id,
        number=plan.question_ids.index(question_id) + 1 if question_id else 0,
        probes=sum(turn.kind == "probe" for turn in own),
        redirects=sum(turn.kind in ASKS_AGAIN and turn.trigger is None for turn in own),
        probed=frozenset(turn.check_id for turn in own if turn.kind == "probe" and turn.check_id),
        hints=sum(turn.kind == "hint" for turn in own),
        last=heard[-1].kind if heard else "answer",
        invited=any(turn.kind == "invitation" for turn in turns),
        replies=sum(turn.kind == "reply" for turn in turns),
        question_over=pace.minutes(own) >= plan.question_minutes,
        round_over=pace.minutes(turns) >= plan.minutes,
    )


def challenges_so_far(turns: Sequence[Turn]) -> tuple[int, int]:
    """How many follow-ups were asked in this interview, and how many of them challenged."""
    asked = [turn.trigger for turn in turns if turn.kind == "probe"]
    return len(asked), sum(trigger in CHALLENGES for trigger in asked)


def hinted(turns: Sequence[Turn], question_id: str) -> frozenset[str | None]:
    """What the candidate needed a hint for in this question.

    Check ids; None stands for the question itself. A grade that was helped is worth less.
    """
    return frozenset(
        turn.check_id for turn in turns if turn.kind == "hint" and turn.question_id == question_id
    )


def most_probes(plan: Plan, persona: Persona) -> int:
    """The follow-ups that one question may have."""
    return persona.probes if plan.most_probes is None else plan.most_probes


def may_probe(plan: Plan, persona: Persona, state: State) -> bool:
    """Whether a follow-up is left for the current question."""
    return state.probes < most_probes(plan, persona) and not (
        state.question_over or state.round_over
    )


def next_step(
    plan: Plan, persona: Persona, state: State, reading: Reading, target: Target | None
) -> Step:
    """What the interviewer does now; ValueError when it isn't the interviewer's turn."""
    if state.phase != "interviewer":
        raise ValueError(f"it is not the interviewer's turn: {state.phase}")
    if state.invited:
        if state.last == "candidate_question" and state.replies < plan.candidate_questions:
            return AnswerCandidate(more=state.replies + 1 < plan.candidate_questions)
        return Close()
    stay = _stay(plan, persona, state, reading, target) if state.question_id else None
    return stay or _move_on(plan, state, reading)


def _stay(
    plan: Plan, persona: Persona, state: State, reading: Reading, target: Target | None
) -> Step | None:
    """The step that stays with the question; None: it is done."""
    over = state.question_over or state.round_over
    patient = state.redirects < persona.patience and not over
    follow_up = AskProbe(target) if target and may_probe(plan, persona, state) else None
    step: Step | None
    match state.last, reading:
        case ("repeat_request" | "pause_request" | "clarifying_question") as move, _:
            step = None if over else Aside(move)
        case ("off_topic" | "rude" | "silence") as move, _:
            step = Aside(move) if patient else None
        case "stuck" | "dont_know", _:
            # "I don't know" to a follow-up is an answer of its kind: no hint is pressed on.
            wanted = state.last == "stuck" or not state.probes
            step = Hint() if wanted and state.hints < persona.hints and not over else follow_up
        case _, "same_story":
            step = Aside("same_story")
        case _, "off_topic":
            step = Aside("off_topic") if patient else None
        case _, "open":
            step = follow_up
        case _:
            step = Redirect(reading) if patient else None
    return step


def _move_on(plan: Plan, state: State, reading: Reading) -> Step:
    if state.number < len(plan.question_ids) and not state.round_over:
        answered = state.last == "answer" and reading in {"open", "same_story"}
        why: Literal["answered", "left", "time"] = "answered" if answered else "left"
        return AskQuestion(
            plan.question_ids[state.number],
            first=state.number == 0,
            why="time" if state.question_over else why,
        )
    return Invite(state.round_over) if plan.candidate_questions else Close()
