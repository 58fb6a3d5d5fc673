"""The page's parts and what happens on each event. All state is in the store.

A handler never holds a reply: tasks of the service make it, and the handler only tails
them, so a reload or a closed tab stops nothing.
"""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError, InterviewNotFound
from interviewer.interview import QUESTIONS, View
from interviewer.report import to_markdown
from interviewer.runtime import Runtime
from interviewer.ui import render

DEFAULT_AREA = "behavioral"
_ANY = "Chosen for you"
MOST_QUESTIONS = 6
"""Questions in one sitting: an hour and a half."""

_INTRO = """
Practise one round of the AWS science loop, as often as you like.

1. **The interviewer asks**, as in the real loop: for a story from your past, or a problem.
2. **You type your answer.** She follows up where it is vague, unmeasured or incomplete.
3. **You get a report**: a level for each criterion with your own sentences as evidence, what was
   missing, and what to do about it tonight.

Your answers are stored on the computer that runs this page, and sent to no one but the model
named above.
"""

# The unsent text of the answer box outlives a reload. It stays in the browser.
_KEEP_DRAFT = "(text) => { localStorage.setItem('interviewer-draft', text); }"
_GIVE_DRAFT = "() => localStorage.getItem('interviewer-draft') || ''"
_SAVE_FILE = """(text) => {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], {type: 'text/markdown'}));
  link.download = 'interview-report.md';
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""
# The unsent text is kept with each key (Gradio's own input event may drop the last one);
# Ctrl+Enter sends; and the chat can be scrolled by keyboard, which Gradio leaves out.
_LISTEN = """() => {
  document.addEventListener('input', (event) => {
    if (event.target.closest('#answer'))
      localStorage.setItem('interviewer-draft', event.target.value);
  });
  new MutationObserver(() => {
    const log = document.querySelector('#chat [role=log]:not([tabindex])');
    if (log) log.tabIndex = 0;
  }).observe(document.body, {childList: true, subtree: true});
  document.addEventListener('keydown', (event) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)
        && event.target.closest('#answer')) {
      event.preventDefault();
      document.querySelector('#send').click();
    }
  });
}"""


class Page:
    """Builds the page and answers its events."""

    def __init__(self, runtime: Runtime, secret: str) -> None:
        """``secret`` encrypts the interview's id in the browser's storage."""
        self._runtime = runtime
        self._service = runtime.service
        self._secret = secret
        self._tails: dict[str, object] = {}

    # --- Parts ---

    def build(self) -> gr.Blocks:
        """The page, ready to be mounted."""
        demo: gr.Blocks
        with gr.Blocks(title="Mock interviewer", analytics_enabled=False) as demo:
            self._id = gr.BrowserState("", storage_key="interviewer", secret=self._secret)
            self._seen = gr.State(0)
            gr.HTML(
                f"<h1>Mock interviewer</h1><p>Model: {self._runtime.model.label}</p>",
                elem_id="title",
            )
            self._build_start()
            self._build_chat()
            # Between what was said and what is to be typed: where the eyes are.
            self._status = gr.HTML(elem_id="status")
            self._build_entry()
            self._build_report()
            self._shown = [
                self._status,
                self._start_view,
                self._chat,
                self._entry,
                self._send,
                self._retry,
                self._report_view,
                self._report,
                self._seen,
            ]
            self._wire(demo)
        return demo

    def _build_start(self) -> None:
        rubrics = self._service.content.rubrics
        with gr.Column(visible=False, elem_id="start-view") as self._start_view:
            gr.Markdown(_INTRO, elem_id="intro")
            self._area = gr.Radio(
                [(rubric.title, rubric.area) for rubric in rubrics.values()],
                value=DEFAULT_AREA,
                label="Round",
                elem_id="area",
            )
            self._start = gr.Button(
                "Start the interview", variant="primary", elem_id="start", size="lg"
            )
            with gr.Accordion("Options", open=False):
                self._first = gr.Dropdown(
                    self._questions(DEFAULT_AREA), value="", label="First question", elem_id="first"
                )
                self._count = gr.Slider(
                    1,
                    MOST_QUESTIONS,
                    value=QUESTIONS,
                    step=1,
                    label="Questions",
                    info="A question with its follow-ups takes about 15 minutes.",
                    elem_id="count",
                )

    def _questions(self, area: str) -> list[tuple[str, str]]:
        """The choices for the first question of an area."""
        questions = self._service.content.rubric(area).questions
        return [(_ANY, ""), *((question.text, question.id) for question in questions)]

    def _build_chat(self) -> None:
        self._chat = gr.Chatbot(
            label="Interview",
            show_label=False,
            visible=False,
            elem_id="chat",
            height="55vh",
            render_markdown=False,
            sanitize_html=True,
            allow_tags=False,
            buttons=[],
            feedback_options=None,
            allow_file_downloads=False,
            group_consecutive_messages=False,
        )

    def _build_entry(self) -> None:
        self._retry = gr.Button("Try again", visible=False, elem_id="retry")
        with gr.Column(visible=False, elem_id="entry") as self._entry:
            self._answer = gr.Textbox(
                label="Your answer",
                placeholder="Type as you would speak. Ctrl+Enter sends.",
                lines=5,
                max_lines=14,
                elem_id="answer",
                autofocus=True,
            )
            with gr.Row():
                self._send = gr.Button("Send", variant="primary", elem_id="send", scale=3)
                self._end = gr.Button("End, see report", elem_id="end", scale=1, min_width=120)

    def _build_report(self) -> None:
        with gr.Column(visible=False, elem_id="report-view") as self._report_view:
            with gr.Row():
                self._again = gr.Button("New interview", variant="primary", elem_id="again")
                self._save = gr.Button("Download as Markdown", elem_id="save")
            self._report = gr.HTML(elem_id="report")
            self._markdown = gr.Textbox(label="Report", elem_id="markdown")

    # --- Events ---

    def _wire(self, demo: gr.Blocks) -> None:
        private: dict[str, Any] = {
            "api_visibility": "private",
            "show_progress": "hidden",
            "concurrency_limit": None,
        }
        tail: dict[str, Any] = {
            "fn": self._tail,
            "inputs": [self._id],
            "outputs": self._shown,
            **private,
        }
        box: dict[str, Any] = {"queue": False, **private}
        demo.load(**tail)
        demo.load(None, None, self._answer, js=_GIVE_DRAFT, **box)
        demo.load(None, None, None, js=_LISTEN, **box)
        self._start.click(
            self._on_start, [self._area, self._count, self._first], [self._id], **private
        ).then(**tail)
        self._area.change(self._on_area, [self._area], [self._first], **private)
        self._again.click(self._on_again, None, [self._id], **private).then(**tail)
        self._end.click(self._on_end, [self._id], None, **private).then(**tail)
        self._retry.click(**tail)
        sent = self._send.click(
            self._on_send, [self._id, self._answer, self._seen], [self._answer], **private
        )
        sent.then(None, [self._answer], None, js=_KEEP_DRAFT, **box)
        sent.then(**tail)
        self._save.click(self._on_save, [self._id], [self._markdown], **private).then(
            None, [self._markdown], None, js=_SAVE_FILE, **box
        )

    # Asynchronous, all of them: Gradio would run plain functions in threads, and the service
    # lives in the event loop.

    async def _on_area(self, area: str) -> Any:
        return gr.update(choices=self._questions(area), value="")

    async def _on_start(self, area: str, count: float, first: str) -> str:
        try:
            return self._service.start(area, int(count), first or None)
        except InterviewerError as error:
            gr.Warning(str(error))
            return ""

    async def _on_send(self, interview_id: str, text: str, seen: int) -> Any:
        """Empties the box once the answer is stored; else says why it wasn't."""
        try:
            self._service.answer(interview_id, text, seen)
        except InterviewerError as error:
            gr.Warning(str(error))
            return gr.skip()
        return ""

    async def _on_again(self) -> str:
        return ""

    async def _on_end(self, interview_id: str) -> None:
        try:
            self._service.finish(interview_id)
        except InterviewerError as error:
            gr.Warning(str(error))

    async def _on_save(self, interview_id: str) -> str:
        return to_markdown(self._service.report(interview_id))

    async def _tail(self, interview_id: str, request: gr.Request) -> AsyncIterator[tuple[Any, ...]]:
        """What the page shows, again and again until nothing is under way.

        A tab has one tail: a newer one takes over from the one before.
        """
        tab, mine = str(request.session_hash), object()
        self._tails[tab] = mine
        try:
            async for shown in self._shows(interview_id):
                if self._tails.get(tab) is not mine:
                    # Gradio gives the last value again at the end; it must not undo anything.
                    yield tuple(gr.skip() for _ in self._shown)
                    return
                yield shown
        finally:
            if self._tails.get(tab) is mine:
                del self._tails[tab]

    async def _shows(self, interview_id: str) -> AsyncIterator[tuple[Any, ...]]:
        if interview_id:
            try:
                async for view in self._service.follow(interview_id):
                    yield self._show(interview_id, view)
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

    def _show_start(self, line: str) -> tuple[Any, ...]:
        hidden = gr.update(visible=False)
        return (
            line,
            gr.update(visible=True),
            hidden,
            hidden,
            gr.skip(),
            hidden,
            hidden,
            "",
            0,
        )

    def _show(self, interview_id: str, view: View) -> tuple[Any, ...]:
        finished = view.state.phase == "finished"
        reported = finished and (view.graded == view.to_grade or bool(view.problem))
        return (
            render.status(view, str(self._runtime.preparation)),
            gr.update(visible=False),
            # The report holds the transcript, marked.
            gr.update(value=render.chat(view), visible=not reported),
            gr.update(visible=not finished),
            gr.update(interactive=view.state.phase == "candidate"),
            gr.update(visible=bool(view.problem)),
            gr.update(visible=reported),
            render.report(self._service.report(interview_id)) if reported else "",
            view.last_seq,
        )
