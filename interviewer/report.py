"""The report of an interview: levels with evidence, what was missing, what to do about it.

Pure: the same stored interview gives the same report. Words shown as evidence are cut from
the transcript; no model writes any of them.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from interviewer.round import Round
from interviewer.rubric import BAR, Check, Criterion, Level, Strict
from interviewer.scoring import (
    CheckResult,
    CriterionGrade,
    Vote,
    best_judgements,
    level_of,
    question_results,
    score_of,
    vote_of,
)
from interviewer.session import Interview, fold
from interviewer.transcript import SentenceRef, Speaker, TurnKind, answers_to, split_sentences

ADVICE_TONIGHT = 3
"""Pieces of advice on the first page."""


class Evidence(Strict):
    """A sentence of the candidate's that shows a check."""

    check: str
    question_id: str | None
    seq: int
    sentence: int
    text: str
    """The candidate's words."""


class Missing(Strict):
    """A check that was due and not shown."""

    check: str
    question_id: str | None
    number: int
    """The question's position in the interview, from 1."""
    note: str
    advice: str


class NotObserved(Strict):
    """A check that nothing can be said about."""

    check: str
    question_id: str | None
    note: str


class CriterionReport(Strict):
    """One criterion."""

    area: str
    """The title of the area that it belongs to."""
    title: str
    weight: float
    level: Level | None
    anchor: str | None
    """What the level looks like, in the rubric's words."""
    bar: str
    """What the bar looks like."""
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    not_observed: tuple[NotObserved, ...]


class Mark(Strict):
    """``text[start:end]`` of a turn shows these checks."""

    start: int
    end: int
    checks: tuple[str, ...]


class TranscriptTurn(Strict):
    """One turn with its evidence marked."""

    seq: int
    speaker: Speaker
    kind: TurnKind
    text: str
    why: str | None
    """For a follow-up: the check that it dug for."""
    marks: tuple[Mark, ...] = ()


class Report(Strict):
    """Everything that is said about an interview once it is over."""

    areas: tuple[str, ...]
    title: str
    created_at: datetime
    finished: bool
    vote: Vote
    vote_reason: str
    score: float | None
    """Weighted mean of the levels on 0..1; None: nothing was observed."""
    judges: tuple[str, ...]
    """The models that judged, each with the digest of its prompt."""
    ungraded: int
    """Checks that are still to be judged."""
    tonight: tuple[Missing, ...]
    criteria: tuple[CriterionReport, ...]
    transcript: tuple[TranscriptTurn, ...]
    questions: dict[str, str]


def make_report(interview: Interview, of_round: Round, ungraded: int) -> Report:
    """The report of an interview as it is stored now; ``ungraded`` checks are still open."""
    grades = _grades(interview, of_round)
    asked = _criteria_asked(interview, of_round)
    weights = {criterion.id: criterion.weight for criterion in asked}
    words = _evidence_words(interview)
    shown = {grade.criterion_id: grade for grade in grades}
    criteria = tuple(
        _criterion(criterion, shown[criterion.id], of_round, words, interview.plan.question_ids)
        for criterion in asked
        if criterion.id in shown
    )
    vote = vote_of(grades, weights)
    return Report(
        areas=of_round.areas,
        title=of_round.title,
        created_at=interview.created_at,
        finished=fold(interview.plan, interview.turns).phase == "finished",
        vote=vote,
        vote_reason=_reason(vote, criteria),
        score=score_of(grades, weights),
        judges=tuple(sorted({one.judge for one in interview.judgements if one.judge})),
        ungraded=ungraded,
        tonight=_tonight(criteria),
        criteria=criteria,
        transcript=tuple(_transcript(interview, of_round, grades)),
        questions={one: of_round.question(one).text for one in interview.plan.question_ids},
    )


def _criteria_asked(interview: Interview, of_round: Round) -> tuple[Criterion, ...]:
    """The criteria that the questions asked so far are graded on, each once, by area."""
    asked = [turn.question_id for turn in interview.turns if turn.kind == "question"]
    criteria = {
        criterion.id: criterion
        for question_id in asked
        if question_id
        for criterion in of_round.criteria_for(of_round.question(question_id))
    }
    return tuple(sorted(criteria.values(), key=of_round.rank_of))


