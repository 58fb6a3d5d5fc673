"""What was held so far: list, read, delete, take along, bring back."""

import argparse
import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from interviewer.cli.commands import Commands, read_text, write_bytes
from interviewer.history import History
from interviewer.identity import owner_of_user
from interviewer.markdown import loop_to_markdown, to_markdown
from interviewer.pdf import loop_pdf, report_pdf
from interviewer.practice import Practice
from interviewer.runtime import Runtime, open_runtime
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    history = commands.add_parser("history", help="list what was held, with progress")
    history.add_argument("--search", default="", metavar="WORDS", help="only where this was said")
    history.add_argument("--json", action="store_true", help="print it as JSON")
    history.set_defaults(run=_history)

    report = commands.add_parser("report", help="print an interview's or a loop's report")
    report.add_argument("id")
    report.add_argument("--json", action="store_true", help="print it as JSON")
    report.add_argument("--pdf", type=Path, metavar="FILE", help="write it as a PDF instead")
    report.set_defaults(run=_report)

    dispute = commands.add_parser(
        "dispute", help="have a finding of a report judged again, with your argument"
    )
    dispute.add_argument("id")
    dispute.add_argument("question", help="the question's id, as report --json names it")
    dispute.add_argument("check", help="the finding's check_id, as report --json names it")
    dispute.add_argument("--argument", required=True, help="which of your words show it")
    dispute.set_defaults(run=_dispute)

    export = commands.add_parser("export", help="write everything as one file")
    export.add_argument("file", type=Path)
    export.set_defaults(run=_export)

    restore = commands.add_parser("import", help="take in an exported file")
    restore.add_argument("file", type=Path)
    restore.add_argument(
        "--owner",
        metavar="USER",
        help="who signs in to the page by this name gets what is new (default: the shell's own)",
    )
    restore.set_defaults(run=_import)

    delete = commands.add_parser("delete", help="delete an interview or a loop for good")
    delete.add_argument("id")
    delete.set_defaults(run=_delete)


@contextmanager
def _opened(settings: Settings) -> Iterator[Runtime]:
    """The engine; nothing here asks the model."""
    runtime = open_runtime(settings)
    try:
        yield runtime
    finally:
        runtime.store.close()


def _history(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as runtime:
        history = runtime.query.history(None, arguments.search)
        if arguments.json:
            print(history.model_dump_json(indent=2))
            return 0
        _print_entries(history)
        _print_practice(runtime.query.practice(None, datetime.now(UTC)))
    return 0


def _print_entries(history: History) -> None:
    print(f"{history.found} of {history.total} interviews and loops")
    for one in history.entries:
        when = f"{one.created_at:%Y-%m-%d %H:%M}"
        print(f"{one.id}  {when}  {one.level}  {one.outcome or one.status}  {one.title}")
        for below in one.rounds:
            print(f"  {below.id}  {below.outcome or below.status}  {below.title}")
    for area in history.areas:
        levels = ", ".join(f"{point.level:.1f}" for point in area.points)
        print(f"{area.title}: {levels} (bar {area.points[-1].bar:.1f})")


def _print_practice(practice: Practice | None) -> None:
    if practice is not None:
        print(f"Next practice: {practice.title}")
        for due in practice.reasons:
            print(f"  {due.label}: shown {due.shown} of {due.times}, due {due.due_at:%Y-%m-%d}")


def _report(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as runtime:
        if runtime.process.find(arguments.id).kind == "loop":
            loop = runtime.query.loop(arguments.id)
            text = loop.model_dump_json(indent=2) if arguments.json else loop_to_markdown(loop)
            data = loop_pdf(loop) if arguments.pdf else b""
        else:
            report = runtime.query.report(arguments.id)
            text = report.model_dump_json(indent=2) if arguments.json else to_markdown(report)
            data = report_pdf(report) if arguments.pdf else b""
    if arguments.pdf:
        write_bytes(arguments.pdf, data)
    else:
        print(text)
    return 0


def _dispute(arguments: argparse.Namespace, settings: Settings) -> int:
    return asyncio.run(_judge_again(arguments, settings))


async def _judge_again(arguments: argparse.Namespace, settings: Settings) -> int:
    runtime = open_runtime(settings, patience=0)
    try:
        await runtime.service.dispute(
            arguments.id, arguments.question, arguments.check, arguments.argument
        )
        for one in runtime.query.report(arguments.id).disputes:
            if (one.question_id, one.check_id) == (arguments.question, arguments.check):
                print(one.outcome)
    finally:
        await runtime.close()
    return 0


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as runtime:
        write_bytes(arguments.file, runtime.process.export(None).encode())
    return 0


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as runtime:
        owner = owner_of_user(arguments.owner) if arguments.owner else ""
        text = read_text(arguments.file)
        print(f"{runtime.process.restore(text, owner, knows_all=True)} new")
    return 0


def _delete(arguments: argparse.Namespace, settings: Settings) -> int:
    with _opened(settings) as runtime:
        runtime.process.delete(runtime.process.find(arguments.id))
    return 0
