"""The calibration answers: whether the grader ranks them as people who know the bar do."""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import get_args

import numpy as np

from interviewer.against import warnings_for
from interviewer.content import Content, content_folder, load_calibration
from interviewer.evaluation.bench import Bench, Graded, Task, price
from interviewer.evaluation.confidence import trust
from interviewer.evaluation.findings import Bound, Cell, Row, Section, Table
from interviewer.evaluation.metrics import Draws, Rows, interval, pearson, rmse, weighted_kappa
from interviewer.round import Round
from interviewer.rubric import CalibrationAnswer, CalibrationKind, Question

HALF_A_LEVEL = 0.125
"""Half a level on the scale of 0..1, on which a level is a quarter."""

ROUNDING = 1e-9


@dataclass(frozen=True)
class Case:
    """A question's calibration answers, one of each kind."""

    of_round: Round
    area: str
    question: Question
    answers: Mapping[CalibrationKind, CalibrationAnswer]

    @property
    def id(self) -> str:
        """Area and question."""
        return f"{self.area}/{self.question.id}"

    @property
    def task(self) -> Task:
        """The question as it is graded."""
        return Task(self.question.id, self.area, self.question.text)


def calibration_cases(content: Content) -> list[Case]:
    """Every question with calibration answers, area by area."""
    cases = []
    for area, rubric in content.rubrics.items():
        path = content_folder("rubrics") / "calibration" / f"{area}.yaml"
        if not path.exists():
            continue
        found = load_calibration(path).answers
        for question_id in dict.fromkeys(one.question for one in found):
            mine = {one.kind: one for one in found if one.question == question_id}
            cases.append(Case(content.round([area]), area, rubric.question(question_id), mine))
    return cases


def some_cases(cases: Sequence[Case], sample: int | None, seed: int) -> list[Case]:
    """As many cases as hold ``sample`` answers, at least one, drawn evenly over the areas."""
    if sample is None:
        return list(cases)
    draw = random.Random(seed)
    decks: dict[str, list[Case]] = {}
    for case in draw.sample(cases, len(cases)):
        decks.setdefault(case.area, []).append(case)
    dealt = [
        deck[turn] for turn in range(len(cases)) for deck in decks.values() if turn < len(deck)
    ]
    kept: list[Case] = []
    held = 0
    for case in dealt:
        if kept and held + len(case.answers) > sample:
            break
        kept.append(case)
        held += len(case.answers)
    return kept


async def grade_case(bench: Bench, case: Case, kind: CalibrationKind) -> Graded:
    """The grade of one calibration answer."""
    return await bench.grade(case.task, case.answers[kind].answer)


Scores = Mapping[CalibrationKind, float]


@dataclass(frozen=True)
class Rule:
    """Something that must hold among the scores of one question's answers."""

    what: str
    kinds: tuple[CalibrationKind, ...]
    holds: Callable[[Scores], bool]
    least: float
    """The share of questions on which it must hold."""


RULES = (
    Rule(
        "weak < middling < strong",
        ("weak", "middling", "strong"),
        lambda s: s["weak"] < s["middling"] < s["strong"],
        0.95,
    ),
    Rule(
        "confidently wrong at most weak + half a level",
        ("confidently_wrong", "weak"),
        lambda s: s["confidently_wrong"] <= s["weak"] + HALF_A_LEVEL + ROUNDING,
        1.0,
    ),
    Rule(
        "rambling but empty at most weak + half a level",
        ("rambling_empty", "weak"),
        lambda s: s["rambling_empty"] <= s["weak"] + HALF_A_LEVEL + ROUNDING,
        1.0,
    ),
    Rule(
        "short but right not below middling",
        ("short_right", "middling"),
        lambda s: s["short_right"] >= s["middling"] - ROUNDING,
        1.0,
    ),
)
_PAIRS = (("weak", "middling"), ("middling", "strong"), ("weak", "strong"))