def label(check: Check) -> str:
    """What a person reads as the name of a check."""
    return check.gap[:1].upper() + check.gap[1:]


def _grades(interview: Interview, of_round: Round) -> list[CriterionGrade]:
    """A grade for each criterion that a question asked so far is graded on."""
    results: dict[str, list[CheckResult]] = {}
    asked = [turn.question_id for turn in interview.turns if turn.kind == "question"]
    for question_id in filter(None, asked):
        answers = {turn.seq for turn in answers_to(interview.turns, question_id)}
        best = best_judgements(one for one in interview.judgements if one.seq in answers)
        probed = {
            turn.check_id
            for turn in interview.turns
            if turn.kind == "probe" and turn.question_id == question_id and turn.check_id
        }
        for criterion in of_round.criteria_for(of_round.question(question_id)):
            of_question = question_results(criterion, question_id, best, probed)
            results.setdefault(criterion.id, []).extend(of_question)
    return [
        CriterionGrade(criterion_id=one, level=level_of(of_criterion), results=tuple(of_criterion))
        for one, of_criterion in results.items()
    ]


def _evidence_words(interview: Interview) -> dict[SentenceRef, str]:
    return {
        SentenceRef(seq=turn.seq, n=sentence.n): sentence.text
        for turn in interview.turns
        if turn.speaker == "candidate"
        for sentence in split_sentences(turn.text)
    }


def _criterion(
    criterion: Criterion,
    grade: CriterionGrade,
    of_round: Round,
    words: dict[SentenceRef, str],
    order: Sequence[str],
) -> CriterionReport:
    evidence: list[Evidence] = []
    missing: list[Missing] = []
    not_observed: list[NotObserved] = []
    for result in grade.results:
        check = of_round.check(result.check_id)
        name, asked, note = label(check), result.question_id, result.note or ""
        if result.status == "missing":
            number = order.index(asked or "") + 1
            missing.append(
                Missing(
                    check=name, question_id=asked, number=number, note=note, advice=check.advice
                )
            )
        elif result.status == "not observed":
            not_observed.append(NotObserved(check=name, question_id=asked, note=note))
        evidence += [
            Evidence(check=name, question_id=asked, seq=ref.seq, sentence=ref.n, text=words[ref])
            for ref in result.evidence
        ]
    return CriterionReport(
        area=of_round.area_of(criterion),
        title=criterion.title,
        weight=criterion.weight,
        level=grade.level,
        anchor=criterion.levels[grade.level] if grade.level else None,
        bar=criterion.levels[BAR],
        evidence=tuple(evidence),
        missing=tuple(missing),
        not_observed=tuple(not_observed),
    )


def _tonight(criteria: Sequence[CriterionReport]) -> tuple[Missing, ...]:
    """The advice that would lift the vote most: low levels of heavy criteria first."""
    ranked = sorted(
        (criterion for criterion in criteria if criterion.level and criterion.missing),
        key=lambda one: (one.level or 5) / one.weight,
    )
    chosen: dict[str, Missing] = {}
    for position in range(max((len(one.missing) for one in ranked), default=0)):
        for criterion in ranked:
            if position < len(criterion.missing):
                chosen.setdefault(criterion.missing[position].advice, criterion.missing[position])
    return tuple(chosen.values())[:ADVICE_TONIGHT]


def _reason(vote: Vote, criteria: Sequence[CriterionReport]) -> str:
    below = [one.title for one in criteria if one.level and one.level < BAR]
    above = [one.title for one in criteria if one.level and one.level > BAR]
    unseen = [one.title for one in criteria if one.level is None]
    if vote == "no vote":
        return "Too little was observed to vote on: " + (", ".join(unseen) or "no answer") + "."
    parts = [
        f"Above the bar: {', '.join(above)}." if above else "",
        f"Below the bar: {', '.join(below)}." if below else "Nothing is below the bar.",
        f"Not observed: {', '.join(unseen)}." if unseen else "",
    ]
    return " ".join(part for part in parts if part)


