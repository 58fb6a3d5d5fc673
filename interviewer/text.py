"""Words and stems: what the gates, the probes and the rubrics compare texts by."""

import re
from functools import lru_cache

# The commonest English function words. About 40% of running English is made of these;
# under 12% of a text of some length is not English, or not language.
FUNCTION_WORDS = frozenset(
    """
    a about after all also an and any are as at be because been before but by can could did
    do does each every for from get got had has have he her his how i if in into is it its
    just me more most my no not of on one only or other our out over she so some than that
    the their them then there these they this to two up us was we were what when which while
    who will with would you your
    """.split()
)


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case; numbers count, punctuation does not."""
    return re.findall(r"[^\W_]+(?:['’.,%-][^\W_]+)*%?", text.lower())  # noqa: RUF001


LONGEST_WORD = 40
"""Letters of a word that is worth remembering; candidates may type any number."""


def stem(word: str) -> str:
    """A crude stem: enough to let "measuring" follow "measured"."""
    return _stem(word) if len(word) <= LONGEST_WORD else _cut(word)


def _cut(word: str) -> str:
    for ending in ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "s", "ly", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word


# The same few thousand words are looked at with each answer.
_stem = lru_cache(maxsize=2**14)(_cut)
