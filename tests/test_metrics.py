"""What is counted of an interview, and stopping in order."""

import asyncio

import pytest

from interviewer.errors import AnswerRejected
from interviewer.interview import InterviewService
from interviewer.metrics import Metrics
from tests.doubles import STRONG, ScriptedModel


def _value(metrics: Metrics, line: str) -> float:
    found = [one for one in metrics.text().decode().splitlines() if one.startswith(line + " ")]
    return float(found[0].rpartition(" ")[2]) if found else 0.0


async def test_an_interview_is_counted(content, store):
    metrics = Metrics()
    service = InterviewService(content, ScriptedModel(), store, metrics=metrics)
    one = service.start("story", 1)
    service.answer(one, "In May our exporter broke and I fixed it myself.", 1)
    await service.settled(one)
    assert _value(metrics, 'interviewer_turns_total{speaker="candidate"}') == 1
    assert _value(metrics, 'interviewer_turns_total{speaker="interviewer"}') == 2
    assert _value(metrics, "interviewer_reply_seconds_count") == 1
    assert _value(metrics, "interviewer_first_token_seconds_count") == 1
    assert _value(metrics, 'interviewer_grades_total{observed="yes"}') > 0
    assert "exporter" not in metrics.text().decode()


async def test_a_failure_is_counted_by_its_kind(content, store):
    metrics = Metrics()
    model = ScriptedModel(failures=-1)
    service = InterviewService(content, model, store, patience=0, metrics=metrics)
    one = service.start("story", 1)
    service.answer(one, STRONG, 1)
    await service.settled(one)
    assert _value(metrics, 'interviewer_failures_total{error="ModelUnavailable"}') > 0


async def test_stopping_lets_the_reply_under_way_end_and_takes_no_other(content, store):
    model = ScriptedModel()
    service = InterviewService(content, model, store)
    one, other = service.start("story", 1), service.start("story", 1)
    model.held.clear()
    service.answer(one, STRONG, 1)
    await asyncio.sleep(0.01)
    draining = asyncio.create_task(service.drain(grace=5))
    await asyncio.sleep(0.01)
    with pytest.raises(AnswerRejected, match="send it again once the page is back"):
        service.answer(other, STRONG, 1)
    with pytest.raises(AnswerRejected):
        service.start("story", 1)
    model.held.set()
    await draining
    assert [turn.speaker for turn in store.load(one).turns] == [
        "interviewer",
        "candidate",
        "interviewer",
    ]
    assert service.at_work() == (0, 0)
    await service.close()


async def test_a_reply_that_takes_longer_than_the_grace_is_left_to_the_next_start(content, store):
    model = ScriptedModel()
    service = InterviewService(content, model, store)
    one = service.start("story", 1)
    model.held.clear()
    service.answer(one, STRONG, 1)
    await asyncio.sleep(0.01)
    await service.drain(grace=0.01)
    await service.close()
    model.held.set()
    again = InterviewService(content, model, store)
    assert len((await again.settled(one)).interview.turns) == 3
