"""The bench: asks the grader as any caller would, and counts what it costs."""

import json
import sys
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from interviewer.batch import GradeLine, Grader, Response
from interviewer.content import Content, Message
from interviewer.evaluation.scored import Point
from interviewer.fitting import Row, fit_all
from interviewer.llm import Model, Verdict, count_tokens
from interviewer.round import Round
from interviewer.rubric import Criterion, Question, Rubric


class Grades(Protocol):
    """What is measured: whatever gives an answer a grade."""

    async def grade(self, response: Response) -> GradeLine:
        """The grade of one answer."""
        ...


Build = Callable[[Round, Content, Model], Grades]


class CountingModel:
    """Passes everything on to a model, and counts the calls and what they send.

    Tokens are counted by the model's own tokenizer where it is known, else estimated.
    """

    def __init__(self, model: Model) -> None:
        self._model = model
        self.calls = 0
        self.tokens = 0

    @property
    def label(self) -> str:
        """See Model.label."""
        return self._model.label

    async def ready(self) -> None:
        """See Model.ready."""
        await self._model.ready()

    def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        """See Model.stream."""
        self._count(messages)
        return self._model.stream(messages, most_tokens, temperature)

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """See Model.yes."""
        self._count(messages)
        return await self._model.yes(messages)

    async def gives_probabilities(self) -> bool:
        """See Model.gives_probabilities."""
        return await self._model.gives_probabilities()

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        """See Model.verdict."""
        self._count(messages)
        return await self._model.verdict(messages)

    async def close(self) -> None:
        """See Model.close."""
        await self._model.close()

    def _count(self, messages: Sequence[Message]) -> None:
        self.calls += 1
        self.tokens += sum(count_tokens(one["content"], self.label) for one in messages)


@dataclass(frozen=True)
class Graded:
    """An answer's grade and its price."""

    line: GradeLine
    seconds: float
    calls: int
    tokens: int

    @property
    def score(self) -> float:
        """The score, 0..1. Where nothing could be observed nothing was earned: 0."""
        return self.line.score or 0.0


_Key = tuple[str | None, str, tuple[Point, ...], str]


class RememberingModel(CountingModel):
    """Asks the same thing once only, so that parts can be switched off at no price."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self._known: dict[str, float | None] = {}

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """See Model.yes."""
        key = json.dumps(messages)
        if key not in self._known:
            self._known[key] = await super().yes(messages)
        return self._known[key]


class UnseenFits:
    """The shipped fit made anew without one question: what is measured was not fitted on."""

    def __init__(self, content: Content, rows: Sequence[Row]) -> None:
        self._content = content
        self._rows = rows
        self._groups = {row.group for row in rows}
        self._made: dict[str, Content] = {}

    def without(self, group: str | None) -> Content:
        """The content with fits that never saw this question."""
        if group is None or group not in self._groups:
            return self._content
        if group not in self._made:
            rows = [row for row in self._rows if row.group != group]
            fits = fit_all(rows, self._content.fits.judge, self._content.fits.sources)
            self._made[group] = replace(self._content, fits=fits, _rounds={})
        return self._made[group]


class Bench:
    """Grades answers, each only once unless it is asked for anew."""

    def __init__(
        self,
        content: Content,
        model: Model,
        build: Build = Grader,
        rows: Sequence[Row] = (),
    ) -> None:
        """``rows``: what the content's fit was made on, so that it can be unseen."""
        self.content = content
        self._unseen = UnseenFits(content, rows)
        self.model = CountingModel(model)
        self._build = build
        self._graders: dict[tuple[str | None, str | None], Grades] = {}
        self._done: dict[_Key, Graded] = {}
        self._ready = False

    async def grade(
        self,
        area: str | None,
        question: str,
        answer: str,
        points: Sequence[Point] = (),
        *,
        anew: bool = False,
        group: str | None = None,
    ) -> Graded:
        """The answer's grade by this area's rubric; by its key points alone where it is None.

        ``group``: the question, as the fit knows it; the grade comes from a fit without it.
        """
        key = (area, question, tuple(points), answer)
        if anew or key not in self._done:
            self._done[key] = await self._timed((area, group), question, answer, points)
        return self._done[key]

    async def _timed(
        self,
        how: tuple[str | None, str | None],
        question: str,
        answer: str,
        points: Sequence[Point],
    ) -> Graded:
        if not self._ready:  # loading is no part of an answer's time
            await self.model.ready()
            self._ready = True
        response = as_response(question, points, answer)
        calls, tokens = self.model.calls, self.model.tokens
        begun = time.perf_counter()
        line = await self._grader(*how).grade(response)
        return Graded(
            line,
            time.perf_counter() - begun,
            self.model.calls - calls,
            self.model.tokens - tokens,
        )

    def _grader(self, area: str | None, group: str | None) -> Grades:
        if (area, group) not in self._graders:
            content = self._unseen.without(group)
            if area is None:
                of_round = Round((key_points_only(content),), fits=content.fits)
            else:
                of_round = content.round([area])
            self._graders[area, group] = self._build(of_round, content, self.model)
        return self._graders[area, group]

    def tell(self, what: str, done: int, total: int) -> None:
        """Shows on standard error how far a measurement is, where somebody watches."""
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{what}: {done} of {total} ", end=end, file=sys.stderr, flush=True)


def as_response(question: str, points: Sequence[Point], answer: str) -> Response:
    """The answer as the grader takes it."""
    told = [point.model_dump() for point in points]
    return Response.model_validate(
        {"id": 1, "question": question, "key_points": told, "answer": answer}
    )


def key_points_only(content: Content) -> Rubric:
    """A rubric with checks that nothing can meet: what is left is the key points' score."""
    shipped = next(iter(content.rubrics.values()))
    criterion = shipped.criteria[0]
    never = [check.model_copy(update={"cues": ("(?!)",)}) for check in criterion.checks[:2]]
    bare = Criterion.model_validate(
        criterion.model_dump() | {"checks": never, "principles": (), "everywhere": None}
    )
    question = Question(id="any", text="Any question.")
    return Rubric(
        area="scored",
        title="Scored answers",
        description="Answers that are graded by their key points alone.",
        ladder=tuple(check.id for check in never),
        criteria=(bare,),
        questions=(question,),
    )
