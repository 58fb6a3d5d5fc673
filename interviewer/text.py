"""Words and stems: what the gates, the probes and the rubrics compare texts by."""

import re


def words(text: str) -> list[str]:
    """The words of ``text`` in lower case; numbers count, punctuation does not."""
    return re.findall(r"[^\W_]+(?:['’.,%-][^\W_]+)*%?", text.lower())  # noqa: RUF001


def stem(word: str) -> str:
    """A crude stem: enough to let "measuring" follow "measured"."""
    for ending in ("ingly", "edly", "ing", "ies", "ied", "ed", "es", "s", "ly", "e"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            return word[: -len(ending)]
    return word
