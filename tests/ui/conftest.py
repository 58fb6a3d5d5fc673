"""The page's views and handlers over a small rubric: no server, no browser."""

from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from interviewer.bench import Bench
from interviewer.codework import CodeWork
from interviewer.interview import InterviewService
from interviewer.metrics import Metrics
from interviewer.process_service import ProcessService
from interviewer.query import Query
from interviewer.rates import Rates
from interviewer.runtime import Preparation, Runtime
from interviewer.settings import from_environment
from interviewer.ui import start
from interviewer.ui.page import Page
from interviewer.ui.visitor import OWNER, Visitors
from tests.doubles import ScriptedModel, hold

ANN = "ann"


class Tab:
    """Ann's browser: the page's components, and what its events would tell it."""

    def __init__(self, runtime: Runtime) -> None:
        self.runtime = runtime
        self.page = Page(runtime, Visitors(runtime.store), Rates(0))
        self.blocks: gr.Blocks = self.page.build()
        scope = {OWNER: ANN}
        self.request: Any = SimpleNamespace(
            session_hash="tab", request=SimpleNamespace(scope=scope)
        )

    async def tail(self, place: str) -> dict[Any, Any]:
        """What is told by the time that nothing more is under way, by component."""
        told: dict[Any, Any] = {}
        async for shown in self.page._tail(self.request, place, ""):
            told |= shown
        return told

    async def hold(self, interview_id: str, *answers: str) -> str:
        """Gives the answers, ends the interview and lets everything be judged."""
        return await hold(self.runtime.service, interview_id, *answers)


@pytest.fixture
def model():
    return ScriptedModel()


@pytest.fixture
async def tab(content, store, model, monkeypatch, tmp_path):
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr(start, "DEFAULT_AREA", "story")
    monkeypatch.setattr(start, "DEFAULT_ROUND", "call")
    service = InterviewService(content, model, store, patience=0)
    query = Query(content, store, service.ungraded)
    made = Tab(
        Runtime(
            settings=from_environment(),
            content=content,
            model=model,
            preparation=Preparation(),
            metrics=Metrics(),
            store=store,
            editor=CodeWork(content, store, Bench.open([], tmp_path / "sandbox", off=True)),
            service=service,
            query=query,
            process=ProcessService(content, store, service, query),
            _embedded=None,
        )
    )
    yield made
    await service.close()
