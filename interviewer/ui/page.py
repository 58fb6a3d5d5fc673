"""The page: its views, and which of them is seen. All state is in the store.

Each view is a class in a module of its own: it builds its components, tells what it shows
as a mapping from component to update, and wires what happens within it. A handler never
holds a reply: tasks of the service make it, and the handler only tails them, so a reload or
a closed tab stops nothing.
"""

import asyncio
import contextlib
import html
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.background import MOST_READ
from interviewer.errors import (
    AnswerRejected,
    ContentError,
    InterviewerError,
    InterviewNotFound,
)
from interviewer.interview import View
from interviewer.loop_report import LoopReport
from interviewer.process import Choice, Seat
from interviewer.rates import BEGINNINGS, Rates
from interviewer.runtime import Runtime
from interviewer.session import DEFAULT_PERSONA
from interviewer.ui import render
from interviewer.ui.chat import ChatView
from interviewer.ui.editor import EditorView
from interviewer.ui.history import HistoryView
from interviewer.ui.lean import LeanBlocks
from interviewer.ui.loop import LoopView
from interviewer.ui.report import ReportView
from interviewer.ui.start import StartView
from interviewer.ui.visitor import Visitors

_TO_THE_TOP = "() => window.scrollTo({top: 0})"
"""Another place is read from its beginning, however far down the button was."""

Shown = dict[Any, Any]
"""What the page shows now: updates by component; what isn't named stays as it is."""

START = "start:"
"""Not empty: a browser keeps the place before instead of nothing."""
HISTORY = "history:"


