"""The course of an interview follows from its stored turns alone."""

import random
from collections.abc import Sequence

import pytest
from pydantic import ValidationError

from interviewer.probe import Target
from interviewer.rubric import Check
from interviewer.session import (
    AskProbe,
    AskQuestion,
    Close,
    Plan,
    Redirect,
    State,
    fold,
    may_probe,
    next_step,
)
from interviewer.transcript import Turn
from tests.doubles import PERSONA


def _gap(check: Check) -> Target:
    return Target("gap", check, check.ask, check.probe, "Missing.")


PLAN = Plan(
    areas=("story",), question_ids=("failure", "conflict"), most_probes=2, candidate_questions=0
)


@pytest.fixture
def target(rubric):
    return _gap(rubric.checks["own_part"])


@pytest.fixture
def told(turn):
    """Turns from a short notation: a word for each turn, with its question or check."""

    def tell(notation: str) -> list[Turn]:
        turns, question = [], None
        for seq, word in enumerate(notation.split(), 1):
            kind, _, more = word.partition(":")
            question = more if kind == "question" else question
            check = more if kind == "probe" else None
            turns.append(turn(seq, kind, question_id=question, check_id=check))
        return turns

    return tell


Q, A = "question:failure", "answer"

FOLDED = [
    ("", State("interviewer")),
    (Q, State("candidate", "failure", 1)),
    (f"{Q} {A}", State("interviewer", "failure", 1)),
    (f"{Q} {A} probe:scene", State("candidate", "failure", 1, 1, 0, frozenset({"scene"}))),
    (
        f"{Q} {A} probe:scene {A} probe:own_part {A}",
        State("interviewer", "failure", 1, 2, 0, frozenset({"scene", "own_part"})),
    ),
    (f"{Q} {A} redirect", State("candidate", "failure", 1, 0, 1)),
    (f"{Q} {A} redirect {A} redirect {A}", State("interviewer", "failure", 1, 0, 2)),
    (
        f"{Q} {A} redirect {A} probe:scene {A}",
        State("interviewer", "failure", 1, 1, 1, frozenset({"scene"})),
    ),
    (f"{Q} {A} probe:scene {A} question:conflict", State("candidate", "conflict", 2)),
    (f"{Q} {A} redirect {A} question:conflict {A}", State("interviewer", "conflict", 2)),
    (f"{Q} {A} closing", State("finished", "failure", 1)),
    (f"{Q} closing", State("finished", "failure", 1)),
]


@pytest.mark.parametrize(("notation", "state"), FOLDED)
def test_fold(told, notation, state):
    assert fold(PLAN, told(notation)) == state


FIRST = AskQuestion("failure", first=True)
SECOND = AskQuestion("conflict", first=False)
LEFT = AskQuestion("conflict", first=False, why="left")

# state, gate, whether there is a target, the step
STEPS = [
    (State("interviewer"), "open", False, FIRST),
    (State("interviewer", "failure", 1), "open", True, "probe"),
    (State("interviewer", "failure", 1), "open", False, SECOND),
    (State("interviewer", "failure", 1, 1), "open", True, "probe"),
    (State("interviewer", "failure", 1, 2), "open", True, SECOND),
    (State("interviewer", "failure", 1), "tiny", False, Redirect("tiny")),
    (State("interviewer", "failure", 1), "orders", True, Redirect("orders")),
    (State("interviewer", "failure", 1, 0, 1), "empty", False, Redirect("empty")),
    (State("interviewer", "failure", 1, 0, PERSONA.patience), "tiny", False, LEFT),
    (State("interviewer", "failure", 1, 0, PERSONA.patience), "tiny", True, LEFT),
    # Redirects are no follow-ups, and follow-ups no redirects.
    (State("interviewer", "failure", 1, 0, PERSONA.patience), "open", True, "probe"),
    (State("interviewer", "failure", 1, 2, 0), "echo", True, Redirect("echo")),
    (State("interviewer", "conflict", 2), "open", False, Close()),
    (State("interviewer", "conflict", 2, 2), "open", True, Close()),
    (State("interviewer", "conflict", 2, 0, PERSONA.patience), "unreadable", False, Close()),
    (State("interviewer", "conflict", 2), "unreadable", False, Redirect("unreadable")),
]


