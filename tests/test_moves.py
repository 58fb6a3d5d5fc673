"""Which turns of a candidate are answers, and what the others are."""

import pytest

from interviewer.moves import asks_nothing, read_move

MOVES = [
    ("...", "silence"),
    ("Hm.", "silence"),
    ("(silence)", "silence"),
    ("Could you repeat the question?", "repeat_request"),
    ("Sorry?", "repeat_request"),
    ("Give me a minute please.", "pause_request"),
    ("Let me think about it.", "pause_request"),
    ("I don't know.", "dont_know"),
    ("I can't think of an example.", "dont_know"),
    ("I have nothing to add to that.", "dont_know"),
    ("I'm stuck.", "stuck"),
    ("Can I have a hint?", "stuck"),
    ("This is a stupid question.", "rude"),
    ("Are you even listening?", "rude"),
    ("Do you mean the training loss or the validation loss?", "clarifying_question"),
    ("How many users should I assume?", "clarifying_question"),
    ("What do you mean by loss?", "clarifying_question"),
    ("What's the weather like in Seattle?", "off_topic"),
    # Answers, whatever else they hold.
    ("We did it. It worked, and I'm not sure why.", "answer"),
    ("I don't know the exact figure but I estimated it at 12 percent.", "answer"),
    ("Not sure, maybe the cache?", "answer"),
    ("First I would ask who the users are and what they need.", "answer"),
    ("Eleven percent.", "answer"),
    (
        "I can't say that. On the holdout set recall went up by 5 points, which sales liked.",
        "answer",
    ),
    ("Stupid question, but I built the parser and it cut errors by 9 percent in May.", "answer"),
    ("Our customers could not repeat the order, so I fixed that question form.", "answer"),
    ("I let the team think about it for a minute, then we decided to roll back.", "answer"),
]


@pytest.mark.parametrize(("text", "move"), MOVES)
def test_a_turn_is_read_by_its_form(text, move):
    assert read_move(text) == move


def test_after_the_invitation_a_question_is_no_clarification():
    assert read_move("How many people are on the team?", inviting=True) == "answer"


@pytest.mark.parametrize(
    ("text", "nothing"),
    [
        ("No, thanks.", True),
        ("I'm good, thank you.", True),
        ("No", True),
        ("What is the team working on?", False),
        ("Tell me about the bar raiser.", False),
        ("No questions about pay, but what happens next?", False),
    ],
)
def test_who_asks_nothing_at_the_end(text, nothing):
    assert asks_nothing(text) is nothing
