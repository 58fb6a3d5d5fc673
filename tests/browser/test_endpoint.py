"""The page before an endpoint that is slow, down, and back again."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Program
from tests.browser.talk import answer, begin, said_by_interviewer, send, wait_for_turn
from tests.doubles import FakeEndpoint, completion, failure, top

pytestmark = pytest.mark.browser

STORY = "In May 2023 we moved the ranking service to a new model and it went live in a week."
PROBE = "When you moved the ranking service, which part of it was your own responsibility?"


GO_ON = threading.Event()
"""While it is cleared, a reply stops after its eighth word."""
JUDGE = threading.Event()
"""While it is cleared, no verdict comes."""


def interviewer(handler: Any) -> None:
    """No to every check; a probe in slow pieces."""
    if not handler.server.requests[-1].body.get("stream"):
        JUDGE.wait()
        completion("No", top(No=-0.1, Yes=-3.0))(handler)
        return
    handler.begin_stream()
    words = PROBE.split(" ")
    for position, word in enumerate(words):
        last = position == len(words) - 1
        delta = {"content": word + ("" if last else " ")}
        choice = {"index": 0, "delta": delta, "finish_reason": "stop" if last else None}
        event = {
            "id": "1",
            "object": "chat.completion.chunk",
            "created": 1,
            "model": "m",
            "choices": [choice],
        }
        handler.chunk(f"data: {json.dumps(event)}\n\n")
        time.sleep(0.1)
        if position == 7:
            GO_ON.wait()
    handler.chunk("data: [DONE]\n\n")
    handler.chunk("")


@pytest.fixture(scope="module")
def endpoint() -> Iterator[FakeEndpoint]:
    server = FakeEndpoint(interviewer)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def it_goes_on(endpoint: FakeEndpoint) -> Iterator[None]:
    endpoint.replies = [interviewer]
    GO_ON.set()
    JUDGE.set()
    yield
    GO_ON.set()
    JUDGE.set()


@pytest.fixture(scope="module")
def site(shared_program: Callable[..., Program], endpoint: FakeEndpoint) -> Program:
    """Each visitor is new."""
    return shared_program(INTERVIEWER_BASE_URL=f"{endpoint.url}/v1", INTERVIEWER_MODEL="slow-one")


def test_a_reload_in_mid_reply_goes_on_with_it(site: Program, visit: Callable[..., Page]) -> None:
    page = visit(site.url)
    expect(page.locator("#title")).to_contain_text("slow-one, at 127.0.0.1")
    begin(page)
    GO_ON.clear()
    send(page, STORY)
    drafted = page.locator("#chat [data-testid=bot]").last
    expect(drafted).to_contain_text("When you moved")
    page.reload()
    expect(page.locator("#status")).to_contain_text("replying")
    GO_ON.set()
    wait_for_turn(page, 2)
    assert said_by_interviewer(page)[-1] == PROBE


def test_an_endpoint_that_is_down_says_so_and_may_come_back(
    site: Program, endpoint: FakeEndpoint, visit: Callable[..., Page]
) -> None:
    endpoint.replies = [failure(503)]
    page = visit(site.url)
    begin(page)
    send(page, STORY)
    expect(page.locator("#status")).to_contain_text("slow-one, at 127.0.0.1", timeout=30_000)
    expect(page.locator("#status")).to_contain_text("try again")
    expect(page.locator("#retry")).to_be_visible()
    endpoint.replies = [interviewer]
    wait_for_turn(page, 2)
    assert said_by_interviewer(page)[-1] == PROBE
    expect(page.locator("#retry")).not_to_be_visible()


def test_the_unsent_text_survives_a_second_tab(site: Program, visit: Callable[..., Page]) -> None:
    page = visit(site.url)
    begin(page)
    second = visit(site.url, beside=page)
    expect(second.locator("#chat [data-testid=bot]")).to_have_count(1)
    send(page, STORY)
    wait_for_turn(page, 2)
    second.locator("#answer textarea").fill("Something else.")
    second.locator("#send").click()
    expect(second.get_by_text("The interview went on meanwhile")).to_be_visible()
    expect(second.locator("#answer textarea")).to_have_value("Something else.")
    expect(second.locator("#chat [data-testid=bot]")).to_have_count(2)


def test_an_open_tab_goes_on_after_a_restart(site: Program, visit: Callable[..., Page]) -> None:
    """Who comes back to a tab of yesterday sends what stands in it, without a reload."""
    page = visit(site.url)
    begin(page)
    send(page, STORY)
    wait_for_turn(page, 2)
    page.locator("#answer textarea").fill("I drew the plan myself, and I wrote the loader.")
    site.kill()
    site.start()
    page.locator("#send").click()
    wait_for_turn(page, 3)
    expect(page.locator("#chat [data-testid=user]")).to_have_count(2)
    expect(page.locator("#answer textarea")).to_have_value("")


def test_the_report_comes_to_who_ends_before_the_grades_do(
    site: Program, visit: Callable[..., Page]
) -> None:
    """The last turns need no model: they are said while the answer before is being graded."""
    page = visit(site.url)
    begin(page, "with incomplete data")
    status = page.locator("#status")
    answer(page, STORY)
    while "follow-up 3" not in status.inner_text():
        answer(page, "I don't know.")
    JUDGE.clear()
    answer(page, "I read the plan, I measured the latency for a week, and I told the team.")
    while "The interview is over" not in status.inner_text():
        answer(page, "No, thank you.")
        page.wait_for_timeout(200)  # until all of a turn is drawn
    expect(status).to_contain_text("grading")
    JUDGE.set()
    expect(page.locator("#report h2").first).to_be_visible()
