"""The turns of an interview."""

from collections.abc import Sequence
from datetime import datetime
from itertools import takewhile
from typing import Literal

from interviewer.moves import Move
from interviewer.rubric import Strict
from interviewer.sentences import SentenceRef, split_sentences

Speaker = Literal["interviewer", "candidate"]
InterviewerKind = Literal[
    "question",
    "probe",
    "redirect",  # asks again: the answer held nothing
    "hint",
    "repetition",
    "pause",
    "clarification",
    "steer",  # back from another topic
    "boundary",  # to who is rude
    "nudge",  # to who is silent
    "invitation",  # the candidate may ask
    "reply",  # to what the candidate asked then
    "closing",
]
TurnKind = Literal[InterviewerKind, Move, "candidate_question", "no_question"]
"""What a turn is. Of the candidate's only "answer" counts and is graded."""

Trigger = Literal["gap", "pushback", "wrong", "harder", "contradiction", "same_story"]
"""Why a follow-up is asked: something is missing; a claim is challenged, looks wrong, or is right
and can be taken further; it doesn't fit what was said before; it was told before."""


class Turn(Strict):
    """One thing that was said, as stored."""

    seq: int
    speaker: Speaker
    kind: TurnKind
    text: str
    question_id: str | None = None
    check_id: str | None = None
    """For a probe: the check it digs for."""
    trigger: Trigger | None = None
    """For a follow-up: what triggered it."""
    reason: str | None = None
    """Why the interviewer said it, in plain words; shown in the report only."""
    about: SentenceRef | None = None
    """For a probe: the candidate's sentence that it takes up."""
    model: str | None = None
    """Who phrased it; None where the words come from a file or from the candidate."""
    at: datetime


def words_at(turns: Sequence[Turn], place: SentenceRef | None) -> str:
    """The sentence that is pointed at; empty where there is none."""
    said = next((turn.text for turn in turns if place and turn.seq == place.seq), "")
    return next((one.text for one in split_sentences(said) if place and one.n == place.n), "")


def answers_to(turns: Sequence[Turn], question_id: str) -> list[Turn]:
    """The candidate's answers to this question, in order.

    Only what counts as one: no request, no aside, and nothing that the interviewer had to
    steer back from.
    """
    steered = {turn.seq - 1 for turn in turns if turn.kind == "steer"}
    return [
        turn
        for turn in turns
        if turn.kind == "answer" and turn.question_id == question_id and turn.seq not in steered
    ]


def graded_turns(turns: Sequence[Turn], question_id: str) -> list[Turn]:
    """What is graded on a question: the answers to it, and what was asked about it before them.

    Who asks first what the input may hold has shown it no less than who says it in the answer.
    None where no answer followed.
    """
    answers = answers_to(turns, question_id)
    if not answers:
        return []
    asked = [
        turn
        for turn in turns
        if turn.kind == "clarifying_question"
        and turn.question_id == question_id
        and turn.seq < answers[0].seq
    ]
    return asked + answers


def pending(turns: Sequence[Turn]) -> Turn | None:
    """The question or follow-up that is still to be answered after these turns."""
    return next((turn for turn in reversed(turns) if turn.kind in {"question", "probe"}), None)


def reply_to(turns: Sequence[Turn], probe: Turn) -> Turn | None:
    """The first answer to a follow-up that holds something; None: none came before the next one.

    Whoever asked to hear it again, or said too little, has not answered yet.
    """
    later = [turn for turn in turns if turn.seq > probe.seq]
    until = takewhile(lambda turn: turn.kind not in {"question", "probe", "closing"}, later)
    asked_again = {turn.seq - 1 for turn in turns if turn.kind in {"redirect", "steer"}}
    return next(
        (turn for turn in until if turn.kind == "answer" and turn.seq not in asked_again), None
    )
