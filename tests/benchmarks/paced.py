"""A scripted endpoint that speaks at a pace: for benchmarks, never shown as a real model."""

import asyncio
import contextlib
import json
import os
import re
import signal
from collections.abc import Iterator

import uvicorn

from tests.doubles import completed, event, free_port, top

PIECES_A_SECOND = 20
PIECE = 2
"""Characters; a follow-up has about 100 pieces."""

TOLD = "rewrote that part in May while the exporter broke each night and bills went wrong"
"""What candidates say, and what is taken up."""

OPENING = f"You {TOLD} for some customers; "


def follow_up(asked: str) -> str:
    """A follow-up that the service's own rules let pass: it asks what it was told to ask."""
    found = re.search(r"Ask for: (.+)", asked)
    ask = found.group(1) if found else "what was your own part in it"
    return OPENING + re.sub(r"\bthey\b", "you", ask).rstrip(".?") + "?"


async def paced(scope, receive, send) -> None:
    """An ASGI application: No to every check at once, a follow-up in pieces."""
    body = b""
    while scope["type"] == "http":
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            break
    if scope["type"] != "http":
        return
    asked = json.loads(body or "{}")
    stream = bool(asked.get("stream"))
    kind = b"text/event-stream" if stream else b"application/json"
    start = {"type": "http.response.start", "status": 200, "headers": [(b"content-type", kind)]}
    await send(start)
    await (_say(send, asked["messages"][-1]["content"]) if stream else _no(send))


async def _no(send) -> None:
    await send({"type": "http.response.body", "body": completed("No", top(No=-0.05)).encode()})


async def _say(send, asked: str) -> None:
    text = follow_up(asked)
    pieces = [event(text[at : at + PIECE]) for at in range(0, len(text), PIECE)]
    for said in [*pieces, event(None, "stop")]:
        await send({"type": "http.response.body", "body": said.encode(), "more_body": True})
        await asyncio.sleep(1 / PIECES_A_SECOND)
    await send({"type": "http.response.body", "body": b"data: [DONE]\n\n"})


@contextlib.contextmanager
def endpoint() -> Iterator[str]:
    """The paced endpoint in a process of its own; gives its address."""
    port = free_port()
    child = os.fork()
    if not child:
        config = uvicorn.Config(paced, port=port, log_level="error", lifespan="off")
        uvicorn.Server(config).run()
        os._exit(0)
    try:
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
