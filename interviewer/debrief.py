"""The debrief: from the interviewers' notes to a decision. Pure; no model decides anything.

How it is decided, in this order:

1. *Open* while a round is not finished, a vote is missing, or an area was not observed at
   all: no evidence is not a low grade.
2. *No hire* where an area is below its bar: each area must pass. The level of an area is the
   mean over the rounds that graded it, weighted by how much of it each observed.
3. *No hire* where the Bar Raiser vetoes: they vote against, or the candidate is not above the
   role's median, which is what a Bar Raiser is there to see to.
4. *No hire* where more interviewers vote against than for.
5. Else *hire*; *strong hire* where every vote is for, at least half of them strongly.

A stage without a Bar Raiser (a phone screen) is decided by 1, 2 and 4 and asks for no median.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Literal

from interviewer.pushback import MET, How
from interviewer.rubric import Strict
from interviewer.scoring import Vote

Decision = Literal["strong hire", "hire", "no hire", "open"]

PROOFS_FOR_A_VOTE = 2
"""Strongest and weakest proofs that an interviewer brings to the debrief."""

APART = 1.0
"""Levels from which two interviewers' views of an area are a disagreement."""

FOR: frozenset[Vote] = frozenset({"hire", "strong hire"})
AGAINST: frozenset[Vote] = frozenset({"no hire", "strong no hire"})


class Proof(Strict):
    """A reason for or against: the candidate's own sentence, or what was not shown."""

    side: Literal["for", "against"]
    area: str
    check: str
    text: str
    """The candidate's words, or what they were asked for and didn't show."""
    quoted: bool
    """Whether ``text`` is the candidate's own."""
    question: int
    """The question's position in its round, from 1."""


class AreaGrade(Strict):
    """What one interviewer saw of one area."""

    area: str
    title: str
    level: float | None
    """Weighted mean of its criteria's levels on 1..5; None: not observed."""
    weight: float
    """Weight of the criteria that were observed."""
    bar: float
    low: float | None = None
    """The level's interval, where the grader states one."""
    high: float | None = None


class Notes(Strict):
    """What one interviewer brings to the debrief."""

    round: str
    interviewer: str
    bar_raiser: bool
    finished: bool
    vote: Vote
    areas: tuple[AreaGrade, ...]
    strongest: tuple[Proof, ...]
    weakest: tuple[Proof, ...]
    met: tuple[How, ...] = ()
    """How the candidate met the challenges of which that is known."""
    graded: bool = True
    """Whether everything that was said is judged; until then the vote is none."""

    @property
    def complete(self) -> bool:
        """Whether the interviewer has heard everything, and votes."""
        return self.finished and self.graded


class AreaDecision(Strict):
    """One area over all rounds."""

    area: str
    title: str
    level: float | None
    bar: float
    passed: bool | None
    """None: not observed."""
    low: float | None
    high: float | None
    close: bool
    """Whether the bar lies within the level's interval, so that it could be either."""
    rounds: tuple[str, ...]
    """The rounds that observed it."""

    @property
    def beside_bar(self) -> tuple[str, str]:
        """The level, or that it was not observed, and the bar in figures."""
        if self.level is None:
            return "not observed", f"{self.bar:.1f}"
        return beside(self.level, self.bar)


class Disagreement(Strict):
    """Where interviewers don't see the same."""

    about: str
    """The vote, or the title of an area."""
    text: str


class Veto(Strict):
    """The Bar Raiser's no, whatever the others say."""

    interviewer: str
    reasons: tuple[str, ...]


class Statement(Strict):
    """Something said in the debrief."""

    speaker: str
    text: str
    proofs: tuple[Proof, ...] = ()
    points: tuple[str, ...] = ()
    """What is said point by point."""


class Debrief(Strict):
    """Everything that comes out of a debrief."""

    decision: Decision
    reasons: tuple[str, ...]
    areas: tuple[AreaDecision, ...]
    overall: float | None
    """Mean of the areas' levels, each counting the same; None: nothing was observed."""
    median: float | None
    """Level taken for the median of the people in the role; None where it isn't asked for."""
    above_median: bool | None
    votes_for: int
    votes_against: int
    disagreements: tuple[Disagreement, ...]
    veto: Veto | None
    discussion: tuple[Statement, ...]

    @property
    def beside_median(self) -> tuple[str, str] | None:
        """The mean over all areas and the median in figures; None where it isn't asked for."""
        if self.overall is None or self.median is None:
            return None
        return beside(self.overall, self.median)

    @property
    def median_line(self) -> str:
        """The same as a sentence; empty where it isn't asked for."""
        if self.beside_median is None:
            return ""
        at, median = self.beside_median
        where = "above" if self.above_median else "not above"
        return f"Over all areas: {at}, {where} the median of the role (taken as {median})."


