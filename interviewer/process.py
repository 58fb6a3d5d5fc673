"""The interview process: stages, their rounds, and what is agreed when one is begun. Pure."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Self, TypeVar

from pydantic import Field, model_validator

from interviewer.background import Background
from interviewer.rubric import Difficulty, Identifier, Question, Rubric, Strict, Text
from interviewer.selection import by_fit

_OneT = TypeVar("_OneT", "BarLevel", "Role", "Focus")
_ItemT = TypeVar("_ItemT")

STRIDE = 7
"""Questions by which the choice moves on from one loop to the next; the files list kin together."""

LOOP = "loop"
"""The stage that a debrief with a Bar Raiser ends."""


class BarLevel(Strict):
    """A job level; the bar moves with it."""

    id: str = Field(pattern=r"^L[4-7]$")
    title: Text
    bar: float = Field(ge=1, le=5)
    """Level that each area must reach."""
    median: float = Field(ge=1, le=5)
    """Level taken for the median of the people in the role."""


class Role(Strict):
    """A job."""

    id: Identifier
    title: Text
    about: Text
    bar_shift: dict[Identifier, float] = Field(default_factory=dict)
    """How much higher an area's bar is for this role; negative: lower."""


class Focus(Strict):
    """What a team works on; questions that hold one of its words are preferred."""

    id: Identifier
    title: Text
    words: tuple[Text, ...] = ()


class Part(Strict):
    """The questions of one area within a round."""

    area: Identifier
    questions: int = Field(ge=1, le=4)


class RoundPlan(Strict):
    """One round: an interviewer, what they assess and what they ask about."""

    id: Identifier
    title: Text
    persona: Identifier
    bar_raiser: bool = False
    assesses: Text
    minutes: int = Field(ge=10, le=120)
    difficulty: Difficulty
    principles: tuple[Identifier, ...] = ()
    """The Leadership Principles that this interviewer is assigned."""
    parts: tuple[Part, ...] = Field(min_length=1)

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas that are asked about, in their order."""
        return tuple(part.area for part in self.parts)


class Stage(Strict):
    """A part of the process that is passed or not."""

    id: Identifier
    title: Text
    about: Text
    rounds: tuple[RoundPlan, ...] = Field(min_length=1)


class Defaults(Strict):
    """What is chosen unless the candidate chooses otherwise."""

    role: Identifier
    level: str
    focus: Identifier


class Process(Strict):
    """The whole process, as read from one file."""

    levels: tuple[BarLevel, ...] = Field(min_length=1)
    roles: tuple[Role, ...] = Field(min_length=1)
    focuses: tuple[Focus, ...] = Field(min_length=1)
    stages: tuple[Stage, ...] = Field(min_length=1)
    defaults: Defaults

    @model_validator(mode="after")
    def _names_everything_once(self) -> Self:
        named: dict[str, list[str]] = {
            "levels": [one.id for one in self.levels],
            "roles": [one.id for one in self.roles],
            "focuses": [one.id for one in self.focuses],
            "stages": [*(one.id for one in self.stages), *(one.id for one in self.rounds)],
        }
        for what, ids in named.items():
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what} uses the ids {twice} twice; rename one of each")
        for kind, chosen, known in (
            ("level", self.defaults.level, [one.id for one in self.levels]),
            ("role", self.defaults.role, [one.id for one in self.roles]),
            ("focus", self.defaults.focus, [one.id for one in self.focuses]),
        ):
            if chosen not in known:
                raise ValueError(f"defaults names the {kind} {chosen!r}; there are: {known}")
        return self

    @property
    def rounds(self) -> tuple[RoundPlan, ...]:
        """Every round of every stage."""
        return tuple(one for stage in self.stages for one in stage.rounds)

    def level(self, level_id: str) -> BarLevel:
        """The level with this id; KeyError that names the known ones."""
        return _by_id("level", self.levels, level_id)

    def role(self, role_id: str) -> Role:
        """The role with this id; KeyError that names the known ones."""
        return _by_id("role", self.roles, role_id)

    def focus(self, focus_id: str) -> Focus:
        """The team focus with this id; KeyError that names the known ones."""
        return _by_id("focus", self.focuses, focus_id)

    def standard(self, seat: "Seat | None") -> "Standard":
        """What a seat's candidate is measured by; the defaults where there is no seat."""
        role = self.role(seat.role if seat else self.defaults.role)
        level = self.level(seat.level if seat else self.defaults.level)
        bars = {
            area: min(5.0, max(1.0, level.bar + shift)) for area, shift in role.bar_shift.items()
        }
        return Standard(
            role=role.title,
            level=level.id,
            level_bar=level.bar,
            median=level.median,
            area_bars=bars,
        )

    def chosen(self, scope: str) -> tuple[tuple[Stage, RoundPlan], ...]:
        """The rounds of a scope: "process", a stage's id or a round's; KeyError otherwise."""
        found = tuple(
            (stage, one)
            for stage in self.stages
            for one in stage.rounds
            if scope in {"process", stage.id, one.id}
        )
        if not found:
            known = ["process", *(one.id for one in self.stages), *(one.id for one in self.rounds)]
            raise KeyError(f"no stage or round {scope!r}; there are: {', '.join(known)}")
        return found


