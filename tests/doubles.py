"""Stand-ins for a model: one at the seam of the engine, one at the other end of the wire."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from interviewer.content import Content, Message, load_content
from interviewer.errors import ModelUnavailable
from interviewer.interview import InterviewService, View
from interviewer.llm import Usage, Verdict
from interviewer.persona import Example, Persona
from interviewer.process import (
    BarLevel,
    Defaults,
    Focus,
    Part,
    Process,
    Role,
    RoundPlan,
    Stage,
)
from interviewer.session import DEFAULT_PERSONA

NOW = datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


@cache
def shipped_content() -> Content:
    """What ships, read once: reading it takes most of a second."""
    return load_content()


RUBRIC = """\
area: story
title: Stories
description: Stories for the tests.
principles:
  - id: dig
    title: Dig
    strong: Digs down.
    weak: Stays at the surface.
topics:
  - id: caching
    title: Caching
ladder: [scene, own_part, cause, number, measured, confirmed]
criteria:
  - id: situation
    title: Situation
    weight: 1
    levels: {1: S one, 2: S two, 3: S three, 4: S four, 5: S five}
    checks:
      - id: scene
        rung: claim
        shows: sets the scene
        gap: a month and a team
        ask: in which month and in which team it happened
        probe: In which month was that, and in which team?
        advice: Open with the month and the team.
        meets: [It was in May., In May we lost a bank.]
        misses: [I always act., One should plan., Planning is good.]
      - id: own_part
        rung: part
        shows: tells the own part
        gap: your own role
        ask: which role they had in the decision of the team
        probe: Which role did you have in the decision of the team?
        pushback: Would the team have come to that decision without you?
        advice: Turn each we into I.
        meets: [I did it myself., I wrote the parser myself.]
        misses: [We did it., The team did it.]
        anchors: ['\\b(we|our)\\b']
  - id: results
    title: Results
    weight: 2
    levels: {1: R one, 2: R two, 3: R three, 4: R four, 5: R five}
    checks:
      - id: number
        rung: number
        shows: gives a number
        gap: a figure for the outcome
        ask: by which figure the outcome improved
        probe: By which figure did the outcome improve?
        pushback: Which part of that figure would you defend in an audit of the outcome?
        advice: Find one figure.
        meets: [It fell by nine percent., It rose by 2 percent.]
        misses: [It fell., It went well.]
        cues: ['percent', '\\d']
        anchors: ['fell|rose|improved']
      - id: measured
        rung: number
        shows: tells how it was measured
        gap: how it was measured
        ask: how it was measured and against what baseline
        probe: How did you measure that, and against what baseline?
        pushback: What else could explain the difference you measured from the baseline?
        advice: Name the baseline.
        meets: [Against the old baseline it rose., The baseline was the old model.]
        misses: [It rose., We looked at it.]
        expected: false
  - id: digging
    title: Digging
    weight: 2
    principles: [dig]
    levels: {1: D one, 2: D two, 3: D three, 4: D four, 5: D five}
    checks:
      - id: cause
        rung: mechanism
        shows: names the cause
        gap: the root cause
        ask: what the root cause was
        probe: What was the root cause, and how did you find it?
        advice: Finish the sentence with because.
        meets: [It broke because of a time zone., It failed because the disk was full.]
        misses: [It broke., I looked into it.]
      - id: confirmed
        rung: mechanism
        shows: tells how the cause was confirmed
        gap: how the cause was confirmed
        ask: how they confirmed the root cause
        probe: How did you confirm the root cause?
        advice: Tell the test that could have proved you wrong.
        meets: [I confirmed it by a revert., A rerun confirmed it.]
        misses: [I was sure., We moved on.]
        expected: false
questions:
  - id: failure
    text: Tell me about a time you failed to ship a project on schedule.
    principles: [dig]
  - id: conflict
    text: Describe a situation where you disagreed with your supervisor.
  - id: success
    text: Which of your results are you most proud of, and why?
    topics: [caching]
