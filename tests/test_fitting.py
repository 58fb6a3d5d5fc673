"""Fits: what they find, what they refuse, and that they are tested on unseen questions."""

import random

import pytest

from interviewer.calibration import Signals, sigmoid
from interviewer.fitting import Judged, Row, Scored, Slip, fit_all, fit_line, fit_probability


def _judged(count, rule, groups=8, seed=1):
    """Made-up answers whose truth follows ``rule`` of the judge's log odds and the coverage."""
    rng = random.Random(seed)
    made = []
    for n in range(count):
        told = Signals(judged=rng.uniform(-3, 3), covered=rng.random())
        made.append(Judged(signals=told, met=rng.random() < rule(told), group=f"q{n % groups}"))
    return made


def test_a_judge_that_says_yes_too_easily_is_held_back():
    made = fit_probability(_judged(400, lambda told: told.judged > 1.5), ["judged"])
    assert made.fit.probability(Signals(judged=0.5)) < 0.2
    assert made.fit.probability(Signals(judged=2.8)) > 0.8
    assert made.held.fitted < made.held.unfitted


def test_a_signal_that_tells_something_gets_weight():
    judged = _judged(400, lambda told: told.covered > 0.5)
    fit = fit_probability(judged, ["judged", "covered"]).fit
    assert fit.weights["covered"] > 3
    assert abs(fit.weights["judged"]) < 0.3


def test_noise_changes_little():
    """Few answers whose truth has nothing to do with anything don't undo the judge."""
    made = [
        Judged(signals=Signals(judged=j), met=j > 0, group=f"q{n}")
        for n, j in enumerate([-6, -5, 5, 6])
    ]
    fitted = fit_probability(made, ["judged"])
    assert fitted.fit.weights["judged"] >= 0.9
    assert fitted.held.fitted <= fitted.held.unfitted


def _of_checks(biases, count=60, groups=6, seed=5):
    """Answers in which a check is met by chance, and the judge is off by its bias."""
    rng = random.Random(seed)
    made = []
    for check, bias in biases.items():
        for n in range(count):
            odds = rng.uniform(-3, 3)
            met = rng.random() < sigmoid(2 * odds)
            told = Signals(judged=odds + bias)
            made.append(Judged(signals=told, met=met, group=f"q{n % groups}", check=check))
    return made


def test_each_check_has_a_bias_of_its_own():
    """The judge says Yes to one too easily, to another too seldom."""
    judged = _of_checks({"easy": 2.0, "fair": 0.0, "hard": -2.0})
    made = fit_probability(judged, ["judged"])
    assert made.fit.offsets["hard"] - made.fit.offsets["easy"] > 2
    told = Signals(judged=0.0)
    assert made.fit.probability(told, "hard") > 0.8
    assert made.fit.probability(told, "easy") < 0.2
    assert 0.2 < made.fit.probability(told, "of their own rubric") < 0.8
    assert made.fit.probability(told) == made.fit.probability(told, "of their own rubric")
    nameless = [Judged(one.signals, one.met, one.group) for one in judged]
    without = fit_probability(nameless, ["judged"])
    assert without.fit.offsets == {}
    assert made.held.fitted < without.held.fitted - 0.05


def test_a_check_that_was_seen_once_is_hardly_told_from_the_rest():
    judged = _of_checks({"fair": 0.0})
    one = Judged(Signals(judged=-1.0), met=True, group="q0", check="rare")
    assert 0 < fit_probability([*judged, one], ["judged"]).fit.offsets["rare"] < 1


def test_what_is_made_without_a_question_does_not_know_it():
    judged = _of_checks({"easy": 2.0, "hard": -2.0})
    odd = [Judged(Signals(judged=3.0), met=False, group="odd", check="odd")] * 10
    made = fit_probability([*judged, *odd], ["judged"])
    assert set(made.without) == {one.group for one in judged} | {"odd"}
    assert made.without["odd"].offsets["odd"] == 0.0
    assert made.without["q0"].offsets["odd"] < -1
    assert made.without["q0"].probability(odd[0].signals, "odd") < 0.5


