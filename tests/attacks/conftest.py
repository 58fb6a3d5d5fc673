"""The real program, started once as a user starts it, before an endpoint that answers at once."""

import os
import sqlite3
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.doubles import FakeEndpoint, body, completion, events, free_port, top
from tests.page_client import PageClient

CHECKOUT = Path(__file__).parent.parent.parent
KEY = "sk-MARKED-KEY-5512"
TOKEN = "MARKED-METRICS-TOKEN"
MARK = "MARKED-ANSWER-8841"


def endpoint(handler: Any) -> None:
    """No to every check, and a probe where one is to be phrased."""
    asked = handler.server.requests[-1].body
    if asked is None:
        body(200, '{"object": "list", "data": []}')(handler)
    elif asked.get("stream"):
        events("When you moved ", "the ranking service, ", "what was your own part?")(handler)
    else:
        completion("No", top(No=-0.1, Yes=-3.0))(handler)


@dataclass
class Site:
    """The running program and where it keeps and writes things."""

    url: str
    folder: Path
    process: subprocess.Popen[bytes]
    endpoint: FakeEndpoint

    @property
    def log(self) -> str:
        return (self.folder / "log").read_text()

    def rows(self, query: str) -> list[Any]:
        with closing(sqlite3.connect(self.folder / "data" / "interviews.db")) as database:
            return database.execute(query).fetchall()


def start(folder: Path, model: FakeEndpoint, **environment: str) -> Site:
    port = free_port()
    inherited = {name: value for name, value in os.environ.items() if "INTERVIEWER" not in name}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, CHECKOUT / "app.py"],
            env={
                **inherited,
                "TMPDIR": str(folder),
                "INTERVIEWER_BASE_URL": f"{model.url}/v1",
                "INTERVIEWER_MODEL": "m",
                "INTERVIEWER_API_KEY": KEY,
                "INTERVIEWER_DATA_DIR": str(folder / "data"),
                "INTERVIEWER_PORT": str(port),
                "INTERVIEWER_LOG": "json",
                "INTERVIEWER_RUN_CODE": "off",
                **environment,
            },
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    site = Site(f"http://127.0.0.1:{port}", folder, process, model)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with suppress(OSError), urllib.request.urlopen(f"{site.url}/healthz", timeout=5):
            return site
        time.sleep(0.1)
    raise AssertionError(f"the program did not start: {site.log}")


@pytest.fixture(scope="package")
def model() -> Iterator[FakeEndpoint]:
    server = FakeEndpoint(endpoint)
    yield server
    server.stop()


@pytest.fixture(scope="package")
def site(tmp_path_factory: pytest.TempPathFactory, model: FakeEndpoint) -> Iterator[Site]:
    running = start(tmp_path_factory.mktemp("site"), model)
    yield running
    running.process.kill()
    running.process.wait()


@pytest.fixture(scope="package")
def ann(site: Site) -> PageClient:
    """The victim: has answered with a mark, ended, and has a report."""
    client = PageClient(site.url)
    client.begin()
    client.answer(f"In May 2023 I moved our ranking service, which I call {MARK}, to a new model.")
    client.end()
    return client


@pytest.fixture(scope="package")
def eve(site: Site) -> PageClient:
    """The attacker: a candidate like any other."""
    return PageClient(site.url)