def beside(level: float, bound: float) -> tuple[str, str]:
    """A level and what it is held against, with the decimals that tell them apart, at most three.

    A level of 2.96 is below a bar of 3, and "3.0 is below 3.0" would be said of it.
    """
    for places in (1, 2, 3):
        told = f"{level:.{places}f}", f"{bound:.{places}f}"
        exact = abs(float(told[1]) - bound) < 1e-9
        if exact and (told[0] == told[1]) == (level == bound):
            break
    return told


def hold_debrief(notes: Sequence[Notes], median: float, to_come: Sequence[str] = ()) -> Debrief:
    """The debrief over these notes; ``median`` is the role's, at the candidate's level.

    ``to_come``: the titles of the rounds that are still to be held.
    """
    areas = tuple(_areas(notes))
    levels = [one.level for one in areas if one.level is not None]
    overall = sum(levels) / len(levels) if levels else None
    raiser = next((one for one in notes if one.bar_raiser), None)
    above = None if overall is None or raiser is None else overall > median
    missing = _missing(notes, areas, to_come)
    veto = None if missing or raiser is None else _veto(raiser, overall, median)
    complete = [one for one in notes if one.complete]
    votes_for = sum(one.vote in FOR for one in complete)
    votes_against = sum(one.vote in AGAINST for one in complete)
    below = [one for one in areas if one.passed is False]
    reasons = (
        *missing,
        *("{} is at {}, below the bar of {}.".format(one.title, *one.beside_bar) for one in below),
        *((f"The Bar Raiser vetoes: {reason}" for reason in veto.reasons) if veto else ()),
        *([_outvoted(votes_for, votes_against)] if votes_against > votes_for else []),
    )
    decision: Decision
    if missing:
        decision = "open"
    elif reasons:
        decision = "no hire"
    else:
        strong = sum(one.vote == "strong hire" for one in notes)
        decision = "strong hire" if not votes_against and 2 * strong >= len(notes) else "hire"
        reasons = ("Every area is at its bar or above it, and nobody vetoes.",)
    disagreements = tuple(_disagreements(complete))
    result = Debrief(
        decision=decision,
        reasons=reasons,
        areas=areas,
        overall=overall,
        median=median if raiser else None,
        above_median=above,
        votes_for=votes_for,
        votes_against=votes_against,
        disagreements=disagreements,
        veto=veto,
        discussion=(),
    )
    return result.model_copy(update={"discussion": tuple(_discussion(notes, raiser, result))})


def _areas(notes: Sequence[Notes]) -> Iterator[AreaDecision]:
    grades: dict[str, list[tuple[str, AreaGrade]]] = {}
    for one in notes:
        for grade in one.areas:
            grades.setdefault(grade.area, []).append((one.round, grade))
    for area, found in grades.items():
        seen = [(name, one) for name, one in found if one.level is not None]
        level = _mean([(one.level, one.weight) for _, one in seen])
        low = _mean([(one.low, one.weight) for _, one in seen])
        high = _mean([(one.high, one.weight) for _, one in seen])
        bar = found[0][1].bar
        yield AreaDecision(
            area=area,
            title=found[0][1].title,
            level=level,
            bar=bar,
            passed=None if level is None else level >= bar,
            low=low,
            high=high,
            close=low is not None and high is not None and low < bar <= high,
            rounds=tuple(name for name, _ in seen),
        )


def _mean(weighted: Sequence[tuple[float | None, float]]) -> float | None:
    known = [(value, weight) for value, weight in weighted if value is not None]
    total = sum(weight for _, weight in known)
    if not total or len(known) < len(weighted):
        return None
    # Rounded far below what is shown, so that thirds of a level don't miss a bar by 1e-16.
    return round(sum(value * weight for value, weight in known) / total, 9)


def _missing(
    notes: Sequence[Notes], areas: Sequence[AreaDecision], to_come: Sequence[str]
) -> tuple[str, ...]:
    """Why nothing can be decided yet."""
    if not notes:
        return ("No round has been held yet.",)
    return (
        *(f"{one.round} is not finished." for one in notes if not one.finished),
        *(
            f"{one.round} is still being graded."
            for one in notes
            if one.finished and not one.graded
        ),
        *(
            f"{one.round}: too little was observed to vote on."
            for one in notes
            if one.complete and one.vote == "no vote"
        ),
        *(f"{one.title} was not observed." for one in areas if one.level is None),
        *(f"{title} is not held yet." for title in to_come),
    )


def _veto(raiser: Notes, overall: float | None, median: float) -> Veto | None:
    reasons = []
    if raiser.vote in AGAINST:
        said = "; ".join(f"“{one.text}” ({one.check})" for one in raiser.weakest if one.quoted)
        weak = "; ".join(f"{one.check} ({one.area})" for one in raiser.weakest if not one.quoted)
        reasons.append(
            f"their own vote is {raiser.vote}"
            + (f", because of: {said}" if said else "")
            + (f", for want of: {weak}" if weak else "")
            + "."
        )
    if overall is not None and overall <= median:
        at, bound = beside(overall, median)
        reasons.append(
            f"at {at} over all areas the candidate is not above the role's median, taken as "
            f"{bound}."
        )
    return Veto(interviewer=raiser.interviewer, reasons=tuple(reasons)) if reasons else None


