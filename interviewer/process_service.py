"""The service around single interviews: stages and loops, answers given again, the whole history.

What the page and the shell both drive. A loop is a set of ordinary interviews with their
places; nothing about how far it has come is stored beside them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from interviewer.archive import read_archive, renamed
from interviewer.background import read_background
from interviewer.content import Content
from interviewer.errors import ChoiceError, InterviewNotFound, TurnConflict
from interviewer.interview import InterviewService
from interviewer.process import Choice, LoopPlan, PlannedRound, Seat, plan_loop
from interviewer.query import Query
from interviewer.session import Plan
from interviewer.store import Store, new_id


@dataclass(frozen=True)
class Place:
    """Where a candidate is: in an interview or in a loop."""

    kind: Literal["interview", "loop"]
    id: str


class ProcessService:
    """Begins, deletes, brings back. All methods are called in one event loop."""

    def __init__(
        self,
        content: Content,
        store: Store,
        interviews: InterviewService,
        query: Query,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._content = content
        self._store = store
        self._interviews = interviews
        self._query = query
        self._now = now

    # --- Beginning ---

    def begin(self, choice: Choice, owner: str = "", background: str = "") -> Place:
        """Begins what is chosen: a loop of several rounds, or one round as an interview.

        ``background`` is the text of a job description or a résumé. ChoiceError names what
        can be chosen.
        """
        plan = self.plan(choice, owner, background)
        if len(plan.rounds) > 1:
            return Place("loop", self._store.create_loop(plan, owner))
        return Place("interview", self._interviews.begin(_as_plan(plan, plan.rounds[0]), owner))

    def plan(self, choice: Choice, owner: str = "", background: str = "") -> LoopPlan:
        """What would be agreed for this choice."""
        try:
            return plan_loop(
                self._content.process,
                self._content.rubrics,
                choice,
                turn=len(self._store.loops(owner)) + int(self._now().timestamp() // 3600),
                asked=self._query.asked(owner),
                background=read_background(background, self._content.vocabulary),
            )
        except KeyError as error:
            raise ChoiceError(str(error.args[0])) from error

    def begin_planned(self, plan: LoopPlan, owner: str = "") -> str:
        """Begins a loop with its questions chosen already; returns its id."""
        return self._store.create_loop(plan, owner)

    def next_round(self, loop_id: str, owner: str = "") -> str:
        """The interview of a loop's next round: the one under way, or a new one.

        InterviewNotFound once every round was held.
        """
        report = self._query.loop(loop_id).next_round
        if report is None:
            raise InterviewNotFound("every round of this loop was held; start a new one")
        if report.interview_id:
            return report.interview_id
        loop = self._store.load_loop(loop_id)
        planned = loop.plan.rounds[report.position]
        place = (loop_id, report.position)
        try:
            return self._interviews.begin(_as_plan(loop.plan, planned), owner, place)
        except TurnConflict:
            begun = self._store.load_loop(loop_id).interview_ids[report.position]
            if begun is None:
                raise
            return begun

    def again(self, interview_id: str, question_id: str, owner: str = "") -> str:
        """Begins an interview in which one question of another is answered again."""
        before = self._store.load(interview_id)
        if question_id not in before.plan.question_ids:
            known = ", ".join(before.plan.question_ids)
            raise ChoiceError(f"no question {question_id!r} in this interview; there are: {known}")
        return self._interviews.begin(
            Plan(
                areas=before.plan.areas,
                question_ids=(question_id,),
                persona=before.plan.persona,
                most_probes=0,
                candidate_questions=0,
                seat=before.plan.seat,
                again_of=before.plan.again_of or before.id,
            ),
            owner,
        )

    def practise(self, owner: str = "") -> str:
        """Begins the practice that is proposed; ChoiceError: there is nothing to propose yet."""
        practice = self._query.practice(owner, self._now())
        if practice is None:
            raise ChoiceError("nothing is graded yet; hold an interview first")
        defaults = self._content.process.defaults
        return self._interviews.start(
            practice.area,
            question_ids=practice.question_ids,
            seat=Seat(role=defaults.role, level=defaults.level, focus=defaults.focus),
            owner=owner,
        )

    # --- Keeping ---

    def delete(self, place: Place) -> None:
        """Deletes an interview or a whole loop, really; InterviewNotFound: it isn't there."""
        if place.kind == "loop":
            for interview_id in self._store.load_loop(place.id).interview_ids:
                self._interviews.drop(interview_id or "")
            self._store.delete_loop(place.id)
        else:
            self._interviews.drop(place.id)
            self._store.delete(place.id)

    def find(self, some_id: str) -> Place:
        """What an id names; InterviewNotFound when it names nothing."""
        try:
            self._store.load_loop(some_id)
        except InterviewNotFound:
            self._store.load(some_id)
            return Place("interview", some_id)
        return Place("loop", some_id)

    def export(self, owner: str | None) -> str:
        """Everything of an owner's as one JSON file's text; None: everybody's."""
        return self._query.archive(owner, self._now()).model_dump_json(indent=1)

    def restore(self, text: str | bytes, owner: str = "", *, knows_all: bool = False) -> int:
        """Takes in an exported file's text; returns how much of it was new.

        ArchiveError says what is wrong with the file; nothing is stored then. What another
        candidate has here stays theirs and as it is: this owner gets a copy of the file's,
        unless it is brought by who ``knows_all`` that is here already.
        """
        archive = read_archive(text)
        ids = [*(one.id for one in archive.interviews), *(one.id for one in archive.loops)]
        others = {one for one in ids if self._store.owner_of(one) not in {None, owner}}
        if knows_all:
            return self._store.restore(
                [one for one in archive.interviews if one.id not in others],
                [one for one in archive.loops if one.id not in others],
                owner,
            )
        archive = renamed(archive, {one: new_id() for one in others})
        return self._store.restore(archive.interviews, archive.loops, owner)


def _as_plan(loop: LoopPlan, planned: PlannedRound) -> Plan:
    one = planned.round
    return Plan(
        areas=one.areas,
        question_ids=planned.question_ids,
        persona=one.persona,
        background=loop.background,
        most_probes=loop.most_probes,
        minutes=one.minutes,
        seat=Seat(
            role=loop.role, level=loop.level, focus=loop.focus, round=one.id, title=one.title
        ),
    )
