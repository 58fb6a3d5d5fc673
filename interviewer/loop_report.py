"""The report of a loop: its rounds, the debrief of each stage, and what to do tonight. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Literal

from interviewer.debrief import PROOFS_FOR_A_VOTE, AreaGrade, Debrief, Notes, Proof, hold_debrief
from interviewer.persona import Persona
from interviewer.process import Loop, PlannedRound, Standard
from interviewer.report import (
    ADVICE_TONIGHT,
    Advice,
    CriterionReport,
    Evidence,
    HeldAgainst,
    Report,
)
from interviewer.rubric import Strict

RoundStatus = Literal["not begun", "under way", "being graded", "done"]


class RoundReport(Strict):
    """One round of a loop."""

    position: int
    stage: str
    title: str
    interviewer: str
    interviewer_title: str
    bar_raiser: bool
    assesses: str
    principles: tuple[str, ...]
    """Titles of the Leadership Principles that the interviewer is assigned."""
    minutes_planned: int
    questions_planned: int
    status: RoundStatus
    interview_id: str | None
    begun_at: datetime | None
    ended_at: datetime | None
    minutes: float
    report: Report | None


class StageReport(Strict):
    """One stage with its debrief."""

    id: str
    title: str
    positions: tuple[int, ...]
    debrief: Debrief


class TonightOfRound(Strict):
    """A piece of advice and the round that it comes from."""

    round: str
    advice: Advice


class LoopReport(Strict):
    """Everything that is said about a loop."""

    id: str
    title: str
    created_at: datetime
    role: str
    level: str
    rounds: tuple[RoundReport, ...]
    stages: tuple[StageReport, ...]
    done: int
    """Rounds that are over and graded."""
    minutes: float
    """Time in the rounds."""
    days: int
    """Days on which a round was held."""
    longest_sitting: int
    """Most rounds held in a row with at most an hour between two."""
    unheard: tuple[str, ...]
    """Leadership Principles that were assigned, and that no question held so far is about."""
    tonight: tuple[TonightOfRound, ...]

    @property
    def finished(self) -> bool:
        """Whether every round is over and graded."""
        return self.done == len(self.rounds)

    @property
    def unheard_line(self) -> str:
        """The unheard principles as a sentence; empty where there are none."""
        told = "; ".join(self.unheard)
        return f"Assigned, and not asked about: {told}." if told else ""

    @property
    def next_round(self) -> RoundReport | None:
        """The round that is to be begun or gone on with; None: there is none left."""
        open_rounds = (one for one in self.rounds if one.status in {"not begun", "under way"})
        return next(open_rounds, None)


REST_MINUTES = 60
"""The longest break within one sitting."""


def make_loop_report(
    loop: Loop,
    reports: Mapping[str, Report],
    standard: Standard,
    *,
    personas: Mapping[str, Persona],
    principles: Mapping[str, str],
    asked_about: Sequence[str],
) -> LoopReport:
    """The report of a loop from the reports of its interviews, by id.

    ``principles``: their titles by id; ``asked_about``: those that the questions held so far
    are about.
    """
    rounds = tuple(
        _round(
            position, planned, interview_id, reports.get(interview_id or ""), (personas, principles)
        )
        for position, (planned, interview_id) in enumerate(
            zip(loop.plan.rounds, loop.interview_ids, strict=True)
        )
    )
    held = [one for one in rounds if one.begun_at]
    assigned = {name for planned in loop.plan.rounds for name in planned.round.principles}
    return LoopReport(
        id=loop.id,
        title=loop.plan.title,
        created_at=loop.created_at,
        role=standard.role,
        level=standard.level,
        rounds=rounds,
        stages=tuple(_stages(loop, rounds, standard)),
        done=sum(one.status == "done" for one in rounds),
        minutes=sum(one.minutes for one in rounds),
        days=len({one.begun_at.date() for one in held if one.begun_at}),
        longest_sitting=_longest_sitting(held),
        unheard=tuple(
            title
            for name, title in principles.items()
            if name in assigned and name not in asked_about
        ),
        tonight=tuple(_tonight(rounds)),
    )


def _round(
    position: int,
    planned: PlannedRound,
    interview_id: str | None,
    report: Report | None,
    cast: tuple[Mapping[str, Persona], Mapping[str, str]],
) -> RoundReport:
    one, (personas, principles) = planned.round, cast
    persona = personas.get(one.persona)
    return RoundReport(
        position=position,
        stage=planned.stage,
        title=one.title,
        interviewer=persona.name if persona else one.persona,
        interviewer_title=persona.title if persona else "",
        bar_raiser=one.bar_raiser,
        assesses=one.assesses,
        principles=tuple(principles.get(name, name) for name in one.principles),
        minutes_planned=one.minutes,
        questions_planned=len(planned.question_ids),
        status=_status(report),
        interview_id=interview_id,
        begun_at=report.begun_at if report else None,
        ended_at=report.ended_at if report else None,
        minutes=report.minutes if report else 0.0,
        report=report,
    )


def _status(report: Report | None) -> RoundStatus:
    if report is None:
        return "not begun"
    if not report.finished:
        return "under way"
    return "being graded" if report.ungraded else "done"


def _stages(loop: Loop, rounds: Sequence[RoundReport], standard: Standard) -> Iterator[StageReport]:
    for stage in dict.fromkeys(planned.stage for planned in loop.plan.rounds):
        of_stage = [one for one in rounds if one.stage == stage]
        begun = [notes_of(one.report, one) for one in of_stage if one.report]
        left = [one.title for one in of_stage if one.report is None]
        debrief = hold_debrief(begun, standard.median, left)
        title = next(one.stage_title for one in loop.plan.rounds if one.stage == stage)
        yield StageReport(
            id=stage,
            title=title,
            positions=tuple(one.position for one in of_stage),
            debrief=debrief,
        )


def notes_of(report: Report, of_round: RoundReport) -> Notes:
    """What the interviewer of a round brings to the debrief."""
    return Notes(
        round=of_round.title,
        interviewer=report.interviewer,
        bar_raiser=of_round.bar_raiser,
        finished=report.finished,
        graded=not report.ungraded,
        vote=report.vote,
        areas=tuple(
            AreaGrade(
                area=one.area,
                title=one.title,
                level=one.level,
                weight=one.weight,
                bar=one.bar,
                low=one.low,
                high=one.high,
            )
            for one in report.areas
        ),
        strongest=tuple(_strongest(report))[:PROOFS_FOR_A_VOTE],
        weakest=tuple(_weakest(report))[:PROOFS_FOR_A_VOTE],
        met=tuple(it.how for one in report.questions for it in one.pushbacks if it.how),
    )


def _strongest(report: Report) -> Iterator[Proof]:
    """The surest evidence of each criterion, those far above the bar and heavy first."""
    ranked = sorted(
        (one for one in report.criteria if one.level and one.evidence),
        key=_above_the_bar,
        reverse=True,
    )
    told = set()
    for criterion in ranked:
        for proof in sorted(criterion.evidence, key=lambda one: -one.met):
            if (place := (proof.seq, proof.sentence)) not in told:
                told.add(place)
                yield _quotation("for", criterion.area, proof)
                break


def _weakest(report: Report) -> Iterator[Proof]:
    """What counts against the answers; then the first gap of each criterion, those far below
    the bar first.
    """
    for held in report.against:
        yield _quotation("against", held.area, held)
    ranked = sorted(
        (one for one in report.criteria if one.level and one.missing), key=_above_the_bar
    )
    for criterion in ranked:
        gap = criterion.missing[0]
        yield Proof(
            side="against",
            area=criterion.area,
            check=gap.check,
            text=gap.note,
            quoted=False,
            question=gap.number,
        )


def _above_the_bar(criterion: CriterionReport) -> float:
    """How far its level lies above the bar, by its weight; below 0: below the bar."""
    return ((criterion.level or 0) - criterion.bar) * criterion.weight


def _quotation(side: Literal["for", "against"], area: str, said: Evidence | HeldAgainst) -> Proof:
    return Proof(
        side=side, area=area, check=said.check, text=said.text, quoted=True, question=said.number
    )


def _longest_sitting(held: Sequence[RoundReport]) -> int:
    longest = row = 0
    before = None
    for one in sorted(held, key=lambda it: (it.begun_at is None, it.begun_at)):
        near = (
            before is not None
            and before.ended_at is not None
            and one.begun_at is not None
            and (one.begun_at - before.ended_at).total_seconds() <= 60 * REST_MINUTES
        )
        row = row + 1 if near else 1
        longest, before = max(longest, row), one
    return longest


def _tonight(rounds: Sequence[RoundReport]) -> Iterator[TonightOfRound]:
    """The first advice of each round, the lowest votes first, no advice twice."""
    begun = [(one.title, one.report) for one in rounds if one.report is not None]
    ranked = [
        (title, tuple(_advice(report)))
        for title, report in sorted(begun, key=lambda pair: pair[1].score or 0.0)
    ]
    told: set[str] = set()
    for position in range(ADVICE_TONIGHT):
        for title, advice in ranked:
            for piece in advice[position : position + 1]:
                if piece.advice not in told and len(told) < ADVICE_TONIGHT:
                    told.add(piece.advice)
                    yield TonightOfRound(round=title, advice=piece)


def _advice(report: Report) -> Iterator[Advice]:
    """What counts against the candidate first: it lowers every level."""
    for held in report.against:
        yield Advice(
            check=held.check,
            check_id=held.check_id,
            question_id=held.question_id,
            number=held.number,
            note=f"you said “{held.text}”",
            advice=held.advice,
        )
    yield from report.tonight
