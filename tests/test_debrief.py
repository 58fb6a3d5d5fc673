"""The decision is a table of the grades, and the discussion says nothing beyond it."""

import pytest

from interviewer.debrief import APART, AreaGrade, Notes, Proof, beside, hold_debrief

MEDIAN = 3.5


def _area(name, level, bar=3.0, weight=1.0, **more):
    return AreaGrade(area=name, title=name.title(), level=level, weight=weight, bar=bar, **more)


def _notes(vote="hire", raiser=False, finished=True, name=None, **levels):
    name = name or ("Ruth" if raiser else "Maya")
    return Notes(
        round=f"{name}'s round",
        interviewer=name,
        bar_raiser=raiser,
        finished=finished,
        vote=vote,
        areas=tuple(_area(area, level) for area, level in (levels or {"theory": 4.0}).items()),
        strongest=(
            Proof(
                side="for", area="theory", check="A figure", text="By 9 %.", quoted=True, question=1
            ),
        ),
        weakest=(
            Proof(
                side="against",
                area="theory",
                check="A baseline",
                text="-",
                quoted=False,
                question=2,
            ),
        ),
    )


RUTH = _notes(raiser=True, stories=4.0)

TABLE = {
    "all pass": ([_notes(theory=4), RUTH], "hire"),
    "an area just at its bar": ([_notes(theory=3), _notes(raiser=True, stories=4.5)], "hire"),
    "an area just below its bar": (
        [_notes(theory=2.9), _notes(raiser=True, stories=5)],
        "no hire",
    ),
    "strong in every vote": (
        [_notes("strong hire", theory=5), _notes("strong hire", raiser=True, stories=5)],
        "strong hire",
    ),
    "strong in half of the votes": (
        [_notes("strong hire", theory=5), _notes("hire", raiser=True, stories=4)],
        "strong hire",
    ),
    "strong in fewer": (
        [_notes("strong hire", theory=5), _notes(coding=4), RUTH],
        "hire",
    ),
    "the Bar Raiser votes no": (
        [_notes(theory=5), _notes("no hire", True, stories=3.5)],
        "no hire",
    ),
    "not above the median": ([_notes(theory=3.5), _notes(raiser=True, stories=3.5)], "no hire"),
    "one against two": ([_notes("no hire", theory=4), _notes(coding=4), RUTH], "hire"),
    "as many against as for": ([_notes("no hire", theory=4), RUTH], "hire"),
    "more against than for": (
        [_notes("no hire", theory=4), _notes("strong no hire", coding=4), RUTH],
        "no hire",
    ),
    "a round is open": ([_notes(finished=False, theory=1), RUTH], "open"),
    "a vote is missing": ([_notes("no vote", theory=4), RUTH], "open"),
    "an area was not observed": ([_notes(theory=None), RUTH], "open"),
    "observed by another": ([_notes(stories=None), RUTH], "hire"),
    "a phone screen asks for no median": ([_notes(theory=3)], "hire"),
    "a phone screen below the bar": ([_notes("no hire", theory=2)], "no hire"),
    "nothing yet": ([], "open"),
}


@pytest.mark.parametrize(("notes", "decision"), TABLE.values(), ids=TABLE)
def test_the_decision(notes, decision):
    result = hold_debrief(notes, MEDIAN)
    assert result.decision == decision
    assert result.reasons


def test_who_has_not_heard_or_graded_everything_counts_for_nothing_yet():
    half = _notes("no hire", name="Anders", finished=False, theory=2)
    ungraded = _notes("no hire", name="Wei", theory=2).model_copy(update={"graded": False})
    result = hold_debrief([half, ungraded, RUTH], MEDIAN, to_come=["Coding"])
    assert (result.decision, result.votes_for, result.votes_against) == ("open", 1, 0)
    assert result.reasons[:3] == (
        "Anders's round is not finished.",
        "Wei's round is still being graded.",
        "Coding is not held yet.",
    )
    assert result.disagreements == ()
    said = " ".join(one.text for one in result.discussion)
    assert said.count("I don't vote yet") == 2
    assert "I veto" not in said.replace("Whether I veto", "")
    assert "don't veto" not in said
    assert "Then we have it" not in said


