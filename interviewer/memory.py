"""What a candidate said before: figures and roles that don't fit, a story told twice.

Extraction by form, and cautious: two statements only contradict each other where they speak of
the same thing in the same unit. A doubt is never stated as a fact; it is asked about, with both
sentences quoted.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from interviewer.sentences import Sentence, SentenceRef
from interviewer.text import FUNCTION_WORDS, stem, words

_WORD_NUMBERS = {
    word: value
    for value, word in enumerate(
        "zero one two three four five six seven eight nine ten eleven twelve".split()
    )
} | {"twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "hundred": 100}
_SCALE = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "bn": 1e9, "billion": 1e9}
_UNITS = {
    "%": "percent", "percent": "percent", "points": "points", "ms": "ms", "milliseconds": "ms",
    "seconds": "second", "minutes": "minute", "hours": "hour", "days": "day", "weeks": "week",
    "months": "month", "years": "year", "people": "people", "engineers": "people",
    "scientists": "people", "developers": "people", "colleagues": "people", "users": "user",
    "customers": "customer", "requests": "request", "gpus": "gpu", "examples": "example",
    "documents": "document", "labels": "label", "queries": "query",
}  # fmt: skip
_UNITS |= {unit.removesuffix("s"): name for unit, name in _UNITS.items() if len(unit) > 2}
_PEOPLE = frozenset("people engineers scientists developers colleagues".split())

_UNIT_WORDS = "|".join(sorted((one for one in _UNITS if one != "%"), key=len, reverse=True))
_FIGURE = re.compile(
    rf"""(?P<money>[$€£])?\s?(?P<number>\d+(?:[.,]\d+)*|\b(?:{"|".join(_WORD_NUMBERS)})\b)
    \s?(?P<scale>k|m|bn|thousand|million|billion)?\b\s?-?
    (?P<unit>%|(?:\w+\s)?(?:{_UNIT_WORDS})\b)?""",
    re.I | re.X,
)
_CHANGES = re.compile(
    r"\bfrom\b.+\bto\b|\b(?:then|later|afterwards|by the end|eventually|now|second|another|other"
    r"|instead|initially|at first|before|previously|earlier|target|goal|expected|would)\b",
    re.I,
)
"""A sentence with one of these tells a development; its figures may differ from others."""

CONTEXT_WORDS = 7
"""Words before and after a figure that say what it is a figure of."""

FEWEST_SHARED = 2
"""Stems that the surroundings of two figures share, to be of the same thing; one for sums of
money within one story, which has few."""

_GENERIC = frozenset(
    stem(word)
    for word in (
        "model system project data team time result percent work about around roughly almost "
        "nearly total year month week day second minute hour took take whole first over under"
    ).split()
)

_OF_ANY_SUM = frozenset(
    stem(word) for word in "save saved saving cost costs spend spent revenue budget price".split()
)
"""What is said of any sum, and so doesn't tell that two are of the same thing."""


@dataclass(frozen=True)
class Told:
    """A sentence of the candidate's, with where it stands."""

    text: str
    ref: SentenceRef | None
    """None: in another interview of the same loop."""
    question_id: str | None = None


@dataclass(frozen=True)
class Figure:
    """A quantity that was named."""

    value: float
    unit: str
    of: frozenset[str]
    """Stems of the words around it."""
    said: str
    """Its words."""


@dataclass(frozen=True)
class Contradiction:
    """Two statements that don't go together."""

    kind: Literal["figure", "role"]
    before: Told
    now: Told
    first: str
    """What was said before, in the candidate's words."""
    second: str
    clash: tuple[str, str]
    """The words in each that don't go together."""


def figures(text: str) -> list[Figure]:
    """The quantities that a sentence names."""
    if _CHANGES.search(text):
        return []
    found = []
    for match in _FIGURE.finditer(text):
        unit = _unit(match)
        if unit is None:
            continue
        around = words(text[: match.start()])[-CONTEXT_WORDS:]
        around += words(text[match.end() :])[:CONTEXT_WORDS]
        stems = frozenset(
            stem(word) for word in around if word not in FUNCTION_WORDS and not word.isdigit()
        )
        found.append(Figure(_value(match), unit, stems - _GENERIC, match.group().strip()))
    return found


def _unit(match: re.Match[str]) -> str | None:
    if match["money"]:
        return "money"
    if match["unit"] is None:
        return None
    return _UNITS.get(match["unit"].lower().split()[-1])


def _value(match: re.Match[str]) -> float:
    number = match["number"].lower()
    if number in _WORD_NUMBERS:
        value = float(_WORD_NUMBERS[number])
    else:
        thousands = re.fullmatch(r"\d{1,3}(?:,\d{3})+", number)
        digits = number.replace(",", "" if thousands else ".")
        value = float(digits if digits.count(".") <= 1 else digits.replace(".", ""))
    return value * _SCALE.get((match["scale"] or "").lower(), 1)


