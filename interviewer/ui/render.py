"""What the page shows of a view or a report. Pure: values in, text and HTML out."""

import html
from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Any

from interviewer.interview import View
from interviewer.report import CriterionReport, Evidence, Mark, Missing, Report, TranscriptTurn
from interviewer.rubric import BAR

MOST_SHOWN = 6_000
"""Characters of one turn shown in the chat; the whole of it is stored."""


def chat(view: View) -> list[dict[str, Any]]:
    """The turns as the chat component takes them; a reply under way comes last."""
    messages = [
        _message("assistant" if turn.speaker == "interviewer" else "user", turn.text)
        for turn in view.interview.turns
    ]
    if view.state.phase == "interviewer" and not view.problem:
        messages.append(_message("assistant", view.draft + " ▍" if view.draft else "…"))
    return messages


def _message(role: str, text: str) -> dict[str, Any]:
    if len(text) > MOST_SHOWN:
        text = f"{text[:MOST_SHOWN]} … ({len(text) - MOST_SHOWN:,} more characters are stored)"
    # The chat takes its text for HTML, sanitised: unescaped, a tag in an answer would vanish.
    safe = html.escape(text, quote=False)
    return {"role": role, "content": [{"type": "text", "text": safe}]}


def status(view: View, preparing: str) -> str:
    """One line, as HTML: whose turn it is, and what the program is doing."""
    grading = f"grading {view.graded} of {view.to_grade}" if view.graded < view.to_grade else ""
    if view.problem:
        return _line("problem", "It doesn't go on", view.problem)
    if view.state.phase == "finished" and not grading:
        return _line("done", "The interview is over", "Your report is below.")
    if view.state.phase == "finished":
        wait = preparing or f"{grading}. Your report comes when it is done."
        return _line("busy", "The interview is over", wait)
    if view.state.phase == "candidate":
        about = (_position(view), preparing or grading)
        return _line("yours", "Your turn", " · ".join(part for part in about if part))
    if preparing:
        return _line("busy", "Please wait", f"{preparing}. Your answer is stored.")
    doing = "The interviewer is replying" if view.draft else "The interviewer is thinking"
    return _line("busy", doing, "")


def _position(view: View) -> str:
    plan, state = view.interview.plan, view.state
    where = f"Question {state.number} of {len(plan.question_ids)}"
    return f"{where}, follow-up {state.probes}" if state.probes else where


def _line(kind: str, strong: str, rest: str) -> str:
    text = f"<strong>{html.escape(strong)}</strong> {html.escape(rest)}"
    return f'<p class="status {kind}" role="status" aria-live="polite">{text}</p>'


def preparing_line(step: str, problem: str) -> str:
    """The status before an interview: what the model is doing."""
    if problem:
        return _line("problem", "The model is not ready", problem)
    if step:
        return _line("busy", "Preparing", f"{step}. You can start meanwhile.")
    return _line("yours", "Ready", "")


# --- The report -------------------------------------------------------------------------


def report(value: Report) -> str:
    """The report as HTML; every word of the candidate's is escaped."""
    return "".join(
        (
            '<div class="report">',
            _verdict(value),
            _tonight(value.tonight),
            _levels(value.criteria),
            *(_area(area, list(of_area)) for area, of_area in _by_area(value.criteria)),
            _transcript(value),
            "</div>",
        )
    )


def _verdict(value: Report) -> str:
    kind = "good" if value.vote in {"hire", "strong hire"} else "bad"
    kind = "open" if value.vote == "no vote" else kind
    incomplete = (
        f"<p>{value.ungraded} checks could not be judged yet, so this is incomplete.</p>"
        if value.ungraded
        else ""
    )
    judges = ", ".join(sorted({judge.split(" · ")[0] for judge in value.judges}))
    return (
        f'<section class="verdict {kind}"><h2>Vote: {html.escape(value.vote)}</h2>'
        f"<p>{html.escape(value.vote_reason)}</p>{incomplete}"
        f'<p class="fine">Judged by {html.escape(judges or "no model")}, on one interview. '
        "Read it as a sparring partner's notes, not as a verdict on you.</p></section>"
    )


def _tonight(advice: Sequence[Missing]) -> str:
    if not advice:
        return ""
    items = "".join(f"<li>{_gap(one)} {html.escape(one.advice)}</li>" for one in advice)
    return f"<section><h2>To do tonight</h2><ol>{items}</ol></section>"