@pytest.mark.parametrize(("high", "close"), [(3.5, True), (2.9, False)])
def test_a_no_within_the_error_of_one_sitting_is_told_as_one(high, close):
    area = _area("theory", 2.8, low=2.0, high=high)
    notes = _notes().model_copy(update={"areas": (area,)})
    result = hold_debrief([notes, RUTH.model_copy(update={"areas": (_area("coding", 5.0),)})], 3.5)
    assert result.decision == "no hire"
    assert ("within the error of one sitting" in result.discussion[-1].text) is close


@pytest.mark.parametrize(
    ("level", "bound", "told"),
    [
        (4.0, 3.0, ("4.0", "3.0")),
        (3.0, 3.0, ("3.0", "3.0")),
        (2.96, 3.0, ("2.96", "3.00")),
        (3.2, 3.25, ("3.20", "3.25")),
        (2.9996, 3.0, ("3.000", "3.000")),
    ],
)
def test_figures_beside_a_bound_are_told_apart(level, bound, told):
    assert beside(level, bound) == told


def test_an_area_is_the_weighted_mean_of_its_rounds():
    first = _notes().model_copy(update={"areas": (_area("theory", 2.0, weight=1.0),)})
    second = _notes(raiser=True).model_copy(update={"areas": (_area("theory", 4.0, weight=3.0),)})
    (area,) = hold_debrief([first, second], MEDIAN).areas
    assert (area.level, area.passed) == (3.5, True)
    assert area.rounds == ("Maya's round", "Ruth's round")


def test_an_unobserved_round_does_not_pull_an_area_down():
    (area,) = hold_debrief([_notes(theory=None), _notes(raiser=True, theory=4)], MEDIAN).areas
    assert area.level == 4
    assert area.rounds == ("Ruth's round",)


def test_the_areas_bar_decides():
    high = _notes(raiser=True).model_copy(update={"areas": (_area("theory", 4.0, bar=4.5),)})
    result = hold_debrief([high], MEDIAN)
    assert result.decision == "no hire"
    assert result.reasons == ("Theory is at 4.0, below the bar of 4.5.",)


def test_the_veto_gives_its_reasons():
    veto = hold_debrief([_notes(theory=3.2), _notes("no hire", True, stories=3.2)], MEDIAN).veto
    assert veto.interviewer == "Ruth"
    assert len(veto.reasons) == 2
    assert "A baseline (theory)" in veto.reasons[0]
    assert "not above the role's median, taken as 3.5" in veto.reasons[1]


def test_nobody_vetoes_what_is_open():
    result = hold_debrief([_notes(finished=False), _notes("no hire", True)], MEDIAN)
    assert (result.decision, result.veto) == ("open", None)


def test_disagreements():
    one = _notes("hire", name="Maya", theory=4.0, talk=3.0)
    other = _notes("no hire", raiser=True, theory=4.0 - APART, talk=3.0 - APART + 0.1)
    found = hold_debrief([one, other], MEDIAN).disagreements
    assert [(it.about, it.text) for it in found] == [
        ("the vote", "The vote. hire: Maya; no hire: Ruth."),
        ("Theory", f"Theory. Maya 4.0, Ruth {4.0 - APART:.1f}."),
    ]


def test_no_vote_is_no_disagreement():
    assert hold_debrief([_notes("no vote"), _notes("no hire", True)], MEDIAN).disagreements == ()


def test_a_close_area_is_told():
    area = _area("theory", 3.1, low=2.8, high=3.4)
    notes = _notes(raiser=True).model_copy(update={"areas": (area,)})
    result = hold_debrief([notes], 3.0)
    assert result.areas[0].close
    assert any("Too close to call" in one.text for one in result.discussion)


def test_the_discussion_holds_every_vote_and_its_proofs():
    notes = [_notes(theory=4, name="Maya"), _notes("no hire", name="Tom", coding=2), RUTH]
    result = hold_debrief(notes, MEDIAN)
    for one in notes:
        (said,) = [
            it for it in result.discussion if it.speaker == one.interviewer and "I vote" in it.text
        ]
        assert one.vote in said.text
        assert said.proofs == (*one.strongest, *one.weakest)
    last = result.discussion[-1]
    assert last.speaker == "Ruth"
    assert all(reason in last.text for reason in result.reasons)
    assert "no hire" in last.text


def test_the_same_notes_give_the_same_debrief():
    notes = [_notes(theory=4), RUTH]
    assert hold_debrief(notes, MEDIAN) == hold_debrief(list(notes), MEDIAN)
