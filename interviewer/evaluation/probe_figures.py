"""What is counted about an interviewer's follow-ups. Pure."""

import re
from collections.abc import Sequence
from statistics import median

from interviewer.probe import MOST_WORDS, leaked, names_what_was_said, normal, repeats
from interviewer.rubric import Question, Strict
from interviewer.text import words

_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
LEAKED_RUN = 4
"""Words in a row of a key point or its right answer that give it away."""


class Asked(Strict):
    """One turn of the interviewer's, with what it answered."""

    where: str
    kind: str
    trigger: str
    text: str
    question: Question
    said: str
    """All that the candidate had said."""
    earlier: tuple[str, ...]
    """What the interviewer had said."""
    by_model: bool
    first_token: float | None = None
    """Seconds from the phrasing request to its first token."""
    raw_first_token: float | None = None
    """The same of the bare engine for the new tokens alone."""
    wait: float = 0.0
    """Seconds until the first words could be shown, with all judging before."""
    expected: frozenset[str] = frozenset()
    """Kinds of turns that are right here; empty: a follow-up or moving on."""


class Figures(Strict):
    """The figures of one run."""

    turns: int
    follow_ups: int
    single_question: float
    short_enough: float
    second_person: float
    names_what_was_said: float
    phrased_by_model: float
    leaks: int
    repeats: int
    unsaid_quotes: int
    right_kind: str
    first_token_ratio: float | None
    """Median over the phrasings."""
    first_token_seconds: float | None
    wait_seconds: float | None
    gaps: int
    gaps_reached: int
    gaps_reached_by_baseline: int
    inconsistencies: int
    inconsistencies_asked_about: int


def gives_away(asked: Asked) -> list[str]:
    """The key points that a turn gives away although they weren't said.

    Two measures: the telling words of the interviewer's own rule, and a run of words of the
    key point or of its right answer.
    """
    found = set(leaked(asked.text, asked.question, asked.said))
    known = f" {normal(asked.said)} {normal(asked.question.text)} "
    for point in asked.question.key_points:
        for text in (point.text, point.right or ""):
            parts = words(text)
            for start in range(len(parts) - LEAKED_RUN + 1):
                run = f" {' '.join(parts[start : start + LEAKED_RUN])} "
                if run in f" {normal(asked.text)} " and run not in known:
                    found.add(point.id)
    return sorted(found)


def unsaid_quotes(asked: Asked) -> list[str]:
    """What a turn puts between quotation marks although nobody said it.

    The question itself may quote somebody, and is repeated after a turn that is no answer.
    """
    said = f" {normal(asked.said)} {normal(asked.question.text)} "
    return [one for one in _QUOTED.findall(asked.text) if f" {normal(one)} " not in said]


def share(count: int, total: int) -> float:
    """``count`` of ``total``; 1 of nothing."""
    return count / total if total else 1.0


class Reached(Strict):
    """What the questions of one round with a simulated candidate reached."""

    profile: str
    gaps: int
    by_interviewer: int
    by_baseline: int
    noticed: bool


def figures(turns: Sequence[Asked], rounds: Sequence[Reached]) -> Figures:
    """The figures of a run."""
    probes = [one for one in turns if one.kind == "probe"]
    total = len(probes)
    expecting = [one for one in turns if one.expected]
    right = sum(one.kind in one.expected for one in expecting)
    ratios = [
        one.first_token / one.raw_first_token
        for one in probes
        if one.first_token and one.raw_first_token
    ]
    firsts = [one.first_token for one in probes if one.first_token]
    named = sum(names_what_was_said(one.text, one.said, one.question.text) for one in probes)
    return Figures(
        turns=len(turns),
        follow_ups=total,
        single_question=share(sum(one.text.count("?") == 1 for one in probes), total),
        short_enough=share(sum(len(one.text.split()) <= MOST_WORDS for one in probes), total),
        second_person=share(sum(bool(_SECOND_PERSON.search(one.text)) for one in probes), total),
        names_what_was_said=share(named, total),
        phrased_by_model=share(sum(one.by_model for one in probes), total),
        leaks=sum(bool(gives_away(one)) for one in turns),
        repeats=sum(repeats(one.text, one.earlier) for one in probes),
        unsaid_quotes=sum(bool(unsaid_quotes(one)) for one in turns),
        right_kind=f"{right} of {len(expecting)}",
        first_token_ratio=median(ratios) if ratios else None,
        first_token_seconds=median(firsts) if firsts else None,
        wait_seconds=median([one.wait for one in probes]) if probes else None,
        gaps=sum(one.gaps for one in rounds),
        gaps_reached=sum(one.by_interviewer for one in rounds),
        gaps_reached_by_baseline=sum(one.by_baseline for one in rounds),
        inconsistencies=len(rounds),
        inconsistencies_asked_about=sum(one.noticed for one in rounds),
    )


def to_markdown(found: Figures) -> str:
    """The figures as a table, each beside what is wanted."""
    ratio = "-" if found.first_token_ratio is None else f"{found.first_token_ratio:.2f}"
    gaps = f"{found.gaps_reached} of {found.gaps}"
    rows = [
        ("turns of the interviewer", str(found.turns), "≥ 60"),
        ("follow-ups among them", str(found.follow_ups), ""),
        ("single question", f"{found.single_question:.1%}", "≥ 95%"),
        (f"at most {MOST_WORDS} words", f"{found.short_enough:.1%}", "≥ 95%"),
        ("second person", f"{found.second_person:.1%}", "≥ 95%"),
        ("names something the candidate said", f"{found.names_what_was_said:.1%}", "≥ 80%"),
        ("worded by the model, the rest by the files", f"{found.phrased_by_model:.1%}", ""),
        ("key points given away", str(found.leaks), "0"),
        ("follow-ups repeated", str(found.repeats), "0"),
        ("quotations that were not said", str(found.unsaid_quotes), "0"),
        ("the right kind of turn after what is no answer", found.right_kind, "all"),
        ("first token, ours / bare engine, median", ratio, "≤ 1.3"),
        ("first token, median seconds", _seconds(found.first_token_seconds), ""),
        ("wait with the judging before, median seconds", _seconds(found.wait_seconds), ""),
        ("hidden gaps reached", gaps, "twice the baseline"),
        ("hidden gaps reached by the baseline", str(found.gaps_reached_by_baseline), ""),
        (
            "inconsistencies asked about",
            f"{found.inconsistencies_asked_about} of {found.inconsistencies}",
            "",
        ),
    ]
    body = "\n".join(f"| {what} | {value} | {wanted} |" for what, value, wanted in rows)
    return f"| what | measured | wanted |\n| --- | --- | --- |\n{body}\n"


def _seconds(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"
