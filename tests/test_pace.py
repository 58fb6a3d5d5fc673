"""The clock: the candidate's time, from the turns' timestamps."""

from datetime import timedelta

from interviewer.pace import MOST_MINUTES, minutes, minutes_on
from interviewer.session import AskQuestion, Close, Invite, Plan, fold, next_step
from tests.doubles import NOW, PERSONA


def _turns(turn, *spans):
    """A question and answers that took so many minutes each, replies coming at once."""
    turns, at = [turn(1, "question", question_id="failure")], NOW
    for span in spans:
        at += timedelta(minutes=span)
        seq = len(turns) + 1
        turns.append(turn(seq, "answer", question_id="failure").model_copy(update={"at": at}))
        probe = turn(seq + 1, "probe", question_id="failure", check_id=f"check_{seq}")
        turns.append(probe.model_copy(update={"at": at + timedelta(seconds=20)}))
        at += timedelta(seconds=20)
    return turns


def test_only_the_candidates_time_counts_and_a_night_counts_little(turn):
    assert minutes(_turns(turn, 2, 3)) == 5
    assert minutes(_turns(turn, 2, 14 * 60)) == 2 + MOST_MINUTES
    assert minutes_on(_turns(turn, 2), "conflict") == 0


def test_a_question_ends_in_the_interest_of_time(turn):
    plan = Plan(areas=("story",), question_ids=("failure", "conflict"), question_minutes=6)
    state = fold(plan, _turns(turn, 3, 4)[:-1])
    assert next_step(plan, PERSONA, state, "open", None) == AskQuestion("conflict", False, "time")


def test_the_round_ends_without_the_questions_left(turn):
    plan = Plan(areas=("story",), question_ids=("failure", "conflict"), minutes=6)
    state = fold(plan, _turns(turn, 3, 4)[:-1])
    assert next_step(plan, PERSONA, state, "open", None) == Invite(time_up=True)
    silent = plan.model_copy(update={"candidate_questions": 0})
    assert next_step(silent, PERSONA, state, "open", None) == Close()
