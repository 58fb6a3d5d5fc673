"""Everything that is stored as one file, and back."""

import argparse
from pathlib import Path

from interviewer.backup import back_up, restore
from interviewer.cli.commands import Commands
from interviewer.database import opened
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    backup = commands.add_parser(
        "backup", help="write the whole database to a file, while the service runs"
    )
    backup.add_argument("file", type=Path)
    backup.set_defaults(run=_backup)

    back = commands.add_parser("restore", help="put a backup into the database")
    back.add_argument("file", type=Path)
    back.add_argument("--replace", action="store_true", help="in place of what is stored there")
    back.set_defaults(run=_restore)


def _backup(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened(settings.database_url) as database:
        print(f"{back_up(database, arguments.file)} interviews are in {arguments.file}")
    return 0


def _restore(arguments: argparse.Namespace, settings: Settings) -> int:
    with opened(settings.database_url) as database:
        print(f"{restore(database, arguments.file, arguments.replace)} interviews are stored")
    return 0
