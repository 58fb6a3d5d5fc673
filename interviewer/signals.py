"""What can be read off an answer without a model: which words it shares with claim and examples.

Pure. Word overlap alone knows nothing of right and wrong ("the cache is not shared" covers
"the cache is shared"), so it never decides: it stands beside the judge's word as a second
signal.
"""

import math
import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

from interviewer.calibration import mean
from interviewer.gates import reads_like_a_list
from interviewer.rubric import Check, Claim
from interviewer.sentences import Sentence
from interviewer.text import FUNCTION_WORDS, stem, words

MOST_SENTENCES = 6
"""Sentences of one answer that are judged against one check, the likeliest first."""

MOST_RECITED = 0.4
"""Share of a list's words that may be the claim's own before it counts as reciting them."""


# A question's claims and mistakes are held beside each answer to it.
@lru_cache(maxsize=4096)
def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; numbers count, function words don't."""
    return frozenset(stem(word) for word in words(text) if word not in FUNCTION_WORDS)


def telling_stems(claim: Claim, question: str) -> frozenset[str]:
    """The stems of a claim and its right examples that the question doesn't hold already."""
    own = content_stems(" ".join((claim.text, *claim.right)))
    return own - content_stems(question) or own


_ITEM = r"[\w'-]+(?:\s[\w'-]+)?"
_ENUMERATION = re.compile(rf"\b(?:{_ITEM}\s*[,;]\s*){{2,}}(?:(?:and|or)\s)?{_ITEM}")


def recites(claim: Claim, sentence: str) -> bool:
    """Whether a sentence only strings the claim's own words together.

    What the claim itself lists is an answer, and so are the letters of a formula.
    """
    if not reads_like_a_list(sentence):
        return False
    held = content_stems(sentence)
    prose = content_stems(_ENUMERATION.sub(" ", claim.text))
    return sum(len(one) > 2 for one in held & prose) > MOST_RECITED * len(held)


_SAYS_NOTHING = re.compile(
    r"""^[^.?!]*:\s*$
    | ^let(?:.s|\sus|\sme)\b[^.?!]*\bstep\sby\sstep\b
    | \b(?:what|such)\san?\s\w+\squestion\b
    | \byou\sare\sthe\s(?:best|most|finest|kindest)\b
    """,
    re.IGNORECASE | re.VERBOSE,
)
"""An announcement or a courtesy; a small judge takes either for the beginning of a good answer."""

_KEYWORDS = re.compile(
    r"\b[a-z]\w{0,20}:\s*((?:[a-z'’-]{3,},\s+)+[a-z'’-]{3,})\.?\s*$",  # noqa: RUF001
    re.IGNORECASE,
)


_AGAIN = re.compile(r"(\S.{8,400}?)(?:\s+\1)+")
"""The same words over and over, without an end between."""


def stated(claim: Claim, sentences: Sequence[Sentence]) -> list[Sentence]:
    """What an answer states: no recital or list of the claim's words, announcement or courtesy.

    What is said again states no more. The numbers stay the sentences' own.
    """
    own = content_stems(claim.text)
    found = []
    for one in _distinct(sentences):
        listed = _KEYWORDS.search(one.text)
        recited = listed and listed[1] not in claim.text and content_stems(listed[1]) <= own
        text = one.text[: listed.start()].strip() if listed and recited else one.text
        if text and not recites(claim, text) and not _SAYS_NOTHING.search(text):
            again = _AGAIN.fullmatch(text)
            found.append(one.model_copy(update={"text": again[1] if again else text}))
    return found


def _distinct(sentences: Sequence[Sentence]) -> Iterable[Sentence]:
    """Each sentence where it is first said: said again, it shows no more."""
    distinct: dict[str, Sentence] = {}
    for sentence in sentences:
        distinct.setdefault(sentence.text, sentence)
    return distinct.values()


