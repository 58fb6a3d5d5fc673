"""Contradictions with what was said before, and stories told twice."""

import pytest

from interviewer.memory import contradiction, figures, same_story, told
from interviewer.sentences import split_sentences

CONTRADICTIONS = [
    ("The ranker cut churn by 12 percent on the holdout.",
     "The ranker cut churn by 30 percent on the holdout set.", "figure"),
    ("I was in a team of five.", "We were a team of twelve at the time.", "figure"),
    ("I led the migration from start to end.", "The migration was led by my manager.", "role"),
    ("Checkout requests took 40 ms.", "Checkout requests took 200 ms.", "figure"),
    ("In the end it saved about $200k a year.", "It saved about $90k a year.", "figure"),
    ("I wrote the parser alone.", "My colleague wrote the parser in June.", "role"),
]  # fmt: skip
CONSISTENT = [
    ("We saved $200k a year on storage.", "I had three months and two engineers."),
    ("Churn was 30 percent in May.", "Churn went from 30 percent to 20 percent in June."),
    ("The ranker cut churn by 12 percent.", "The ranker cut churn by 12.4 percent."),
    ("I led the evaluation of the ranker.", "The labelling was led by my manager."),
    ("Recall rose by 12 points.", "Latency rose by 40 points."),
    ("Churn fell by 12 percent in Spain.", "Later churn fell by 20 percent in Spain."),
]


def _held(before: str, now: str):
    return contradiction(told(split_sentences(before), 2), told(split_sentences(now), 4))


@pytest.mark.parametrize(("before", "now", "kind"), CONTRADICTIONS)
def test_what_does_not_fit_is_found_with_both_sentences(before, now, kind):
    found = _held(before, now)
    assert found is not None
    assert (found.kind, found.first, found.second) == (kind, before, now)
    assert (found.before.ref.seq, found.now.ref.seq) == (2, 4)


@pytest.mark.parametrize(("before", "now"), CONSISTENT)
def test_what_fits_is_left_alone(before, now):
    assert _held(before, now) is None


FIVE = "At my last company I was in a team of five, and we ran the ads ranker."
THREE = "For this story I go back to my PhD, where we were a team of three on speech."


@pytest.mark.parametrize(
    ("before", "now"),
    [
        (FIVE, THREE),
        (
            "The migration saved $200k a year in hosting costs.",
            "My ranking change saved $1.4M in support costs.",
        ),
    ],
)
def test_another_story_may_have_other_figures(before, now):
    first = told(split_sentences(before), 2, "failure")
    assert contradiction(first, told(split_sentences(now), 4, "conflict")) is None


def test_one_team_in_two_stories_has_one_size():
    first = told(split_sentences("The speech team of eight took it over."), 2, "failure")
    found = contradiction(first, told(split_sentences(THREE), 4, "conflict"))
    assert found.clash == ("team of eight", "team of three")


def test_figures_have_a_value_and_a_unit():
    (figure,) = figures("We saved $1.5m on storage.")
    assert (figure.value, figure.unit) == (1.5e6, "money")
    assert [one.unit for one in figures("It took 12,000 requests and 40 ms.")] == ["request", "ms"]


STORY = (
    "In March 2024 our billing team had to switch off the usage exporter. I wrote a comparison "
    "script over the storage logs of one region and recommended to remove it. Finance confirmed "
    "that the invoices stayed the same, and customers never noticed."
)
RETOLD = (
    "There was this usage exporter that the billing team switched off. My comparison script over "
    "storage logs showed that invoices stayed the same in that region, finance confirmed it, and "
    "I recommended to remove it. No customers noticed."
)
OTHER = (
    "A new intern joined us and struggled with the code review habits. I paired twice a week, gave "
    "written feedback on design documents, and handed over a small ranking experiment. By August "
    "the experiment was live and the intern presented it to directors."
)


def test_the_same_story_is_noticed_and_another_is_not():
    assert same_story(STORY, RETOLD)
    assert not same_story(STORY, OTHER)
    assert not same_story("It was the exporter.", "The exporter it was.")
