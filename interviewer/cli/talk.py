"""Holding an interview from the shell, answer by answer."""

import sys

from interviewer.answers import Script
from interviewer.errors import InterviewerError
from interviewer.interview import View
from interviewer.runtime import Runtime


async def hold(runtime: Runtime, interview_id: str, script: Script) -> View:
    """Plays a script in an interview to its end; returns it once everything is judged."""
    service = runtime.service
    view = await _replied(runtime, interview_id)
    for turn in view.interview.turns:
        if turn.speaker == "candidate":  # said in an earlier sitting
            script.next(turn.question_id)
    say(view, after=0)
    while view.state.phase != "finished":
        seen = view.last_seq
        last = view.interview.turns[-1]
        answer = None if last.question_id is None else script.next(last.question_id)
        if answer is None:
            service.finish(interview_id)
            view = service.view(interview_id)
        else:
            service.answer(interview_id, answer, seen)
            view = await _replied(runtime, interview_id)
        say(view, after=seen)
    if script.in_order:
        print("(the interview is over; the answers left are not used)", file=sys.stderr)
    view = await service.settled(interview_id)
    if view.problem:
        print(f"error: {view.problem}", file=sys.stderr)
    return view


async def _replied(runtime: Runtime, interview_id: str) -> View:
    async for view in runtime.service.follow(interview_id):
        if view.state.phase != "interviewer":
            return view
    raise InterviewerError(f"{view.problem} Your answers are stored.")


def say(view: View, after: int) -> None:
    """Prints what was said after turn ``after``, away from the report on standard output."""
    for turn in view.interview.turns:
        if turn.seq > after:
            who = "Interviewer" if turn.speaker == "interviewer" else "You"
            print(f"\n{who}: {turn.text}", file=sys.stderr, flush=True)
