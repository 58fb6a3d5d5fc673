"""Levels, votes and scores, by hand."""

from itertools import permutations

import pytest

from interviewer.calibration import Line
from interviewer.judgement import THRESHOLD, Judgement
from interviewer.scoring import (
    CheckResult,
    CriterionGrade,
    best_judgements,
    grade_criteria,
    question_results,
    score_of,
    vote_of,
)
from interviewer.sentences import SentenceRef


def _judgement(met, seq=2, check_id="scene", **more):
    return Judgement(seq=seq, check_id=check_id, met=met, **more)


@pytest.mark.parametrize(
    ("met", "shown"), [(None, False), (0.0, False), (0.34, False), (1.0, True)]
)
def test_shown(met, shown):
    assert _judgement(met).shown is shown
    assert _judgement(THRESHOLD).shown


@pytest.mark.parametrize(
    ("mets", "best"),
    [
        ([0.2, 0.9, 0.4], 0.9),
        ([0.9, 0.2], 0.9),
        ([None, 0.3], 0.3),
        ([0.3, None], 0.3),
        ([None, None], None),
        ([0.0, 0.0], 0.0),
        ([0.0, None], 0.0),
        ([0.0, 0.1], 0.1),
    ],
)
def test_best_judgements(mets, best):
    judgements = [_judgement(met, seq=2 * number) for number, met in enumerate(mets, 1)]
    assert best_judgements(judgements)["scene"].met == best


def test_a_sure_no_is_better_than_no_judgement():
    for order in permutations([None, 0.0]):
        assert best_judgements([_judgement(met) for met in order])["scene"].met == 0.0


def test_best_judgements_are_by_check():
    best = best_judgements([_judgement(0.9), _judgement(0.2, check_id="cause")])
    assert {one: best[one].met for one in best} == {"scene": 0.9, "cause": 0.2}
    assert best_judgements([]) == {}


# the judgement's probability (or "none": no judgement), expected, probed, status, note
RESULTS = [
    (0.9, True, False, "shown", None),
    (0.9, False, False, "shown", None),
    (0.9, False, True, "shown", None),
    (0.1, True, False, "missing", "not shown"),
    (0.1, True, True, "missing", "asked for, and not shown"),
    (0.1, False, True, "missing", "asked for, and not shown"),
    (0.1, False, False, "not observed", "it didn't come up"),
    (0.0, True, False, "missing", "not shown"),
    (None, True, False, "not observed", "neither Yes nor No"),
    (None, True, True, "not observed", "neither Yes nor No"),
    ("none", True, True, "not observed", "it was not judged"),
    ("none", False, False, "not observed", "it was not judged"),
]


@pytest.mark.parametrize(("met", "expected", "probed", "status", "note"), RESULTS)
def test_question_results(rubric, met, expected, probed, status, note):
    criterion = rubric.criteria[1]  # "number" is expected, "measured" is not
    check_id = "number" if expected else "measured"
    best = {}
    if met != "none":
        why = "neither Yes nor No" if met is None else None
        proofs = (3, 1) if met is not None and met >= 0.5 else ()
        best[check_id] = _judgement(met, 4, check_id, sentences=proofs, note=why)
    results = question_results(criterion, "failure", best, {check_id} if probed else ())
    assert [one.check_id for one in results] == ["number", "measured"]
    result = next(one for one in results if one.check_id == check_id)
    assert (result.status, result.note, result.question_id) == (status, note, "failure")
    if status == "not observed":
        assert result.met is None
    else:
        assert result.met == met
    proofs = (SentenceRef(seq=4, n=3), SentenceRef(seq=4, n=1)) if status == "shown" else ()
    assert result.evidence == proofs


def _results(notation: str) -> list[CheckResult]:
    """s: surely shown, m: surely missing, h: half shown, -: not observed."""
    met = {"s": 1.0, "m": 0.0, "h": 0.5, "-": None}
    return [
        CheckResult(
            check_id=f"c{n}",
            question_id=None,
            status="not observed" if one == "-" else "shown" if one in "sh" else "missing",
            met=met[one],
        )
        for n, one in enumerate(notation)
    ]


STRAIGHT = Line(spread=0.1)


def _estimate(results, line=STRAIGHT):
    return grade_criteria({"c": results}, {"c": 1.0}, line)[0].estimate


def test_lack_of_what_few_show_costs_little():
    """The facility of a check stands beside its probability."""
    line = Line(spread=0.1, facility={"c0": 0.3, "c1": -0.2})
    assert _estimate(_results("sm"), line) == pytest.approx(1 + 4 * (0.7 + 0.2) / 2)
    assert _estimate(_results("ms"), line) == pytest.approx(1 + 4 * (1.2 - 0.3) / 2)


