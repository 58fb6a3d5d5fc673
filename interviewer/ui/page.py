"""The page: its views, and which of them is seen. All state is in the store.

Each view is a class in a module of its own: it builds its components, tells what it shows
as a mapping from component to update, and wires what happens within it. A handler never
holds a reply: tasks of the service make it, and the handler only tails them, so a reload or
a closed tab stops nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError, InterviewNotFound
from interviewer.interview import View
from interviewer.runtime import Runtime
from interviewer.ui import render
from interviewer.ui.chat import ChatView
from interviewer.ui.report import ReportView
from interviewer.ui.start import StartView

Shown = dict[Any, Any]
"""What the page shows now: updates by component; what isn't named stays as it is."""


class Page:
    """Builds the page and answers its events."""

    def __init__(self, runtime: Runtime, secret: str) -> None:
        """``secret`` encrypts the interview's id in the browser's storage."""
        self._runtime = runtime
        self._service = runtime.service
        self._secret = secret
        self._tails: dict[str, object] = {}

    def build(self) -> gr.Blocks:
        """The page, ready to be mounted."""
        demo: gr.Blocks
        with gr.Blocks(title="Mock interviewer", analytics_enabled=False) as demo:
            self._place = gr.BrowserState("", storage_key="interviewer", secret=self._secret)
            gr.HTML(
                f"<h1>Mock interviewer</h1><p>Model: {self._runtime.model.label}</p>",
                elem_id="title",
            )
            self._start = StartView(self._runtime)
            self._chat = ChatView(self._runtime)
            self._report = ReportView(self._runtime)
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
            "inputs": [self._place],
            "outputs": [*self._start.outputs, *self._chat.outputs, *self._report.outputs],
            **private,
        }
        demo.load(**tail)
        self._start.wire(private)
        self._chat.wire(demo, self._place, tail, private)
        self._report.wire(self._place, private)
        self._start.start.click(self._on_start, self._start.choices, [self._place], **private).then(
            **tail
        )
        self._report.leave.click(self._on_leave, None, [self._place], **private).then(**tail)

    # Asynchronous, all of them: Gradio would run plain functions in threads, and the service
    # lives in the event loop.

    async def _on_start(self, area: str, count: float, first: str) -> str:
        try:
            return self._service.start(area, int(count), first or None)
        except InterviewerError as error:
            gr.Warning(str(error))
            return ""

    async def _on_leave(self) -> str:
        return ""

    async def _tail(self, place: str, request: gr.Request) -> AsyncIterator[Shown]:
        """What the page shows, again and again until nothing is under way.

        A tab has one tail: a newer one takes over from the one before.
        """
        tab, mine = str(request.session_hash), object()
        self._tails[tab] = mine
        try:
            async for shown in self._shows(place):
                if self._tails.get(tab) is not mine:
                    # Gradio gives the last value again at the end; it must not undo anything.
                    yield {self._chat.seen: gr.skip()}
                    return
                yield shown
        finally:
            if self._tails.get(tab) is mine:
                del self._tails[tab]

    async def _shows(self, interview_id: str) -> AsyncIterator[Shown]:
        if interview_id:
            try:
                async for view in self._service.follow(interview_id):
                    yield self._show_interview(interview_id, view)
                return
            except InterviewNotFound as error:
                gr.Info(str(error))
        while True:
            preparation = self._runtime.preparation
            preparing = str(preparation)
            yield self._show_start(render.preparing_line(preparing, preparation.problem))
            if not preparing:
                return
            await asyncio.sleep(0.5)

    # --- Views ---

    def _show_start(self, line: str) -> Shown:
        return {**self._start.shown(True), **self._chat.hidden(line), **self._report.hidden()}

    def _show_interview(self, interview_id: str, view: View) -> Shown:
        finished = view.state.phase == "finished"
        reported = finished and (view.graded == view.to_grade or bool(view.problem))
        report = self._report.shown(interview_id) if reported else self._report.hidden()
        return {**self._start.shown(False), **self._chat.shown(view, reported), **report}
