"""Charts as inline SVG. Pure, and readable without seeing them: each carries its figures as text.

Colours come from the page's style sheet by class, so that they fit light and dark.
"""

import html
import math
import textwrap
from collections.abc import Sequence
from datetime import datetime

LOWEST, HIGHEST = 1.0, 5.0
_LABEL_WIDTH = 18


_LETTER = 7
"""Width of a letter in a chart's own units, on the safe side."""


def _svg(width: int, height: int, title: str, parts: Sequence[str], kind: str) -> str:
    safe = html.escape(title, quote=True)
    return (
        f'<svg class="chart {kind}" viewBox="0 0 {width} {height}" role="img" '
        f'aria-label="{safe}" preserveAspectRatio="xMidYMid meet">{"".join(parts)}</svg>'
    )


def _label(x: float, y: float, text: str, anchor: str = "middle") -> str:
    """A label in as many lines as it needs, grown around its place."""
    lines = textwrap.wrap(text, _LABEL_WIDTH) or [""]
    first = y - 6.5 * (len(lines) - 1)
    return "".join(
        f'<text x="{x:.1f}" y="{first + 13 * row:.1f}" text-anchor="{anchor}">'
        f"{html.escape(line)}</text>"
        for row, line in enumerate(lines)
    )


def short(title: str) -> str:
    """A title without what stands in brackets or after a colon."""
    return title.split(" (", maxsplit=1)[0].split(":", maxsplit=1)[0]


def gauge(
    level: float | None, bar: float, low: float | None = None, high: float | None = None
) -> str:
    """A level on 1 to 5 with the bar as a line across; the interval, if any, as a whisker."""

    def x(value: float) -> float:
        return 4 + 152 * (value - LOWEST) / (HIGHEST - LOWEST)

    parts = ['<rect class="track" x="4" y="6" width="152" height="8" rx="4"/>']
    said = "not observed"
    if level is not None:
        side = "below" if level < bar else "passed"
        said = f"level {level:.1f}"
        width = max(2.0, x(level) - 4)
        parts.append(
            f'<rect class="level {side}" x="4" y="6" width="{width:.1f}" height="8" rx="4"/>'
        )
    if low is not None and high is not None:
        said += f", between {low:.1f} and {high:.1f}"
        parts.append(
            f'<line class="whisker" x1="{x(low):.1f}" x2="{x(high):.1f}" y1="17" y2="17"/>'
        )
    parts.append(f'<line class="bar" x1="{x(bar):.1f}" x2="{x(bar):.1f}" y1="1" y2="19"/>')
    return _svg(160, 20, f"{said}; the bar is {bar:.1f}", parts, "gauge")


def radar(areas: Sequence[tuple[str, float | None, float]]) -> str:
    """Areas as (title, level, bar) around a centre; empty below three, which need no radar."""
    if len(areas) < 3:
        return ""
    width, height, radius = 520, 340, 105
    cx, cy = width / 2, height / 2

    def point(position: int, value: float) -> tuple[float, float]:
        angle = 2 * math.pi * position / len(areas) - math.pi / 2
        reach = radius * (value - LOWEST + 0.4) / (HIGHEST - LOWEST + 0.4)
        return cx + reach * math.cos(angle), cy + reach * math.sin(angle)

    def polygon(values: Sequence[float], kind: str) -> str:
        corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in map(point, range(len(values)), values))
        return f'<polygon class="{kind}" points="{corners}"/>'

    parts = [polygon([float(ring)] * len(areas), "ring") for ring in range(1, 6)]
    for position, (title, level, _) in enumerate(areas):
        x, y = point(position, HIGHEST)
        parts.append(f'<line class="ring" x1="{cx}" y1="{cy}" x2="{x:.1f}" y2="{y:.1f}"/>')
        away_x, away_y = cx + (x - cx) * 1.14, cy + (y - cy) * 1.16
        anchor = "middle" if abs(x - cx) < 8 else "start" if x > cx else "end"
        shown = f"{short(title)} {'?' if level is None else f'{level:.1f}'}"
        parts.append(_label(away_x, away_y + 4, shown, anchor))
    parts.append(polygon([bar for _, _, bar in areas], "bar"))
    parts.append(polygon([level or LOWEST - 0.4 for _, level, _ in areas], "level"))
    for position, (_, level, _) in enumerate(areas):
        if level is not None:
            x, y = point(position, level)
            parts.append(f'<circle class="level" cx="{x:.1f}" cy="{y:.1f}" r="4"/>')
    told = "; ".join(
        f"{title}: {'not observed' if level is None else f'{level:.1f}'} (bar {bar:.1f})"
        for title, level, bar in areas
    )
    return _svg(width, height, f"Levels by area. {told}", parts, "radar")


