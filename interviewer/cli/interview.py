"""An interview with answers from a file."""

import argparse
import asyncio
import sys
from pathlib import Path

from interviewer import weights
from interviewer.cli.commands import Commands
from interviewer.errors import InterviewerError
from interviewer.interview import QUESTIONS, View
from interviewer.report import to_markdown
from interviewer.runtime import Runtime, open_runtime
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    interview = commands.add_parser("interview", help="hold an interview with answers from a file")
    interview.add_argument("--area", nargs="+", default=["behavioral"], help="one or several")
    interview.add_argument(
        "--answers", type=Path, required=True, help="answers separated by a line ---"
    )
    interview.add_argument("--questions", type=int, default=QUESTIONS, help="how many")
    interview.add_argument("--first", metavar="ID", help="the question to begin with")
    interview.add_argument("--json", action="store_true", help="print the report as JSON")
    interview.set_defaults(run=_interview)


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