def coverage(claim: Claim, question: str, sentences: Sequence[Sentence]) -> float:
    """Share of a claim's telling stems, 0..1, that the answer's sentences hold.

    Lists of the claim's own words don't count: who strings them together says nothing.
    """
    telling = telling_stems(claim, question)
    said = [one.text for one in sentences if not recites(claim, one.text)]
    return len(telling & content_stems(" ".join(said))) / len(telling) if telling else 0.0


def likeness(examples: Sequence[str], text: str) -> float:
    """How like the examples a text is: the mean of the Ochiai coefficients of their stems, 0..1.

    The coefficient is the cosine of two sets (Ochiai 1957): what they share over the geometric
    mean of their sizes. 0 for no examples.
    """
    held = content_stems(text)
    sets = [content_stems(one) for one in examples]
    return mean([_ochiai(held, one) for one in sets]) if sets else 0.0


def _ochiai(one: frozenset[str], other: frozenset[str]) -> float:
    return len(one & other) / math.sqrt(len(one) * len(other)) if one and other else 0.0


def corrected(mistake: str, holds: Sequence[str], text: str) -> float:
    """The share of a text's stems, 0..1, that are of what holds instead and not of the mistake.

    Who knows better names the same things, and a judge who compares the two is easily taken in.
    """
    said = content_stems(text)
    better = content_stems(" ".join(holds)) - content_stems(mistake)
    return len(said & better) / len(said) if said else 0.0


# By kind: what holds of all and always; what one does; praise; words for anything; filling; views.
_GENERAL = re.compile(
    r"""\b(
      every(?:\s?one|body|thing|where)? | always | any(?:one|body|thing) | nobody | generally
    | in\s(?:general|the\send) | many | various | different | it\sdepends | depends\son
    | one\s(?:should|has|needs|can|could|must|might|always)
    | importan(?:t|ce) | interesting | great | amazing | powerful | fascinating | excellent
    | crucial | essential | exciting | passionate | nice | the\skey
    | things? | stuff | aspects? | challeng(?:es?|ing) | topics? | people | the\sworld | culture
    | mindset | big\spicture
    | really | very | a\slot | lots | (?:kind|sort)\sof | of\scourse | at\sthe\send\sof\sthe\sday
    | and\sso\son | somehow | i\s(?:would\ssay|believe) | in\smy\s(?:view|opinion)
    )\b""",
    re.IGNORECASE | re.VERBOSE,
)


def generality(text: str) -> float:
    """Share of a text's words that fit any story, 0..1: "one should always", "many things".

    A small judge takes a platitude for whatever it is asked for; its words give it away.
    """
    return min(1.0, len(_GENERAL.findall(text)) / max(1, len(words(text))))


def likeliest_said(
    claim: Claim, examples: Sequence[str], sentences: Sequence[Sentence]
) -> tuple[float, float]:
    """How like right and wrong examples the answer's sentence is that is most like right ones."""
    said = [one.text for one in sentences if not recites(claim, one.text)]
    if not said:
        return 0.0, 0.0
    right, text = max((likeness(examples, one), one) for one in said)
    return right, likeness(claim.wrong, text)


def closest(claim: Claim, question: str, sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """The number of the sentence that holds most of the claim's telling words, if any does."""
    telling = telling_stems(claim, question)
    held = [(len(telling & content_stems(one.text)), one.n) for one in sentences]
    most = max((count for count, _ in held), default=0)
    return next(((n,) for count, n in held if count == most), ())


def likeliest(check: Check, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that can show the check, the likeliest first, at most MOST_SENTENCES.

    A check with cues is only looked for in sentences that hold one. The order is the share
    of a sentence's words that the check's own examples use.
    """
    can = [
        sentence
        for sentence in _distinct(sentences)
        if not check.cues or any(re.search(cue, sentence.text, re.IGNORECASE) for cue in check.cues)
    ]
    familiar = set(words(" ".join(check.meets)))

    def familiarity(sentence: Sentence) -> float:
        found = words(sentence.text)
        return sum(word in familiar for word in found) / (len(found) + 4)

    return sorted(can, key=familiarity, reverse=True)[:MOST_SENTENCES]
