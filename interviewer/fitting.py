"""Makes the fits that ``calibration`` applies: small models, shrunk, tested on unseen questions.

Ridge towards what one would do without any data (the judge's own word; a straight line), so
that few answers change little. The strength of the pull is chosen by leaving out one question
at a time, and a fit that does no better there than no fit is not kept.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from interviewer.calibration import (
    UNFITTED,
    Fit,
    Fits,
    Held,
    Line,
    Signals,
    Source,
    cut,
    mean,
)
from interviewer.judgement import HELD, THRESHOLD
from interviewer.replies import Reply, ReplySignals, ToldReply
from interviewer.rubric import Strict, Text
from interviewer.scoring import MOST_AGAINST, count_against

Floats = NDArray[np.floating[Any]]

PULLS = (1.0, 3.0, 10.0, 30.0)
"""Strengths of the pull towards no fit that are tried, in answers."""

PULLS_ON_REPLIES = (0.1, 0.3, 1.0)
"""The same for replies, of which no judge has said anything before: no fit is as far as it gets."""

LEFT_OVER = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7, 0.65, 0.6, 0.55, 0.5)
"""Shares of a score that the first thing that counts against it may leave, all tried; 1: all of it.

Never less than half: some of what is held against an answer is held wrongly.
"""

LEFT_AGAIN = (1.0, 0.8, 0.6, 0.5, 0.4, 0.3)
"""Shares of the rest that a second one may leave: once is a slip, and two are seldom both wrong."""

PULL_ON_OFFSETS = 1.0
"""A check's offset is held to be about as far from 0 as 1, in log odds, before any answer."""

FEW_ANSWERS = 3
"""Answers that tell as much of how often a check is shown as what holds of all checks."""

CONFIDENCE = 0.8
"""Share of unseen scores that an interval is to hold."""


@dataclass(frozen=True)
class Judged:
    """A claim or check in one answer, or a reply, whose truth a person told."""

    signals: Signals | ReplySignals
    met: bool
    group: str
    """The question; a fit is tested on questions that it has not seen."""
    check: str | None = None
    """Its id, where it is looked for in answers to several questions: it gets an offset."""


@dataclass(frozen=True)
class Scored:
    """An answer or criterion that a person scored."""

    mean: float
    """What the pipeline makes of it before the line, 0..1 but for how easy its checks are."""
    score: float
    """The person's, 0..1."""
    group: str
    whole: float | None = None
    """The mean of everything that the answer was judged on, where the line may look at it."""
    against: int = 0
    """How many things count against the answer."""


@dataclass(frozen=True)
class Made:
    """A fit of probabilities, and how it did."""

    fit: Fit
    without: Mapping[str, Fit]
    """By question: the same without its answers."""
    held: Held


@dataclass(frozen=True)
class _Sample:
    """What a logistic model looks at; its weights are the signals', then the checks' offsets."""

    signals: Floats
    """n x k; the first column is 1."""
    check: NDArray[np.intp]
    """n; which check each was judged for, ``checks`` for none."""
    checks: int

    def of(self, rows: NDArray[np.bool_]) -> "_Sample":
        return _Sample(self.signals[rows], self.check[rows], self.checks)

    def odds(self, weights: Floats) -> Floats:
        few = self.signals.shape[1]
        odds: Floats = self.signals @ weights[:few] + np.append(weights[few:], 0.0)[self.check]
        return odds

    def by_check(self, values: Floats) -> Floats:
        """The sum of the values of each check."""
        sums = np.bincount(self.check, weights=values, minlength=self.checks + 1)
        return sums[: self.checks].astype(np.float64, copy=False)


