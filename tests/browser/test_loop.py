"""Two rounds, the debrief, an answer given again, and the history: a candidate's second evening.

The interviewer's judge is a stand-in here: the course is what is looked at, not the grades.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Program
from tests.browser.talk import assert_accessible, assert_fits, begin, send, set_colours
from tests.doubles import FakeEndpoint, completion, events, top

pytestmark = pytest.mark.browser

STORY = (
    "In May 2023 I moved the ranking service to a new model because the old one was slow. "
    "The latency fell from 90 to 40 milliseconds against the old service."
)


def judge(handler: Any) -> None:
    """Yes to every check; the same phrasing to every probe."""
    if handler.server.requests[-1].body.get("stream"):
        events("And what did you do there yourself?")(handler)
    else:
        completion("Yes", top(Yes=-0.1, No=-3.0))(handler)


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeEndpoint]:
    server = FakeEndpoint(judge)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def site(shared_program: Callable[..., Program], endpoint: FakeEndpoint) -> Program:
    """Each visitor is new."""
    return shared_program(INTERVIEWER_BASE_URL=f"{endpoint.url}/v1", INTERVIEWER_MODEL="stand-in")


def hold_round(page: Page) -> None:
    """Answers once and ends the round."""
    page.locator("#go-on").click()
    expect(page.locator("#answer textarea")).to_be_visible()
    send(page, STORY)
    page.locator("#end").click()


def look(page: Page) -> None:
    """Sound for who can't see it, by day and by night, and on a narrow screen."""
    assert_accessible(page)
    set_colours(page, dark=True)
    assert_accessible(page)
    set_colours(page, dark=False)
    page.set_viewport_size({"width": 390, "height": 844})
    assert_fits(page)
    page.set_viewport_size({"width": 1200, "height": 900})


def test_an_evening_of_two_rounds(
    site: Program, visit: Callable[..., Page], tmp_path: Path
) -> None:
    page = visit(site.url)
    page.get_by_text("A stage, or the whole loop").click()
    page.get_by_text("Phone screens:").click()
    page.locator("#start").click()
    expect(page.locator("#loop")).to_contain_text("Next: Phone screen 1")
    expect(page.locator("#loop")).to_contain_text("Tomás Rivera")
    look(page)
    page.reload()
    expect(page.locator("#loop")).to_contain_text("Next: Phone screen 1")
    hold_round(page)
    expect(page.locator("#loop")).to_contain_text("Next: Phone screen 2", timeout=60_000)
    page.locator("#leave-loop").click()
    expect(page.locator("#continue")).to_contain_text("Phone screens")
    page.locator("#continue").click()
    hold_round(page)
    expect(page.locator("#loop")).to_contain_text("The debrief: Phone screens", timeout=60_000)
    expect(page.locator("#status")).to_contain_text("2 of 2 rounds are graded", timeout=60_000)
    look(page)
    with page.expect_download() as download:
        page.locator("#loop-pdf").click()
    download.value.save_as(tmp_path / "loop.pdf")
    text = " ".join(one.extract_text() for one in pypdf.PdfReader(tmp_path / "loop.pdf").pages)
    assert "Debrief: Phone screens" in text
    page.locator("#read-round").click()
    expect(page.locator("#report h2").first).to_be_visible()
    look(page)
    page.locator("#answer-again-button").click()
    expect(page.locator("#answer textarea")).to_be_visible()
    send(page, "I did it.")
    if page.locator("#end").is_visible():
        page.locator("#end").click()
    expect(page.locator("#report")).to_contain_text("The same question again", timeout=60_000)
    look(page)
    page.locator("#again").click()
    expect(page.locator("#report")).not_to_contain_text("The same question again")
    page.locator("#again").click()
    expect(page.locator("#loop")).to_contain_text("The debrief: Phone screens")
    page.locator("#leave-loop").click()
    page.locator("#history").click()
    expect(page.locator("#entries")).to_contain_text("2 of 2")
    expect(page.locator("#proposal")).to_contain_text("Next practice")
    page.locator("#search textarea, #search input").fill("milliseconds")
    expect(page.locator("#entries")).to_contain_text("1 of 2")
    look(page)
    page.get_by_text("Take along or bring back").click()
    with page.expect_download() as download:
        page.locator("#export-json").click()
    download.value.save_as(tmp_path / "all.json")
    page.locator("#entries input[type=radio]").first.check()
    page.locator("#delete-entry").click()
    expect(page.locator("#named")).to_contain_text("Phone screens")
    page.locator("#really-delete").click()
    expect(page.locator("#entries")).to_contain_text("0 of 0")
    page.locator("#import input[type=file]").set_input_files(tmp_path / "all.json")
    expect(page.locator("#imported")).to_contain_text("4 new")
    expect(page.locator("#entries")).to_contain_text("2 of 2")


