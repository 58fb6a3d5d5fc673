"""The shape of a rubric file: an evaluation area with its criteria, checks and questions.

Everything an expert knows about an area lives in these files. The model only answers
one check at a time and puts a chosen probe into words; code does the rest.
"""

import re
from collections.abc import Sequence
from functools import cached_property
from typing import Annotated, Any, Literal, Self, TypeVar, get_args

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, WithJsonSchema, model_validator

from interviewer.text import FUNCTION_WORDS, stem, words

Level = Literal[1, 2, 3, 4, 5]
Complexity = Literal["1", "log n", "n", "n log n", "n^2", "n^2 log n", "n^3", "2^n"]
Difficulty = Literal["phone_screen", "loop", "bar_raiser"]
StarPart = Literal["situation", "task", "action", "result"]
Rung = Literal["claim", "part", "mechanism", "number", "alternative", "limits", "lesson"]
"""How far down a follow-up digs: from the claim and the own part in it, over how it works and
how it was measured, to what else was possible, what would break it and what was learned."""

RUNGS: tuple[Rung, ...] = get_args(Rung)
"""The rungs from the surface down."""

FEWEST_CHECKS = 2
"""Checks that a criterion needs to tell one level from another."""

SHORTEST_TELLING = 3
"""Letters; a shorter word tells nothing of what a sentence is about."""

BAR: Level = 3
"""The level a criterion must reach to pass."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        raise ValueError(f"{pattern!r} is not a regular expression: {error}") from error
    return pattern


Text = Annotated[str, Field(min_length=1)]
Identifier = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]


def _complete(levels: dict[Level, str]) -> dict[Level, str]:
    missing = sorted({1, 2, 3, 4, 5} - set(levels))
    if missing:
        raise ValueError(f"levels {missing} are missing; write an anchor for each of 1 to 5")
    return levels


_LEVELS_SCHEMA = {
    "type": "object",
    "properties": {str(level): {"type": "string", "minLength": 1} for level in range(1, 6)},
    "required": [str(level) for level in range(1, 6)],
    "additionalProperties": False,
}
"""Written out, since editors take a YAML key 1 for the text "1"."""

Levels = Annotated[
    dict[Level, Text], AfterValidator(_complete), WithJsonSchema(_LEVELS_SCHEMA, mode="validation")
]
Pattern = Annotated[str, Field(min_length=1), AfterValidator(_compiles)]


class Strict(BaseModel):
    """Frozen, and a key that the schema doesn't know is an error, not a surprise."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class _Identified(Strict):
    id: Identifier


IdentifiedT = TypeVar("IdentifiedT", bound=_Identified)


class Check(Strict):
    """One yes/no observation about a sentence of an answer.

    ``shows`` completes "the sentence ..." and is phrased positively: small models say Yes
    too easily to a negated question. ``meets`` and ``misses`` go into the judge's prompt.
    A check with ``cues`` is judged only on sentences that match one of them; without any
    such sentence it can't be met, and no model is asked. ``anchors`` say which sentence of
    an answer a probe should take up when the check is missing.
    """

    id: Identifier
    rung: Rung
    shows: Text
    gap: Text
    ask: Text
    probe: Text
    pushback: Text | None = None
    advice: Text
    meets: tuple[Text, ...] = Field(min_length=2)
    misses: tuple[Text, ...] = Field(min_length=2)
    cues: tuple[Pattern, ...] = ()
    anchors: tuple[Pattern, ...] = ()
    expected: bool = True
    """A good answer shows it unasked: silence counts against. Otherwise only once probed."""


class RedFlag(Strict):
    """Something that counts against who says it, in whatever answer it is said.

    Judged like a check, a sentence at a time, on sentences that match one of the ``cues``.
    """

    id: Identifier
    title: Text
    shows: Text
    """Completes "the sentence ..."."""
    advice: Text
    meets: tuple[Text, ...] = Field(min_length=2)
    misses: tuple[Text, ...] = Field(min_length=2)
    cues: tuple[Pattern, ...] = Field(min_length=1)
    everywhere: bool = False
    """Looked for in the rounds of all other areas too."""

    @cached_property
    def check(self) -> "WarningCheck":
        """The flag in the shape of a check, so that one judge serves both."""
        return WarningCheck(
            kind="red_flags",
            id=self.id,
            shows=self.shows,
            gap=self.title,
            advice=self.advice,
            meets=self.meets,
            misses=self.misses,
            cues=self.cues,
        )


