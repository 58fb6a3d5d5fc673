"""The subjects, on graders whose scores are known beforehand."""

import pytest

from interviewer.content import Content, load_content
from interviewer.evaluation.agreement import measure_agreement
from interviewer.evaluation.bench import Bench, as_response, key_points_only
from interviewer.evaluation.metrics import Draws
from interviewer.evaluation.ordering import (
    calibration_cases,
    expected_score,
    measure_ordering,
    some_cases,
)
from interviewer.evaluation.scored import Point, chosen
from tests.doubles import STRONG, ScriptedModel
from tests.evaluation.known import KINDS, SCORED, Oracle

FEW = Draws(seed=0, rounds=20)


def bound(section, what):
    return next(one for one in section.bounds if one.what == what)


# --- The bench ---------------------------------------------------------------------------


async def test_the_bench_counts_and_grades_once(content):
    bench = Bench(content, ScriptedModel())
    first = await bench.grade("story", "Why?", STRONG)
    assert first.line.score == pytest.approx(0.95)
    assert first.calls == bench.model.calls > 0
    assert first.tokens > first.calls
    assert await bench.grade("story", "Why?", STRONG) is first
    again = await bench.grade("story", "Why?", STRONG, anew=True)
    assert again is not first
    assert again.calls == first.calls
    assert bench.model.calls == 2 * first.calls


async def test_key_points_alone_make_the_score(content):
    bench = Bench(content, ScriptedModel(yes=lambda _: 0.8))
    graded = await bench.grade(None, "Why?", "It broke in May.", [Point(text="it broke")])
    assert (graded.line.score, graded.calls) == (0.8, 1)


def test_the_rubric_of_key_points_alone_asks_nothing():
    assert {check.cues for check in key_points_only(load_content()).checks.values()} == {("(?!)",)}


def test_key_points_reach_the_grader():
    response = as_response("Why?", [Point(text="so", right=("yes",))], "Hm.")
    assert "so" in str(response.key_points)


# --- Agreement ---------------------------------------------------------------------------


async def test_a_perfect_grader_reaches_every_bound(content):
    bench = Bench(content, ScriptedModel(), Oracle(lambda answer: float("right" in answer)))
    section = await measure_agreement(bench, SCORED, SCORED, "sums", FEW)
    assert section.answers == 15
    assert all(one.reached for one in section.bounds)
    assert section.tables[0].rows[0][1:] == pytest.approx((1, 1, 1, 1, 0, 1, 1))
    assert "a book, CC0" in section.about
    assert [row.id for row in section.rows[:2]] == ["a/0", "a/1"]
    assert [row[0] for row in section.tables[2].rows] == ["a", "b", "c"]


async def test_a_grader_that_says_nothing_reaches_none(content):
    bench = Bench(content, ScriptedModel(), Oracle(lambda _: None))
    section = await measure_agreement(bench, SCORED, SCORED, "sums", FEW)
    assert not any(one.reached for one in section.bounds)
    assert "15 not observed" in section.about
    assert section.rows[0].score is None


async def test_baselines_of_a_sample_are_fitted_on_all_other_items(content):
    """Two thirds of the answers to b and c together are wrong, whatever the sample holds."""
    bench = Bench(content, ScriptedModel(), Oracle(lambda _: 0.4))
    whole = SCORED.model_copy(update={"items": SCORED.items[:2]})
    some = chosen(whole, ("a",), 2, 1)
    section = await measure_agreement(bench, some, whole, "sums", FEW)
    assert section.answers == 2
    mean = next(row for row in section.tables[0].rows if row[0] == "the mean of the other items")
    truths = [row.truth for row in section.rows]
    expected = (sum((0.4 - truth) ** 2 for truth in truths) / 2) ** 0.5
    assert mean[5] == pytest.approx(expected)


# --- Calibration -------------------------------------------------------------------------


async def ordered(content, case, **scores):
    bench = Bench(content, ScriptedModel(), Oracle(lambda answer: scores[answer]))
    return await measure_ordering(bench, [case], FEW)


GOOD = {
    "weak": 0.1,
    "middling": 0.5,
    "strong": 0.9,
    "confidently_wrong": 0.225,
    "rambling_empty": 0.1,
    "short_right": 0.5,
}


async def test_answers_in_order(content, case):
    section = await ordered(content, case, **GOOD)
    assert all(one.reached for one in section.bounds)
    assert not any(section.offending.values())
    assert section.answers == 6


@pytest.mark.parametrize(
    ("broken", "what"),
    [
        ({"weak": 0.5, "confidently_wrong": 0.5}, "weak < middling < strong"),
        ({"strong": 0.5}, "weak < middling < strong"),
        ({"confidently_wrong": 0.23}, "confidently wrong at most weak + half a level"),
        ({"rambling_empty": 0.3}, "rambling but empty at most weak + half a level"),
        ({"short_right": 0.49}, "short but right not below middling"),
    ],
)
async def test_each_rule_can_be_broken_alone(content, case, broken, what):
    section = await ordered(content, case, **(GOOD | broken))
    assert [one.what for one in section.bounds if not one.reached] == [what]
    ((told,),) = [ids for ids in section.offending.values() if ids]
    assert told.startswith("story/conflict (")


async def test_what_is_not_observed_earned_nothing(content, case):
    section = await ordered(content, case, **(GOOD | {"strong": None}))
    assert bound(section, "weak < middling < strong").value == 0
    assert "1 not observed" in section.about


async def test_levels_beside_the_expected_ones(content, case):
    """The oracle gives level 3 to each: off by 2, 0, 2, 2, 2 and 0."""
    section = await ordered(content, case, **GOOD)
    area = next(table for table in section.tables if table.title.startswith("By area"))
    assert area.rows[0][6] == pytest.approx(8 / 6)
    assert [row[0] for row in area.rows] == ["story", "all"]


def test_the_expected_score_weighs_the_criteria(case):
    answer = case.answers["weak"].model_copy(update={"levels": {"situation": 5, "results": 2}})
    assert expected_score(case, answer) == pytest.approx((1 * 1 + 2 * 0.25) / 3)
    silent = answer.model_copy(update={"levels": {"situation": None, "results": None}})
    assert expected_score(case, silent) is None


def test_every_area_has_its_cases_and_a_sample_is_even():
    cases = calibration_cases(load_content())
    assert all(set(case.answers) == set(KINDS) for case in cases)
    assert all(expected_score(one, a) is not None for one in cases for a in one.answers.values())
    areas = {case.area for case in cases}
    some = some_cases(cases, 6 * len(areas), seed=0)
    assert {case.area for case in some} == areas
    assert len(some) == len(areas)
    assert len(some_cases(cases, 1, seed=0)) == 1
    assert some_cases(cases, None, 0) == cases


def test_an_area_without_calibration_answers_has_no_cases(content: Content):
    assert calibration_cases(content) == []