async def measure_ordering(bench: Bench, cases: Sequence[Case], draws: Draws) -> Section:
    """Grades every answer of the cases and holds the scores against the rules."""
    graded: dict[str, dict[CalibrationKind, Graded]] = {}
    done, total = 0, sum(len(case.answers) for case in cases)
    for case in cases:
        mine = graded.setdefault(case.id, {})
        for kind in case.answers:
            mine[kind] = await grade_case(bench, case, kind)
            done += 1
            bench.tell("calibration", done, total)
    scores = {one: {k: g.score for k, g in mine.items()} for one, mine in graded.items()}
    areas = [case.area for case in cases]
    kept = {rule.what: [kept_by(rule, scores[case.id]) for case in cases] for rule in RULES}
    return Section(
        name="calibration",
        title="Calibration answers",
        about=_about(cases, graded),
        answers=total,
        bounds=tuple(
            Bound(what=rule.what, value=share_of(kept[rule.what]), least=rule.least)
            for rule in RULES
        ),
        tables=(
            _rules(kept, areas, scores, _by_the_labels(cases), draws),
            _by_area(cases, kept, scores, graded),
            _scores(cases, scores),
            _against(cases, graded),
            trust(
                [
                    (expected_score(case, answer), graded[case.id][kind])
                    for case in cases
                    for kind, answer in case.answers.items()
                ]
            ),
        ),
        offending={
            rule.what: tuple(
                _told(rule, case, scores[case.id])
                for case, holds in zip(cases, kept[rule.what], strict=True)
                if holds is False
            )
            for rule in RULES
        },
        rows=tuple(
            _row(case, kind, graded[case.id][kind]) for case in cases for kind in case.answers
        ),
    )


def _by_the_labels(cases: Sequence[Case]) -> dict[str, float | None]:
    """The share of questions in which the labeller's own levels keep each rule.

    A rule that the labels break can't be kept by a grader that agrees with them.
    """
    told: list[Scores] = [
        {
            kind: score
            for kind, answer in case.answers.items()
            if (score := expected_score(case, answer)) is not None
        }
        for case in cases
    ]
    return {rule.what: share_of([kept_by(rule, one) for one in told]) for rule in RULES}


def _row(case: Case, kind: CalibrationKind, one: Graded) -> Row:
    return Row(
        id=f"{case.id}/{kind}",
        truth=expected_score(case, case.answers[kind]),
        score=one.line.score,
        seconds=one.seconds,
        calls=one.calls,
        tokens=one.tokens,
        note=one.line.note,
    )


def expected_score(case: Case, answer: CalibrationAnswer) -> float | None:
    """The levels that people expect as one score, 0..1, by the criteria's weights."""
    weights = {one.id: one.weight for one in case.of_round.criteria_for(case.question)}
    known = [(weights[i], level) for i, level in answer.levels.items() if level and i in weights]
    total = sum(weight for weight, _ in known)
    return sum(weight * (level - 1) / 4 for weight, level in known) / total if total else None


def kept_by(rule: Rule, scores: Scores) -> bool | None:
    """Whether the scores keep a rule; None where one that it speaks of is missing."""
    return rule.holds(scores) if all(kind in scores for kind in rule.kinds) else None


def share_of(held: Sequence[bool | None]) -> float | None:
    """The share of what holds among what could be told."""
    counted = [one for one in held if one is not None]
    return sum(counted) / len(counted) if counted else None


def _told(rule: Rule, case: Case, scores: Scores) -> str:
    return f"{case.id} ({', '.join(f'{kind} {scores[kind]:.2f}' for kind in rule.kinds)})"


def _about(cases: Sequence[Case], graded: Mapping[str, Mapping[CalibrationKind, Graded]]) -> str:
    every = [one for mine in graded.values() for one in mine.values()]
    silent = sum(one.line.score is None for one in every)
    return (
        f"{len(every)} answers to {len(cases)} questions, written for this program and given "
        "levels by one labeller, each graded by a fit that was made without its question; "
        f"{silent} not observed, which count as 0. {price(every)}"
    )


