"""The evaluation of the follow-ups: what it counts, and that it counts faults."""

import pytest

from interviewer.content import content_folder, load_data
from interviewer.evaluation.candidate import Profile
from interviewer.evaluation.probe_figures import (
    Asked,
    Reached,
    figures,
    gives_away,
    to_markdown,
    unsaid_quotes,
)
from interviewer.evaluation.probes import ProbeEvaluation
from interviewer.rubric import Question
from tests.doubles import ScriptedModel, shipped_content

SHIPPED = shipped_content()
PROFILES = [
    load_data(Profile, path)
    for path in sorted((content_folder("prompts") / "candidates").glob("*.yaml"))
]
QUESTION = SHIPPED.round(["system_design"]).question("prime_video_recommendations")
SAID = "I would use a two-tower network with embeddings, trained on last year's clicks."
GOOD = "You would use a two-tower network; how would you know that it is better for viewers?"


def _asked(text=GOOD, **more):
    values = {"where": "x", "kind": "probe", "trigger": "gap", "text": text, "question": QUESTION}
    return Asked(**(values | {"said": SAID, "earlier": (), "by_model": True} | more))


def test_a_good_follow_up_has_no_fault():
    found = figures([_asked()], [])
    shares = (
        found.single_question,
        found.short_enough,
        found.second_person,
        found.names_what_was_said,
    )
    assert shares == (1, 1, 1, 1)
    assert (found.leaks, found.repeats, found.unsaid_quotes) == (0, 0, 0)


@pytest.mark.parametrize(
    ("asked", "figure", "value"),
    [
        (_asked("What is a two-tower network? Why do you use it?"), "single_question", 0),
        (_asked("Why " + "two-tower " * 50 + "you?"), "short_enough", 0),
        (_asked("Why a two-tower network?"), "second_person", 0),
        (_asked("What would you measure?"), "names_what_was_said", 0),
        (_asked("You said “a forest of trees”; why that?"), "unsaid_quotes", 1),
        (_asked(earlier=(GOOD,)), "repeats", 1),
        (_asked("Would you retrieve a few hundred candidates cheaply first?"), "leaks", 1),
        (_asked(kind="redirect", expected=frozenset({"hint"})), "right_kind", "0 of 1"),
    ],
)
def test_each_fault_is_counted(asked, figure, value):
    assert getattr(figures([asked], []), figure) == value


def test_a_question_that_quotes_somebody_may_be_repeated():
    question = Question(id="churn", text='A lead says: "Please fix churn." How do you start?')
    repeated = _asked(f"Take your time. {question.text}", kind="nudge")
    assert unsaid_quotes(repeated) == ["Please fix churn."]
    assert unsaid_quotes(repeated.model_copy(update={"question": question})) == []


def test_what_was_said_is_not_given_away():
    leak = _asked("Would you retrieve a few hundred candidates cheaply first?")
    assert gives_away(leak) == ["two_stages"]
    said = leak.model_copy(update={"said": "I retrieve a few hundred candidates cheaply first."})
    assert gives_away(said) == []


def test_first_tokens_and_gaps_are_put_beside_what_they_are_compared_with():
    turns = [_asked(first_token=1.2, raw_first_token=1.0), _asked(first_token=3, raw_first_token=2)]
    reached = Reached(profile="p", gaps=6, by_interviewer=4, by_baseline=1, noticed=True)
    found = figures(turns, [reached])
    assert found.first_token_ratio == pytest.approx(1.35)
    assert (found.gaps, found.gaps_reached, found.gaps_reached_by_baseline) == (6, 4, 1)
    assert "| hidden gaps reached | 4 of 6 |" in to_markdown(found)


@pytest.mark.parametrize("profile", PROFILES, ids=lambda one: one.id)
def test_a_profile_hides_what_it_says_it_hides(profile):
    question = SHIPPED.round([profile.area]).question(profile.question)
    SHIPPED.persona(profile.persona)
    for gap in profile.gaps:
        assert gap.reveals not in profile.opening
        assert not gap.asked_by(question.text), gap.id
        assert not gap.asked_by("Tell me more about that."), gap.id
    assert profile.reply(1, "Tell me more.", ()) == profile.others[0]
    assert profile.inconsistency.says in profile.reply(2, "Tell me more.", ())


def test_who_asks_for_a_gap_is_told_and_a_quotation_asks_for_nothing():
    profile = next(one for one in PROFILES if one.id == "churn_model")
    asked = "Which ablation shows that?"
    assert profile.reached([asked]) == {"cause_untested"}
    assert profile.reply(
        1, asked, ""
    ) == "I never shuffled the events, so strictly I can't say " + ("that it's the order.")
    assert profile.reached(["You said “no ablation was made”. And then?"]) == frozenset()


async def test_a_run_can_be_taken_up(tmp_path):
    """Scripted: shows that the parts fit together, nothing about quality."""
    profile = PROFILES[0]
    first = ProbeEvaluation(SHIPPED, ScriptedModel(yes=lambda _: 0.05), tmp_path)
    await first.simulated_round(profile)
    assert (tmp_path / f"round_{profile.id}.md").read_text().count("**Interviewer**") >= 3
    again = ProbeEvaluation(SHIPPED, ScriptedModel(failures=-1), tmp_path)
    assert [one.text for one in again.turns] == [one.text for one in first.turns]
    assert again.rounds == first.rounds
