"""What counts against an answer: mistakes that its question's file knows, and red flags. Pure.

Good checks alone can't tell who is wrong with confidence from who says little: neither shows
much. What tells them apart is said in so many words, and this looks for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from interviewer.claims import mistakes_of, suspicions
from interviewer.judgement import Judgement
from interviewer.replies import is_correction, read_reply
from interviewer.round import Round
from interviewer.rubric import MistakeCheck, Question, WarningCheck
from interviewer.scoring import best_judgements
from interviewer.sentences import Sentence, SentenceRef
from interviewer.signals import likeliest
from interviewer.transcript import Turn, words_at

MOST_MISTAKES = 6
"""Known mistakes that one answer is judged for, the likeliest by their words first."""


@dataclass(frozen=True)
class Doubt:
    """Something that may count against an answer."""

    check: WarningCheck
    sentences: tuple[Sentence, ...]
    """Where it may have been said."""


def doubts(
    of_round: Round, question: Question | None, sentences: Sequence[Sentence]
) -> tuple[Doubt, ...]:
    """What a judge should look for in an answer: known mistakes first, then red flags."""
    return _doubts(of_round, question.id if question else None, tuple(sentences))


# Each step of an interview, and each look at it, asks for the doubts of all its answers.
@lru_cache(maxsize=1024)
def _doubts(
    of_round: Round, question_id: str | None, sentences: tuple[Sentence, ...]
) -> tuple[Doubt, ...]:
    question = of_round.question(question_id) if question_id else None
    found: dict[str, Doubt] = {}
    if question is not None:
        for one in suspicions(question, sentences):
            found.setdefault(one.check.id, Doubt(one.check, (one.sentence,)))
    mistakes = tuple(found.values())[:MOST_MISTAKES]
    flags = (flag.check for flag in of_round.red_flags_for(question))
    flagged = ((check, likeliest(check, sentences)) for check in flags)
    return mistakes + tuple(Doubt(check, tuple(where)) for check, where in flagged if where)


def warnings_for(of_round: Round, question: Question | None) -> dict[str, WarningCheck]:
    """Everything that can count against an answer to the question, by id."""
    known = _known(of_round, question.id if question else None)
    return {check.id: check for check, _ in known}


# A report asks several times for each question, and a question's mistakes are many.
@lru_cache(maxsize=512)
def _known(of_round: Round, question_id: str | None) -> tuple[tuple[WarningCheck, str | None], ...]:
    """Each warning with the check that takes it back, if any does."""
    question = of_round.question(question_id) if question_id else None
    mistakes = mistakes_of(question) if question else []
    flags = of_round.red_flags_for(question)
    return (
        *((one.check, one.corrected_by) for one in mistakes),
        *((flag.check, None) for flag in flags),
    )


def held_against(
    of_round: Round, question: Question | None, judgements: Iterable[Judgement]
) -> list[tuple[WarningCheck, Judgement]]:
    """What was said against oneself in the answers to one question, each once.

    A mistake that one corrects, by showing the key point that it gets wrong, isn't held against
    anyone.
    """
    best = best_judgements(judgements)
    shown = {name for name, one in best.items() if one.shown}
    return [
        (check, best[check.id])
        for check, corrected_by in _known(of_round, question.id if question else None)
        if check.id in best and best[check.id].held(check.kind) and corrected_by not in shown
    ]


def uncorrected(
    of_round: Round,
    question: Question,
    answers: Sequence[Turn],
    judgements: Iterable[Judgement],
) -> list[Judgement]:
    """The judgements of the answers to one question, less those of mistakes corrected later.

    A mistake is corrected by an answer that says what holds instead, be it the reply to the
    interviewer's doubt or not; whoever makes it again after that has made it.
    """
    known = warnings_for(of_round, question)
    said = {turn.seq for turn in answers}
    judged = [one for one in judgements if one.seq in said]
    last: dict[str, int] = {}
    for one in judged:
        check = known.get(one.check_id)
        if isinstance(check, MistakeCheck) and one.held(check.kind):
            claim = words_at(answers, SentenceRef(seq=one.seq, n=one.sentences[0]))
            for turn in answers:
                if turn.seq > one.seq and _corrects(of_round, check, claim, turn.text):
                    last[check.id] = max(turn.seq, last.get(check.id, 0))
    return [one for one in judged if one.seq > last.get(one.check_id, 0)]


def _corrects(of_round: Round, mistake: MistakeCheck, claim: str, text: str) -> bool:
    return is_correction(of_round.fits, read_reply(claim, mistake.holds, text))
