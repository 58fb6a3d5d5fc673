"""The subjects, on graders whose scores are known beforehand."""

from dataclasses import fields, replace

import pytest

from interviewer.batch import GivenKeyPoint, read_lines
from interviewer.calibration import Signals
from interviewer.content import Content
from interviewer.evaluation.ablation import building, measure_ablation, variants
from interviewer.evaluation.agreement import measure_agreement, task_of
from interviewer.evaluation.bench import Task, price
from interviewer.evaluation.confidence import trust
from interviewer.evaluation.metrics import Draws
from interviewer.evaluation.ordering import (
    calibration_cases,
    expected_score,
    measure_ordering,
    some_cases,
)
from interviewer.evaluation.run import data_file
from interviewer.evaluation.scored import chosen, read_scored, short_name
from interviewer.evaluation.unseen import Unseen
from interviewer.fitting import Row, fit_all
from interviewer.grading import Parts
from tests.doubles import STRONG, ScriptedModel, shipped_content
from tests.evaluation.known import KINDS, SCORED, Oracle, bench_of

FEW = Draws(seed=0, rounds=20)


def bound(section, what):
    return next(one for one in section.bounds if one.what == what)


# --- The bench ---------------------------------------------------------------------------

WHY = Task("why", "story", "Why?")


async def test_the_bench_counts_and_grades_once(content):
    model = ScriptedModel()
    bench = bench_of(content, model=model)
    first = await bench.grade(WHY, STRONG)
    assert first.calls == len(model.asked) > 0
    assert first.line.evidence
    assert await bench.grade(WHY, STRONG) is first
    again = await bench.grade(WHY, STRONG, anew=True)
    assert again is not first
    assert len(model.asked) == 2 * first.calls


async def test_another_grader_asks_nothing_that_was_asked_before(content):
    model = ScriptedModel()
    bench = bench_of(content, model=model)
    first = await bench.grade(WHY, STRONG)
    asked = len(model.asked)
    other = bench.having(building(Parts(calibration=False)))
    assert (await other.grade(WHY, STRONG)).calls == first.calls
    assert len(model.asked) == asked


async def test_tokens_are_the_endpoint_s_own(content):
    model = ScriptedModel()

    def yes(messages):
        model.usage.prompt += 100
        model.usage.cached += 80
        return 0.9

    model._yes = yes
    graded = await bench_of(content, model=model).grade(WHY, STRONG)
    assert (graded.tokens, graded.cached) == (100 * graded.calls, 80 * graded.calls)
    assert "100 prompt tokens, 80 of them read before" in price(
        [replace(graded, tokens=100, cached=80)]
    )
    assert "tokens" not in price([replace(graded, tokens=0)])


async def test_key_points_alone_make_the_score(content):
    points = (GivenKeyPoint(text="it broke", right=("It broke.",)),)
    bench = bench_of(content, model=ScriptedModel(yes=lambda _: 0.8))
    graded = await bench.grade(Task("why", "story", "Why?", points), "It broke in May.")
    assert [check.id for check in graded.line.checks] == ["key_point_1"]


# --- Unseen questions --------------------------------------------------------------------


def judged(group, met, judged):
    return Row(
        fit="sentences",
        group=group,
        answer=f"{group}/{met}",
        met=met,
        signals=Signals(judged=judged),
    )


async def test_a_question_is_graded_by_a_fit_that_has_not_seen_it(content):
    rows = [
        judged(group, met, odds) for group in "abc" for met, odds in ((True, 2), (False, 1))
    ] * 5
    rows += [judged("odd", False, 5), judged("odd", True, -5)] * 20
    unseen = Unseen(content, rows)
    assert unseen.content_without("elsewhere") is content
    without = unseen.content_without("odd")
    assert unseen.content_without("odd") is without
    told = Signals(judged=3)
    assert without.fits.sentences.probability(told) > 0.8
    assert unseen.content_without("a").fits.sentences.probability(told) < 0.8
    assert without.round(["story"]).fits == without.fits
    assert content.round(["story"]).fits == content.fits