"""
"""A small valid rubric, as its file."""

PERSONA = Persona(
    id=DEFAULT_PERSONA,
    name="Maya Chen",
    title="a scientist",
    stage="loop",
    about="For the tests.",
    voice="a scientist",
    opening="Take your time.",
    next_question=("All right.", "Next one."),
    leaves_it="Let's leave that one and try another.",
    time_up="In the interest of time, let me move us on.",
    invites="What would you like to know from me?",
    closing="Thank you for your time.",
    patience=2,
    hints=1,
    probes=3,
    depth="lesson",
    pushback=0.1,
    challenges={
        "decision": "I'd have decided otherwise. Why was yours better?",
        "figure": "That figure sounds high. Why should I believe it?",
        "cause": "I can think of another cause. Which others did you rule out?",
        "method": "A simpler method might have done. At what did it fail?",
    },
    takes_up="You said “{quote}”.",
    doubts=("I'm not sure that holds. How would you convince me of it?",),
    harder=("I follow that. In which case does it stop being true?",),
    examples=tuple(
        Example(
            said=f"we did {number}", ask="what they did", question=f"What was {number} for you?"
        )
        for number in ("one", "two", "three")
    ),
)
"""A persona that digs in the ladder's order and challenges only when no gap is left."""


def round_plan(name: str, **more: Any) -> RoundPlan:
    return RoundPlan(
        **{
            "id": name,
            "title": name.title(),
            "persona": DEFAULT_PERSONA,
            "assesses": "Stories.",
            "minutes": 30,
            "difficulty": "loop",
            "parts": (Part(area="story", questions=1),),
            **more,
        }
    )


PROCESS = Process(
    levels=(
        BarLevel(id="L4", title="Junior", bar=2.0, median=2.5),
        BarLevel(id="L5", title="Middle", bar=3.0, median=3.5),
    ),
    roles=(
        Role(id="applied", title="Applied", about="Codes."),
        Role(id="research", title="Research", about="Digs.", bar_shift={"story": 0.5}),
    ),
    focuses=(Focus(id="general", title="Any"), Focus(id="proud", title="Proud", words=("proud",))),
    stages=(
        Stage(id="screen", title="Screen", about="One call.", rounds=(round_plan("call"),)),
        Stage(
            id="loop",
            title="The loop",
            about="Two rounds.",
            rounds=(round_plan("first"), round_plan("last", bar_raiser=True)),
        ),
    ),
    defaults=Defaults(role="applied", level="L5", focus="general"),
)
"""A small process over the small rubric."""

STRONG = (
    "In May our exporter broke. I rewrote the parser myself. It broke because of a time zone. "
    "Errors fell by nine percent. That was against the old baseline. A rerun confirmed it."
)
"""Shows every check of the small rubric."""

THIN = "In May our exporter broke. I rewrote the parser myself."
"""Shows the first two checks only."""

WEAK = "Our exporter broke and we decided to rewrite it. We were happy with it in the end."
"""Shows nothing of what the small rubric looks for."""

# Which word in a sentence shows which check of the small rubric, by the check's ``shows``.
MARKERS = {
    "sets the scene": "may",
    "tells the own part": "myself",
    "gives a number": "percent",
    "tells how it was measured": "baseline",
    "names the cause": "because",
    "tells how the cause was confirmed": "confirmed",
}


def asked_check(messages: Sequence[Message]) -> str:
    """The ``shows`` of the check that is asked for."""
    asked = (shows for shows in MARKERS if f"the sentence {shows}." in messages[0]["content"])
    return next(asked, "")


def asked_sentence(messages: Sequence[Message]) -> str:
    return messages[-1]["content"].removeprefix("Sentence: ")


def by_markers(messages: Sequence[Message]) -> float:
    """Yes where the sentence holds the check's marker word."""
    if "small talk" in messages[0]["content"]:
        return 0.95
    if not asked_check(messages):  # how pushback was met
        return 0.05
    return 0.95 if MARKERS[asked_check(messages)] in asked_sentence(messages).lower() else 0.05


