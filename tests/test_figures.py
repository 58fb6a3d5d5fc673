"""What is counted in the answers to one question."""

from datetime import timedelta

import pytest

from interviewer import markdown
from interviewer.figures import read_question
from interviewer.pace import MOST_MINUTES
from tests.doubles import NOW


@pytest.fixture
def figures(turn, a_round):
    """The figures of answers, each given so many minutes after the turn before it."""

    def make(*answers, minutes=1.0):
        turns, at = [turn(1, "question")], NOW
        for text in answers:
            at += timedelta(minutes=minutes)
            answer = turn(len(turns) + 1, "answer", text)
            turns.append(answer.model_copy(update={"at": at}))
        return read_question(1, "failure", turns, a_round, ())

    return make


NUMBERS = [
    ("I cut p99 from 3.5ms to 1.2ms.", ("3.5ms", "1.2ms")),
    ("The table has 1.5TB.", ("1.5TB",)),
    ("Recall was 0.81-0.83.", ("0.81-0.83",)),
    ("It fell from 1,200ms to 12ms.", ("1,200ms", "12ms")),
    ("6,000 parcels, 38 percent, 7% and $200k", ("6,000", "38 percent", "7%", "$200k")),
    ("It is 2x as fast, at 40kHz, for 3.5bn calls.", ("2x", "40kHz", "3.5bn")),
    ("A step of 1e-4 and 3e5 rows.", ("1e-4", "3e5")),
    ("It took 5-10% longer, 3ms-4ms.", ("5-10%", "3ms-4ms")),
    ("GPT-4 and v2.5 on an A100, in version 3.5turbo, at p99.", ()),
    ("The invoice is 2024-03-01.", ()),
    ("In 2022 sales were flat, from 2019 to 2021, and in the 1990s.", ()),
    ("I was there 2019-2021, and 2023 was better.", ()),
    ("It served 2000 users and 2030 requests for $2000.", ("2000", "2030", "$2000")),
    ("1. I read 400 of them.\n2. I fixed 9.", ("400", "9")),
]


@pytest.mark.parametrize(("said", "numbers"), NUMBERS)
def test_a_figure_is_given_as_it_was_said(figures, said, numbers):
    assert figures(said).numbers == numbers


def test_a_list_in_a_later_answer_is_a_list_too(figures):
    assert figures("It took 3 days.", "1. I read 400 of them.").numbers == ("3", "400")


@pytest.mark.parametrize(
    "code",
    [
        "```python\nfor i in range(10):\n    x = 3\n```",
        "```\nreturn 7",
        "    for i in range(10):\n        x = 3",
        "\tx = 3",
        "It is `x = 3`.",
        "I return x[0] and rows[-1].",
        "I keep layer_2, x1 and h2o.",
    ],
)
def test_code_has_no_figures(figures, code):
    assert figures(f"It took 12 days.\n{code}").numbers == ("12",)


def test_a_loop_over_i_and_the_country_are_no_pronouns(figures):
    one = figures("I sold it in the US. We did.\n```\nfor i in us:\n    i += 1\n```")
    assert (one.i, one.we) == (1, 1)
    assert figures("They gave us the U.S. data.").we == 1


def test_an_indented_list_is_no_code(figures):
    assert figures("What I did:\n    - I saved 12 hours.").numbers == ("12",)


def test_a_break_is_not_the_candidates_time(figures):
    assert figures("I did it.", "I did.", minutes=2).minutes == 4
    assert figures("I did it.", minutes=14 * 60).minutes == MOST_MINUTES
    assert figures("I did it.", minutes=-1).minutes == 0


def test_a_report_says_that_an_answer_was_judged_in_part(figures):
    long = "I wrote it. " * 1_000
    for said, told in (("I wrote it.", False), (long, True)):
        shown = dict(markdown.figures(figures(said)))["Words"]
        assert ("no more than 8,000 characters are judged" in shown) == told
