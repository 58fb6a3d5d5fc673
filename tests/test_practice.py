"""The schedule: what was missing comes back soon, what holds comes back late."""

from datetime import timedelta

from interviewer.history import Outcome
from interviewer.practice import next_practice, schedule
from tests.doubles import NOW

DAY = timedelta(days=1)


def _outcome(name, day, shown, kind="check", **more):
    fields = {"label": name, "area": "story", "asked_for": False, **more}
    return Outcome(kind=kind, id=name, at=NOW + day * DAY, shown=float(shown), **fields)


def _due(outcomes, now=NOW + DAY):
    return {one.id: one for one in schedule(outcomes, now)}


def test_what_was_missing_is_due_before_what_was_shown():
    due = _due([_outcome("number", 0, 0), _outcome("scene", 0, 1)])
    assert list(due) == ["number", "scene"]
    assert due["number"].due_at < due["scene"].due_at
    assert due["number"].due_at <= NOW + 2 * DAY


def test_each_time_it_is_shown_it_comes_back_later():
    once = _due([_outcome("scene", 0, 1)])["scene"]
    often = _due([_outcome("scene", day, 1) for day in (0, 3, 10)], NOW + 10 * DAY)["scene"]
    assert often.due_at - often.last_at > 2 * (once.due_at - once.last_at)
    assert (often.times, often.shown) == (3, 3)


def test_a_lapse_brings_it_back():
    held = [_outcome("scene", day, 1) for day in (0, 3, 10)]
    lapsed = _due([*held, _outcome("scene", 30, 0)], NOW + 31 * DAY)["scene"]
    assert lapsed.due_at - lapsed.last_at < 10 * DAY


def test_having_to_be_asked_counts_less():
    unasked = _due([_outcome("scene", 0, 1)])["scene"]
    asked = _due([_outcome("scene", 0, 1, asked_for=True)])["scene"]
    assert asked.due_at < unasked.due_at


def test_half_of_the_key_points_count_less_than_most():
    due = _due([_outcome("half", 0, 0.5, "question"), _outcome("most", 0, 0.8, "question")])
    assert due["half"].due_at < due["most"].due_at
    assert (due["half"].shown, due["most"].shown) == (0, 1)


def test_the_order_of_the_history_does_not_matter():
    outcomes = [_outcome("scene", day, day % 2) for day in (0, 3, 10)]
    assert schedule(outcomes, NOW + 20 * DAY) == schedule(outcomes[::-1], NOW + 20 * DAY)


def test_the_practice_asks_another_question_for_the_same_check(rubric):
    practice = next_practice([_outcome("number", 0, 0)], {"story": rubric}, ["failure"], NOW + DAY)
    assert practice.area == "story"
    assert practice.question_ids == ("conflict",)
    asked = ["failure", "conflict", "success"]
    practice = next_practice([_outcome("number", 0, 0)], {"story": rubric}, asked, NOW + DAY)
    assert practice.question_ids == ("failure",)  # asked longest ago


def test_key_points_are_practised_with_their_own_question(rubric):
    outcomes = [_outcome("success", 0, 0.1, "question"), _outcome("number", 0, 1)]
    practice = next_practice(outcomes, {"story": rubric}, ["success"], NOW + DAY)
    assert practice.question_ids[0] == "success"
    assert practice.questions[0] == rubric.question("success").text


def test_a_check_only_some_questions_show(rubric):
    practice = next_practice([_outcome("cause", 0, 0)], {"story": rubric}, [], NOW + DAY)
    assert practice.question_ids == ("failure",)  # the only one about this principle


def test_nothing_judged_proposes_nothing(rubric):
    assert next_practice([], {"story": rubric}, [], NOW) is None
    gone = [_outcome("x", 0, 0, area="gone")]
    assert next_practice(gone, {"story": rubric}, [], NOW) is None
