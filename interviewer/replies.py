"""What a reply to a challenge does with the claim that was challenged, read off its words. Pure.

A small judge can't tell who corrects a mistake from who defends it: asked about the whole reply,
with ten worked examples, it had an AUC of .46 on 128 replies, and of .53 between claims of stories
that are held and revised (80). Words can: who gives in, insists, or has reasons says so, and who
corrects a known mistake speaks of what holds instead.
"""

import math
import re
from collections.abc import Mapping, Sequence
from typing import Literal

from interviewer.calibration import Fits
from interviewer.rubric import Strict
from interviewer.sentences import split_sentences
from interviewer.signals import content_stems, corrected, likeness

Reply = Literal["held", "revised", "caved", "dug_in", "evades"]
"""What a reply does: holds the claim with a reason, revises it with a reason, gives in without
one, insists without one, or speaks of something else."""

_YIELDS = re.compile(
    r"""\b(?:
      you'?re\sright | you\s(?:have\sa\spoint | got\sme) | good\spoint | point\staken
    | fair\s(?:point|enough|challenge|objection)
    | i\swas\swrong | that'?s\swrong | was\swrong | wrong | confused | mixed\sup | backwards
    | (?:wrong|other)\sway\s(?:a)?round | misspoke | my\smistake | sorry | stand\scorrected
    | take\s(?:that|it)\sback | withdraw | scratch | strike\s(?:that|it)
    | forget\s(?:that|it|what\si\ssaid|i\ssaid) | let\sme\s(?:redo|correct|rephrase|take)
    | can'?t\s(?:defend|convince|prove) | wouldn'?t\s(?:hold|bet|insist|defend|say)
    | i\sguess | if\syou\ssay\sso | i\ssuppose | maybe\s(?:you|not|it\swas) | after\sall
    | should\shave | overst\w+ | too\s(?:strong|far|much) | conced\w+ | admit\w*
    | i'?d\s(?:now\s)?(?:soften|limit|narrow|claim\sless)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_INSISTS = re.compile(
    r"""\b(?:
      stand\sby | sure | certain | confident | positive | trust\sme | believe\sme | my\sword
    | (?:it|that|this)(?:'s|\sis|\swas)\s(?:right|true|correct|so|enough|fine|good) | i'm\sright
    | (?:right|better|best|only)\s(?:one|way|thing|decision|choice|call) | stays? | no\sreason\sto
    | (?:simply|just)\s(?:is|was|does|works|did) | how\sit\s(?:is|works) | period | end\sof\sstory
    | everybody | everyone | common\sknowledge | textbook | obviously | of\scourse | definitely
    | absolutely | no\s(?:doubt|question) | without\sa\sdoubt | told\syou | (?:as|like)\si\ssaid
    | i\swon'?t | not\sgoing\sto | i\sknow | still
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REASONS = re.compile(
    r"""\b(?:because | since | so | due\sto | otherwise | which | why | if | when | then | therefore
    | whereas | instead | rather | only | before | after | than)\b | \d""",
    re.IGNORECASE | re.VERBOSE,
)
_LOOKS = re.compile(
    r"""\b(?:
      you\s(?:could|can) | you'd | one\s(?:could|can|would) | we\scould | to\s(?:test|check|see)
    | i'?d\s(?:probably\s|maybe\s)?
      (?:look|check|test|measure|plot|profile|compare|run|sweep|log|ask)
    | another | by\sthe\sway | related | as\sfor | also | more\sinteresting
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_LIMITS = re.compile(
    r"""\b(?:
      in\shindsight | looking\sback | part(?:ly|\sof\sit) | some\sof | at\s(?:most|best)
    | less(?:\s(?:than|of))? | no\slonger | not\s(?:all|every|entirely|fully|the\swhole) | smaller
    | lower | weaker | except | unless | depends | only\s(?:for|in|if|when) | limit\w* | narrow\w*
    | call\sit | (?:i'?d|i\swould)\s(?:call|say|put|change|drop|rather|now) | now | half | revis\w+
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)
_DENIES = re.compile(r"\b(?:not|no|never|nothing)\b|n't\b", re.IGNORECASE)
_AGREES = re.compile(r"(?:hm+|well|mm+|ok(?:ay)?|yes|yeah|right)\b", re.IGNORECASE)


class ReplySignals(Strict):
    """What is known of a reply beside the claim that was challenged."""

    yields: float
    """1: it has words of giving in."""
    insists: float
    """Words of insisting, up to 2."""
    reasons: float
    """Words and figures that give a reason, up to 3."""
    looks: float
    """1: it says what one could look at, or speaks of something else."""
    limits: float
    """Words that limit a claim, up to 2."""
    denies: float
    """Negations, up to 2."""
    agrees: float
    """1: it begins with a yes, or takes breath."""
    fresh: float
    """ln(1 + the content stems that the claim doesn't hold)."""
    like_claim: float
    """How like the claim its likest sentence is, 0..1."""
    like_holds: float = 0.0
    """How like what holds instead its likest sentence is, 0..1; 0 where nobody knows."""
    corrected: float = 0.0
    """Share of a sentence's stems that are of what holds and not of the claim, the highest."""


def read_reply(claim: str, holds: Sequence[str], reply: str) -> ReplySignals:
    """The signals of a reply; ``holds``: what holds instead of the claim, where that is known."""
    said = [one.text for one in split_sentences(reply)] or [reply]
    return ReplySignals(
        yields=_count(_YIELDS, reply, 1),
        insists=_count(_INSISTS, reply, 2),
        reasons=_count(_REASONS, reply, 3),
        looks=_count(_LOOKS, reply, 1),
        limits=_count(_LIMITS, reply, 2),
        denies=_count(_DENIES, reply, 2),
        agrees=float(bool(_AGREES.match(reply))),
        fresh=math.log1p(len(content_stems(reply) - content_stems(claim))),
        like_claim=max(likeness([claim], one) for one in said),
        like_holds=max(likeness(holds, one) for one in said),
        corrected=max(corrected(claim, holds, one) for one in said),
    )


def _count(pattern: re.Pattern[str], text: str, most: int) -> float:
    return float(min(most, sum(1 for _ in pattern.finditer(text))))


def is_bare(text: str) -> bool:
    """Whether a text only gives in or insists, and says nothing besides: "I take that back"."""
    rest = _INSISTS.sub(" ", _YIELDS.sub(" ", text))
    return rest != text and len(content_stems(rest)) < FEWEST_BESIDES


FEWEST_BESIDES = 2
"""Content stems beside words of giving in or insisting that make a text say something."""


class ToldReply(Strict):
    """A reply to a challenge whose way somebody told: what the fits are made from."""

    group: str
    """The question; a fit is tested on questions that it has not seen."""
    claim: str
    holds: tuple[str, ...] = ()
    """What holds instead, for a known mistake."""
    how: Reply
    reply: str

    @property
    def signals(self) -> ReplySignals:
        """What is known of it."""
        return read_reply(self.claim, self.holds, self.reply)


def shares(chances: Mapping[str, float]) -> dict[str, float]:
    """Chances that were each fitted alone, so that they sum to 1; as they are where all are 0."""
    total = sum(chances.values())
    return {name: one / total for name, one in chances.items()} if total else dict(chances)


SURE_OF_CORRECTION = 0.6
"""Probability from which a mistake counts as taken back.

Each question left out: 83 of 104 corrections, and 6 of 104 defences with a made-up reason; of 248
replies that give in, insist or evade, none.
"""


def is_correction(fits: Fits, found: ReplySignals) -> bool:
    """Whether what was said after a known mistake says what holds instead."""
    return fits.corrections.probability(found) >= SURE_OF_CORRECTION
