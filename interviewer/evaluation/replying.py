"""Whether it is told rightly how a candidate met a challenge, and what takes a mistake back."""

from collections.abc import Sequence
from typing import get_args

from interviewer.calibration import UNFITTED, Fits
from interviewer.evaluation.findings import Cell, Section, Table
from interviewer.fitting import Made, fit_replies, with_replies
from interviewer.pushback import How, how_met
from interviewer.replies import Reply, ToldReply, is_correction

_RIGHT: dict[How, tuple[Reply, ...]] = {
    "held": ("held",),
    "revised": ("revised",),
    "reasoned": ("held", "revised"),
    "caved": ("caved",),
    "dug_in": ("dug_in",),
}


def measure_replying(told: Sequence[ToldReply]) -> Section:
    """Each reply is read by fits that were made without its question."""
    made = fit_replies(told)
    found = [(one, *_read(one, _without(made, one.group))) for one in told]
    known = [(one, corrects) for one, _, corrects in found if one.holds]
    return Section(
        name="replies",
        title="Replies to challenges",
        about=(
            f"{len(told)} replies to {len({one.claim for one in told})} challenges, written by "
            "language models that did not see what holds instead of a mistake. They are read by "
            "their words alone, each question left out of the fit."
        ),
        answers=len(told),
        tables=(
            _ways([(one.how, how) for one, how, _ in found]),
            Table(
                title="Known mistakes that count as taken back",
                columns=("the reply", "replies", "taken back"),
                rows=tuple(
                    (how, len(mine), sum(mine))
                    for how in get_args(Reply)
                    for mine in [[corrects for one, corrects in known if one.how == how]]
                ),
            ),
        ),
    )


def _without(made: dict[str, Made], group: str) -> Fits:
    return with_replies(
        UNFITTED,
        {name: one.without.get(group, one.fit) for name, one in made.items()},
    )


def _read(one: ToldReply, fits: Fits) -> tuple[How | None, bool]:
    signals, known = one.signals, bool(one.holds)
    return how_met(fits, signals, known), known and is_correction(fits, signals)


def _ways(told: Sequence[tuple[Reply, How | None]]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for how, right in _RIGHT.items():
        mine = [true for true, said in told if said == how]
        good = sum(true in right for true in mine)
        rows.append((how, sum(true in right for true, _ in told), len(mine), good))
    silent = [true for true, said in told if said is None]
    rows.append(
        ("nothing", sum(t == "evades" for t, _ in told), len(silent), silent.count("evades"))
    )
    return Table(
        title="How it was met",
        columns=("told", "such replies", "told", "rightly"),
        rows=tuple(rows),
    )
