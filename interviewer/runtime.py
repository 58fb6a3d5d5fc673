"""Puts the engine together from the settings; the page and the shell share it."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from urllib.parse import urlsplit

from interviewer import weights
from interviewer.bench import Bench
from interviewer.codework import CodeWork
from interviewer.content import Content, load_content
from interviewer.embedded import REPACKED, EmbeddedServer
from interviewer.interview import InterviewService
from interviewer.llm import Endpoint, EndpointModel
from interviewer.metrics import Metrics
from interviewer.prefixes import KeptPrefixes
from interviewer.process_service import ProcessService
from interviewer.query import Query
from interviewer.settings import Settings
from interviewer.store import Store

EMBEDDED_LABEL = "Qwen2.5-Coder-1.5B, on this machine"


@dataclass
class Preparation:
    """How far the embedded model is, for whoever waits for it."""

    step: str = ""
    """What is being done, such as "fetching the model"; empty when nothing is."""
    done: int = 0
    """Bytes."""
    total: int = 0
    problem: str = ""
    """Why the model is not ready, and what to do."""

    def tell(self, step: str, done: int = 0, total: int = 0) -> None:
        """Takes a step's progress."""
        self.step, self.done, self.total, self.problem = step, done, total, ""

    def fail(self, problem: str) -> None:
        """Takes the reason why the model can't be readied."""
        self.step, self.problem = "", problem

    def __str__(self) -> str:
        if self.total:
            return f"{self.step}, {self.done / 1e6:,.0f} of {self.total / 1e6:,.0f} MB"
        return self.step


class EmbeddedModel:
    """Fetches the weights and starts the server on first use."""

    def __init__(self, cache_dir: Path, report: Callable[[str, int, int], None]) -> None:
        self._cache_dir = cache_dir
        self._report = report
        self.kept = KeptPrefixes(cache_dir / "prefixes", _edition())
        self._server: EmbeddedServer | None = None
        self._starting = asyncio.Lock()

    async def find(self) -> Endpoint:
        """The running server's endpoint; WeightsError when it can't be had."""
        async with self._starting:
            return await asyncio.to_thread(self._start)

    def _start(self) -> Endpoint:
        try:
            path = weights.fetch(self._cache_dir, progress=self._report)
            self._report("loading the model", 0, 0)
            if self._server is None:
                self._server = EmbeddedServer(path, prefixes=self.kept.open())
            found = self._server.start()
            return Endpoint(found.base_url, found.model, EMBEDDED_LABEL, found.api_key)
        finally:
            self._report("", 0, 0)

    def stop(self) -> None:
        """Stops the server, if it runs."""
        if self._server is not None:
            self._server.stop()


def _edition() -> str:
    """The weights, the engine and how it holds them: each reads a little differently."""
    try:
        engine = version("xllamacpp")
    except PackageNotFoundError:  # told when it is to be started
        engine = "none"
    return f"{weights.WEIGHTS.sha256[:12]}-{engine}{'' if REPACKED else '-plain'}"


@dataclass(frozen=True)
class Runtime:
    """The engine, ready to be driven."""

    settings: Settings
    content: Content
    model: EndpointModel
    preparation: Preparation
    metrics: Metrics
    store: Store
    editor: CodeWork
    service: InterviewService
    query: Query
    process: ProcessService
    _embedded: EmbeddedModel | None

    async def close(self) -> None:
        """Stops what runs; everything that matters is stored."""
        await self.service.close()
        await self.model.close()
        if self._embedded is not None:
            await asyncio.to_thread(self._embedded.stop)
        self.store.close()


def open_model(
    settings: Settings,
    report: Callable[[str, int, int], None],
    retries: int = 2,
    on_piece: Callable[[], object] = lambda: None,
) -> tuple[EndpointModel, EmbeddedModel | None]:
    """The model that the settings choose, and the embedded one if it is that."""
    if settings.base_url is None or settings.model is None:
        embedded = EmbeddedModel(settings.cache_dir, report)
        model = EndpointModel(
            EMBEDDED_LABEL, embedded.find, retries=retries, on_piece=on_piece, kept=embedded.kept
        )
        return model, embedded
    endpoint = Endpoint(
        base_url=settings.base_url,
        model=settings.model,
        label=f"{settings.model}, at {urlsplit(settings.base_url).netloc.rpartition('@')[2]}",
        api_key=settings.api_key or "none",
    )

    async def find() -> Endpoint:
        return endpoint

    return EndpointModel(endpoint.label, find, retries=retries, on_piece=on_piece), None


def open_runtime(
    settings: Settings, patience: float = 600.0, progress: weights.Progress | None = None
) -> Runtime:
    """Reads the content, opens the store, and readies the way to the model.

    Doesn't wait for the model; ``progress`` is told how far its file is. ContentError and
    StoreError say what to mend.
    """
    content = load_content(settings.rubrics_dir)
    store = Store(settings.database_url)
    store.open()
    preparation = Preparation()

    def report(step: str, done: int, total: int) -> None:
        preparation.tell(step, done, total)
        if progress is not None and total:
            progress(step, done, total)

    metrics = Metrics()
    model, embedded = open_model(settings, report, on_piece=metrics.token)
    editor = CodeWork(content, store, open_bench(settings))
    service = InterviewService(content, model, store, patience=patience, metrics=metrics)
    query = Query(content, store, service.ungraded)
    process = ProcessService(content, store, service, query)
    return Runtime(
        settings=settings,
        content=content,
        model=model,
        preparation=preparation,
        metrics=metrics,
        store=store,
        editor=editor,
        service=service,
        query=query,
        process=process,
        _embedded=embedded,
    )


def open_bench(settings: Settings) -> Bench:
    """Where candidates' code is run; it can't see the program's own folders."""
    own = Path(__file__).parent
    hidden = [own, own.parent, settings.data_dir, settings.cache_dir]
    return Bench.open(hidden, settings.cache_dir / "sandbox", off=not settings.run_code)
