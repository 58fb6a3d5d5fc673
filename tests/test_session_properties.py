"""Whatever happens in an interview: no turn twice, nothing without an end."""

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interviewer.probe import Target
from interviewer.reply import _ASIDES
from interviewer.session import (
    ASKS_AGAIN,
    AnswerCandidate,
    Aside,
    AskProbe,
    AskQuestion,
    Hint,
    Invite,
    Plan,
    Redirect,
    State,
    Step,
    candidate_kind,
    fold,
    may_probe,
    next_step,
)
from interviewer.transcript import Turn
from tests.doubles import NOW, PERSONA

SAID = [
    *["In May I rewrote the parser myself, and errors fell by nine percent."] * 3,
    "I don't know.",
    "I'm stuck, can you give me a hint?",
    "Could you repeat that?",
    "Give me a moment, please.",
    "What do you mean by that, the launch or the plan?",
    "This is a stupid question.",
    "...",
    "What does the team work on?",
    "No questions, thank you.",
]
"""Turns of a candidate; most are answers."""

READINGS = ["open", "open", "open", "tiny", "off_topic", "same_story"]
PROBE = "Which figure did it improve by?"


@dataclass(frozen=True)
class Event:
    """What the candidate says, how it is read, and whether something is left to follow up on."""

    said: str
    reading: str
    minutes: float
    follow: bool


EVENTS = st.builds(
    Event,
    st.sampled_from(SAID),
    st.sampled_from(READINGS),
    st.floats(-10, 20),  # clocks are set back, too
    st.booleans(),
)
PLANS = st.builds(
    Plan,
    areas=st.just(("story",)),
    question_ids=st.sampled_from([("failure",), ("conflict", "failure"), tuple("abcd")]),
    most_probes=st.none() | st.integers(0, 6),
    minutes=st.sampled_from([1, 30, 1000]),
    question_minutes=st.sampled_from([1, 10, 1000]),
    candidate_questions=st.integers(0, 3),
)
PERSONAS = st.builds(
    lambda patience, hints, probes: PERSONA.model_copy(
        update={"patience": patience, "hints": hints, "probes": probes}
    ),
    st.integers(0, 3),
    st.integers(0, 2),
    st.integers(0, 4),
)
ANSWERS_ONLY = Event(SAID[0], "open", 1, True)


@dataclass
class Course:
    """An interview as the service would hold it, without a model."""

    plan: Plan
    persona: object
    turns: list[Turn] = field(default_factory=list)
    states: list[State] = field(default_factory=list)
    clock: object = NOW

    def go_on(self, event: Event) -> None:
        state = fold(self.plan, self.turns)
        self.states.append(state)
        if state.phase == "candidate":
            self.clock += timedelta(minutes=event.minutes)
            kind = candidate_kind(self.turns, event.said)
            self.add("candidate", kind, None if state.invited else state.question_id, event.said)
            return
        target = Target("gap", None, PROBE, PROBE, "Missing.") if event.follow else None
        before = may_probe(self.plan, self.persona, state)
        step = next_step(self.plan, self.persona, state, event.reading, target)
        assert before or not isinstance(step, AskProbe)
        self.add("interviewer", *self.said_as(step, state.question_id))

    def said_as(self, step: Step, question_id: str | None) -> tuple:
        match step:
            case AskQuestion(question_id=next_id):
                return "question", next_id
            case AskProbe():
                return "probe", question_id
            case Hint():
                return "hint", question_id
            case Redirect():
                return "redirect", question_id
            case Aside(move="same_story"):
                return "redirect", question_id, "Again?", "same_story"
            case Aside(move=move):
                return _ASIDES[move], question_id
            case Invite():
                return "invitation", None
            case AnswerCandidate(more=True):
                return "reply", None
        return "closing", None

    def add(self, speaker, kind, question_id, text="Well?", trigger=None) -> None:
        self.turns.append(
            Turn(
                seq=len(self.turns) + 1,
                speaker=speaker,
                kind=kind,
                text=text,
                question_id=question_id,
                trigger=trigger,
                at=self.clock,
            )
        )

    @property
    def over(self) -> bool:
        return fold(self.plan, self.turns).phase == "finished"


@given(PLANS, PERSONAS, st.lists(EVENTS, max_size=60))
@settings(max_examples=300, deadline=None, derandomize=True, database=None)
def test_any_course_of_an_interview_is_sound(plan, persona, events):
    course = Course(plan, persona)
    for event in events:
        if course.over:
            break
        course.go_on(event)
        _hold_what_always_holds(course)
    most = plan.most_probes if plan.most_probes is not None else persona.probes
    bound = 2 * (len(plan.question_ids) * (most + persona.patience + persona.hints + 2) + 8)
    for _ in range(bound):
        if course.over:
            break
        course.go_on(ANSWERS_ONLY)
        _hold_what_always_holds(course)
    assert course.over, "who only answers comes to the end"
    with pytest.raises(ValueError, match="not the interviewer's turn"):
        next_step(plan, persona, fold(plan, course.turns), "open", None)


def _hold_what_always_holds(course: Course) -> None:
    plan, persona, turns = course.plan, course.persona, course.turns
    # Turns alternate, and each number is taken once.
    assert [turn.seq for turn in turns] == list(range(1, len(turns) + 1))
    speakers = ["interviewer", "candidate"]
    assert all(turn.speaker == speakers[place % 2] for place, turn in enumerate(turns))
    # The plan's questions come in their order, none twice.
    asked = [turn.question_id for turn in turns if turn.kind == "question"]
    assert asked == list(plan.question_ids[: len(asked)])
    # Follow-ups, hints and patience have their bounds.
    state = fold(plan, turns)
    assert state.probes <= (persona.probes if plan.most_probes is None else plan.most_probes)
    assert state.hints <= persona.hints
    again = [t for t in turns if t.kind in ASKS_AGAIN and t.trigger is None]
    assert len([t for t in again if t.question_id == state.question_id]) <= persona.patience
    assert state.replies <= plan.candidate_questions
    assert sum(turn.kind == "invitation" for turn in turns) <= 1
    # What comes later changes nothing of what was: each prefix folds as it did then.
    last = len(course.states) - 1
    assert fold(plan, turns[:last]) == course.states[last]
    assert course.states[max(last - 1, 0)].number <= state.number
    if any(turn.kind == "closing" for turn in turns[:-1]):
        raise AssertionError("something was said after the end")
