"""A whole loop, or one stage, with answers from a folder."""

import argparse
import asyncio
import sys
from pathlib import Path

from interviewer import weights
from interviewer.answers import Script, read_script
from interviewer.cli.commands import Commands, read_text, write_bytes
from interviewer.cli.talk import hold
from interviewer.content import Content
from interviewer.errors import InterviewerError
from interviewer.loop_report import LoopReport, RoundReport
from interviewer.markdown import loop_to_markdown
from interviewer.pdf import loop_pdf
from interviewer.process import LOOP, Choice, LoopPlan
from interviewer.runtime import Runtime, open_runtime
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    loop = commands.add_parser("loop", help="play a whole loop with answers from a folder")
    loop.add_argument(
        "--answers-dir",
        type=Path,
        required=True,
        metavar="DIR",
        help="a text file for each round, by its id or in the order of their names",
    )
    loop.add_argument(
        "--scope",
        default=LOOP,
        help="the whole process, or a stage of it: process, recruiter_screen, phone_screen, loop; "
        "or one round: recruiter, phone_ml, phone_coding, hiring_manager, theory, coding, design, "
        "bar_raiser (default: loop)",
    )
    loop.add_argument(
        "--role", help="applied_scientist or research_scientist (default: the process file's)"
    )
    loop.add_argument("--level", help="L4, L5, L6 or L7 (default: the process file's)")
    loop.add_argument(
        "--focus",
        help="what the team works on: general, language, compilers or recommendation "
        "(default: the process file's)",
    )
    loop.add_argument(
        "--short", action="store_true", help="one question an area and one follow-up each"
    )
    loop.add_argument(
        "--background", type=Path, metavar="FILE", help="a job description or a résumé, as text"
    )
    loop.add_argument("--go-on", metavar="ID", help="go on with this loop instead of a new one")
    loop.add_argument("--rounds", type=int, metavar="N", help="rounds in this sitting; then stop")
    loop.add_argument("--json", action="store_true", help="print the loop as JSON")
    loop.add_argument("--pdf", type=Path, metavar="FILE", help="write it as a PDF, too")
    loop.set_defaults(run=_loop)


def _loop(arguments: argparse.Namespace, settings: Settings) -> int:
    return asyncio.run(_play(arguments, settings))


async def _play(arguments: argparse.Namespace, settings: Settings) -> int:
    with weights.terminal_progress() as progress:
        runtime = open_runtime(settings, patience=0, progress=progress)
        try:
            return await _play_rounds(arguments, runtime)
        finally:
            await runtime.close()


async def _play_rounds(arguments: argparse.Namespace, runtime: Runtime) -> int:
    loop_id, scripts = _begun(arguments, runtime)
    problem = ""
    for one in _in_this_sitting(runtime.query.loop(loop_id), arguments.rounds):
        print(f"\n=== {one.title} ===", file=sys.stderr)
        interview_id = runtime.process.next_round(loop_id)
        view = await hold(runtime, interview_id, scripts[one.position])
        problem = problem or view.problem
    loop = runtime.query.loop(loop_id)
    if not loop.finished:
        print(f"\nTo go on: --go-on {loop_id}", file=sys.stderr)
    print(loop.model_dump_json(indent=2) if arguments.json else loop_to_markdown(loop))
    if arguments.pdf:
        write_bytes(arguments.pdf, loop_pdf(loop))
    return 1 if problem else 0


def _in_this_sitting(loop: LoopReport, most: int | None) -> list[RoundReport]:
    return [one for one in loop.rounds if one.status in {"not begun", "under way"}][:most]


def _begun(arguments: argparse.Namespace, runtime: Runtime) -> tuple[str, list[Script]]:
    """The loop to play, begun before or just now, and a script for each of its rounds."""
    if arguments.go_on:
        begun = runtime.store.load_loop(arguments.go_on)
        _, scripts = _scripted(begun.plan, arguments.answers_dir, runtime.content)
        return begun.id, scripts
    defaults = runtime.content.process.defaults
    choice = Choice(
        scope=arguments.scope,
        role=arguments.role or defaults.role,
        level=arguments.level or defaults.level,
        focus=arguments.focus or defaults.focus,
        short=arguments.short,
    )
    background = read_text(arguments.background) if arguments.background else ""
    plan = runtime.process.plan(choice, background=background)
    plan, scripts = _scripted(plan, arguments.answers_dir, runtime.content)
    return runtime.process.begin_planned(plan), scripts


def _scripted(plan: LoopPlan, folder: Path, content: Content) -> tuple[LoopPlan, list[Script]]:
    """The plan with the questions that the scripts name, and a script for each round."""
    files = sorted(folder.glob("*.txt"))
    by_name = {path.stem: path for path in files}
    named = all(planned.round.id in by_name for planned in plan.rounds)
    if not named and len(files) < len(plan.rounds):
        wanted = ", ".join(f"{planned.round.id}.txt" for planned in plan.rounds)
        raise InterviewerError(
            f"{folder}: {len(files)} text files for {len(plan.rounds)} rounds; "
            f"give one for each: {wanted}"
        )
    rounds, scripts = [], []
    for position, planned in enumerate(plan.rounds):
        path = by_name[planned.round.id] if named else files[position]
        known = {one.id for one in content.round(planned.round.areas).questions}
        script = read_script(read_text(path), known)
        ids = tuple(script.by_question) or planned.question_ids
        rounds.append(planned.model_copy(update={"question_ids": ids}))
        scripts.append(script)
    return plan.model_copy(update={"rounds": tuple(rounds)}), scripts
