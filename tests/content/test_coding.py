"""Every solution and every wrong solution of coding.yaml, run in the box as a candidate's is."""

import json
from pathlib import Path
from typing import Any

import pytest

from interviewer.bench import Bench
from interviewer.coding import CaseResult
from interviewer.content import load_rubric
from interviewer.rubric import Question, Solution

ROOT = Path(__file__).parent.parent.parent
RUBRIC = load_rubric(ROOT / "rubrics" / "coding.yaml")
CODED = [question for question in RUBRIC.questions if question.coding]
RUN = [question for question in CODED if question.coding and question.coding.runs]


@pytest.fixture(scope="module")
def bench() -> Bench:
    opened = Bench.open([ROOT])
    assert opened.can_run, opened.why_not
    return opened


async def failures(bench: Bench, question: Question, code: str) -> list[CaseResult]:
    assert question.coding
    result = await bench.submit("test", question.coding, code)
    return [case for case in result.cases if not case.passed]


def _pairs(kind: str, questions: list[Question]) -> list[Any]:
    return [
        pytest.param(question, one, id=f"{question.id}-{n}")
        for question in questions
        for n, one in enumerate(getattr(question.coding, kind), 1)
    ]


@pytest.mark.parametrize(("question", "solution"), _pairs("solutions", RUN))
async def test_solution_passes_every_case(
    bench: Bench, question: Question, solution: Solution
) -> None:
    assert not await failures(bench, question, solution.code)


@pytest.mark.parametrize(("question", "solution"), _pairs("wrong", RUN))
async def test_wrong_solution_fails_a_hidden_case(
    bench: Bench, question: Question, solution: Solution
) -> None:
    failed = await failures(bench, question, solution.code)
    assert any(case.hidden for case in failed), "no hidden case catches it"
    assert all(case.status in {"failed", "error"} for case in failed)


@pytest.mark.parametrize("kind", ["solutions", "wrong"])
def test_what_is_not_run_compiles(kind: str) -> None:
    for question in CODED:
        for solution in getattr(question.coding, kind):
            compile(solution.code, question.id, "exec")


@pytest.mark.parametrize("question", [pytest.param(one, id=one.id) for one in CODED])
def test_question_is_complete(question: Question) -> None:
    coding = question.coding
    assert coding
    runs = [case.run for case in coding.visible + coding.hidden]
    assert len(set(runs)) == len(runs), "a case is given twice"
    for run in runs:
        compile(run, question.id, "eval")
    compile(coding.signature, question.id, "exec")
    for case in coding.visible + coding.hidden:
        json.dumps(case.expect, allow_nan=False)
    assert len(coding.visible) >= 2
    assert len(coding.hidden) >= 4
    assert len({solution.note for solution in coding.solutions}) >= 2
    assert len(question.key_points) >= 4
    assert all(point.right and point.wrong for point in question.key_points)
    assert len(question.probes) == 2
    assert question.topics


@pytest.mark.parametrize("question", [pytest.param(q, id=q.id) for q in RUN])
async def test_the_bare_signature_solves_nothing(bench: Bench, question: Question) -> None:
    assert question.coding
    failed = await failures(bench, question, question.coding.signature)
    assert any(case.hidden for case in failed)


def test_the_bank_is_complete() -> None:
    assert all(question.coding for question in RUBRIC.questions)
    assert len(RUBRIC.questions) >= 30
    own = [question for question in RUBRIC.questions if question.source == "own"]
    for topic, fewest in (("data_structures", 8), ("algorithms", 10), ("ml_implementation", 8)):
        assert sum(topic in question.topics for question in own) >= fewest, topic
    assert sum(question.source == "seed" for question in RUBRIC.questions) == 3
