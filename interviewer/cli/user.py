"""Who may sign in to the page."""

import argparse
import getpass
import sys

from interviewer.accounts import Accounts
from interviewer.cli.commands import Commands
from interviewer.errors import SettingsError
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    user = commands.add_parser("user", help="look after the password file")
    actions = user.add_subparsers(required=True, metavar="ACTION")
    for action, run, about in (
        ("add", _add, "add a user, or give one another password"),
        ("remove", _remove, "take a user out"),
    ):
        one = actions.add_parser(action, help=about)
        one.add_argument("name")
        one.set_defaults(run=run)


def _add(arguments: argparse.Namespace, settings: Settings) -> int:
    accounts = _accounts(settings)
    accounts.set(arguments.name, _password(arguments.name))
    print(f"{arguments.name} can sign in")
    return 0


def _remove(arguments: argparse.Namespace, settings: Settings) -> int:
    _accounts(settings).remove(arguments.name)
    print(f"{arguments.name} can't sign in any more")
    return 0


def _accounts(settings: Settings) -> Accounts:
    if settings.password_file is None:
        raise SettingsError("set INTERVIEWER_PASSWORD_FILE to the file that the names are kept in")
    return Accounts(settings.password_file)


def _password(name: str) -> str:
    """Asked for twice; from a pipe, the first line."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    password = getpass.getpass(f"Password for {name}: ")
    if getpass.getpass("Once more: ") != password:
        raise SettingsError("the two passwords differ; nothing was changed")
    return password
