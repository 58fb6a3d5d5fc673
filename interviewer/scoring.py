"""From judged checks to levels and a vote. Pure, and small enough to check by hand."""

import math
from collections.abc import Collection, Iterable, Mapping, Sequence, Sized
from typing import Literal

from interviewer.calibration import Line, mean
from interviewer.judgement import Judgement
from interviewer.rubric import BAR, Criterion, Level, Strict
from interviewer.sentences import SentenceRef

Status = Literal["shown", "missing", "not observed"]
Vote = Literal["strong hire", "hire", "no hire", "strong no hire", "no vote"]

FEWEST_OBSERVED = 0.5
"""Share of the rubric's weight that must be observed before anyone votes."""


class CheckResult(Strict):
    """One check in the answers to one question."""

    check_id: str
    question_id: str | None
    status: Status
    met: float | None
    """Probability in 0..1; None when not observed."""
    evidence: tuple[SentenceRef, ...] = ()
    note: str | None = None


class CriterionGrade(Strict):
    """One criterion over all questions it was observed in."""

    criterion_id: str
    level: Level | None
    """None: not observed."""
    estimate: float | None = None
    """The level before it is rounded, 1..5; None: not observed."""
    interval: tuple[float, float] | None = None
    """Where the level lies with 80% confidence, within 1..5; None: not observed."""
    unlowered: Level | None = None
    """The level without what counts against the answers; None: not observed."""
    results: tuple[CheckResult, ...]


def best_judgements(judgements: Iterable[Judgement]) -> dict[str, Judgement]:
    """The best judgement for each check over the answers to one question."""
    best: dict[str, Judgement] = {}
    for judgement in judgements:
        held = best.get(judgement.check_id)
        if held is None or _weight(judgement) > _weight(held):
            best[judgement.check_id] = judgement
    return best


def _weight(judgement: Judgement) -> float:
    return -1.0 if judgement.met is None else judgement.met


def question_results(
    criterion: Criterion,
    question_id: str | None,
    best: Mapping[str, Judgement],
    probed: Collection[str],
) -> tuple[CheckResult, ...]:
    """Each check of a criterion in the answers to one question.

    A check that wasn't shown counts as missing only where it was due: every good answer
    shows it unasked (``expected``), or the interviewer asked for it. Silence on anything
    else is not observed, and so is what could not be judged.
    """
    results = []
    for check in criterion.checks:
        judgement = best.get(check.id)
        status: Status = "not observed"
        met, note = None, "it didn't come up"
        evidence: tuple[SentenceRef, ...] = ()
        if judgement is None or judgement.met is None:
            note = (judgement.note if judgement else None) or "it was not judged"
        elif judgement.shown:
            status, met, note = "shown", judgement.met, ""
            evidence = tuple(SentenceRef(seq=judgement.seq, n=n) for n in judgement.sentences)
        elif check.expected or check.id in probed:
            status, met = "missing", judgement.met
            note = "asked for, and not shown" if check.id in probed else "not shown"
        results.append(
            CheckResult(
                check_id=check.id,
                question_id=question_id,
                status=status,
                met=met,
                evidence=evidence,
                note=note or None,
            )
        )
    return tuple(results)


MOST_AGAINST = 2
"""Things that count against an answer; more take nothing more away."""


def count_against(held: Sized) -> int:
    """How many of the things that are held against one answer count."""
    return min(len(held), MOST_AGAINST)


def grade_criteria(
    results: Mapping[str, Sequence[CheckResult]],
    weights: Mapping[str, float],
    line: Line,
    against: float = 0.0,
) -> list[CriterionGrade]:
    """Each criterion's level from its checks: 1 + 4 times the line's score, to the nearest level.

    The line reads the mean probability of the checks that were due or shown, each beside how
    often answers show it at all, so that the lack of what few show costs little; and with a
    weight of its own that of all criteria together: few checks tell little on their own, and what
    the rest shows makes their reading surer (augmented subscores, Wainer et al. 2001, in Test
    Scoring, ch. 9).
    ``against`` counts the things that count against the answer, at most MOST_AGAINST; over
    several questions it is the mean of their counts.
    At most 4 while anything is not observed: a single lucky check doesn't earn the top. No
    level when nothing was due: no evidence is not a low grade.
    """
    means = {one: _mean_of_due(of_one, line) for one, of_one in results.items()}
    seen = {one: value for one, value in means.items() if value is not None}
    total = sum(weights[one] for one in seen)
    whole = sum(weights[one] * value for one, value in seen.items()) / total if total else 0.0
    return [
        _grade(one, results[one], line, of_due=means[one], whole=whole, against=against)
        for one in results
    ]


def _mean_of_due(results: Sequence[CheckResult], line: Line) -> float | None:
    due = [line.fair(one.check_id, one.met) for one in results if one.met is not None]
    return mean(due) if due else None


def _grade(
    criterion_id: str,
    results: Sequence[CheckResult],
    line: Line,
    *,
    of_due: float | None,
    whole: float,
    against: float,
) -> CriterionGrade:
    if of_due is None:
        return CriterionGrade(criterion_id=criterion_id, level=None, results=tuple(results))
    most = 4 if any(result.met is None for result in results) else 5
    low, high = line.interval(of_due, whole, against)
    estimate, unlowered = (
        min(most, 1 + 4 * line.score(of_due, whole, held)) for held in (against, 0.0)
    )
    return CriterionGrade(
        criterion_id=criterion_id,
        level=_level(estimate),
        estimate=estimate,
        interval=(min(most, 1 + 4 * low), min(most, 1 + 4 * high)),
        unlowered=_level(unlowered),
        results=tuple(results),
    )


def _level(estimate: float) -> Level:
    levels: dict[int, Level] = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5}
    return levels[math.floor(estimate + 0.5)]


def score_of(grades: Sequence[CriterionGrade], weights: Mapping[str, float]) -> float | None:
    """The weighted mean of the criteria's estimates on 0..1; None when nothing was observed."""
    observed = [(weights[one.criterion_id], one.estimate) for one in grades if one.estimate]
    total = sum(weight for weight, _ in observed)
    return sum(weight * (level - 1) / 4 for weight, level in observed) / total if total else None


def vote_of(
    grades: Sequence[CriterionGrade], weights: Mapping[str, float], bar: float = BAR
) -> Vote:
    """The interviewer's vote, against the bar of the candidate's level.

    No vote while less than FEWEST_OBSERVED of the weight was observed. Hire: the weighted
    mean level is at the bar and nothing is at level 1; strong hire: a level and a half above
    it, but no more than 4.75 is asked, and nothing below 4; strong no hire: more than a level
    below the bar.
    """
    observed = [(weights[grade.criterion_id], grade.level) for grade in grades if grade.level]
    total = sum(weight for weight, _ in observed)
    everything = sum(weights[grade.criterion_id] for grade in grades)
    if not total or total < FEWEST_OBSERVED * everything:
        return "no vote"
    mean = sum(weight * level for weight, level in observed) / total
    lowest = min(level for _, level in observed)
    if mean >= min(bar + 1.5, 4.75) and lowest > BAR:
        return "strong hire"
    if mean >= bar and lowest > 1:
        return "hire"
    return "no hire" if mean >= bar - 1 else "strong no hire"
