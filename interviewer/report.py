"""The report of an interview: levels with evidence, what was missing, what to do about it.

Pure: the same stored interview gives the same report. Words shown as evidence are cut from
the transcript; no model writes any of them. Page, Markdown, PDF and JSON all show this one
value, so that no figure can differ between them.
"""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime

from interviewer import pace
from interviewer.against import held_against, uncorrected, warnings_for
from interviewer.codegrade import SUBJECTS, CodeReport, code_report
from interviewer.figures import QuestionReport, read_question
from interviewer.judgement import Judgement
from interviewer.persona import Persona
from interviewer.process import Standard
from interviewer.round import Round
from interviewer.rubric import Check, Criterion, Level, Strict, WarningCheck
from interviewer.scoring import (
    CheckResult,
    CriterionGrade,
    Vote,
    best_judgements,
    count_against,
    grade_criteria,
    question_results,
    score_of,
    vote_of,
)
from interviewer.sentences import SentenceRef, split_sentences
from interviewer.session import Interview, fold
from interviewer.transcript import Speaker, TurnKind, answers_to, graded_turns

LEVELS: tuple[Level, ...] = (1, 2, 3, 4, 5)
ADVICE_TONIGHT = 3
"""Pieces of advice on the first page."""
PRESUMED = (
    "No sentence of yours was found to show this: the level is what the rest of your answers "
    "makes likely."
)
"""In the place of an anchor that would say what was not found."""


class Evidence(Strict):
    """A sentence of the candidate's that shows a check."""

    check: str
    question_id: str | None
    number: int
    """The question's position in the interview, from 1."""
    seq: int
    sentence: int
    text: str
    """The candidate's words."""
    met: float
    """Probability that the answer shows the check."""


class Advice(Strict):
    """Something to do better."""

    check: str
    check_id: str
    question_id: str | None
    number: int
    """The question's position in the interview, from 1."""
    note: str
    """What became of it."""
    advice: str


class Missing(Advice):
    """A check that was due and not shown."""


class HeldAgainst(Strict):
    """A sentence of the candidate's that counts against the answer."""

    area: str
    """The title of the question's area."""
    check: str
    check_id: str
    question_id: str
    number: int
    """The question's position in the interview, from 1."""
    seq: int
    sentence: int
    text: str
    """The candidate's words."""
    advice: str


class DisputeReport(Strict):
    """A finding that the candidate disagreed with, before and after it was judged again."""

    check: str
    check_id: str
    question_id: str
    number: int
    argument: str
    before: float | None
    """Probability that the answer shows it, as first judged; None: not judged."""
    after: float | None
    shown_before: bool
    shown_after: bool

    @property
    def outcome(self) -> str:
        """Both results, in words."""
        before = _in_words(self.before, self.shown_before)
        return f"First judged {before}; judged again {_in_words(self.after, self.shown_after)}."


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
    low: float | None
    """The level's 80% interval, 1..5; None: not observed."""
    high: float | None
    unlowered: Level | None = None
    """The level without what counts against the answers; None: not observed."""
    anchor: str | None
    """What the answers showed, in the rubric's words: the anchor of ``unlowered``. Where they
    showed nothing of it, what the level rests on instead."""
    bar: float
    bar_anchor: str
    """What the bar looks like."""
    evidence: tuple[Evidence, ...]
    missing: tuple[Missing, ...]
    not_observed: tuple[NotObserved, ...]

    @property
    def borne_out(self) -> bool:
        """Whether anything that was found shows it, and not only the rest of the answers."""
        return self.anchor != PRESUMED

    @property
    def sureness(self) -> str:
        """The interval in words; empty where nothing was observed."""
        if self.low is None or self.high is None:
            return ""
        if f"{self.low:.1f}" != f"{self.high:.1f}":
            return f"80%: {self.low:.1f} to {self.high:.1f}"
        # The rest of the interval was cut off, or there is none.
        return "at most, as not everything came up" if self.not_observed else "measured"

    @property
    def lowered(self) -> str:
        """What became of the level that was shown, in words; empty where nothing took it down."""
        if self.unlowered is None or self.level == self.unlowered:
            return ""
        return f"Lowered from {self.unlowered} to {self.level} by what counts against you."

    @property
    def shown(self) -> str:
        """What the answers showed, and what became of it."""
        return " ".join(filter(None, (self.anchor, self.lowered)))

    @property
    def in_words(self) -> str:
        """The level, and in brackets how sure it is."""
        level = str(self.level or "not observed")
        return f"{level} ({self.sureness})" if self.sureness else level


