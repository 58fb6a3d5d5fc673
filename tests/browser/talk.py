"""What a person does on the page, in one place."""

import re

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

REPLY_MS = 240_000
"""The longest wait for a reply; a bound for a broken run, not a measure."""


def begin(page: Page, first: str = "") -> None:
    """Starts a round; ``first``: words of the one question that it has."""
    if first:
        page.get_by_text("One question").click()
        page.locator("#first input").click()
        expect(page.get_by_role("option")).not_to_have_count(0)
        # Typed, as one would among sixty-five questions.
        page.wait_for_function("() => getSelection().toString() !== ''")
        page.keyboard.type(first)
        expect(page.get_by_role("option")).to_have_count(1)
        page.get_by_role("option", name=first).click()
    page.locator("#start").click()
    expect(page.locator("#chat [data-testid=bot]")).to_have_count(1)
    expect(page.locator("#answer textarea")).to_be_visible()


def said_by_interviewer(page: Page) -> list[str]:
    return page.locator("#chat [data-testid=bot]").all_inner_texts()


def send(page: Page, text: str) -> None:
    """Sends an answer and returns once it is in the chat."""
    candidate = page.locator("#chat [data-testid=user]")
    before = candidate.count()
    page.locator("#answer textarea").fill(text)
    page.locator("#send").click()
    expect(candidate).to_have_count(before + 1)


def answer(page: Page, text: str) -> str:
    """Sends an answer, waits for the whole reply and returns it."""
    # After a reload the page comes up before the conversation does.
    expect(page.locator("#chat [data-testid=bot]")).not_to_have_count(0)
    before = page.locator("#chat [data-testid=bot]").count()
    send(page, text)
    wait_for_turn(page, before + 1)
    return said_by_interviewer(page)[-1]


def wait_for_turn(page: Page, turns: int) -> None:
    """Waits until the interviewer has had ``turns`` turns and it isn't hers any more."""
    expect(page.locator("#chat [data-testid=bot]")).to_have_count(turns, timeout=REPLY_MS)
    turn = re.compile("Your turn|The interview is over")
    expect(page.locator("#status")).to_have_text(turn, timeout=REPLY_MS)


def end(page: Page) -> None:
    """Ends the interview and waits for the report."""
    if page.locator("#end").is_visible():
        page.locator("#end").click()
    expect(page.locator("#report h2").first).to_be_visible(timeout=4 * REPLY_MS)


_FADED = """async () => {
  // What was changed by the page's last message begins to fade a frame later.
  for (let frame = 0; frame < 2; frame++) await new Promise(requestAnimationFrame);
  await Promise.all(document.getAnimations()
    .filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
    .map((one) => one.finished.catch(() => {})));
}"""


def set_colours(page: Page, dark: bool) -> None:
    """Day to night or back; returns once all colours have faded over."""
    page.emulate_media(color_scheme="dark" if dark else "light")
    expect(page.locator("body.dark")).to_have_count(int(dark))
    page.evaluate(_FADED)


def assert_accessible(page: Page, leaving: str = "") -> None:
    """No finding of axe-core's that is serious or critical, ``leaving`` out a selector.

    Colours are looked at once they have faded over: a button that is let go of again has,
    for a tenth of a second, neither its colours.
    """
    page.evaluate(_FADED)
    context = {"exclude": [[leaving]]} if leaving else None
    found = Axe().run(page, context=context).response["violations"]
    serious = [
        (
            one["id"],
            [
                (node["html"][:120], node["any"][0]["message"] if node["any"] else "")
                for node in one["nodes"][:3]
            ],
        )
        for one in found
        if one["impact"] in {"serious", "critical"}
    ]
    assert serious == [], serious


_TOO_WIDE = """() => document.documentElement.scrollWidth <= window.innerWidth ? [] :
  [...document.querySelectorAll('body *')]
    .filter((one) => one.getBoundingClientRect().right > window.innerWidth + 1)
    .map((one) => one.cloneNode(false).outerHTML.slice(0, 120))"""
"""What makes a page be scrolled sideways."""


def assert_fits(page: Page) -> None:
    """Nothing has to be scrolled sideways."""
    wide = page.evaluate(_TOO_WIDE)
    assert not wide, wide
