"""The shell: everything the page does, without a page. One module a subject."""

import argparse
import sys
from collections.abc import Sequence

from interviewer import __version__
from interviewer.cli import (
    backup,
    code,
    evaluate,
    grade,
    history,
    interview,
    loop,
    model,
    rubrics,
    serve,
    user,
)
from interviewer.errors import InterviewerError
from interviewer.settings import from_environment


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
    for subject in (
        serve,
        interview,
        loop,
        history,
        backup,
        code,
        grade,
        evaluate,
        rubrics,
        model,
        user,
    ):
        subject.add(commands)
    return parser
