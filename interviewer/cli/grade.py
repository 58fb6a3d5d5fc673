"""Answers from a file: graded, and the scale fitted to one's own scores."""

import argparse
import asyncio
import json
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

from interviewer.batch import Response, grade_file, open_round, print_step, read_lines
from interviewer.calibration import Fits, Held
from interviewer.cli.commands import AREAS, Commands
from interviewer.collecting import ShortAnswer, collect, collect_short
from interviewer.content import Content, load_calibration_of, load_content
from interviewer.errors import InterviewerError
from interviewer.evaluation.scored import chosen, read_scored, short_name
from interviewer.fitting import Row
from interviewer.llm import Model
from interviewer.recalibrate import fit_shipped, fits_path, recalibrate, with_own_fits
from interviewer.rubric import CalibrationAnswer
from interviewer.runtime import EMBEDDED_LABEL, open_model
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    grade = commands.add_parser("grade", help="grade answers, one JSON object a line")
    grade.add_argument(
        "--rubric",
        required=True,
        metavar="AREA|PATH",
        help=f"an area ({AREAS}, or one of your own), or a rubric file",
    )
    grade.add_argument(
        "--responses",
        type=Path,
        required=True,
        metavar="IN.jsonl",
        help='answers, each with "id", "question" and "answer", and "key_points" where the '
        "question is none of the rubric's",
    )
    grade.add_argument(
        "--out",
        type=Path,
        required=True,
        metavar="OUT.jsonl",
        help="the grades, a line for each answer; what the file holds is overwritten",
    )
    grade.set_defaults(run=_grade)

    calibrate = commands.add_parser(
        "calibrate", help="fit the scale of grade to answers that you scored yourself"
    )
    calibrate.add_argument(
        "--rubric", metavar="AREA|PATH", help=f"an area ({AREAS}), or a rubric file"
    )
    what = calibrate.add_mutually_exclusive_group(required=True)
    what.add_argument(
        "--responses", type=Path, metavar="SCORED.jsonl", help='answers, each with "score": 0..1'
    )
    what.add_argument(
        "--signals",
        type=Path,
        metavar="SIGNALS.jsonl",
        help="print the fit that ships, from these and replies.jsonl and slips.jsonl by them",
    )
    what.add_argument(
        "--collect",
        type=Path,
        metavar="SIGNALS.jsonl",
        help="judge the calibration answers and add what the judge says; goes on where it stopped",
    )
    calibrate.add_argument(
        "--questions", type=int, default=1, metavar="N", help="of each area, with --collect"
    )
    calibrate.add_argument(
        "--scored",
        type=Path,
        metavar="FILE",
        help="with --collect: short answers that people have scored, instead, as evaluate takes "
        "them; each question has one key point with examples",
    )
    calibrate.add_argument("--sample", type=int, metavar="N", help="of the scored answers")
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
    if arguments.collect:
        return asyncio.run(_collect(arguments, settings))
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


async def _collect(arguments: argparse.Namespace, settings: Settings) -> int:
    path: Path = arguments.collect
    done = {row.answer for row in read_lines(path, Row)} if path.exists() else set()
    content = load_content(settings.rubrics_dir)
    model, embedded = open_model(settings, print_step)
    try:
        with path.open("a", encoding="utf-8") as out:
            async for rows in _judged(arguments, content, model, done):
                for row in rows:
                    out.write(row.model_dump_json(exclude_defaults=True) + "\n")
                out.flush()
                print(f"{rows[0].answer}: {len(rows)} findings", file=sys.stderr)
    except OSError as error:
        raise InterviewerError(
            f"{path}: can't be written ({error}); free room or name another file"
        ) from error
    finally:
        await model.close()
        if embedded is not None:
            embedded.stop()
    return 0


async def _judged(
    arguments: argparse.Namespace, content: Content, model: Model, done: set[str]
) -> AsyncIterator[list[Row]]:
    if arguments.scored:
        async for row in collect_short(content, model, _short_answers(arguments), done):
            yield [row]
        return
    answers = [
        (area, answer)
        for area in ([arguments.rubric] if arguments.rubric else content.rubrics)
        for answer in _first(load_calibration_of(area).answers, arguments.questions)
    ]
    async for rows in collect(content, model, answers, done):
        yield rows


def _short_answers(arguments: argparse.Namespace) -> list[ShortAnswer]:
    """The scored answers, named as evaluate names its questions."""
    path: Path = arguments.scored
    found = chosen(read_scored(path), (), arguments.sample, 0)
    group = short_name(path)
    answers = []
    for item in found.items:
        claims = Response(
            id="", question=item.question, key_points=item.key_points, answer=""
        ).claims
        if len(claims) != 1:
            raise InterviewerError(
                f"{path}: item {item.id} has {len(claims)} key points; give it one"
            )
        answers += [
            ShortAnswer(
                group=f"{group} {item.id}",
                name=f"{group} {item.id}/{one.id}",
                question=item.question,
                claim=claims[0],
                text=one.text,
                score=item.truth(one),
            )
            for one in item.answers
        ]
    return answers


def _first(answers: Sequence[CalibrationAnswer], questions: int) -> list[CalibrationAnswer]:
    """The answers to the first so many questions."""
    ids = list(dict.fromkeys(answer.question for answer in answers))[:questions]
    return [answer for answer in answers if answer.question in ids]


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
