"""What was practised so far, and how it went over time. Pure."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Literal

from interviewer.loop_report import LoopReport
from interviewer.report import Report, label, question_grades
from interviewer.round import Round
from interviewer.rubric import Strict
from interviewer.session import Interview


class Entry(Strict):
    """One line of the history: an interview, or a loop with its rounds."""

    kind: Literal["interview", "loop"]
    id: str
    title: str
    created_at: datetime
    level: str
    status: str
    """"under way", "being graded", "done", or for a loop "2 of 5 rounds"."""
    unfinished: bool
    outcome: str
    """The vote, or a loop's decision; empty while there is none."""
    minutes: float
    rounds: tuple["Entry", ...] = ()


class Point(Strict):
    """The level of an area in one interview."""

    at: datetime
    interview_id: str
    level: float
    bar: float


class AreaProgress(Strict):
    """One area over time, the oldest first."""

    area: str
    title: str
    points: tuple[Point, ...]


class Outcome(Strict):
    """How one check, or one question's key points, came out once."""

    kind: Literal["check", "question"]
    id: str
    """The check's id, or the question's."""
    label: str
    area: str
    at: datetime
    shown: float
    """1 shown, 0 missing; for a question the share of its key points."""
    asked_for: bool
    """Whether the interviewer had to ask for it."""


class CheckProgress(Strict):
    """One check over time."""

    id: str
    label: str
    area: str
    times: int
    shown: int
    last_shown: bool
    trail: tuple[bool, ...]
    """Each time, the oldest first."""


class History(Strict):
    """Everything that is known of one candidate's practice."""

    entries: tuple[Entry, ...]
    """The latest first."""
    found: int
    """Entries that the search found; all of them without a search."""
    total: int
    areas: tuple[AreaProgress, ...]
    checks: tuple[CheckProgress, ...]
    """The weakest first."""

    @property
    def unfinished(self) -> Entry | None:
        """What can be gone on with: the latest."""
        return next((one for one in self.entries if one.unfinished), None)


def entry_of(report: Report) -> Entry:
    """An interview's line."""
    status = "under way"
    if report.finished:
        status = "being graded" if report.ungraded else "done"
    return Entry(
        kind="interview",
        id=report.id,
        title=f"{report.title} (again)" if report.again_of else report.title,
        created_at=report.created_at,
        level=report.level,
        status=status,
        unfinished=not report.finished,
        outcome=report.vote if status == "done" else "",
        minutes=report.minutes,
    )


def entry_of_loop(loop: LoopReport) -> Entry:
    """A loop's line, with its rounds' below."""
    last = loop.stages[-1].debrief
    return Entry(
        kind="loop",
        id=loop.id,
        title=loop.title,
        created_at=loop.created_at,
        level=loop.level,
        status="done" if loop.finished else f"{loop.done} of {len(loop.rounds)} rounds",
        unfinished=loop.next_round is not None,
        outcome=last.decision if loop.finished else "",
        minutes=loop.minutes,
        rounds=tuple(entry_of(one.report) for one in loop.rounds if one.report),
    )


def make_history(
    entries: Sequence[Entry],
    found: Sequence[Entry],
    reports: Sequence[Report],
    outcomes: Sequence[Outcome],
) -> History:
    """The history; ``found`` are the entries to list, ``reports`` and ``outcomes`` all there is."""
    return History(
        entries=tuple(sorted(found, key=lambda one: one.created_at, reverse=True)),
        found=len(found),
        total=len(entries),
        areas=tuple(_areas(reports)),
        checks=tuple(_checks(outcomes)),
    )


def _areas(reports: Sequence[Report]) -> Iterator[AreaProgress]:
    points: dict[tuple[str, str], list[Point]] = {}
    for report in sorted(reports, key=lambda one: one.created_at):
        for area in report.areas:
            if area.level is not None:
                point = Point(
                    at=report.begun_at or report.created_at,
                    interview_id=report.id,
                    level=area.level,
                    bar=area.bar,
                )
                points.setdefault((area.area, area.title), []).append(point)
    for (area_id, title), found in points.items():
        yield AreaProgress(area=area_id, title=title, points=tuple(found))


def _checks(outcomes: Sequence[Outcome]) -> list[CheckProgress]:
    trails: dict[str, list[Outcome]] = {}
    for one in sorted(outcomes, key=lambda it: it.at):
        if one.kind == "check":
            trails.setdefault(one.id, []).append(one)
    found = [
        CheckProgress(
            id=check_id,
            label=trail[0].label,
            area=trail[0].area,
            times=len(trail),
            shown=sum(one.shown == 1 for one in trail),
            last_shown=trail[-1].shown == 1,
            trail=tuple(one.shown == 1 for one in trail),
        )
        for check_id, trail in trails.items()
    ]
    return sorted(found, key=lambda one: (one.shown / one.times, -one.times, one.label))


def outcomes_of(interview: Interview, of_round: Round) -> Iterator[Outcome]:
    """How each check came out that was due in this interview; nothing for what was not seen."""
    asked = [turn for turn in interview.turns if turn.kind == "question" and turn.question_id]
    for turn in asked:
        question_id = turn.question_id or ""
        question = of_round.question(question_id)
        area = of_round.area_of_question(question_id)
        own = {f"{question_id}__{point.id}" for point in question.key_points}
        points: list[bool] = []
        for grade in question_grades(interview, of_round, question_id):
            for result in grade.results:
                if result.status == "not observed":
                    continue
                if result.check_id in own:
                    points.append(result.status == "shown")
                    continue
                yield Outcome(
                    kind="check",
                    id=result.check_id,
                    label=label(of_round.check(result.check_id)),
                    area=of_round.area_of_check(result.check_id),
                    at=turn.at,
                    shown=float(result.status == "shown"),
                    asked_for=(result.note or "").startswith("asked for"),
                )
        if points:
            yield Outcome(
                kind="question",
                id=question_id,
                label=question.text,
                area=area,
                at=turn.at,
                shown=sum(points) / len(points),
                asked_for=False,
            )
