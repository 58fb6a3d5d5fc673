"""The report of one interview: its downloads, and giving an answer again."""

from typing import Any

import gradio as gr

from interviewer.markdown import to_markdown
from interviewer.pdf import report_pdf
from interviewer.probe import short_quote
from interviewer.report import Report
from interviewer.runtime import Runtime
from interviewer.ui import document
from interviewer.ui.download import Downloads
from interviewer.ui.visitor import Visitors

_NOTHING_DISPUTED = "() => [null, '']"


class ReportView:
    """Shows a report. ``leave`` goes back, ``again`` begins an answer given again."""

    def __init__(self, runtime: Runtime, visitors: Visitors) -> None:
        self._visitors = visitors
        self._query = runtime.query
        with gr.Column(visible=False, elem_id="report-view") as self._view:
            with gr.Row():
                self.leave = gr.Button("Done", variant="primary", elem_id="again", min_width=90)
                self._downloads = Downloads("report", self._file)
            self._report = gr.HTML(elem_id="report")
            with gr.Column(elem_id="answer-again") as self._again_box:
                self.question = gr.Dropdown(
                    [], label="Give an answer again", elem_id="again-question", interactive=True
                )
                self.again = gr.Button("Answer this question again", elem_id="answer-again-button")
            with gr.Accordion("Disagree with a finding", open=False, elem_id="dispute-box") as box:
                self.finding = gr.Dropdown(
                    [], value=None, label="The finding", elem_id="dispute-finding", interactive=True
                )
                self.argument = gr.Textbox(
                    label="Which of your words show it?",
                    info="It is judged once more with what you say here. Both results stay.",
                    lines=2,
                    elem_id="dispute-argument",
                )
                self.dispute = gr.Button("Judge it again", elem_id="dispute")
            self._dispute_box = box
        judged = [self._report, self._dispute_box, self.finding]
        self.outputs = [self._view, self._again_box, self.question, *judged]
        self.told = [self.finding, self.argument]
        """What is disputed, and why."""
        self.judged = [*judged, self.argument]
        """What changes once it is judged again."""

    def wire(self, place: gr.BrowserState, private: dict[str, Any]) -> None:
        """The events that stay within this view."""
        self._downloads.wire(place, private)
        # Here, and not with what is hidden: what Gradio is told of a hidden box it does once the
        # box is seen, over what was typed meanwhile.
        for gone in (self.leave, self.again):
            gone.click(None, None, self.told, js=_NOTHING_DISPUTED, queue=False, **private)

    def hidden(self) -> dict[Any, Any]:
        """This view when there is nothing to report."""
        return {self._view: gr.update(visible=False), self._report: ""}

    def shown(self, interview_id: str) -> dict[Any, Any]:
        """This view of a finished interview."""
        report = self._query.report(interview_id)
        questions = [(f"{one.number}. {one.text}", one.id) for one in report.questions]
        return self._judged(report) | {
            self._view: gr.update(visible=True),
            self._again_box: gr.update(visible=bool(questions)),
            self.question: gr.update(
                choices=questions, value=questions[0][1] if questions else None
            ),
        }

    def judged_again(
        self, interview_id: str, question_id: str, check_id: str
    ) -> tuple[str, dict[Any, Any]]:
        """What came of a finding that was judged again just now, and what changes.

        That is all but the choice of a question.
        """
        report = self._query.report(interview_id)
        *_, last = (
            one
            for one in report.disputes
            if (one.question_id, one.check_id) == (question_id, check_id)
        )
        changed = self._judged(report)
        findings = changed[self.finding] | {"value": None}
        outcome = f"{last.check}. {last.outcome}"
        return outcome, changed | {self.finding: findings, self.argument: ""}

    def _judged(self, report: Report) -> dict[Any, Any]:
        """What is seen of its judgements; beside the first answer, where it is another one."""
        comparison = self._query.comparison(report.id)
        first = document.comparison(comparison) if comparison else ""
        findings = [
            (f"{gap.check} (question {gap.number})", f"{gap.question_id}:{gap.check_id}")
            for criterion in report.criteria
            for gap in criterion.missing
        ] + [
            (f"{one.check}: {short_quote(one.text)}", f"{one.question_id}:{one.check_id}")
            for one in report.against
        ]
        return {
            self._report: first + document.report(report),
            self._dispute_box: gr.update(visible=bool(findings)),
            # What is chosen there stays.
            self.finding: gr.update(choices=findings),
        }

    def _file(self, request: gr.Request, place: str, kind: str) -> tuple[str, bytes]:
        report = self._query.report(self._visitors.own(request, place))
        name = f"interview-{report.created_at:%Y-%m-%d}"
        if kind == "pdf":
            return f"{name}.pdf", report_pdf(report)
        if kind == "json":
            return f"{name}.json", report.model_dump_json(indent=2).encode()
        return f"{name}.md", to_markdown(report).encode()
