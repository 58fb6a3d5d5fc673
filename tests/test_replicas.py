"""Several programs on one database: one does the work, and another goes on when it dies."""

import asyncio
import os
import socket
import subprocess
import sys

import pytest

from interviewer import interview, leases
from interviewer.errors import InterviewNotFound
from interviewer.interview import InterviewService
from interviewer.leases import HELD_FOR, Lease, is_dead, this_process
from interviewer.session import Plan
from interviewer.store import Store
from tests.doubles import STRONG, THIN, ScriptedModel, settled

PLAN = Plan(areas=("story",), question_ids=("failure",), most_probes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'interviews.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def replicas(database_url):
    """Two programs' stores on one database."""
    stores = [Store(database_url, name) for name in ("one", "two")]
    for store in stores:
        store.open()
    yield stores
    for store in stores:
        store.close()


@pytest.fixture
def interview_id(replicas, turn):
    return replicas[0].create(PLAN, turn(1, "question"))


# --- Leases ------------------------------------------------------------------------------


def test_a_lease_has_one_holder(replicas, interview_id):
    one, two = (store.leases for store in replicas)
    assert one.claim(interview_id, "reply") is None
    assert two.claim(interview_id, "reply") == Lease("", "")
    assert two.claim(interview_id, "grade") is None  # other work
    assert one.claim(interview_id, "reply") is None  # still its own
    assert one.renew(interview_id, "reply", "When did", "slow")
    assert not two.renew(interview_id, "reply")
    assert two.claim(interview_id, "reply") == Lease("When did", "slow")
    two.release(interview_id, "reply")  # isn't its own
    assert two.claim(interview_id, "reply") == Lease("When did", "slow")
    one.release(interview_id, "reply")
    assert two.claim(interview_id, "reply") is None
    one.revoke(interview_id, "reply")
    assert not two.renew(interview_id, "reply")


@pytest.mark.parametrize("moved", [HELD_FOR + 1, 86_400, -86_400])
def test_a_lease_runs_out_also_by_a_clock_that_moved(replicas, interview_id, monkeypatch, moved):
    one, two = (store.leases for store in replicas)
    assert one.claim(interview_id, "reply") is None
    really = leases.Leases._now
    monkeypatch.setattr(leases.Leases, "_now", lambda self: really(self) + moved)
    assert two.claim(interview_id, "reply") is None
    assert not one.renew(interview_id, "reply")


def test_a_lease_of_an_interview_that_is_gone(replicas, interview_id):
    one = replicas[0].leases
    with pytest.raises(InterviewNotFound):
        one.claim("nonsense", "reply")
    assert one.claim(interview_id, "reply") is None
    replicas[1].delete(interview_id)
    assert not one.renew(interview_id, "reply")


def test_a_process_of_this_machine_that_ended_holds_nothing(replicas, interview_id, database_url):
    dead = subprocess.Popen([sys.executable, "-c", ""])
    dead.wait()
    name = this_process("x").replace(str(os.getpid()), str(dead.pid))
    assert is_dead(name)
    gone = Store(database_url, name)
    gone.open()
    assert gone.leases.claim(interview_id, "reply") is None
    gone.close()
    assert replicas[0].leases.claim(interview_id, "reply") is None
    for alive in (this_process("x"), f"1 x {socket.gethostname()}", f"{dead.pid} x elsewhere", "?"):
        assert not is_dead(alive)


def test_one_secret_for_all(replicas):
    said = [store.secret("browser", f"offered {n}") for n, store in enumerate(replicas)]
    assert said[0] == said[1]


# --- Work --------------------------------------------------------------------------------


@pytest.fixture
async def services(replicas, content, monkeypatch):
    """Two programs; each has a model of its own, and they look at each other often."""
    for module, name in ((interview, "RENEW_EVERY"), (interview, "LOOK_EVERY")):
        monkeypatch.setattr(module, name, 0.02)
    models = [ScriptedModel(), ScriptedModel()]
    made = [
        InterviewService(content, model, store, patience=0)
        for model, store in zip(models, replicas, strict=True)
    ]
    yield made
    for service in made:
        await service.close()


def _kinds(view):
    return [turn.kind for turn in view.interview.turns]


async def test_two_programs_make_one_reply_and_each_grade_once(services):
    one, two = services
    interview_id = one.start("story", question_ids=["failure"])
    # It leaves a gap, which the model puts into words; a pushback comes from a file.
    one.answer(interview_id, THIN, 1)
    views = await asyncio.gather(*(settled(it, interview_id) for it in (two, one, two)))
    assert {tuple(_kinds(view)) for view in views} == {("question", "answer", "probe")}
    assert {(view.graded, view.to_grade, view.problem) for view in views} == {(6, 6, "")}
    assert len(one.model.phrased) + len(two.model.phrased) == 1
    asked = [str(messages) for it in services for messages in it.model.asked]
    assert len(asked) == len(set(asked))


class _Stopping(ScriptedModel):
    """Stops in the middle of a reply until ``go``."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()

    async def stream(self, messages, most_tokens, temperature):
        async for piece in super().stream(messages, most_tokens, temperature):
            yield piece
            if len(self.phrased) == 1 and not piece[-2].isalpha():
                await self.go.wait()


async def test_another_program_sees_her_type_and_goes_on_with_it(replicas, services, content):
    two = services[1]
    model = _Stopping()
    one = InterviewService(content, model, replicas[0])
    interview_id = one.start("story", question_ids=["failure"])
    one.answer(interview_id, "We shipped it late.", 1)
    seen = set()
    async with asyncio.timeout(10):
        async for view in two.follow(interview_id, every=0):
            seen.add(view.doing)
            if view.draft:
                typed = view.draft
                model.go.set()
    assert seen == {"thinking", "replying", ""}
    assert view.interview.turns[-1].text.startswith(typed)
    assert two.model.phrased == []
    two.answer(interview_id, "In May, in the export team, and I led it.", 3)
    assert _kinds(await settled(two, interview_id))[2:4] == ["probe", "answer"]
    assert _kinds(one.view(interview_id)) == _kinds(two.view(interview_id))
    await one.close()


async def test_another_program_takes_over_when_one_dies(services, replicas, monkeypatch):
    one, two = services
    one.model.held.clear()
    interview_id = one.start("story", question_ids=["failure"])
    one.answer(interview_id, STRONG, 1)
    watching = asyncio.create_task(settled(two, interview_id))
    while not one.model.at_work:
        await asyncio.sleep(0)
    # From here on it is as good as dead: it tells nothing, and its clock ran out.
    monkeypatch.setattr(replicas[0].leases, "renew", lambda *_: True)
    really = leases.Leases._now
    monkeypatch.setattr(leases.Leases, "_now", lambda self: really(self) + HELD_FOR + 1)
    view = await watching
    assert _kinds(view) == ["question", "answer", "probe"]
    assert view.graded == view.to_grade == 6
    # It wakes up again, with a turn that came too late.
    one.model.held.set()
    view = await settled(one, interview_id)
    assert _kinds(view) == ["question", "answer", "probe"]
    assert view.problem == ""


async def test_work_that_another_took_over_stops(services, replicas):
    one = services[0]
    one.model.held.clear()
    interview_id = one.start("story", question_ids=["failure"])
    one.answer(interview_id, STRONG, 1)
    while not one.model.at_work:
        await asyncio.sleep(0)
    for work in ("reply", "grade"):
        one._store.leases.revoke(interview_id, work)
        assert replicas[1].leases.claim(interview_id, work) is None
    async with asyncio.timeout(20):
        while one.at_work() != (0, 0):
            await asyncio.sleep(0.01)
    assert not one.model.at_work
    for work in ("reply", "grade"):
        replicas[1].leases.release(interview_id, work)
    one.model.held.set()
    assert _kinds(await settled(one, interview_id)) == ["question", "answer", "probe"]


async def test_the_end_in_one_program_drops_the_reply_of_another(services):
    one, two = services
    one.model.held.clear()
    interview_id = one.start("story", question_ids=["failure"])
    one.answer(interview_id, STRONG, 1)
    while not one.model.at_work:
        await asyncio.sleep(0)
    two.finish(interview_id)
    one.model.held.set()
    views = [await settled(service, interview_id) for service in (one, two)]
    assert {tuple(_kinds(view)) for view in views} == {("question", "answer", "closing")}
    assert {(view.graded, view.problem) for view in views} == {(6, "")}


async def test_a_problem_of_one_program_is_seen_in_the_other(services):
    one, two = services
    one._patience = 5
    one.model.failures = -1
    interview_id = one.start("story", question_ids=["failure"])
    one.answer(interview_id, STRONG, 1)
    async with asyncio.timeout(10):
        async for view in two.follow(interview_id, every=0):
            if view.problem:
                break
    assert "check that it runs" in view.problem
