"""What counts against an answer: mistakes that its question's file knows, and red flags. Pure.

Good checks alone can't tell who is wrong with confidence from who says little: neither shows
much. What tells them apart is said in so many words, and this looks for it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from interviewer.claims import mistakes_of, suspicions
from interviewer.judgement import Judgement
from interviewer.round import Round
from interviewer.rubric import Question, WarningCheck
from interviewer.scoring import best_judgements
from interviewer.sentences import Sentence
from interviewer.signals import likeliest

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
