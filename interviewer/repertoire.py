"""What an interviewer says beyond the rubric: hints, clarifications and facts. The shapes of the
files in ``prompts/repertoire``.
"""

import re

from pydantic import Field

from interviewer.rubric import Check, Pattern, Question, Rung, Strict, Text


class Hints(Strict):
    """Where to begin, for who is stuck."""

    question: Text
    story: Text
    rungs: dict[Rung, Text]

    def hint(self, question: Question, check: Check | None) -> str:
        """The hint for the question, or for the check that was asked for."""
        if check is not None:
            return self.rungs[check.rung]
        return question.hint or (self.question if question.key_points else self.story)


class Answered(Strict):
    """An answer to whatever matches one of the patterns."""

    about: tuple[Pattern, ...] = Field(min_length=1)
    answer: Text

    def fits(self, asked: str) -> bool:
        """Whether this answers what was asked."""
        return any(re.search(pattern, asked, re.IGNORECASE) for pattern in self.about)


class Clarifications(Strict):
    """Answers to clarifying questions."""

    topics: tuple[Answered, ...]
    otherwise: Text

    def answer(self, asked: str) -> str:
        """The answer to a clarifying question, which gives nothing away."""
        return next((one.answer for one in self.topics if one.fits(asked)), self.otherwise)


class Facts(Strict):
    """What the interviewer can say when the candidate may ask."""

    facts: tuple[Answered, ...]
    cannot_know: Text
    more: Text

    def answer(self, asked: str) -> str:
        """The fact that was asked for, or that it can't be known here."""
        return next((one.answer for one in self.facts if one.fits(asked)), self.cannot_know)


class Repertoire(Strict):
    """All of it."""

    hints: Hints
    clarifications: Clarifications
    facts: Facts
