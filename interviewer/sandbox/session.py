"""Talks to the launcher in a box, and ends it when it takes too much.

A session blocks; it is meant for a thread of its own. It trusts nothing that comes out: a reply
is a line of JSON of bounded length, and whatever else arrives is an end, not an answer.
"""

import json
import os
import selectors
import signal
import subprocess
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Any, Literal, Protocol, Self

from interviewer.rubric import Strict

Stop = Literal["time", "output", "crash"]
"""Why a session ended before it replied."""

_LONGEST_REPLY = 4_000_000
_SIGNALS_OF_TIME = {9, 24}
"""SIGKILL and SIGXCPU, by number: not every system that imports this has their names."""
_CHUNK = 65_536


class Limits(Strict):
    """What a candidate's code may use."""

    case_seconds: float = 5.0
    """Processor time for one case."""
    wall_factor: float = 3.0
    """A case may take this many times as long by the clock, for other programs run too."""
    seconds: int = 30
    """Processor time for all of a session."""
    memory: int = 512 * 1024 * 1024
    output: int = 64 * 1024
    """Bytes that may be printed in one case."""
    file: int = 1024 * 1024

    def times(self, slower: float) -> Self:
        """The same for a box in which code is that many times slower."""
        longer = {"case_seconds": self.case_seconds * slower, "seconds": self.seconds * slower}
        return self.model_copy(update={**longer, "seconds": int(longer["seconds"])})


class Reply(Strict):
    """What came of one request."""

    said: dict[str, Any] | None
    """The launcher's reply; None when it gave none."""
    stop: Stop | None = None
    code: int | None = None
    """Where it crashed: the signal, or the exit status."""
    output: str = ""
    """What was printed meanwhile, as far as the limit allows."""


class EndsItself(ABC):
    """Used as a context, it ends with the context."""

    @abstractmethod
    def end(self) -> None:
        """Gives back what is held."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.end()


class Session(EndsItself):
    """One process in a box. Use it as a context; a session that stopped takes no more requests."""

    def __init__(self, process: subprocess.Popen[bytes], replies: int, limits: Limits) -> None:
        """``process`` leads a group of its own; ``replies`` is read from, and closed in the end."""
        self._process = process
        self._replies = replies
        self._limits = limits
        self._asked = 0
        self._buffer = b""
        assert process.stdin is not None
        assert process.stdout is not None
        self._requests, self._output = process.stdin.fileno(), process.stdout.fileno()
        for descriptor in (self._requests, self._output, self._replies):
            os.set_blocking(descriptor, False)

    @classmethod
    def start(cls, limits: Limits, asks: Callable[[int], dict[str, Any]]) -> Self:
        """Starts the process: ``asks`` is told the descriptor that its replies are written to,
        and gives the command and the rest of what Popen takes.

        The first process in a box can be read by the others: its environment holds nothing.
        """
        replies, writes = os.pipe()
        try:
            process = subprocess.Popen(
                **asks(writes),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={},
                start_new_session=True,
            )
        except OSError:
            os.close(replies)
            raise
        finally:
            os.close(writes)
        return cls(process, replies, limits)

    @property
    def alive(self) -> bool:
        """Whether another request can be made."""
        return self._process.poll() is None and not self._process.stdin.closed  # type: ignore[union-attr]

    def ask(self, seconds: float | None = None, **request: Any) -> Reply:
        """Makes one request and waits for its reply, at most ``seconds`` by the clock."""
        if self._replies < 0:  # its descriptors may be another's by now
            return Reply(said=None, stop="crash", code=self._process.returncode)
        self._asked += 1
        line = json.dumps({"n": self._asked, **request}) + "\n"
        wall = self._limits.case_seconds * self._limits.wall_factor if seconds is None else seconds
        reply = self._exchange(line.encode(), time.monotonic() + wall)
        if reply.stop is not None:
            self.end()
        return reply

    def end(self) -> None:
        """Ends the process and everything in its box."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                with suppress(OSError):
                    stream.close()
        if self._replies >= 0:
            os.close(self._replies)
            self._replies = -1

    def _exchange(self, line: bytes, deadline: float) -> Reply:
        """Sends the line and takes what comes, side by side: a process need not read it."""
        printed = b""
        with selectors.DefaultSelector() as selector:
            selector.register(self._requests, selectors.EVENT_WRITE)
            selector.register(self._output, selectors.EVENT_READ)
            selector.register(self._replies, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                ready = {key.fd for key, _ in selector.select(left)}
                if self._requests in ready:
                    try:
                        line = line[os.write(self._requests, line) :]
                    except BrokenPipeError:
                        return self._ended(printed)
                    if not line:
                        selector.unregister(self._requests)
                printed += _read(self._output) or b""
                if len(printed) > self._limits.output:
                    return self._stopped("output", printed)
                if self._replies not in ready:
                    continue
                piece = _read(self._replies)
                if piece is not None:
                    self._buffer += piece
                if b"\n" in self._buffer:
                    # Who replies before the request is there whole, makes the reply up.
                    return self._stopped("crash", printed) if line else self._replied(printed)
                if piece == b"" or len(self._buffer) > _LONGEST_REPLY:
                    return self._ended(printed)
        return self._stopped("time", printed)

    def _replied(self, printed: bytes) -> Reply:
        said, _, self._buffer = self._buffer.partition(b"\n")
        printed += _read(self._output) or b""
        try:
            reply = json.loads(said)
        except (ValueError, RecursionError):  # a number or a nesting without end
            return self._stopped("crash", printed)
        if not isinstance(reply, dict) or reply.get("n") != self._asked:
            return self._stopped("crash", printed)
        if len(printed) > self._limits.output:
            return self._stopped("output", printed)
        return Reply(said=reply, output=_text(printed, self._limits.output))

    def _ended(self, printed: bytes) -> Reply:
        """The process is gone, or has closed its end; the status says what it died of."""
        try:
            status = self._process.wait(timeout=1.0)
        except subprocess.TimeoutExpired:
            return self._stopped("crash", printed)
        printed += _read(self._output) or b""
        number = -status if status < 0 else status - 128
        if number in _SIGNALS_OF_TIME:
            return self._stopped("time", printed)
        return Reply(
            said=None, stop="crash", code=status, output=_text(printed, self._limits.output)
        )

    def _stopped(self, stop: Stop, printed: bytes) -> Reply:
        return Reply(said=None, stop=stop, output=_text(printed, self._limits.output))


def _read(descriptor: int) -> bytes | None:
    """What is there to read; None when nothing is, empty at the end."""
    got = b""
    while True:
        try:
            piece = os.read(descriptor, _CHUNK)
        except BlockingIOError:
            return got or None
        if not piece:
            return got
        got += piece
        if len(got) > 4 * _CHUNK:
            return got


def _text(printed: bytes, most: int) -> str:
    text = printed[:most].decode("utf-8", "replace")
    return text + (" …" if len(printed) > most else "")


class Box(Protocol):
    """Opens sessions in boxes of their own."""

    name: str
    has_numpy: bool
    slower: float
    """How many times as long as natively code may take here."""

    def python(self, limits: Limits) -> Session:
        """A session with the launcher, which evaluates Python."""
        ...


def fault(box: Box) -> str:
    """What goes wrong when the box is tried out; empty: nothing."""
    with box.python(Limits()) as session:
        reply = session.ask(code="", run="6 * 7")
    if reply.said is not None and reply.said.get("value") == 42:
        return ""
    return (reply.output.strip().splitlines() or [f"it ended with {reply.code}"])[-1]