def _transcript(
    interview: Interview, of_round: Round, grades: Sequence[CriterionGrade]
) -> Iterator[TranscriptTurn]:
    proofs: dict[SentenceRef, list[str]] = {}
    for grade in grades:
        for result in grade.results:
            for ref in result.evidence:
                proofs.setdefault(ref, []).append(label(of_round.check(result.check_id)))
    for turn in interview.turns:
        said = split_sentences(turn.text) if turn.speaker == "candidate" else ()
        marks = [
            Mark(start=sentence.start, end=sentence.end, checks=tuple(proofs[ref]))
            for sentence in said
            if (ref := SentenceRef(seq=turn.seq, n=sentence.n)) in proofs
        ]
        yield TranscriptTurn(
            seq=turn.seq,
            speaker=turn.speaker,
            kind=turn.kind,
            text=turn.text,
            why=label(of_round.check(turn.check_id)) if turn.check_id else None,
            marks=tuple(marks),
        )


# --- As Markdown ------------------------------------------------------------------------


def to_markdown(report: Report) -> str:
    """The report as a Markdown document; the candidate's words stand as they were typed."""
    return "\n".join([*_head(report), *_body(report), *_tail(report)]) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"# Mock interview: {report.title}"
    yield ""
    judges = ", ".join(report.judges) or "no model"
    yield f"{report.created_at:%Y-%m-%d %H:%M} UTC · judged by {judges}"
    yield ""
    yield f"**Vote: {report.vote}.** {report.vote_reason}"
    if report.ungraded:
        yield ""
        yield f"_{report.ungraded} checks are not judged yet; what follows is incomplete._"
    if report.tonight:
        yield ""
        yield "## To do tonight"
        yield ""
        for number, one in enumerate(report.tonight, 1):
            yield f"{number}. {gap_line(one)} {one.advice}"


def _body(report: Report) -> Iterator[str]:
    yield ""
    yield "## Levels"
    yield ""
    yield "| area | criterion | level (bar: 3) |"
    yield "| --- | --- | --- |"
    for one in report.criteria:
        yield f"| {one.area} | {one.title} | {one.level or 'not observed'} |"
    for before, one in zip((None, *report.criteria), report.criteria, strict=False):
        if before is None or before.area != one.area:
            yield ""
            yield f"## {one.area}"
        yield ""
        yield f"### {one.title}: {one.level or 'not observed'}"
        if one.anchor:
            yield ""
            yield f"{one.anchor}"
        if one.evidence:
            yield ""
            yield "Evidence, in your words:"
            yield ""
            yield from (f"- {_inline(proof.text)} _({proof.check})_" for proof in one.evidence)
        if one.missing:
            yield ""
            yield "Missing:"
            yield ""
            yield from (f"- {gap_line(gap)} {gap.advice}" for gap in one.missing)
        if one.not_observed:
            yield ""
            names = ", ".join(sorted({gap.check for gap in one.not_observed}))
            yield f"Not observed, and not counted: {names}."


def _tail(report: Report) -> Iterator[str]:
    yield ""
    yield "## Transcript"
    for turn in report.transcript:
        yield ""
        yield "**Interviewer**" if turn.speaker == "interviewer" else "**You**"
        yield ""
        yield from (f"> {line}" for line in _fenced(turn.text))
        if turn.why:
            yield ""
            yield f"_Asked for: {turn.why}_"


def gap_line(gap: Missing) -> str:
    """A missing check in Markdown."""
    return f"**{gap.check}** (question {gap.number}: {gap.note})."


def _inline(text: str) -> str:
    """``text`` on one line as a quotation whose Markdown and HTML stay plain."""
    return "“" + _plain(" ".join(text.split())) + "”"


def _fenced(text: str) -> list[str]:
    return [_plain(line) for line in text.splitlines() or [""]]


def _plain(text: str) -> str:
    """``text`` with the characters escaped that Markdown or HTML would take for markup."""
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for char in "\\`*_[]#|~":
        escaped = escaped.replace(char, "\\" + char)
    # What is markup at the beginning of a line only: lists, rules, headings, code.
    escaped = re.sub(r"^\s*(\d+)([.)])(?=\s)", r"\1\\\2", escaped)
    return re.sub(r"^\s*([-+=])", r"\\\1", escaped.lstrip() if escaped[:4].isspace() else escaped)