WarningKind = Literal["mistakes", "red_flags"]
"""A mistake that the question's file knows, or a red flag of the area."""


class WarningCheck(Check):
    """Something that counts against an answer; never missed, and never dug for as a gap."""

    kind: WarningKind
    rung: Rung = "claim"
    ask: Text = "why the claim holds"
    probe: Text = "What makes you sure of that?"
    expected: bool = False


class MistakeCheck(WarningCheck):
    """Something wrong that candidates say to a question; counts when all of it is said."""

    kind: Literal["mistakes"] = "mistakes"
    says: Text
    holds: tuple[Text, ...]
    """What holds instead."""


class Claim(Strict):
    """Something that an answer may or may not say, with examples of both."""

    id: str
    text: Text
    """What an answer must do or say; completes "scoring criteria: ..."."""
    right: tuple[Text, ...] = ()
    """Answers that count."""
    wrong: tuple[Text, ...] = ()
    """Answers that look like it and don't count."""


class KeyPointCheck(Check):
    """A key point of a question in the shape of a check.

    Word overlap with it is a second signal beside the judge.
    """

    question: Text
    claim: Claim


class Everywhere(Strict):
    """The part of a cross-cutting criterion that is graded in every round."""

    weight: float = Field(gt=0)
    """Its weight in a round of other areas."""
    checks: tuple[Identifier, ...] = Field(min_length=FEWEST_CHECKS)
    due: Literal["always", "open_ended"] = "open_ended"
    """Whether silence on an expected check counts after every question, or only open ones."""


class Criterion(Strict):
    """One thing that is graded on five levels, from the checks under it."""

    id: Identifier
    title: Text
    weight: float = Field(gt=0)
    principles: tuple[Identifier, ...] = ()
    """Only questions about one of these principles are graded on it; empty: every question."""
    everywhere: Everywhere | None = None
    """What of it is graded in the rounds of all other areas too; None: nothing."""
    levels: Levels
    checks: tuple[Check, ...] = Field(min_length=FEWEST_CHECKS)

    @model_validator(mode="after")
    def _is_graded_everywhere_by_its_own_checks(self) -> Self:
        if self.everywhere is not None:
            where = f"criterion {self.id}: everywhere"
            _known(where, self.everywhere.checks, [check.id for check in self.checks])
            if self.principles:
                raise ValueError(f"{where} can't depend on principles; leave one of them out")
        return self


class Topic(_Identified):
    """Something that the questions of an area must cover."""

    id: Identifier
    title: Text
    seed: Text | None = None
    """The line of the seed that asks for it, word for word."""


class KeyPoint(Strict):
    """Something that a correct answer to one question must hold."""

    id: Identifier
    text: Text
    """Completes "a correct answer says that ..."."""
    right: Text | None = None
    """How a candidate says it who has it right."""
    wrong: Text | None = None
    """How a candidate says it who has it wrong."""


class CommonError(Strict):
    """A wrong answer that candidates often give."""

    says: Text
    tell: Text
    """How to tell that it is wrong, or what it mixes up."""


class Case(Strict):
    """A test of a coding question: the value of an expression after the code has run."""

    run: Text
    """A Python expression that calls the candidate's code."""
    expect: Any
    """Its value, as JSON; floats are compared within 1e-6."""
    verify: Text | None = None
    """A Python expression in ``value`` that must give ``expect``, where the value itself may
    differ from run to run. It is evaluated apart from the candidate's code."""


class Solution(Strict):
    """Code for a coding question."""

    note: Text
    """Complexity of a right solution, or what is wrong with a wrong one."""
    code: Text


class Growth(Strict):
    """How to see the time of a coding question's code grow with its input."""

    given: Text
    """A Python expression in ``n`` that makes an input of that size."""
    run: Text
    """A Python expression that runs the code on ``given``."""
    wants: Complexity
    """What a good solution needs, for the whole of ``run``."""
    most: int = Field(default=2**16, ge=16)
    """The largest n to try."""
    step: Literal["double", "one"] = "double"
    """How n goes on; by one where each step doubles the time."""


