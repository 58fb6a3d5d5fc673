"""Levels from stored submissions, made by hand."""

from datetime import timedelta

import pytest

from interviewer.codegrade import code_report
from interviewer.coding import CaseResult, CodeEntry, Figures, RunResult
from interviewer.growth import Point, fit
from interviewer.rubric import Question
from tests.doubles import CODING, NOW

WANTED = {"given": "n", "run": "double(given)", "wants": "n"}
QUESTION = Question.model_validate(
    {"id": "q", "text": "Double them.", "coding": {**CODING, "growth": WANTED}}
)
LINEAR = fit([Point(n=2**i, seconds=1e-6 * 2**i) for i in range(4, 14)])
SQUARE = fit([Point(n=2**i, seconds=1e-8 * 4**i) for i in range(6, 14)])
CLEAN = Figures(complexity=2, complex_at="double", maintainability=90.0, lines=5)


def submitted(passed=5, family="negative values", at=0, **more):
    cases = [
        CaseResult(
            status="passed" if n < passed else "failed",
            hidden=n > 1,
            family=family if n > 1 else None,
        )
        for n in range(5)
    ]
    values = {
        "question_id": "q",
        "kind": "submit",
        "code": "def double(numbers):\n    return [2 * one for one in numbers]\n",
        "at": NOW + timedelta(minutes=at),
        "result": RunResult(kind="submit", language="python", cases=tuple(cases)),
        "fit": LINEAR,
        "figures": CLEAN,
        **more,
    }
    return CodeEntry(**values)


def levels(*entries, said=()):
    report = code_report(QUESTION, entries, said)
    assert report is not None
    return tuple(grade.level for grade in report.grades)


def test_without_a_submission_there_is_nothing_to_grade():
    draft = submitted().model_copy(update={"kind": "draft"})
    assert code_report(QUESTION, [draft], ()) is None


@pytest.mark.parametrize(("passed", "level"), [(5, 5), (4, 3), (3, 2), (1, 1), (0, 1)])
def test_correctness_comes_from_the_tests(passed, level):
    assert levels(submitted(passed))[0] == level


def test_a_second_try_costs_the_top_level():
    assert levels(submitted(3), submitted(5, at=1))[0] == 4


def test_right_code_that_is_submitted_again_keeps_its_level():
    assert levels(submitted(5), submitted(5, at=1))[0] == 5
    assert levels(submitted(result=None), submitted(5, at=1))[0] == 5
    assert levels(submitted(3), submitted(5, at=1), submitted(5, at=2))[0] == 4


def test_efficiency_comes_from_the_fit_and_the_claim():
    assert levels(submitted(), said=["It is O(n)."])[1] == 5
    assert levels(submitted())[1] == 4, "nothing was claimed"
    assert levels(submitted(), said=["It is O(n^2) time."])[1] == 3
    assert levels(submitted(fit=SQUARE))[1] == 2


def test_what_was_not_measured_has_no_level():
    assert levels(submitted(result=None, fit=None)) == (None, None, 5)
    assert levels(submitted(fit=fit([])))[1] is None


def test_maintainability_comes_from_the_figures():
    assert levels(submitted(figures=Figures(lines=1)))[2] == 1
    tangled = CLEAN.model_copy(update={"complexity": 14})
    assert levels(submitted(figures=tangled))[2] == 3
