"""What was practised so far: progress, the next practice, and everything to find again."""

from datetime import UTC, datetime
from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError
from interviewer.runtime import Runtime
from interviewer.ui import document
from interviewer.ui.download import Downloads
from interviewer.ui.visitor import Visitors


class HistoryView:
    """Shows a history. ``practise`` begins the proposed practice, ``open`` opens an entry."""

    def __init__(self, runtime: Runtime, visitors: Visitors) -> None:
        self._query = runtime.query
        self._process = runtime.process
        self._visitors = visitors
        with gr.Column(visible=False, elem_id="history-view") as self._view:
            self._proposal = gr.HTML(elem_id="proposal")
            self.practise = gr.Button("Practise this", variant="primary", elem_id="practise")
            self._progress = gr.HTML(elem_id="progress")
            self._search = gr.Textbox(label="Search what was said", elem_id="search", max_lines=1)
            self.entry = gr.Radio([], label="Interviews", elem_id="entries", interactive=True)
            with gr.Row():
                self.open = gr.Button("Open", elem_id="open-entry", min_width=90)
                self._delete = gr.Button("Delete", elem_id="delete-entry", min_width=90)
                self.leave = gr.Button("Back", elem_id="leave-history", min_width=90)
            with gr.Row(visible=False, elem_id="really") as self._really:
                self._named = gr.HTML(elem_id="named")
                self._yes = gr.Button("Delete it", variant="stop", elem_id="really-delete")
                self._no = gr.Button("Keep it", elem_id="keep-entry")
            with gr.Accordion("Take along or bring back", open=False):
                gr.Markdown("All of it as one file: to keep, or to go on elsewhere.")
                self._downloads = Downloads("export", self._file, {"json": "Export everything"})
                self._upload = gr.File(
                    label="Import a file", file_types=[".json"], type="binary", elem_id="import"
                )
                self._imported = gr.Markdown(elem_id="imported")
            # What is deleted is what was named, whatever is chosen by then.
            self._doomed = gr.Textbox("", visible=False)
        self.outputs = [
            *(self._view, self._proposal, self.practise, self._progress, self._search),
            *(self.entry, self._really),
        ]

    def wire(self, tail: dict[str, Any], private: dict[str, Any]) -> None:
        """The events that stay within this view; ``tail`` shows what came of one."""
        self._search.change(self._on_search, [self._search], [self.entry], **private)
        asked = [self._really, self._named, self._doomed]
        self._delete.click(self._on_ask, [self.entry], asked, **private)
        self._no.click(self._on_keep, None, [self._really], **private)
        self._yes.click(self._on_delete, [self._doomed], [self._really], **private).then(**tail)
        self._downloads.wire(self._search, private)
        self._upload.upload(self._on_import, [self._upload], [self._imported], **private).then(
            **tail
        )

    def hidden(self) -> dict[Any, Any]:
        """This view when something else is shown."""
        return {self._view: gr.update(visible=False)}

    def shown(self, owner: str) -> dict[Any, Any]:
        """This view of an owner's history."""
        history = self._query.history(owner)
        practice = self._query.practice(owner, datetime.now(UTC))
        return {
            self._view: gr.update(visible=True),
            self._proposal: document.proposal(practice),
            self.practise: gr.update(visible=practice is not None),
            self._progress: document.progress(history),
            self._search: "",
            self.entry: self._entries(owner, ""),
            self._really: gr.update(visible=False),
        }

    def _entries(self, owner: str, search: str) -> Any:
        """What is found; nothing is chosen, or it could be deleted without being looked at."""
        found = self._query.history(owner, search)
        choices = [(document.entry_line(one), f"{one.kind}:{one.id}") for one in found.entries]
        return gr.update(
            choices=choices,
            value=None,
            label=f"Interviews ({found.found} of {found.total})",
        )

    async def _on_search(self, request: gr.Request, search: str) -> Any:
        return self._entries(self._visitors.owner(request), search)

    async def _on_ask(self, request: gr.Request, entry: str | None) -> Any:
        entries = self._query.history(self._visitors.owner(request)).entries
        named = next((one for one in entries if f"{one.kind}:{one.id}" == entry), None)
        if named is None:
            gr.Warning("Choose first which interview is to be deleted.")
            return gr.update(visible=False), gr.skip(), ""
        return gr.update(visible=True), document.farewell(named), entry

    async def _on_keep(self) -> Any:
        return gr.update(visible=False)

    async def _on_delete(self, request: gr.Request, doomed: str) -> Any:
        try:
            self._process.delete(self._process.find(self._visitors.own(request, doomed)))
        except InterviewerError as error:
            gr.Warning(str(error))
        return gr.update(visible=False)

    async def _on_import(self, request: gr.Request, data: bytes | None) -> Any:
        try:
            new = self._process.restore(data or b"", self._visitors.owner(request))
        except InterviewerError as error:
            return gr.update(value=f"Nothing was imported: {error}")
        return gr.update(value=f"{new} new interviews and loops were imported.")

    def _file(self, request: gr.Request, _place: str, _kind: str) -> tuple[str, bytes]:
        exported = self._process.export(self._visitors.owner(request))
        return f"mock-interviewer-{datetime.now(UTC):%Y-%m-%d}.json", exported.encode()
