"""Which questions of a round are asked. Pure: the same moment gives the same choice."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest

from interviewer.round import Round
from interviewer.rubric import Question

LIKELY = 0.5
"""Share of the best fit to a job description from which on a question is among the first."""


def choose_questions(
    of_round: Round,
    count: int,
    now: datetime,
    first: str | None = None,
    weights: Mapping[str, float] | None = None,
) -> tuple[str, ...]:
    """``count`` question ids, the round's areas in turn, each about another principle if it can be.

    They begin with ``first``, if that is one of the round's; what follows is sorted by area.
    ``weights`` say how much each tag is wanted: what fits well comes before what fits a little.
    The start moves on from hour to hour, so that one evening's interview isn't the last one's.
    """
    order = list(_in_turn(of_round, int(now.timestamp() // 3600), first, weights or {}))
    chosen: list[Question] = []
    covered: set[str] = set()
    for fresh_only in (True, False):
        for question in order:
            fresh = not question.principles or not covered & set(question.principles)
            if len(chosen) < count and question not in chosen and (fresh or not fresh_only):
                chosen.append(question)
                covered |= set(question.principles)

    def place(question: Question) -> int:
        area = of_round.area_of_question(question.id)
        return -1 if question.id == first else of_round.areas.index(area)

    return tuple(question.id for question in sorted(chosen, key=place))


def _in_turn(
    of_round: Round, hour: int, first: str | None, weights: Mapping[str, float]
) -> Iterator[Question]:
    """The round's questions, one of each area in turn, the area of ``first`` before the others."""

    def has_first(questions: Sequence[Question]) -> bool:
        return first in {question.id for question in questions}

    areas = [rubric.questions for rubric in of_round.rubrics]
    queues = [
        _fitting_first(_rotated(questions, hour, first), first, weights)
        for questions in sorted(areas, key=lambda one: not has_first(one))
    ]
    for of_each in zip_longest(*queues):
        yield from (question for question in of_each if question is not None)


def _rotated(questions: Sequence[Question], hour: int, first: str | None) -> list[Question]:
    ids = [question.id for question in questions]
    start = ids.index(first) if first in ids else hour % len(ids)
    return [*questions[start:], *questions[:start]]


def by_fit(
    questions: Sequence[Question], weights: Mapping[str, float]
) -> tuple[frozenset[str], frozenset[str]]:
    """The ids of the questions that fit these tags well, and of those that fit at all."""
    fits = {
        question.id: sum(weights.get(tag, 0) for tag in {*question.tags, *question.topics})
        for question in questions
    }
    best = max(fits.values(), default=0)
    at_all = frozenset(one for one, fit in fits.items() if fit)
    return frozenset(one for one in at_all if fits[one] >= LIKELY * best), at_all


def _fitting_first(
    questions: Sequence[Question], first: str | None, weights: Mapping[str, float]
) -> list[Question]:
    """The questions in their order, but what fits well first, then what fits at all."""
    well, at_all = by_fit(questions, weights)

    def rank(question: Question) -> int:
        if question.id == first or question.id in well:
            return 0
        return 1 if question.id in at_all else 2

    return sorted(sorted(questions, key=lambda one: one.id != first), key=rank)
