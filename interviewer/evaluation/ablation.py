"""What each part of the pipeline is worth: the same answers with one part off at a time."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import fields, replace

from interviewer.batch import Grader
from interviewer.content import Content
from interviewer.evaluation.bench import Bench, Grades, RememberingModel
from interviewer.evaluation.findings import Cell, Section, Table
from interviewer.fitting import Row
from interviewer.grading import Parts
from interviewer.llm import Model
from interviewer.round import Round

Measure = Callable[[Bench], Awaitable[Section]]
ALL = "all parts"


async def measure_ablation(
    content: Content, model: Model, rows: Sequence[Row], measures: Sequence[Measure]
) -> Section:
    """Each measure with all parts, and with each part switched off.

    A part that changes nothing that the judge is asked costs no further call.
    """
    remembering = RememberingModel(model)
    tables, answers = [], 0
    for measure in measures:
        found: dict[str, Section] = {}
        for name, parts in _variants().items():
            bench = Bench(content, remembering, _with(parts), rows)
            found[name] = await measure(bench)
        tables.append(_table(found))
        answers += found[ALL].answers
    return Section(
        name="ablation",
        title="Ablation: what each part is worth",
        about=(
            "The same answers graded with one part of the pipeline switched off at a time; the "
            "figures are those of the sections above."
        ),
        answers=answers,
        tables=tuple(tables),
    )


def _variants() -> dict[str, Parts]:
    everything = Parts()
    off = {f"without {one.name}": replace(everything, **{one.name: False}) for one in fields(Parts)}
    return {ALL: everything, **off}


def _with(parts: Parts) -> Callable[[Round, Content, Model], Grades]:
    def build(of_round: Round, content: Content, model: Model) -> Grades:
        return Grader(of_round, content, model, parts)

    return build


def _table(found: dict[str, Section]) -> Table:
    first = found[ALL]
    columns = tuple(bound.what for bound in first.bounds)
    rows: list[tuple[Cell, ...]] = [
        (name, *(bound.value for bound in section.bounds)) for name, section in found.items()
    ]
    return Table(title=first.title, columns=("parts", *columns), rows=tuple(rows))
