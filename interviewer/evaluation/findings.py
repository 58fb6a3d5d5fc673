"""What a measurement found, in a form that a page and a program can read. Pure."""

import math
from typing import Annotated

from pydantic import AfterValidator, Field

from interviewer.rubric import Strict


def _defined(value: float | None) -> float | None:
    return None if value is None or math.isnan(value) else value


Number = Annotated[float | None, AfterValidator(_defined)]
"""None where a measure isn't defined."""
Interval = tuple[float, float]
Cell = Interval | int | Number | str


class Bound(Strict):
    """Something that was wanted, and what was found."""

    what: str
    value: Number
    least: float | None = None
    most: float | None = None

    @property
    def reached(self) -> bool:
        """Whether it holds; what could not be measured doesn't."""
        return self.value is not None and self.missed_by == 0

    @property
    def missed_by(self) -> float | None:
        """How much is wanting; 0 where nothing is, None where nothing could be measured."""
        if self.value is None:
            return None
        short = 0.0 if self.least is None else self.least - self.value
        over = 0.0 if self.most is None else self.value - self.most
        return max(0.0, short, over)


class Table(Strict):
    """Rows of figures."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


class Row(Strict):
    """One graded answer."""

    id: str
    score: Number
    truth: Number = None
    """What people gave, 0..1, where they did."""
    before: Number = None
    """The score of the answer that it was made from."""
    low: Number = None
    """The lower end of the interval that the grader gave."""
    high: Number = None
    seconds: float
    calls: int
    tokens: int
    note: str | None = None


class Section(Strict):
    """One subject's findings."""

    name: str
    title: str
    about: str
    """What was measured on what, and where it is from."""
    answers: int
    bounds: tuple[Bound, ...] = ()
    tables: tuple[Table, ...] = ()
    offending: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Ids of the answers that break a bound."""
    rows: tuple[Row, ...] = ()


class Evaluation(Strict):
    """Everything that one run found."""

    version: str
    model: str
    seed: int
    sample: int | None
    seconds: float
    resumed: int = 0
    """Calls that an earlier run had made; the seconds an answer took leave them out."""
    sections: tuple[Section, ...]


def to_markdown(found: Evaluation) -> str:
    """The findings for a person: first what was wanted and isn't reached, then the figures."""
    part = "every answer" if found.sample is None else f"at most {found.sample} answers a set"
    lines = [
        "# Evaluation",
        "",
        f"Version {found.version}, model {found.model}; {part}, seed {found.seed}; "
        f"{found.seconds:.0f} s.{_resumed(found)}",
        "",
        *_bounds(found),
    ]
    for section in found.sections:
        lines += ["", f"## {section.title}", "", section.about]
        for table in section.tables:
            lines += ["", f"### {table.title}", "", *_table(table)]
        if any(section.offending.values()):
            lines += ["", "### Offending answers", ""]
            lines += [
                f"- {what} ({len(ids)}): {', '.join(ids)}"
                for what, ids in section.offending.items()
                if ids
            ]
    return "\n".join(lines) + "\n"


def _resumed(found: Evaluation) -> str:
    if not found.resumed:
        return ""
    return f" {found.resumed} calls of an earlier run were not made again, and took no seconds."


def _bounds(found: Evaluation) -> list[str]:
    rows = [
        (section.name, bound.what, bound.value, _wanted(bound), _verdict(bound))
        for section in found.sections
        for bound in section.bounds
    ]
    if not rows:
        return []
    missed = sum(not bound.reached for section in found.sections for bound in section.bounds)
    table = Table(title="", columns=("set", "what", "found", "wanted", "verdict"), rows=tuple(rows))
    return [f"{len(rows) - missed} of {len(rows)} bounds reached.", "", *_table(table)]


def _wanted(bound: Bound) -> str:
    sides = (("at least", bound.least), ("at most", bound.most))
    return " and ".join(f"{side} {_cell(limit)}" for side, limit in sides if limit is not None)


def _verdict(bound: Bound) -> str:
    if bound.missed_by is None:
        return "not measured"
    if bound.reached:
        return "reached"
    # One digit says enough of a miss that three decimals would round away.
    missed = bound.missed_by
    return f"**missed by {missed:.3f}**" if missed >= 0.001 else f"**missed by {missed:.5f}**"


def _table(table: Table) -> list[str]:
    head = f"| {' | '.join(table.columns)} |"
    rule = f"|{' --- |' * len(table.columns)}"
    return [head, rule, *(f"| {' | '.join(map(_cell, row))} |" for row in table.rows)]


def _cell(value: Cell) -> str:
    if value is None:
        return "–"  # noqa: RUF001
    if isinstance(value, tuple):
        return f"{value[0]:.3f} to {value[1]:.3f}"
    if isinstance(value, float):
        return f"{value:.3f}"
    return str(value).replace("|", "\\|").replace("\n", " ")