def timeline(
    rounds: Sequence[tuple[str, datetime | None, datetime | None, float, str]],
) -> str:
    """Rounds as (title, begun, ended, minutes, outcome), one below the other, along one clock.

    Pauses are drawn as they were up to an hour; longer ones (another evening) are cut short.
    """
    held = [one for one in rounds if one[1] and one[2]]
    if not held:
        return ""
    longest_gap, offsets, clock = 60.0, {}, 0.0
    before: datetime | None = None
    for position, (_, begun, ended, minutes, _) in enumerate(rounds):
        if begun is None or ended is None:
            continue
        if before is not None:
            clock += min(longest_gap, max(0.0, (begun - before).total_seconds() / 60))
        offsets[position] = clock
        clock += minutes
        before = ended
    names = [textwrap.shorten(short(one[0]), 28) for one in rounds]
    # As narrow as its names let it be: on a phone it is scaled down to the page.
    left = 16 + _LETTER * max(map(len, names))
    right = left + 220
    scale = (right - left) / max(clock, 1.0)
    row, parts = 30, []
    for position, (_, begun, _, minutes, outcome) in enumerate(rounds):
        y = 8 + row * position
        parts.append(f'<text x="0" y="{y + 13}">{html.escape(names[position])}</text>')
        parts.append(f'<line class="ring" x1="{left}" x2="{right}" y1="{y + 9}" y2="{y + 9}"/>')
        if position in offsets and begun is not None:
            x, width = left + scale * offsets[position], max(4.0, scale * minutes)
            parts.append(
                f'<rect class="level passed" x="{x:.1f}" y="{y + 2}" width="{width:.1f}" '
                'height="14" rx="3"/>'
            )
        note = f"{minutes:.0f} min" if position in offsets else "not held"
        said = html.escape(f"{note} · {outcome}" if outcome else note)
        parts.append(f'<text x="{right + 12}" y="{y + 13}">{said}</text>')
    told = "; ".join(
        f"{title}: {f'{begun:%Y-%m-%d %H:%M}, {minutes:.0f} minutes' if begun else 'not held'}"
        f"{f', {outcome}' if outcome else ''}"
        for title, begun, _, minutes, outcome in rounds
    )
    return _svg(right + 150, 16 + row * len(rounds), f"Timeline. {told}", parts, "timeline")


def progress(title: str, points: Sequence[tuple[datetime, float, float]]) -> str:
    """An area's levels over time as (when, level, bar), evenly spaced, the bar drawn in."""
    width, height, left, right, top, bottom = 360, 130, 24, 350, 10, 106

    def y(value: float) -> float:
        return bottom - (bottom - top) * (value - LOWEST) / (HIGHEST - LOWEST)

    step = (right - left - 20) / max(1, len(points) - 1)
    spots = [left + 10 + step * position for position in range(len(points))]
    parts = []
    for ring in range(1, 6):
        at = y(ring)
        parts.append(f'<line class="ring" x1="{left}" x2="{right}" y1="{at:.1f}" y2="{at:.1f}"/>')
        parts.append(f'<text x="{left - 8}" y="{at + 4:.1f}" text-anchor="end">{ring}</text>')
    bars = " ".join(f"{x:.1f},{y(bar):.1f}" for x, (_, _, bar) in zip(spots, points, strict=True))
    first, last = points[0], points[-1]
    parts.append(
        f'<polyline class="bar" points="{left},{y(first[2]):.1f} {bars} {right},{y(last[2]):.1f}"/>'
    )
    line = " ".join(
        f"{x:.1f},{y(value):.1f}" for x, (_, value, _) in zip(spots, points, strict=True)
    )
    parts.append(f'<polyline class="line" points="{line}"/>')
    for x, (_, value, bar) in zip(spots, points, strict=True):
        side = "below" if value < bar else "passed"
        parts.append(f'<circle class="level {side}" cx="{x:.1f}" cy="{y(value):.1f}" r="5"/>')
    parts.append(f'<text x="{left}" y="{height - 6}">{first[0]:%d %b}</text>')
    if len(points) > 1:
        parts.append(f'<text x="{right}" y="{height - 6}" text-anchor="end">{last[0]:%d %b}</text>')
    told = ", ".join(f"{when:%Y-%m-%d}: {value:.1f}" for when, value, _ in points)
    return _svg(width, height, f"{title} over time. {told}; bar {last[2]:.1f}", parts, "progress")
