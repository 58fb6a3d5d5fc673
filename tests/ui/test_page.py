"""What the page's handlers tell a tab."""

import asyncio
import re

import gradio as gr
import pytest

from interviewer.process import Choice
from tests.doubles import STRONG, THIN
from tests.ui.conftest import ANN

LOOP = Choice(scope="loop", role="applied", level="L5", focus="general")


async def test_dollars_in_an_answer_are_no_formula(tab):
    assert tab.page._chat._chat.latex_delimiters == []


async def test_nothing_that_a_tab_holds_is_the_servers(tab):
    """A server that is started anew would not know it."""
    assert [one for one in tab.blocks.blocks.values() if getattr(one, "stateful", False)] == []
    assert tab.page._editor.holds in tab.page._editor.hidden()


# --- A dispute ---------------------------------------------------------------------------


@pytest.fixture
async def place(tab):
    """Of a report whose number was not shown."""
    begun = tab.runtime.service.start("story", question_ids=["failure"], owner=ANN)
    return f"report:{await tab.hold(begun, THIN)}"


@pytest.mark.parametrize(
    ("finding", "argument", "said"),
    [
        ("failure:number", " ", "Say first which of your words show it"),
        (None, "I did say it.", "Choose first which finding"),
    ],
)
async def test_a_refused_dispute_leaves_what_was_typed(tab, place, finding, argument, said):
    report = tab.page._report
    with pytest.warns(UserWarning, match=said):
        told = await tab.page._on_dispute(tab.request, place, finding, argument)
    assert told == {report.argument: gr.skip()}
    shown = await tab.tail(place)
    assert report.argument not in shown
    assert "value" not in shown[report.finding]
    assert "failure:number" in [one for _, one in shown[report.finding]["choices"]]


async def test_a_dispute_that_was_judged_leaves_room_for_the_next(tab, place, capsys):
    report = tab.page._report
    told = await tab.page._on_dispute(tab.request, place, "failure:number", "I said how much.")
    assert re.search(
        "First judged not shown .*; judged again (not )?shown", capsys.readouterr().out
    )
    assert told[report.argument] == ""
    assert told[report.finding]["value"] is None
    assert "I said how much." in told[report._report]
    # The question that is to be answered again stays as it was chosen.
    assert report.question not in told


# --- A loop whose grading stands still ---------------------------------------------------


@pytest.fixture
async def loop_place(tab, model):
    """Of a loop whose first round could not be graded."""
    loop = tab.runtime.process.begin(LOOP, ANN)
    first = tab.runtime.process.next_round(loop.id, ANN)
    service = tab.runtime.service
    model.failures = -1
    service.answer(first, STRONG, 1)
    await service.settled(first)
    service.finish(first)
    return f"loop:{loop.id}"


async def test_a_loop_that_stands_still_says_why_and_waits(tab, model, loop_place):
    async with asyncio.timeout(10):
        told = await tab.tail(loop_place)
    assert "It doesn&#x27;t go on" in told[tab.page._chat._status]
    assert "scripted can&#x27;t be reached" in told[tab.page._chat._status]
    assert told[tab.page._chat._retry]["visible"]
    asked = len(model.asked)
    await asyncio.sleep(1.2)
    assert len(model.asked) == asked


async def test_a_loop_goes_on_when_it_is_tried_again(tab, model, loop_place):
    async with asyncio.timeout(10):
        await tab.tail(loop_place)
        model.failures = 0
        told = await tab.tail(loop_place)
    assert "1 of 2 rounds are graded" in told[tab.page._chat._status]
    assert "problem" not in told[tab.page._chat._status]
    assert not told[tab.page._chat._retry]["visible"]


# --- Leaving, and what was typed ---------------------------------------------------------


def _events_of(tab, component, event="click"):
    return [one for one in tab.blocks.fns.values() if (component._id, event) in one.targets]


async def test_an_interview_can_be_left_and_gone_on_with(tab):
    page = tab.page
    begun = tab.runtime.service.start("story", question_ids=["failure"], owner=ANN)
    assert (await tab.tail(f"interview:{begun}"))[page._chat._entry]["visible"]
    (left,) = [one for one in _events_of(tab, page._chat.leave) if one.fn]
    assert left.fn == page._on_leave
    gone_on = (await tab.tail(await page._on_leave()))[page._start.go_on]
    assert gone_on["visible"]
    assert await page._on_continue(tab.request) == f"interview:{begun}"


async def test_an_unsent_text_belongs_to_its_place(tab):
    place, box = tab.page._place, tab.page._chat._answer
    about_drafts = [one for one in tab.blocks.fns.values() if "'interviewer-draft" in str(one.js)]
    assert len(about_drafts) == 3  # the page comes, the place changes, an answer is sent
    assert all(place in one.inputs for one in about_drafts)
    assert [one.outputs for one in _events_of(tab, place, "change")] == [[box]]
