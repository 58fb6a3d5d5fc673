"""Reports on a phone, with the page's style and nothing else of it."""

from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from interviewer import charts
from interviewer.ui import server
from tests.doubles import NOW

pytestmark = pytest.mark.browser

STYLE = Path(server.__file__).with_name("style.css").read_text(encoding="utf-8")
TIMELINE = charts.timeline(
    [
        (title, NOW + timedelta(hours=at), NOW + timedelta(hours=at + 1), 60.0, "hire")
        for at, title in enumerate(["Hiring manager", "Bar raiser", "Coding and problem solving"])
    ]
)
REPORT = f"""<div class="report"><section>
<div class="figure wide" id="timeline">{TIMELINE}</div>
<details open><summary>{charts.gauge(2.5, 3.0, 2.0, 3.0)}</summary></details>
<dl><dt>Words</dt><dd>12</dd></dl>
<div class="turn candidate" id="turn"></div>
<div class="columns"><div class="turn candidate" id="column"></div></div>
</section></div>"""


@pytest.fixture
def phone(chromium: Browser):
    context = chromium.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.set_content(f"<style>{STYLE}</style>{REPORT}")
    yield page
    context.close()


def test_what_is_for_phones_is_not_undone(phone):
    def styled(selector: str, name: str) -> str:
        return phone.locator(selector).first.evaluate(
            "(one, name) => getComputedStyle(one)[name]", name
        )

    assert styled(".gauge", "width") == "96px"
    assert styled(".gauge", "minWidth") == "72px"
    assert styled("dl", "display") == "block"
    assert styled("dd", "marginBottom") == "4px"
    assert styled("#turn", "marginLeft") == "8px"
    assert styled("#column", "marginLeft") == "0px"


def test_a_timeline_can_be_read_and_scrolled(phone):
    letters = phone.locator(".timeline text").first.evaluate(
        "one => 12 * one.getScreenCTM().a"  # drawn at 12, whatever it is scaled to
    )
    assert letters > 10
    figure = phone.locator("#timeline")
    assert figure.evaluate("one => one.scrollWidth > one.clientWidth")
    assert phone.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
