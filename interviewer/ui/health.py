"""Whether the program lives and can be used, and what it counts: for machines that ask."""

import asyncio
import hmac
import time
from ipaddress import ip_address

from fastapi import FastAPI, Request, Response
from fastapi.responses import JSONResponse

from interviewer.errors import InterviewerError
from interviewer.metrics import CONTENT_TYPE
from interviewer.runtime import Runtime
from interviewer.store import new_id

KEPT = 5.0
"""Seconds for which the endpoint isn't asked again whether it is there."""

MOST_WAIT = 3.0
"""Seconds that the endpoint has to say so."""

_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Readiness:
    """What a candidate would find now: content, database and model."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._told_at = -KEPT
        self._told = ""
        self._asking: asyncio.Task[str] | None = None

    async def report(self) -> tuple[bool, dict[str, str]]:
        """Whether all is well, and a line about each part."""
        content = self._runtime.content
        parts = {
            "content": f"{len(content.rubrics)} areas, {len(content.personas)} interviewers",
            "database": self._database(),
            "model": await self._of_model(),
        }
        broken = [part for part in ("database", "model") if parts[part].startswith("not ready")]
        if self._runtime.service.stopping:
            parts["program"] = "not ready: it is being stopped"
            broken.append("program")
        return not broken, parts

    def _database(self) -> str:
        try:
            self._runtime.store.loops(new_id())
        except InterviewerError as error:
            return f"not ready: {type(error).__name__}"
        return "ready"

    async def _of_model(self) -> str:
        """The model's state; while it is being fetched or loaded, the page can be used already."""
        preparation = self._runtime.preparation
        if preparing := str(preparation):
            return preparing
        if preparation.problem and self._runtime.settings.base_url is None:
            return "not ready: it could not be fetched or loaded; the log says why"
        if time.monotonic() - self._told_at < KEPT:
            return self._told
        # One question at a time, which goes on however many ask and leave.
        if self._asking is None or self._asking.done():
            self._asking = asyncio.create_task(self._ask())
        done, _ = await asyncio.wait([self._asking], timeout=MOST_WAIT)
        if not done:
            return f"not ready: no answer within {MOST_WAIT:.0f} s"
        return self._asking.result()

    async def _ask(self) -> str:
        try:
            await self._runtime.model.ready()
            self._told = "ready"
            if self._runtime.preparation.problem:
                self._runtime.preparation.tell("")
        except InterviewerError as error:
            self._told = f"not ready: {type(error).__name__}"
        self._told_at = time.monotonic()
        return self._told


def add_health(app: FastAPI, runtime: Runtime) -> None:
    """Adds /healthz, /readyz and /metrics."""
    readiness = Readiness(runtime)

    @app.get("/healthz")
    async def healthz() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @app.get("/readyz")
    async def readyz() -> JSONResponse:
        ready, parts = await readiness.report()
        body = {"status": "ready" if ready else "not ready", **parts}
        return JSONResponse(body, status_code=200 if ready else 503)

    @app.get("/metrics")
    async def metrics(request: Request) -> Response:
        if not may_read_metrics(request, runtime.settings.metrics_token):
            return JSONResponse(
                {"error": "metrics are for this machine, or for who has INTERVIEWER_METRICS_TOKEN"},
                status_code=403,
            )
        return Response(runtime.metrics.text(), media_type=CONTENT_TYPE)


def may_read_metrics(request: Request, token: str | None) -> bool:
    """With a token: who bears it. Without: who asks from this machine, and through no proxy."""
    if token is not None:
        said = request.headers.get("authorization", "")
        return hmac.compare_digest(said.encode(), f"Bearer {token}".encode())
    if request.client is None or any(name in request.headers for name in _FORWARDED):
        return False
    try:
        return ip_address(request.client.host).is_loopback
    except ValueError:
        return False