@pytest.mark.parametrize(
    ("notation", "level"),
    [
        ("", None),
        ("-", None),
        ("--", None),
        ("s", 5),
        ("m", 1),
        ("ss", 5),
        ("sm", 3),
        ("mm", 1),
        ("hh", 3),
        ("sh", 4),
        ("s-", 4),  # one lucky check is not the top
        ("m-", 1),
        ("sm-", 3),
        ("sss", 5),
        ("ssm", 4),  # 3.67
        ("smm", 2),  # 2.33
        ("sssm", 4),
        ("smmm", 2),
        ("ssss-", 4),
        ("sssssm", 4),  # 4.33
        ("smmmmmmm", 2),  # 1.5
        ("sssssmmm", 4),  # 3.5
    ],
)
def test_the_level_of_a_criterion(notation, level):
    for order in (notation, notation[::-1]):
        grade = _grade_one(order, STRAIGHT)
        assert (grade.criterion_id, grade.level) == ("k", level)
        assert len(grade.results) == len(notation)


def _grade_one(notation, line):
    (grade,) = grade_criteria({"k": _results(notation)}, {"k": 1}, line)
    return grade


def test_the_level_follows_the_line_and_has_an_interval():
    grade = _grade_one("ssm", Line(intercept=-0.2, slope=1.0, spread=0.15))
    assert grade.estimate == pytest.approx(1 + 4 * (2 / 3 - 0.2))
    assert grade.level == 3
    assert grade.interval == pytest.approx((grade.estimate - 0.6, grade.estimate + 0.6))


def test_an_interval_stays_on_the_scale():
    assert _grade_one("mm", STRAIGHT).interval == pytest.approx((1, 1.4))
    assert _grade_one("s-", STRAIGHT).interval == pytest.approx((4, 4))
    assert _grade_one("--", STRAIGHT).interval is None


def test_what_the_rest_shows_makes_a_criterion_surer():
    """A half-seen criterion stands higher in a strong answer than in a weak one."""
    line = Line(slope=0.5, whole=0.5, spread=0.1)
    weights = {"k": 1, "rest": 3}
    strong, _ = grade_criteria({"k": _results("sm"), "rest": _results("ss")}, weights, line)
    weak, _ = grade_criteria({"k": _results("sm"), "rest": _results("mm")}, weights, line)
    assert strong.estimate == pytest.approx(1 + 4 * (0.25 + 0.5 * 0.875))
    assert weak.estimate == pytest.approx(1 + 4 * (0.25 + 0.5 * 0.125))


def _grades(*levels):
    return [
        CriterionGrade(criterion_id=f"k{n}", level=level, estimate=level, results=())
        for n, level in enumerate(levels)
    ]


def _weights(*weights):
    return {f"k{n}": weight for n, weight in enumerate(weights)}


@pytest.mark.parametrize(
    ("levels", "weights", "vote"),
    [
        ((), (), "no vote"),
        ((None, None), (1, 1), "no vote"),
        ((5, None, None), (1, 1, 1), "no vote"),  # a third of the weight
        ((5, None), (1, 1), "strong hire"),  # half is enough
        ((5, None), (1, 1.01), "no vote"),
        ((5, 5), (1, 1), "strong hire"),
        ((5, 5, 5, 2), (1, 1, 1, 1), "hire"),  # 4.25, but one below the bar
        ((5, 5, 5, 3), (1, 1, 1, 1), "hire"),  # 4.5, but one at the bar
        ((5, 5, 4, 4), (1, 1, 1, 1), "strong hire"),  # 4.5 and none below 4
        ((5, 4, 4, 4), (1, 1, 1, 1), "hire"),  # 4.25
        ((5, 4, 4, 3), (1, 1, 1, 1), "hire"),  # 4.0
        ((3, 3), (1, 1), "hire"),
        ((4, 2), (1, 1), "hire"),
        ((5, 1), (1, 1), "no hire"),  # 3.0, but a 1
        ((5, 5, 1), (1, 1, 1), "no hire"),
        ((3, 2), (1, 1), "no hire"),
        ((2, 2), (1, 1), "no hire"),
        ((2, 1), (1, 1), "strong no hire"),
        ((1, 1), (1, 1), "strong no hire"),
        ((5, 2), (1, 3), "no hire"),  # 2.75
        ((5, 2), (3, 1), "hire"),  # 4.25, below the bar
    ],
)
def test_vote_of(levels, weights, vote):
    assert vote_of(_grades(*levels), _weights(*weights)) == vote


@pytest.mark.parametrize(
    ("levels", "weights", "score"),
    [
        ((), (), None),
        ((None,), (1,), None),
        ((1,), (1,), 0.0),
        ((5,), (3,), 1.0),
        ((3, None), (1, 9), 0.5),
        ((5, 1), (1, 3), 0.25),
        ((2, 4), (1, 1), 0.5),
    ],
)
def test_score_of(levels, weights, score):
    assert score_of(_grades(*levels), _weights(*weights)) == score


@pytest.mark.parametrize(
    ("count", "left"), [(0, 1.0), (0.5, 0.8**0.5), (1, 0.8), (1.5, 0.8 * 0.5**0.5), (2, 0.4)]
)
def test_the_first_thing_and_a_further_one_leave_each_their_share(count, left):
    line = Line(against=0.8, again=0.5, spread=0.0)
    assert line.score(1.0, against=count) == pytest.approx(left)