@pytest.mark.parametrize(("state", "gate", "aimed", "step"), STEPS)
def test_next_step(target, state, gate, aimed, step):
    found = next_step(PLAN, PERSONA, state, gate, target if aimed else None)
    assert found == (AskProbe(target) if step == "probe" else step)


@pytest.mark.parametrize("phase", ["candidate", "finished"])
def test_no_step_out_of_turn(phase):
    with pytest.raises(ValueError, match=phase):
        next_step(PLAN, PERSONA, State(phase, "failure", 1), "open", None)


@pytest.mark.parametrize(("most", "probes", "may"), [(0, 0, False), (2, 1, True), (2, 2, False)])
def test_may_probe(most, probes, may):
    plan = Plan(areas=("story",), question_ids=("failure",), most_probes=most)
    assert may_probe(plan, PERSONA, State("interviewer", "failure", 1, probes)) is may


@pytest.mark.parametrize(
    "values",
    [
        {"question_ids": ()},
        {"question_ids": ("a",), "most_probes": -1},
        {"question_ids": ("a",), "most_probes": 7},
        {"question_ids": ("a",), "pace": 1},
    ],
)
def test_plan_that_can_not_be(values):
    with pytest.raises(ValidationError):
        Plan(areas=("story",), **values)


def test_plan_with_one_question_twice_ends(turn):
    try:
        plan = Plan(areas=("story",), question_ids=("failure", "failure"), candidate_questions=0)
    except ValidationError:
        return
    turns: list[Turn] = []
    while len(turns) < 20:
        step = next_step(plan, PERSONA, fold(plan, turns), "open", None)
        if isinstance(step, Close):
            return
        turns += [turn(len(turns) + 1, "question"), turn(len(turns) + 2, "answer")]
    pytest.fail("it never closes")


def _random_run(seed: int, plan: Plan, turn, checks: Sequence, known: list) -> list[Turn]:
    """One interview with random gates and targets; ``known`` takes what was decided and why."""
    chance = random.Random(seed)
    turns: list[Turn] = []
    while True:
        state = fold(plan, turns)
        gate = chance.choice(["open", "open", "open", "tiny", "echo", "orders"])
        left = [check for check in checks if check.id not in state.probed]
        check = chance.choice([*left, None])
        target = _gap(check) if check else None
        step = next_step(plan, PERSONA, state, gate, target)
        known.append((len(turns), state, gate, target, step))
        seq = len(turns) + 1
        match step:
            case AskQuestion(question_id=question_id):
                turns.append(turn(seq, "question", question_id=question_id))
            case AskProbe(target=aim):
                check_id, asked = aim.check.id, state.question_id
                turns.append(turn(seq, "probe", question_id=asked, check_id=check_id))
            case Redirect():
                turns.append(turn(seq, "redirect", question_id=state.question_id))
            case Close():
                return [*turns, turn(seq, "closing", question_id=None)]
        turns.append(turn(seq + 1, "answer", question_id=turns[-1].question_id))


@pytest.mark.parametrize("seed", range(30))
def test_any_run_keeps_its_rules_and_can_be_taken_up_anywhere(rubric, turn, seed):
    plan = Plan(
        areas=("story",),
        question_ids=("success", "failure", "conflict"),
        most_probes=seed % 4,
        candidate_questions=0,
    )
    known: list = []
    turns = _random_run(seed, plan, turn, list(rubric.checks.values()), known)
    asked = [one.question_id for one in turns if one.kind == "question"]
    assert asked == list(plan.question_ids)
    assert fold(plan, turns).phase == "finished"
    for question_id in plan.question_ids:
        own = [one for one in turns if one.question_id == question_id]
        probes = [one.check_id for one in own if one.kind == "probe"]
        assert len(probes) <= plan.most_probes
        assert len(set(probes)) == len(probes)
        assert sum(one.kind == "redirect" for one in own) <= PERSONA.patience
    assert [one.speaker for one in turns[:-1]] == ["interviewer", "candidate"] * (len(turns) // 2)
    # After a crash only the stored turns are there.
    for length, state, gate, target, step in known:
        stored = [Turn.model_validate_json(one.model_dump_json()) for one in turns[:length]]
        assert fold(plan, stored) == state
        assert next_step(plan, PERSONA, fold(plan, stored), gate, target) == step
    for length in range(1, len(turns)):
        phase = fold(plan, turns[:length]).phase
        assert phase == ("candidate" if length % 2 else "interviewer")
