"""A candidate without a browser: the page's own protocol over real HTTP."""

import json
import secrets
from typing import Any

import httpx
from gradio_client.utils import apply_diff

API = "/gradio_api"
SAID = "In May 2023 I moved our ranking service to a new model because the old one was slow."


class PageClient:
    """One tab. ``fire`` does what a click does, and keeps what comes back by component."""

    def __init__(self, url: str, **headers: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=30, headers=headers, trust_env=False)
        self.session = secrets.token_hex(6)
        self.page = self.http.get("/")
        self.config: dict[str, Any] = self.http.get("/config").json()
        self.names = {one["id"]: one["props"].get("elem_id") for one in self.config["components"]}
        self.place = ""
        self.shown: dict[str, Any] = {}
        """What each component with a name shows."""

    @property
    def handlers(self) -> list[dict[str, Any]]:
        """The handlers on the server."""
        return [one for one in self.config["dependencies"] if one["backend_fn"]]

    def handler(self, name: str) -> dict[str, Any]:
        return next(one for one in self.handlers if one["api_name"] == name)

    def join(self, handler: dict[str, Any], data: list[Any], **more: Any) -> httpx.Response:
        body = {"data": data, "fn_index": handler["id"], "session_hash": self.session, **more}
        return self.http.post(f"{API}/queue/join", json=body)

    def call(self, name: str, *data: Any) -> str:
        """Runs a handler with these inputs; returns all that was told, as text."""
        handler = self.handler(name)
        joined = self.join(handler, list(data))
        assert joined.status_code == 200, joined.text
        told: list[str] = []
        whole: list[Any] | None = None
        with self.http.stream(
            "GET", f"{API}/queue/data", params={"session_hash": self.session}
        ) as stream:
            for line in stream.iter_lines():
                told.append(line)
                if line.startswith("data:"):
                    message = json.loads(line[5:])
                    new = (message.get("output") or {}).get("data")
                    if message["msg"] == "process_generating" and whole is not None:
                        new = [apply_diff(old, diff) for old, diff in zip(whole, new, strict=True)]
                    if message["msg"].startswith("process_") and new:
                        whole = new
                        self._take(handler, whole)
                    if message["msg"] in {"process_completed", "close_stream"}:
                        break
        return "\n".join(told)

    def _take(self, handler: dict[str, Any], data: list[Any]) -> None:
        for component, value in zip(handler["outputs"], data, strict=False):
            left_out = isinstance(value, dict) and set(value) <= {"__type__", "props"}
            if self.names[component] and not left_out:
                self.shown[self.names[component]] = value
        if handler["api_name"].startswith("_on_start"):
            self.place = data[0]

    # --- What a person does ---

    def begin(self) -> None:
        """Starts an interview of one question and sees it."""
        one = [*("question", "behavioral", "hiring_manager", "loop"), *("applied", "L5", "general")]
        handler = self.handler("_on_start")
        values = {one["id"]: one["props"].get("value") for one in self.config["components"]}
        data = [values[component] for component in handler["inputs"]]
        data[0] = one[0]
        self.call("_on_start", *data)
        self.call("_tail", self.place, None)

    def answer(self, text: str) -> str:
        """Sends an answer and follows until the reply is whole; returns all that was told."""
        sent = self.call("_on_send", self.place, text, self.shown["seen"])
        return sent + self.call("_tail", self.place, None)

    def end(self) -> str:
        """Ends the interview and follows until the report is there."""
        self.call("_on_end", self.place)
        return self.call("_tail", self.place, None)
