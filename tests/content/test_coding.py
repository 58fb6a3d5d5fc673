"""Runs every solution and every wrong solution of coding.yaml against its cases.

Each piece of code runs in a subprocess of its own with all cases of its question; a case is a
Python expression evaluated after the code. Code that can't run here (runs: false) must compile.
"""

import json
import math
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from interviewer.content import load_rubric
from interviewer.rubric import Case, Question, Solution

RUBRIC = load_rubric(Path(__file__).parent.parent.parent / "rubrics" / "coding.yaml")
CODED = [question for question in RUBRIC.questions if question.coding]
TIMEOUT = 10.0
TOLERANCE = 1e-6

RUNNER = """
import json, sys
task = json.load(sys.stdin)
for expression in task["runs"]:
    # Fresh names for each case: a candidate's module state must not leak into the next one.
    names = {"__name__": "candidate"}
    try:
        exec(compile(task["code"], "candidate.py", "exec"), names)
        value = json.loads(json.dumps(eval(expression, names), allow_nan=False))
        print(json.dumps({"value": value}), flush=True)
    except BaseException as error:
        print(json.dumps({"error": f"{type(error).__name__}: {error}"}), flush=True)
"""


def same(got: Any, expected: Any) -> bool:
    """Equal as JSON, numbers within TOLERANCE; True is not 1."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return got is expected
    if isinstance(expected, (int, float)):
        return isinstance(got, (int, float)) and math.isclose(
            got, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE
        )
    if isinstance(expected, list):
        return (
            isinstance(got, list)
            and len(got) == len(expected)
            and all(same(one, other) for one, other in zip(got, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and got.keys() == expected.keys()
            and all(same(got[key], value) for key, value in expected.items())
        )
    return type(got) is type(expected) and bool(got == expected)


def failures(solution: Solution, cases: tuple[Case, ...]) -> list[str]:
    """What each failing case asked, wanted and got."""
    task = json.dumps({"code": solution.code, "runs": [case.run for case in cases]})
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", RUNNER],
            input=task,
            capture_output=True,
            text=True,
            timeout=TIMEOUT,
            check=False,
        )
        lines = done.stdout.splitlines()
    except subprocess.TimeoutExpired as error:
        lines = (error.stdout or b"").decode().splitlines()
    found = []
    for i, case in enumerate(cases):
        reply = json.loads(lines[i]) if i < len(lines) else {"error": "no reply (timeout or crash)"}
        if "value" not in reply or not same(reply["value"], case.expect):
            found.append(f"{case.run} -> {reply}, expected {case.expect}")
    return found


def _pairs(kind: str) -> list[Any]:
    return [
        pytest.param(question, one, id=f"{question.id}-{n}")
        for question in CODED
        for n, one in enumerate(getattr(question.coding, kind), 1)
    ]


@pytest.mark.parametrize(("question", "solution"), _pairs("solutions"))
def test_solution_passes_every_case(question: Question, solution: Solution) -> None:
    assert question.coding
    compile(solution.code, question.id, "exec")
    if question.coding.runs:
        assert not failures(solution, question.coding.visible + question.coding.hidden)


@pytest.mark.parametrize(("question", "solution"), _pairs("wrong"))
def test_wrong_solution_fails_a_hidden_case(question: Question, solution: Solution) -> None:
    assert question.coding
    compile(solution.code, question.id, "exec")
    if question.coding.runs:
        missed_visible = failures(solution, question.coding.visible)
        if missed_visible:
            print(f"{question.id}: also fails {len(missed_visible)} visible case(s)")
        assert failures(solution, question.coding.hidden), "no hidden case catches it"


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
    assert 1 <= len(question.common_errors) <= 3
    assert len(question.probes) == 2
    assert question.topics


@pytest.mark.parametrize("question", [pytest.param(q, id=q.id) for q in CODED if q.coding.runs])
def test_the_bare_signature_solves_nothing(question: Question) -> None:
    assert question.coding
    starter = Solution(note="starter", code=question.coding.signature)
    assert failures(starter, question.coding.hidden)


def test_the_bank_is_complete() -> None:
    assert all(question.coding for question in RUBRIC.questions)
    assert len(RUBRIC.questions) >= 30
    own = [question for question in RUBRIC.questions if question.source == "own"]
    for topic, fewest in (("data_structures", 8), ("algorithms", 10), ("ml_implementation", 8)):
        assert sum(topic in question.topics for question in own) >= fewest, topic
    assert sum(question.source == "seed" for question in RUBRIC.questions) == 3
