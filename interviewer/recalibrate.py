"""Fits the scale to a user's own scored answers, and keeps a fit only where it helps."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from pydantic import Field

from interviewer.batch import Grader, Response, open_round, read_lines
from interviewer.calibration import Fits, Held, Line, Source
from interviewer.content import Content, load_fits
from interviewer.errors import ContentError, InterviewerError
from interviewer.fitting import (
    Row,
    Scored,
    Slip,
    fit_all,
    fit_line,
    fit_replies,
    with_replies,
)
from interviewer.llm import Model
from interviewer.replies import ToldReply

FEWEST = 20
"""Scored answers that a fit is worth trying on."""


class ScoredResponse(Response):
    """A line of the input: a response, and what a person gave it."""

    score: float = Field(ge=0, le=1)
    """The person's score, 0..1."""


def fits_path(data_dir: Path, area: str) -> Path:
    """Where a user's own fit for an area is kept."""
    return data_dir / "fits" / f"{area}.json"


def with_own_fits(content: Content, data_dir: Path, area: str) -> Content:
    """The content with the user's own lines for this area, where there are any.

    All else stays as shipped: what a signal's weight was fitted on goes with the release.
    """
    path = fits_path(data_dir, area)
    if not path.exists():
        return content
    try:
        own = load_fits(path)
    except ContentError as error:
        raise ContentError(f"{error}. Or delete the file to use the shipped fit") from error
    update = {"scores": own.scores, "answers": own.answers, "sources": own.sources}
    return replace(content, fits=content.fits.model_copy(update=update))


async def recalibrate(
    rubric_name: str, source: Path, content: Content, model: Model
) -> tuple[str, Fits, dict[str, Held]]:
    """The area, its fits with what helped put in, and how each did on unseen questions.

    InterviewerError for fewer than FEWEST answers or a single question.
    """
    area, of_round = open_round(rubric_name, content)
    responses = list(read_lines(source, ScoredResponse))
    if len(responses) < FEWEST or len({one.question for one in responses}) < 2:
        raise InterviewerError(
            f"{source}: {len(responses)} answers to {len({one.question for one in responses})} "
            f"questions; a fit needs at least {FEWEST} answers to 2 or more questions, since it "
            "is tested on questions that it has not seen"
        )
    grader = Grader(of_round, content, model)
    scored: dict[str, list[Scored]] = {"scores": [], "answers": []}
    for response in responses:
        line = await grader.grade(Response.model_validate(response.model_dump(exclude={"score"})))
        if line.score is not None:
            name = "scores" if response.claims else "answers"
            scored[name].append(Scored(line.score, response.score, response.question))
    lines, held = _fit(scored, content.fits)
    update = {**lines, "sources": (*content.fits.sources, _source(source, responses))}
    return area, content.fits.model_copy(update=update), held


def _fit(scored: dict[str, list[Scored]], fits: Fits) -> tuple[dict[str, Line], dict[str, Held]]:
    """The lines that did better on unseen questions, and how all that were tried did."""
    lines, held = {}, {}
    for name, answers in scored.items():
        if len(answers) >= FEWEST and len({one.group for one in answers}) > 1:
            line, held[name] = fit_line(answers)
            if held[name].fitted < held[name].unfitted:
                # The answers were scored by the line in force, so the new one comes after it.
                lines[name] = line.after(getattr(fits, name))
    return lines, held


def _source(path: Path, responses: Sequence[ScoredResponse]) -> Source:
    return _source_of(path, len(responses), len({one.question for one in responses}))


def _source_of(path: Path, answers: int, groups: int) -> Source:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:12]
    return Source(name=path.name, answers=answers, groups=groups, digest=digest)


REPLIES, SLIPS = "replies.jsonl", "slips.jsonl"
"""What a file of judged signals has beside it: ``ToldReply`` and ``Slip``, one a line."""


def fit_shipped(path: Path, judge: str) -> Fits:
    """The fits from a file of judged signals, one ``fitting.Row`` a line, and what lies beside it.

    InterviewerError where a file can't be read or holds too few questions.
    """
    rows, slips = list(read_lines(path, Row)), list(read_lines(path.with_name(SLIPS), Slip))
    told = list(read_lines(path.with_name(REPLIES), ToldReply))
    sources = [
        _source_of(file, len({answer for answer, _ in named}), len({group for _, group in named}))
        for file, named in (
            (path, [(one.answer, one.group) for one in rows]),
            (path.with_name(SLIPS), [(one.answer, one.group) for one in slips]),
            (path.with_name(REPLIES), [(one.reply, one.group) for one in told]),
        )
    ]
    try:
        fits = fit_all(rows, judge, sources, slips=slips)
        made = fit_replies(told)
    except ValueError as error:
        raise InterviewerError(f"{path}: {error}; collect more with --questions") from error
    held = {f"reply: {name}": one.held for name, one in made.items()}
    fits = with_replies(fits, {name: one.fit for name, one in made.items()})
    return fits.model_copy(update={"held": {**fits.held, **held}})