def own_part_probe(messages: Sequence[Message]) -> str:
    """A phrasing that breaks no rule, whatever was said."""
    said, _, asked = messages[-1]["content"].rpartition("\n")
    said = said.partition('"')[2].rstrip('"')
    return f"You said “{said}”, so {asked.partition(': ')[2].rstrip('.?')}?"


class ScriptedModel:
    """A model whose replies are functions of the messages.

    ``failures`` calls raise ModelUnavailable first; ``failures = -1``: every call does.
    While ``held`` is cleared, calls wait.
    """

    def __init__(
        self,
        yes: Callable[[Sequence[Message]], float | None] = by_markers,
        say: Callable[[Sequence[Message]], str] = own_part_probe,
        failures: int = 0,
        degree: Callable[[Sequence[Message]], float | None] | None = None,
    ) -> None:
        """``degree``: as ``yes`` where it is left out."""
        self.label = "scripted"
        self.keeps_prefixes = False
        self.usage = Usage()
        self.failures = failures
        self.asked: list[list[Message]] = []
        """What ``yes`` and ``degree`` were asked."""
        self.phrased: list[list[Message]] = []
        """What ``stream`` was asked."""
        self.temperatures: list[float] = []
        self.at_work = 0
        self.held = asyncio.Event()
        self.held.set()
        self.probabilities = True
        """Whether it gives them; else it is asked for verdicts."""
        self.verdicts: list[Verdict | None] = []
        """What ``verdict`` replies, in turn."""
        self._yes, self._degree = yes, degree or yes
        self._say = say

    async def ready(self) -> None:
        await self._begin()

    async def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        self.phrased.append(list(messages))
        self.temperatures.append(temperature)
        await self._begin()
        for word in self._say(messages).split(" "):
            await asyncio.sleep(0)
            yield word + " "

    async def yes(self, messages: Sequence[Message]) -> float | None:
        self.asked.append(list(messages))
        await self._begin()
        return self._yes(messages)

    async def degree(self, messages: Sequence[Message], shared: int = 0) -> float | None:
        self.asked.append(list(messages))
        await self._begin()
        return self._degree(messages)

    async def gives_probabilities(self) -> bool:
        return self.probabilities

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        self.asked.append(list(messages))
        await self._begin()
        return self.verdicts.pop(0)

    async def close(self) -> None:
        pass

    async def _begin(self) -> None:
        self.at_work += 1
        try:
            await asyncio.sleep(0)
            await self.held.wait()
        finally:
            self.at_work -= 1
        if self.failures:
            self.failures -= 1
            raise ModelUnavailable("scripted can't be reached; check that it runs")


# --- The other end of the wire ----------------------------------------------------------


def free_port() -> int:
    """A port that nothing listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: Any


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: "FakeEndpoint"

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length") or 0)
        raw = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.requests.append(Request(self.path, headers, json.loads(raw) if raw else None))
        replies = self.server.replies
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        reply(self)

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass

    def send(self, status: int, body: str, kind: str = "application/json", **headers: str) -> None:
        data = body.encode()
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def begin_stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()

    def chunk(self, text: str) -> None:
        data = text.encode()
        self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")
        self.wfile.flush()


Reply = Callable[[_Handler], None]


class FakeEndpoint(ThreadingHTTPServer):
    """An HTTP server on a free port of 127.0.0.1; the last reply is given again and again."""

    daemon_threads = True
    block_on_close = False

    def __init__(self, *replies: Reply) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.replies = list(replies)
        self.requests: list[Request] = []
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def get_request(self) -> tuple[socket.socket, Any]:
        accepted = super().get_request()
        # A head and a body are two writes; the second isn't to wait for the first's receipt.
        accepted[0].setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._open.append(accepted[0])
        return accepted

    def handle_error(self, *_: object) -> None:
        """A client that went away is no fault of the server's."""

    def stop(self) -> None:
        """Closes the port and what was connected to it; a second time does nothing."""
        self.shutdown()
        self.server_close()
        self._thread.join()
        for one in self._open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


