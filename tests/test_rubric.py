"""Which criteria and checks hold for which question."""

import pytest
from pydantic import ValidationError

from interviewer.rubric import BAR, KeyPoint, Question
from tests.doubles import shipped_content

EVERY = ["situation", "results"]
DIG = ["situation", "results", "digging"]


@pytest.mark.parametrize(
    ("question_id", "criteria"), [("failure", DIG), ("conflict", EVERY), ("success", EVERY)]
)
def test_criteria_for_a_question(rubric, question_id, criteria):
    found = rubric.criteria_for(rubric.question(question_id))
    assert [criterion.id for criterion in found] == criteria


def test_criteria_for_a_question_from_elsewhere(rubric):
    assert [criterion.id for criterion in rubric.criteria_for(None)] == EVERY


def test_the_ladder_keeps_its_order_and_leaves_out_what_does_not_apply(rubric):
    every = ["scene", "own_part", "number", "measured"]
    assert [check.id for check in rubric.ladder_for(None)] == every
    assert [check.id for check in rubric.ladder_for(rubric.question("failure"))] == [
        *["scene", "own_part", "cause", "number", "measured", "confirmed"]
    ]


def test_checks_are_in_the_order_of_the_file(rubric):
    assert list(rubric.checks) == ["scene", "own_part", "number", "measured", "cause", "confirmed"]


def test_unknown_question(rubric):
    with pytest.raises(KeyError, match="nonsense"):
        rubric.question("nonsense")


def test_key_points_are_unique():
    point = KeyPoint(id="k", text="t")
    with pytest.raises(ValidationError, match="key point ids must be unique"):
        Question(id="q", text="t", key_points=(point, point))


def test_a_rubric_is_frozen(rubric):
    with pytest.raises(ValidationError):
        rubric.title = "Other"


def test_every_shipped_check_can_be_probed_and_every_question_graded():
    for rubric in shipped_content().rubrics.values():
        for question in rubric.questions:
            assert rubric.ladder_for(question), question.id
        for criterion in rubric.criteria:
            assert criterion.levels[BAR]
