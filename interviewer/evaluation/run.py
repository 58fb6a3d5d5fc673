"""One run: which sets, in which order, with which model."""

import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from interviewer import __version__
from interviewer.batch import Grader, read_lines
from interviewer.content import load_content
from interviewer.errors import InterviewerError
from interviewer.evaluation.ablation import measure_ablation
from interviewer.evaluation.agreement import measure_agreement
from interviewer.evaluation.attacked import measure_attacks
from interviewer.evaluation.bench import Bench, CountingModel
from interviewer.evaluation.cost import measure_cost
from interviewer.evaluation.findings import Evaluation, Section
from interviewer.evaluation.metrics import Draws
from interviewer.evaluation.ordering import Case, calibration_cases, measure_ordering, some_cases
from interviewer.evaluation.pointing import measure_pointing, read_pointed
from interviewer.evaluation.replying import measure_replying
from interviewer.evaluation.resumed import SaidBefore
from interviewer.evaluation.scored import chosen, read_scored, short_name
from interviewer.evaluation.steadiness import measure_steadiness, read_paraphrases
from interviewer.evaluation.unseen import Unseen
from interviewer.fitting import Row, Slip
from interviewer.llm import Model
from interviewer.replies import ToldReply
from interviewer.runtime import open_model
from interviewer.settings import Settings

_T = TypeVar("_T")

ABLATED = 200
"""Short answers that a whole run grades once more for each part of the grader."""


@dataclass(frozen=True)
class Options:
    """What to measure."""

    only: tuple[str, ...] = ()
    """Names of SUBJECTS; all where it is empty."""
    scored: tuple[Path, ...] = ()
    """Further sets of scored answers."""
    items: tuple[str, ...] = ()
    sample: int | None = None
    seed: int = 0
    resume: Path | None = None
    """What the model said in a run that was broken off, and where this one keeps it."""


@dataclass(frozen=True)
class Run:
    """What a subject needs in order to measure."""

    bench: Bench
    options: Options
    settings: Settings

    @cached_property
    def cases(self) -> list[Case]:
        """The questions with calibration answers that this run looks at.

        A sample is the same for every subject: what one has asked the others needn't ask again.
        """
        return some_cases(self.every_case, self.options.sample, self.options.seed)

    @cached_property
    def every_case(self) -> list[Case]:
        """Every question with calibration answers."""
        return calibration_cases(self.bench.unseen.content)

    def among_cases(self, found: Sequence[tuple[Case, _T]]) -> list[tuple[Case, _T]]:
        """Those that belong to one of this run's questions."""
        ids = {case.id for case in self.cases}
        return [one for one in found if one[0].id in ids]


Subject = Callable[[Run], Awaitable[Section]]


async def _khan(run: Run) -> Section:
    return await _agreement(run, data_file("khan_saq.json"))


async def _references(run: Run) -> Section:
    return await _agreement(run, data_file("references_khan.json"))


async def _agreement(run: Run, path: Path) -> Section:
    options, whole = run.options, read_scored(path)
    found = chosen(whole, options.items, options.sample, options.seed)
    draws = Draws(options.seed)
    return await measure_agreement(run.bench, found, whole, short_name(path), draws)


async def _calibration(run: Run) -> Section:
    return await measure_ordering(run.bench, run.cases, Draws(run.options.seed))


async def _attacks(run: Run) -> Section:
    options, paths = run.options, [data_file("khan_saq.json"), data_file("references_khan.json")]
    sets = {short_name(path): read_scored(path) for path in paths}
    return await measure_attacks(run.bench, run.cases, sets, options.sample, options.seed)


async def _stability(run: Run) -> Section:
    found = read_paraphrases(data_file("paraphrases.yaml"), run.every_case)
    return await measure_steadiness(run.bench, run.among_cases(found), run.options.seed)


async def _evidence(run: Run) -> Section:
    found = read_pointed(data_file("evidence.yaml"), run.every_case)
    return await measure_pointing(run.bench, run.among_cases(found))


