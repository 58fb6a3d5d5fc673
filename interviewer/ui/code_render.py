"""What the editor's side and the report show of code, as HTML. Pure: values in, text out."""

import html
import math
from collections.abc import Callable, Iterator, Sequence

from interviewer.codegrade import CodeReport
from interviewer.coding import CaseResult, CodeEntry, Remark, RunResult, Trial
from interviewer.growth import Fit, curve, in_words, time_in_words
from interviewer.rubric import Coding, Question

_MARKS = {"passed": "✓", "not run": "-"}
_WIDTH, _HEIGHT, _LEFT, _BOTTOM = 320, 180, 52, 34


def why_not(coding: Coding, of_machine: str) -> str:
    """Why this question's code isn't run; empty where it is."""
    if not coding.runs:
        return (
            "This one is graded without running: it needs PyTorch, which is not part of the "
            "program. Submit your code; it is read, and the interviewer asks about it."
        )
    if of_machine:
        return f"Code is not run on this machine: {of_machine}. It is kept and read all the same."
    return ""


def task(question: Question, not_run: str, no_cpp: str, no_numpy: str = "") -> str:
    """The statement with its limits and the tests that the candidate sees.

    ``no_cpp``: why it has to be Python; empty where C++ may be chosen. ``no_numpy``: why numpy
    can't be imported; empty where it can.
    """
    coding = question.coding
    assert coding is not None
    tests = "".join(
        f"<li><code>{_safe(case.run)}</code> → <code>{_safe(repr(case.expect))}</code></li>"
        for case in coding.visible
    )
    languages = "In Python, numpy may be imported."
    if no_numpy and not not_run:
        languages = f"Python's own library only, for {_safe(no_numpy)}; it may take longer here."
    elif no_cpp and not not_run:
        languages = f"Python only, for {_safe(no_cpp)}; numpy may be imported."
    elif not not_run:
        languages += " In C++ (C++17), the tests make the same calls as in Python below."
    note = f'<p class="note">{_safe(not_run)}</p>' if not_run else ""
    return (
        f'<section class="task" aria-label="The task"><p>{_safe(coding.statement)}</p>'
        f'<p class="fine"><strong>Limits:</strong> {_safe(coding.limits)} {languages}</p>'
        f"<details><summary>Visible tests</summary><ul>{tests}</ul></details>{note}</section>"
    )


def busy(doing: str) -> str:
    """Shown while code runs."""
    return f'<p class="status busy" role="status" aria-live="polite">{_safe(doing)} …</p>'


def problem(text: str) -> str:
    """Why nothing was run."""
    return f'<p class="status problem" role="status">{_safe(text)}</p>'


def trial(found: Trial, own: str) -> str:
    """What the candidate's own input gave."""
    if found.message:
        body = f'<p class="message">{_where(found.line)}{_safe(found.message)}</p>'
    else:
        body = f"<pre>{_safe(found.shown or '(no value)')}</pre>"
    return (
        f'<div class="run" role="status"><h3><code>{_safe(own.strip())}</code></h3>'
        f"{body}{_printed(found.output)}</div>"
    )


def result(found: RunResult) -> str:
    """Every case of a run."""
    good = "good" if found.all_passed else "bad"
    what = "visible tests" if found.kind == "run" else "tests"
    cases = "".join(
        f"<li class='case {case.status.replace(' ', '-')}'>{_case(case)}</li>"
        for case in found.cases
    )
    return (
        f'<div class="run" role="status"><p class="verdict {good}"><strong>{found.passed} of '
        f"{len(found.cases)}</strong> {what} passed.</p><ol>{cases}</ol></div>"
    )


def entry(found: CodeEntry) -> str:
    """What is shown of a stored run or submission."""
    if found.kind == "draft":
        return ""
    parts = []
    if found.kind == "submit":
        parts.append(
            '<p class="status done" role="status"><strong>Submitted.</strong> The interviewer has '
            "your code. Say in the chat how it works and what it costs; you may submit again.</p>"
        )
    if found.result is not None:
        parts.append(result(found.result))
    if found.fit is not None:
        parts.append(f'<div class="growth">{growth(found.fit)}</div>')
    return "".join(parts)


def _case(case: CaseResult) -> str:
    mark = _MARKS.get(case.status, "✗")
    name = f"hidden: {case.family}" if case.hidden else f"<code>{_safe(case.run or '')}</code>"
    parts = [f'<span aria-hidden="true">{mark}</span> {name} <em>{_safe(case.status)}</em>']
    if case.status == "failed" and not case.hidden:
        parts.append(
            f"<p>expected <code>{_safe(case.expected or '')}</code>, got "
            f"<code>{_safe(case.got or '')}</code></p>"
        )
    if case.message:
        parts.append(f'<p class="message">{_where(case.line)}{_safe(case.message)}</p>')
    return "".join(parts) + _printed(case.output)


