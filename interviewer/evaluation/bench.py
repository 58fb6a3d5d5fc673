"""The bench: asks the grader as any caller would, and counts what it costs."""

import sys
import time
from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from interviewer.batch import GivenKeyPoint, GradeLine, Grader, Response
from interviewer.content import Content, Message
from interviewer.evaluation.passing import PassingModel
from interviewer.evaluation.resumed import SaidBefore
from interviewer.evaluation.unseen import Unseen
from interviewer.llm import Model, Verdict
from interviewer.round import Round


class Grades(Protocol):
    """What is measured: whatever gives an answer a grade."""

    async def grade(self, response: Response) -> GradeLine:
        """The grade of one answer."""
        ...


Ask = Callable[[Sequence[Message]], Awaitable[float | None]]
Build = Callable[[Round, Content, Model], Grades]


class CountingModel(PassingModel):
    """Counts the calls.

    What a model was asked before it isn't asked again, unless ``anew`` is set: a grader with
    one part switched off asks most of what the whole one asked. What an earlier run was told
    is taken from ``before``.
    """

    def __init__(self, model: Model, before: SaidBefore | None = None) -> None:
        super().__init__(model)
        self._known: dict[tuple[tuple[str, str], ...], float | None] = {}
        self._before = before
        self.calls = 0
        self.anew = False

    def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        """See Model.stream."""
        self.calls += 1
        return super().stream(messages, most_tokens, temperature)

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """See Model.yes."""
        return await self._remembered(messages, super().yes)

    async def degree(self, messages: Sequence[Message], shared: int = 0) -> float | None:
        """See Model.degree."""
        return await self._remembered(messages, partial(super().degree, shared=shared))

    async def _remembered(self, messages: Sequence[Message], ask: Ask) -> float | None:
        """What the model says; no chat is put to it in more than one way."""
        self.calls += 1
        key = tuple((one["role"], one["content"]) for one in messages)
        if self.anew:
            self._known[key] = await ask(messages)
        elif key not in self._known:
            self._known[key] = await self._once(messages, ask)
        return self._known[key]

    async def _once(self, messages: Sequence[Message], ask: Ask) -> float | None:
        if self._before is None:
            return await ask(messages)
        key = self._before.key(self.label, messages)
        if key in self._before:
            return self._before.take(key)
        said = await ask(messages)
        self._before.add(key, said)
        return said

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        """See Model.verdict."""
        self.calls += 1
        return await super().verdict(messages)


@dataclass(frozen=True)
class Task:
    """A question whose answers are graded."""

    group: str
    """What a fit is left out by: the question, as the file of judged signals names it."""
    area: str
    question: str
    points: tuple[GivenKeyPoint, ...] = ()
    """Where there are some, the score is how much of them an answer holds."""


@dataclass(frozen=True)
class Graded:
    """An answer's grade and its price."""

    line: GradeLine
    seconds: float
    calls: int
    tokens: int
    """Of the prompts, as the endpoint counts them; 0 where it doesn't."""
    cached: int
    """Of these, what it had read before."""

    @property
    def score(self) -> float:
        """The score, 0..1. Where nothing could be observed nothing was earned: 0."""
        return self.line.score or 0.0


class Bench:
    """Grades answers, each only once unless it is asked for anew.

    Every question is graded by a fit that was made without it.
    """

    def __init__(self, unseen: Unseen, model: CountingModel, build: Build = Grader) -> None:
        self.unseen = unseen
        self.model = model
        self._build = build
        self._graders: dict[tuple[str, str], Grades] = {}
        self._done: dict[tuple[Task, str], Graded] = {}
        self._ready = False

    @property
    def any_area(self) -> str:
        """An area for tasks with key points of their own, which don't look at its rubric."""
        return next(iter(self.unseen.content.rubrics))

    def having(self, build: Build) -> "Bench":
        """A bench for another grader on the same model and content."""
        return Bench(self.unseen, self.model, build)

    async def grade(self, task: Task, answer: str, anew: bool = False) -> Graded:
        """The answer's grade. ``anew``: nothing that was graded or asked before is used."""
        key = task, answer
        if anew or key not in self._done:
            self.model.anew = anew
            try:
                self._done[key] = await self._timed(task, answer)
            finally:
                self.model.anew = False
        return self._done[key]

    async def _timed(self, task: Task, answer: str) -> Graded:
        if not self._ready:  # loading is no part of an answer's time
            await self.model.ready()
            self._ready = True
        response = Response(id=1, question=task.question, key_points=task.points, answer=answer)
        usage, calls = self.model.usage, self.model.calls
        tokens, cached = usage.prompt, usage.cached
        begun = time.perf_counter()
        line = await self._grader(task).grade(response)
        return Graded(
            line=line,
            seconds=time.perf_counter() - begun,
            calls=self.model.calls - calls,
            tokens=usage.prompt - tokens,
            cached=usage.cached - cached,
        )

    def _grader(self, task: Task) -> Grades:
        key = task.area, task.group
        if key not in self._graders:
            content = self.unseen.content_without(task.group)
            self._graders[key] = self._build(content.round([task.area]), content, self.model)
        return self._graders[key]

    def tell(self, what: str, done: int, total: int) -> None:
        """Shows on standard error how far a measurement is, where somebody watches."""
        if sys.stderr.isatty():
            end = "\n" if done == total else ""
            print(f"\r{what}: {done} of {total} ", end=end, file=sys.stderr, flush=True)


def price(graded: Sequence[Graded]) -> str:
    """What an answer took on the average, in words."""
    each = max(len(graded), 1)
    seconds = sum(one.seconds for one in graded) / each
    calls = sum(one.calls for one in graded) / each
    said = f"An answer took {seconds:.2f} s and {calls:.1f} calls"
    tokens = sum(one.tokens for one in graded) / each
    if not tokens:
        return f"{said}."
    cached = sum(one.cached for one in graded) / each
    return f"{said} with {tokens:.0f} prompt tokens, {cached:.0f} of them read before."
