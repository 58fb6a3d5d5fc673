"""The embedded model's file."""

import argparse

from interviewer import weights
from interviewer.cli.commands import Commands
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    model = commands.add_parser("model", help="look after the embedded model's file")
    model.add_argument("action", choices=["fetch", "verify"])
    model.set_defaults(run=_model)


def _model(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.action == "fetch":
        with weights.terminal_progress() as progress:
            print(weights.fetch(settings.cache_dir, progress=progress))
    else:
        print(f"{weights.verify(settings.cache_dir)}: sound")
    return 0
