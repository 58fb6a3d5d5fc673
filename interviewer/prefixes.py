"""What the embedded model has read of a prompt's beginning, kept on disk between starts.

A check's worked examples take a 1.5B model on two cores about 7 s to read, and a first answer is
held against 20 to 30 checks. What the model made of them (its attention's keys and values) is
loaded back in some milliseconds. Only beginnings that many prompts share are kept, never what
a candidate says, which stands in the last message.
"""

import asyncio
import hashlib
import json
import os
import shutil
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from interviewer.content import Message

_OF_A_QUESTION = "question-"

MOST_BYTES = 1_500_000_000
"""Of all kept beginnings, at 27 KB a token; the longest unused go first."""

MOST_BYTES_OF_QUESTIONS = 200_000_000
"""Of beginnings that are one question's, so that a file of many questions leaves the others."""


def beginning(messages: Sequence[Message], shared: int = 0) -> list[Message]:
    """What a prompt shares with others: all but its last message, and so many characters of it."""
    *before, last = messages
    return [*before, Message(role="user", content=last["content"][:shared])]


class KeptPrefixes:
    """A folder of kept beginnings, each a file that the engine writes and reads."""

    def __init__(
        self,
        parent: Path,
        edition: str,
        most_bytes: int = MOST_BYTES,
        most_of_questions: int = MOST_BYTES_OF_QUESTIONS,
    ) -> None:
        """``edition`` names the weights and the engine that wrote them."""
        self.folder: Path | None = None
        """None before it is opened, and where it can't be: nothing is kept then."""
        self.lock = asyncio.Lock()
        """Held while a beginning is loaded and gone on from: the engine does so in one slot."""
        self._parent, self._edition = parent, edition
        self._most_bytes = {"": most_bytes, _OF_A_QUESTION: most_of_questions}

    def open(self) -> Path | None:
        """Makes the folder, and removes what other editions have left; None where it can't."""
        folder = self._parent / self._edition
        with suppress(OSError):  # a cache that can only be read serves for the weights
            folder.mkdir(parents=True, exist_ok=True)
            for other in self._parent.iterdir():
                if other != folder:
                    shutil.rmtree(other, ignore_errors=True)
            self.folder = folder
        return self.folder

    def name_of(self, begun: Sequence[Message]) -> str | None:
        """The file of a beginning; None where it is not worth keeping, being soon read.

        That is where neither worked examples stand in it nor anything in its last message.
        """
        *before, last = begun
        of_a_question = bool(last["content"])
        if self.folder is None or not (of_a_question or len(before) > 1):
            return None
        shared = begun if of_a_question else before
        digest = hashlib.sha256(json.dumps(shared).encode()).hexdigest()[:32]
        return f"{_OF_A_QUESTION}{digest}" if of_a_question else digest

    def has(self, name: str) -> bool:
        """Whether this beginning is there; it counts as used now."""
        try:
            os.utime(self._path(name))
        except OSError:
            return False
        return True

    def part(self, name: str) -> str:
        """The file to write first: one that a kill leaves half-written must not be loaded."""
        return f"{name}.{os.getpid()}"

    def take(self, name: str) -> None:
        """Puts a written file in its place, and makes room."""
        with suppress(OSError):  # the cache may be cleared by anyone at any time
            self._path(self.part(name)).replace(self._path(name))
            for kind, most_bytes in self._most_bytes.items():
                files = sorted(
                    ((one.stat().st_mtime, one.stat().st_size, one) for one in self._files(kind)),
                    reverse=True,
                )
                held = 0
                for _, size, path in files:
                    held += size
                    if held > most_bytes:
                        path.unlink(missing_ok=True)

    def _files(self, kind: str) -> list[Path]:
        files = self.folder.iterdir() if self.folder else ()
        return [one for one in files if one.name.startswith(_OF_A_QUESTION) == bool(kind)]

    def _path(self, name: str) -> Path:
        assert self.folder is not None
        return self.folder / name
