"""What to practise next: the weakest checks, when they are due again.

A spaced-repetition schedule (FSRS) is replayed over everything that was judged so far: a
check that was missing comes back tomorrow, one that was shown again and again weeks later.
Nothing of it is stored: the same history and the same moment give the same proposal.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from fsrs import Card, Rating, Scheduler

from interviewer.history import Outcome
from interviewer.rubric import Rubric, Strict

MOST_QUESTIONS = 2
"""Questions in a proposed practice: half an hour."""

MOST_REASONS = 4
KNOWN = 0.75
"""Share of its key points from which a question counts as known."""
HALF_KNOWN = 0.4


class Due(Strict):
    """Something to practise."""

    kind: str
    id: str
    label: str
    area: str
    times: int
    shown: int
    last_at: datetime
    due_at: datetime
    recall: float
    """Estimated probability that it would be shown now."""


class Practice(Strict):
    """The next practice that is proposed."""

    area: str
    title: str
    question_ids: tuple[str, ...]
    questions: tuple[str, ...]
    reasons: tuple[Due, ...]
    """What it is for, the weakest first."""


def schedule(outcomes: Sequence[Outcome], now: datetime) -> tuple[Due, ...]:
    """Everything that was judged so far with its next date, the weakest first."""
    scheduler = Scheduler(learning_steps=(), relearning_steps=(), enable_fuzzing=False)
    trails: dict[tuple[str, str], list[Outcome]] = {}
    for one in sorted(outcomes, key=lambda it: it.at):
        trails.setdefault((one.kind, one.id), []).append(one)
    found = []
    for (kind, name), trail in trails.items():
        card = Card(card_id=0, due=trail[0].at)
        for one in trail:
            card, _ = scheduler.review_card(card, _rating(one), one.at)
        found.append(
            Due(
                kind=kind,
                id=name,
                label=trail[-1].label,
                area=trail[-1].area,
                times=len(trail),
                shown=sum(one.shown >= KNOWN for one in trail),
                last_at=trail[-1].at,
                due_at=card.due,
                recall=scheduler.get_card_retrievability(card, max(now, trail[-1].at)),
            )
        )
    # What was missing last time comes before what only fades.
    last = {key: trail[-1].shown >= KNOWN for key, trail in trails.items()}
    return tuple(
        sorted(found, key=lambda one: (last[one.kind, one.id], one.recall, one.due_at, one.id))
    )


def _rating(one: Outcome) -> Rating:
    if one.shown < HALF_KNOWN:
        return Rating.Again
    if one.shown < KNOWN or one.asked_for:
        return Rating.Hard
    return Rating.Good


def next_practice(
    outcomes: Sequence[Outcome],
    rubrics: Mapping[str, Rubric],
    asked: Sequence[str],
    now: datetime,
) -> Practice | None:
    """The practice that does most for what is weakest; None: nothing was judged so far.

    ``asked``: the questions asked so far, the latest last. A check is practised with another
    question than last time, a question's own key points with the question itself.
    """
    weak = [one for one in schedule(outcomes, now) if one.area in rubrics]
    if not weak:
        return None
    area = weak[0].area
    rubric = rubrics[area]
    of_area = [one for one in weak if one.area == area]
    chosen = list(dict.fromkeys(_questions(of_area, rubric, asked)))[:MOST_QUESTIONS]
    return Practice(
        area=area,
        title=rubric.title,
        question_ids=tuple(chosen),
        questions=tuple(rubric.question(one).text for one in chosen),
        reasons=tuple(of_area[:MOST_REASONS]),
    )


def _questions(weak: Sequence[Due], rubric: Rubric, asked: Sequence[str]) -> Iterator[str]:
    """Questions for what is weak, the weakest first."""
    last = {name: position for position, name in enumerate(asked)}
    for one in weak:
        if one.kind == "question":
            yield one.id
            continue
        fitting = [
            question.id
            for question in rubric.questions
            if any(
                check.id == one.id
                for criterion in rubric.criteria_for(question)
                for check in criterion.checks
            )
        ]
        # Those not asked yet first, then those asked longest ago.
        yield from sorted(fitting, key=lambda name: last.get(name, -1))[:1]
