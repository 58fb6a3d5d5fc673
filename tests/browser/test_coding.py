"""A coding round on the page: the real box, the real program, a real browser.

The model is a stand-in at the other end of the wire that says no to everything: what is tried
here is the editor, and a real one would grade for minutes.
"""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from interviewer.cpp import COMPILER
from tests.browser.conftest import Program
from tests.browser.talk import (
    REPLY_MS,
    answer,
    assert_accessible,
    assert_fits,
    end,
    set_colours,
)
from tests.doubles import FakeEndpoint, completion, raw_stream, top

pytestmark = pytest.mark.browser

SLOW = """def discordant_pairs(first, second):
    place = {item: i for i, item in enumerate(second)}
    order = [place[item] for item in first]
    bad = 0
    for i in range(len(order)):
        for j in range(i):
            if order[j] > order[i]:
                bad += 1
    return bad
"""


CPP = """using namespace std;
long long discordant_pairs(vector<string> first, vector<string> second) {
    map<string, int> place;
    for (size_t i = 0; i < second.size(); ++i) place[second[i]] = i;
    long long bad = 0;
    for (size_t i = 0; i < first.size(); ++i)
        for (size_t j = 0; j < i; ++j)
            if (place[first[j]] > place[first[i]]) bad++;
    return bad;
}
"""


def held(page: Page) -> str:
    """The whole text in the editor, also the lines that are scrolled out of sight."""
    content = page.locator("#code .cm-content")
    return str(content.evaluate("el => el.cmTile.root.view.state.doc.toString()"))


def try_the_keys(page: Page) -> None:
    """Types as one does: the editor indents by four columns."""
    write(page, "")
    page.keyboard.type("def f(x):\nif x:\nreturn 1\nelse")
    assert held(page) == "def f(x):\n    if x:\n        return 1\n    else"
    for key in ("Shift+Tab", "Home", "Tab", "Tab", "Shift+Tab", "Backspace", "Tab"):
        page.keyboard.press(key)
    assert held(page).endswith("\n    else")
    page.keyboard.press("Control+A")
    page.keyboard.press("Tab")
    assert held(page).startswith("    def f(x):\n        if x:")
    page.keyboard.press("Escape")
    page.keyboard.press("Tab")
    expect(page.locator("#code .cm-content")).not_to_be_focused()


def try_cpp(page: Page) -> None:
    """Chooses C++, writes it, meets the compiler, passes, comes back."""
    page.locator("#language").get_by_text("C++").click()
    expect(page.locator("#code .cm-content")).to_contain_text("long long discordant_pairs(")
    write(page, CPP.replace("bad++", "worse++"))
    page.locator("#run").click()
    expect(page.locator("#results")).to_contain_text("'worse' was not declared", timeout=REPLY_MS)
    write(page, CPP)
    page.locator("#run").click()
    expect(page.locator("#results .verdict")).to_contain_text("2 of 2", timeout=REPLY_MS)


def write(page: Page, text: str) -> None:
    """Puts code into the editor as a paste does."""
    editor = page.locator("#code .cm-content")
    editor.click()
    page.keyboard.press("Control+A")
    page.keyboard.press("Delete")
    page.keyboard.insert_text(text)


_PIECE = {
    "id": "1",
    "object": "chat.completion.chunk",
    "created": 1,
    "model": "stand-in",
    "choices": [{"index": 0, "delta": {"content": "No."}, "finish_reason": "stop"}],
}


def says_no(handler: Any) -> None:
    """No to every check, and no words for any question: the files' own are said."""
    if handler.server.requests[-1].body.get("stream"):
        raw_stream(f"data: {json.dumps(_PIECE)}\n\ndata: [DONE]\n\n")(handler)
    else:
        completion("No", top(No=-0.1, Yes=-3.0))(handler)


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    server = FakeEndpoint(says_no)
    yield server
    server.stop()


def test_a_whole_coding_round(
    endpoint: FakeEndpoint,
    program: Callable[..., Program],
    visit: Callable[..., Page],
    screenshots: Path,
) -> None:
    site = program(INTERVIEWER_BASE_URL=f"{endpoint.url}/v1", INTERVIEWER_MODEL="stand-in")
    page = visit(site.url, width=1400, height=1000)
    # In this order the list holds the area's questions by the time that it can be opened: Gradio's
    # dropdown fails in its own script where its choices change while it is open.
    page.locator("#area").get_by_text("Coding & Data Structures").click()
    page.locator("#what").get_by_text("One question").click()
    page.locator("#first input").click()
    page.get_by_role("option", name="Two rankers order").click()
    page.locator("#start").click()
    expect(page.locator("#task")).to_contain_text("Limits", timeout=REPLY_MS)
    expect(page.locator("#code .cm-content")).to_contain_text("def ")
    try_the_keys(page)
    if Path(COMPILER).exists():
        try_cpp(page)
        page.screenshot(path=screenshots / "coding_cpp.png")
        page.locator("#language").get_by_text("Python").click()
        expect(page.locator("#code .cm-content")).to_contain_text("def f(x)")
    else:
        expect(page.locator("#task")).to_contain_text("install g++")
    write(page, SLOW)
    page.locator("#run").click()
    expect(page.locator("#results .verdict")).to_contain_text("2 of 2", timeout=REPLY_MS)
    page.locator("#own textarea").fill("discordant_pairs(['a', 'b'], ['b', 'a'])")
    page.locator("#try").click()
    expect(page.locator("#results pre")).to_have_text("1", timeout=REPLY_MS)
    page.locator("#submit").click()
    expect(page.locator("#results")).to_contain_text("Submitted", timeout=REPLY_MS)
    expect(page.locator("#results .plot")).to_be_visible()
    expect(page.locator("#results .growth")).to_contain_text("n^2")
    assert "577" not in page.locator("#editor-view").inner_text(), "a hidden input is shown"
    # The editor's colours for words of the language are Gradio's own, and a shade too light.
    assert_accessible(page, leaving=".cm-line")
    page.screenshot(path=screenshots / "coding.png", full_page=True)
    set_colours(page, dark=True)
    page.screenshot(path=screenshots / "coding_dark.png", full_page=True)
    set_colours(page, dark=False)
    page.reload()
    expect(page.locator("#code .cm-content")).to_contain_text("return bad", timeout=REPLY_MS)
    expect(page.locator("#results .plot")).to_be_visible()
    asked = answer(
        page,
        "I look at every pair of places and count those in opposite order. It runs in O(n log n) "
        "time, and the map takes linear memory.",
    )
    assert "isn't what I see. Take line 6, “for j in range(i)”" in asked
    end(page)
    expect(page.locator("#report")).to_contain_text("Code: correctness, from the tests")
    expect(page.locator("#report")).to_contain_text("you claimed n log n")
    expect(page.locator("#report .code-report .plot")).to_be_visible()
    assert_accessible(page)
    page.locator("#report .code-report").scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "coding_report.png")
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
    page.locator("#report .code-report").scroll_into_view_if_needed()
    page.screenshot(path=screenshots / "coding_report_phone.png")