def _rules(
    kept: Mapping[str, Sequence[bool | None]],
    areas: Sequence[str],
    scores: Mapping[str, Scores],
    labelled: Mapping[str, float | None],
    draws: Draws,
) -> Table:
    shares = dict(kept)
    for low, high in _PAIRS:
        shares[f"{low} < {high}"] = [
            mine[low] < mine[high] if low in mine and high in mine else None  # type: ignore[index]
            for mine in scores.values()
        ]
    rows: list[tuple[Cell, ...]] = []
    for what, held in shares.items():
        counted = [(area, one) for area, one in zip(areas, held, strict=True) if one is not None]
        values = Rows.of(
            [a for a, _ in counted], [1.0] * len(counted), [float(v) for _, v in counted]
        )
        span = interval(lambda r: float(np.mean(r.score)), values, draws) if counted else None
        holds = sum(v for _, v in counted)
        rows.append((what, holds, len(counted), share_of(held), span, labelled.get(what)))
    return Table(
        title="Rules",
        columns=("rule", "holds", "questions", "share", "95% interval", "by the labels"),
        rows=tuple(rows),
    )


def _by_area(
    cases: Sequence[Case],
    kept: Mapping[str, Sequence[bool | None]],
    scores: Mapping[str, Scores],
    graded: Mapping[str, Mapping[CalibrationKind, Graded]],
) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for area in (*dict.fromkeys(case.area for case in cases), None):
        mine = [n for n, case in enumerate(cases) if area in {case.area, None}]
        held: list[Cell] = [share_of([kept[rule.what][n] for n in mine]) for rule in RULES]
        inside = [cases[n] for n in mine]
        rows.append(
            (area or "all", len(mine), *held, *_levels(inside, graded), *_score(inside, scores))
        )
    return Table(
        title="By area, and beside the expected levels",
        columns=(
            "area",
            "questions",
            "triples",
            "wrong",
            "rambling",
            "short",
            "levels: mean error",
            "levels: weighted kappa",
            "score: Pearson",
            "score: RMSE",
        ),
        rows=tuple(rows),
    )


def _levels(
    cases: Sequence[Case], graded: Mapping[str, Mapping[CalibrationKind, Graded]]
) -> tuple[float, float]:
    pairs = [
        (level, found)
        for case in cases
        for kind, answer in case.answers.items()
        for criterion, level in answer.levels.items()
        if level and (found := graded[case.id][kind].line.levels.get(criterion))
    ]
    if not pairs:
        return float("nan"), float("nan")
    truth, said = [(a - 1) / 4 for a, _ in pairs], [(b - 1) / 4 for _, b in pairs]
    error = sum(abs(a - b) for a, b in pairs) / len(pairs)
    return error, weighted_kappa(Rows.of(["all"] * len(pairs), truth, said))


def _score(cases: Sequence[Case], scores: Mapping[str, Scores]) -> tuple[float, float]:
    pairs = [
        (truth, scores[case.id][kind])
        for case in cases
        for kind, answer in case.answers.items()
        if (truth := expected_score(case, answer)) is not None
    ]
    rows = Rows.of(["all"] * len(pairs), [a for a, _ in pairs], [b for _, b in pairs])
    return pearson(rows), rmse(rows)


_KINDS: tuple[CalibrationKind, ...] = get_args(CalibrationKind)


def _scores(cases: Sequence[Case], scores: Mapping[str, Scores]) -> Table:
    return Table(
        title="Scores",
        columns=("question", *(kind.replace("_", " ") for kind in _KINDS)),
        rows=tuple((case.id, *(scores[case.id].get(kind) for kind in _KINDS)) for case in cases),
    )


def _against(
    cases: Sequence[Case], graded: Mapping[str, Mapping[CalibrationKind, Graded]]
) -> Table:
    """How often something was held against an answer, beside how often the labeller does so."""
    rows: list[tuple[Cell, ...]] = []
    for kind in _KINDS:
        mine = [case for case in cases if kind in case.answers]
        held = [_held(case, graded[case.id][kind]) for case in mine]
        told = [bool(case.answers[kind].against) for case in mine]
        wrongly = [a and not b for a, b in zip(held, told, strict=True)]
        rows.append((kind.replace("_", " "), len(mine), sum(held), sum(told), sum(wrongly)))
    return Table(
        title="What counts against an answer",
        columns=("kind", "answers", "held against", "by the labels", "held, not by the labels"),
        rows=tuple(rows),
    )


def _held(case: Case, one: Graded) -> bool:
    """Whether a known mistake or a red flag was held against the answer."""
    known = warnings_for(case.of_round, case.question)
    return any(check.id in known for check in one.line.checks)
