"""A candidate's code: run against the cases of a coding question."""

import argparse
import asyncio
from collections.abc import Iterator
from pathlib import Path

from interviewer.cli.commands import Commands, read_text
from interviewer.coding import CaseResult, RunResult
from interviewer.content import load_content
from interviewer.errors import ContentError
from interviewer.rubric import Coding
from interviewer.runtime import open_bench
from interviewer.settings import Settings

AREA = "coding"


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    code = commands.add_parser("code", help="run code against a coding question's tests")
    code.add_argument("action", choices=["run", "submit"], help="the visible tests, or all")
    code.add_argument("question", help="the question's id; rubrics/coding.yaml has them")
    code.add_argument("file", type=Path)
    code.set_defaults(run=_code)


def _code(arguments: argparse.Namespace, settings: Settings) -> int:
    coding = _coding(settings, arguments.question)
    text = read_text(arguments.file)
    bench = open_bench(settings)
    run = bench.run_visible if arguments.action == "run" else bench.submit
    result = asyncio.run(run("shell", coding, text))
    print("\n".join(lines(result)))
    if bench.why_no_numpy:
        print(f"note: {bench.why_no_numpy}")
    return 0 if result.all_passed else 1


def _coding(settings: Settings, question_id: str) -> Coding:
    rubric = load_content(settings.rubrics_dir).rubric(AREA)
    known = {question.id: question.coding for question in rubric.questions if question.coding}
    coding = known.get(question_id)
    if coding is None:
        raise ContentError(f"no coding question {question_id!r}; there are: {', '.join(known)}")
    if not coding.runs:
        raise ContentError(f"{question_id} is graded by reading; its code is not run")
    return coding


def lines(result: RunResult) -> Iterator[str]:
    """A result for the terminal."""
    for number, case in enumerate(result.cases, 1):
        yield f"{number}. {case.status}: {_asked(case)}"
        if case.status == "failed" and not case.hidden:
            yield f"   expected {case.expected}, got {case.got}"
        if case.message:
            where = f"line {case.line}: " if case.line else ""
            yield f"   {where}{case.message}"
        yield from (f"   | {line}" for line in case.output.splitlines())
    yield f"{result.passed} of {len(result.cases)} tests passed"


def _asked(case: CaseResult) -> str:
    return f"hidden, {case.family}" if case.hidden else str(case.run)
