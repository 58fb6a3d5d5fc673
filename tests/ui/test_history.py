"""The history: nothing is deleted that wasn't named."""

import gradio as gr
import pytest

from interviewer.errors import InterviewNotFound
from tests.doubles import STRONG
from tests.ui.conftest import ANN


@pytest.fixture
async def held(tab):
    """Two interviews, the older first."""
    start = tab.runtime.service.start
    return [
        await tab.hold(start("story", question_ids=[one], owner=ANN), STRONG)
        for one in ("failure", "conflict")
    ]


async def test_nothing_is_chosen_and_nothing_searched_for(tab, held):
    history = tab.page._history
    told = await tab.tail("history:")
    assert len(told[history.entry]["choices"]) == 2
    assert told[history.entry]["value"] is None
    assert told[history._search] == ""
    found = await history._on_search(tab.request, "exporter")
    assert found["value"] is None
    assert history._search in history.outputs


async def test_what_is_named_is_deleted_and_nothing_else(tab, held):
    history, (old, new) = tab.page._history, held
    really, named, doomed = await history._on_ask(tab.request, f"interview:{old}")
    assert really["visible"]
    (label,) = [
        one for one, place in history._entries(ANN, "")["choices"] if place == f"interview:{old}"
    ]
    assert label in named
    assert doomed == f"interview:{old}"
    assert not (await history._on_delete(tab.request, doomed))["visible"]
    assert [one.id for one in tab.runtime.query.history(ANN).entries] == [new]
    with pytest.raises(InterviewNotFound):
        tab.runtime.store.load(old)


async def test_a_second_delete_finds_nothing_chosen(tab, held):
    history = tab.page._history
    with pytest.warns(UserWarning, match="Choose first which interview is to be deleted"):
        really, named, doomed = await history._on_ask(tab.request, None)
    assert (really["visible"], named, doomed) == (False, gr.skip(), "")
    with pytest.warns(UserWarning, match="not"):
        await history._on_delete(tab.request, doomed)
    assert len(tab.runtime.query.history(ANN).entries) == 2


async def test_another_candidates_is_not_even_named(tab, held):
    theirs = tab.runtime.service.start("story", question_ids=["failure"], owner="bob")
    with pytest.warns(UserWarning, match="Choose first"):
        _, named, _ = await tab.page._history._on_ask(tab.request, f"interview:{theirs}")
    assert named == gr.skip()