def _where(line: int | None) -> str:
    return f"Line {line}: " if line else ""


def _printed(output: str) -> str:
    return (
        f"<details><summary>Printed</summary><pre>{_safe(output)}</pre></details>" if output else ""
    )


def growth(found: Fit) -> str:
    """The measured times and the fitted curve, with the words for them."""
    words = _safe(in_words(found))
    if found.best is not None:
        words = words.replace(found.best, f"<strong>{found.best}</strong>", 1)
    return f"<p>{words}</p>{plot(found) if found.best else ''}"


def plot(found: Fit) -> str:
    """Time over size on two logarithmic axes, as SVG."""
    points = found.points
    if len(points) < 2:
        return ""
    dense = [points[0].n * (points[-1].n / points[0].n) ** (i / 40) for i in range(41)]
    drawn = curve(found, dense)
    times = [point.seconds for point in points] + [one for one in drawn if one > 0]
    x = _scale(points[0].n, points[-1].n, _LEFT, _WIDTH - 10)
    y = _scale(min(times), max(times), _HEIGHT - _BOTTOM, 10)
    dots = "".join(
        f'<circle cx="{x(point.n):.1f}" cy="{y(point.seconds):.1f}" r="3.5"/>' for point in points
    )
    line = " ".join(f"{x(n):.1f},{y(t):.1f}" for n, t in zip(dense, drawn, strict=True) if t > 0)
    title = f"Measured time of the submission over the input's size, with the fit {found.best}"
    labels = "".join(_labels(points[0].n, points[-1].n, times))
    return (
        f'<svg viewBox="0 0 {_WIDTH} {_HEIGHT}" role="img" class="plot"><title>{title}</title>'
        f'<path d="M{_LEFT} 10V{_HEIGHT - _BOTTOM}H{_WIDTH - 10}" class="axis"/>'
        f'<polyline points="{line}" class="fit"/>{dots}{labels}'
        "</svg>"
    )


def _scale(low: float, high: float, start: float, end: float) -> Callable[[float], float]:
    bottom, span = math.log(low), math.log(high) - math.log(low) or 1.0
    return lambda value: start + (math.log(value) - bottom) / span * (end - start)


def _labels(low: int, high: int, times: Sequence[float]) -> Iterator[str]:
    bottom, middle, end = _HEIGHT - _BOTTOM, (_LEFT + _WIDTH) / 2, 'text-anchor="end"'
    base = bottom + 14
    yield f'<text x="{_LEFT}" y="{base}">{low:,}</text>'
    yield f'<text x="{_WIDTH - 10}" y="{base}" {end}>{high:,}</text>'
    yield f'<text x="{middle}" y="{base + 14}" text-anchor="middle">size of the input</text>'
    yield f'<text x="{_LEFT - 4}" y="18" {end}>{time_in_words(max(times))}</text>'
    yield f'<text x="{_LEFT - 4}" y="{bottom}" {end}>{time_in_words(min(times))}</text>'


def report(found: CodeReport) -> str:
    """The code of one question: its tests, its growth, and its lines with remarks."""
    entry_, figures = found.entry, found.entry.figures
    grades = "".join(f"<li>{_safe(one.found)}</li>" for one in found.grades)
    unrun = "" if entry_.result else "<p>This code was graded without running it.</p>"
    tests = result(entry_.result) if entry_.result else unrun
    fitted = growth(entry_.fit) if entry_.fit else ""
    return (
        f'<section class="code-report"><h2>Your code</h2>'
        f"<ul>{grades}</ul>{tests}{fitted}"
        f"<h3>As submitted</h3>{code(entry_.code, figures.remarks if figures else ())}</section>"
    )


def code(text: str, remarks: Sequence[Remark]) -> str:
    """The code with its lines numbered, and what was remarked under each."""
    by_line: dict[int, list[Remark]] = {}
    for remark in remarks:
        by_line.setdefault(remark.line, []).append(remark)
    rows = []
    for number, line in enumerate(text.rstrip().splitlines(), 1):
        rows.append(f"<li><code>{_safe(line) or ' '}</code>")
        rows += [
            f'<p class="remark">{_safe(one.text)} <span class="tag">{_safe(one.rule)}</span></p>'
            for one in by_line.get(number, ())
        ]
        rows.append("</li>")
    return f'<ol class="code">{"".join(rows)}</ol>'


def _safe(text: str) -> str:
    return html.escape(text, quote=False)
