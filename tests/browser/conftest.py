"""A real Chromium before the real program, started as a user starts it."""

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Route, sync_playwright

from tests.doubles import free_port

CHECKOUT = Path(__file__).parent.parent.parent
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]


# A reload or a kill breaks off Gradio's open event stream, and its script says so as it goes.
BROKEN_OFF = (
    "AbortError",
    "network error",
    "Connection errored out",
    "ERR_CONNECTION",
    "ERR_INCOMPLETE_CHUNKED",
)


@dataclass
class Program:
    """The program in a process of its own, on a free port, with a data folder of its own."""

    data_dir: Path
    environment: dict[str, str] = field(default_factory=dict)
    script: Path = CHECKOUT / "app.py"
    output: int | None = None
    """Where it prints to, as Popen takes it; None: where the tests do."""
    port: int = 0
    process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> "Program":
        if not self.port:
            self.port = free_port()
        inherited = {name: value for name, value in os.environ.items() if "INTERVIEWER" not in name}
        cache = os.environ.get("INTERVIEWER_CACHE_DIR")
        self.process = subprocess.Popen(
            [sys.executable, self.script],
            env={
                **inherited,
                **({"INTERVIEWER_CACHE_DIR": cache} if cache else {}),
                "INTERVIEWER_DATA_DIR": str(self.data_dir),
                "INTERVIEWER_PORT": str(self.port),
                **self.environment,
            },
            stdout=self.output,
            stderr=self.output,
        )
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            with suppress(OSError), urllib.request.urlopen(self.url, timeout=5):
                return self
            time.sleep(0.2)
        raise TimeoutError("the program did not open its page within a minute")

    def kill(self) -> None:
        """As ``kill -9`` does: no farewell."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


def _starting(folder: Path) -> Iterator[Callable[..., Program]]:
    started: list[Program] = []

    def start(**environment: str) -> Program:
        one = Program(folder / f"data{len(started)}", environment)
        started.append(one)
        return one.start()

    yield start
    for one in started:
        one.kill()


@pytest.fixture
def program(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts programs, each with the given environment; ends them after the test."""
    yield from _starting(tmp_path)


@pytest.fixture(scope="module")
def shared_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., Program]]:
    """Starts programs that all tests of a module visit; ends them after the last one."""
    yield from _starting(tmp_path_factory.mktemp("shared"))


def find_chromium() -> str | None:
    """The system's own browser; None: Playwright's."""
    return shutil.which("chromium") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Ends with this package: its event loop must not reach into the other tests."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages, each a visitor of its own unless it shares ``beside``'s browser profile.

    Afterwards no page may have asked for anything outside 127.0.0.1 or logged an error.
    """
    outside: list[str] = []
    errors: list[str] = []
    contexts = []

    def guard(route: Route) -> None:
        if not route.request.url.startswith(("http://127.0.0.1", "data:", "blob:")):
            outside.append(route.request.url)
            route.abort()
        else:
            route.continue_()

    def note(message: ConsoleMessage) -> None:
        if message.type == "error":
            take(message.text)

    def take(text: str) -> None:
        if not any(known in text for known in BROKEN_OFF):
            errors.append(text)

    def open_page(
        url: str,
        beside: Page | None = None,
        width: int = 1200,
        height: int = 900,
        dark: bool = False,
    ) -> Page:
        context = (
            beside.context
            if beside
            else chromium.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if dark else "light",
            )
        )
        contexts.append(context)
        page = context.new_page()
        page.route("**/*", guard)
        page.on("console", note)
        page.on("pageerror", lambda error: take(f"{error}\n{error.stack}"))
        page.goto(url)
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert outside == []
    assert errors == [], "\n".join(errors)


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pictures go: the folder given by --screenshots, else a temporary one."""
    chosen = request.config.getoption("--screenshots")
    folder = Path(chosen) if chosen else tmp_path_factory.mktemp("screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
