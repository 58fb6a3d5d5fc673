"""An answer given again, beside the first: what is there now that was not. Pure."""

from collections.abc import Sequence

from interviewer.report import label, probed_checks, question_grades
from interviewer.round import Round
from interviewer.rubric import Level, Strict
from interviewer.scoring import CriterionGrade, score_of
from interviewer.session import Interview
from interviewer.transcript import answers_to


class CriterionDifference(Strict):
    """One criterion, before and after."""

    title: str
    before: Level | None
    after: Level | None


class Comparison(Strict):
    """The answers to one question, the first time and again."""

    question_id: str
    question: str
    before_id: str
    after_id: str
    before: tuple[str, ...]
    """The candidate's answers then, follow-ups included."""
    after: tuple[str, ...]
    gained: tuple[str, ...]
    """Checks that are shown now and were not."""
    lost: tuple[str, ...]
    kept: tuple[str, ...]
    still_missing: tuple[str, ...]
    criteria: tuple[CriterionDifference, ...]
    score_before: float | None
    score_after: float | None
    """Weighted mean of the levels on 0..1."""


def compare(before: Interview, after: Interview, of_round: Round) -> Comparison:
    """The difference for the question that ``after`` asks again.

    What was asked for then is due now as well, so that both are measured alike.
    """
    question_id = after.plan.question_ids[0]
    due = probed_checks(before, question_id)
    then = question_grades(before, of_round, question_id)
    now = question_grades(after, of_round, question_id, also_due=due)
    shown_then, shown_now = _with_status(then, "shown"), _with_status(now, "shown")
    criteria = of_round.criteria_for(of_round.question(question_id))
    titles = {one.id: one.title for one in criteria}
    weights = {one.id: one.weight for one in criteria}
    levels = {one.criterion_id: one.level for one in now}

    def names(check_ids: Sequence[str]) -> tuple[str, ...]:
        return tuple(label(of_round.check(one)) for one in check_ids)

    return Comparison(
        question_id=question_id,
        question=of_round.question(question_id).text,
        before_id=before.id,
        after_id=after.id,
        before=tuple(turn.text for turn in answers_to(before.turns, question_id)),
        after=tuple(turn.text for turn in answers_to(after.turns, question_id)),
        gained=names([one for one in shown_now if one not in shown_then]),
        lost=names([one for one in shown_then if one not in shown_now]),
        kept=names([one for one in shown_now if one in shown_then]),
        still_missing=names([one for one in _with_status(now, "missing") if one not in shown_then]),
        criteria=tuple(
            CriterionDifference(
                title=titles[one.criterion_id], before=one.level, after=levels[one.criterion_id]
            )
            for one in then
        ),
        score_before=score_of(then, weights),
        score_after=score_of(now, weights),
    )


def _with_status(grades: Sequence[CriterionGrade], status: str) -> list[str]:
    return [one.check_id for grade in grades for one in grade.results if one.status == status]