def test_another_browser_sees_no_history(site: Program, visit: Callable[..., Page]) -> None:
    ann, bob = visit(site.url), visit(site.url)
    begin(ann)
    ann.reload()
    expect(ann.locator("#chat [data-testid=bot]")).to_have_count(1)
    bob.locator("#history").click()
    expect(bob.locator("#entries")).to_contain_text("0 of 0")


def test_an_interview_is_left_with_its_unsent_text(
    site: Program, visit: Callable[..., Page]
) -> None:
    page = visit(site.url)
    box = page.locator("#answer textarea")
    begin(page)
    box.press_sequentially("half an ans")
    page.locator("#leave").click()
    expect(page.locator("#continue")).to_be_visible()
    expect(box).to_be_hidden()
    page.locator("#start").click()
    expect(box).to_be_visible()
    expect(box).to_have_value("")
    box.press_sequentially("another")
    page.reload()
    expect(box).to_have_value("another")
    page.locator("#leave").click()
    page.locator("#history").click()
    page.locator("#entries input[type=radio]").last.check()
    page.locator("#open-entry").click()
    expect(box).to_have_value("half an ans")


def test_an_argument_stays_until_it_is_judged(site: Program, visit: Callable[..., Page]) -> None:
    page = visit(site.url)
    begin(page)
    send(page, STORY)
    expect(page.locator("#status")).to_contain_text("Your turn", timeout=60_000)
    page.locator("#end").click()
    expect(page.locator("#report h2").first).to_be_visible(timeout=60_000)
    page.get_by_text("Disagree with a finding").click()
    argument = page.locator("#dispute-argument textarea")
    argument.fill("x" * 2_001)
    page.locator("#dispute").click()
    expect(page.get_by_text("Choose first which finding")).to_be_visible()
    page.locator("#dispute-finding input").click()
    page.get_by_role("option").first.click()
    page.locator("#dispute").click()
    expect(page.get_by_text("at most 2,000 are read")).to_be_visible()
    expect(argument).to_have_value("x" * 2_001)
    argument.fill("It fell from 90 to 40 milliseconds.")
    page.locator("#dispute").click()
    expect(page.locator("#report")).to_contain_text("What you disagreed with", timeout=60_000)
    expect(argument).to_have_value("")
    expect(page.locator("#dispute-finding input")).to_have_value("")
    argument.fill("Of this report only.")
    page.locator("#again").click()
    page.locator("#history").click()
    page.locator("#entries input[type=radio]").first.check()
    page.locator("#open-entry").click()
    expect(page.locator("#report h2").first).to_be_visible(timeout=60_000)
    if not argument.is_visible():
        page.get_by_text("Disagree with a finding").click()
    expect(argument).to_have_value("")


# Pasted the moment the box is there.
_PASTE_AT_ONCE = """() => new MutationObserver((_, observer) => {
  const box = document.querySelector('#dispute-argument textarea');
  if (!box) return;
  observer.disconnect();
  box.value = 'pasted';
  box.dispatchEvent(new Event('input', {bubbles: true}));
}).observe(document.body, {childList: true, subtree: true})"""


def test_an_argument_pasted_at_once_stays(site: Program, visit: Callable[..., Page]) -> None:
    page = visit(site.url)
    begin(page)
    send(page, STORY)
    expect(page.locator("#status")).to_contain_text("Your turn", timeout=60_000)
    page.evaluate(_PASTE_AT_ONCE)
    page.locator("#end").click()
    expect(page.locator("#report h2").first).to_be_visible(timeout=60_000)
    page.get_by_text("Disagree with a finding").click()
    # It was overwritten once the page came to rest; a refused click waits for that.
    page.locator("#dispute").click()
    expect(page.get_by_text("Choose first which finding")).to_be_visible()
    expect(page.locator("#dispute-argument textarea")).to_have_value("pasted")
