"""What a sentence claims, by its form, and which claims look wrong, by a question's file. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from interviewer.persona import ClaimKind
from interviewer.rubric import MistakeCheck, Question
from interviewer.sentences import Sentence
from interviewer.signals import content_stems, likeness
from interviewer.text import words

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
    check: MistakeCheck
    """Asks a judge whether the sentence makes that mistake."""
    alike: float
    """How like the mistake it is, 0..1."""


FEWEST_SHARED = 2
"""Content stems that a sentence shares with a known mistake, to be put before the judge."""

LEAST_ALIKE = 0.4
"""How like it at least.

Of 151 sentences of 24 questions that were less so, but .3 at least, the judge holds 7 for the
mistake, 2 of them rightly; of 107 others 37, 35 of them rightly.
"""


def suspicions(question: Question, sentences: Sequence[Sentence]) -> list[Suspicion]:
    """The sentences that share no fewer words with a known mistake than with what is right."""
    found = []
    for mistake in mistakes_of(question):
        bad = content_stems(mistake.check.says)
        rights = (*mistake.check.holds, *mistake.near)
        for sentence in sentences:
            own = content_stems(sentence.text)
            shared = len(own & bad)
            good = max(len(own & content_stems(right)) for right in rights)
            alike = likeness([mistake.check.says], sentence.text)
            if shared >= FEWEST_SHARED and shared >= good and alike >= LEAST_ALIKE:
                found.append(Suspicion(sentence, mistake.check, alike))
    return sorted(found, key=lambda one: -one.alike)


@dataclass(frozen=True)
class Mistake:
    """Something wrong that candidates say to a question."""

    check: MistakeCheck
    near: tuple[str, ...] = ()
    """What is right about other things, and may sound like it."""
    corrected_by: str | None = None
    """The check of the key point that it gets wrong: who shows that has corrected it."""


def mistakes_of(question: Question) -> list[Mistake]:
    """The mistakes that the question's file knows: of its key points, then the common ones."""
    said = [(one.wrong, one) for one in question.key_points if one.wrong]
    rights = tuple(point.right or point.text for point in question.key_points)
    of_points = [
        Mistake(
            _mistake_check(
                question, number, wrong, (point.text, point.right), f"What holds: {point.text}."
            ),
            corrected_by=f"{question.id}__{point.id}",
        )
        for number, (wrong, point) in enumerate(said)
    ]
    common = [
        Mistake(_mistake_check(question, number, one.says, (one.tell,), one.tell), near=rights)
        for number, one in enumerate(question.common_errors, len(said))
    ]
    return of_points + common


_CLAIMS_NOTHING = ("I think it depends on the case.", "I would have to look that up.")


def _mistake_check(
    question: Question, number: int, wrong: str, told: tuple[str | None, ...], advice: str
) -> MistakeCheck:
    holds = tuple(one for one in told if one)
    return MistakeCheck(
        says=wrong,
        holds=holds,
        id=f"{question.id}__mistake_{number}",
        shows=f"makes the same claim as: {wrong}",
        gap="A known mistake",
        advice=advice,
        meets=(wrong, f"As I see it, {wrong[0].lower()}{wrong[1:]}"),
        misses=(*holds, *_CLAIMS_NOTHING)[:3],
    )
