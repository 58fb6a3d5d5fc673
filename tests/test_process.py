"""The shipped process covers the role, and a loop's questions are chosen once, with care."""

import pytest

from interviewer.process import LOOP, Choice, Seat, plan_loop
from tests.doubles import PROCESS, shipped_content

SHIPPED = shipped_content()
STAGES = {stage.id: stage for stage in SHIPPED.process.stages}
LOOP_ROUNDS = STAGES[LOOP].rounds


def _plan(scope="loop", turn=0, asked=(), **more):
    chosen = {"role": "applied_scientist", "level": "L5", "focus": "general", **more}
    choice = Choice(scope=scope, **chosen)
    return plan_loop(SHIPPED.process, SHIPPED.rubrics, choice, turn, asked)


def test_the_loop_has_five_rounds_with_five_interviewers():
    assert len(LOOP_ROUNDS) == 5
    assert len({one.persona for one in LOOP_ROUNDS}) == 5
    assert [one.bar_raiser for one in LOOP_ROUNDS].count(True) == 1


def test_together_the_rounds_cover_the_role():
    asked = {area for one in LOOP_ROUNDS for area in one.areas}
    assert asked == set(SHIPPED.rubrics)
    assigned = [name for one in LOOP_ROUNDS for name in one.principles]
    assert sorted(assigned) == sorted(one.id for one in SHIPPED.rubric("behavioral").principles)


def test_before_the_loop_come_a_recruiter_and_two_phone_screens():
    assert list(STAGES) == ["recruiter_screen", "phone_screen", LOOP]
    assert len(STAGES["phone_screen"].rounds) == 2
    screened = {area for one in STAGES["phone_screen"].rounds for area in one.areas}
    assert screened >= {"coding", "ml_theory"}


def test_the_bar_rises_with_the_level():
    bars = [one.bar for one in SHIPPED.process.levels]
    assert [one.id for one in SHIPPED.process.levels] == ["L4", "L5", "L6", "L7"]
    assert bars == sorted(set(bars))
    assert all(one.median >= one.bar for one in SHIPPED.process.levels)


def test_the_role_shifts_the_bar_of_an_area():
    applied, research = (
        SHIPPED.process.standard(Seat(role=role, level="L5", focus="general"))
        for role in ("applied_scientist", "research_scientist")
    )
    assert research.bar("coding") < applied.bar("coding")
    assert research.bar("science_depth") > applied.bar("science_depth")
    assert research.bar("ml_theory") == applied.bar("ml_theory")
    small = PROCESS.standard(Seat(role="research", level="L4", focus="general"))
    assert (small.bar("story"), small.bar("other"), small.median) == (2.5, 2.0, 2.5)


def test_without_a_seat_the_defaults_hold():
    defaults = SHIPPED.process.defaults
    named = Seat(role=defaults.role, level=defaults.level, focus=defaults.focus)
    assert SHIPPED.process.standard(None) == SHIPPED.process.standard(named)


@pytest.mark.parametrize("turn", range(12))
def test_a_loop_asks_nothing_twice_and_each_round_asks_its_own(turn):
    plan = _plan("process", turn)
    ids = [one for planned in plan.rounds for one in planned.question_ids]
    assert len(ids) == len(set(ids))
    for planned in plan.rounds:
        assert len(planned.question_ids) == sum(part.questions for part in planned.round.parts)
        for question_id in planned.question_ids:
            (question,) = [
                rubric.question(question_id)
                for rubric in SHIPPED.rubrics.values()
                if question_id in {one.id for one in rubric.questions}
            ]
            if question_id in {one.id for one in SHIPPED.rubric("behavioral").questions}:
                assert set(question.principles) & set(planned.round.principles)


def test_another_loop_asks_other_questions():
    first, second = (
        {one for planned in _plan(turn=turn).rounds for one in planned.question_ids}
        for turn in (0, 1)
    )
    assert len(first & second) < len(first) / 2


def test_what_was_asked_before_comes_last():
    first = _plan()
    asked = {one for planned in first.rounds for one in planned.question_ids}
    again = _plan(asked=asked)
    assert not asked & {one for planned in again.rounds for one in planned.question_ids}


def test_the_team_focus_draws_its_questions():
    theory = SHIPPED.rubric("ml_theory")
    words = SHIPPED.process.focus("language").words
    for turn in range(0, len(theory.questions), 7):
        (planned,) = _plan("theory", turn, focus="language").rounds
        asked = theory.question(planned.question_ids[0])
        text = f"{asked.text} {asked.topics} {asked.tags}".lower()
        assert any(word in text for word in words), asked.id


def test_a_short_loop_asks_one_question_an_area():
    plan = _plan(short=True)
    assert plan.most_probes == 1
    assert [len(one.question_ids) for one in plan.rounds] == [len(one.parts) for one in LOOP_ROUNDS]


def test_any_stage_or_round_alone():
    assert [one.round.id for one in _plan("phone_screen").rounds] == ["phone_ml", "phone_coding"]
    assert [one.round.id for one in _plan("bar_raiser").rounds] == ["bar_raiser"]
    assert len(_plan("process").rounds) == 8


@pytest.mark.parametrize(
    "wrong", [{"scope": "lunch"}, {"level": "L9"}, {"role": "chef"}, {"focus": "food"}]
)
def test_an_unknown_choice_names_the_known(wrong):
    with pytest.raises(KeyError, match="there are: "):
        _plan(**wrong)
