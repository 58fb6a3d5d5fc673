"""What a grade costs, beside what the engine alone needs for the same prompts."""

import statistics
import time
from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from itertools import takewhile

from interviewer.batch import GivenKeyPoint, Response
from interviewer.content import Content, Message
from interviewer.evaluation.bench import Ask, Build, CountingModel
from interviewer.evaluation.findings import Bound, Section, Table
from interviewer.evaluation.ordering import Case
from interviewer.llm import Model

CHECKS, WORDS = 12, 200
MOST_TIMES = 1.3

Fresh = Callable[[bool], AbstractAsyncContextManager[Model]]
"""Opens a model that has read nothing yet; whether it may keep what it reads on disk."""

Prompt = tuple[Message, ...]


class RecordingModel(CountingModel):
    """Keeps what it was asked."""

    def __init__(self, model: Model) -> None:
        super().__init__(model)
        self.asked: list[Prompt] = []

    async def _remembered(self, messages: Sequence[Message], ask: Ask) -> float | None:
        self.asked.append(tuple(messages))
        return await super()._remembered(messages, ask)


def task_from(cases: Sequence[Case]) -> tuple[str, list[GivenKeyPoint], str]:
    """A question, CHECKS key points and an answer of WORDS words, all from the cases."""
    named = [case for case in cases if case.question.key_points]
    points = [
        GivenKeyPoint(text=one.text, right=_some(one.right), wrong=_some(one.wrong))
        for case in named
        for one in case.question.key_points
    ]
    said = " ".join(case.answers["strong"].answer for case in named).split()
    return named[0].question.text, points[:CHECKS], " ".join(said[:WORDS])


def _some(text: str | None) -> tuple[str, ...]:
    return (text,) if text else ()


def best_order(prompts: Sequence[Prompt]) -> list[Prompt]:
    """The prompts so that each follows the one that it shares most of its beginning with."""
    return sorted(prompts, key=_text)


def new_share(prompts: Sequence[Prompt]) -> float:
    """Share of the prompts' characters that a perfect prefix cache would have to read."""
    texts = [_text(prompt) for prompt in best_order(prompts)]
    new = sum(
        len(text) - _shared(before, text) for before, text in zip(["", *texts], texts, strict=False)
    )
    return new / sum(map(len, texts)) if texts else 1.0


def _shared(a: str, b: str) -> int:
    """How many characters both begin with."""
    return sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(a, b, strict=False)))


def _text(prompt: Prompt) -> str:
    return "".join(f"<{one['role']}>{one['content']}</>" for one in prompt)


async def measure_cost(
    content: Content, build: Build, fresh: Fresh, cases: Sequence[Case], repeats: int
) -> Section:
    """Grades one answer on an engine that is new, then sends it the same prompts directly.

    In turn, ``repeats`` times; the medians count.
    """
    question, points, answer = task_from(cases)
    response = Response(id=1, question=question, key_points=tuple(points), answer=answer)
    of_round = content.round([cases[0].area])
    graded, raw, prompts = [], [], []
    for _ in range(repeats):
        async with fresh(True) as model:
            recording = RecordingModel(model)
            grader = build(of_round, content, recording)
            await _warm(model)
            begun = time.perf_counter()
            await grader.grade(response)
            graded.append(time.perf_counter() - begun)
            prompts = recording.asked
        async with fresh(False) as model:
            await _warm(model)
            begun = time.perf_counter()
            for prompt in best_order(prompts):
                await model.yes(prompt)
            raw.append(time.perf_counter() - begun)
    times = statistics.median(graded) / statistics.median(raw) if raw and any(raw) else None
    return Section(
        name="cost",
        title="Cost",
        about=(
            f"An answer of {len(answer.split())} words graded against {len(points)} key points, "
            f"{len(prompts)} calls, beside the same prompts sent to the engine one after another "
            "in the order of their beginnings; each on an engine that has just been started. "
            f"Medians of {repeats}."
        ),
        answers=repeats,
        bounds=(Bound(what="times the engine's own time", value=times, most=MOST_TIMES),),
        tables=(
            Table(
                title="Seconds",
                columns=("what", *(f"run {n}" for n in range(1, repeats + 1)), "median"),
                rows=(
                    ("graded", *graded, statistics.median(graded)),
                    ("engine alone", *raw, statistics.median(raw)),
                ),
            ),
            Table(
                title="Prompts",
                columns=("calls", "characters", "share that a perfect prefix cache must read"),
                rows=((len(prompts), sum(len(_text(one)) for one in prompts), new_share(prompts)),),
            ),
        ),
    )


async def _warm(model: Model) -> None:
    """The first call of an engine pays for more than itself."""
    await model.ready()
    await model.yes([Message(role="user", content="Is water wet? Reply Yes or No.")])
