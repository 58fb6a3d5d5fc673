"""How good the grader and the interviewer are, measured."""

import argparse
import asyncio
from pathlib import Path

from interviewer.cli.commands import Commands
from interviewer.errors import InterviewerError
from interviewer.settings import Settings


def add(commands: Commands) -> None:
    """Adds the subject's commands."""
    evaluate = commands.add_parser("evaluate", help="measure the grader, or the follow-ups")
    evaluate.add_argument("--only", metavar="SET,…", type=_names, default=())
    evaluate.add_argument(
        "--scored",
        action="append",
        type=Path,
        default=[],
        metavar="FILE",
        help="a set of answers that people have scored, JSON or JSONL",
    )
    evaluate.add_argument("--items", metavar="ID,…", type=_names, default=(), help="of scored sets")
    evaluate.add_argument("--sample", metavar="N", type=_positive, help="answers of each set")
    evaluate.add_argument("--seed", type=int, default=0, help="of the sample and the intervals")
    evaluate.add_argument("--json", type=Path, metavar="FILE", help="write the findings there too")
    evaluate.add_argument(
        "--resume",
        type=Path,
        metavar="FILE",
        help="go on with a run that was broken off: what the model said is kept there",
    )
    evaluate.add_argument(
        "--probes", action="store_true", help="measure the interviewer's follow-ups instead"
    )
    evaluate.add_argument(
        "--parts",
        choices=PARTS,
        nargs="+",
        default=PARTS,
        help="of --probes: single turns, rounds with simulated candidates",
    )
    evaluate.add_argument(
        "--out", type=Path, metavar="DIR", help="of --probes: keep transcripts and figures there"
    )
    evaluate.set_defaults(run=_run)


PARTS = ("turns", "rounds")


def _run(arguments: argparse.Namespace, settings: Settings) -> int:
    return (_probes if arguments.probes else _evaluate)(arguments, settings)


def _probes(arguments: argparse.Namespace, settings: Settings) -> int:
    # Only this command needs the evaluation.
    from interviewer.evaluation.probe_figures import to_markdown  # noqa: PLC0415
    from interviewer.evaluation.probes import evaluate_probes  # noqa: PLC0415

    found = asyncio.run(evaluate_probes(settings, arguments.out, arguments.parts))
    print(to_markdown(found), end="")
    return 0


def _names(text: str) -> tuple[str, ...]:
    return tuple(one.strip() for one in text.split(",") if one.strip())


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("give a number of at least 1")
    return number


def _evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    # The arrays take a tenth of a second to import, and no other command needs them.
    from interviewer.evaluation.findings import to_markdown  # noqa: PLC0415
    from interviewer.evaluation.run import SUBJECTS, Options, evaluate  # noqa: PLC0415

    unknown = [name for name in arguments.only if name not in SUBJECTS]
    if unknown:
        raise InterviewerError(
            f"--only: there is no set {', '.join(unknown)}; there are: {', '.join(SUBJECTS)}"
        )
    options = Options(
        only=arguments.only,
        scored=tuple(arguments.scored),
        items=arguments.items,
        sample=arguments.sample,
        seed=arguments.seed,
        resume=arguments.resume,
    )
    found = asyncio.run(evaluate(settings, options))
    print(to_markdown(found), end="")
    if arguments.json is not None:
        try:
            arguments.json.write_text(found.model_dump_json(indent=1) + "\n", encoding="utf-8")
        except OSError as error:
            raise InterviewerError(
                f"{arguments.json}: can't be written ({error}); free room or name another file"
            ) from error
    return 0
