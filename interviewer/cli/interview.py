"""An interview with answers from a file."""

import argparse
import asyncio
from pathlib import Path

from interviewer import weights
from interviewer.answers import Script, read_script
from interviewer.cli.commands import AREAS, Commands, read_text
from interviewer.cli.talk import hold
from interviewer.interview import QUESTIONS
from interviewer.markdown import to_markdown
from interviewer.runtime import open_runtime
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    interview = commands.add_parser("interview", help="hold an interview with answers from a file")
    interview.add_argument(
        "--area",
        nargs="+",
        default=["behavioral"],
        help=f"one or several of: {AREAS}, or of your own (default: behavioral)",
    )
    interview.add_argument(
        "--answers", type=Path, required=True, help="answers separated by a line ---"
    )
    interview.add_argument("--questions", type=int, default=QUESTIONS, help="how many")
    interview.add_argument("--first", metavar="ID", help="the question to begin with")
    interview.add_argument(
        "--background", type=Path, metavar="FILE", help="a job description or a résumé, as text"
    )
    interview.add_argument("--json", action="store_true", help="print the report as JSON")
    interview.set_defaults(run=_interview)


def _interview(arguments: argparse.Namespace, settings: Settings) -> int:
    script = read_script(read_text(arguments.answers), known=())
    return asyncio.run(_hold(arguments, settings, script))


async def _hold(arguments: argparse.Namespace, settings: Settings, script: Script) -> int:
    with weights.terminal_progress() as progress:
        runtime = open_runtime(settings, patience=0, progress=progress)
        try:
            interview_id = runtime.service.start(
                arguments.area,
                arguments.questions,
                arguments.first,
                background=read_text(arguments.background) if arguments.background else "",
            )
            view = await hold(runtime, interview_id, script)
            report = runtime.query.report(interview_id)
            print(report.model_dump_json(indent=2) if arguments.json else to_markdown(report))
            return 1 if view.problem else 0
        finally:
            await runtime.close()
