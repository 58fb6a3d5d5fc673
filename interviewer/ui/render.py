"""What the page shows of a view or a report. Pure: values in, text and HTML out."""

import html
from typing import Any

from interviewer.interview import View

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
        # No count: a screen reader tells each change, and somebody is writing.
        about = (_position(view), preparing or (grading and "earlier answers are being graded"))
        return _line("yours", "Your turn", " · ".join(part for part in about if part))
    if preparing:
        return _line("busy", "Please wait", f"{preparing}. Your answer is stored.")
    doing = "The interviewer is replying" if view.draft else "The interviewer is thinking"
    return _line("busy", doing, "")


def _position(view: View) -> str:
    plan, state = view.interview.plan, view.state
    if state.invited:
        return "Your questions to the interviewer"
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


def loop_line(done: int, rounds: int, left: int, preparing: str, problem: str) -> str:
    """The status of a loop: how far it is, and what is still being graded, or why it isn't."""
    strong = f"{done} of {rounds} rounds are graded"
    if problem:
        return _line("problem", "It doesn't go on", f"{problem} {strong}.")
    if preparing:
        return _line("busy", strong, f"{preparing}.")
    if left:
        return _line("busy", strong, f"{left} checks are left to judge.")
    return _line("yours", strong, "")
