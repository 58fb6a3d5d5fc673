"""What each sentence of the guide became: questions, checks. Pure."""

from collections.abc import Iterator, Mapping
from typing import Self

from pydantic import Field, model_validator

from interviewer.rubric import Identifier, Rubric, Strict, Text


class GuideSentence(Strict):
    """A sentence of the guide, word for word."""

    section: int
    text: Text
    became: tuple[Identifier, ...] = ()
    """Ids of questions, checks, principles, topics or areas."""
    furniture: Text | None = None
    """Why it asks for nothing: a heading, a button."""

    @model_validator(mode="after")
    def _became_something_or_is_furniture(self) -> Self:
        if bool(self.became) == bool(self.furniture):
            raise ValueError("give either what it became or why it is furniture")
        return self


class Guide(Strict):
    """The sections of the guide that are traced, as read from one YAML file."""

    sentences: tuple[GuideSentence, ...] = Field(min_length=1)


class Trace(Strict):
    """What one id of a sentence stands for."""

    kind: str
    id: str
    questions: tuple[str, ...] = ()
    checks: tuple[str, ...] = ()

    @property
    def found(self) -> bool:
        """Whether there is any question or check behind it."""
        return bool(self.questions or self.checks)


def trace(sentence: GuideSentence, rubrics: Mapping[str, Rubric]) -> tuple[Trace, ...]:
    """What each id of the sentence stands for, in their order."""
    return tuple(_resolved(one, rubrics) for one in sentence.became)


def _resolved(one: str, rubrics: Mapping[str, Rubric]) -> Trace:
    unknown = Trace(kind="nothing", id=one)
    return next((made for rubric in rubrics.values() for made in _in(one, rubric)), unknown)


def _in(one: str, rubric: Rubric) -> Iterator[Trace]:
    if one in {question.id for question in rubric.questions}:
        yield Trace(kind="question", id=one, questions=(one,))
    if one in rubric.checks:
        yield Trace(kind="check", id=one, checks=(one,))
    for principle in rubric.principles:
        if principle.id == one:
            asked = tuple(q.id for q in rubric.questions if one in q.principles)
            checks = tuple(check.id for check in principle.checks)
            yield Trace(kind="principle", id=one, questions=asked, checks=checks)
    if one in {topic.id for topic in rubric.topics}:
        asked = tuple(q.id for q in rubric.questions if one in q.topics)
        yield Trace(kind="topic", id=one, questions=asked)
    if one == rubric.area:
        everything = tuple(q.id for q in rubric.questions)
        yield Trace(kind="area", id=one, questions=everything, checks=tuple(rubric.checks))


def to_table(guide: Guide, rubrics: Mapping[str, Rubric]) -> str:
    """The guide's sentences and what they became, as a Markdown table."""
    lines = ["| section | sentence | became |", "| --- | --- | --- |"]
    for sentence in guide.sentences:
        made = "; ".join(map(_told, trace(sentence, rubrics)))
        text = sentence.text.replace("|", "\\|")
        lines.append(f"| {sentence.section} | {text} | {made or f'({sentence.furniture})'} |")
    return "\n".join(lines)


def _told(made: Trace) -> str:
    if made.kind in {"question", "check"}:
        return f"{made.kind} {made.id}"
    if made.kind == "area":
        return f"area {made.id}: {len(made.questions)} questions, {len(made.checks)} checks"
    parts = []
    if made.checks:
        parts.append(f"checks {', '.join(made.checks)}")
    if made.questions:
        parts.append(f"questions {', '.join(made.questions)}")
    return f"{made.kind} {made.id}: {'; '.join(parts) or 'nothing'}"
