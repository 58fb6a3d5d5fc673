"""A simulated candidate: a hidden profile that gives away a gap only to who asks for it. Pure.

Its answers are put together from the profile's own sentences, so that what is missing really is
missing in the text. Whether a question reaches a gap is decided by the profile's patterns, which
know nothing of the interviewer's rubrics, and are the same for every interviewer.
"""

import re
from collections.abc import Collection

from pydantic import Field

from interviewer.rubric import Identifier, Pattern, Strict, Text

_QUOTED = re.compile(r"[“\"][^”\"]*[”\"]")


class Gap(Strict):
    """Something that the opening answer lacks."""

    id: Identifier
    why: Text
    """What is missing, for a person who reads the profile."""
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    """A question that matches one of these asks for it."""
    reveals: Text
    """What the candidate then says."""

    def asked_by(self, question: str) -> bool:
        """Whether this question reaches the gap."""
        asked = _QUOTED.sub(" ", question)  # what is quoted is the candidate's, not asked for
        return any(re.search(pattern, asked, re.IGNORECASE) for pattern in self.patterns)


class Inconsistency(Strict):
    """A later statement that doesn't go with an earlier one."""

    why: Text
    patterns: tuple[Pattern, ...] = Field(min_length=1)
    says: Text


class Profile(Strict):
    """A simulated candidate, as read from one file."""

    id: Identifier
    area: Identifier
    question: Identifier
    persona: Identifier
    about: Text
    strengths: tuple[Text, ...]
    opening: Text
    gaps: tuple[Gap, ...] = Field(min_length=3)
    inconsistency: Inconsistency
    others: tuple[Text, ...] = Field(min_length=1)
    """Said to questions that reach no gap, in turn."""

    def reached(self, questions: Collection[str]) -> frozenset[str]:
        """The gaps that these questions reach."""
        return frozenset(gap.id for gap in self.gaps for one in questions if gap.asked_by(one))

    def noticed(self, questions: Collection[str]) -> bool:
        """Whether one of these questions asks about the inconsistency."""
        return any(
            re.search(pattern, one, re.IGNORECASE)
            for pattern in self.inconsistency.patterns
            for one in questions
        )

    def reply(self, number: int, question: str, told: Collection[str]) -> str:
        """The candidate's answer to follow-up ``number`` (from 1).

        The first open gap that the question reaches is revealed; the inconsistent statement
        comes with the second answer in any case, so that every interviewer hears it.
        """
        open_gaps = [gap for gap in self.gaps if gap.asked_by(question)]
        fresh = [gap.reveals for gap in open_gaps if gap.reveals not in told]
        said = fresh[0] if fresh else self.others[(number - 1) % len(self.others)]
        if number == 2 and self.inconsistency.says not in told:
            said = f"{said} {self.inconsistency.says}"
        return said