class AreaReport(Strict):
    """One area against its bar."""

    area: str
    title: str
    level: float | None
    """Weighted mean of its criteria's levels; None: not observed."""
    weight: float
    """Weight of the criteria that were observed."""
    bar: float
    low: float | None = None
    """The level's interval, where the grader states one."""
    high: float | None = None

    @property
    def side(self) -> str:
        """Where the level stands, in words."""
        if self.level is None:
            return "not observed"
        if self.level == self.bar:
            return "at the bar"
        return "above the bar" if self.level > self.bar else "below the bar"


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

    id: str
    title: str
    round: str | None
    """The round of the process that it was; None: practice outside of it."""
    again_of: str | None
    created_at: datetime
    begun_at: datetime | None
    ended_at: datetime | None
    """When the last word was said."""
    minutes: float
    """The candidate's, as the interview's clock counts them: no break, and no wait for a reply."""
    role: str
    level: str
    interviewer: str
    interviewer_title: str
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
    against: tuple[HeldAgainst, ...]
    """Known mistakes and red flags; they lower the levels of the questions that they fell in."""
    areas: tuple[AreaReport, ...]
    criteria: tuple[CriterionReport, ...]
    questions: tuple[QuestionReport, ...]
    disputes: tuple[DisputeReport, ...]
    code: tuple[CodeReport, ...]
    """What was submitted to coding questions, graded by what it does."""
    transcript: tuple[TranscriptTurn, ...]


def make_report(
    interview: Interview, of_round: Round, standard: Standard, persona: Persona, ungraded: int
) -> Report:
    """The report of an interview as it is stored now; ``ungraded`` checks are still open."""
    grades = grades_of(interview, of_round)
    asked = criteria_asked(interview, of_round)
    weights = {criterion.id: criterion.weight for criterion in asked}
    told = _Told(interview)
    shown = {grade.criterion_id: grade for grade in grades}
    criteria = tuple(
        _criterion(
            criterion,
            shown[criterion.id],
            of_round,
            standard.bar(of_round.area_id_of(criterion)),
            told,
        )
        for criterion in asked
        if criterion.id in shown
    )
    code = _code(interview, of_round)
    for one in _code_criteria(code, of_round, standard):
        estimate = None if one.level is None else float(one.level)
        grades.append(
            CriterionGrade(criterion_id=one.title, level=one.level, estimate=estimate, results=())
        )
        weights[one.title] = one.weight
        criteria = (*criteria, one)
    vote = vote_of(grades, weights, standard.level_bar)
    seat, turns = interview.plan.seat, interview.turns
    return Report(
        id=interview.id,
        title=seat.title if seat and seat.title else of_round.title,
        round=seat.round if seat else None,
        again_of=interview.plan.again_of,
        created_at=interview.created_at,
        begun_at=turns[0].at if turns else None,
        ended_at=turns[-1].at if turns else None,
        minutes=pace.minutes(turns),
        role=standard.role,
        level=standard.level,
        interviewer=persona.name,
        interviewer_title=persona.title,
        finished=fold(interview.plan, turns).phase == "finished",
        vote=vote,
        vote_reason=_reason(vote, criteria),
        score=score_of(grades, weights),
        judges=tuple(sorted({one.judge for one in interview.judgements if one.judge})),
        ungraded=ungraded,
        tonight=_tonight(criteria),
        against=tuple(_against(interview, of_round, told)),
        areas=tuple(_areas(criteria, of_round, standard)),
        criteria=criteria,
        questions=tuple(_questions(interview, of_round)),
        disputes=tuple(_disputes(interview, of_round, told)),
        code=code,
        transcript=tuple(_transcript(interview, of_round, grades)),
    )


def _code(interview: Interview, of_round: Round) -> tuple[CodeReport, ...]:
    """The code of each question, beside what the candidate said of it."""
    reports = (
        code_report(
            of_round.question(question_id),
            interview.code,
            [turn.text for turn in answers_to(interview.turns, question_id)],
        )
        for question_id in interview.plan.question_ids
    )
    return tuple(one for one in reports if one is not None)


