"""An interview at the moment when the interviewer has to say something. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from interviewer import memory, probe
from interviewer.gates import FEWEST_WORDS, READ_AT_MOST, Gate, gate, judged_sentences
from interviewer.persona import Persona
from interviewer.round import Round
from interviewer.rubric import Check, Question
from interviewer.sentences import Sentence
from interviewer.session import Interview, Plan, State, fold
from interviewer.transcript import Turn, graded_turns, pending

MOST_CONTRADICTIONS = 2
"""Times in one interview that two statements are held against each other."""


def read_answer(
    turns: Sequence[Turn], answer: Turn, question: Question
) -> tuple[Gate, tuple[Sentence, ...]]:
    """The gate of an answer, and its sentences to judge: none unless the gate is open.

    A follow-up may be answered in two words ("Eleven percent."), which may be words of its own
    ("Was it recall or precision?"); a question can't.
    """
    asked = pending([turn for turn in turns if turn.seq < answer.seq])
    if asked is not None and asked.kind == "probe":
        return _read(answer.text, asked.text, follows_up=True)
    return _read(answer.text, question.text)


# Each step of an interview looks at all of its answers: read anew, turn 40 would cost ten
# times what turn 5 costs.
@lru_cache(maxsize=1024)
def _read(text: str, asked: str, follows_up: bool = False) -> tuple[Gate, tuple[Sentence, ...]]:
    found = gate(text, asked, 2 if follows_up else FEWEST_WORDS, picks=follows_up)
    return found, judged_sentences(text) if found == "open" else ()


def open_answers(
    turns: Sequence[Turn], question: Question
) -> list[tuple[Turn, tuple[Sentence, ...]]]:
    """What is graded on a question and holds something to judge, with those sentences."""
    read = [
        (answer, read_answer(turns, answer, question)[1])
        for answer in graded_turns(turns, question.id)
    ]
    return [(answer, sentences) for answer, sentences in read if sentences]


def quotes(found: memory.Contradiction) -> tuple[str, str]:
    """What is held up of two statements that don't go together: the words that clash."""
    before, now = (re.escape(words) for words in found.clash)
    return probe.short_quote(found.first, before), probe.short_quote(found.second, now)


@dataclass(frozen=True)
class Scene:
    """Who asks whom what, and what was said."""

    interview: Interview
    persona: Persona
    round: Round
    earlier: tuple[Turn, ...] = ()
    """The turns of the interviews before in the same loop."""

    @property
    def plan(self) -> Plan:
        """What was agreed."""
        return self.interview.plan

    @property
    def turns(self) -> tuple[Turn, ...]:
        """The interview so far."""
        return self.interview.turns

    @property
    def last(self) -> Turn:
        """The turn to reply to."""
        return self.turns[-1]

    @cached_property
    def state(self) -> State:
        """Where the interview stands."""
        return fold(self.plan, self.turns)

    @cached_property
    def question(self) -> Question:
        """The question that is being answered."""
        return self.round.question(self.state.question_id or self.plan.question_ids[0])

    @cached_property
    def ladder(self) -> list[Check]:
        """The checks of this question in the order in which the persona digs for them.

        What is graded in every round comes after what is the question's own.
        """
        return [
            check
            for part in self.round.probes_for(self.question)
            for check in probe.dig_order(part, self.persona)
        ]

    @cached_property
    def answers(self) -> list[tuple[Turn, tuple[Sentence, ...]]]:
        """The answers to the question so far, with their judged sentences."""
        return open_answers(self.turns, self.question)

    @cached_property
    def gate(self) -> Gate:
        """The gate of the last turn."""
        return read_answer(self.turns, self.last, self.question)[0]

    @cached_property
    def said(self) -> str:
        """Everything that the candidate said, as far as it is read."""
        heard = [turn for turn in self.turns if turn.speaker == "candidate"]
        return " ".join(turn.text[:READ_AT_MOST] for turn in heard)

    @cached_property
    def asked(self) -> list[str]:
        """Everything that the interviewer said."""
        return [turn.text for turn in self.turns if turn.speaker == "interviewer"]

    @cached_property
    def pending(self) -> Turn | None:
        """The question or follow-up that the candidate still has to answer."""
        return pending(self.turns)

    def pending_text(self) -> str:
        """The words of that question or follow-up."""
        pending = self.pending
        return pending.text if pending and pending.kind == "probe" else self.question.text

    def contradiction(self) -> memory.Contradiction | None:
        """What the last answer says that doesn't go with something said before."""
        spoken = [turn for turn in self.turns if turn.trigger == "contradiction"]
        if not self.answers or len(spoken) >= MOST_CONTRADICTIONS:
            return None
        turn, sentences = self.answers[-1]
        now = memory.told(sentences, turn.seq, turn.question_id)
        before = [
            one
            for answer in (*self.earlier, *self.turns)
            if answer.kind == "answer" and answer is not turn
            for one in memory.told(
                judged_sentences(answer.text),
                answer.seq if answer in self.turns else None,
                answer.question_id,
            )
        ]
        found = memory.contradiction(before, now)
        if found is None or any(quotes(found)[0] in one.text for one in spoken):
            return None
        return found

    def told_before(self) -> str | None:
        """The beginning of an earlier answer that tells the same story as the first to this one.

        Noticed once a question, and only before its first follow-up.
        """
        noticed = any(
            turn.trigger == "same_story" and turn.question_id == self.question.id
            for turn in self.turns
        )
        if noticed or self.state.probes or self.gate != "open":
            return None
        for before in (*self.earlier, *self.turns):
            other = before.kind == "answer" and before.question_id != self.question.id
            if other and memory.same_story(before.text, self.last.text):
                sentences = judged_sentences(before.text)
                return sentences[0].text if sentences else None
        return None