def _outvoted(votes_for: int, votes_against: int) -> str:
    return f"{votes_against} vote against and {votes_for} for."


def _disagreements(notes: Sequence[Notes]) -> Iterator[Disagreement]:
    """The vote, and each area in which two saw levels that lie APART."""
    votes: dict[str, list[str]] = {}
    for one in notes:
        if one.vote in (*FOR, *AGAINST):
            votes.setdefault(one.vote, []).append(one.interviewer)
    if any(vote in FOR for vote in votes) and any(vote in AGAINST for vote in votes):
        sides = [f"{vote}: {', '.join(who)}" for vote, who in votes.items()]
        yield Disagreement(about="the vote", text=f"The vote. {'; '.join(sides)}.")
    seen: dict[str, list[tuple[float, str]]] = {}
    for one in notes:
        for grade in one.areas:
            if grade.level is not None:
                seen.setdefault(grade.title, []).append((grade.level, one.interviewer))
    for title, levels in seen.items():
        ordered = sorted(levels, key=lambda pair: -pair[0])
        if ordered[0][0] - ordered[-1][0] >= APART:
            told = ", ".join(f"{who} {level:.1f}" for level, who in ordered)
            yield Disagreement(about=title, text=f"{title}. {told}.")


# --- The discussion ---------------------------------------------------------------------


def _discussion(
    notes: Sequence[Notes], raiser: Notes | None, result: Debrief
) -> Iterator[Statement]:
    if not notes:
        return
    chair = (raiser or notes[-1]).interviewer
    count = "one set" if len(notes) == 1 else f"{len(notes)} sets"
    yield Statement(
        speaker=chair,
        text=f"We have {count} of notes. Votes first, each with what speaks for and against; "
        "only what was said in the room counts.",
    )
    for one in notes:
        yield Statement(
            speaker=one.interviewer,
            text=_vote_line(one),
            proofs=(*one.strongest, *one.weakest),
        )
    yield Statement(
        speaker=chair,
        text="Where we differ:" if result.disagreements else _NO_DIFFERENCE,
        points=tuple(one.text for one in result.disagreements),
    )
    yield Statement(speaker=chair, text=_gates(result))
    if raiser is not None and result.above_median is not None:
        yield Statement(speaker=raiser.interviewer, text=_raiser_line(result))
    yield Statement(speaker=chair, text=_closing(result))


def _vote_line(one: Notes) -> str:
    if not one.finished:
        return f"{one.round}: I have not seen the candidate to the end, so I don't vote yet."
    if not one.graded:
        return f"{one.round}: I'm still going through what I wrote down, so I don't vote yet."
    if one.vote == "no vote":
        return f"{one.round}: I heard too little to vote on."
    parts = [f"{one.round}: I vote {one.vote}."]
    if not one.strongest:
        parts.append("I found nothing to hold up for the candidate.")
    if not one.weakest:
        parts.append("I found nothing against the candidate.")
    if one.met:
        counts = Counter(MET[how] for how in one.met)
        told = ", ".join(f"{what} ({times})" for what, times in counts.most_common())
        parts.append(f"When I pushed back, the candidate {told}.")
    return " ".join(parts)


_NO_DIFFERENCE = "We see the same in the same areas, and no two votes stand against each other."


def _gates(result: Debrief) -> str:
    below = [f"{one.title} ({' of '.join(one.beside_bar)})" for one in _below(result)]
    passed = sum(one.passed is True for one in result.areas)
    parts = [f"The areas: {passed} of {len(result.areas)} are at their bar."]
    if below:
        parts.append(f"Below it: {', '.join(below)}.")
    unseen = [one.title for one in result.areas if one.passed is None]
    if unseen:
        parts.append(f"Not observed: {', '.join(unseen)}.")
    close = [one.title for one in result.areas if one.close]
    if close:
        parts.append(f"Too close to call from one sitting: {', '.join(close)}.")
    return " ".join(parts)


def _below(result: Debrief) -> list[AreaDecision]:
    return [one for one in result.areas if one.passed is False]


def _raiser_line(result: Debrief) -> str:
    where = "above" if result.above_median else "not above"
    at, median = result.beside_median or ("", "")
    line = (
        "Beyond my own vote I look at one thing: better than half of the people in the role? Over "
        f"all areas the candidate is at {at}, {where} the {median} that I take for the median."
    )
    if result.decision == "open":
        return f"{line} Whether I veto, I say once everything is in."
    return f"{line} I don't veto." if result.veto is None else f"{line} I veto."


def _closing(result: Debrief) -> str:
    if result.decision == "open":
        return "We can't decide yet. " + " ".join(result.reasons)
    told = f"Then we have it: {result.decision}. " + " ".join(result.reasons)
    below = _below(result)
    outvoted = result.votes_against > result.votes_for
    if below and all(one.close for one in below) and not (result.veto or outvoted):
        told += " That lies within the error of one sitting: practise these areas, and sit again."
    return told
