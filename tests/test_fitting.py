"""Fits: what they find, what they refuse, and that they are tested on unseen questions."""

import random

import pytest

from interviewer.calibration import Signals
from interviewer.fitting import Judged, Scored, fit_line, fit_probability


def _judged(count, rule, groups=8, seed=1):
    """Made-up answers whose truth follows ``rule`` of the judge's log odds and the coverage."""
    rng = random.Random(seed)
    made = []
    for n in range(count):
        told = Signals(judged=rng.uniform(-3, 3), covered=rng.random())
        made.append(Judged(signals=told, met=rng.random() < rule(told), group=f"q{n % groups}"))
    return made


def test_a_judge_that_says_yes_too_easily_is_held_back():
    fit, held = fit_probability(_judged(400, lambda told: told.judged > 1.5), ["judged"])
    assert fit.probability(Signals(judged=0.5)) < 0.2
    assert fit.probability(Signals(judged=2.8)) > 0.8
    assert held.fitted < held.unfitted


def test_a_signal_that_tells_something_gets_weight():
    fit, _ = fit_probability(_judged(400, lambda told: told.covered > 0.5), ["judged", "covered"])
    assert fit.weights["covered"] > 3
    assert abs(fit.weights["judged"]) < 0.3


def test_noise_changes_little():
    """Few answers whose truth has nothing to do with anything don't undo the judge."""
    made = [
        Judged(signals=Signals(judged=j), met=j > 0, group=f"q{n}")
        for n, j in enumerate([-6, -5, 5, 6])
    ]
    fit, held = fit_probability(made, ["judged"])
    assert fit.weights["judged"] >= 0.9
    assert held.fitted <= held.unfitted


def test_a_line_finds_lenient_people():
    rng = random.Random(2)
    scored = [
        Scored(mean=x, score=min(1.0, 0.4 + 0.6 * x + rng.gauss(0, 0.02)), group=f"q{n % 5}")
        for n, x in enumerate(rng.random() for _ in range(100))
    ]
    line, held = fit_line(scored)
    assert line.score(0.0) == pytest.approx(0.4, abs=0.05)
    assert line.score(1.0) == pytest.approx(1.0, abs=0.05)
    assert held.fitted < held.unfitted / 3
    low, high = line.interval(0.5)
    assert 0.65 < low < 0.7 < high < 0.75


def test_an_interval_holds_what_it_promises_on_unseen_answers():
    rng = random.Random(3)

    def answers(count):
        return [
            Scored(mean=x, score=min(1, max(0, x + rng.gauss(0, 0.15))), group=f"q{n % 10}")
            for n, x in enumerate(rng.random() for _ in range(count))
        ]

    line, _ = fit_line(answers(200))
    unseen = answers(1000)
    inside = [
        line.interval(one.mean)[0] <= one.score <= line.interval(one.mean)[1] for one in unseen
    ]
    assert 0.74 < sum(inside) / len(inside) < 0.9


@pytest.mark.parametrize("count", [0, 1, 5])
def test_one_question_is_not_enough(count):
    scored = [Scored(mean=0.5, score=0.5, group="q") for _ in range(count)]
    with pytest.raises(ValueError, match="at least two questions"):
        fit_line(scored)


def test_the_spread_comes_from_questions_that_were_left_out():
    """A question whose answers all lie off the line widens the interval."""
    fair = [Scored(mean=x / 10, score=x / 10, group=f"q{x % 3}") for x in range(11)]
    off = [Scored(mean=0.2, score=0.9, group="odd") for _ in range(6)]
    narrow, wide = fit_line(fair)[0], fit_line(fair + off)[0]
    assert wide.spread > narrow.spread + 0.2


def test_a_line_finds_what_a_mistake_costs():
    """People halve a score for each; where nobody makes one, there is nothing to find."""
    rng = random.Random(4)

    def answers(mistakes):
        return [
            Scored(mean=x, score=x * 0.5**count, group=f"q{n % 5}", against=count)
            for n, x in enumerate(rng.random() for _ in range(60))
            for count in mistakes
        ]

    line, held = fit_line(answers((0, 1, 2)))
    assert line.against == 0.5
    assert held.fitted < held.unfitted / 3
    assert line.score(0.8, against=1) == pytest.approx(0.4, abs=0.03)
    assert fit_line(answers((0,)))[0].against == 1.0
