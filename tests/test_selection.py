"""Which questions are asked: each once, spread over principles and areas, moving with time."""

from datetime import UTC, datetime

import pytest

from interviewer.round import Round
from interviewer.selection import choose_questions


def _at(hour):
    return datetime(2026, 1, 1, hour, tzinfo=UTC)


@pytest.fixture
def mixed(rubric):
    """Two areas: the small rubric, and one with the same questions under other ids."""
    questions = tuple(
        one.model_copy(update={"id": f"other_{one.id}", "principles": ()})
        for one in rubric.questions
    )
    return Round((rubric, rubric.model_copy(update={"area": "other", "questions": questions})))


@pytest.mark.parametrize("count", [1, 2, 3, 9])
def test_questions_are_chosen_once_each(a_round, count):
    for hour in range(8):
        chosen = choose_questions(a_round, count, _at(hour))
        assert len(set(chosen)) == len(chosen) == min(count, 3)


def test_questions_change_from_hour_to_hour(a_round):
    assert len({choose_questions(a_round, 1, _at(hour)) for hour in range(6)}) == 3


def test_principles_are_spread(rubric):
    twin = rubric.questions[0].model_copy(update={"id": "twin"})
    more = Round((rubric.model_copy(update={"questions": (*rubric.questions, twin)}),))
    for hour in range(8):
        assert not {"failure", "twin"} <= set(choose_questions(more, 3, _at(hour)))


def test_areas_have_equal_parts_and_come_in_their_order(mixed):
    for hour in range(8):
        chosen = choose_questions(mixed, 4, _at(hour))
        areas = [mixed.area_of_question(one) for one in chosen]
        assert areas == ["story", "story", "other", "other"]


def test_the_first_question_can_be_of_any_area(mixed):
    chosen = choose_questions(mixed, 3, _at(1), first="other_success")
    assert chosen[0] == "other_success"
    assert {mixed.area_of_question(one) for one in chosen[1:]} == {"story", "other"}
