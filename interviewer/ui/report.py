"""The report of one interview, and its downloads."""

from typing import Any

import gradio as gr

from interviewer.report import to_markdown
from interviewer.runtime import Runtime
from interviewer.ui import render

_SAVE_FILE = """(text) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/markdown'}));
  link.download = 'interview-report.md';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""


class ReportView:
    """Shows a report. ``leave`` goes back to the start view."""

    def __init__(self, runtime: Runtime) -> None:
        self._service = runtime.service
        with gr.Column(visible=False, elem_id="report-view") as self._view:
            with gr.Row():
                self.leave = gr.Button("New interview", variant="primary", elem_id="again")
                self._save = gr.Button("Download as Markdown", elem_id="save")
            self._report = gr.HTML(elem_id="report")
            self._markdown = gr.Textbox(label="Report", elem_id="markdown")
        self.outputs = [self._view, self._report]

    def wire(self, place: gr.BrowserState, private: dict[str, Any]) -> None:
        """The events that stay within this view."""
        self._save.click(self._on_save, [place], [self._markdown], **private).then(
            None, [self._markdown], None, js=_SAVE_FILE, queue=False, **private
        )

    def hidden(self) -> dict[Any, Any]:
        """This view when there is nothing to report."""
        return {self._view: gr.update(visible=False), self._report: ""}

    def shown(self, interview_id: str) -> dict[Any, Any]:
        """This view of a finished interview."""
        return {
            self._view: gr.update(visible=True),
            self._report: render.report(self._service.report(interview_id)),
        }

    async def _on_save(self, interview_id: str) -> str:
        return to_markdown(self._service.report(interview_id))
