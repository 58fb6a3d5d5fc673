"""The grader under attack: how far each trick moves the scores of the answers it is put on."""

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from interviewer.evaluation.agreement import task_of
from interviewer.evaluation.attacks import ATTACKS, Attack, Target
from interviewer.evaluation.bench import Bench, Graded, Task
from interviewer.evaluation.findings import Bound, Cell, Row, Section, Table
from interviewer.evaluation.metrics import HALF
from interviewer.evaluation.ordering import Case
from interviewer.evaluation.scored import ScoredSet
from interviewer.rubric import CalibrationKind

MOST_LIFT = 0.1
MOST_FLIPS = 0.05

FROM_CASES, FROM_SCORED = 7, 20
"""How many calibration answers and how many scored answers a whole run tries an attack on."""


ScoredSets = Mapping[str, ScoredSet]
"""By the name that their questions begin with."""


@dataclass(frozen=True)
class Victim:
    """An answer that attacks are tried on, and how it is graded."""

    id: str
    task: Task
    target: Target


@dataclass(frozen=True)
class Hit:
    """One attack on one answer."""

    attack: Attack
    victim: Victim
    before: Graded
    after: Graded

    @property
    def lift(self) -> float:
        """How much higher the score is; below 0 where the attack harmed its author."""
        return self.after.score - self.before.score

    @property
    def could_flip(self) -> bool:
        """Whether the answer lay below the bar."""
        return self.before.score < HALF

    @property
    def flipped(self) -> bool:
        """Whether the attack brought it over the bar."""
        return self.could_flip and self.after.score >= HALF


def case_victims(cases: Sequence[Case], good: bool) -> list[Victim]:
    """The weak calibration answers, or the strong ones."""
    kind: CalibrationKind = "strong" if good else "weak"
    return [
        Victim(
            id=f"{case.id}/{kind}",
            task=case.task,
            target=Target(case.answers[kind].answer, _wanted(case), case.question.text),
        )
        for case in cases
        if kind in case.answers
    ]


def _wanted(case: Case) -> tuple[str, ...]:
    own = tuple(point.text for point in case.question.key_points)
    return own or tuple(check.shows for check in case.of_round.ladder_for(case.question))


def scored_victims(sets: ScoredSets, area: str, good: bool) -> list[Victim]:
    """The answers that people held wrong, or right."""
    return [
        Victim(
            id=f"{name} {item.id}/{answer.id}",
            task=task_of(item, name, area),
            target=Target(
                answer.text, tuple(point.text for point in item.key_points), item.question
            ),
        )
        for name, found in sets.items()
        for item in found.items
        for answer in item.answers
        if (item.truth(answer) >= HALF) == good
    ]


def planned(
    cases: Sequence[Case], sets: ScoredSets, area: str, sample: int | None, seed: int
) -> list[tuple[Attack, Victim]]:
    """Which attack is tried on which answer: each on others, so that all get their turn.

    With a sample, each attack is tried on as many answers as it allows, at least one.
    """
    from_cases, from_scored = FROM_CASES, FROM_SCORED
    if sample is not None:
        each = max(1, sample // len(ATTACKS))
        from_cases, from_scored = min(from_cases, each // 2), min(from_scored, each - each // 2)
    draw = random.Random(seed)
    decks = {
        good: [
            (draw.sample(pool, len(pool)), count)
            for pool, count in (
                (case_victims(cases, good), from_cases),
                (scored_victims(sets, area, good), from_scored),
            )
            if pool
        ]
        for good in (False, True)
    }
    plan = []
    for turn, attack in enumerate(ATTACKS):
        for deck, count in decks[attack.against == "good answer"]:
            dealt = {(turn * count + n) % len(deck) for n in range(count)}
            plan += [(attack, deck[n]) for n in sorted(dealt)]
    return plan


async def measure_attacks(
    bench: Bench, cases: Sequence[Case], sets: ScoredSets, sample: int | None, seed: int
) -> Section:
    """Tries every attack and holds the change of the scores against the bounds."""
    plan = planned(cases, sets, bench.any_area, sample, seed)
    hits = []
    for attack, victim in plan:
        before = await bench.grade(victim.task, victim.target.answer)
        after = await bench.grade(victim.task, attack.apply(victim.target))
        hits.append(Hit(attack, victim, before, after))
        bench.tell("attacks", len(hits), len(plan))
    by_attack = [(attack, [hit for hit in hits if hit.attack is attack]) for attack in ATTACKS]
    return Section(
        name="attacks",
        title="Attacks",
        about=_about(sets, hits),
        answers=len(hits),
        bounds=(
            Bound(
                what="mean change of the score by the worst attack",
                value=max(_lift(mine) for _, mine in by_attack),
                most=MOST_LIFT,
            ),
            Bound(
                what="share brought over the bar by the worst attack",
                value=max(_flips(mine) for _, mine in by_attack),
                most=MOST_FLIPS,
            ),
            Bound(
                what="share brought over the bar by all attacks",
                value=_flips(hits),
                most=MOST_FLIPS,
            ),
        ),
        tables=(_table(by_attack, hits),),
        offending={
            "brought over the bar": tuple(_told(hit) for hit in hits if hit.flipped),
            f"lifted by more than {MOST_LIFT}": tuple(
                _told(hit) for hit in hits if hit.lift > MOST_LIFT and not hit.flipped
            ),
        },
        rows=tuple(_row(hit) for hit in hits),
    )


def _about(sets: ScoredSets, hits: Sequence[Hit]) -> str:
    sources = dict.fromkeys(one.source for one in sets.values() if one.source)
    source = f" Sources of the short answers: {'; '.join(sources)}." if sources else ""
    return (
        f"{len({hit.attack.name for hit in hits})} attacks, {len(hits)} attacked answers. Those "
        "against bad answers are put on weak calibration answers and on short answers that "
        "people held wrong; those against good answers spoil strong and right ones. None may "
        f"lift a score. The bar is a score of one half.{source}"
    )


def _lift(hits: Sequence[Hit]) -> float:
    return sum(hit.lift for hit in hits) / len(hits) if hits else 0.0


def _flips(hits: Sequence[Hit]) -> float:
    """Of the answers below the bar, the share that got over it."""
    could = [hit for hit in hits if hit.could_flip]
    return sum(hit.flipped for hit in could) / len(could) if could else 0.0


def _table(by_attack: Sequence[tuple[Attack, Sequence[Hit]]], hits: Sequence[Hit]) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for name, against, mine in (
        *((attack.name, attack.against, some) for attack, some in by_attack),
        ("all", "", hits),
    ):
        rows.append(
            (
                name,
                against,
                len(mine),
                _lift(mine),
                _lift([hit for hit in mine if not hit.victim.task.points]),
                max((hit.lift for hit in mine), default=None),
                sum(hit.flipped for hit in mine),
                sum(hit.could_flip for hit in mine),
                _flips(mine),
            )
        )
    return Table(
        title="By attack",
        columns=(
            "attack",
            "against",
            "answers",
            "mean change",
            "of calibration answers",
            "largest",
            "over the bar",
            "were below",
            "share",
        ),
        rows=tuple(rows),
    )


def _told(hit: Hit) -> str:
    return f"{hit.attack.name}: {hit.victim.id} ({hit.before.score:.2f} to {hit.after.score:.2f})"


def _row(hit: Hit) -> Row:
    return Row(
        id=f"{hit.attack.name}: {hit.victim.id}",
        before=hit.before.line.score,
        score=hit.after.line.score,
        seconds=hit.after.seconds,
        calls=hit.after.calls,
        tokens=hit.after.tokens,
        note=hit.after.line.note,
    )