_NUMBER = rf"\d+|{'|'.join(_WORD_NUMBERS)}"
_TEAM = re.compile(
    rf"""\bteam\s+of\s+(?P<a>{_NUMBER})\b
    | \b(?P<b>{_NUMBER})\s+(?:\w+\s+)?(?:people|engineers|scientists|of\s+us)\s+
        (?:on|in)\s+(?:the|my|our)\s+team""",
    re.I | re.X,
)
_LED = re.compile(
    r"""\bI\s+(?:\w+\s+)?(?:led|headed|ran|owned|managed)\s+(?:the|that|this|our|a)\b
    | \bI\s+was\s+the\s+(?:\w+\s+)?(?:lead|owner)\b""",
    re.I | re.X,
)
_FOLLOWED = re.compile(
    r"""\b(?:led|headed|run|owned|managed)\s+by\s+(?:my|our|the|another|a)\b
    | \bmy\s+(?:manager|colleague|supervisor|advisor|team\s?mate|lead)\s+(?:\w+\s+)?
        (?:led|headed|ran|owned|decided)\b
    | \bI\s+(?:only|just|mainly|mostly)\s+(?:helped|assisted|supported|reviewed|watched)\b
    | \bI\s+(?:helped|assisted)\s+(?:him|her|them|my)\b""",
    re.I | re.X,
)
_ALONE = re.compile(
    r"""\b(?:I\s+did|I\s+built|I\s+wrote|did\s+it|built\s+it|wrote\s+it)\s+(?:\w+\s+){0,4}
        (?:alone|by\s+myself|on\s+my\s+own|single-?handedly)\b
    | \bI\s+was\s+the\s+only\b | \bentirely\s+(?:by\s+)?my(?:self|\s+own)\b""",
    re.I | re.X,
)
_TOGETHER = re.compile(
    r"""\b(?:my|a|another|two|three)\s+(?:colleagues?|team\s?mates?|engineers?|interns?)\s+
        (?:and\s+I\s+)?(?:wrote|built|implemented|coded|trained|did)\b""",
    re.I | re.X,
)
_ROLES = ((_LED, _FOLLOWED), (_ALONE, _TOGETHER))


def contradiction(before: Sequence[Told], now: Sequence[Told]) -> Contradiction | None:
    """The first statement of ``now`` that doesn't go with one of ``before``."""
    for one in now:
        for other in before:
            if clash := _figures_differ(other, one) or _teams_differ(other, one):
                return Contradiction("figure", other, one, other.text, one.text, clash)
            if clash := _roles_differ(other, one):
                return Contradiction("role", other, one, other.text, one.text, clash)
    return None


def _figures_differ(before: Told, now: Told) -> tuple[str, str] | None:
    one_story = before.question_id == now.question_id
    for old in figures(before.text):
        for new in figures(now.text):
            of_one_unit = old.unit == new.unit
            differ = abs(old.value - new.value) > 0.1 * max(old.value, new.value)
            if of_one_unit and differ and _of_one_thing(old, new, one_story):
                return old.said, new.said
    return None


def _of_one_thing(old: Figure, new: Figure, one_story: bool) -> bool:
    shared = old.of & new.of
    if old.unit != "money":
        return len(shared) >= FEWEST_SHARED
    return bool(shared) if one_story else len(shared - _OF_ANY_SUM) >= FEWEST_SHARED


def _teams_differ(before: Told, now: Told) -> tuple[str, str] | None:
    """Two sizes of one team; who tells another story may have been in another team."""
    if not (before.question_id == now.question_id or _same_subject(before, now)):
        return None
    old, new = _team(before.text), _team(now.text)
    return (old[1], new[1]) if old and new and old[0] != new[0] else None


def _team(text: str) -> tuple[int, str] | None:
    """The size of a team that a sentence names, and its words."""
    match = None if _CHANGES.search(text) else _TEAM.search(text)
    if match is None:
        return None
    word = (match["a"] or match["b"]).lower()
    return int(word) if word.isdigit() else _WORD_NUMBERS[word], match.group()


def _roles_differ(before: Told, now: Told) -> tuple[str, str] | None:
    """Where one statement takes a role that the other gives away, about the same thing."""
    if not _same_subject(before, now):
        return None
    for mine, others in _ROLES:
        for here, there in ((mine, others), (others, mine)):
            first, second = here.search(before.text), there.search(now.text)
            if first and second:
                return first.group(), second.group()
    return None


def _same_subject(before: Told, now: Told) -> bool:
    """Whether two sentences share what they are about, beyond the words for the role."""
    shared = story_stems(before.text) & story_stems(now.text)
    return any(
        not re.match("led|lead|own|manag|head|help|alone|only|wrot|built", one) for one in shared
    )


# --- The same story again ---------------------------------------------------------------

FEWEST_STEMS = 15
"""Content stems that a story needs to be told from another."""

SAME_STORY = 0.45
"""Share of the shorter story's stems that the other story has, too, from which on it is one."""


def story_stems(text: str) -> frozenset[str]:
    """The stems of what a story is about."""
    return frozenset(
        stem(word)
        for word in words(text)
        if len(word) > 3 and word not in FUNCTION_WORDS and stem(word) not in _GENERIC
    )


def same_story(first: str, second: str) -> bool:
    """Whether two answers tell the same story, by the words they share."""
    one, other = story_stems(first), story_stems(second)
    if min(len(one), len(other)) < FEWEST_STEMS:
        return False
    return len(one & other) >= SAME_STORY * min(len(one), len(other))


def told(
    sentences: Sequence[Sentence], seq: int | None, question_id: str | None = None
) -> list[Told]:
    """The sentences of one answer, as memory keeps them; ``seq`` None: of another interview."""
    return [
        Told(one.text, SentenceRef(seq=seq, n=one.n) if seq is not None else None, question_id)
        for one in sentences
    ]
