"""Answers from a file, graded."""

import argparse
import asyncio
import json
from pathlib import Path

from interviewer.batch import grade_file
from interviewer.cli.commands import Commands
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    grade = commands.add_parser("grade", help="grade answers, one JSON object a line")
    grade.add_argument("--rubric", required=True, metavar="AREA|PATH")
    grade.add_argument("--responses", type=Path, required=True, metavar="IN.jsonl")
    grade.add_argument("--out", type=Path, required=True, metavar="OUT.jsonl")
    grade.set_defaults(run=_grade)


def _grade(arguments: argparse.Namespace, settings: Settings) -> int:
    counted = asyncio.run(
        grade_file(arguments.rubric, arguments.responses, arguments.out, settings)
    )
    print(json.dumps(counted))
    return 0