@pytest.mark.parametrize("group", ["khan 15", "deepest_project"])
def test_what_a_question_was_left_out_of_is_as_if_made_anew(group):
    every, content = list(read_lines(data_file("judge_signals.jsonl"), Row)), shipped_content()
    few = {group, *sorted({row.group for row in every})[::6]}
    rows = [row for row in every if row.group in few]
    rest = [row for row in rows if row.group != group]
    assert len(rest) < len(rows)
    anew = fit_all(rest, content.fits.judge, content.fits.sources)
    assert Unseen(content, rows).content_without(group).fits == anew


def test_the_shipped_fits_name_their_questions_as_the_measuring_does():
    """Else a question would be graded by a fit that has seen it."""
    rows = read_lines(data_file("judge_signals.jsonl"), Row)
    short = {
        task_of(item, short_name(path), "any").group
        for path in (data_file("khan_saq.json"), data_file("references_khan.json"))
        for item in read_scored(path).items
    }
    cases = {case.task.group for case in calibration_cases(shipped_content())}
    assert {row.group for row in rows} <= short | cases


# --- Agreement ---------------------------------------------------------------------------


async def test_a_perfect_grader_reaches_every_bound(content):
    bench = bench_of(content, Oracle(lambda answer: float("right" in answer)))
    section = await measure_agreement(bench, SCORED, SCORED, "sums", FEW)
    assert section.answers == 15
    assert all(one.reached for one in section.bounds)
    assert section.tables[0].rows[0][1:] == pytest.approx((1, 1, 1, 1, 0, 1, 1))
    assert "a book, CC0" in section.about
    assert [row.id for row in section.rows[:2]] == ["a/0", "a/1"]
    assert [row[0] for row in section.tables[2].rows] == ["a", "b", "c"]


async def test_a_grader_that_says_nothing_reaches_none(content):
    bench = bench_of(content, Oracle(lambda _: None))
    section = await measure_agreement(bench, SCORED, SCORED, "sums", FEW)
    assert not any(one.reached for one in section.bounds)
    assert "15 not observed" in section.about
    assert section.rows[0].score is None


async def test_baselines_of_a_sample_are_fitted_on_all_other_items(content):
    """Two thirds of the answers to b and c together are wrong, whatever the sample holds."""
    bench = bench_of(content, Oracle(lambda _: 0.4))
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
    bench = bench_of(content, Oracle(lambda answer: scores[answer]))
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
    cases = calibration_cases(shipped_content())
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


# --- Ablation ----------------------------------------------------------------------------


def test_every_part_is_switched_off_once():
    found = variants()
    assert found.pop("everything") == Parts()
    assert len(found) == len(fields(Parts))
    for name, parts in found.items():
        off = [one.name for one in fields(Parts) if not getattr(parts, one.name)]
        assert [f"without {one}" for one in off] == [name]


async def test_the_ablation_grades_with_each_variant(content, case):
    model = ScriptedModel(yes=lambda _: 0.7)
    section = await measure_ablation(bench_of(content, model=model), SCORED, [case])
    (table,) = section.tables
    assert [row[0] for row in table.rows] == list(variants())
    assert all(len(row) == len(table.columns) for row in table.rows)
    assert "a book, CC0" in section.about
    # Without examples the judge is asked something else; the rest costs no further call.
    assert len({str(messages) for messages in model.asked}) == len(model.asked)


# --- Confidence --------------------------------------------------------------------------


async def test_how_often_the_interval_holds_what_people_gave(content):
    graded = await bench_of(content).grade(WHY, STRONG)

    def given(*interval):
        line = graded.line.model_copy(update={"interval": interval or None})
        return replace(graded, line=line)

    pairs = [(0.5, given(0.4, 0.6)), (0.9, given(0.4, 0.8)), (0.9, given()), (None, given(0, 1))]
    assert trust(pairs).rows == ((2, 2, 0.5, pytest.approx(0.3)),)
