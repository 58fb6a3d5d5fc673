"""Answers of a script: what a candidate says, in order, perhaps question by question. Pure."""

import re
from collections.abc import Collection
from dataclasses import dataclass, field

NOTHING_TO_ADD = "I have nothing to add to that."
"""What a script says to a follow-up that it holds no answer for."""


@dataclass
class Script:
    """The answers of one round, used up as they are given."""

    in_order: list[str] = field(default_factory=list)
    by_question: dict[str, list[str]] = field(default_factory=dict)

    def next(self, question_id: str | None) -> str | None:
        """The next answer; None: the script has no more to say in this round."""
        if self.by_question:
            left = self.by_question.get(question_id or "", [])
            return left.pop(0) if left else NOTHING_TO_ADD
        return self.in_order.pop(0) if self.in_order else None


def read_script(text: str, known: Collection[str]) -> Script:
    """Answers separated by lines ``---``; a line ``# question_id`` begins those to a question.

    Only a ``known`` question's id makes a heading, so that code may hold comments.
    """
    script = Script()
    question_id = None
    for part in re.split(r"(?m)^(---|# *[a-z][a-z0-9_]*) *$", text):
        if part.startswith("#") and part.lstrip("# ").strip() in known:
            question_id = part.lstrip("# ").strip()
            script.by_question[question_id] = []
        elif part != "---" and (answer := part.strip()):
            held = script.in_order if question_id is None else script.by_question[question_id]
            held.append(answer)
    return script
