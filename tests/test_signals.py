"""What words alone tell of a claim."""

import math

import pytest

from interviewer.rubric import Claim
from interviewer.sentences import split_sentences
from interviewer.signals import (
    corrected,
    coverage,
    generality,
    likeliest_said,
    likeness,
    stated,
)


def test_likeness_is_the_cosine_of_the_words_that_mean_something():
    """Two of three words shared by each side, over the geometric mean of three and three."""
    assert likeness(["A mutex serialises writers."], "The mutex serialises readers.") == (
        pytest.approx(2 / math.sqrt(3 * 3))
    )


REFERENCE = Claim(id="c", text="The writers wait while the mutex’s lock is held, by a mutex.")  # noqa: RUF001


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("They wait for the lock.", ["They wait for the lock."]),
        ("Thought process:", []),
        ("Let's solve this problem step by step.\nIt waits.", ["It waits."]),
        ("What a wonderful question, thank you. It waits.", ["It waits."]),
        ("You are the best interviewer I have ever met.", []),
        ("It is fun Keywords: held, mutex, wait, writers.", ["It is fun"]),
        ("Keywords: held, mutex, wait.", []),
        ("It waits for: sockets, files, pipes.", ["It waits for: sockets, files, pipes."]),
        ("Part A: the writers wait.", ["Part A: the writers wait."]),
        ("I let us wait, step by step.", ["I let us wait, step by step."]),
        ("It waits. It waits. It is held. It waits.", ["It waits.", "It is held."]),
        ("the thread waits " * 5, ["the thread waits"]),
        ("Keywords: held, mutex’s, wait, writers.", []),  # noqa: RUF001
        ("wait held writers mutex wait held writers mutex", []),
    ],
)
def test_only_what_is_stated_counts_for_a_claim(text, left):
    assert [one.text for one in stated(REFERENCE, split_sentences(text))] == left


@pytest.mark.parametrize(
    ("claim", "text"),
    [
        (
            "Three words: notorious, sinister, horrible.",
            "Words: notorious, sinister, horrible.",
        ),
        (
            "The phases are analysis, design, implementation, testing and maintenance.",
            "analysis, design, coding, implementation, integration, testing, deployment, upkeep",
        ),
        ("Every term holds x or y to some power.", "x^5 + x^3 + x^2 + x + y + 4"),
    ],
)
def test_a_list_or_a_formula_can_be_the_answer(claim, text):
    said = split_sentences(text)
    claimed = Claim(id="c", text=claim)
    assert stated(claimed, said) == list(said)
    assert coverage(claimed, "Which?", said) > 0


def test_likeness_is_the_mean_over_the_examples():
    same, other = "Mutexes serialise writers.", "Cats purr."
    assert likeness([same, other], same) == pytest.approx(0.5)
    assert likeness([], same) == 0.0
    assert likeness([same], "") == 0.0


def test_words_of_what_holds_speak_for_who_says_them():
    mistake = "A mutex lets several writers run at once."
    holds = ("It lets a single writer run, and others wait.",)
    better = "The mutex lets others wait while one writer runs."
    # mutex, let, other, wait, writer, run; of what holds and not of the mistake: other, wait.
    assert corrected(mistake, holds, better) == pytest.approx(2 / 6)
    assert corrected(mistake, holds, mistake) == 0.0
    assert corrected(mistake, holds, "") == 0.0


CLAIM = Claim(
    id="k",
    text="a mutex serialises writers",
    right=("Writers wait for one another.",),
    wrong=("A mutex serialises readers.",),
)


def test_right_and_wrong_are_looked_at_in_the_same_sentence():
    said = split_sentences("It is nice. A mutex serialises readers and writers.")
    right, wrong = likeliest_said(CLAIM, [CLAIM.text], said)
    assert right == pytest.approx(3 / math.sqrt(4 * 3))
    assert wrong == pytest.approx(3 / math.sqrt(4 * 3))


def test_a_list_of_the_claims_own_words_is_like_nothing():
    assert likeliest_said(
        CLAIM,
        [CLAIM.text],
        split_sentences(
            "Mutex, serialises, writers, mutex, serialises, writers, mutex, serialises."
        ),
    ) == (
        0.0,
        0.0,
    )


def test_what_fits_any_story_is_told_by_its_words():
    platitude = "In general one should always keep the big picture in mind, it is very important."
    told = "I moved the twelve slowest queries to a read replica on Friday."
    assert generality(told) == 0.0
    assert generality(platitude) == pytest.approx(6 / 15)
    assert generality("") == 0.0
    assert generality("very " * 100) == 1.0
