"""Whether the same answer gets the same score: twice, in another order, in other words."""

import random
from collections.abc import Sequence
from pathlib import Path

from interviewer.content import load_data
from interviewer.errors import InterviewerError
from interviewer.evaluation.bench import Bench, Graded
from interviewer.evaluation.findings import Bound, Cell, Row, Section, Table
from interviewer.evaluation.ordering import ROUNDING, Case
from interviewer.rubric import CalibrationKind, Identifier, Strict, Text
from interviewer.sentences import split_sentences

MOST_APART = 0.1


class Paraphrase(Strict):
    """A calibration answer in other words."""

    area: Identifier
    question: Identifier
    kind: CalibrationKind
    answer: Text


class Paraphrases(Strict):
    """Paraphrases, as read from one YAML file."""

    answers: tuple[Paraphrase, ...]


def read_paraphrases(path: Path, cases: Sequence[Case]) -> list[tuple[Case, Paraphrase]]:
    """The file's paraphrases with their cases; InterviewerError for one without."""
    known = {case.id: case for case in cases}
    found = []
    for one in load_data(Paraphrases, path).answers:
        case = known.get(f"{one.area}/{one.question}")
        if case is None or one.kind not in case.answers:
            raise InterviewerError(
                f"{path}: there is no calibration answer {one.area}/{one.question}/{one.kind}; "
                "correct the paraphrase or remove it"
            )
        found.append((case, one))
    return found


def shuffled(answer: str, seed: int) -> str:
    """The answer with its sentences in another order."""
    sentences = [sentence.text for sentence in split_sentences(answer)]
    order = random.Random(seed).sample(sentences, len(sentences))
    return " ".join(order if order != sentences else sentences[::-1])


async def measure_steadiness(
    bench: Bench, found: Sequence[tuple[Case, Paraphrase]], seed: int
) -> Section:
    """Grades each answer twice, shuffled, and paraphrased."""
    hows: dict[str, list[tuple[str, Graded, Graded]]] = {
        "twice": [],
        "sentences shuffled": [],
        "paraphrased": [],
    }
    for done, (case, paraphrase) in enumerate(found, 1):
        name, answer = f"{case.id}/{paraphrase.kind}", case.answers[paraphrase.kind].answer

        async def grade(text: str, case: Case = case, anew: bool = False) -> Graded:
            return await bench.grade(case.task, text, anew)

        first = await grade(answer)
        hows["twice"].append((name, first, await grade(answer, anew=True)))
        hows["sentences shuffled"].append((name, first, await grade(shuffled(answer, seed))))
        hows["paraphrased"].append((name, first, await grade(paraphrase.answer)))
        bench.tell("stability", done, len(found))
    apart = {how: [abs(b.score - a.score) for _, a, b in pairs] for how, pairs in hows.items()}
    return Section(
        name="stability",
        title="Stability",
        about=(
            f"{len(found)} calibration answers, each graded twice, with its sentences shuffled, "
            "and in a paraphrase written by hand."
        ),
        answers=4 * len(found),
        bounds=(
            Bound(
                what="largest difference between two grades of one answer",
                value=_largest(apart["twice"]),
                most=0.0,
            ),
            *(
                Bound(
                    what=f"share within {MOST_APART}, {how}", value=_within(apart[how]), least=1.0
                )
                for how in ("sentences shuffled", "paraphrased")
            ),
        ),
        tables=(_table(apart),),
        offending={
            f"{how}: more than {MOST_APART} apart": tuple(
                f"{name} ({a.score:.2f}, {b.score:.2f})"
                for name, a, b in pairs
                if abs(b.score - a.score) > MOST_APART + ROUNDING
            )
            for how, pairs in hows.items()
        },
        rows=tuple(
            Row(
                id=f"{how}: {name}",
                before=a.line.score,
                score=b.line.score,
                seconds=b.seconds,
                calls=b.calls,
                tokens=b.tokens,
                note=b.line.note,
            )
            for how, pairs in hows.items()
            for name, a, b in pairs
        ),
    )


def _largest(apart: Sequence[float]) -> float | None:
    return round(max(apart), 9) if apart else None


def _within(apart: Sequence[float]) -> float | None:
    return sum(one <= MOST_APART + ROUNDING for one in apart) / len(apart) if apart else None


def _table(apart: dict[str, list[float]]) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (how, len(mine), sum(mine) / len(mine) if mine else None, _largest(mine), _within(mine))
        for how, mine in apart.items()
    ]
    return Table(
        title="Differences of the score",
        columns=("how", "answers", "mean", "largest", f"share within {MOST_APART}"),
        rows=tuple(rows),
    )
