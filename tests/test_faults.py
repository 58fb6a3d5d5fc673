"""An interview amid faults: what was said is stored, the fault is told, and it goes on later."""

import contextlib
import json
import resource
import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import anyio
import pytest

from interviewer import database
from interviewer.errors import StoreError
from interviewer.interview import InterviewService
from interviewer.llm import Endpoint, EndpointModel
from interviewer.pace import minutes
from interviewer.store import Store
from tests.doubles import (
    NOW,
    STRONG,
    WEAK,
    FakeEndpoint,
    Reply,
    ScriptedModel,
    body,
    completion,
    events,
    failure,
    hang,
    raw_stream,
    settled,
    top,
)

PROBE = "You were happy with it in the end, so by which figure did the outcome improve?"
TOO_LONG = json.dumps(
    {"error": {"code": 400, "message": "the request exceeds the available context size (512)"}}
)


def _well(handler) -> None:
    """No to every check, and a probe."""
    streamed = handler.server.requests[-1].body.get("stream")
    (
        events(*PROBE.replace(" ", " |").split("|"))
        if streamed
        else completion("No", top(No=-0.1, Yes=-3.0))
    )(handler)


def _in_its_speech(reply: Reply) -> Reply:
    """Fails where it speaks, and judges well."""

    def fail(handler) -> None:
        streamed = handler.server.requests[-1].body.get("stream")
        (reply if streamed else _well)(handler)

    return fail


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    server = FakeEndpoint(_well)
    yield server
    server.stop()


def _model(endpoint: FakeEndpoint) -> EndpointModel:
    async def find() -> Endpoint:
        return Endpoint(f"{endpoint.url}/v1", "m", "Small", "none")

    return EndpointModel("Small", find, timeout=0.5, retries=0)


# --- The endpoint ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (failure(503), "try again"),
        (failure(429, retry_after="7"), "wait a little"),
        (hang(2), "did not answer in time"),
        (_in_its_speech(hang(2)), "did not answer in time"),
        (_in_its_speech(events("When ", "your ", cut=True)), "broke off in the middle"),
        (body(200, "\x00\xff garbage"), "can't be read"),
        (body(200, '{"choices": [{"message": 5}]}'), "can't be read"),
        (body(400, TOO_LONG), "a longer context"),
    ],
    ids=["down", "busy", "slow", "slow speech", "cut", "garbage", "other shape", "too long"],
)
async def test_an_interview_outlives_its_endpoints_faults(content, store, endpoint, fault, said):
    service = InterviewService(content, _model(endpoint), store, patience=0)
    interview_id = service.start("story", question_ids=["failure"])
    endpoint.replies = [fault]
    service.answer(interview_id, WEAK, 1)
    view = await settled(service, interview_id)
    assert said in view.problem
    assert [turn.text for turn in store.load(interview_id).turns[1:]] == [WEAK]
    assert all(one.met is not None for one in view.interview.judgements), "no grade of a fault"
    endpoint.replies = [_well]
    view = await settled(service, interview_id)
    assert [turn.kind for turn in view.interview.turns] == ["question", "answer", "probe"]
    assert view.interview.turns[-1].text.endswith("?")
    assert (view.problem, view.draft, view.graded) == ("", "", view.to_grade)
    await service.close()
    await service.model.close()


def _but(word: str, judged: Reply, spoken: Reply) -> Reply:
    """Fails on what the candidate said with this word, and judges and speaks well else."""

    def answer(handler) -> None:
        sent = handler.server.requests[-1].body
        fails = spoken if sent.get("stream") else judged
        (fails if word in sent["messages"][-1]["content"] else _well)(handler)

    return answer


@pytest.mark.parametrize(
    ("judged", "spoken"),
    [
        (body(200, '{"choices": []}'), raw_stream('data: {"error": {"message": "no"}}\n\n')),
        (failure(400), failure(400)),
    ],
    ids=["no choices", "refused"],
)
async def test_one_sentence_that_the_endpoint_fails_on_stops_nothing(
    content, store, endpoint, judged, spoken
):
    service = InterviewService(content, _model(endpoint), store, patience=0)
    interview_id = service.start("story", question_ids=["failure"])
    endpoint.replies = [_but("happy", judged, spoken)]
    service.answer(interview_id, WEAK, 1)
    view = await settled(service, interview_id)
    assert [turn.kind for turn in view.interview.turns] == ["question", "answer", "probe"]
    assert (view.problem, view.graded) == ("", view.to_grade)
    met = [one.met for one in view.interview.judgements]
    assert any(one is not None for one in met)
    await service.close()
    await service.model.close()