def fit_probability(
    judged: Sequence[Judged], names: Sequence[str], pulls: Sequence[float] = PULLS
) -> Made:
    """A logistic model over the named signals; the judge's own word where that does better.

    Loss: mean log loss on questions left out. ValueError for fewer than two questions.
    """
    values = np.array([[cut(getattr(one.signals, name)) for name in names] for one in judged])
    truth = np.array([float(one.met) for one in judged])
    checks = sorted({one.check for one in judged if one.check})
    prior = np.array([0.0, *(float(name == "judged") for name in names), *(0.0 for _ in checks)])
    places = {check: place for place, check in enumerate(checks)}
    design = _Sample(
        np.column_stack([np.ones(len(judged)), values]),
        np.array([places.get(one.check or "", len(checks)) for one in judged]),
        len(checks),
    )

    def solve(rows: NDArray[np.bool_], pull: float) -> Floats:
        # The pull on a weight goes with its signal's variance, so that a signal on 0..1 is not
        # held back for its scale.
        spread = np.maximum(values[rows].var(axis=0), 1e-6)
        strengths = np.array([pull, *pull * spread, *(PULL_ON_OFFSETS for _ in checks)])
        return _logistic(design.of(rows), truth[rows], prior, strengths)

    def loss(rows: NDArray[np.bool_], weights: Floats) -> Floats:
        return _log_loss(design.of(rows).odds(weights), truth[rows])

    def made(weights: Floats) -> Fit:
        intercept, *rest = (round(float(one), 4) for one in weights)
        return Fit(
            intercept=intercept,
            weights=dict(zip(names, rest[: len(names)], strict=True)),
            offsets=dict(zip(checks, rest[len(names) :], strict=True)),
        )

    best = _best([one.group for one in judged], prior, solve, loss, pulls)
    return Made(
        fit=made(best.weights),
        without={group: made(weights) for group, weights in best.without.items()},
        held=Held(
            measure="log loss",
            fitted=best.fitted,
            unfitted=best.unfitted,
            answers=len(best.losses),
        ),
    )


def fit_line(scored: Sequence[Scored], slips: Sequence[Scored] = ()) -> tuple[Line, Held]:
    """A line from mean probability to score; the straight one where none does clearly better.

    Loss: root mean square error on questions left out. The spread is the CONFIDENCE quantile
    of the errors there, with the finite-sample correction of split conformal prediction
    (Lei et al. 2018, doi:10.1080/01621459.2017.1307116). ``slips`` tell, beside the others, what
    is left of a score by what counts against an answer, and nothing else. ValueError for fewer
    than two questions.
    """
    first, again = _left_over([*scored, *slips])
    names, design = _design(scored)
    counts = np.array([one.against for one in scored])
    best = _fit_line(scored, design * _left(counts, first, again)[:, None])
    rank = min(1.0, math.ceil((len(scored) + 1) * CONFIDENCE) / len(scored))
    weights = dict(zip(names, (round(float(one), 4) for one in best.weights), strict=True))
    line = Line(
        intercept=weights["intercept"],
        slope=weights["slope"],
        whole=weights.get("whole", 0.0),
        against=first,
        again=again,
        spread=round(float(np.quantile(np.sqrt(best.losses), rank)), 4),
    )
    return line, Held(
        measure="root mean square error",
        fitted=round(math.sqrt(best.fitted), 4),
        unfitted=round(math.sqrt(_fit_line(scored, design).unfitted), 4),
        answers=len(best.losses),
    )


def _left_over(scored: Sequence[Scored]) -> tuple[float, float]:
    """What the first thing that counts against an answer leaves of its score, and a further one.

    Of the shares that do about as well as the best, within a standard error of its loss, the
    strictest: nothing is worse in a grader than a grade for what is wrong. The rule is that of
    Breiman et al. (1984, Classification and Regression Trees, ch. 3.4) for the simplest.
    """
    counts = np.array([one.against for one in scored])
    if not counts.any():
        return LEFT_OVER[0], LEFT_AGAIN[0]
    _, design = _design(scored)
    tried = {
        (first, again): _fit_line(scored, design * _left(counts, first, again)[:, None])
        for first in LEFT_OVER
        for again in (LEFT_AGAIN if (counts > 1).any() else LEFT_AGAIN[:1])
    }
    best = min(tried.values(), key=lambda one: one.fitted)
    most = best.fitted + float(best.losses.std()) / math.sqrt(len(best.losses))
    near = [shares for shares, one in tried.items() if one.fitted <= most]
    return min(near, key=lambda shares: float(_left(counts, *shares).mean()))