def body(status: int, text: str, kind: str = "application/json", **headers: str) -> Reply:
    return lambda handler: handler.send(status, text, kind, **headers)


def failure(status: int, **headers: str) -> Reply:
    text = json.dumps({"error": {"message": "no", "type": "some", "code": None}})
    return body(status, text, retry_after_ms="1", **headers)


def completed(text: str | None, logprobs: Any = None) -> str:
    """The body of a whole reply."""
    return json.dumps(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": "m",
            "choices": [
                {
                    "index": 0,
                    "finish_reason": "length",
                    "message": {"role": "assistant", "content": text},
                    "logprobs": logprobs,
                }
            ],
        }
    )


def completion(text: str | None, logprobs: Any = None) -> Reply:
    return body(200, completed(text, logprobs))


def top(**tokens: float) -> dict[str, Any]:
    """Log probabilities of a reply's first token; ``_`` in a name stands for a space."""
    alternatives = [
        {"token": name.replace("_", " "), "logprob": value, "bytes": None}
        for name, value in tokens.items()
    ]
    return {"content": [{**alternatives[0], "top_logprobs": alternatives}], "refusal": None}


def event(text: str | None, finish: str | None = None) -> str:
    delta = {} if text is None else {"content": text}
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    data = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps({**data, 'choices': [choice]})}\n\n"


def events(*pieces: str, finish: str | None = "stop", cut: bool = False) -> Reply:
    """A streamed reply; ``cut``: the connection goes before its end."""

    def reply(handler: _Handler) -> None:
        handler.begin_stream()
        for piece in pieces:
            handler.chunk(event(piece))
        if cut:
            handler.close_connection = True
            return
        if finish:
            handler.chunk(event(None, finish))
        handler.chunk("data: [DONE]\n\n")
        handler.wfile.write(b"0\r\n\r\n")

    return reply


def raw_stream(text: str) -> Reply:
    def reply(handler: _Handler) -> None:
        handler.begin_stream()
        handler.chunk(text)
        handler.wfile.write(b"0\r\n\r\n")

    return reply


def hang(seconds: float) -> Reply:
    def reply(handler: _Handler) -> None:
        time.sleep(seconds)
        handler.close_connection = True

    return reply


# --- A coding question ------------------------------------------------------------------

CODING: dict[str, Any] = {
    "signature": "def double(xs):\n    ...\n",
    "statement": "Return each number doubled.",
    "limits": "Up to 10 numbers.",
    "visible": [
        {"run": "double([1, 2])", "expect": [2, 4]},
        {"run": "double([5])", "expect": [10]},
    ],
    "hidden": [
        {"run": "double([])", "expect": []},
        {"run": "double([-3, 4])", "expect": [-6, 8]},
        {"run": "double([7, 7])", "expect": [14, 14]},
    ],
    "solutions": [
        {"note": "O(n).", "code": "def double(xs): return [2 * x for x in xs]"},
        {"note": "Also O(n).", "code": "def double(xs): return [x + x for x in xs]"},
    ],
    "wrong": [{"note": "Forgets to.", "code": "def double(xs): return xs"}],
}
"""A small coding question's part, as its file has it."""


async def settled(service: InterviewService, interview_id: str) -> View:
    """Like service.settled, without its pauses and not for ever."""
    async with asyncio.timeout(10):
        async for view in service.follow(interview_id, every=0):
            last = view
    return last


async def hold(service: InterviewService, interview_id: str, *answers: str) -> str:
    """Gives the answers, ends the interview and lets everything be judged; returns its id."""
    for text in answers:
        view = await settled(service, interview_id)
        if view.state.phase == "candidate":
            service.answer(interview_id, text, view.last_seq)
    await settled(service, interview_id)
    service.finish(interview_id)
    await settled(service, interview_id)
    return interview_id