def _rows(group, level, met):
    """An answer in which a criterion's checks are met or not, as the judge sees plainly."""
    return [
        Row(
            fit="sentences",
            group=group,
            answer=f"{group}/{level}",
            check=check,
            met=check in met,
            signals=Signals(judged=6.0 if check in met else -6.0),
            criterion="all",
            level=level,
            score=(level - 1) / 4,
        )
        for check in ("common", "middle", "rare")
    ]


def test_a_hard_check_is_known_by_how_few_show_it():
    """Its lack costs less than a common one's."""
    rows = [
        row
        for n in range(6)
        for level, met in ((1, ()), (3, ("common",)), (4, ("common", "middle")))
        for row in _rows(f"q{n}", level, met)
    ]
    line = fit_all(rows, "scripted", []).levels
    assert line.facility["common"] > 0.2 > line.facility["middle"] > -0.1
    assert line.facility["rare"] < -0.2
    assert line.fair("rare", 0.1) > line.fair("common", 0.1) + 0.4
    assert line.fair("unknown", 0.1) == 0.1


def _left(rng, against, score, n):
    return Scored(mean=0.9, score=score + rng.gauss(0, 0.03), group=f"q{n % 5}", against=against)


def test_a_second_thing_costs_as_much_as_people_say():
    rng = random.Random(4)
    told = {0: 0.9, 1: 0.72, 2: 0.29}
    scored = [_left(rng, count, told[count], n) for n in range(40) for count in told]
    line, _ = fit_line(scored)
    assert line.against == pytest.approx(0.8, abs=0.051)
    assert line.again == pytest.approx(0.4, abs=0.01)
    alone, _ = fit_line([one for one in scored if one.against == 0])
    assert (alone.against, alone.again) == (1.0, 1.0)


def test_of_fits_that_do_as_well_the_strictest_is_taken():
    """What three answers say of a slip is not told from nothing at all."""
    rng = random.Random(5)
    scored = [_left(rng, 0, 0.9 - 0.3 * (n % 2), n) for n in range(60)]
    scored += [_left(rng, 1, 0.6, n) for n in range(3)]
    assert fit_line(scored)[0].against < 0.65


def test_a_slip_stands_beside_the_answer_that_it_was_put_into():
    rows = [row for n in range(8) for row in _rows(f"q{n}", 5, ("common", "middle", "rare"))]
    rows += [row for n in range(8) for row in _rows(f"q{n}", 1, ())]
    slips = [
        Slip(
            group=f"q{n}",
            answer=f"q{n}/5",
            slip="No.",
            held_as="q__mistake_0",
            levels={"all": (4.0, 4.5)},
        )
        for n in range(8)
    ]
    assert fit_all(rows, "scripted", []).levels.against == 1.0
    line = fit_all(rows, "scripted", [], slips=slips).levels
    shown = line.score(1.0, 1.0)
    assert 0.75 <= line.score(1.0, 1.0, 1) / shown < 0.9
    elsewhere = [one.model_copy(update={"answer": "gone/5"}) for one in slips]
    assert fit_all(rows, "scripted", [], slips=elsewhere).levels.against == 1.0


@pytest.mark.parametrize("seed", range(10))
def test_a_line_is_not_bent_by_chance(seed):
    """People who score as the judge does, but for noise, need no line of their own."""
    rng = random.Random(seed)
    means = [rng.random() for _ in range(40)]
    line, held = fit_line(
        [
            Scored(one, min(1.0, max(0.0, one + rng.gauss(0, 0.15))), "abcd"[n % 4])
            for n, one in enumerate(means)
        ]
    )
    assert (line.intercept, line.slope) == (0.0, 1.0)
    assert held.fitted == held.unfitted


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
