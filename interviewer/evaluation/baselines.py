"""What can be had without any model: the figures that a grader must beat. Pure."""

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from interviewer.evaluation.metrics import Rows, Vector
from interviewer.text import FUNCTION_WORDS, stem, words

RIDGE = 1.0
"""Weight of the penalty, on standardised signals."""


def mean_predictor(rows: Rows) -> Vector:
    """The mean of people's scores on the other items; on all of them where there is one."""
    found = np.zeros(len(rows.truth))
    for item in np.unique(rows.item):
        here = rows.item == item
        others = rows.truth[~here]
        found[here] = float(np.mean(others if len(others) else rows.truth))
    return found


def overlap_signals(question: str, points: Sequence[str], answer: str) -> tuple[float, ...]:
    """How the words of an answer lie to those of its key points, without the question's.

    The share of the key points' words that the answer holds, the share of the answer's words
    that are the key points', and the answer's length (logarithm).
    """
    asked = _stems(question)
    wanted = _stems(" ".join(points)) - asked
    said = _stems(answer)
    shared = len(wanted & said)
    return (
        shared / len(wanted) if wanted else 0.0,
        shared / len(said) if said else 0.0,
        math.log1p(len(words(answer))),
    )


def _stems(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in FUNCTION_WORDS}


def ridge_elsewhere(rows: Rows, signals: npt.NDArray[np.float64]) -> Vector:
    """People's scores from the signals, by ridge regression fitted on the other items."""
    found = mean_predictor(rows)
    for item in np.unique(rows.item):
        here = rows.item == item
        if here.all():
            break
        x, y = signals[~here], rows.truth[~here]
        middle, spread = x.mean(axis=0), x.std(axis=0)
        spread[spread == 0] = 1
        scaled = (x - middle) / spread
        penalty = RIDGE * np.eye(scaled.shape[1])
        weights = np.linalg.solve(scaled.T @ scaled + penalty, scaled.T @ (y - y.mean()))
        found[here] = y.mean() + (signals[here] - middle) / spread @ weights
    return np.clip(found, 0, 1)
