"""From signals to a probability and from probabilities to a score: small shrunk models. Pure.

What is here only applies a fit; ``fitting`` makes one. A fit is data, with its provenance: it
lies in ``rubrics/calibration/fit.json``, and a user's own beside their interviews.
"""

import math
from collections.abc import Sequence
from typing import Self

from pydantic import ConfigDict, Field

from interviewer.rubric import Strict, Text

SUREST = 6.0
"""Log odds beyond this are cut: one token's probability is no better known than 1 in 400."""


class Signals(Strict):
    """What is known of one claim in one answer."""

    # Stored interviews hold what earlier versions looked at as well.
    model_config = ConfigDict(extra="ignore")

    judged: float
    """The judge's log odds: of Yes, the highest over the passages read; of how correct it finds a
    short answer, 0..1."""
    empty: float = 0.0
    """The second reading's log odds for an answer that says nothing: its bias on this claim."""
    off_topic: float = 0.0
    """The same for an answer about something else."""
    turns: float = 0.0
    """Its log odds where the examples are turns of the chat: a second reading."""
    covered: float = Field(default=0.0, ge=0, le=1)
    """Share of the claim's telling words that the answer holds."""
    like_right: float = Field(default=0.0, ge=0, le=1)
    """How like the right examples the sentence, or the short answer, is by its words."""
    general: float = Field(default=0.0, ge=0, le=1)
    """Share of the sentence's words that fit any story."""
    corrected: float = Field(default=0.0, ge=0, le=1)
    """Share of the sentence's words that are of what holds instead of a mistake, not of it."""
    like_wrong: float = Field(default=0.0, ge=0, le=1)
    """How like the wrong examples of a key point the sentence is that is most like right ones."""


class Fit(Strict):
    """A logistic model of P(met) over named signals, such as those of ``Signals``."""

    intercept: float
    weights: dict[str, float]
    offsets: dict[str, float] = Field(default_factory=dict)
    """What is added for a check of the bank, by its id: the judge's bias on it, in log odds."""

    def probability(self, signals: Strict, check_id: str | None = None) -> float:
        """P(met), 0..1; a check that the fit has not seen has no offset."""
        values = signals.model_dump()
        return sigmoid(
            self.intercept
            + self.offsets.get(check_id or "", 0.0)
            + sum(weight * cut(values[name]) for name, weight in self.weights.items())
        )


_OWN_WORD = Fit(intercept=0.0, weights={"judged": 1.0})
"""Takes the judge at its word."""


class Source(Strict):
    """A set of answers that a fit was made on."""

    name: Text
    answers: int
    groups: int
    """Questions; a fit is tested on questions that it has not seen."""
    digest: Text
    """First 12 hex digits of the SHA-256 of the set."""


class Held(Strict):
    """How a fit did on questions that were left out of it, beside no fit at all."""

    measure: Text
    fitted: float
    """Mean over the answers to questions left out; lower is better."""
    unfitted: float
    answers: int


class Line(Strict):
    """A straight line from a mean probability to a score, and how far off it was."""

    intercept: float = 0.0
    slope: float = 1.0
    whole: float = 0.0
    """Slope on the mean of everything that the answer was judged on."""
    facility: dict[str, float] = Field(default_factory=dict)
    """By check: how much more often it is shown than the mean check, -1..1; the facility of a test
    item is the share of those who get it right (Lord and Novick 1968, ch. 15)."""
    against: float = Field(default=1.0, gt=0, le=1)
    """The share of the score that the first thing leaves that counts against the answer."""
    again: float = Field(default=1.0, gt=0, le=1)
    """The share of the rest that each further one leaves."""
    spread: float = Field(ge=0)
    """80% of the scores that were left out of the fit lay within this of the line."""

    def fair(self, check_id: str | None, met: float) -> float:
        """A check's probability as if it were as easy as the mean check.

        Few show a hard check, and nobody's level should fall for being asked about one.
        """
        return met - self.facility.get(check_id or "", 0.0)

    def score(self, mean: float, whole: float = 0.0, against: float = 0.0) -> float:
        """The score, 0..1; ``against``: how many things count against the answer."""
        value = self.intercept + self.slope * mean + self.whole * whole
        left = math.pow(self.against, min(against, 1)) * math.pow(self.again, max(against - 1, 0))
        return min(1.0, max(0.0, value * left))

    def interval(
        self, mean: float, whole: float = 0.0, against: float = 0.0
    ) -> tuple[float, float]:
        """Where the score lies with 80% confidence, within 0..1."""
        middle = self.score(mean, whole, against)
        return max(0.0, middle - self.spread), min(1.0, middle + self.spread)

    def after(self, other: Self) -> Self:
        """The two lines in one: ``other`` first, then this. Neither may look at the whole."""
        return type(self)(
            intercept=self.intercept + self.slope * other.intercept,
            slope=self.slope * other.slope,
            spread=self.spread,
        )


class Fits(Strict):
    """Everything that was fitted, and on what."""

    judge: Text
    """The model and the digests of the prompts whose words were fitted."""
    sources: tuple[Source, ...]
    sentences: Fit
    """P(a sentence shows a check)."""
    key_points: Fit
    """P(an answer makes a key point), judged sentence by sentence."""
    exemplified: Fit
    """P(a short answer makes a claim that comes with right examples)."""
    # Fits that were kept before there were these take the judge at its word.
    references: Fit = _OWN_WORD
    """P(a short answer says what a reference answer, or a key point without examples, says)."""
    mistakes: Fit = _OWN_WORD
    """P(a sentence makes a known mistake)."""
    red_flags: Fit = _OWN_WORD
    """P(a sentence raises a red flag)."""
    replies: dict[str, Fit] = Field(default_factory=dict)
    """P(a reply to a challenge does this), by ``replies.Reply``; none: nothing is said of it."""
    corrections: Fit = Fit(intercept=-SUREST, weights={})
    """P(a reply to the doubt about a known mistake corrects it)."""
    levels: Line
    """From the mean probability of a criterion's due checks to its level, as 0..1."""
    scores: Line
    """From the mean probability of an answer's claims to its score."""
    answers: Line
    """From the weighted mean of an answer's criteria to its score, both 0..1."""
    held: dict[str, Held] = Field(default_factory=dict)
    """By name of the fit."""


_AS_IT_IS = Line(spread=0.5)
UNFITTED = Fits(
    judge="none",
    sources=(),
    sentences=_OWN_WORD,
    key_points=_OWN_WORD,
    exemplified=_OWN_WORD,
    levels=_AS_IT_IS,
    scores=_AS_IT_IS,
    answers=_AS_IT_IS,
)
"""The judge taken at its word."""


def logit(probability: float) -> float:
    """Log odds, cut at SUREST."""
    safe = min(1 - 1e-9, max(1e-9, probability))
    return cut(math.log(safe / (1 - safe)))


def cut(value: float) -> float:
    """``value`` within -SUREST..SUREST."""
    return max(-SUREST, min(SUREST, value))


def sigmoid(value: float) -> float:
    """1 / (1 + e^-value)."""
    return 1 / (1 + math.exp(-value)) if value >= 0 else 1 - 1 / (1 + math.exp(value))


def mean(values: Sequence[float]) -> float:
    """The arithmetic mean; ValueError for none."""
    if not values:
        raise ValueError("no values have no mean")
    return sum(values) / len(values)
