"""Serves the page: FastAPI with Gradio mounted on it."""

import asyncio
import contextlib
import gc
import secrets
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import gradio as gr
import uvicorn
from fastapi import FastAPI
from gradio import queueing

from interviewer import logs, weights
from interviewer.accounts import Accounts
from interviewer.errors import InterviewerError, SettingsError
from interviewer.identity import Identity
from interviewer.rates import Rates
from interviewer.runtime import Runtime, open_runtime
from interviewer.settings import Settings
from interviewer.ui.guard import MOST_UPLOADED, Guard
from interviewer.ui.health import add_health
from interviewer.ui.page import Page
from interviewer.ui.signin import add_sign_in
from interviewer.ui.visitor import Visitors

_LOG = logs.log(__name__)

MOST_AT_ONCE = 500
"""Events that run at once. Gradio's own limit of 40 holds for asynchronous ones too."""


def make_app(runtime: Runtime) -> FastAPI:
    """The web application for this engine."""
    settings, rates = runtime.settings, Rates(runtime.settings.rate)
    # In the database, so that replicas know each other's candidates.
    identity = Identity(runtime.store.secret("cookies", secrets.token_urlsafe(32)))
    accounts = Accounts(settings.password_file) if settings.password_file else None
    if accounts is not None:
        accounts.names()  # a file that can't be used is told now, not to the first user
    demo = Page(runtime, Visitors(runtime.store), rates).build()
    queueing.traceback = _Quietly  # type: ignore[assignment, attr-defined]
    demo.queue(default_concurrency_limit=None)
    # mount_gradio_app has no argument for this.
    demo.max_threads = MOST_AT_ONCE
    demo._queue.max_thread_count = MOST_AT_ONCE
    # After each event Gradio would sum up the last 10,000 for a dashboard that is not here.
    demo._queue.ANAYLTICS_CACHE_FREQUENCY = sys.maxsize
    demo._queue.ANALYTICS_MAX_EVENTS = 1

    @contextlib.asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        preparing = asyncio.create_task(_prepare(runtime))
        try:
            yield
        finally:
            preparing.cancel()
            await runtime.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _add_gauges(runtime)
    add_health(app, runtime)
    if accounts is not None:
        add_sign_in(app, identity, accounts, rates, runtime.metrics)
    app.add_middleware(
        Guard,
        settings=settings,
        identity=identity,
        accounts=accounts,
        rates=rates,
        metrics=runtime.metrics,
    )
    gr.mount_gradio_app(
        app,
        demo,
        path="/",
        footer_links=[],
        run_history=False,
        enable_monitoring=False,
        max_file_size=MOST_UPLOADED,
        show_error=False,
        ssr_mode=False,
        theme=_theme(),
        css_paths=Path(__file__).with_name("style.css"),
    )
    return app


class _Quietly:
    """In place of ``traceback`` in Gradio's queue, which prints the values that it choked on."""

    @staticmethod
    def print_exc() -> None:
        """Logs what failed, and where, without its message."""
        _LOG.error("an event failed", exc_info=True)


def _add_gauges(runtime: Runtime) -> None:
    service, metrics = runtime.service, runtime.metrics
    metrics.gauge("replies_under_way", "Replies being made", lambda: service.at_work()[0])
    metrics.gauge("interviews_being_graded", "Queue of the judge", lambda: service.at_work()[1])


def _theme() -> gr.themes.Base:
    """Gradio's plain theme with the reader's own fonts: nothing is fetched from outside."""
    fonts = ["system-ui", "sans-serif"]
    mono = ["ui-monospace", "monospace"]
    # Darker than the theme's own blue: white on it has a contrast of 6.7 to 1.
    return gr.themes.Soft(primary_hue="blue", font=fonts, font_mono=mono).set(
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_background_fill_hover_dark="*primary_800",
        checkbox_label_background_fill_selected="*primary_700",
        checkbox_label_background_fill_selected_dark="*primary_700",
        checkbox_label_text_color_selected="white",
        checkbox_label_text_color_selected_dark="white",
        # What can be pressed or typed in has an edge; white on white shows none.
        input_border_width="1px",
        input_border_color="*neutral_400",
        checkbox_label_border_width="1px",
        checkbox_label_border_color="*neutral_300",
        button_border_width="1px",
        button_secondary_border_color="*neutral_300",
        # The theme's own has a contrast of 3.7 to 1 below its white text.
        button_secondary_background_fill_hover_dark="*primary_700",
        block_label_text_color="*primary_700",
        block_label_text_color_dark="*neutral_50",
        block_label_background_fill_dark="*neutral_700",
        block_title_text_color="*primary_700",
        block_title_text_color_dark="*neutral_50",
        block_title_background_fill_dark="*neutral_700",
    )


async def _prepare(runtime: Runtime) -> None:
    """Readies the model before the first answer needs it."""
    try:
        await runtime.model.ready()
    except InterviewerError as error:
        runtime.preparation.fail(str(error))
        _LOG.error("the model is not ready: %s", error)
    else:
        _LOG.info("the model is ready")


class _Server(uvicorn.Server):
    """Stops in order: no new turn, the replies under way, then the connections."""

    def __init__(self, config: uvicorn.Config, runtime: Runtime) -> None:
        super().__init__(config)
        self._runtime = runtime

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """See uvicorn. Each page holds a connection open, so these are not waited for."""
        replies, _ = self._runtime.service.at_work()
        _LOG.info("stopping", extra=logs.fields(replies=replies))
        draining = asyncio.create_task(self._runtime.service.drain(self._runtime.settings.grace))
        while not draining.done() and not self.force_exit:
            await asyncio.wait([draining], timeout=0.1)
        draining.cancel()
        await super().shutdown(sockets)
        _LOG.info("stopped")


def _listening(settings: Settings) -> socket.socket:
    """The page's socket; SettingsError where something else listens there already."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server(
            (settings.host, settings.port), family=family, backlog=2048, reuse_port=False
        )
    except OSError as error:
        raise SettingsError(
            f"http://{settings.host}:{settings.port} can't be served ({error}); if this program "
            "runs already, open that address, else choose another INTERVIEWER_PORT"
        ) from error


def serve(settings: Settings) -> None:
    """Opens the page and serves it until stopped."""
    logs.set_up(settings.log)
    with _listening(settings) as listening, weights.terminal_progress() as progress:
        runtime = open_runtime(settings, progress=progress)
        app = make_app(runtime)
        # What is there for good need not be looked through again and again (0.3 s each time).
        gc.collect()
        gc.freeze()
        print(f"Mock interviewer: http://{settings.host}:{settings.port}", flush=True)
        print(f"Model: {runtime.model.label}", flush=True)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            # Whom a proxy's headers are believed from is decided here, not by uvicorn.
            proxy_headers=False,
            timeout_graceful_shutdown=1,
        )
        with contextlib.suppress(KeyboardInterrupt):
            _Server(config, runtime).run([listening])
