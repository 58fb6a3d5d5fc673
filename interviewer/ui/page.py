"""The page: its views, and which of them is seen. All state is in the store.

Each view is a class in a module of its own: it builds its components, tells what it shows
as a mapping from component to update, and wires what happens within it. A handler never
holds a reply: tasks of the service make it, and the handler only tails them, so a reload or
a closed tab stops nothing.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError, InterviewNotFound
from interviewer.interview import View
from interviewer.loop_report import LoopReport
from interviewer.process import Choice, Seat
from interviewer.runtime import Runtime
from interviewer.session import DEFAULT_PERSONA
from interviewer.ui import render
from interviewer.ui.chat import ChatView
from interviewer.ui.editor import EditorView
from interviewer.ui.history import HistoryView
from interviewer.ui.loop import LoopView
from interviewer.ui.report import ReportView
from interviewer.ui.start import StartView

Shown = dict[Any, Any]
"""What the page shows now: updates by component; what isn't named stays as it is."""

HISTORY = "history:"


class Page:
    """Builds the page and answers its events.

    Where a candidate is, the browser keeps as one word: ``interview:ID``, ``report:ID`` (an
    interview whose report is being read), ``loop:ID``, ``history:``, or nothing for the start
    view.
    """

    def __init__(self, runtime: Runtime, secret: str) -> None:
        """``secret`` encrypts what the browser stores: the place, and whose history it is."""
        self._runtime = runtime
        self._service = runtime.service
        self._query = runtime.query
        self._process = runtime.process
        self._secret = secret
        self._tails: dict[str, object] = {}

    def build(self) -> gr.Blocks:
        """The page, ready to be mounted."""
        demo: gr.Blocks
        with gr.Blocks(title="Mock interviewer", analytics_enabled=False) as demo:
            self._place = gr.BrowserState("", storage_key="interviewer", secret=self._secret)
            self._owner = gr.BrowserState("", storage_key="interviewer-owner", secret=self._secret)
            gr.HTML(
                f"<h1>Mock interviewer</h1><p>Model: {self._runtime.model.label}</p>",
                elem_id="title",
            )
            self._start = StartView(self._runtime)
            with gr.Row(elem_id="room"):
                with gr.Column(elem_id="talk"):
                    self._chat = ChatView(self._runtime)
                self._editor = EditorView(self._runtime)
            self._report = ReportView(self._runtime)
            self._loop = LoopView(self._runtime)
            self._history = HistoryView(self._runtime, self._owner)
            self._views = (
                *(self._start, self._chat, self._editor, self._report),
                *(self._loop, self._history),
            )
            self._wire(demo)
        return demo

    # --- Events ---

    def _wire(self, demo: gr.Blocks) -> None:
        private: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "hidden",
            "concurrency_limit": None,
        }
        tail: dict[str, Any] = {
            "fn": self._tail,
            "inputs": [self._place, self._owner, self._editor.holds],
            "outputs": [self._place, *(one for view in self._views for one in view.outputs)],
            **private,
        }
        demo.load(self._on_load, [self._owner], [self._owner], **private).then(**tail)
        self._start.wire(private)
        self._chat.wire(demo, self._place, tail, private)
        self._editor.wire(demo, self._place, private)
        self._report.wire(self._place, private)
        self._loop.wire(self._place, private)
        self._history.wire(tail, private)
        here, mine = self._place, self._owner
        for button, handler, inputs in (
            (self._start.start, self._on_start, [mine, *self._start.choices]),
            (self._start.go_on, self._on_continue, [mine]),
            (self._start.history, self._on_history, []),
            (self._report.leave, self._on_leave_report, [here, mine]),
            (self._report.again, self._on_again, [here, mine, self._report.question]),
            (
                self._report.dispute,
                self._on_dispute,
                [here, self._report.finding, self._report.argument],
            ),
            (self._loop.go_on, self._on_next_round, [here, mine]),
            (self._loop.read, self._on_read, [self._loop.round]),
            (self._loop.leave, self._on_leave, []),
            (self._history.practise, self._on_practise, [mine]),
            (self._history.open, self._on_open, [self._history.entry]),
            (self._history.leave, self._on_leave, []),
        ):
            button.click(handler, inputs, [here], **private).then(**tail)

    # Asynchronous, all of them: Gradio would run plain functions in threads, and the service
    # lives in the event loop. Each returns the place to go to.

    async def _on_load(self, owner: str) -> str:
        return owner or secrets.token_urlsafe(32)

    async def _on_start(self, owner: str, what: str, *chosen: Any) -> str:
        area, one_round, stage, role, level, focus, count, first, persona, short, background = (
            chosen
        )
        # A box that was never opened gives no text at all.
        background = background or ""
        try:
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
            return ""

    async def _on_continue(self, owner: str) -> str:
        entry = self._query.history(owner).unfinished
        return f"{entry.kind}:{entry.id}" if entry else ""

    async def _on_history(self) -> str:
        return HISTORY

    async def _on_leave(self) -> str:
        return ""

    async def _on_leave_report(self, place: str, owner: str) -> str:
        """From an answer given again to the first; from a round to its loop; else to the start."""
        try:
            interview_id = place.partition(":")[2]
            report = self._query.report(interview_id)
            if report.again_of:
                return f"report:{report.again_of}"
            loop_id = self._query.loop_of(interview_id, owner)
            return f"loop:{loop_id}" if loop_id else ""
        except InterviewerError:
            return ""

    async def _on_again(self, place: str, owner: str, question_id: str) -> str:
        try:
            interview_id = place.partition(":")[2]
            return f"interview:{self._process.again(interview_id, question_id, owner)}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return place

    async def _on_dispute(self, place: str, finding: str | None, argument: str) -> str:
        question_id, _, check_id = (finding or "").partition(":")
        try:
            await self._service.dispute(place.partition(":")[2], question_id, check_id, argument)
        except InterviewerError as error:
            gr.Warning(str(error))
        return place

    async def _on_next_round(self, place: str, owner: str) -> str:
        try:
            return f"interview:{self._process.next_round(place.partition(':')[2], owner)}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return place

    async def _on_read(self, interview_id: str | None) -> str:
        return f"report:{interview_id}" if interview_id else ""

    async def _on_practise(self, owner: str) -> str:
        try:
            return f"interview:{self._process.practise(owner)}"
        except InterviewerError as error:
            gr.Warning(str(error))
            return HISTORY

    async def _on_open(self, entry: str | None) -> str:
        return entry or HISTORY

    # --- What is seen ---

    async def _tail(
        self, place: str, owner: str, holds: str, request: gr.Request
    ) -> AsyncIterator[Shown]:
        """What the page shows, again and again until nothing is under way.

        A tab has one tail: a newer one takes over from the one before. ``holds``: the question
        whose code is in the tab's editor, and must not be overwritten while it is being typed.
        """
        tab, mine = str(request.session_hash), object()
        self._tails[tab] = mine
        seen: set[Any] = set()
        try:
            async for shown in self._shows(place, owner, holds):
                if self._tails.get(tab) is not mine:
                    # Gradio gives the last value again at the end; it must not undo anything.
                    yield {self._chat.seen: gr.skip()}
                    return
                # What isn't seen any more is hidden once, not with each word of a reply.
                yield shown if set(shown) == seen else self._hidden() | shown
                seen = set(shown)
        finally:
            if self._tails.get(tab) is mine:
                del self._tails[tab]

    def _hidden(self) -> Shown:
        return {name: update for view in self._views for name, update in view.hidden().items()}

    async def _shows(self, place: str, owner: str, holds: str) -> AsyncIterator[Shown]:
        kind, _, place_id = place.partition(":")
        try:
            if kind in {"interview", "report"}:
                async for view in self._service.follow(place_id):
                    if kind == "interview" and (loop_id := self._next_in_loop(view, owner)):
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
        except InterviewNotFound as error:
            gr.Info(str(error))
        if kind == "history":
            yield self._history.shown(owner)
            return
        unfinished = self._query.history(owner).unfinished if owner else None
        while True:
            preparation = self._runtime.preparation
            preparing = str(preparation)
            line = render.preparing_line(preparing, preparation.problem)
            yield self._start.shown(unfinished) | self._chat.hidden(line)
            if not preparing:
                return
            await asyncio.sleep(0.5)

    def _next_in_loop(self, view: View, owner: str) -> str | None:
        """The loop that goes on: the next round needn't wait for the grades of this one."""
        if view.state.phase != "finished":
            return None
        return self._query.loop_of(view.interview.id, owner)

    def _show_interview(self, interview_id: str, view: View) -> Shown:
        finished = view.state.phase == "finished"
        reported = finished and (view.graded == view.to_grade or bool(view.problem))
        report = self._report.shown(interview_id) if reported else {}
        return self._chat.shown(view, reported) | report

    async def _shows_loop(self, loop_id: str) -> AsyncIterator[Shown]:
        """The loop, again and again while one of its rounds is being graded."""
        while True:
            loop = self._query.loop(loop_id)
            grading = [one.interview_id for one in loop.rounds if one.status == "being graded"]
            for interview_id in grading:
                self._service.wake(interview_id or "")
            yield self._loop.shown(loop) | self._chat.hidden(self._loop_line(loop))
            if not grading:
                return
            await asyncio.sleep(1.0)

    def _loop_line(self, loop: LoopReport) -> str:
        left = sum(one.report.ungraded for one in loop.rounds if one.report)
        return render.loop_line(loop.done, len(loop.rounds), left, str(self._runtime.preparation))
