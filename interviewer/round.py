"""A round: what one interview is graded on, put together from the rubrics of its areas.

Pure. An answer is graded on the criteria of its question's own area, and on those that a
cross-cutting area (ambiguity, communication) has graded in every round.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property

from interviewer.calibration import UNFITTED, Fits
from interviewer.errors import ContentError
from interviewer.rubric import Check, Criterion, Question, RedFlag, Rubric


@dataclass(frozen=True, eq=False)
class Round:
    """The rubrics of a round's areas, in their order, as if they were one.

    Equal only to itself: what is worked out for one is remembered by it.
    """

    rubrics: tuple[Rubric, ...]
    across: tuple[Rubric, ...] = ()
    """Rubrics of which a part is graded in every round."""
    fits: Fits = UNFITTED
    """What probabilities are worth in levels and scores."""
    flags: tuple[RedFlag, ...] = ()
    """Red flags of any area that are looked for in every round."""

    @cached_property
    def areas(self) -> tuple[str, ...]:
        """The areas whose questions are asked."""
        return tuple(rubric.area for rubric in self.rubrics)

    @property
    def title(self) -> str:
        """What a person reads as the round's name."""
        return " and ".join(rubric.title for rubric in self.rubrics)

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Every question of the round's areas."""
        return tuple(question for rubric in self.rubrics for question in rubric.questions)

    @cached_property
    def _owners(self) -> dict[str, tuple[Question, Rubric]]:
        return {one.id: (one, rubric) for rubric in self.rubrics for one in rubric.questions}

    def question(self, question_id: str) -> Question:
        """The question with this id; ContentError when the round has none (any more)."""
        return self._owner(question_id)[0]

    def area_of_question(self, question_id: str) -> str:
        """The area that a question belongs to."""
        return self._owner(question_id)[1].area

    def title_of_question(self, question_id: str) -> str:
        """The title of the area that a question belongs to."""
        return self._owner(question_id)[1].title

    def _owner(self, question_id: str) -> tuple[Question, Rubric]:
        found = self._owners.get(question_id)
        if found is None:
            raise ContentError(
                f"this interview's question {question_id!r} is not in the rubrics (any more); put "
                "its file back, or delete the interview from your history"
            )
        return found

    def own_ladder_for(self, question: Question | None) -> tuple[Check, ...]:
        """The checks of the question's own area, in the order to dig for them."""
        return tuple(
            check for rubric in self._owning(question) for check in rubric.ladder_for(question)
        )

    def across_checks_for(self, question: Question | None) -> tuple[Check, ...]:
        """The cross-cutting checks that apply to the question."""
        return tuple(
            check for criterion in self._across_for(question) for check in criterion.checks
        )

    def speaks_to(self, question: Question | None, shown: Collection[str]) -> bool:
        """Whether an answer that shows these checks speaks to the question at all.

        Unless it shows something of the question's own area, what is graded in every round
        says nothing: a clear sentence about the weather answers nothing.
        """
        return any(check.id in shown for check in self.own_ladder_for(question))

    def ladder_for(self, question: Question | None) -> tuple[Check, ...]:
        """Every check that an answer to the question is judged on, its own area's first."""
        return (*self.own_ladder_for(question), *self.across_checks_for(question))

    def probes_for(self, question: Question) -> tuple[tuple[Check, ...], tuple[Check, ...]]:
        """The checks that a follow-up may dig for: the question's own, then cross-cutting ones.

        A cross-cutting gap is dug for only where the question itself was open, and only once
        nothing of the question's own area is left.
        """
        across = self.across_checks_for(question) if question.open_ended else ()
        due = tuple(check for check in across if check.expected)
        return self.own_ladder_for(question), due

    def criteria_for(self, question: Question | None) -> tuple[Criterion, ...]:
        """The criteria that an answer to the question is graded on.

        With None (a question from outside the bank) those that hold for every question.
        """
        own = (
            criterion
            for rubric in self._owning(question)
            for criterion in rubric.criteria_for(question)
        )
        return (*own, *self._across_for(question))

    def red_flags_for(self, question: Question | None) -> tuple[RedFlag, ...]:
        """What counts against an answer to the question, each once."""
        own = (flag for rubric in self._owning(question) for flag in rubric.red_flags)
        return tuple({flag.id: flag for flag in (*own, *self.flags)}.values())

    def find_check(self, check_id: str) -> Check | None:
        """The check with this id; None for what is only probed for, such as a known mistake."""
        found = (rubric.find_check(check_id) for rubric in (*self.rubrics, *self.across))
        flags = (flag for rubric in self.rubrics for flag in rubric.red_flags)
        flagged = (flag.check for flag in (*flags, *self.flags) if flag.id == check_id)
        return next((one for one in (*found, *flagged) if one is not None), None)

    def check(self, check_id: str) -> Check:
        """The check with this id; KeyError when nothing in the round has it."""
        found = self.find_check(check_id)
        if found is None:
            raise KeyError(check_id)
        return found

    def area_of(self, criterion: Criterion) -> str:
        """The title of the area that a criterion belongs to."""
        return self._titles[criterion.id]

    def area_id_of(self, criterion: Criterion) -> str:
        """The id of the area that a criterion belongs to."""
        title = self.area_of(criterion)
        return next(one.area for one in (*self.rubrics, *self.across) if one.title == title)

    def area_of_check(self, check_id: str) -> str:
        """The id of the area that a check belongs to; KeyError when nothing here has it."""
        for rubric in (*self.rubrics, *self.across):
            if rubric.find_check(check_id) is not None:
                return rubric.area
        raise KeyError(check_id)

    def rank_of(self, criterion: Criterion) -> int:
        """The position of a criterion's area: the round's own in their order, then the others."""
        return list(dict.fromkeys(self._titles.values())).index(self.area_of(criterion))

    @cached_property
    def weights(self) -> dict[str, float]:
        """Every criterion's weight in this round, by id."""
        across = (one for of_either in self._elsewhere.values() for _, one in of_either)
        own = (
            criterion
            for rubric in self.rubrics
            for criterion in (*rubric.all_criteria, *rubric.key_point_criteria)
        )
        return {criterion.id: criterion.weight for criterion in (*across, *own)}

    @cached_property
    def _titles(self) -> dict[str, str]:
        return {
            criterion.id: rubric.title
            for rubric in (*self.rubrics, *self.across)
            for criterion in (*rubric.all_criteria, *rubric.key_point_criteria)
        }

    def _owning(self, question: Question | None) -> tuple[Rubric, ...]:
        """The rubric of the question's area; all of the round for one from outside the bank."""
        if question is None or question.id not in self._owners:
            return self.rubrics
        return (self._owners[question.id][1],)

    def _across_for(self, question: Question | None) -> tuple[Criterion, ...]:
        own = {rubric.area for rubric in self._owning(question)}
        open_ended = question is not None and question.open_ended
        return tuple(
            criterion for area, criterion in self._elsewhere[open_ended] if area not in own
        )

    @cached_property
    def _elsewhere(self) -> dict[bool, tuple[tuple[str, Criterion], ...]]:
        """Area and criterion, for questions that are open-ended and for those that are not."""
        return {one: tuple(self._reduced(one)) for one in (False, True)}

    def _reduced(self, open_ended: bool) -> Iterator[tuple[str, Criterion]]:
        """The cross-cutting criteria as they stand in another area's question.

        A criterion keeps its weight where its own area is part of the round, so that it has
        one weight in the whole round.
        """
        for rubric in self.across:
            for criterion in rubric.criteria:
                part = criterion.everywhere
                if part is None:
                    continue
                due = part.due == "always" or open_ended
                checks = tuple(
                    check.model_copy(update={"expected": check.expected and due})
                    for check in criterion.checks
                    if check.id in part.checks
                )
                weight = criterion.weight if rubric.area in self.areas else part.weight
                copy = criterion.model_copy(update={"checks": checks, "weight": weight})
                yield rubric.area, copy
