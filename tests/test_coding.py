"""Comparing values, naming a case's family, explaining errors."""

import pytest

from interviewer.coding import explain_error, explain_stop, family, same
from interviewer.rubric import Case


@pytest.mark.parametrize(
    ("got", "expected", "equal"),
    [
        (1, 1.0000001, True),
        (1, 1.1, False),
        (True, 1, False),
        (1, True, False),
        ("1", 1, False),
        ([1, [2]], [1, [2]], True),
        ([1], [1, 2], False),
        ({"a": 1}, {"a": 1.0}, True),
        ({"a": 1}, {"b": 1}, False),
        (None, [], False),
        (float("nan"), 1.0, False),
        (10**400, 1.5, False),
        (2, 10**400, False),
        (10**400, 10**400, True),
    ],
)
def test_values_are_compared_as_json(got: object, expected: object, equal: bool) -> None:
    assert same(got, expected) is equal


@pytest.mark.parametrize(
    ("run", "found"),
    [
        ("f([])", "an empty input"),
        ("f('', 3)", "an empty input"),
        ("f(None)", "an empty input"),
        ("f([5])", "a single element"),
        ("f([1, -2, 3])", "negative values"),
        ("f([2, 2, 1])", "equal or repeated values"),
        ("f([1, 10**9, 1000000000])", "very large values"),
        ("f(list(range(5000)))", "a large input"),
        ("f([3, 1, 2])", "an ordinary input"),
        (
            "(lambda g: f(g([1, 2, 3])))(lambda x: x if x else [])",
            "an ordinary input",
        ),
    ],
)
def test_a_case_has_a_family(run: str, found: str) -> None:
    assert family(Case(run=run, expect=0)) == found


def test_errors_say_what_they_mean() -> None:
    assert "256 MB" in explain_error("MemoryError", "MemoryError", 256 * 2**20)
    assert explain_error("ValueError", "ValueError: no", 1) == "ValueError: no"
    assert "5 seconds" in explain_stop("time", None, 5.0, 1024)
    assert "64 KB" in explain_stop("output", None, 5.0, 65536)
    assert "ended its own process" in explain_stop("crash", 0, 5.0, 1)