def _by_id(what: str, known: Sequence[_OneT], wanted: str) -> _OneT:
    for one in known:
        if one.id == wanted:
            return one
    raise KeyError(f"no {what} {wanted!r}; there are: {', '.join(one.id for one in known)}")


# --- What is agreed at the start ---------------------------------------------------------


class Seat(Strict):
    """What an interview has to do with the process: which round it is, for which job."""

    role: str
    level: str
    focus: str
    round: str | None = None
    """The round's id; None where an area is practised outside the process."""
    title: str | None = None
    """The round's title."""


class Standard(Strict):
    """What a candidate is measured by."""

    role: str
    """Title of the role."""
    level: str
    """Id of the level."""
    level_bar: float
    median: float
    area_bars: dict[str, float]
    """Where an area's bar is another than the level's."""

    def bar(self, area: str) -> float:
        """The level that an area must reach."""
        return self.area_bars.get(area, self.level_bar)


class PlannedRound(Strict):
    """A round with its questions chosen."""

    stage: str
    stage_title: str
    round: RoundPlan
    question_ids: tuple[str, ...] = Field(min_length=1)


class LoopPlan(Strict):
    """What was agreed when a loop was begun; it doesn't change afterwards."""

    title: str
    role: str
    level: str
    focus: str
    most_probes: int | None = Field(default=None, ge=0, le=6)
    background: Background = Background()
    """What a pasted job description or résumé said."""
    rounds: tuple[PlannedRound, ...] = Field(min_length=1)


class Loop(Strict):
    """Everything that is kept of a loop; its rounds are ordinary interviews."""

    id: str
    created_at: datetime
    plan: LoopPlan
    interview_ids: tuple[str | None, ...]
    """The interview at each position of the plan; None: not begun."""


class Choice(Strict):
    """What a candidate chooses at the start."""

    scope: str
    """"process", or the id of a stage or of a round."""
    role: str
    level: str
    focus: str
    short: bool = False
    """One question an area, and one follow-up each."""


def plan_loop(
    process: Process,
    rubrics: Mapping[str, Rubric],
    choice: Choice,
    turn: int,
    asked: Collection[str] = (),
    *,
    background: Background | None = None,
) -> LoopPlan:
    """A loop over a scope's rounds with their questions chosen; KeyError: an unknown choice.

    ``turn`` moves the choice on from one loop to the next, and what was ``asked`` before
    comes last. The topics of a ``background`` are preferred to the team's.
    """
    told = background or Background()
    process.role(choice.role)
    process.level(choice.level)
    chosen = process.chosen(choice.scope)
    chooser = _Chooser(rubrics, process.focus(choice.focus).words, told.weights, turn, asked)
    titles = {stage.title for stage, _ in chosen}
    title = chosen[0][1].title if len(chosen) == 1 else " and ".join(titles)
    return LoopPlan(
        title="The whole process" if len(titles) > 1 else title,
        role=choice.role,
        level=choice.level,
        focus=choice.focus,
        most_probes=1 if choice.short else None,
        background=told,
        rounds=tuple(
            PlannedRound(
                stage=stage.id,
                stage_title=stage.title,
                round=one,
                question_ids=tuple(chooser.questions(one, choice.short)),
            )
            for stage, one in chosen
        ),
    )


class _Chooser:
    """Chooses the questions of one round after another, none of them twice."""

    def __init__(
        self,
        rubrics: Mapping[str, Rubric],
        preferred: Collection[str],
        weights: Mapping[str, float],
        turn: int,
        asked: Collection[str],
    ) -> None:
        self._rubrics = rubrics
        self._preferred = preferred
        self._weights = weights
        self._turn = turn
        self._asked = asked
        self._taken: set[str] = set()

    def questions(self, one: RoundPlan, short: bool) -> Iterator[str]:
        """The ids of a round's questions, each about another of its principles."""
        for part in one.parts:
            rubric = self._rubrics[part.area]
            known = {principle.id for principle in rubric.principles}
            wanted = [principle for principle in one.principles if principle in known]
            for position in range(1 if short else part.questions):
                about = wanted[(self._turn + position) % len(wanted)] if wanted else None
                question = self._best(rubric, one, about)
                self._taken.add(question.id)
                yield question.id

    def _best(self, rubric: Rubric, one: RoundPlan, about: str | None) -> Question:
        first, _ = by_fit(rubric.questions, self._weights)

        def drawbacks(question: Question) -> tuple[bool, ...]:
            return (
                question.id in self._taken,
                about is not None and about not in question.principles,
                question.id in self._asked,
                question.difficulty != one.difficulty,
                question.id not in first,
                not _holds(question, self._preferred),
            )

        return min(rotated(rubric.questions, STRIDE * self._turn), key=drawbacks)


def rotated(items: Sequence[_ItemT], turn: int) -> list[_ItemT]:
    """The items, beginning at another one with each turn."""
    start = turn % len(items) if items else 0
    return [*items[start:], *items[:start]]


def _holds(question: Question, preferred: Collection[str]) -> bool:
    text = f"{question.text} {' '.join(question.topics)} {' '.join(question.tags)}".lower()
    return any(word in text for word in preferred)