class Coding(Strict):
    """What a coding question adds."""

    signature: Text
    statement: Text
    limits: Text
    visible: tuple[Case, ...] = Field(min_length=2)
    hidden: tuple[Case, ...] = Field(min_length=3)
    solutions: tuple[Solution, ...] = Field(min_length=2)
    wrong: tuple[Solution, ...] = Field(min_length=1)
    growth: Growth | None = None
    runs: bool = True
    """False where the code can't be run here (PyTorch); it is graded by reading then."""

    @property
    def needs_numpy(self) -> bool:
        """Whether no reference solution does without it."""
        return all("import numpy" in solution.code for solution in self.solutions)


class Question(_Identified):
    """A question of the bank."""

    id: Identifier
    text: Text
    source: Literal["seed", "own"] = "own"
    difficulty: Difficulty = "loop"
    principles: tuple[Identifier, ...] = ()
    topics: tuple[Identifier, ...] = ()
    tags: tuple[Identifier, ...] = ()
    key_points: tuple[KeyPoint, ...] = ()
    common_errors: tuple[CommonError, ...] = ()
    probes: tuple[Text, ...] = ()
    """Follow-ups that only this question has."""
    open_ended: bool = False
    """The question leaves goal, data or limits open, so that they are the candidate's to settle."""
    drills_project: bool = False
    """Asks for a project of the candidate's own; one that a pasted résumé names is offered."""
    hint: Text | None = None
    """For who is stuck: where to begin, never what the answer is."""
    coding: Coding | None = None

    @model_validator(mode="after")
    def _has_unique_key_points(self) -> Self:
        _unique("key point", [point.id for point in self.key_points])
        return self


class Principle(Strict):
    """A Leadership Principle, with what a strong and a weak story shows."""

    id: Identifier
    title: Text
    strong: Text
    weak: Text
    checks: tuple[Check, ...] = ()
    """What a story about this principle shows beyond what every story shows."""


class Grading(Strict):
    """Weight and anchors of a criterion whose checks depend on the question."""

    weight: float = Field(gt=0)
    levels: Levels


