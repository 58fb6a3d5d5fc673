"""What a model said, on disk, so that an evaluation that was broken off goes on where it was."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import ValidationError

from interviewer.content import Message
from interviewer.errors import InterviewerError
from interviewer.rubric import Strict


class _Said(Strict):
    """A line of the file."""

    asked: str
    """Digest of the model's label and the chat."""
    yes: float | None


_BEGINNING = '{"asked":'


class SaidBefore:
    """P(Yes), or the degree, of each chat that was ever put before the model, in a JSONL file.

    Raises InterviewerError where the file can't be read. A last line that a kill left
    half-written is dropped.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, float | None] = {}
        self.taken = 0
        """Calls that were answered from the file."""
        *lines, half = self._read().split("\n")
        for number, line in enumerate(lines, 1):
            try:
                said = _Said.model_validate_json(line)
            except ValidationError as error:
                raise self._foreign(number) from error
            self._known[said.asked] = said.yes
        if half:
            if half[: len(_BEGINNING)] != _BEGINNING[: len(half)]:
                raise self._foreign(len(lines) + 1)
            self._write("".join(f"{line}\n" for line in lines), "w")

    def _read(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8") if self._path.exists() else ""
        except (OSError, UnicodeDecodeError) as error:
            raise self._unusable(f"can't be read ({error})") from error

    def key(self, label: str, messages: Sequence[Message]) -> str:
        """What a chat with a model is found by."""
        chat = json.dumps([label, *((one["role"], one["content"]) for one in messages)])
        return hashlib.sha256(chat.encode()).hexdigest()[:32]

    def __contains__(self, key: str) -> bool:
        return key in self._known

    def take(self, key: str) -> float | None:
        """What was said to it; KeyError where it was never asked."""
        self.taken += 1
        return self._known[key]

    def add(self, key: str, yes: float | None) -> None:
        """Keeps it at once: the next call may be the one that is broken off."""
        self._known[key] = yes
        self._write(_Said(asked=key, yes=yes).model_dump_json() + "\n", "a")

    def _write(self, text: str, mode: Literal["a", "w"]) -> None:
        try:
            with self._path.open(mode, encoding="utf-8") as out:
                out.write(text)
        except OSError as error:
            raise self._unusable(f"can't be written ({error})") from error

    def _foreign(self, number: int) -> InterviewerError:
        return self._unusable(f"line {number} is not one that evaluate wrote")

    def _unusable(self, why: str) -> InterviewerError:
        return InterviewerError(
            f"{self._path}: {why}; free room, or name another file with --resume"
        )
