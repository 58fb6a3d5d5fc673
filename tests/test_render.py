"""What the page shows of a view, as text and HTML."""

from dataclasses import replace

import pytest

from interviewer.interview import InterviewService
from interviewer.ui import render
from tests.doubles import WEAK, ScriptedModel, settled


@pytest.fixture
async def view(content, store):
    """An interview after the first follow-up."""
    service = InterviewService(content, ScriptedModel(), store)
    interview_id = service.start("story", question_ids=["failure"])
    service.answer(interview_id, WEAK, 1)
    seen = await settled(service, interview_id)
    await service.close()
    return seen


async def test_no_count_runs_while_somebody_writes(view):
    told = {
        render.status(replace(view, graded=n, to_grade=view.graded), "") for n in range(view.graded)
    }
    (line,) = told
    assert "Your turn" in line
    assert "Question 1 of 1, follow-up 1 · earlier answers are being graded" in line
    assert "graded" not in render.status(view, "")


async def test_who_was_invited_to_ask_is_past_the_questions(view):
    asking = replace(view, state=replace(view.state, invited=True))
    line = render.status(asking, "")
    assert "Your questions to the interviewer" in line
    assert "Question 1 of 1" not in line


async def test_who_waits_for_the_report_sees_how_far_it_is(view):
    over = replace(view, state=replace(view.state, phase="finished"), graded=2, to_grade=6)
    assert "grading 2 of 6" in render.status(over, "")
    assert "Your report is below" in render.status(replace(over, graded=6), "")


async def test_what_is_typed_is_shown_and_not_run(view):
    turns = view.interview.turns
    typed = turns[1].model_copy(update={"text": "<b>x</b> & **y**"})
    held = view.interview.model_copy(update={"turns": (turns[0], typed, *turns[2:])})
    shown = render.chat(replace(view, interview=held))[1]
    assert shown["role"] == "user"
    assert shown["content"][0]["text"] == "&lt;b&gt;x&lt;/b&gt; &amp; **y**"
