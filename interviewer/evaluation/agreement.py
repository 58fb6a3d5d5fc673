"""Agreement with people on a set of scored answers, beside what can be had without a model."""

from collections.abc import Mapping

import numpy as np

from interviewer.evaluation.baselines import mean_predictor, overlap_signals, ridge_elsewhere
from interviewer.evaluation.bench import Bench, Graded, Task, price
from interviewer.evaluation.confidence import trust
from interviewer.evaluation.findings import Bound, Cell, Row, Section, Table
from interviewer.evaluation.metrics import (
    Draws,
    Measure,
    Rows,
    Vector,
    auc,
    decided_elsewhere,
    interval,
    kappa,
    pearson,
    rmse,
    weighted_kappa,
    within_item_auc,
)
from interviewer.evaluation.scored import Item, ScoredSet

KAPPA_WANTED = 0.75

MEASURES: Mapping[str, Measure] = {
    "kappa at .5": kappa,
    "kappa, threshold from other items": kappa,
    "weighted kappa": weighted_kappa,
    "Pearson": pearson,
    "RMSE": rmse,
    "AUC": auc,
    "AUC within items": within_item_auc,
}
_FITTED = "kappa, threshold from other items"
_LESS_IS_BETTER = "RMSE"


async def measure_agreement(
    bench: Bench,
    found: ScoredSet,
    whole: ScoredSet,
    name: str,
    draws: Draws,
) -> Section:
    """How far the grader agrees with the people who scored this set.

    The baselines are fitted on the ``whole`` set that it was drawn from, always without the
    item that they are asked about.
    """
    graded: list[tuple[Item, str, float, Graded]] = []
    for item in found.items:
        for answer in item.answers:
            one = await bench.grade(task_of(item, name, bench.any_area), answer.text)
            graded.append((item, str(answer.id), item.truth(answer), one))
            bench.tell(name, len(graded), found.size)
    rows = Rows.of(
        [item.id for item, *_ in graded],
        [truth for _, _, truth, _ in graded],
        [one.score for *_, one in graded],
    )
    judges = {"the grader": rows.score, **_baselines(found, whole)}
    values = {judge: _values(rows.scored(score)) for judge, score in judges.items()}
    return Section(
        name=name,
        title=f"Agreement with people: {found.name}",
        about=_about(found, graded),
        answers=len(graded),
        bounds=_bounds(values),
        tables=(
            _measures(values),
            _intervals(rows, judges, draws),
            _by_item(rows, found),
            trust([(truth, one) for _, _, truth, one in graded]),
        ),
        rows=tuple(
            Row(
                id=f"{item.id}/{answer}",
                truth=truth,
                score=one.line.score,
                seconds=one.seconds,
                calls=one.calls,
                tokens=one.tokens,
                note=one.line.note,
            )
            for item, answer, truth, one in graded
        ),
    )


def task_of(item: Item, name: str, area: str) -> Task:
    """An item as a task. Its key points alone make the score, so that any area will do."""
    return Task(f"{name} {item.id}", area, item.question, item.key_points)


def _baselines(found: ScoredSet, whole: ScoredSet) -> dict[str, Vector]:
    """What each baseline gives the answers of ``found``."""
    every = [(item, answer) for item in whole.items for answer in item.answers]
    rows = Rows.of(
        [item.id for item, _ in every],
        [item.truth(answer) for item, answer in every],
        [0.0] * len(every),
    )
    signals = np.array(
        [overlap_signals(item.question, _wanted(item), answer.text) for item, answer in every]
    )
    place = {(item.id, answer.id): n for n, (item, answer) in enumerate(every)}
    index = np.array([place[item.id, one.id] for item in found.items for one in item.answers])
    return {
        "word overlap and length, ridge": ridge_elsewhere(rows, signals)[index],
        "the mean of the other items": mean_predictor(rows)[index],
    }


def _wanted(item: Item) -> list[str]:
    return [text for one in item.key_points for text in (one.text, *one.right)]


def _about(found: ScoredSet, graded: list[tuple[Item, str, float, Graded]]) -> str:
    source = f" Source: {found.source}." if found.source else ""
    silent = sum(one.line.score is None for *_, one in graded)
    return (
        f"{len(graded)} answers to {len(found.items)} questions, each graded by a fit that was "
        f"made without its question; {silent} not observed, which count as 0. "
        f"{price([one for *_, one in graded])}{source}"
    )


def _prepared(name: str, rows: Rows) -> Rows:
    return rows.scored(decided_elsewhere(rows)) if name == _FITTED else rows


def _values(rows: Rows) -> dict[str, float]:
    return {name: measure(_prepared(name, rows)) for name, measure in MEASURES.items()}


def _measures(values: Mapping[str, Mapping[str, float]]) -> Table:
    return Table(
        title="Measures",
        columns=("judge", *MEASURES),
        rows=tuple((judge, *mine.values()) for judge, mine in values.items()),
    )


def _intervals(rows: Rows, judges: Mapping[str, Vector], draws: Draws) -> Table:
    def cells(score: Vector) -> list[Cell]:
        mine = rows.scored(score)
        return [
            interval(measure, _prepared(name, mine), draws) for name, measure in MEASURES.items()
        ]

    return Table(
        title="Bootstrap intervals (95%; items drawn anew, then answers within each)",
        columns=("judge", *MEASURES),
        rows=tuple((judge, *cells(score)) for judge, score in judges.items()),
    )


def _bounds(values: Mapping[str, Mapping[str, float]]) -> tuple[Bound, ...]:
    mine, *others = values.values()
    beaten = sum(all(_better(name, mine, other) for other in others) for name in MEASURES)
    return (
        Bound(what="kappa at .5", value=mine["kappa at .5"], least=KAPPA_WANTED),
        Bound(
            what="measures on which both baselines are beaten", value=beaten, least=len(MEASURES)
        ),
    )


def _better(name: str, mine: Mapping[str, float], other: Mapping[str, float]) -> bool:
    """A baseline's measure that isn't defined (a constant's correlation) is beaten by any."""
    a, b = mine[name], other[name]
    if np.isnan(b):
        return not np.isnan(a)
    return a < b if name == _LESS_IS_BETTER else a > b


def _by_item(rows: Rows, found: ScoredSet) -> Table:
    cells: list[tuple[Cell, ...]] = []
    start = 0
    for item in found.items:
        index = np.arange(start, start + len(item.answers))
        start += len(item.answers)
        mine = rows.take(index)
        cells.append(
            (
                str(item.id),
                len(index),
                float(mine.truth.mean()),
                float(mine.score.mean()),
                kappa(mine),
                pearson(mine),
                auc(mine),
            )
        )
    return Table(
        title="By item",
        columns=("item", "answers", "people's mean", "grader's mean", "kappa", "Pearson", "AUC"),
        rows=tuple(cells),
    )