def _left(counts: NDArray[np.int_], first: float, again: float) -> Floats:
    """The share of each score that is left by so many things that count against it."""
    left: Floats = first ** np.minimum(counts, 1) * again ** np.maximum(counts - 1, 0)
    return left


def _design(scored: Sequence[Scored]) -> tuple[tuple[str, ...], Floats]:
    """The names and columns of what the line looks at; the whole only where all have it."""
    columns = [np.ones(len(scored)), np.array([one.mean for one in scored])]
    wholes = [one.whole for one in scored if one.whole is not None]
    if wholes and len(wholes) == len(scored):
        columns.append(np.array(wholes))
    return ("intercept", "slope", "whole")[: len(columns)], np.column_stack(columns)


@dataclass(frozen=True)
class _Best:
    """The weights that do best on questions left out, and how well that is."""

    weights: Floats
    without: dict[str, Floats]
    """By question: the weights without its answers."""
    losses: Floats
    """Of each answer, by the weights without its question."""
    unfitted: float
    """Mean loss of the prior."""

    @property
    def fitted(self) -> float:
        return round(float(self.losses.mean()), 4)


def _fit_line(scored: Sequence[Scored], design: Floats) -> _Best:
    scores = np.array([one.score for one in scored])
    prior = np.array([0.0, 1.0, 0.0][: design.shape[1]])

    def solve(rows: NDArray[np.bool_], pull: float) -> Floats:
        return _ridge(design[rows], scores[rows], prior, pull / 10)

    def error(rows: NDArray[np.bool_], weights: Floats) -> Floats:
        residuals: Floats = np.clip(design[rows] @ weights, 0, 1) - scores[rows]
        return residuals**2

    # What a line takes off a low score by chance is the order of the lowest: below zero they are
    # all alike.
    return _best([one.group for one in scored], prior, solve, error, surely=True)


Solve = Callable[[NDArray[np.bool_], float], Floats]
Loss = Callable[[NDArray[np.bool_], Floats], Floats]


def _best(
    groups: Sequence[str],
    prior: Floats,
    solve: Solve,
    loss: Loss,
    pulls: Sequence[float] = PULLS,
    *,
    surely: bool = False,
) -> _Best:
    """By the pull that does best on questions left out; the prior where none does better.

    ``surely``: nor where the gain is within its standard error.
    """
    names = np.array(groups)
    if len(set(groups)) < 2:
        raise ValueError("answers to at least two questions are needed to test a fit")
    everything = np.ones(len(groups), dtype=bool)
    unfitted: Floats = loss(everything, prior)
    mean_unfitted = round(float(unfitted.mean()), 4)
    tried = [_Best(prior, dict.fromkeys(groups, prior), unfitted, mean_unfitted)]
    # The strongest first: of equals, what is nearest to the prior.
    for pull in sorted(pulls, reverse=True):
        without = {name: solve(names != name, pull) for name in dict.fromkeys(groups)}
        losses: Floats = np.zeros(len(groups))
        for name, weights in without.items():
            losses[names == name] = loss(names == name, weights)
        tried.append(_Best(solve(everything, pull), without, losses, mean_unfitted))
    best = min(tried, key=lambda one: float(one.losses.mean()))
    gain = unfitted - best.losses
    if surely and gain.mean() <= gain.std() / math.sqrt(len(gain)):
        return tried[0]
    return best


def _ridge(design: Floats, target: Floats, prior: Floats, pull: float) -> Floats:
    """Least squares, pulled towards ``prior``: closed form."""
    normal = design.T @ design + pull * np.eye(len(prior))
    step: Floats = np.linalg.solve(normal, design.T @ (target - design @ prior))
    return prior + step


