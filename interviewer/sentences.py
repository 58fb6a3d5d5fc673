"""The numbered sentences of a text, which evidence points at."""

import re
from collections.abc import Iterator

from interviewer.rubric import Strict

LONGEST_SENTENCE = 400
"""Characters; a longer stretch without an end is cut at a space, so that it can be quoted."""


class SentenceRef(Strict):
    """Points at sentence ``n`` (from 1) of the candidate's turn ``seq``."""

    seq: int
    n: int


class Sentence(Strict):
    """Sentence ``n`` of a text, which is ``text[start:end]`` word for word."""

    n: int
    start: int
    end: int
    text: str


# An end mark, perhaps closing quotes, then white space; or a line break; or a CJK full stop.
# Possessive: a row of a thousand marks is read once, not a thousand times.
_END = re.compile(r"""(?<![.!?;…])[.!?;…]++["'”’)\]]*+(?=\s)|(?=\n)|[。！？]""")  # noqa: RUF001
# An abbreviation, or an initial where a sentence begins ("J. Smith", but not "plan B.").
_ABBREVIATION = re.compile(
    r"\b(?i:e\.g|i\.e|vs|approx|dr|mr|mrs|prof|fig|eq|cf)\.$|(?:\A|[.!?\n]\s*)[A-Z]\.$"
)


def split_sentences(text: str) -> tuple[Sentence, ...]:
    """The sentences of ``text``, numbered from 1, each a verbatim part of it.

    An abbreviation, an initial or a decimal point doesn't end a sentence; a line break and a
    semicolon do. White space between sentences belongs to none.
    """
    spans = [span for start, end in _rough_spans(text) for span in _at_most(text, start, end)]
    return tuple(
        Sentence(n=n, start=start, end=end, text=text[start:end])
        for n, (start, end) in enumerate(spans, 1)
    )


def _rough_spans(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    for match in _END.finditer(text):
        end = match.end()
        if match.group() == "." and _is_abbreviation(text, end):
            continue
        yield from _trimmed(text, start, end)
        start = end
    yield from _trimmed(text, start, len(text))


def _is_abbreviation(text: str, end: int) -> bool:
    """Whether the full stop before ``end`` belongs to its word, as in "e.g. the cache"."""
    return _ABBREVIATION.search(text[max(0, end - 12) : end]) is not None


def _trimmed(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if any(char.isalnum() for char in text[start:end]):
        yield start, end


def _at_most(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    while end - start > LONGEST_SENTENCE:
        space = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        cut = space if space > start else start + LONGEST_SENTENCE
        yield from _trimmed(text, start, cut)
        start = cut
    yield from _trimmed(text, start, end)
