"""Puts calibration answers before the judge and writes down its signals, to be fitted.

What ships was fitted on such a file (``tests/data/judge_signals.jsonl``); another model needs
one of its own.
"""

from collections.abc import AsyncIterator, Collection, Iterable, Sequence
from dataclasses import dataclass

from interviewer.against import Doubt, doubts
from interviewer.calibration import SUREST, UNFITTED, Signals, mean
from interviewer.claims import mistakes_of
from interviewer.content import Content
from interviewer.fitting import Row
from interviewer.gates import gate, judged_sentences
from interviewer.grading import Judge
from interviewer.llm import Model
from interviewer.rubric import (
    KNOWN_MISTAKE,
    CalibrationAnswer,
    Check,
    Claim,
    Criterion,
    KeyPointCheck,
    Question,
)


async def collect(
    content: Content,
    model: Model,
    answers: Sequence[tuple[str, CalibrationAnswer]],
    done: Collection[str] = (),
) -> AsyncIterator[list[Row]]:
    """The rows of each answer, given with its area; those named in ``done`` are passed over.

    ModelError when the model can't be asked; what came before stays good.
    """
    judge = Judge(model, content.prompts, UNFITTED)
    for area, answer in answers:
        name = f"{answer.question}/{answer.kind}"
        if name in done:
            continue
        of_round = content.round([area])
        question = of_round.question(answer.question)
        sentences = judged_sentences(answer.answer)
        rows = []
        for criterion in of_round.criteria_for(question):
            # No label is no "not shown".
            if answer.across is None and of_round.area_id_of(criterion) != area:
                continue
            for check in criterion.checks:
                judged = await judge.check(check, 1, sentences)
                if judged.met is not None:
                    signals = judged.signals or Signals(judged=-SUREST)
                    rows.append(_row(answer, question, criterion, check, signals))
        for doubt in doubts(of_round, question, sentences):
            judged = await judge.check(doubt.check, 1, doubt.sentences)
            if judged.signals is not None:
                rows.append(_against(answer, question, doubt, judged.signals))
        yield rows


@dataclass(frozen=True)
class ShortAnswer:
    """A short answer to a question with one claim, with examples or as a reference answer."""

    group: str
    """The question's name in the file."""
    name: str
    question: str
    claim: Claim
    text: str
    score: float
    """A person's, 0..1."""


async def collect_short(
    content: Content, model: Model, answers: Iterable[ShortAnswer], done: Collection[str] = ()
) -> AsyncIterator[Row]:
    """The row of each answer that is judged at all; those named in ``done`` are passed over.

    ModelError when the model can't be asked; what came before stays good.
    """
    judge = Judge(model, content.prompts, UNFITTED)
    for answer in answers:
        if answer.name in done or gate(answer.text, answer.question, 1, lists=True) != "open":
            continue
        sentences = judged_sentences(answer.text, 1)
        judged = await judge.claim(answer.question, answer.claim, 1, sentences)
        if judged.signals is not None:
            yield Row(
                fit="exemplified" if answer.claim.right else "references",
                group=answer.group,
                answer=answer.name,
                met=answer.score > 0.5,
                signals=judged.signals,
                score=answer.score,
            )


def _against(answer: CalibrationAnswer, question: Question, doubt: Doubt, signals: Signals) -> Row:
    """The row of a warning: true where a person holds one of its sentences against the answer."""
    corrected = {one.check.id: one.corrected_by for one in mistakes_of(question)}
    name = KNOWN_MISTAKE if doubt.check.kind == "mistakes" else doubt.check.id
    places = {one.n for one in doubt.sentences}
    return Row(
        fit=doubt.check.kind,
        group=question.id,
        answer=f"{answer.question}/{answer.kind}",
        check=doubt.check.id,
        corrected_by=corrected.get(doubt.check.id),
        met=bool(places & set(answer.against.get(name, ()))),
        signals=signals,
    )


def _row(
    answer: CalibrationAnswer,
    question: Question,
    criterion: Criterion,
    check: Check,
    signals: Signals,
) -> Row:
    told = [level for level in answer.levels.values() if level]
    short = check.id.removeprefix(f"{question.id}__")
    return Row(
        fit="key_points" if isinstance(check, KeyPointCheck) else "sentences",
        group=question.id,
        answer=f"{answer.question}/{answer.kind}",
        check=check.id,
        met=short in answer.earns or short in (answer.across or ()),
        signals=signals,
        criterion=criterion.id,
        weight=criterion.weight,
        due=check.expected,
        level=answer.levels.get(criterion.id),
        score=(mean([float(level) for level in told]) - 1) / 4 if told else None,
    )