async def _replies(run: Run) -> Section:  # noqa: ARG001 - no model has a part in it
    return measure_replying(list(read_lines(data_file("replies.jsonl"), ToldReply)))


async def _ablation(run: Run) -> Section:
    options, whole = run.options, read_scored(data_file("khan_saq.json"))
    sample = options.sample or ABLATED
    found = chosen(whole, options.items, sample, options.seed)
    cases = run.cases if options.sample else some_cases(run.cases, ABLATED // 4, options.seed)
    return await measure_ablation(run.bench, found, cases)


async def _cost(run: Run) -> Section:
    await run.bench.model.ready()  # its file is there, to be linked to

    @contextlib.asynccontextmanager
    async def fresh(keeps: bool) -> AsyncIterator[Model]:
        with _unread(run.settings, keeps) as settings, _opened(settings) as model:
            try:
                yield model
            finally:
                await model.close()

    repeats = 3 if run.options.sample is None else 1
    return await measure_cost(run.bench.unseen.content, Grader, fresh, run.every_case, repeats)


SUBJECTS: Mapping[str, Subject] = {
    "khan": _khan,
    "references": _references,
    "calibration": _calibration,
    "attacks": _attacks,
    "stability": _stability,
    "evidence": _evidence,
    "replies": _replies,
    "ablation": _ablation,
    "cost": _cost,
}
"""What can be measured, by the name that ``--only`` takes."""


def data_file(name: str) -> Path:
    """A file of the checkout's measuring data; InterviewerError outside a checkout."""
    path = Path(__file__).parents[2] / "tests" / "data" / name
    if not path.exists():
        raise InterviewerError(
            f"{path} is not there: the sets that the grader is measured on come with a checkout "
            "of the repository, not with the installed package; run `evaluate` from one, or "
            "name a set of your own with --scored FILE"
        )
    return path


def _judged_signals() -> tuple[list[Row], list[Slip]]:
    """What the shipped fits were made from."""
    slips = read_lines(data_file("slips.jsonl"), Slip)
    return list(read_lines(data_file("judge_signals.jsonl"), Row)), list(slips)


@contextlib.contextmanager
def _opened(settings: Settings) -> Iterator[Model]:
    """The model that the settings choose; an embedded one is stopped in the end."""
    model, embedded = open_model(settings, lambda *_: None)
    try:
        yield model
    finally:
        if embedded is not None:
            embedded.stop()


@contextlib.contextmanager
def _unread(settings: Settings, keeps: bool) -> Iterator[Settings]:
    """Settings with a cache that holds the model's file, and nothing that the model has read."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if settings.cache_dir.is_dir():
            for one in settings.cache_dir.iterdir():
                if one.is_file():
                    (folder / one.name).symlink_to(one)
        if not keeps:
            (folder / "prefixes").touch()  # in the folder's place
        yield replace(settings, cache_dir=folder)


async def evaluate(settings: Settings, options: Options) -> Evaluation:
    """Measures what the options name; ModelError when the model can't be asked."""
    begun = time.perf_counter()
    for path in options.scored:
        read_scored(path)  # a broken one costs nothing
    before = SaidBefore(options.resume) if options.resume else None
    names: Sequence[str] = options.only or (() if options.scored else tuple(SUBJECTS))
    with _opened(settings) as model:
        unseen = Unseen(load_content(settings.rubrics_dir), *_judged_signals())
        run = Run(Bench(unseen, CountingModel(model, before)), options, settings)
        try:
            sections = [await SUBJECTS[name](run) for name in names]
            sections += [await _agreement(run, path) for path in options.scored]
        finally:
            await model.close()
    return Evaluation(
        version=__version__,
        model=model.label,
        seed=options.seed,
        sample=options.sample,
        seconds=time.perf_counter() - begun,
        resumed=before.taken if before else 0,
        sections=tuple(sections),
    )