def _levels(criteria: Sequence[CriterionReport]) -> str:
    rows = "".join(
        f'<tbody><tr><th scope="rowgroup" colspan="2">{html.escape(area)}</th></tr>'
        + "".join(
            f'<tr><th scope="row">{html.escape(one.title)}</th><td>{_meter(one.level)}</td></tr>'
            for one in of_area
        )
        + "</tbody>"
        for area, of_area in _by_area(criteria)
    )
    return (
        f"<section><h2>Levels</h2><table><caption>1 to 5; the bar is {BAR}</caption>"
        f"{rows}</table></section>"
    )


def _meter(level: int | None) -> str:
    if level is None:
        return '<span class="unseen">not observed</span>'
    boxes = "".join(
        f'<span class="box{" on" if n <= level else ""}{" bar" if n == BAR else ""}"></span>'
        for n in range(1, 6)
    )
    side = "at the bar" if level == BAR else "above the bar" if level > BAR else "below the bar"
    return (
        f'<span class="meter" aria-hidden="true">{boxes}</span> <strong>{level}</strong> '
        f'<span class="side">{side}</span>'
    )


def _by_area(
    criteria: Sequence[CriterionReport],
) -> Iterator[tuple[str, Iterator[CriterionReport]]]:
    """The criteria of each area; they come sorted by it."""
    return groupby(criteria, key=lambda one: one.area)


def _area(area: str, criteria: Sequence[CriterionReport]) -> str:
    return f"<h2>{html.escape(area)}</h2>" + "".join(_criterion(one) for one in criteria)


def _criterion(one: CriterionReport) -> str:
    level = str(one.level) if one.level else "not observed"
    parts = [f"<h3>{html.escape(one.title)}: {level}</h3>"]
    if one.anchor:
        parts.append(f"<p>{html.escape(one.anchor)}</p>")
    if one.level and one.level < BAR:
        parts.append(f"<p><strong>The bar:</strong> {html.escape(one.bar)}</p>")
    if one.evidence:
        quotes = "".join(
            f"<li><q>{html.escape(text)}</q> {tags}</li>" for text, tags in _proofs(one.evidence)
        )
        parts.append(f"<h4>Evidence, in your words</h4><ul>{quotes}</ul>")
    if one.missing:
        gaps = "".join(f"<li>{_gap(gap)} {html.escape(gap.advice)}</li>" for gap in one.missing)
        parts.append(f"<h4>Missing</h4><ul>{gaps}</ul>")
    if one.not_observed:
        names = ", ".join(dict.fromkeys(gap.check for gap in one.not_observed))
        parts.append(f'<p class="fine">Not observed, and not counted: {html.escape(names)}.</p>')
    return f"<section>{''.join(parts)}</section>"


def _proofs(evidence: Sequence[Evidence]) -> list[tuple[str, str]]:
    """Each sentence once, with a tag for each check that it shows."""
    tags: dict[tuple[int, int], list[str]] = {}
    for proof in evidence:
        tag = f'<span class="tag">{html.escape(proof.check)}</span>'
        tags.setdefault((proof.seq, proof.sentence), []).append(tag)
    texts = {(proof.seq, proof.sentence): proof.text for proof in evidence}
    return [(texts[place], " ".join(of_place)) for place, of_place in tags.items()]


def _gap(gap: Missing) -> str:
    where = html.escape(f"(question {gap.number}: {gap.note}).")
    return f"<strong>{html.escape(gap.check)}</strong> {where}"


def _transcript(value: Report) -> str:
    turns = "".join(_turn(turn) for turn in value.transcript)
    return (
        "<section><h2>Transcript</h2>"
        '<p class="fine">Marked: the sentences that count as evidence.</p>'
        f"{turns}</section>"
    )


def _turn(turn: TranscriptTurn) -> str:
    who = "Interviewer" if turn.speaker == "interviewer" else "You"
    why = f'<p class="fine">Asked for: {html.escape(turn.why)}</p>' if turn.why else ""
    text = _marked(turn.text, turn.marks)
    return f'<div class="turn {turn.speaker}"><h3>{who}</h3><p>{text}</p>{why}</div>'


def _marked(text: str, marks: Sequence[Mark]) -> str:
    parts, start = [], 0
    for mark in marks:
        title = html.escape("; ".join(mark.checks), quote=True)
        parts.append(html.escape(text[start : mark.start]))
        parts.append(f'<mark title="{title}">{html.escape(text[mark.start : mark.end])}</mark>')
        start = mark.end
    parts.append(html.escape(text[start:]))
    return "".join(parts)
