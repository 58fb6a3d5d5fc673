"""One run: which sets, in which order, with which model."""

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from interviewer import __version__
from interviewer.content import load_content
from interviewer.errors import InterviewerError
from interviewer.evaluation.agreement import measure_agreement
from interviewer.evaluation.bench import Bench
from interviewer.evaluation.findings import Evaluation, Section
from interviewer.evaluation.ordering import calibration_cases, measure_ordering, some_cases
from interviewer.evaluation.scored import chosen, read_scored
from interviewer.runtime import open_model
from interviewer.settings import Settings


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


Subject = Callable[[Bench, Options], Awaitable[Section]]


async def _khan(bench: Bench, options: Options) -> Section:
    return await _agreement(bench, options, data_file("khan_saq.json"), "khan")


async def _agreement(bench: Bench, options: Options, path: Path, name: str) -> Section:
    whole = read_scored(path)
    found = chosen(whole, options.items, options.sample, options.seed)
    return await measure_agreement(bench, found, whole, name, options.seed)


async def _calibration(bench: Bench, options: Options) -> Section:
    cases = some_cases(calibration_cases(bench.content), options.sample, options.seed)
    return await measure_ordering(bench, cases, options.seed)


SUBJECTS: Mapping[str, Subject] = {"khan": _khan, "calibration": _calibration}


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


async def evaluate(settings: Settings, options: Options) -> Evaluation:
    """Measures what the options name; ModelError when the model can't be asked."""
    begun = time.perf_counter()
    for path in options.scored:
        read_scored(path)  # a broken one costs nothing
    names: Sequence[str] = options.only or (() if options.scored else tuple(SUBJECTS))
    model, embedded = open_model(settings, lambda *_: None)
    bench = Bench(load_content(settings.rubrics_dir), model)
    try:
        await model.ready()
        sections = [await SUBJECTS[name](bench, options) for name in names]
        sections += [await _agreement(bench, options, path, path.stem) for path in options.scored]
    finally:
        await model.close()
        if embedded is not None:
            embedded.stop()
    return Evaluation(
        version=__version__,
        model=model.label,
        seed=options.seed,
        sample=options.sample,
        seconds=time.perf_counter() - begun,
        sections=tuple(sections),
    )
