"""A loop: what is next, a break between two rounds, and the debrief at the end."""

from typing import Any

import gradio as gr

from interviewer.loop_report import LoopReport
from interviewer.markdown import loop_to_markdown
from interviewer.pdf import loop_pdf
from interviewer.runtime import Runtime
from interviewer.ui import document
from interviewer.ui.download import Downloads
from interviewer.ui.visitor import Visitors


class LoopView:
    """Shows a loop. ``go_on`` begins its next round, ``read`` opens a round's report."""

    def __init__(self, runtime: Runtime, visitors: Visitors) -> None:
        self._visitors = visitors
        self._query = runtime.query
        with gr.Column(visible=False, elem_id="loop-view") as self._view:
            self._loop = gr.HTML(elem_id="loop")
            self.go_on = gr.Button("Begin the round", variant="primary", elem_id="go-on", size="lg")
            with gr.Row(visible=False) as self._read_row:
                self.round = gr.Dropdown(
                    [], label="A round's report", elem_id="round-report", interactive=True, scale=3
                )
                self.read = gr.Button("Read it", elem_id="read-round", min_width=90)
            with gr.Row():
                self.leave = gr.Button("Leave for now", elem_id="leave-loop", min_width=120)
                with gr.Row(visible=False) as self._downloads_row:
                    self._downloads = Downloads("loop", self._file)
        self.outputs = [
            *(self._view, self._loop, self.go_on, self._read_row, self.round, self.leave),
            self._downloads_row,
        ]

    def wire(self, place: gr.BrowserState, private: dict[str, Any]) -> None:
        """The events that stay within this view."""
        self._downloads.wire(place, private)

    def hidden(self) -> dict[Any, Any]:
        """This view when something else is shown."""
        return {self._view: gr.update(visible=False), self._loop: ""}

    def shown(self, value: LoopReport) -> dict[Any, Any]:
        """This view of a loop."""
        one = value.next_round
        held = [(it.title, it.interview_id) for it in value.rounds if it.status == "done"]
        begun = one is not None and one.status == "under way"
        return {
            self._view: gr.update(visible=True),
            self._loop: document.break_between(value) if one else document.loop(value),
            self.go_on: gr.update(
                visible=one is not None,
                value="Go on with the round" if begun else "Begin the round",
            ),
            self._read_row: gr.update(visible=bool(held)),
            self.round: gr.update(choices=held, value=held[-1][1] if held else None),
            self.leave: gr.update(value="Leave for now" if one else "Done"),
            self._downloads_row: gr.update(visible=one is None),
        }

    def _file(self, request: gr.Request, place: str, kind: str) -> tuple[str, bytes]:
        loop = self._query.loop(self._visitors.own(request, place))
        name = f"loop-{loop.created_at:%Y-%m-%d}"
        if kind == "pdf":
            return f"{name}.pdf", loop_pdf(loop)
        if kind == "json":
            return f"{name}.json", loop.model_dump_json(indent=2).encode()
        return f"{name}.md", loop_to_markdown(loop).encode()
