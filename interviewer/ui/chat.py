"""The interview under way: what was said, whose turn it is, and the box to answer in."""

from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError
from interviewer.interview import View
from interviewer.runtime import Runtime
from interviewer.ui import render
from interviewer.ui.visitor import Visitors

# The unsent text of the answer box outlives a reload. It stays in the browser, under the place
# that it was typed in: another interview, or another's, doesn't get it.
_KEEP_DRAFT = """(place, text) => {
  const key = 'interviewer-draft:' + place;
  if (text) localStorage.setItem(key, text); else localStorage.removeItem(key);
}"""
_GIVE_DRAFT = """(place) => {
  window.interviewerDraft = 'interviewer-draft:' + place;
  return localStorage.getItem(window.interviewerDraft) || '';
}"""
# The unsent text is kept with each key (Gradio's own input event may drop the last one);
# Ctrl+Enter sends; and the chat can be scrolled by keyboard, which Gradio leaves out.
_LISTEN = """() => {
  document.addEventListener('input', (event) => {
    if (event.target.closest('#answer') && window.interviewerDraft)
      localStorage.setItem(window.interviewerDraft, event.target.value);
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


class ChatView:
    """The conversation. ``seen`` is the last turn that this tab shows; ``leave`` goes elsewhere."""

    def __init__(self, runtime: Runtime, visitors: Visitors) -> None:
        self._runtime = runtime
        self._visitors = visitors
        self._service = runtime.service
        # The tab's own, not the server's: another replica, or the program after a restart,
        # would not know it.
        self.seen = gr.Number(0, precision=0, visible=False, elem_id="seen")
        self._chat = gr.Chatbot(
            label="Interview",
            show_label=False,
            visible=False,
            elem_id="chat",
            height="55vh",
            render_markdown=False,
            latex_delimiters=[],
            sanitize_html=True,
            allow_tags=False,
            buttons=[],
            feedback_options=None,
            allow_file_downloads=False,
            group_consecutive_messages=False,
        )
        # Between what was said and what is to be typed: where the eyes are.
        self._status = gr.HTML(elem_id="status")
        self._build_entry()
        self.outputs = [
            *(self._chat, self._status, self._retry, self._entry, self._send),
            self.seen,
        ]
        self.spoken = [self._chat, self._status, self._retry, self._send, self.seen]
        """What changes while the interviewer replies."""

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
                self.leave = gr.Button("Leave for now", elem_id="leave", scale=1, min_width=120)

    def wire(
        self,
        demo: gr.Blocks,
        place: gr.BrowserState,
        talk: dict[str, Any],
        tail: dict[str, Any],
        private: dict[str, Any],
    ) -> None:
        """The events of this view; ``talk`` shows a reply as it comes, ``tail`` all else."""
        box: dict[str, Any] = {"queue": False, **private}
        for come in (demo.load, place.change):
            come(None, [place], [self._answer], js=_GIVE_DRAFT, **box)
        demo.load(None, None, None, js=_LISTEN, **box)
        self._end.click(self._on_end, [place], None, **private).then(**tail)
        self._retry.click(**talk).then(**tail)
        sent = self._send.click(
            self._on_send, [place, self._answer, self.seen], [self._answer], **private
        )
        sent.then(None, [place, self._answer], None, js=_KEEP_DRAFT, **box)
        sent.then(**talk).then(**tail)

    def hidden(self, line: str = "", problem: str = "") -> dict[Any, Any]:
        """This view when there is no interview; ``line`` still tells what goes on.

        Where there is a ``problem``, one can try again here too.
        """
        hidden = gr.update(visible=False)
        return {
            self._chat: hidden,
            self._status: line,
            self._retry: gr.update(visible=bool(problem)),
            self._entry: hidden,
            self.seen: 0,
        }

    def shown(self, view: View, reported: bool) -> dict[Any, Any]:
        """This view of an interview; once it is ``reported``, the report holds the transcript."""
        return {
            self._chat: gr.update(value=render.chat(view), visible=not reported),
            self._status: render.status(view, str(self._runtime.preparation)),
            self._retry: gr.update(visible=bool(view.problem)),
            self._entry: gr.update(visible=view.state.phase != "finished"),
            self._send: gr.update(interactive=view.state.phase == "candidate"),
            self.seen: view.last_seq,
        }

    def replying(self, view: View) -> dict[Any, Any]:
        """What is seen of a reply under way, by a tab that shows the interview already."""
        shown = self.shown(view, reported=False)
        return {one: shown[one] for one in self.spoken} | {self._chat: shown[self._chat]["value"]}

    async def _on_send(self, request: gr.Request, place: str, text: str, seen: int) -> Any:
        """Empties the box once the answer is stored; else says why it wasn't."""
        try:
            self._service.answer(self._visitors.own(request, place), text, seen)
        except InterviewerError as error:
            gr.Warning(str(error))
            return gr.skip()
        return ""

    async def _on_end(self, request: gr.Request, place: str) -> None:
        try:
            self._service.finish(self._visitors.own(request, place))
        except InterviewerError as error:
            gr.Warning(str(error))
