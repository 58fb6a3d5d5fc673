"""Whether the sentence that the grader points at is one that a person would point at."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field

from interviewer.content import load_data
from interviewer.errors import InterviewerError
from interviewer.evaluation.bench import Bench, Graded
from interviewer.evaluation.findings import Bound, Cell, Row, Section, Table
from interviewer.evaluation.ordering import Case, grade_case
from interviewer.judgement import THRESHOLD
from interviewer.rubric import CalibrationKind, Identifier, Strict
from interviewer.sentences import split_sentences

LEAST_ACCEPTED = 0.9


class Pointed(Strict):
    """A calibration answer with the sentences that a person would point at."""

    area: Identifier
    question: Identifier
    kind: CalibrationKind
    shows: dict[Identifier, tuple[int, ...]] = Field(min_length=1)
    """For each check, the sentences (from 1) that show it; any of them will do."""


class PointedAnswers(Strict):
    """Labelled answers, as read from one YAML file."""

    answers: tuple[Pointed, ...]


def read_pointed(path: Path, cases: Sequence[Case]) -> list[tuple[Case, Pointed]]:
    """The file's labels with their cases; InterviewerError where one fits none."""
    known = {case.id: case for case in cases}
    found = []
    for one in load_data(PointedAnswers, path).answers:
        name = f"{one.area}/{one.question}/{one.kind}"
        case = known.get(f"{one.area}/{one.question}")
        if case is None or one.kind not in case.answers:
            raise InterviewerError(f"{path}: there is no calibration answer {name}; correct it")
        checks = {check.id for check in case.of_round.ladder_for(case.question)}
        sentences = len(split_sentences(case.answers[one.kind].answer))
        for check, numbers in one.shows.items():
            if check not in checks:
                raise InterviewerError(f"{path}: {name} is not graded on {check!r}; correct it")
            if not numbers or not all(1 <= n <= sentences for n in numbers):
                raise InterviewerError(
                    f"{path}: {name}: {check}: give numbers of its {sentences} sentences"
                )
        found.append((case, one))
    return found


@dataclass(frozen=True)
class Pointing:
    """What the grader made of one labelled check."""

    answer: str
    area: str
    check: str
    accepted: tuple[int, ...]
    given: int | None
    """The sentence that it points at first; None where it doesn't see the check."""

    @property
    def right(self) -> bool:
        """Whether a person would point there too."""
        return self.given in self.accepted


async def measure_pointing(bench: Bench, found: Sequence[tuple[Case, Pointed]]) -> Section:
    """Grades the labelled answers and compares where grader and person point."""
    graded: list[tuple[str, Case, Pointed, Graded]] = []
    for case, one in found:
        name = f"{case.id}/{one.kind}"
        graded.append((name, case, one, await grade_case(bench, case, one.kind)))
        bench.tell("evidence", len(graded), len(found))
    pointings = [
        Pointing(name, case.area, check, accepted, _given(mine, check))
        for name, case, one, mine in graded
        for check, accepted in one.shows.items()
    ]
    quotes = [
        (name, quote, quote in case.answers[one.kind].answer)
        for name, case, one, mine in graded
        for quote in mine.line.evidence
    ]
    return Section(
        name="evidence",
        title="Evidence",
        about=(
            f"{len(pointings)} checks in {len(graded)} calibration answers, labelled by one "
            "labeller with the sentences that a person would point at."
        ),
        answers=len(graded),
        bounds=(
            Bound(
                what="quotes that are verbatim",
                value=sum(ok for *_, ok in quotes) / len(quotes) if quotes else None,
                least=1.0,
            ),
            Bound(
                what="sentences pointed at that a person would point at",
                value=_accepted(pointings),
                least=LEAST_ACCEPTED,
            ),
        ),
        tables=(_by_area(pointings),),
        offending={
            "not verbatim": tuple(f"{name}: {quote}" for name, quote, ok in quotes if not ok),
            "pointed elsewhere": tuple(
                f"{one.answer}: {one.check} (at {one.given}, a person at {_listed(one.accepted)})"
                for one in pointings
                if one.given is not None and not one.right
            ),
            "check not seen": tuple(
                f"{one.answer}: {one.check}" for one in pointings if one.given is None
            ),
        },
        rows=tuple(
            Row(
                id=name,
                score=mine.line.score,
                seconds=mine.seconds,
                calls=mine.calls,
                tokens=mine.tokens,
                note=mine.line.note,
            )
            for name, _, _, mine in graded
        ),
    )


def _given(graded: Graded, check: str) -> int | None:
    for line in graded.line.checks:
        if line.id == check and line.met is not None and line.met >= THRESHOLD and line.sentences:
            return line.sentences[0]
    return None


def _listed(numbers: Sequence[int]) -> str:
    return " or ".join(map(str, numbers))


def _accepted(pointings: Sequence[Pointing]) -> float | None:
    given = [one.right for one in pointings if one.given is not None]
    return sum(given) / len(given) if given else None


def _by_area(pointings: Sequence[Pointing]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for area in (*dict.fromkeys(one.area for one in pointings), None):
        mine = [one for one in pointings if area in {one.area, None}]
        seen = [one for one in mine if one.given is not None]
        share = len(seen) / len(mine) if mine else None
        rows.append((area or "all", len(mine), len(seen), share, _accepted(mine)))
    return Table(
        title="By area",
        columns=("area", "labelled checks", "seen by the grader", "share", "accepted sentence"),
        rows=tuple(rows),
    )
