"""A candidate's browser without a browser: Gradio's events over HTTP, as its page sends them."""

import asyncio
import contextlib
import json
import secrets
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

import httpx
from gradio_client.utils import apply_diff

GONE = (httpx.HTTPError, KeyError, ValueError)
"""What a replica that dies looks like from here."""


_CONFIG = "window.gradio_config = "


class Visitor:
    """One tab. ``values`` is what its components hold, by their ids."""

    def __init__(self, url: str) -> None:
        self.http = httpx.AsyncClient(base_url=url, timeout=httpx.Timeout(60, connect=10))
        self.values: dict[int, Any] = {}
        self._told: dict[str, asyncio.Queue[Any]] = defaultdict(asyncio.Queue)
        """What the server has told of each event under way."""
        self._left: set[str] = set()
        """Events whose further course nobody here follows."""
        self._reader: asyncio.Task[None] | None = None
        self._unwatched: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Loads the page, or loads it again; what the browser keeps stays."""
        kept = {key: self.values[key] for key in getattr(self, "_kept", ())}
        self._session = secrets.token_hex(6)
        page = (await self.http.get("/")).raise_for_status().text
        config, _ = json.JSONDecoder().raw_decode(page, page.index(_CONFIG) + len(_CONFIG))
        components = {one["id"]: one for one in config["components"]}
        self._names = {
            name: key for key, one in components.items() if (name := one["props"].get("elem_id"))
        }
        self._events = config["dependencies"]
        self._kept = [key for key, one in components.items() if one["type"] == "browserstate"]
        self.values = {key: one["props"].get("value") for key, one in components.items()} | kept
        for event in self._events:
            if event["targets"] == [[0, "load"]] and event["backend_fn"] and event["queue"]:
                async for _ in self.chain(event):
                    break  # it is seen how things stand; what goes on can be followed

    def __getitem__(self, name: str) -> Any:
        return self.values[self._names[name]]

    def __setitem__(self, name: str, value: Any) -> None:
        self.values[self._names[name]] = value

    @property
    def status(self) -> str:
        """The line that says whose turn it is."""
        return str(self["status"] or "")

    def said(self, role: str) -> list[str]:
        """What was said in the chat by "user" or by "assistant"."""
        turns = self["chat"] or []
        return [one["content"][0]["text"] for one in turns if one["role"] == role]

    async def click(self, name: str) -> AsyncIterator[None]:
        """Presses a button; yields whenever the page has changed."""
        target = [self._names[name], "click"]
        (event,) = (one for one in self._events if target in one["targets"])
        async for _ in self.chain(event):
            yield

    async def chain(self, event: dict[str, Any]) -> AsyncIterator[None]:
        """Runs an event, and those that follow from it."""
        if event["backend_fn"]:
            async for _ in self._run(event):
                yield
        for after in self._events:
            if after.get("trigger_after") == event["id"]:
                async for _ in self.chain(after):
                    yield

    def leave_to_itself(self, changes: AsyncIterator[None]) -> None:
        """Lets what a click began go on, while the candidate does something else."""

        async def go_on() -> None:
            async for _ in changes:
                pass

        self._unwatched.append(asyncio.create_task(go_on()))

    async def _run(self, event: dict[str, Any]) -> AsyncIterator[None]:
        joined = await self.http.post(
            "/gradio_api/queue/join",
            json={
                "data": [self.values.get(key) for key in event["inputs"]],
                "fn_index": event["id"],
                "session_hash": self._session,
            },
        )
        mine, shown = joined.raise_for_status().json()["event_id"], None
        told = self._told[mine]
        if self._reader is None or self._reader.done():
            self._reader = asyncio.create_task(self._read())
        try:
            while True:
                message = await told.get()
                if isinstance(message, Exception):
                    raise message
                kind = message.get("msg")
                if kind in {"process_generating", "process_completed"}:
                    data = message["output"].get("data") or []
                    if kind == "process_generating" and shown is not None:
                        data = [apply_diff(old, new) for old, new in zip(shown, data, strict=True)]
                    if kind == "process_generating":
                        shown = data
                    self._take(event["outputs"], data)
                    yield
                if kind == "process_completed":
                    return
        finally:
            self._told.pop(mine, None)
            self._left.add(mine)

    async def _read(self) -> None:
        """The tab's one stream, for all of its events, as long as any is under way."""
        where = f"/gradio_api/queue/data?session_hash={self._session}"
        try:
            while self._told:
                async with self.http.stream("GET", where) as stream:
                    async for line in stream.aiter_lines():
                        message = json.loads(line.removeprefix("data: ")) if line else {}
                        about = message.get("event_id")
                        if about and about not in self._left:
                            self._told[about].put_nowait(message)
                        if message.get("msg") == "close_stream":
                            break
                    else:
                        raise httpx.RemoteProtocolError("the stream ended before its events did")
        except GONE as error:
            for told in self._told.values():
                told.put_nowait(error)

    def _take(self, outputs: list[int], data: list[Any]) -> None:
        for key, value in zip(outputs, data, strict=False):
            if isinstance(value, dict) and value.get("__type__") == "update":
                if "value" in value:
                    self.values[key] = value["value"]
            else:
                self.values[key] = value

    async def close(self) -> None:
        for task in (*self._unwatched, *([self._reader] if self._reader else [])):
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self.http.aclose()
