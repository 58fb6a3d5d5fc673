"""Which questions of a round are asked. Pure: the same moment gives the same choice."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import zip_longest

from interviewer.round import Round
from interviewer.rubric import Question


def choose_questions(
    of_round: Round, count: int, now: datetime, first: str | None = None
) -> tuple[str, ...]:
    """``count`` question ids, the round's areas in turn, each about another principle if it can be.

    They begin with ``first``, if that is one of the round's; what follows is sorted by area.
    The start moves on from hour to hour, so that one evening's interview isn't the last one's.
    """
    order = list(_in_turn(of_round, int(now.timestamp() // 3600), first))
    chosen: list[Question] = []
    covered: set[str] = set()
    for fresh_only in (True, False):
        for question in order:
            fresh = not question.principles or not covered & set(question.principles)
            if len(chosen) < count and question not in chosen and (fresh or not fresh_only):
                chosen.append(question)
                covered |= set(question.principles)
    areas = [of_round.area_of_question(question.id) for question in chosen]
    ranks = [
        -1 if one.id == first else of_round.areas.index(area)
        for one, area in zip(chosen, areas, strict=True)
    ]
    ranked = sorted(zip(ranks, chosen, strict=True), key=lambda pair: pair[0])
    return tuple(question.id for _, question in ranked)


def _in_turn(of_round: Round, hour: int, first: str | None) -> Iterator[Question]:
    """The round's questions, one of each area in turn, the area of ``first`` before the others."""
    queues = [
        _rotated(rubric.questions, hour, first)
        for rubric in sorted(
            of_round.rubrics,
            key=lambda one: first not in {question.id for question in one.questions},
        )
    ]
    for of_each in zip_longest(*queues):
        yield from (question for question in of_each if question is not None)


def _rotated(questions: Sequence[Question], hour: int, first: str | None) -> list[Question]:
    ids = [question.id for question in questions]
    start = ids.index(first) if first in ids else hour % len(ids)
    return [*questions[start:], *questions[:start]]
