"""The interview's clock, from the turns' own timestamps."""

from collections.abc import Sequence
from itertools import pairwise

from interviewer.transcript import Turn

MOST_MINUTES = 8.0
"""Minutes that one turn of the candidate counts at most.

Who took a break, or came back the next morning, has not been speaking all that time.
"""


def passed(before: Turn, turn: Turn) -> float:
    """Minutes from one turn to a later one, at most MOST_MINUTES."""
    return min(max((turn.at - before.at).total_seconds() / 60, 0.0), MOST_MINUTES)


def minutes(turns: Sequence[Turn]) -> float:
    """Minutes that the candidate had in these turns.

    Counted from the interviewer's turn to the candidate's that follows it; the time that a
    model takes to reply is not the candidate's.
    """
    return sum(
        passed(before, turn) for before, turn in pairwise(turns) if turn.speaker == "candidate"
    )


def minutes_on(turns: Sequence[Turn], question_id: str) -> float:
    """Minutes that the candidate had on one question."""
    return minutes([turn for turn in turns if turn.question_id == question_id])
