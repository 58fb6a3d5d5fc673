"""The page, opened from the shell."""

import argparse

from interviewer.cli.commands import Commands
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    serve = commands.add_parser("serve", help="open the page")
    serve.set_defaults(run=_serve)


def _serve(_: argparse.Namespace, settings: Settings) -> int:
    from interviewer.ui.server import serve  # noqa: PLC0415 - the page's libraries take a second to import

    serve(settings)
    return 0
