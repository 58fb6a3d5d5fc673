"""The rubric files: checked, counted, described."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, get_args

from pydantic import TypeAdapter

from interviewer.cli.commands import Commands
from interviewer.content import (
    check_file,
    load_calibrations,
    load_content,
    load_guide,
    rubric_folders,
)
from interviewer.errors import ContentError
from interviewer.persona import Persona
from interviewer.rubric import Calibration, Difficulty, Extension, Rubric
from interviewer.settings import Settings
from interviewer.trace import to_table


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    rubrics = commands.add_parser("rubrics", help="look after the rubric files")
    actions = rubrics.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="explain every mistake in rubric and prompt files")
    check.add_argument("paths", nargs="*", type=Path, help="rubric files; default: all in use")
    check.set_defaults(run=_check)
    stats = actions.add_parser("stats", help="count what each rubric file holds")
    stats.set_defaults(run=_stats)
    trace = actions.add_parser("trace", help="show what each sentence of the guide became")
    trace.set_defaults(run=_trace)
    schema = actions.add_parser("schema", help="print the JSON schema of a kind of file")
    schema.add_argument("kind", nargs="?", choices=_KINDS, default="any")
    schema.set_defaults(run=_schema)


_KINDS: Mapping[str, Any] = {
    "area": Rubric,
    "extension": Extension,
    "calibration": Calibration,
    "persona": Persona,
    "any": Rubric | Extension | Calibration,
}
"""The files that are written by hand, and the models they are read as."""


def _stats(_: argparse.Namespace, settings: Settings) -> int:
    rubrics = load_content(settings.rubrics_dir).rubrics
    calibrations = load_calibrations(rubrics, *rubric_folders(settings.rubrics_dir))
    rows = [_stats_of(one, calibrations.get(one.area)) for one in rubrics.values()]
    total = {name: sum(row[name] for row in rows) for name in rows[0]}
    print(f"| area | {' | '.join(total)} |\n|{' --- |' * (len(total) + 1)}")
    for area, row in zip([*rubrics, "all"], [*rows, total], strict=True):
        print(f"| {area} | {' | '.join(map(str, row.values()))} |")
    return 0


def _stats_of(rubric: Rubric, calibration: Calibration | None) -> dict[str, int]:
    questions = rubric.questions
    code = [question.coding for question in questions if question.coding]
    hard = [question.difficulty for question in questions]
    return {
        "criteria": len(rubric.criteria)
        + bool(rubric.principle_grading)
        + bool(rubric.key_point_grading),
        "checks": len(rubric.checks),
        "of them graded everywhere": sum(
            len(one.everywhere.checks) for one in rubric.criteria if one.everywhere
        ),
        "examples": sum(len(one.meets) + len(one.misses) for one in rubric.checks.values()),
        "principles": len(rubric.principles),
        "topics": len(rubric.topics),
        "questions": len(questions),
        "of the guide": sum(question.source == "seed" for question in questions),
        **{name.replace("_", " "): hard.count(name) for name in get_args(Difficulty)},
        "key points": sum(len(question.key_points) for question in questions),
        "common errors": sum(len(question.common_errors) for question in questions),
        "own probes": sum(len(question.probes) for question in questions),
        "coding tests": sum(len(one.visible) + len(one.hidden) for one in code),
        "solutions": sum(len(one.solutions) for one in code),
        "wrong solutions": sum(len(one.wrong) for one in code),
        "calibration answers": len(calibration.answers) if calibration else 0,
    }


def _trace(_: argparse.Namespace, settings: Settings) -> int:
    print(to_table(load_guide(), load_content(settings.rubrics_dir).rubrics))
    return 0


def _schema(arguments: argparse.Namespace, _: Settings) -> int:
    print(json.dumps(TypeAdapter(_KINDS[arguments.kind]).json_schema(), indent=2))
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.paths:
        found = _each(arguments.paths, settings)
    else:
        content = load_content(settings.rubrics_dir)
        folders = rubric_folders(settings.rubrics_dir)
        print(f"{len(content.prompts)} prompts: sound")
        print(f"{len(content.personas)} personas: sound")
        found = [
            *content.rubrics.values(),
            *load_calibrations(content.rubrics, *folders).values(),
        ]
    for one in found:
        print(_counts(one))
    return 0


def _counts(one: Rubric | Calibration) -> str:
    if isinstance(one, Calibration):
        return f"{one.area}: sound; {len(one.answers)} calibration answers"
    counts = (len(one.criteria), len(one.checks), len(one.questions))
    return f"{one.area}: sound; {counts[0]} criteria, {counts[1]} checks, {counts[2]} questions"


def _each(paths: Sequence[Path], settings: Settings) -> list[Rubric | Calibration]:
    """What all files hold; one error that tells every broken one's faults."""
    rubrics = load_content(settings.rubrics_dir).rubrics
    found, faults = [], []
    for path in paths:
        try:
            found.append(check_file(path, rubrics))
        except ContentError as error:
            faults.append(str(error))
    if faults:
        raise ContentError("\n".join(faults))
    return found