def _logistic(design: _Sample, truth: Floats, prior: Floats, pulls: Floats) -> Floats:
    """Logistic regression, each weight pulled towards ``prior``: Newton's method, which
    converges here in a few steps since the pulls make the loss strictly convex.

    An answer has one check, so the offsets' part of the curvature is diagonal, and the signals'
    few weights are solved for without them (the Schur complement).
    """
    signals, few = design.signals, design.signals.shape[1]
    weights: Floats = prior.astype(np.float64)
    for _ in range(50):
        expected = 1 / (1 + np.exp(-np.clip(design.odds(weights), -30, 30)))
        off, steep = expected - truth, expected * (1 - expected)
        pulled = pulls * (weights - prior)
        slope = signals.T @ off + pulled[:few]
        slopes = design.by_check(off) + pulled[few:]
        curve = (signals * steep[:, None]).T @ signals + np.diag(pulls[:few])
        own = design.by_check(steep) + pulls[few:]
        mixed = np.array([design.by_check(steep * one) for one in signals.T])
        step = np.linalg.solve(curve - (mixed / own) @ mixed.T, slope - (mixed / own) @ slopes)
        step = np.concatenate([step, (slopes - mixed.T @ step) / own])
        weights = weights - step
        if float(np.abs(step).max()) < 1e-8:
            break
    return weights


def _log_loss(odds: Floats, truth: Floats) -> Floats:
    losses: Floats = np.logaddexp(0, np.where(truth > 0.5, -odds, odds))
    return losses


# --- The shipped fit, from a file of judged signals --------------------------------------

Named = Literal["sentences", "key_points", "exemplified", "references", "mistakes", "red_flags"]
SIGNALS: dict[Named, tuple[str, ...]] = {
    "sentences": ("judged", "like_right", "general"),
    "key_points": ("judged", "covered", "like_right", "like_wrong"),
    "exemplified": ("judged", "turns", "empty", "off_topic", "like_right"),
    "references": ("judged", "covered"),
    "mistakes": ("judged", "like_right", "general", "corrected"),
    "red_flags": ("judged", "like_right"),
}
"""The signals that each fit may use: each was worth something on questions left out.

Least so the bias of exemplified claims (empty, off_topic): log loss .368 with it, .373 without.
"""


WITH_OFFSETS: frozenset[Named] = frozenset({"sentences"})
"""The fits whose checks are looked for in answers to several questions, and have offsets.

On questions left out: log loss .247 with them, .297 without; AUC .931 and .893 (3,720 pairs).
"""


REPLY_SIGNALS = (
    *("yields", "insists", "reasons", "looks", "limits"),
    *("denies", "agrees", "fresh", "like_claim"),
)
"""What the ways to reply are told apart by, whether or not anyone knows what holds."""

CORRECTION_SIGNALS = (
    *("yields", "reasons", "limits", "denies", "fresh"),
    *("like_claim", "like_holds", "corrected"),
)
"""What a correction of a known mistake is told by."""


CORRECTION = "correction"
"""The name of the fit that tells a correction of a known mistake."""


def fit_replies(told: Sequence[ToldReply]) -> dict[str, Made]:
    """The fits of replies to challenges: one for each way, and CORRECTION for known mistakes.

    ValueError for replies to fewer than two questions.
    """

    def fitted(rows: Sequence[ToldReply], how: Reply, names: Sequence[str]) -> Made:
        judged = [Judged(one.signals, one.how == how, one.group) for one in rows]
        return fit_probability(judged, names, PULLS_ON_REPLIES)

    ways: tuple[Reply, ...] = get_args(Reply)
    made: dict[str, Made] = {how: fitted(told, how, REPLY_SIGNALS) for how in ways}
    doubted = [one for one in told if one.holds]
    return made | {CORRECTION: fitted(doubted, "revised", CORRECTION_SIGNALS)}


def with_replies(fits: Fits, found: Mapping[str, Fit]) -> Fits:
    """``fits`` with those of replies, by the names that fit_replies gives them."""
    ways = {how: fit for how, fit in found.items() if how != CORRECTION}
    return fits.model_copy(update={"replies": ways, "corrections": found[CORRECTION]})