@pytest.mark.parametrize(
    ("fault", "said"),
    [(body(200, '{"choices": []}'), "can't be read"), (failure(400), "refuses the request")],
    ids=["no choices", "refused"],
)
async def test_an_endpoint_that_fails_on_everything_later_is_told_of(
    content, store, endpoint, fault, said
):
    service = InterviewService(content, _model(endpoint), store, patience=0)
    assert await service.model.gives_probabilities()
    interview_id = service.start("story", question_ids=["failure"])
    endpoint.replies = [fault]
    service.answer(interview_id, WEAK, 1)
    view = await settled(service, interview_id)
    assert said in view.problem
    assert all(one.met is not None for one in view.interview.judgements), "no grade of a fault"
    await service.close()
    await service.model.close()


async def test_an_endpoint_is_given_the_time_that_it_asks_for(endpoint, monkeypatch):
    slept = []
    really = anyio.sleep

    async def sleep(delay: float) -> None:
        slept.append(delay)
        await really(0)

    monkeypatch.setattr(anyio, "sleep", sleep)
    endpoint.replies = [body(429, "{}", retry_after="7"), completion("Yes")]
    model = _model(endpoint)
    model._retries = 1
    assert await model.yes([{"role": "user", "content": "Well?"}]) == 1.0
    assert slept == [7]
    await model.close()


# --- The database ------------------------------------------------------------------------


async def test_a_locked_database_loses_no_answer(content, tmp_path, monkeypatch):
    monkeypatch.setattr(database, "BUSY_MS", 50)
    path = tmp_path / "x.db"
    store = Store(f"sqlite:///{path}")
    store.open()
    service = InterviewService(content, ScriptedModel(), store, patience=0)
    interview_id = service.start("story", question_ids=["failure"])
    other = sqlite3.connect(path)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="locked"):
        service.answer(interview_id, STRONG, 1)  # the page keeps the text in its box
    assert len(service.view(interview_id).interview.turns) == 1  # it can be read all the time
    other.rollback()
    service.answer(interview_id, STRONG, 1)
    other.execute("BEGIN IMMEDIATE")  # and locked again, while she replies
    view = await settled(service, interview_id)
    assert "locked" in view.problem
    other.rollback()
    other.close()
    view = await settled(service, interview_id)
    assert [turn.kind for turn in view.interview.turns] == ["question", "answer", "probe"]
    assert (view.problem, view.graded) == ("", 6)
    await service.close()
    store.close()


@contextlib.contextmanager
def _disk_full_at(size: int) -> Iterator[None]:
    """No file of this process grows beyond ``size`` bytes; holds for root as well."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def test_a_full_disk_loses_no_answer(content, store, tmp_path):
    service = InterviewService(content, ScriptedModel(), store, patience=0)
    interview_id = service.start("story", question_ids=["failure"])
    store._database.fold_log()
    log = Path(f"{tmp_path}/data/interviews.db-wal")
    with _disk_full_at(log.stat().st_size + 2048), pytest.raises(StoreError, match="has room"):
        service.answer(interview_id, STRONG * 40, 1)
    assert len(service.view(interview_id).interview.turns) == 1
    service.answer(interview_id, STRONG, 1)
    view = await settled(service, interview_id)
    assert [turn.text for turn in view.interview.turns][1] == STRONG
    assert (view.state.phase, view.problem, view.graded) == ("candidate", "", 6)
    await service.close()


# --- The clock ---------------------------------------------------------------------------


async def test_a_clock_that_is_moved_disturbs_nothing(content, store):
    """An hour back, a day forth, in the middle: the order holds, and no time is taken away."""
    jumps = iter([0, -60, 24 * 60, -600, 30, -5] * 10)
    clock = NOW

    def now():
        nonlocal clock
        clock += timedelta(minutes=next(jumps))
        return clock

    service = InterviewService(content, ScriptedModel(), store, now=now, patience=0)
    interview_id = service.start("story", question_ids=["failure", "conflict"])
    for _ in range(4):
        view = await settled(service, interview_id)
        service.answer(interview_id, STRONG, view.last_seq)
    service.finish(interview_id)
    view = await settled(service, interview_id)
    assert [turn.seq for turn in view.interview.turns] == list(range(1, view.last_seq + 1))
    assert minutes(view.interview.turns) >= 0
    assert view.graded == view.to_grade > 0
    await service.close()
