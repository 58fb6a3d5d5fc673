"""Whether the intervals that the grader gives hold what people gave."""

from collections.abc import Sequence

from interviewer.evaluation.bench import Graded
from interviewer.evaluation.findings import Cell, Table


def trust(graded: Sequence[tuple[float | None, Graded]]) -> Table:
    """How often people's score lies in the interval, and how wide that is."""
    held = [
        (one.line.interval[0] <= truth <= one.line.interval[1], one.line.interval)
        for truth, one in graded
        if truth is not None and one.line.interval is not None
    ]
    width = sum(high - low for _, (low, high) in held) / len(held) if held else None
    row: tuple[Cell, ...] = (
        len(held),
        len(graded) - len(held),
        sum(ok for ok, _ in held) / len(held) if held else None,
        width,
    )
    return Table(
        title="Confidence (the interval claims 80%)",
        columns=("with an interval", "without", "share that holds people's score", "mean width"),
        rows=(row,),
    )
