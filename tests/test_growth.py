"""Fits on times that are made up, so that their class is known; claims in a candidate's words."""

import math
import random

import pytest

from interviewer.growth import Point, claimed, contradicts, curve, fit, sizes, verdict
from interviewer.rubric import Complexity, Growth

DOUBLING = [8 * 2**i for i in range(12)]

TIMES = {
    "n": lambda n: 1e-6 + 2e-7 * n,
    "n log n": lambda n: 2e-7 * n * math.log(n),
    "n^2": lambda n: 1e-5 + 1e-8 * n * n,
    "n^3": lambda n: 1e-9 * n**3,
    "log n": lambda n: 1e-5 * math.log(n),
}


def points(growth, sizes=DOUBLING, noise=0.02, seed=1):
    dice = random.Random(seed)
    return [Point(n=n, seconds=growth(n) * (1 + dice.uniform(0, noise))) for n in sizes]


@pytest.mark.parametrize("name", TIMES)
def test_the_class_is_found(name: Complexity) -> None:
    found = fit(points(TIMES[name]))
    assert found.best == name
    assert found.possible == (name,)
    assert found.r2 is not None
    assert found.r2 > 0.99
    assert found.runner_up != name


def test_exponential_growth_is_found_one_step_at_a_time() -> None:
    found = fit(points(lambda n: 1e-6 * 2**n, range(8, 19)))
    assert found.best == "2^n"


def test_a_constant_time_is_constant() -> None:
    found = fit(points(lambda n: 1e-4))
    assert found.best == "1"
    assert verdict(found, "log n") == "as wanted"
    assert verdict(found, "n") == "faster than wanted"


def test_too_little_is_not_clear() -> None:
    found = fit(points(TIMES["n^2"])[:3])
    assert found.best is None
    assert verdict(found, "n") == "not clear"
    assert "too few" in found.note


def test_jumping_times_are_not_clear() -> None:
    dice = random.Random(3)
    found = fit([Point(n=n, seconds=10 ** dice.uniform(-4, -1)) for n in DOUBLING])
    assert found.best is None
    assert curve(found, [10]) == ()


def test_neighbours_are_told_apart_only_if_the_times_do() -> None:
    noisy = fit(points(TIMES["n log n"], DOUBLING[3:8], noise=0.8, seed=2))
    assert {"n", "n log n"} & set(noisy.possible)
    assert len(noisy.possible) > 1
    assert "tell these classes apart" in noisy.note


def test_the_verdict_gives_a_logarithm_for_free() -> None:
    linear, square = fit(points(TIMES["n"])), fit(points(TIMES["n^2"]))
    assert verdict(linear, "n log n") == "as wanted"
    assert verdict(square, "n log n") == "slower than wanted"
    assert verdict(linear, "n^2") == "faster than wanted"
    assert contradicts(square, "n")
    assert not contradicts(square, "n^2 log n")


def test_the_curve_runs_through_the_points() -> None:
    measured = points(TIMES["n^2"], noise=0)
    drawn = curve(fit(measured), [point.n for point in measured])
    assert drawn == pytest.approx([point.seconds for point in measured], rel=0.05)


@pytest.mark.parametrize(
    ("said", "claim"),
    [
        ("It runs in O(n log n) time.", "n log n"),
        ("So that's O(n), with O(1) space.", "n"),
        ("Time is O(n²).", "n^2"),
        ("It is O(n^2) in the worst case.", "n^2"),
        ("I'd say O of n squared.", "n^2"),
        ("The whole thing is linear.", "n"),
        ("Sorting makes it n log n overall.", "n log n"),
        ("It is quadratic.", "n^2"),
        ("That is O(V + E).", "n"),
        ("Dijkstra takes O((V + E) log V).", None),
        ("Memory is O(n).", None),
        ("Each push costs O(log n).", None),
        ("The naive version would be O(n^3).", None),
        ("It is O(n * m).", None),
        ("O(n) space, O(n log n) time.", "n log n"),
        ("It is O(n) because every value is looked at once.", "n"),
        ("I use a heap.", None),
        ("It isn't quadratic, I only touch each element once.", None),
        ("It isn’t quadratic.", None),  # noqa: RUF001
        ("Overall it's O(n), so it isn't quadratic.", "n"),
        ("It can't be linear.", None),
        ("It isn't quadratic but linear.", "n"),
        ("I don't sort so it runs in O(n).", "n"),
        ("It can't get worse than O(n log n).", "n log n"),
        ("It runs in O of n log n time.", "n log n"),
        ("It takes O of n squared steps.", "n^2"),
        ("It is O of n in total.", "n"),
        ("It is O of n times m.", None),
    ],
)
def test_a_claim_is_read_from_the_words(said: str, claim: Complexity | None) -> None:
    assert claimed([said]) == claim


def test_the_last_claim_counts() -> None:
    assert claimed(["It's O(n^2).", "With a map it becomes O(n)."]) == "n"


def test_sizes_end_at_the_most() -> None:
    growth = Growth(given="n", run="n", wants="n", most=100)
    assert sizes(growth) == (8, 16, 32, 64)
    assert sizes(growth.model_copy(update={"step": "one", "most": 11})) == (8, 9, 10, 11)
