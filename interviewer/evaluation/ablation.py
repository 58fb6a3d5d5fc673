"""What each part of the grader is worth: everything, and everything but one."""

from collections.abc import Sequence
from dataclasses import fields, replace

from interviewer.batch import Grader
from interviewer.content import Content
from interviewer.evaluation.agreement import task_of
from interviewer.evaluation.bench import Bench, Build, Grades
from interviewer.evaluation.findings import Cell, Section, Table
from interviewer.evaluation.metrics import Rows, kappa, pearson, rmse, within_item_auc
from interviewer.evaluation.ordering import (
    RULES,
    Case,
    Scores,
    expected_score,
    grade_case,
    kept_by,
    share_of,
)
from interviewer.evaluation.scored import ScoredSet
from interviewer.grading import Parts
from interviewer.llm import Model
from interviewer.round import Round

COLUMNS = (
    "kappa at .5",
    "Pearson",
    "RMSE",
    "AUC within items",
    "triples",
    "wrong",
    "rambling",
    "short",
    "expected score: Pearson",
    "expected score: RMSE",
    "calls an answer",
)


def variants() -> dict[str, Parts]:
    """The whole grader, and one without each of its parts."""
    whole = Parts()
    return {"everything": whole} | {
        f"without {one.name}": replace(whole, **{one.name: False}) for one in fields(whole)
    }


def building(parts: Parts) -> Build:
    """Builds a grader with these parts."""

    def build(of_round: Round, content: Content, model: Model) -> Grades:
        return Grader(of_round, content, model, parts)

    return build


async def measure_ablation(bench: Bench, found: ScoredSet, cases: Sequence[Case]) -> Section:
    """Grades both sets with each variant; what the model was asked before isn't asked again."""
    rows: list[tuple[Cell, ...]] = []
    every = variants()
    for name, parts in every.items():
        mine = bench.having(building(parts))
        calls = mine.model.calls
        agreement, order = await _agreement(mine, found), await _order(mine, cases)
        answers = found.size + sum(len(case.answers) for case in cases)
        rows.append((name, *agreement, *order, (mine.model.calls - calls) / answers))
        bench.tell("ablation", len(rows), len(every))
    source = f" Source of the short answers: {found.source}." if found.source else ""
    return Section(
        name="ablation",
        title="What each part is worth",
        about=(
            f"{found.size} short answers and the calibration answers to {len(cases)} questions, "
            "graded with one part switched off at a time. The fits stay those of the whole grader, "
            f"made without the question at hand.{source}"
        ),
        answers=len(rows) * answers,
        tables=(Table(title="One part off", columns=("grader", *COLUMNS), rows=tuple(rows)),),
    )


async def _agreement(bench: Bench, found: ScoredSet) -> tuple[float, ...]:
    items, truth, scores = [], [], []
    for item in found.items:
        for answer in item.answers:
            graded = await bench.grade(task_of(item, "khan", bench.any_area), answer.text)
            items.append(item.id)
            truth.append(item.truth(answer))
            scores.append(graded.score)
    rows = Rows.of(items, truth, scores)
    return kappa(rows), pearson(rows), rmse(rows), within_item_auc(rows)


async def _order(bench: Bench, cases: Sequence[Case]) -> tuple[float | None, ...]:
    scores: list[Scores] = []
    expected: list[tuple[float, float]] = []
    for case in cases:
        mine = {kind: (await grade_case(bench, case, kind)).score for kind in case.answers}
        scores.append(mine)
        for kind, answer in case.answers.items():
            wanted = expected_score(case, answer)
            if wanted is not None:
                expected.append((wanted, mine[kind]))
    held = [share_of([kept_by(rule, one) for one in scores]) for rule in RULES]
    rows = Rows.of(["all"] * len(expected), [a for a, _ in expected], [b for _, b in expected])
    return (*held, pearson(rows), rmse(rows))