class Row(Strict):
    """One check or claim in one answer, as the judge saw it and as a person told it."""

    fit: Named
    group: Text
    """The question."""
    answer: Text
    check: str | None = None
    """Its id, where it is one of the bank's."""
    corrected_by: str | None = None
    """For a known mistake: the check that takes it back."""
    met: bool
    signals: Signals
    criterion: str | None = None
    weight: float = 1.0
    """The criterion's."""
    due: bool = True
    """Silence on it counts."""
    level: int | None = Field(default=None, ge=1, le=5)
    """The criterion's level, as a person gave it."""
    score: float | None = Field(default=None, ge=0, le=1)
    """The whole answer's score."""


class Slip(Strict):
    """An answer that is right but for one sentence, and what people make of it then.

    Hardly anybody labels such answers, who looks for good and bad ones, and from those alone a fit
    takes a single slip for as bad as an answer that is wrong altogether.
    """

    group: Text
    """The question."""
    answer: Text
    """The judged answer that the sentence was put into, as its rows name it."""
    slip: Text
    """The sentence."""
    held_as: Text
    """The known mistake or red flag that it is."""
    levels: dict[str, tuple[float, ...]]
    """By criterion: what each labeller gave to the answer with the slip in it, 1..5."""


def fit_checks(rows: Sequence[Row]) -> dict[Named, Made]:
    """The fits of probabilities; those that have answers to two questions, to be tested on."""
    made: dict[Named, Made] = {}
    for name, signals in SIGNALS.items():
        judged = [
            Judged(one.signals, one.met, one.group, one.check if name in WITH_OFFSETS else None)
            for one in rows
            if one.fit == name
        ]
        if len({one.group for one in judged}) > 1:
            made[name] = fit_probability(judged, signals)
    return made


def fit_all(
    rows: Sequence[Row],
    judge: str,
    sources: Sequence[Source],
    made: Mapping[Named, Made] | None = None,
    slips: Sequence[Slip] = (),
) -> Fits:
    """Every fit from the rows; without two questions to test it, it stays the judge's own word.

    ``slips`` stand beside the rows of the answers that they were put into. ``made``: what
    fit_checks makes of these rows, where it is known already. ValueError where nothing at all
    can be fitted.
    """
    if made is None:
        made = fit_checks(rows)
    held: dict[str, Held] = {name: one.held for name, one in made.items()}
    fitted: dict[str, Fit] = {name: one.fit for name, one in made.items()}
    fits = UNFITTED.model_copy(update={"judge": judge, "sources": tuple(sources), **fitted})
    told = [_Told(row, _unseen(row, made)) for row in rows]
    facility = _facility(rows)
    plain, slipped = _of_criteria(told, facility, slips)
    fits = _with_line(fits, "levels", plain, held, slipped)
    if "levels" in held:
        levels = fits.levels.model_copy(update={"facility": dict(facility)})
        fits = fits.model_copy(update={"levels": levels})
    fits = _with_line(fits, "answers", _of_answers(told, fits.levels), held)
    fits = _with_line(fits, "scores", _of_claims(told), held)
    if not held:
        raise ValueError("answers to at least two questions are needed to test a fit")
    return fits.model_copy(update={"held": held})


def _with_line(
    fits: Fits,
    name: str,
    scored: Sequence[Scored],
    held: dict[str, Held],
    slips: Sequence[Scored] = (),
) -> Fits:
    if len({one.group for one in scored}) < 2:
        return fits
    line, held[name] = fit_line(scored, slips)
    return fits.model_copy(update={name: line})


def _facility(rows: Sequence[Row]) -> dict[str, float]:
    """How much more often than the mean check each one is shown, as people told it.

    Shrunk by FEW_ANSWERS to the mean. Key points belong to one question each, and have none.
    """
    checks = [row for row in rows if row.criterion]
    usual = mean([float(row.met) for row in checks]) if checks else 0.0
    found: dict[str, list[float]] = {}
    for row in checks:
        if row.check and row.fit in WITH_OFFSETS:
            found.setdefault(row.check, []).append(float(row.met) - usual)
    return {
        check: round(sum(above) / (len(above) + FEW_ANSWERS), 4)
        for check, above in sorted(found.items())
    }


