"""The shared editor beside the chat: a coding question, its code, and what running it gave."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import gradio as gr

from interviewer.coding import Language, latest, submission
from interviewer.errors import InterviewerError
from interviewer.interview import View
from interviewer.runtime import Runtime
from interviewer.ui import code_render
from interviewer.ui.visitor import Visitors

_KEYS = Path(__file__).with_name("editor_keys.js")
SAVE_AFTER = 1.5
"""Seconds after which what was typed is kept."""


class EditorView:
    """The editor. ``holds`` is the question whose code this tab's editor shows."""

    def __init__(self, runtime: Runtime, visitors: Visitors) -> None:
        self._visitors = visitors
        self._work = runtime.editor
        # The tab's own, as the chat's ``seen``: a server that was started anew, or that dropped
        # the tab's state, would take what is typed for nothing, and overwrite it.
        self.holds = gr.Textbox("", visible=False, elem_id="holds")
        with gr.Column(visible=False, elem_id="editor-view") as self._view:
            self._task = gr.HTML(elem_id="task")
            self._language = gr.Radio(
                [("Python", "python"), ("C++", "cpp")],
                value="python",
                label="Language",
                elem_id="language",
                visible=False,
            )
            self._code = gr.Code(
                language="python",
                label="Your code, which the interviewer sees",
                lines=18,
                max_lines=28,
                elem_id="code",
                interactive=True,
                buttons=[],
            )
            with gr.Row():
                self._run = gr.Button("Run the visible tests", elem_id="run", min_width=120)
                self._submit = gr.Button(
                    "Submit", variant="primary", elem_id="submit", min_width=80
                )
            with gr.Row(elem_id="own-row"):
                self._own = gr.Textbox(
                    label="Your own input",
                    placeholder="A call of your code, such as the ones in the tests above",
                    lines=1,
                    max_lines=4,
                    elem_id="own",
                    scale=4,
                )
                self._try = gr.Button("Run it", elem_id="try", scale=1, min_width=80)
            self._results = gr.HTML(elem_id="results")
        self.outputs = [
            *(self._view, self._task, self._code, self._run, self._submit, self._try, self._own),
            *(self._results, self._language, self.holds),
        ]

    def wire(self, demo: gr.Blocks, place: gr.BrowserState, private: dict[str, Any]) -> None:
        """The events of this view."""
        demo.load(None, None, None, js=_KEYS.read_text(encoding="utf-8"), queue=False, **private)
        code = [place, self.holds, self._code, self._language]
        self._language.input(self._on_language, code, [self._code, self._results], **private)
        # While one is being kept, the latest of those after it waits: nothing typed is left out.
        self._code.input(self._on_input, code, None, trigger_mode="always_last", **private)
        self._run.click(self._on_run, code, [self._results], **private)
        self._submit.click(self._on_submit, code, [self._results], **private)
        own: dict[str, Any] = {
            "fn": self._on_own,
            "inputs": [*code, self._own],
            "outputs": [self._results],
            **private,
        }
        self._try.click(**own)
        self._own.submit(**own)

    def hidden(self) -> dict[Any, Any]:
        """This view when nothing is to be coded."""
        return {self._view: gr.update(visible=False), self.holds: ""}

    def shown(self, view: View, holds: str) -> tuple[dict[Any, Any], str]:
        """This view of an interview, and the question that the editor holds from now on.

        What is being typed is never overwritten: the text changes with the question only.
        """
        question = self._work.question(view.interview)
        if question is None or question.coding is None or view.state.phase == "finished":
            return self.hidden(), ""
        if question.id == holds:
            return {self._view: gr.update(visible=True), self.holds: holds}, holds
        of_machine = self._work.bench.why_not_python(question.coding)
        runs = question.coding.runs and not of_machine
        why_not = code_render.why_not(question.coding, of_machine)
        kept = submission(view.interview.code, question.id) or latest(
            view.interview.code, question.id
        )
        usable = gr.update(visible=runs)
        no_cpp = self._work.bench.why_not_cpp(question.coding)
        language = self._work.language(view.interview, question)
        return {
            self._view: gr.update(visible=True),
            self._task: code_render.task(question, why_not, no_cpp, self._work.bench.why_no_numpy),
            self._code: gr.update(
                value=self._work.text(view.interview, question), language=language
            ),
            self._language: gr.update(visible=runs and not no_cpp, value=language),
            self._run: usable,
            self._try: usable,
            self._own: gr.update(visible=runs, value=""),
            self._results: code_render.entry(kept) if kept else "",
            self.holds: question.id,
        }, question.id

    async def _on_language(
        self, request: gr.Request, place: str, question_id: str, code: str, language: Language
    ) -> tuple[Any, str]:
        """The editor in the other language."""
        try:
            text = self._work.switch(
                self._visitors.own(request, place), question_id, code, language
            )
        except InterviewerError as error:
            return gr.skip(), code_render.problem(str(error))
        return gr.update(value=text, language=language), ""

    async def _on_input(
        self, request: gr.Request, place: str, question_id: str, code: str, language: Language
    ) -> None:
        await asyncio.sleep(SAVE_AFTER)
        if not question_id:
            return
        try:
            self._work.save_typed(self._visitors.own(request, place), question_id, code, language)
        except InterviewerError as error:
            gr.Warning(str(error))

    async def _on_run(
        self, request: gr.Request, place: str, question_id: str, code: str, language: Language
    ) -> AsyncIterator[str]:
        async def work() -> str:
            found = await self._work.run(
                self._visitors.own(request, place), question_id, code, language
            )
            return code_render.result(found)

        async for shown in _while_running("Running the visible tests", work):
            yield shown

    async def _on_own(  # noqa: PLR0917 - the event's inputs
        self,
        request: gr.Request,
        place: str,
        question_id: str,
        code: str,
        language: Language,
        own: str,
    ) -> AsyncIterator[str]:
        async def work() -> str:
            trial = await self._work.attempt(
                self._visitors.own(request, place), question_id, code, own, language
            )
            return code_render.trial(trial, own)

        async for shown in _while_running("Running your input", work):
            yield shown

    async def _on_submit(
        self, request: gr.Request, place: str, question_id: str, code: str, language: Language
    ) -> AsyncIterator[str]:
        async def work() -> str:
            found = await self._work.submit(
                self._visitors.own(request, place), question_id, code, language
            )
            return code_render.entry(found)

        async for shown in _while_running("Running every test, then growing inputs", work):
            yield shown


async def _while_running(doing: str, work: Callable[[], Awaitable[str]]) -> AsyncIterator[str]:
    yield code_render.busy(doing)
    try:
        yield await work()
    except InterviewerError as error:
        yield code_render.problem(str(error))