class Page:
    """Builds the page and answers its events.

    Where a candidate is, the browser keeps as one word: ``interview:ID``, ``report:ID`` (an
    interview whose report is being read), ``loop:ID``, ``history:``, or nothing for the start
    view.
    """

    def __init__(self, runtime: Runtime, visitors: Visitors, rates: Rates) -> None:
        self._visitors = visitors
        self._rates = rates
        self._runtime = runtime
        self._service = runtime.service
        self._query = runtime.query
        self._process = runtime.process
        self._tails: dict[str, object] = {}

    def build(self) -> gr.Blocks:
        """The page, ready to be mounted."""
        demo: gr.Blocks
        with LeanBlocks(title="Mock interviewer", analytics_enabled=False) as demo:
            # A place is no secret: it opens to its owner only. The browser keeps it under a key
            # that is the same after a restart, so that a reload finds it.
            self._place = gr.BrowserState("", storage_key="interviewer", secret="interviewer")
            gr.HTML(self._title(), elem_id="title")
            self._start = StartView(self._runtime)
            with gr.Row(elem_id="room"):
                with gr.Column(elem_id="talk"):
                    self._chat = ChatView(self._runtime, self._visitors)
                self._editor = EditorView(self._runtime, self._visitors)
            self._report = ReportView(self._runtime, self._visitors)
            self._loop = LoopView(self._runtime, self._visitors)
            self._history = HistoryView(self._runtime, self._visitors)
            self._views = (
                *(self._start, self._chat, self._editor, self._report),
                *(self._loop, self._history),
            )
            self._wire(demo)
        return demo

    def _title(self) -> str:
        out = (
            '<p><a href="/sign-out">Sign out</a></p>'
            if self._runtime.settings.password_file
            else ""
        )
        label = html.escape(self._runtime.model.label)
        return f"<h1>Mock interviewer</h1><p>Model: {label}</p>{out}"

    # --- Events ---

    def _wire(self, demo: gr.Blocks) -> None:
        private: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "hidden",
            "concurrency_limit": None,
        }
        # One may be under way when the next begins, which takes over from it. Without this,
        # Gradio would leave out the next.
        follows = private | {"trigger_mode": "multiple"}
        tail: dict[str, Any] = {
            "fn": self._tail,
            "inputs": [self._place, self._editor.holds],
            "outputs": [self._place, *(one for view in self._views for one in view.outputs)],
            **follows,
        }
        demo.load(**tail)
        self._start.wire(private)
        talk: dict[str, Any] = {
            "fn": self._talk,
            "inputs": [self._place],
            "outputs": self._chat.spoken,
            **follows,
        }
        self._chat.wire(demo, self._place, talk, tail, private)
        self._editor.wire(demo, self._place, private)
        self._report.wire(self._place, private)
        self._loop.wire(self._place, private)
        self._history.wire(tail, private)
        here = self._place
        for button, handler, inputs in (
            (self._start.start, self._on_start, self._start.choices),
            (self._start.go_on, self._on_continue, []),
            (self._start.history, self._on_history, []),
            (self._report.leave, self._on_leave_report, [here]),
            (self._report.again, self._on_again, [here, self._report.question]),
            (self._loop.go_on, self._on_next_round, [here]),
            (self._loop.read, self._on_read, [self._loop.round]),
            (self._loop.leave, self._on_leave, []),
            (self._chat.leave, self._on_leave, []),
            (self._history.practise, self._on_practise, []),
            (self._history.open, self._on_open, [self._history.entry]),
            (self._history.leave, self._on_leave, []),
        ):
            gone = button.click(handler, inputs, [here], **private)
            gone.then(None, None, None, js=_TO_THE_TOP, queue=False, **private)
            gone.then(**tail)
        self._report.dispute.click(
            self._on_dispute,
            [here, *self._report.told],
            self._report.judged,
            **private | {"show_progress": "minimal", "show_progress_on": [self._report.argument]},
        )

    # Asynchronous, all of them: Gradio would run plain functions in threads, and the service
    # lives in the event loop. Each returns the place to go to.

    async def _on_start(self, request: gr.Request, what: str, *chosen: Any) -> str:
        area, one_round, stage, role, level, focus, count, first, persona, short, background = (
            chosen
        )
        # A box that was never opened gives no text at all.
        background = background or ""
        try:
            owner = self._may_begin(request)
            if len(background) > MOST_READ:
                raise AnswerRejected(
                    f"The pasted text has {len(background):,} characters; at most "
                    f"{MOST_READ:,} are read. Shorten it."
                )
            if what in {"area", "question"}:
                interview_id = self._service.start(
                    area,
                    1 if what == "question" else int(count),
                    (first or None) if what == "question" else None,
                    persona=persona or DEFAULT_PERSONA,
                    seat=Seat(role=role, level=level, focus=focus),
                    owner=owner,
                    background=background,
                )
                return f"interview:{interview_id}"
            scope = one_round if what == "round" else stage
            choice = Choice(scope=scope, role=role, level=level, focus=focus, short=short)
            place = self._process.begin(choice, owner, background)
            return f"{place.kind}:{place.id}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return START

    def _may_begin(self, request: gr.Request) -> str:
        """The owner, unless they have begun too much lately."""
        owner = self._visitors.owner(request)
        if not self._rates.may_begin(owner):
            raise AnswerRejected(
                f"You have begun {BEGINNINGS} interviews within an hour. Go on with one of them, "
                "or wait."
            )
        return owner

    async def _on_continue(self, request: gr.Request) -> str:
        entry = self._query.history(self._visitors.owner(request)).unfinished
        return f"{entry.kind}:{entry.id}" if entry else ""

    async def _on_history(self) -> str:
        return HISTORY

    async def _on_leave(self) -> str:
        return START

    async def _on_leave_report(self, request: gr.Request, place: str) -> str:
        """From an answer given again to the first; from a round to its loop; else to the start."""
        try:
            interview_id = self._visitors.own(request, place)
            report = self._query.report(interview_id)
            if report.again_of:
                return f"report:{report.again_of}"
            loop_id = self._query.loop_of(interview_id, self._visitors.owner(request))
            return f"loop:{loop_id}" if loop_id else START
        except InterviewerError:
            return START

    async def _on_again(self, request: gr.Request, place: str, question_id: str) -> str:
        try:
            interview_id, owner = self._visitors.own(request, place), self._may_begin(request)
            return f"interview:{self._process.again(interview_id, question_id, owner)}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return place

    async def _on_dispute(
        self, request: gr.Request, place: str, finding: str | None, argument: str
    ) -> Shown:
        """Shows what came of it, and empties what was typed; else says why it wasn't judged."""
        question_id, _, check_id = (finding or "").partition(":")
        try:
            interview_id = self._visitors.own(request, place)
            if not finding:
                raise AnswerRejected("Choose first which finding is to be judged again.")
            await self._service.dispute(interview_id, question_id, check_id, argument)
            outcome, changed = self._report.judged_again(interview_id, question_id, check_id)
            gr.Info(outcome)  # the report has it too, far above
            return changed
        except InterviewerError as error:
            gr.Warning(str(error))
            return {self._report.argument: gr.skip()}

    async def _on_next_round(self, request: gr.Request, place: str) -> str:
        try:
            loop_id, owner = self._visitors.own(request, place), self._visitors.owner(request)
            return f"interview:{self._process.next_round(loop_id, owner)}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return place

    async def _on_read(self, interview_id: str | None) -> str:
        return f"report:{interview_id}" if interview_id else ""

    async def _on_practise(self, request: gr.Request) -> str:
        try:
            return f"interview:{self._process.practise(self._may_begin(request))}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return HISTORY

    async def _on_open(self, entry: str | None) -> str:
        if not entry:
            gr.Warning("Choose first which interview is to be opened.")
        return entry or HISTORY

    # --- What is seen ---

    async def _tail(self, request: gr.Request, place: str, holds: str) -> AsyncIterator[Shown]:
        """What the page shows, again and again until nothing is under way.

        A tab has one tail: a newer one takes over from the one before. ``holds``: the question
        whose code is in the tab's editor, and must not be overwritten while it is being typed.
        """
        owner, place = self._visitors.owner(request), self._own_place(request, place)
        async for changed in self._latest(request, self._whole(self._shows(place, owner, holds))):
            yield changed

    async def _talk(self, request: gr.Request, place: str) -> AsyncIterator[Shown]:
        """The chat while the interviewer replies; the tail comes after it.

        With each few words of a reply Gradio goes through all outputs of an event, and those
        of the tail are the whole page.
        """
        kind, _, interview_id = self._own_place(request, place).partition(":")
        yield {self._chat.seen: gr.skip()}
        if kind == "interview":
            async for changed in self._latest(request, self._replying(interview_id)):
                yield changed

    async def _replying(self, interview_id: str) -> AsyncIterator[Shown]:
        with contextlib.suppress(InterviewNotFound, ContentError):  # the tail tells
            async for view in self._service.follow(interview_id):
                if view.state.phase != "interviewer":
                    return
                yield self._chat.replying(view)

    async def _latest(
        self, request: gr.Request, shows: AsyncIterator[Shown]
    ) -> AsyncIterator[Shown]:
        """What changes from one to the next, until the tab has something newer to follow."""
        tab, mine = str(request.session_hash), object()
        self._tails[tab] = mine
        seen: Shown = {}
        try:
            async for shown in shows:
                if self._tails.get(tab) is not mine:
                    # Gradio gives the last value again at the end; it must not undo anything.
                    yield {self._chat.seen: gr.skip()}
                    return
                changed = {
                    name: one
                    for name, one in shown.items()
                    if name not in seen or seen[name] != one
                }
                seen = shown
                if changed:
                    yield changed
        finally:
            if self._tails.get(tab) is mine:
                del self._tails[tab]

    async def _whole(self, shows: AsyncIterator[Shown]) -> AsyncIterator[Shown]:
        """With what isn't seen any more, hidden once."""
        held: set[Any] = set()
        async for shown in shows:
            whole = shown if set(shown) <= held else self._hidden() | shown
            yield whole
            held = set(whole)

    def _own_place(self, request: gr.Request, place: str) -> str:
        """The place, or the start view where it is another's."""
        try:
            if place.startswith(("interview:", "report:", "loop:")):
                self._visitors.own(request, place)
        except InterviewNotFound as error:
            gr.Info(str(error))
            return START
        return place

    def _hidden(self) -> Shown:
        return {name: update for view in self._views for name, update in view.hidden().items()}

    async def _shows(self, place: str, owner: str, holds: str) -> AsyncIterator[Shown]:
        kind, _, place_id = place.partition(":")
        try:
            if kind in {"interview", "report"}:
                # The next round of a loop needn't wait for the grades of this one.
                loop_id = self._query.loop_of(place_id, owner) if kind == "interview" else None
                async for view in self._service.follow(place_id):
                    if loop_id and view.state.phase == "finished":
                        kind, place_id = "loop", loop_id
                        break
                    editor, holds = self._editor.shown(view, holds)
                    yield self._show_interview(place_id, view) | editor
                else:
                    return
            if kind == "loop":
                async for shown in self._shows_loop(place_id):
                    yield {self._place: f"loop:{place_id}"} | shown
                return
        except (InterviewNotFound, ContentError) as error:
            gr.Info(str(error))
        if kind == "history":
            yield self._history.shown(owner)
            return
        unfinished = self._query.history(owner).unfinished
        while True:
            preparation = self._runtime.preparation
            preparing = str(preparation)
            line = render.preparing_line(preparing, preparation.problem)
            yield self._start.shown(unfinished) | self._chat.hidden(line)
            if not preparing:
                return
            await asyncio.sleep(0.5)

    def _show_interview(self, interview_id: str, view: View) -> Shown:
        finished = view.state.phase == "finished"
        reported = finished and (view.graded == view.to_grade or bool(view.problem))
        report = self._report.shown(interview_id) if reported else {}
        return self._chat.shown(view, reported) | report

    async def _shows_loop(self, loop_id: str) -> AsyncIterator[Shown]:
        """The loop, again and again while one of its rounds is being graded.

        Where none of them goes on by itself, what hinders it stands there until the candidate
        tries again.
        """
        loop = self._query.loop(loop_id)
        yield self._show_loop(loop)
        grading = _being_graded(loop)
        for interview_id in grading:
            self._service.wake(interview_id)
        for interview_id in grading:
            async for _ in self._service.follow(interview_id, every=1.0):
                yield self._show_loop(self._query.loop(loop_id))

    def _show_loop(self, loop: LoopReport) -> Shown:
        problems = (self._service.view(one).problem for one in _being_graded(loop))
        problem = next(filter(None, problems), "")
        left = sum(one.report.ungraded for one in loop.rounds if one.report)
        line = render.loop_line(
            loop.done, len(loop.rounds), left, str(self._runtime.preparation), problem
        )
        return self._loop.shown(loop) | self._chat.hidden(line, problem)


def _being_graded(loop: LoopReport) -> list[str]:
    return [
        one.interview_id for one in loop.rounds if one.interview_id and one.status == "being graded"
    ]
