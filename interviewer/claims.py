"""What a sentence claims, by its form, and which claims look wrong, by a question's file. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.persona import ClaimKind
from interviewer.rubric import Check, Question
from interviewer.sentences import Sentence
from interviewer.text import FUNCTION_WORDS, stem, words

_KINDS: tuple[tuple[ClaimKind, re.Pattern[str]], ...] = (
    (
        "figure",
        re.compile(
            r"\d\s?(?:%|percent|points?|ms|x\b|k\b|times|hours?|days?|million)|[$€]\s?\d"
            r"|\b(?:halved|doubled|tripled)\b",
            re.I,
        ),
    ),
    (
        "decision",
        re.compile(
            r"\b(?:we|i)\s+(?:\w+ly\s+|then\s+|also\s+)?(?:decided|chose|picked|went\s+with|switched|replaced"
            r"|kept|rewrote|rebuilt|stopped|dropped|would\s+(?:use|choose|pick|take))\b|\bi'd\s+(?:use|choose|pick|take)\b",
            re.I,
        ),
    ),
    (
        "cause",
        re.compile(
            r"\b(?:because|due\s+to|the\s+(?:reason|cause)|caused\s+by|that'?s\s+why)\b", re.I
        ),
    ),
    (
        "method",
        re.compile(
            r"\b(?:we|i)\s+(?:\w+ly\s+)?(?:used|built|trained|implemented|designed|fine-?tuned|applied|wrote|added)\b",
            re.I,
        ),
    ),
)

FEWEST_CLAIM_WORDS = 6
"""Words of a sentence that is worth a challenge."""


def claim_kind(text: str) -> ClaimKind | None:
    """What kind of claim a sentence makes, as far as its form tells."""
    if len(words(text)) < FEWEST_CLAIM_WORDS or text.rstrip().endswith("?"):
        return None
    return next((kind for kind, pattern in _KINDS if pattern.search(text)), None)


@dataclass(frozen=True)
class Suspicion:
    """A sentence that sounds like a mistake which the question's file knows."""

    sentence: Sentence
    check: Check
    """Asks a judge whether the sentence makes that mistake."""
    overlap: float


FEWEST_SHARED = 2
"""Content stems that a sentence shares with a known mistake, to be put before the judge."""


def suspicions(question: Question, sentences: Sequence[Sentence]) -> list[Suspicion]:
    """The sentences that share more words with a known mistake than with what is right."""
    found = []
    for number, (wrong, rights) in enumerate(_mistakes(question)):
        bad = _stems(wrong)
        for sentence in sentences:
            own = _stems(sentence.text)
            shared = own & bad
            good = max((len(own & _stems(right)) for right in rights), default=0)
            if len(shared) >= FEWEST_SHARED and len(shared) > good:
                check = _mistake_check(question, number, wrong, rights)
                overlap = len(shared) / (len(bad) or 1)
                found.append(Suspicion(sentence, check, overlap))
    return sorted(found, key=lambda one: -one.overlap)


def _mistakes(question: Question) -> list[tuple[str, tuple[str, ...]]]:
    """Each known mistake of a question, with what is right about it."""
    points = [
        (point.wrong, (point.text, *([point.right] if point.right else [])))
        for point in question.key_points
        if point.wrong
    ]
    rights = tuple(point.right or point.text for point in question.key_points)
    return points + [(error.says, rights) for error in question.common_errors]


_CLAIMS_NOTHING = ("I think it depends on the case.", "I would have to look that up.")


def _mistake_check(question: Question, number: int, wrong: str, rights: tuple[str, ...]) -> Check:
    return Check(
        id=f"{question.id}__mistake_{number}",
        rung="mechanism",
        shows=f"makes the same claim as: {wrong}",
        gap="a claim that looks wrong",
        ask="why the claim holds",
        probe="What makes you sure of that?",
        advice="Check the claim on a small case.",
        meets=(wrong, f"As I see it, {wrong[0].lower()}{wrong[1:]}"),
        misses=(*rights[-2:], *_CLAIMS_NOTHING)[:3],
        expected=False,
    )


def _stems(text: str) -> frozenset[str]:
    return frozenset(stem(word) for word in words(text) if word not in FUNCTION_WORDS)
