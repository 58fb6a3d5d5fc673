"""The one way from the store to everything that is shown.

Page, shell, Markdown, PDF and JSON all show what this module computes, so that no figure can
differ between them.
"""

from collections.abc import Callable, Iterable
from datetime import datetime

from interviewer.archive import Archive
from interviewer.compare import Comparison, compare
from interviewer.content import Content
from interviewer.errors import InterviewerError
from interviewer.history import (
    Entry,
    History,
    Outcome,
    entry_of,
    entry_of_loop,
    make_history,
    outcomes_of,
)
from interviewer.loop_report import LoopReport, make_loop_report
from interviewer.pace import minutes
from interviewer.practice import Practice, next_practice
from interviewer.process import Loop, Seat
from interviewer.report import Report, make_report
from interviewer.session import Interview
from interviewer.store import Store


class Query:
    """Reads; changes nothing."""

    def __init__(
        self, content: Content, store: Store, ungraded: Callable[[Interview], int]
    ) -> None:
        """``ungraded`` counts the checks of an interview that are still to be judged."""
        self._content = content
        self._store = store
        self._ungraded = ungraded

    # --- One ---

    def report(self, interview_id: str) -> Report:
        """The report of an interview from what is judged so far."""
        return self._report(self._store.load(interview_id))

    def loop(self, loop_id: str) -> LoopReport:
        """The report of a loop as far as it has come."""
        loop = self._store.load_loop(loop_id)
        return self._loop(loop, [self._store.load(one) for one in loop.interview_ids if one])

    def comparison(self, interview_id: str) -> Comparison | None:
        """An answer given again beside the first; None where this interview is no such."""
        after = self._store.load(interview_id)
        if after.plan.again_of is None:
            return None
        before = self._store.load(after.plan.again_of)
        return compare(before, after, self._content.round(after.plan.areas))

    def loop_of(self, interview_id: str, owner: str | None) -> str | None:
        """The loop that an interview is a round of."""
        for loop in self._store.loops(owner):
            if interview_id in loop.interview_ids:
                return loop.id
        return None

    # --- All of one owner's ---

    def history(self, owner: str | None, search: str = "") -> History:
        """An owner's interviews and loops with their progress; None: everybody's.

        ``search`` finds entries in which every one of its words was said or stands in a title.
        """
        interviews, loops = self._store.interviews(owner), self._store.loops(owner)
        known = [one for one in interviews if self._is_known(one)]
        reports = {one.id: self._report(one) for one in known}
        entries, texts = [], {}
        taken: set[str] = set()
        by_id = {one.id: one for one in interviews}
        for loop in loops:
            of_loop = [by_id[one] for one in loop.interview_ids if one in by_id]
            taken |= {one.id for one in of_loop}
            entry = entry_of_loop(self._loop(loop, of_loop))
            entries.append(entry)
            texts[entry.id] = _text(entry, of_loop)
        for one in interviews:
            if one.id not in taken:
                entry = entry_of(reports[one.id]) if one.id in reports else self._unread(one)
                entries.append(entry)
                texts[entry.id] = _text(entry, [one])
        wanted = search.casefold().split()
        found = [one for one in entries if all(word in texts[one.id] for word in wanted)]
        done = [one for one in reports.values() if one.finished]
        return make_history(entries, found, done, self._outcomes(known))

    def practice(self, owner: str | None, now: datetime) -> Practice | None:
        """The next practice that is proposed to an owner."""
        interviews = [one for one in self._store.interviews(owner) if self._is_known(one)]
        asked = [
            turn.question_id
            for one in reversed(interviews)
            for turn in one.turns
            if turn.kind == "question" and turn.question_id
        ]
        return next_practice(self._outcomes(interviews), self._content.rubrics, asked, now)

    def asked(self, owner: str) -> frozenset[str]:
        """The questions that an owner was asked so far."""
        return frozenset(
            question_id
            for one in self._store.interviews(owner)
            for question_id in one.plan.question_ids
        )

    def archive(self, owner: str | None, now: datetime) -> Archive:
        """Everything of an owner's, to be exported."""
        return Archive(
            exported_at=now,
            interviews=self._store.interviews(owner),
            loops=self._store.loops(owner),
        )

    # --- Work ---

    def _unread(self, interview: Interview) -> Entry:
        """The line of an interview that can't be reported any more, so that it can be deleted."""
        plan = interview.plan
        return Entry(
            kind="interview",
            id=interview.id,
            title=" and ".join(plan.areas),
            created_at=interview.created_at,
            level=plan.seat.level if plan.seat else self._content.process.defaults.level,
            status="its questions are gone",
            unfinished=False,
            outcome="",
            minutes=minutes(interview.turns),
        )

    def _is_known(self, interview: Interview) -> bool:
        """Whether the files that an interview was held by are still there."""
        try:
            self._content.persona(interview.plan.persona)
            of_round = self._content.round(interview.plan.areas)
        except InterviewerError:
            return False
        return {one.id for one in of_round.questions} >= set(interview.plan.question_ids)

    def _report(self, interview: Interview) -> Report:
        plan = interview.plan
        return make_report(
            interview,
            self._content.round(plan.areas),
            self._content.process.standard(plan.seat),
            self._content.persona(plan.persona),
            self._ungraded(interview),
        )

    def _loop(self, loop: Loop, interviews: Iterable[Interview]) -> LoopReport:
        plan = loop.plan
        held = [one for one in interviews if self._is_known(one)]
        principles = {
            one.id: one.title
            for rubric in self._content.rubrics.values()
            for one in rubric.principles
        }
        asked_about = [
            principle
            for one in held
            for question_id in one.plan.question_ids
            for principle in self._content.round(one.plan.areas).question(question_id).principles
        ]
        return make_loop_report(
            loop,
            {one.id: self._report(one) for one in held},
            self._content.process.standard(
                Seat(role=plan.role, level=plan.level, focus=plan.focus)
            ),
            personas=self._content.personas,
            principles=principles,
            asked_about=asked_about,
        )

    def _outcomes(self, interviews: Iterable[Interview]) -> list[Outcome]:
        return [
            outcome
            for one in interviews
            for outcome in outcomes_of(one, self._content.round(one.plan.areas))
        ]


def _text(entry: Entry, interviews: Iterable[Interview]) -> str:
    """What a search looks through."""
    said = [turn.text for one in interviews for turn in one.turns]
    titles = [entry.title, *(one.title for one in entry.rounds), entry.level, entry.outcome]
    return "\n".join([*titles, *said]).casefold()
