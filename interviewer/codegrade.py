"""Levels from what the code does: the tests, the measured growth, the figures. Pure; no model.

What was not measured has no level: code that isn't run here is graded by its figures alone.
"""

from collections.abc import Sequence
from typing import Literal

from interviewer.coding import CodeEntry, Figures, RunResult, submission
from interviewer.growth import ORDER, claimed, contradicts, verdict
from interviewer.rubric import Coding, Complexity, Level, Question, Strict

Subject = Literal["correctness", "efficiency", "maintainability"]


class CodeSubject(Strict):
    """One thing that submitted code is graded on."""

    id: Subject
    title: str
    weight: float
    bar: str
    """What the bar looks like."""


SUBJECTS = (
    CodeSubject(
        id="correctness",
        title="Code: correctness, from the tests",
        weight=3.0,
        bar="At least three quarters of the tests pass.",
    ),
    CodeSubject(
        id="efficiency",
        title="Code: efficiency, from the measured growth",
        weight=2.0,
        bar="The time grows as a good solution's does.",
    ),
    CodeSubject(
        id="maintainability",
        title="Code: maintainability, from its figures",
        weight=1.0,
        bar="A few remarks at most, and no function that branches over ten times.",
    ),
)
MOST_BRANCHES = 10
"""Cyclomatic complexity from which a function is hard to follow."""


class CodeGrade(Strict):
    """One subject of one submission."""

    subject: Subject
    level: Level | None
    """None: it was not measured."""
    found: str
    """What was measured, in words."""


class CodeReport(Strict):
    """What the report shows of the code of one question."""

    question_id: str
    entry: CodeEntry
    claim: Complexity | None
    grades: tuple[CodeGrade, ...]
    submissions: int


def code_report(
    question: Question, entries: Sequence[CodeEntry], said: Sequence[str]
) -> CodeReport | None:
    """The last submission, graded; None where nothing was submitted."""
    entry = submission(entries, question.id)
    if entry is None or question.coding is None:
        return None
    before = [
        one
        for one in entries
        if one.question_id == question.id and one.kind == "submit" and one.at < entry.at
    ]
    claim = claimed(said)
    return CodeReport(
        question_id=question.id,
        entry=entry,
        claim=claim,
        grades=(
            _correctness(entry.result, any(_failed(one.result) for one in before)),
            _efficiency(question.coding, entry, claim),
            _maintainability(entry),
        ),
        submissions=len(before) + 1,
    )


def _failed(result: RunResult | None) -> bool:
    """Whether it was run and missed a case; who submits right code again has not tried twice."""
    return result is not None and not result.all_passed


def _correctness(result: RunResult | None, tried_before: bool) -> CodeGrade:
    if result is None:
        return _grade("correctness", None, "The code was not run.")
    share = result.passed / len(result.cases)
    words = f"{result.passed} of {len(result.cases)} tests passed"
    if share == 1:
        level: Level = 4 if tried_before else 5
        return _grade("correctness", level, f"{words}{', at a second try' * tried_before}.")
    families = sorted({case.family for case in result.cases if case.family and not case.passed})
    missed = f"; it fails on {', '.join(families)}" if families else ""
    return _grade(
        "correctness", 3 if share >= 0.75 else 2 if share >= 0.5 else 1, f"{words}{missed}."
    )


def _efficiency(coding: Coding, entry: CodeEntry, claim: Complexity | None) -> CodeGrade:
    if entry.fit is None or coding.growth is None or entry.fit.best is None:
        note = entry.fit.note if entry.fit else "its growth was not measured"
        return _grade("efficiency", None, f"Not clear: {note}.")
    wants, fit = coding.growth.wants, entry.fit
    words = f"The time grows like {fit.best}; a good solution needs {wants}"
    if claim is not None:
        words += f"; you claimed {claim}"
    judged = verdict(fit, wants)
    if judged == "slower than wanted":
        apart = min(ORDER.index(one) for one in fit.possible) - ORDER.index(wants)
        return _grade("efficiency", 2 if apart <= 3 else 1, f"{words}.")
    wrong = claim is not None and contradicts(fit, claim)
    return _grade("efficiency", 3 if wrong else 5 if claim else 4, f"{words}.")


def _maintainability(entry: CodeEntry) -> CodeGrade:
    figures = entry.figures
    if figures is None:
        return _grade("maintainability", None, "The code was not read.")
    if entry.language == "cpp":
        return _grade("maintainability", None, _of_compiler(entry.result, figures))
    if figures.complexity is None:
        return _grade("maintainability", 1, "The code is not valid Python.")
    remarks = len(figures.remarks)
    level = 5 if not remarks else 4 if remarks <= 3 else 3 if remarks <= 7 else 2
    if figures.complexity > MOST_BRANCHES:
        level = min(level, 3 if figures.complexity <= 2 * MOST_BRANCHES else 2)
    where = f" in {figures.complex_at}" if figures.complex_at else ""
    words = (
        f"{remarks} remarks of the linter; cyclomatic complexity {figures.complexity}{where}; "
        f"maintainability index {figures.maintainability:g} of 100; {figures.lines} lines."
    )
    return _grade("maintainability", level, words)


def _of_compiler(result: RunResult | None, figures: Figures) -> str:
    """No level: a compiler warns of mistakes, and says nothing of how the code reads."""
    if result is None:
        return "The C++ was not compiled."
    return f"{len(figures.remarks)} warnings of the C++ compiler; {figures.lines} lines."


def _grade(subject: Subject, level: int | None, found: str) -> CodeGrade:
    return CodeGrade.model_validate({"subject": subject, "level": level, "found": found})