@dataclass(frozen=True)
class _Told:
    """A row, and the probability that a fit without its question gives it.

    A line made from probabilities of the question's own fit would take them for surer than
    those of a question that nobody has labelled.
    """

    row: Row
    met: float


def _unseen(row: Row, made: Mapping[Named, Made]) -> float:
    fit: Fit = made[row.fit].without[row.group] if row.fit in made else getattr(UNFITTED, row.fit)
    return fit.probability(row.signals, row.check)


def _by(told: Iterable[_Told], *names: str) -> dict[tuple[Any, ...], list[_Told]]:
    found: dict[tuple[Any, ...], list[_Told]] = {}
    for one in told:
        found.setdefault(tuple(getattr(one.row, name) for name in names), []).append(one)
    return found


@dataclass(frozen=True)
class _OfAnswer:
    """One answer's criteria: their first row and the mean of what is due."""

    name: str
    criteria: list[tuple[Row, float]]
    against: int
    """How many things count against it."""

    @property
    def whole(self) -> float:
        total = sum(row.weight for row, _ in self.criteria)
        return sum(row.weight * value for row, value in self.criteria) / total


def _answers(told: Sequence[_Told], line: Line) -> list[_OfAnswer]:
    """Each answer's criteria as scoring counts them: silence only where it was due."""
    found = []
    held = _by((one for one in told if one.row.fit in HELD), "answer")
    for (name,), of_answer in _by((one for one in told if one.row.criterion), "answer").items():
        criteria = []
        for of_criterion in _by(of_answer, "criterion").values():
            counted = [
                line.fair(one.row.check, one.met)
                for one in of_criterion
                if one.row.due or one.met >= THRESHOLD
            ]
            if counted:
                criteria.append((of_criterion[0].row, mean(counted)))
        if criteria:
            shown = {one.row.check for one in of_answer if one.met >= THRESHOLD}
            against = [
                one
                for one in held.get((name,), ())
                if one.met >= HELD[one.row.fit] and one.row.corrected_by not in shown
            ]
            found.append(_OfAnswer(name, criteria, count_against(against)))
    return found


def _of_criteria(
    told: Sequence[_Told], facility: Mapping[str, float], slips: Sequence[Slip]
) -> tuple[list[Scored], list[Scored]]:
    """Each criterion in each answer beside what people gave it, and the same with a slip in it."""
    line = Line(facility=dict(facility), spread=0.0)
    answers = {answer.name: answer for answer in _answers(told, line)}
    plain = [
        Scored(value, (row.level - 1) / 4, row.group, answer.whole, answer.against)
        for answer in answers.values()
        for row, value in answer.criteria
        if row.level is not None
    ]
    slipped = [
        Scored(
            value,
            (mean(slip.levels[row.criterion]) - 1) / 4,
            row.group,
            answer.whole,
            min(answer.against + 1, MOST_AGAINST),
        )
        for slip in slips
        if slip.answer in answers
        for answer in [answers[slip.answer]]
        for row, value in answer.criteria
        if row.criterion in slip.levels
    ]
    return plain, slipped


def _of_answers(told: Sequence[_Told], levels: Line) -> list[Scored]:
    """Each answer: the weighted mean of its criteria's levels, fitted beside told."""
    scored = []
    for answer in _answers(told, levels):
        pairs = [
            (row.weight, levels.score(p, answer.whole, answer.against))
            for row, p in answer.criteria
        ]
        estimate = sum(weight * value for weight, value in pairs) / sum(w for w, _ in pairs)
        first = answer.criteria[0][0]
        if first.score is not None:
            scored.append(Scored(estimate, first.score, first.group))
    return scored


def _of_claims(told: Sequence[_Told]) -> list[Scored]:
    """Each answer's key points beside its score, and each claim in a short one beside its truth."""
    fitted = ("key_points", "exemplified", "references")
    claims = [one for one in told if one.row.fit in fitted and one.row.score is not None]
    return [
        Scored(
            mean([one.met for one in of_answer]),
            of_answer[0].row.score or 0.0,
            of_answer[0].row.group,
        )
        for of_answer in _by(claims, "answer").values()
    ]
