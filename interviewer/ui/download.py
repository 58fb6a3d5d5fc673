"""Buttons that hand a document to the browser as a file."""

import base64
from collections.abc import Awaitable, Callable
from typing import Any

import gradio as gr

from interviewer.errors import InterviewerError

KINDS = {"pdf": "PDF", "md": "Markdown", "json": "JSON"}
MIME = {"pdf": "application/pdf", "md": "text/markdown", "json": "application/json"}

# Nothing is written to disk on the way: the document travels in a hidden box.
_SAVE_FILE = r"""(text) => {
  if (!text) return;
  const [name, type, data] = text.split('\n');
  const bytes = Uint8Array.from(atob(data), (char) => char.charCodeAt(0));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([bytes], {type}));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}"""


class Downloads:
    """A button for each kind of document.

    ``make`` gives name and bytes for who asks, a place and a kind.
    """

    def __init__(
        self,
        prefix: str,
        make: Callable[[gr.Request, str, str], tuple[str, bytes]],
        kinds: dict[str, str] | None = None,
    ) -> None:
        self._make = make
        self._buttons = {
            kind: gr.Button(label, elem_id=f"{prefix}-{kind}", min_width=70)
            for kind, label in (kinds or KINDS).items()
        }
        self._carrier = gr.Textbox(
            label="Document", elem_id=f"{prefix}-carrier", elem_classes="carrier"
        )

    def wire(self, place: Any, private: dict[str, Any]) -> None:
        """Makes each button save its file."""
        for kind, button in self._buttons.items():
            button.click(self._saving(kind), [place], [self._carrier], **private).then(
                None, [self._carrier], None, js=_SAVE_FILE, queue=False, **private
            )

    def _saving(self, kind: str) -> Callable[..., Awaitable[str]]:
        async def save(request: gr.Request, place: str) -> str:
            try:
                name, data = self._make(request, place, kind)
            except InterviewerError as error:
                gr.Warning(str(error))
                return ""
            return f"{name}\n{MIME[kind]}\n{base64.b64encode(data).decode()}"

        return save