class Rubric(Strict):
    """One evaluation area, as read from one YAML file."""

    area: Identifier
    title: Text
    description: Text
    principles: tuple[Principle, ...] = ()
    principle_grading: Grading | None = None
    """How the principle that a question is about is graded."""
    key_point_grading: Grading | None = None
    """How the key points of a question are graded."""
    topics: tuple[Topic, ...] = ()
    star: dict[StarPart, tuple[Identifier, ...]] = Field(default_factory=dict)
    """For stories: the checks that show each part of one."""
    red_flags: tuple[RedFlag, ...] = ()
    """What counts against an answer, whatever else it shows."""
    ladder: tuple[Identifier, ...] = ()
    """Check ids in the order in which an interviewer digs for them; empty: that of the file."""
    criteria: tuple[Criterion, ...] = Field(min_length=1)
    questions: tuple[Question, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _refers_to_what_exists(self) -> Self:
        checks = [check.id for criterion in self.all_criteria for check in criterion.checks]
        _unique("check", [*checks, *(flag.id for flag in self.red_flags)])
        _unique("criterion", [criterion.id for criterion in self.all_criteria])
        _unique("question", [question.id for question in self.questions])
        _unique("ladder step", list(self.ladder))
        _known("ladder", self.ladder, checks)
        for part, of_part in self.star.items():
            _known(f"star {part}", of_part, checks)
        left_out = [check for check in checks if check not in (self.ladder or checks)]
        if left_out:
            raise ValueError(f"ladder leaves out the checks {left_out}; add them to it")
        principles = [principle.id for principle in self.principles]
        topics = [topic.id for topic in self.topics]
        for criterion in self.criteria:
            _known(f"criterion {criterion.id}: principles", criterion.principles, principles)
        for question in self.questions:
            _known(f"question {question.id}: principles", question.principles, principles)
            _known(f"question {question.id}: topics", question.topics, topics)
        return self

    def extended(self, extension: "Extension") -> "Rubric":
        """The rubric with these questions; ValidationError where they refer to nothing there."""
        return Rubric.model_validate(
            {
                **{name: getattr(self, name) for name in Rubric.model_fields},
                "topics": _replaced(self.topics, extension.topics),
                "questions": _replaced(self.questions, extension.questions),
            }
        )

    @cached_property
    def all_criteria(self) -> tuple[Criterion, ...]:
        """The criteria of the file, and one for each principle that has checks."""
        grading = self.principle_grading
        if grading is None:
            return self.criteria
        return self.criteria + tuple(
            Criterion(
                id=principle.id,
                title=principle.title,
                weight=grading.weight,
                principles=(principle.id,),
                levels=grading.levels,
                checks=principle.checks,
            )
            for principle in self.principles
            if principle.checks
        )

    def key_point_criterion(self, question: Question) -> Criterion | None:
        """The question's key points as a criterion; None where they aren't graded."""
        return self._key_point_criteria.get(question.id)

    @cached_property
    def _key_point_criteria(self) -> dict[str, Criterion]:
        made = ((one.id, self._make_key_point_criterion(one)) for one in self.questions)
        return {question_id: criterion for question_id, criterion in made if criterion}

    def _make_key_point_criterion(self, question: Question) -> Criterion | None:
        """A missing key point is probed for with the question's own follow-ups, in turn.

        It is itself the answer, and may not be asked for by name.
        """
        if self.key_point_grading is None or len(question.key_points) < FEWEST_CHECKS:
            return None
        asks = question.probes or (_WHAT_ELSE,)
        return Criterion(
            id=f"{question.id}__key_points",
            title="Key points of the question",
            weight=self.key_point_grading.weight,
            levels=self.key_point_grading.levels,
            checks=tuple(
                _as_check(question, position, asks[position % len(asks)])
                for position, point in enumerate(question.key_points)
            ),
        )

    def find_check(self, check_id: str) -> Check | None:
        """The check with this id, be it the area's or a question's key point; None: neither."""
        return self.checks.get(check_id) or self._key_point_checks.get(check_id)

    @property
    def key_point_criteria(self) -> tuple[Criterion, ...]:
        """The key points of every question as criteria."""
        return tuple(self._key_point_criteria.values())

    @cached_property
    def _key_point_checks(self) -> dict[str, Check]:
        return {check.id: check for one in self.key_point_criteria for check in one.checks}

    @cached_property
    def checks(self) -> dict[str, Check]:
        """Every check by id, in the order of the file."""
        return {check.id: check for criterion in self.all_criteria for check in criterion.checks}

    def question(self, question_id: str) -> Question:
        """The question with this id; KeyError when there is none."""
        return self._questions[question_id]

    @cached_property
    def _questions(self) -> dict[str, Question]:
        return {question.id: question for question in self.questions}

    def criteria_for(self, question: Question | None) -> tuple[Criterion, ...]:
        """The criteria that an answer to this question is graded on.

        With None (a question from outside the bank) those that hold for every question.
        """
        principles = set(question.principles) if question else set()
        criteria = [
            criterion
            for criterion in self.all_criteria
            if not criterion.principles or principles & set(criterion.principles)
        ]
        key_points = self.key_point_criterion(question) if question else None
        return (key_points, *criteria) if key_points else tuple(criteria)

    def ladder_for(self, question: Question | None) -> tuple[Check, ...]:
        """The checks that apply to this question, in the order to dig for them.

        Key points come first: what is wrong or missing matters before how it was said.
        """
        key_points = self.key_point_criterion(question) if question else None
        applicable = {
            check.id for criterion in self.criteria_for(question) for check in criterion.checks
        }
        general = tuple(self.checks[one] for one in self.ladder or self.checks if one in applicable)
        return (*key_points.checks, *general) if key_points else general


class Extension(Strict):
    """Questions that are added to an area, as read from one YAML file."""

    extends: Identifier
    """The area."""
    topics: tuple[Topic, ...] = ()
    questions: tuple[Question, ...] = Field(min_length=1)
    """One with the id of a question that is there takes its place."""


def _as_check(question: Question, position: int, ask: str) -> KeyPointCheck:
    """A key point of the bank as a check; it is probed for and reported like any other."""
    claims = [
        Claim(
            id=f"{question.id}__{one.id}",
            text=one.text,
            right=(one.right,) if one.right else (),
            wrong=(one.wrong,) if one.wrong else (),
        )
        for one in question.key_points
    ]
    check = key_point_check(question.text, claims, position)
    return check.model_copy(update={"ask": ask, "probe": ask})


def key_point_check(question: str, claims: Sequence[Claim], position: int) -> KeyPointCheck:
    """One of a question's key points in the shape of a check, so that one judge serves both.

    The question's other key points are its near misses, and only a sentence that holds one of
    its telling words is judged. On two questions' calibration answers (90 pairs, 29 of them
    met) this had an AUC of .88; the key point put to the judge as a criterion of the whole
    answer .65, of the likeliest passage .57.
    """
    claim = claims[position]
    others = [one.right[0] if one.right else one.text for one in claims if one is not claim]
    misses = (*(claim.wrong or ("I think it depends on the case.",)), *others[:3])
    return KeyPointCheck(
        id=claim.id,
        rung="mechanism",
        shows=f"says, in any words, that {claim.text}",
        gap=claim.text,
        ask=_WHAT_ELSE,
        probe=_WHAT_ELSE,
        advice=f"Say, for example: “{claim.right[0]}”"
        if claim.right
        else f"A full answer says that {claim.text.rstrip('.')}.",
        meets=(*claim.right, claim.text) if claim.right else (claim.text, claim.text),
        misses=misses if len(misses) > 1 else (*misses, "I don't know."),
        cues=tuple(rf"\b{re.escape(one)}" for one in telling_stems(question, claim, claims)),
        question=question,
        claim=claim,
    )


_WHAT_ELSE = "What else belongs to a full answer here?"

_VAGUE = (
    "almost around below best better case different each even every example first free keep less "
    "make many matter most much near need never nothing often over rather same still such there "
    "through under used using very well where whether without"
).split()


def telling_stems(question: str, claim: Claim, claims: Sequence[Claim]) -> list[str]:
    """Stems that only this claim has: not in the question, not in its other claims."""
    common = {stem(word) for word in (*words(question), *FUNCTION_WORDS, *_VAGUE)}
    for other in claims:
        if other is not claim:
            common |= {stem(word) for word in words(other.text)}
    own = words(" ".join((claim.text, *claim.right)))
    found = {stem(word) for word in own if len(word) > SHORTEST_TELLING}
    return sorted(one for one in found if one not in common and len(one) >= SHORTEST_TELLING)


def _replaced(there: tuple[IdentifiedT, ...], new: tuple[IdentifiedT, ...]) -> list[IdentifiedT]:
    """What is there with the new ones: in place of those of the same id, else at the end."""
    return list({one.id: one for one in (*there, *new)}.values())


def _unique(what: str, ids: list[str]) -> None:
    twice = sorted({one for one in ids if ids.count(one) > 1})
    if twice:
        raise ValueError(f"{what} ids must be unique; used more than once: {twice}")


def _known(where: str, ids: tuple[str, ...], known: list[str]) -> None:
    unknown = [one for one in ids if one not in known]
    if unknown:
        raise ValueError(f"{where} names {unknown}, which are not defined; known: {known}")


# --- Calibration ------------------------------------------------------------------------

KNOWN_MISTAKE = "mistake"
"""What a calibration answer calls every mistake that its question's file knows."""

CalibrationKind = Literal[
    "weak", "middling", "strong", "confidently_wrong", "rambling_empty", "short_right"
]


class CalibrationAnswer(Strict):
    """An answer with the levels that people who know the bar give it."""

    question: Identifier
    kind: CalibrationKind
    answer: Text
    levels: dict[Identifier, Level | None]
    """Expected level for each criterion; null: not observed."""
    earns: dict[Identifier, tuple[int, ...]] = {}
    """For each check that the answer shows: the sentences (from 1) that show it."""
    across: dict[Identifier, tuple[int, ...]] | None = None
    """The same for what other areas grade in every round; None where nobody labelled it."""
    against: dict[Identifier, tuple[int, ...]] = {}
    """For each red flag, and for KNOWN_MISTAKE: the sentences that say it."""


class Calibration(Strict):
    """The calibration answers of one area, as read from one YAML file."""

    area: Identifier
    answers: tuple[CalibrationAnswer, ...] = Field(min_length=1)
