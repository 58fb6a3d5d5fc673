"""What is measured was not fitted on, and each part's worth is measured at no price."""

import random

import pytest

from interviewer.calibration import Signals
from interviewer.content import load_content
from interviewer.evaluation.ablation import ALL, measure_ablation
from interviewer.evaluation.agreement import measure_agreement
from interviewer.evaluation.bench import Bench, RememberingModel, UnseenFits
from interviewer.evaluation.metrics import Draws
from interviewer.fitting import Row
from tests.doubles import ScriptedModel
from tests.evaluation.known import SCORED


def _rows(group, bias, count=20):
    """Claims that are met where the judge's log odds are above ``bias``."""
    rng = random.Random(group)
    told = [rng.uniform(-4, 4) for _ in range(count)]
    return [
        Row(
            fit="exemplified",
            group=group,
            answer=f"{group}/{n}",
            met=odds > bias,
            signals=Signals(judged=odds),
        )
        for n, odds in enumerate(told)
    ]


def test_a_question_is_measured_with_a_fit_that_never_saw_it():
    content = load_content()
    rows = [*_rows("a", 0), *_rows("b", 0), *_rows("odd", 3.5)]
    unseen = UnseenFits(content, rows)
    told = Signals(judged=2.0)
    seen = unseen.without("a").fits.exemplified.probability(told)
    without = unseen.without("odd").fits.exemplified.probability(told)
    assert without > seen + 0.05
    assert unseen.without("elsewhere") is content
    assert unseen.without(None) is content
    assert unseen.without("a") is unseen.without("a")


def _yes(messages):
    return 0.8 if "right" in messages[-1]["content"] else 0.3


async def test_each_part_is_switched_off_in_turn():
    async def measure(bench):
        return await measure_agreement(bench, SCORED, SCORED, "sums", Draws(0, 20))

    model = ScriptedModel(yes=_yes)
    section = await measure_ablation(load_content(), model, (), (measure,))
    (table,) = section.tables
    assert [row[0] for row in table.rows] == [
        ALL,
        "without gates",
        "without examples",
        "without bias",
        "without words",
        "without calibration",
    ]
    assert all(len(row) == len(table.columns) for row in table.rows)
    # Without examples the judge is asked something else; the rest costs no further call.
    assert len({str(messages) for messages in model.asked}) == len(model.asked)


async def test_the_same_thing_is_asked_once():
    model = ScriptedModel(yes=_yes)
    remembering = RememberingModel(model)
    messages = [{"role": "user", "content": "right?"}]
    assert [await remembering.yes(messages) for _ in range(3)] == [0.8] * 3
    assert (len(model.asked), remembering.calls) == (1, 1)


@pytest.mark.parametrize("group", [None, "sums a"])
async def test_the_bench_grades_with_or_without_a_group(group):
    rows = [*_rows("sums a", 0), *_rows("b", 0), *_rows("c", 0)]
    bench = Bench(load_content(), ScriptedModel(yes=_yes), rows=rows)
    item = SCORED.items[0]
    graded = await bench.grade(None, item.question, "right a", item.key_points, group=group)
    assert 0 <= graded.score <= 1
