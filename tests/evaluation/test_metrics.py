"""Each measure against a value worked out by hand."""

import math

import numpy as np
import pytest

from interviewer.evaluation.baselines import mean_predictor, overlap_signals, ridge_elsewhere
from interviewer.evaluation.metrics import (
    Draws,
    Rows,
    auc,
    best_threshold,
    decided_elsewhere,
    interval,
    kappa,
    pearson,
    rmse,
    weighted_kappa,
    within_item_auc,
)


def rows(truth, score, item=None):
    return Rows.of(item or ["one"] * len(truth), truth, score)


def test_kappa():
    # Agreed on 3 of 4; by chance on 1/2 * 1/4 + 1/2 * 3/4 = 1/2.
    assert kappa(rows([1, 1, 0, 0], [0.9, 0.2, 0.1, 0.3])) == pytest.approx(0.5)
    assert kappa(rows([1, 0], [0.5, 0.49])) == 1
    assert kappa(rows([1, 0], [0, 1])) == -1
    assert math.isnan(kappa(rows([1, 1], [1, 1])))


def test_weighted_kappa():
    # Seen (0 + 0 + 1/4) / 3; by chance 9/4 over the 9 pairs of truth and score.
    assert weighted_kappa(rows([0, 0.5, 1], [0, 0.5, 0.5])) == pytest.approx(2 / 3)
    # The nearest score that people gave counts.
    assert weighted_kappa(rows([0, 0.5, 1], [0.2, 0.6, 0.9])) == 1
    # With two grades it is plain kappa.
    two = rows([1, 1, 0, 0], [0.9, 0.2, 0.1, 0.3])
    assert weighted_kappa(two) == pytest.approx(kappa(two))
    assert math.isnan(weighted_kappa(rows([1, 1], [0, 1])))


def test_pearson_and_rmse():
    assert pearson(rows([0, 0.5, 1], [0.1, 0.2, 0.3])) == pytest.approx(1)
    # Deviations (-1, 0, 1) / 2 and (-1, 1, 0) / 2 from the mean: 1 / 2.
    assert pearson(rows([0, 0.5, 1], [0, 1, 0.5])) == pytest.approx(0.5)
    assert math.isnan(pearson(rows([0, 1], [0.5, 0.5])))
    assert rmse(rows([0, 1], [0.3, 0.6])) == pytest.approx(math.sqrt((0.09 + 0.16) / 2))


def test_auc():
    # Right .9 and .5, wrong .5 and .1: three pairs won, one tied.
    assert auc(rows([1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1])) == pytest.approx(3.5 / 4)
    assert math.isnan(auc(rows([1, 1], [0.9, 0.5])))


def test_auc_within_items():
    found = rows([1, 0, 1, 0], [0.9, 0.8, 0.2, 0.1], ["easy", "easy", "hard", "hard"])
    assert within_item_auc(found) == 1
    assert auc(found) == pytest.approx(3 / 4)


def test_a_threshold_comes_from_the_other_items():
    item = ["a"] * 4 + ["b"] * 4
    truth = [1, 1, 0, 0] * 2
    score = [0.9, 0.8, 0.7, 0.6, 0.3, 0.2, 0.1, 0.05]
    found = rows(truth, score, item)
    assert best_threshold(rows(truth[:4], score[:4])) == pytest.approx(0.75)
    # b's threshold is .15, under which all of a is right; a's is .75, over all of b.
    assert decided_elsewhere(found).tolist() == [1, 1, 1, 1, 0, 0, 0, 0]
    assert decided_elsewhere(rows(truth[:4], [0.9, 0.4, 0.9, 0.4])).tolist() == [1, 0, 1, 0]


def test_the_bootstrap_is_seeded_and_holds_the_value():
    draw = np.random.default_rng(3)
    truth = draw.integers(2, size=80).astype(float)
    score = np.clip(truth * 0.4 + draw.random(80) * 0.6, 0, 1)
    found = Rows.of([n % 8 for n in range(80)], truth.tolist(), score.tolist())
    low, high = interval(auc, found, Draws(1, 200))
    assert low < auc(found) < high
    assert interval(auc, found, Draws(1, 200)) == (low, high)
    assert interval(auc, found, Draws(2, 200)) != (low, high)


def test_the_bootstrap_draws_items_not_only_answers():
    """Two items that differ as wholes leave the mean wide open, however many answers."""
    item = ["a"] * 50 + ["b"] * 50
    found = rows([0.0] * 100, [0.0] * 50 + [1.0] * 50, item)
    assert interval(lambda r: float(r.score.mean()), found, Draws(0, 200)) == (0, 1)


def test_no_interval_where_a_measure_is_not_defined():
    assert interval(auc, rows([1, 1], [0.5, 0.6]), Draws(0, 20)) is None


def test_the_mean_predictor_never_sees_its_own_item():
    found = mean_predictor(rows([1, 1, 0, 0.5], [0] * 4, ["a", "a", "b", "b"]))
    assert found.tolist() == [0.25, 0.25, 1, 1]
    assert mean_predictor(rows([1, 0], [0, 0])).tolist() == [0.5, 0.5]


def test_overlap_leaves_the_question_s_words_out():
    question, points = "What does a mutex guard?", ["A mutex guards shared state"]
    coverage, precision, length = overlap_signals(question, points, "Shared states, always")
    # Wanted: shar, stat (mutex and guard are the question's). Said: shar, stat, alway.
    assert (coverage, precision) == (1, pytest.approx(2 / 3))
    assert length == pytest.approx(math.log(4))
    assert overlap_signals(question, points, "A mutex guards")[:2] == (0, 0)
    assert overlap_signals(question, points, "")[:2] == (0, 0)


def test_ridge_learns_from_the_other_items():
    signals = np.array([[0.0], [1.0]] * 10)
    item = [n // 4 for n in range(20)]
    truth = [0.0, 1.0] * 10
    found = ridge_elsewhere(rows(truth, [0.0] * 20, item), signals)
    assert found[0] < 0.1
    assert found[1] > 0.9
    # Turned around in one item, it is no better there: nothing leaks from it.
    turned = truth[:16] + [1.0, 0.0] * 2
    found = ridge_elsewhere(rows(turned, [0.0] * 20, item), signals)
    assert found[16] < 0.1
    assert ridge_elsewhere(rows([0.0, 1.0], [0, 0]), signals[:2]).tolist() == [0.5, 0.5]
