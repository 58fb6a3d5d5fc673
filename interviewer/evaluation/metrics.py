"""How well scores agree with people's. Pure; NaN where a measure is not defined."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Vector = npt.NDArray[np.float64]

HALF = 0.5
"""From this score on, an answer counts as right."""


@dataclass(frozen=True)
class Rows:
    """Scored answers, side by side: the item of each, people's score and the grader's, 0..1."""

    item: npt.NDArray[np.int64]
    truth: Vector
    score: Vector

    @classmethod
    def of(cls, item: Sequence[object], truth: Sequence[float], score: Sequence[float]) -> "Rows":
        """From plain lists; items may be anything that can be told apart by its text."""
        _, codes = np.unique(np.array([str(one) for one in item]), return_inverse=True)
        return cls(
            codes.astype(np.int64), np.array(truth, dtype=float), np.array(score, dtype=float)
        )

    def scored(self, score: Vector) -> "Rows":
        """The same answers with other scores."""
        return Rows(self.item, self.truth, score)

    def take(self, index: npt.NDArray[np.int64]) -> "Rows":
        """The rows at these places."""
        return Rows(self.item[index], self.truth[index], self.score[index])


Measure = Callable[[Rows], float]


@dataclass(frozen=True)
class Draws:
    """How a bootstrap draws."""

    seed: int = 0
    rounds: int = 1000


def kappa(rows: Rows) -> float:
    """Cohen's kappa of right and wrong, both told apart at one half."""
    truth, said = rows.truth >= HALF, rows.score >= HALF
    if not len(truth):
        return float("nan")
    agreed = float(np.mean(truth == said))
    p, q = float(np.mean(truth)), float(np.mean(said))
    chance = p * q + (1 - p) * (1 - q)
    return (agreed - chance) / (1 - chance) if chance < 1 else float("nan")


def weighted_kappa(rows: Rows) -> float:
    """Quadratic weighted kappa on the grid of the scores that people gave.

    A grader's score counts as the nearest of them.
    """
    grid = np.unique(rows.truth)
    if len(grid) < 2:
        return float("nan")
    said = grid[np.abs(rows.score[:, None] - grid[None, :]).argmin(axis=1)]
    seen = float(np.mean((rows.truth - said) ** 2))
    chance = float(np.mean((rows.truth[:, None] - said[None, :]) ** 2))
    return 1 - seen / chance if chance else float("nan")


def pearson(rows: Rows) -> float:
    """Pearson's correlation."""
    if len(rows.truth) < 2 or not np.ptp(rows.truth) or not np.ptp(rows.score):
        return float("nan")
    return float(np.corrcoef(rows.truth, rows.score)[0, 1])


def rmse(rows: Rows) -> float:
    """Root of the mean squared error."""
    return float(np.sqrt(np.mean((rows.truth - rows.score) ** 2)))


def auc(rows: Rows) -> float:
    """The chance that a right answer gets a higher score than a wrong one; a tie is half."""
    right = rows.truth >= HALF
    won, pairs = _won(rows.score[right], rows.score[~right])
    return won / pairs if pairs else float("nan")


def within_item_auc(rows: Rows) -> float:
    """AUC over the pairs of answers to the same item."""
    won = pairs = 0.0
    for item in np.unique(rows.item):
        mine = rows.take(np.flatnonzero(rows.item == item))
        right = mine.truth >= HALF
        gained, held = _won(mine.score[right], mine.score[~right])
        won, pairs = won + gained, pairs + held
    return won / pairs if pairs else float("nan")


def _won(right: Vector, wrong: Vector) -> tuple[float, float]:
    ordered = np.sort(wrong)
    below = np.searchsorted(ordered, right, side="left")
    upto = np.searchsorted(ordered, right, side="right")
    return float(np.sum(below + upto) / 2), float(len(right) * len(wrong))


def decided_elsewhere(rows: Rows) -> Vector:
    """Right (1) or wrong (0), by the threshold with the best kappa on the other items.

    All wrong where there is only one item: nothing can be fitted elsewhere.
    """
    decided = np.zeros(len(rows.truth))
    for item in np.unique(rows.item):
        here = rows.item == item
        threshold = best_threshold(rows.take(np.flatnonzero(~here)))
        decided[here] = rows.score[here] >= threshold
    return decided


def best_threshold(rows: Rows) -> float:
    """The threshold with the best kappa; the middle one of several."""
    seen = np.unique(rows.score)
    if len(seen) < 2:
        return HALF
    cuts = (seen[1:] + seen[:-1]) / 2
    found = [kappa(rows.scored((rows.score >= cut).astype(float))) for cut in cuts]
    best = (
        np.flatnonzero(np.isclose(found, np.nanmax(found)))
        if not np.all(np.isnan(found))
        else np.array([], dtype=int)
    )
    return float(cuts[best[len(best) // 2]]) if len(best) else HALF


def interval(measure: Measure, rows: Rows, draws: Draws) -> tuple[float, float] | None:
    """The bootstrap's 95% interval: items are drawn anew, then answers within each.

    None where the measure is hardly ever defined.
    """
    places = [np.flatnonzero(rows.item == item) for item in np.unique(rows.item)]
    if not places:
        return None
    draw = np.random.default_rng(draws.seed)
    found = []
    for _ in range(draws.rounds):
        index, codes = [], []
        for code, chosen in enumerate(draw.integers(len(places), size=len(places))):
            own = places[chosen]
            index.append(own[draw.integers(len(own), size=len(own))])
            codes.append(np.full(len(own), code))
        drawn = rows.take(np.concatenate(index))
        # The same item drawn twice is two items, as two that are alike would be.
        value = measure(Rows(np.concatenate(codes), drawn.truth, drawn.score))
        if not np.isnan(value):
            found.append(value)
    if len(found) < draws.rounds / 2:
        return None
    low, high = np.percentile(found, [2.5, 97.5])
    return float(low), float(high)
