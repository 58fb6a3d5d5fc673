"""The report: what is reached, what is missed and by how much."""

import pytest

from interviewer.evaluation.findings import Bound, Evaluation, Section, Table, to_markdown


def found(*bounds, **more):
    section = Section(
        name="set", title="A set", about="Twelve answers.", answers=12, bounds=bounds, **more
    )
    return Evaluation(version="1", model="m", seed=3, sample=None, seconds=7.4, sections=(section,))


@pytest.mark.parametrize(
    ("bound", "reached", "missed"),
    [
        (Bound(what="x", value=0.8, least=0.75), True, 0),
        (Bound(what="x", value=0.7, least=0.75), False, 0.05),
        (Bound(what="x", value=0.2, most=0.1), False, 0.1),
        (Bound(what="x", value=0.1, most=0.1), True, 0),
        (Bound(what="x", value=None, most=0.1), False, None),
        (Bound(what="x", value=float("nan"), least=0.1), False, None),
    ],
)
def test_bounds(bound, reached, missed):
    assert bound.reached is reached
    assert bound.missed_by == (pytest.approx(missed) if missed is not None else None)


def test_the_page_begins_with_what_is_missed():
    missed = Bound(what="kappa", value=0.7, least=0.75)
    page = to_markdown(found(missed, Bound(what="flips", value=0.01, most=0.05)))
    assert "1 of 2 bounds reached." in page
    assert "| set | kappa | 0.700 | at least 0.750 | **missed by 0.050** |" in page
    assert "| set | flips | 0.010 | at most 0.050 | reached |" in page
    assert "every answer, seed 3; 7 s" in page


def test_a_miss_too_small_for_three_digits_is_a_miss():
    page = to_markdown(found(Bound(what="kappa", value=0.74999, least=0.75)))
    assert "**missed by 0.00001**" in page


def test_tables_intervals_and_gaps():
    rows = (("x|y", (0.1, 0.25), None), (3, 0.5, float("nan")))
    table = Table(title="T", columns=("a", "b", "c"), rows=rows)
    page = to_markdown(found(tables=(table,), offending={"rule": ("q/weak",), "kept": ()}))
    assert "| x\\|y | 0.100 to 0.250 | – |" in page  # noqa: RUF001
    assert "| 3 | 0.500 | – |" in page  # noqa: RUF001
    assert "- rule (1): q/weak" in page
    assert "kept" not in page


def test_the_findings_are_json_without_nan():
    table = Table(title="T", columns=("a",), rows=((float("nan"),),))
    text = found(tables=(table,)).model_dump_json()
    assert "NaN" not in text
    assert Evaluation.model_validate_json(text).sections[0].tables[0].rows == ((None,),)
