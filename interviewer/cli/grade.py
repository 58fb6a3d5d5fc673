"""Answers from a file: graded, and the scale fitted to one's own scores."""

import argparse
import asyncio
import json
import sys
from pathlib import Path

from interviewer.batch import grade_file, open_round, print_step
from interviewer.calibration import Fits, Held
from interviewer.cli.commands import Commands
from interviewer.content import Content, load_content
from interviewer.errors import InterviewerError
from interviewer.recalibrate import fit_shipped, fits_path, recalibrate, with_own_fits
from interviewer.runtime import EMBEDDED_LABEL, open_model
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    grade = commands.add_parser("grade", help="grade answers, one JSON object a line")
    grade.add_argument("--rubric", required=True, metavar="AREA|PATH")
    grade.add_argument("--responses", type=Path, required=True, metavar="IN.jsonl")
    grade.add_argument("--out", type=Path, required=True, metavar="OUT.jsonl")
    grade.set_defaults(run=_grade)

    calibrate = commands.add_parser(
        "calibrate", help="fit the scale of grade to answers that you scored yourself"
    )
    calibrate.add_argument("--rubric", metavar="AREA|PATH")
    what = calibrate.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--responses", type=Path, metavar="SCORED.jsonl", help='answers, each with "score": 0..1'
    )
    what.add_argument(
        "--signals", type=Path, metavar="SIGNALS.jsonl", help="print the fit that ships, from these"
    )
    calibrate.set_defaults(run=_calibrate)


def _grade(arguments: argparse.Namespace, settings: Settings) -> int:
    content = load_content(settings.rubrics_dir)
    area, _ = open_round(arguments.rubric, content)
    content = with_own_fits(content, settings.data_dir, area)
    counted = asyncio.run(
        grade_file(arguments.rubric, arguments.responses, arguments.out, settings, content)
    )
    print(json.dumps(counted))
    return 0


def _calibrate(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.signals:
        print(fit_shipped(arguments.signals, EMBEDDED_LABEL).model_dump_json(indent=2))
        return 0
    if not arguments.rubric:
        raise InterviewerError("calibrate --responses needs --rubric: an area or a file")
    content = load_content(settings.rubrics_dir)
    area, fits, held = asyncio.run(_fit(arguments, settings, content))
    print("| fit | measure | fitted | as shipped | answers | kept |\n|" + " --- |" * 6)
    for name, one in held.items():
        kept = "yes" if one.fitted < one.unfitted else "no"
        numbers = f"{one.fitted:.4f} | {one.unfitted:.4f} | {one.answers}"
        print(f"| {name} | {one.measure}, questions left out | {numbers} | {kept} |")
    if any(one.fitted < one.unfitted for one in held.values()):
        print(f"kept in {_keep(fits, fits_path(settings.data_dir, area))}; grade uses it from now")
    else:
        print("nothing is kept: on unseen questions no fit did better than what is in force")
    return 0


async def _fit(
    arguments: argparse.Namespace, settings: Settings, content: Content
) -> tuple[str, Fits, dict[str, Held]]:
    model, embedded = open_model(settings, print_step)
    try:
        return await recalibrate(arguments.rubric, arguments.responses, content, model)
    finally:
        await model.close()
        if embedded is not None:
            embedded.stop()


def _keep(fits: Fits, path: Path) -> Path:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(fits.model_dump_json(indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise InterviewerError(
            f"{path}: can't be written ({error}); set INTERVIEWER_DATA_DIR to a folder that can"
        ) from error
    print(f"fitted on {fits.sources[-1].answers} answers", file=sys.stderr)
    return path