def _code_criteria(
    code: Sequence[CodeReport], of_round: Round, standard: Standard
) -> Iterator[CriterionReport]:
    """Each subject over all questions: the mean of its levels, rounded down."""
    if not code:
        return
    area = of_round.area_of_question(code[0].question_id)
    title = next(rubric.title for rubric in of_round.rubrics if rubric.area == area)
    for subject in SUBJECTS:
        grades = [one for report in code for one in report.grades if one.subject == subject.id]
        levels = [one.level for one in grades if one.level is not None]
        level = LEVELS[sum(levels) // len(levels) - 1] if levels else None
        yield CriterionReport(
            area=title,
            title=subject.title,
            weight=subject.weight,
            level=level,
            # Measured and not estimated: the interval is the level itself.
            low=level,
            high=level,
            anchor=" ".join(one.found for one in grades),
            bar=standard.bar(area),
            bar_anchor=subject.bar,
            evidence=(),
            missing=(),
            not_observed=(),
        )


def _areas(
    criteria: Sequence[CriterionReport], of_round: Round, standard: Standard
) -> Iterator[AreaReport]:
    """Each area that was asked about or graded along, in the order of its criteria."""
    ids = {rubric.title: rubric.area for rubric in (*of_round.rubrics, *of_round.across)}
    for title in dict.fromkeys(one.area for one in criteria):
        seen = [(one.level, one.weight) for one in criteria if one.area == title and one.level]
        total = sum(weight for _, weight in seen)
        mean = sum(level * weight for level, weight in seen) / total if total else None
        low, high = _area_interval([one for one in criteria if one.area == title])
        yield AreaReport(
            area=ids[title],
            title=title,
            level=mean,
            weight=total,
            bar=standard.bar(ids[title]),
            low=low,
            high=high,
        )


def _area_interval(
    criteria: Sequence[CriterionReport],
) -> tuple[float, float] | tuple[None, None]:
    """The weighted means of the criteria's intervals: as wide as if they erred together.

    They share a judge and an answer, so that their errors can't be taken to cancel out.
    """
    seen = [(one.low, one.high, one.weight) for one in criteria]
    known = [(low, high, w) for low, high, w in seen if low is not None and high is not None]
    total = sum(weight for _, _, weight in known)
    if not total:
        return None, None
    low = sum(low * weight for low, _, weight in known) / total
    return low, sum(high * weight for _, high, weight in known) / total


def _questions(interview: Interview, of_round: Round) -> Iterator[QuestionReport]:
    for number, question_id in enumerate(interview.plan.question_ids, 1):
        asked = any(
            turn.kind == "question" and turn.question_id == question_id for turn in interview.turns
        )
        if asked:
            results = [
                result
                for grade in question_grades(interview, of_round, question_id)
                for result in grade.results
            ]
            yield read_question(number, question_id, interview.turns, of_round, results)


def criteria_asked(interview: Interview, of_round: Round) -> tuple[Criterion, ...]:
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


def grades_of(interview: Interview, of_round: Round) -> list[CriterionGrade]:
    """A grade for each criterion that a question asked so far is graded on."""
    results: dict[str, list[CheckResult]] = {}
    asked = [turn.question_id for turn in interview.turns if turn.kind == "question"]
    for question_id in filter(None, asked):
        for grade in question_grades(interview, of_round, question_id):
            results.setdefault(grade.criterion_id, []).extend(grade.results)
    counts = [_count_against(interview, of_round, one) for one in filter(None, asked)]
    against = sum(counts) / len(counts) if counts else 0.0
    return grade_criteria(results, of_round.weights, of_round.fits.levels, against)


def _count_against(interview: Interview, of_round: Round, question_id: str) -> int:
    return count_against(_held(interview, of_round, question_id))


def _held(
    interview: Interview, of_round: Round, question_id: str
) -> list[tuple[WarningCheck, Judgement]]:
    """What counts against the answers to one question.

    Left out are what was successfully disputed, and mistakes that the candidate corrected: who
    corrects a mistake has not made it.
    """
    question = of_round.question(question_id)
    known = warnings_for(of_round, question)
    answers = answers_to(interview.turns, question_id)
    judged = uncorrected(of_round, question, answers, interview.all_judgements)
    lost = {
        one.check_id
        for one in interview.disputes
        if one.question_id == question_id and one.judgement.met is not None
        if one.check_id in known and not one.judgement.held(known[one.check_id].kind)
    }
    found = held_against(of_round, question, judged)
    return [(check, one) for check, one in found if check.id not in lost]


def probed_checks(interview: Interview, question_id: str) -> set[str]:
    """The checks that a follow-up to this question dug for."""
    return {
        turn.check_id
        for turn in interview.turns
        if turn.kind == "probe" and turn.question_id == question_id and turn.check_id
    }


def question_grades(
    interview: Interview, of_round: Round, question_id: str, also_due: Collection[str] = ()
) -> list[CriterionGrade]:
    """The grades of the answers to one question; ``also_due`` checks count as asked for."""
    answers = {turn.seq for turn in graded_turns(interview.turns, question_id)}
    best = best_judgements(one for one in interview.all_judgements if one.seq in answers)
    due = probed_checks(interview, question_id) | set(also_due)
    results = {
        criterion.id: question_results(criterion, question_id, best, due)
        for criterion in of_round.criteria_for(of_round.question(question_id))
    }
    against = _count_against(interview, of_round, question_id)
    return grade_criteria(results, of_round.weights, of_round.fits.levels, against)


class _Told:
    """The candidate's sentences, and the questions in their order."""

    def __init__(self, interview: Interview) -> None:
        self.words = {
            SentenceRef(seq=turn.seq, n=sentence.n): sentence.text
            for turn in interview.turns
            if turn.speaker == "candidate"
            for sentence in split_sentences(turn.text)
        }
        self._order = interview.plan.question_ids

    def number(self, question_id: str | None) -> int:
        """The question's position in the interview, from 1."""
        return self._order.index(question_id or "") + 1


def _criterion(
    criterion: Criterion,
    grade: CriterionGrade,
    of_round: Round,
    bar: float,
    told: "_Told",
) -> CriterionReport:
    found: dict[str, list[CheckResult]] = {}
    for result in grade.results:
        found.setdefault(result.status, []).append(result)
    return CriterionReport(
        area=of_round.area_of(criterion),
        title=criterion.title,
        weight=criterion.weight,
        level=grade.level,
        low=grade.interval[0] if grade.interval else None,
        high=grade.interval[1] if grade.interval else None,
        unlowered=grade.unlowered,
        anchor=_anchor(criterion, grade),
        bar=bar,
        bar_anchor=next(text for at, text in sorted(criterion.levels.items()) if at >= bar),
        evidence=tuple(
            Evidence(
                check=label(of_round.check(result.check_id)),
                question_id=result.question_id,
                number=told.number(result.question_id),
                seq=ref.seq,
                sentence=ref.n,
                text=told.words[ref],
                met=result.met or 0.0,
            )
            for result in grade.results
            for ref in result.evidence
        ),
        missing=tuple(
            Missing(
                check=label(check := of_round.check(result.check_id)),
                check_id=check.id,
                question_id=result.question_id,
                number=told.number(result.question_id),
                note=result.note or "",
                advice=check.advice,
            )
            # The surest first: they become advice, and what was only overlooked shouldn't.
            for result in sorted(found.get("missing", []), key=lambda one: one.met or 0.0)
        ),
        not_observed=tuple(
            NotObserved(
                check=label(of_round.check(result.check_id)),
                question_id=result.question_id,
                note=result.note or "",
            )
            for result in found.get("not observed", [])
        ),
    )


def _anchor(criterion: Criterion, grade: CriterionGrade) -> str | None:
    """The level's anchor, unless it would praise for what no sentence was found to show."""
    level = grade.unlowered
    if level is None:
        return None
    shown = any(result.status == "shown" for result in grade.results)
    return criterion.levels[level] if shown or level == min(criterion.levels) else PRESUMED


def _against(interview: Interview, of_round: Round, told: _Told) -> Iterator[HeldAgainst]:
    asked = [turn.question_id for turn in interview.turns if turn.kind == "question"]
    for question_id in filter(None, asked):
        for check, judgement in _held(interview, of_round, question_id):
            ref = SentenceRef(seq=judgement.seq, n=judgement.sentences[0])
            yield HeldAgainst(
                area=of_round.title_of_question(question_id),
                check=label(check),
                check_id=check.id,
                question_id=question_id,
                number=told.number(question_id),
                seq=ref.seq,
                sentence=ref.n,
                text=told.words[ref],
                advice=check.advice,
            )


def _disputes(interview: Interview, of_round: Round, told: _Told) -> Iterator[DisputeReport]:
    for one in interview.disputes:
        warnings = warnings_for(of_round, of_round.question(one.question_id))
        warning = warnings.get(one.check_id)
        answers = {turn.seq for turn in graded_turns(interview.turns, one.question_id)}
        first = best_judgements(
            each
            for each in interview.judgements
            if each.seq in answers and each.check_id == one.check_id
        ).get(one.check_id)
        yield DisputeReport(
            check=label(warning or of_round.check(one.check_id)),
            check_id=one.check_id,
            question_id=one.question_id,
            number=told.number(one.question_id),
            argument=one.argument,
            before=first.met if first else None,
            after=one.judgement.met,
            shown_before=bool(first and _found(first, warning)),
            shown_after=_found(one.judgement, warning),
        )


def _in_words(met: float | None, shown: bool) -> str:
    """A judgement with its probability."""
    if met is None:
        return "not observed"
    return f"{'shown' if shown else 'not shown'} ({met:.0%})"


def _found(judgement: Judgement, warning: WarningCheck | None) -> bool:
    return judgement.held(warning.kind) if warning else judgement.shown


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
    below = [one.title for one in criteria if one.level and one.level < one.bar]
    above = [one.title for one in criteria if one.level and one.level > one.bar and one.borne_out]
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
            why=turn.reason,
            marks=tuple(marks),
        )
