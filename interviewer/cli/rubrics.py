"""The rubric files: checked, counted, described."""

import argparse
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from interviewer.cli.commands import Commands
from interviewer.content import check_file, load_calibrations, load_content, rubric_folders
from interviewer.errors import ContentError
from interviewer.persona import Persona
from interviewer.rubric import Calibration, Extension, Rubric
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    rubrics = commands.add_parser("rubrics", help="look after the rubric files")
    actions = rubrics.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="explain every mistake in rubric and prompt files")
    check.add_argument("paths", nargs="*", type=Path, help="rubric files; default: all in use")
    check.set_defaults(run=_check)
    stats = actions.add_parser("stats", help="count what each rubric file holds")
    stats.set_defaults(run=_stats)
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
    columns = ("criteria", "checks", "questions", "of the seed", "key points", "calibration")
    print(f"| area | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
    rubrics = load_content(settings.rubrics_dir).rubrics
    calibrations = load_calibrations(rubrics, *rubric_folders(settings.rubrics_dir))
    for rubric in rubrics.values():
        answers = calibrations.get(rubric.area)
        counts = (
            len(rubric.criteria) + bool(rubric.principle_grading) + bool(rubric.key_point_grading),
            len(rubric.checks),
            len(rubric.questions),
            sum(question.source == "seed" for question in rubric.questions),
            sum(len(question.key_points) for question in rubric.questions),
            len(answers.answers) if answers else 0,
        )
        print(f"| {rubric.area} | {' | '.join(map(str, counts))} |")
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
