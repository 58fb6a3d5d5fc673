"""What can be read off an answer without a model: how much of a claim its words cover.

Pure. Word overlap alone knows nothing of right and wrong ("the cache is not shared" covers
"the cache is shared"), so it never decides: it stands beside the judge's word as a second
signal.
"""

from collections.abc import Sequence

from interviewer.gates import reads_like_a_list
from interviewer.rubric import Claim
from interviewer.sentences import Sentence
from interviewer.text import FUNCTION_WORDS, stem, words

MOST_RECITED = 0.4
"""Share of a list's words that may be the claim's own before it counts as reciting them."""


def content_stems(text: str) -> frozenset[str]:
    """The stems of the words that carry meaning; numbers count, function words don't."""
    return frozenset(stem(word) for word in words(text) if word not in FUNCTION_WORDS)


def telling_stems(claim: Claim, question: str) -> frozenset[str]:
    """The stems of a claim and its right examples that the question doesn't hold already."""
    own = content_stems(" ".join((claim.text, *claim.right)))
    return own - content_stems(question) or own


def recites(claim: Claim, sentence: str) -> bool:
    """Whether a sentence only strings the claim's own words together."""
    held = content_stems(sentence)
    own = len(held & content_stems(claim.text))
    return reads_like_a_list(sentence) and own > MOST_RECITED * len(held)


def coverage(claim: Claim, question: str, sentences: Sequence[Sentence]) -> float:
    """Share of a claim's telling stems, 0..1, that the answer's sentences hold.

    Lists of the claim's own words don't count: who strings them together says nothing.
    """
    telling = telling_stems(claim, question)
    said = [one.text for one in sentences if not recites(claim, one.text)]
    return len(telling & content_stems(" ".join(said))) / len(telling) if telling else 0.0


def closest(claim: Claim, question: str, sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """The number of the sentence that holds most of the claim's telling words, if any does."""
    telling = telling_stems(claim, question)
    held = [(len(telling & content_stems(one.text)), one.n) for one in sentences]
    most = max((count for count, _ in held), default=0)
    return next(((n,) for count, n in held if count == most), ())
