"""The shell: everything the page does, without a page."""

import argparse
import asyncio
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from interviewer import __version__, weights
from interviewer.batch import grade_file
from interviewer.content import content_folder, load_calibration, load_content, load_rubric
from interviewer.errors import ContentError, InterviewerError
from interviewer.interview import QUESTIONS, View
from interviewer.report import to_markdown
from interviewer.rubric import Rubric
from interviewer.runtime import Runtime, open_runtime
from interviewer.settings import Settings, from_environment


def main(argv: Sequence[str] | None = None) -> int:
    """Runs one command; 0 when it worked, 1 when it didn't, 2 for wrong usage."""
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments, from_environment()))
    except InterviewerError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m interviewer", description="A mock interviewer for the AWS science loop."
    )
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="open the page")
    serve.set_defaults(run=_serve)

    interview = commands.add_parser("interview", help="hold an interview with answers from a file")
    interview.add_argument("--area", default="behavioral")
    interview.add_argument(
        "--answers", type=Path, required=True, help="answers separated by a line ---"
    )
    interview.add_argument("--questions", type=int, default=QUESTIONS, help="how many")
    interview.add_argument("--first", metavar="ID", help="the question to begin with")
    interview.add_argument("--json", action="store_true", help="print the report as JSON")
    interview.set_defaults(run=_interview)

    grade = commands.add_parser("grade", help="grade answers, one JSON object a line")
    grade.add_argument("--rubric", required=True, metavar="AREA|PATH")
    grade.add_argument("--responses", type=Path, required=True, metavar="IN.jsonl")
    grade.add_argument("--out", type=Path, required=True, metavar="OUT.jsonl")
    grade.set_defaults(run=_grade)

    rubrics = commands.add_parser("rubrics", help="look after the rubric files")
    actions = rubrics.add_subparsers(required=True, metavar="ACTION")
    check = actions.add_parser("check", help="explain every mistake in rubric and prompt files")
    check.add_argument("paths", nargs="*", type=Path, help="rubric files; default: all in use")
    check.set_defaults(run=_check)
    stats = actions.add_parser("stats", help="count what each rubric file holds")
    stats.set_defaults(run=_stats)
    schema = actions.add_parser("schema", help="print the JSON schema of rubric files")
    schema.set_defaults(run=_schema)

    model = commands.add_parser("model", help="look after the embedded model's file")
    model.add_argument("action", choices=["fetch", "verify"])
    model.set_defaults(run=_model)
    return parser


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from interviewer.ui.server import serve  # noqa: PLC0415 - the page's libraries take a second to import

    serve(settings)
    return 0


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


def _model(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.action == "fetch":
        with weights.terminal_progress() as progress:
            print(weights.fetch(settings.cache_dir, progress=progress))
    else:
        print(f"{weights.verify(settings.cache_dir)}: sound")
    return 0


def _interview(arguments: argparse.Namespace, settings: Settings) -> int:
    try:
        text = arguments.answers.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(f"{arguments.answers}: can't be read ({error})") from error
    answers = [part.strip() for part in ("\n" + text + "\n").split("\n---\n")]
    return asyncio.run(_hold(arguments, settings, [one for one in answers if one]))


async def _hold(arguments: argparse.Namespace, settings: Settings, answers: list[str]) -> int:
    with weights.terminal_progress() as progress:
        runtime = open_runtime(settings, patience=0, progress=progress)
        return await _converse(arguments, runtime, answers)


async def _converse(arguments: argparse.Namespace, runtime: Runtime, answers: list[str]) -> int:
    try:
        service = runtime.service
        interview_id = service.start(arguments.area, arguments.questions, arguments.first)
        view = await service.settled(interview_id)
        _say(view, after=0)
        for answer in answers:
            if view.state.phase == "finished":
                print("(the interview is over; the answers left are not used)", file=sys.stderr)
                break
            seen = view.last_seq
            service.answer(interview_id, answer, seen)
            view = await _replied(runtime, interview_id)
            _say(view, after=seen)
        if view.state.phase != "finished":
            seen = view.last_seq
            service.finish(interview_id)
            _say(service.view(interview_id), after=seen)
        view = await service.settled(interview_id)
        if view.problem:
            print(f"error: {view.problem}", file=sys.stderr)
        report = service.report(interview_id)
        print(report.model_dump_json(indent=2) if arguments.json else to_markdown(report))
        return 1 if view.problem else 0
    finally:
        await runtime.close()


async def _replied(runtime: Runtime, interview_id: str) -> View:
    async for view in runtime.service.follow(interview_id):
        if view.state.phase != "interviewer":
            return view
    raise InterviewerError(f"{view.problem} Your answers are stored.")


def _say(view: View, after: int) -> None:
    """Prints what was said after turn ``after``, away from the report on standard output."""
    for turn in view.interview.turns:
        if turn.seq > after:
            who = "Interviewer" if turn.speaker == "interviewer" else "You"
            print(f"\n{who}: {turn.text}", file=sys.stderr, flush=True)


def _grade(arguments: argparse.Namespace, settings: Settings) -> int:
    counted = asyncio.run(
        grade_file(arguments.rubric, arguments.responses, arguments.out, settings)
    )
    print(json.dumps(counted))
    return 0
