"""The rubric files: checked, counted, described."""

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from interviewer.cli.commands import Commands
from interviewer.content import content_folder, load_calibration, load_content, load_rubric
from interviewer.errors import ContentError
from interviewer.rubric import Rubric
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
    schema = actions.add_parser("schema", help="print the JSON schema of rubric files")
    schema.set_defaults(run=_schema)


def _stats(_: argparse.Namespace, settings: Settings) -> int:
    columns = ("criteria", "checks", "questions", "of the seed", "key points", "calibration")
    print(f"| area | {' | '.join(columns)} |\n|{' --- |' * (len(columns) + 1)}")
    for rubric in load_content(settings.rubrics_dir).rubrics.values():
        answers = content_folder("rubrics") / "calibration" / f"{rubric.area}.yaml"
        counts = (
            len(rubric.criteria) + bool(rubric.principle_grading) + bool(rubric.key_point_grading),
            len(rubric.checks),
            len(rubric.questions),
            sum(question.source == "seed" for question in rubric.questions),
            sum(len(question.key_points) for question in rubric.questions),
            len(load_calibration(answers).answers) if answers.exists() else 0,
        )
        print(f"| {rubric.area} | {' | '.join(map(str, counts))} |")
    return 0


def _schema(_: argparse.Namespace, __: Settings) -> int:
    print(json.dumps(Rubric.model_json_schema(), indent=2))
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    if not arguments.paths:
        content = load_content(settings.rubrics_dir)
        rubrics = list(content.rubrics.values())
        print(f"{len(content.prompts)} prompts: sound")
    else:
        rubrics = _each(arguments.paths)
    for rubric in rubrics:
        counts = (len(rubric.criteria), len(rubric.checks), len(rubric.questions))
        print(
            f"{rubric.area}: sound; {counts[0]} criteria, {counts[1]} checks, {counts[2]} questions"
        )
    return 0


def _each(paths: Sequence[Path]) -> list[Rubric]:
    """The rubrics of all files; one error that tells every broken one's faults."""
    rubrics, faults = [], []
    for path in paths:
        try:
            rubrics.append(load_rubric(path))
        except ContentError as error:
            faults.append(str(error))
    if faults:
        raise ContentError("\n".join(faults))
    return rubrics
