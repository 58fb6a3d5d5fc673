"""Sets of answers that people have scored, in one general form.

A JSON file holds one set, a JSONL file one item a line::

    {"name": …, "source": …, "items": [
        {"id": …, "question": …, "scale": [0, 1],
         "key_points": [{"text": …, "right": [example, …], "wrong": [example, …]}, …],
         "answers": [{"id": …, "text": …, "score": …}, …]}, …]}

A key point may be a plain text. ``scale`` holds the lowest and the highest score that people
could give; it is 0 to 1 where it is left out.
"""

import json
import random
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from interviewer.batch import GivenKeyPoint
from interviewer.errors import InterviewerError
from interviewer.rubric import Strict, Text

Id = str | int


def _as_point(value: object) -> object:
    return {"text": value} if isinstance(value, str) else value


Point = Annotated[GivenKeyPoint, BeforeValidator(_as_point)]


class ScoredAnswer(Strict):
    """An answer and what people gave it."""

    id: Id
    text: str
    score: float


class Item(Strict):
    """A question with its answers."""

    id: Id
    question: Text
    key_points: tuple[Annotated[GivenKeyPoint, BeforeValidator(_as_point)], ...] = Field(
        min_length=1
    )
    scale: tuple[float, float] = (0.0, 1.0)
    answers: tuple[ScoredAnswer, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _scores_lie_on_the_scale(self) -> Self:
        low, high = self.scale
        if low >= high:
            raise ValueError(f"scale {low} to {high}: give the lowest score, then the highest")
        outside = [one.id for one in self.answers if not low <= one.score <= high]
        if outside:
            raise ValueError(
                f"the scores of the answers {outside[:5]} lie outside the scale {low} to {high}; "
                "mend them or give another scale"
            )
        return self

    def truth(self, answer: ScoredAnswer) -> float:
        """What people gave, on 0..1."""
        low, high = self.scale
        return (answer.score - low) / (high - low)


class ScoredSet(Strict):
    """Items with answers that people have scored."""

    name: Text
    source: Text | None = None
    """Where the set is from and under which licence; shown with every figure."""
    items: tuple[Item, ...] = Field(min_length=1)

    @property
    def size(self) -> int:
        """How many answers there are."""
        return sum(len(item.answers) for item in self.items)


SHAPE = (
    'give a JSON object {"name", "items": [{"id", "question", "key_points", "answers": '
    '[{"id", "text", "score"}]}]}, or one such item a line in a .jsonl file'
)


def read_scored(path: Path) -> ScoredSet:
    """The set in this file; InterviewerError with the place and the cure for a broken one."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(f"{path}: can't be read ({error}); {SHAPE}") from error
    try:
        if path.suffix != ".jsonl":
            return ScoredSet.model_validate(json.loads(text))
        items = [json.loads(line) for line in text.split("\n") if line.strip()]
        return ScoredSet.model_validate({"name": path.stem, "items": items})
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        said = str(first["msg"]).removeprefix("Value error, ")
        raise InterviewerError(f"{path}: {where}: {said}; {SHAPE}") from error
    except ValueError as error:
        raise InterviewerError(f"{path}: not readable as JSON ({error}); {SHAPE}") from error


def short_name(path: Path) -> str:
    """The first word of a file's name: a fit is left out by it and the item's id."""
    return path.stem.partition("_")[0]


def chosen(found: ScoredSet, only: Sequence[str], sample: int | None, seed: int) -> ScoredSet:
    """The items named (all where none is), and of them at most ``sample`` answers.

    They are drawn evenly over the items. InterviewerError names an item that isn't there.
    """
    known = {str(item.id): item for item in found.items}
    missing = [one for one in only if one not in known]
    if missing:
        raise InterviewerError(
            f"{found.name} has no item {', '.join(missing)}; there are: {', '.join(known)}"
        )
    items = [known[one] for one in only] if only else list(found.items)
    if sample is not None:
        items = _sampled(items, sample, seed)
    return found.model_copy(update={"items": tuple(items)})


def _sampled(items: Sequence[Item], sample: int, seed: int) -> list[Item]:
    draw = random.Random(seed)
    decks = [draw.sample(range(len(item.answers)), len(item.answers)) for item in items]
    kept: list[list[int]] = [[] for _ in items]
    for turn in range(max((len(deck) for deck in decks), default=0)):
        for place, deck in enumerate(decks):
            if turn < len(deck) and sum(map(len, kept)) < sample:
                kept[place].append(deck[turn])
    return [
        item.model_copy(update={"answers": tuple(item.answers[n] for n in sorted(mine))})
        for item, mine in zip(items, kept, strict=True)
        if mine
    ]
