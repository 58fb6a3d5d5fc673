"""Charts are sound SVG, carry their figures as text, and draw what they are given."""

import re
from datetime import timedelta
from xml.etree import ElementTree

import pytest

from interviewer import charts
from tests.doubles import NOW

HOSTILE = '<script>alert("x")</script> & co'
AREAS = [("Theory", 4.0, 3.0), ("Coding", 2.0, 3.0), (HOSTILE, None, 3.5)]
LATER = NOW + timedelta(minutes=30)
ROUNDS = [
    ("Round 1", NOW, LATER, 30.0, "hire"),
    ("Round 2", LATER + timedelta(days=2), LATER + timedelta(days=2, minutes=60), 60.0, ""),
    (HOSTILE, None, None, 0.0, ""),
]
DRAWN = {
    "radar": charts.radar(AREAS),
    "timeline": charts.timeline(ROUNDS),
    "progress": charts.progress(HOSTILE, [(NOW, 2.0, 3.0), (LATER, 4.5, 3.0)]),
    "gauge": charts.gauge(2.4, 3.0, 2.0, 2.9),
}


@pytest.mark.parametrize("svg", DRAWN.values(), ids=DRAWN)
def test_it_is_sound_and_named(svg):
    tree = ElementTree.fromstring(svg)
    assert tree.attrib["role"] == "img"
    assert re.search(r"\d", tree.attrib["aria-label"])
    assert "<script" not in svg
    for one in tree.iter():
        assert "style" not in one.attrib, "colours come from the style sheet"


def test_the_radar_tells_every_level():
    told = ElementTree.fromstring(charts.radar(AREAS)).attrib["aria-label"]
    assert "Theory: 4.0 (bar 3.0)" in told
    assert "not observed (bar 3.5)" in told
    assert charts.radar(AREAS[:2]) == ""


def test_a_higher_level_reaches_further():
    def top(level: float) -> float:
        svg = charts.radar([("A", level, 3.0), ("B", 3.0, 3.0), ("C", 3.0, 3.0)])
        return float(re.search(r'<polygon class="level" points="[\d.]+,([\d.]+)', svg)[1])

    assert top(5.0) < top(3.0) < top(1.0)  # the first axis points up


def test_the_gauge_draws_level_bar_and_interval():
    svg = charts.gauge(2.4, 3.0, 2.0, 2.9)
    assert "level 2.4, between 2.0 and 2.9; the bar is 3.0" in svg
    assert 'class="level below"' in svg
    assert 'class="whisker"' in svg
    assert 'class="level passed"' in charts.gauge(3.0, 3.0)
    assert "not observed" in charts.gauge(None, 3.0)
    assert "whisker" not in charts.gauge(3.0, 3.0)


def test_the_timeline_keeps_the_order_and_cuts_long_pauses():
    found = re.findall(
        r'<rect class="level passed" x="([\d.]+)".*? width="([\d.]+)"', DRAWN["timeline"]
    )
    (first, short), (second, long) = [(float(x), float(width)) for x, width in found]
    assert second > first + short
    assert long == pytest.approx(2 * short, rel=0.05)
    assert second < first + short + 150  # two days are not drawn as two days
    assert charts.timeline(ROUNDS[2:]) == ""


def test_progress_draws_the_bar_and_every_point():
    svg = DRAWN["progress"]
    assert svg.count("<circle") == 2
    assert 'class="bar"' in svg
    assert charts.progress("One", [(NOW, 3.0, 3.0)]).count("<circle") == 1
