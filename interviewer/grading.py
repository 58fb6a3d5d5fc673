"""The judge: one check, one sentence, one token.

A whole answer put before a small model with a whole rubric is graded worse than by word
overlap. One sentence with one check and its right and wrong examples is judged well, and
the sentence judged Yes is the evidence: nothing has to be quoted back by the model.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from itertools import zip_longest

from interviewer.content import Message, Prompt
from interviewer.gates import Gate
from interviewer.judgement import THRESHOLD, Judgement
from interviewer.llm import Model
from interviewer.rubric import Check, KeyPoint
from interviewer.text import words
from interviewer.transcript import Sentence

MOST_SENTENCES = 24
"""Sentences of one answer that are judged against one check, the likeliest first."""

SURE = 0.9
"""Once a sentence shows a check this clearly, the answer's other sentences are not judged."""

GATE_NOTES: Mapping[Gate, str] = {
    "empty": "the answer is empty",
    "tiny": "the answer is too short to show anything",
    "unreadable": "the answer could not be read as English sentences",
    "echo": "the answer repeats the question",
    "orders": "the answer speaks to the grader, not to the question",
}


async def _at_once() -> None:
    pass


class Judge:
    """Puts checks before a model."""

    def __init__(self, model: Model, prompts: Mapping[str, Prompt]) -> None:
        self._model = model
        self._sentence = prompts["judge_sentence"]
        self._key_point = prompts["judge_key_point"]

    async def check(
        self,
        check: Check,
        seq: int,
        sentences: Sequence[Sentence],
        before_call: Callable[[], Awaitable[object]] = _at_once,
    ) -> Judgement:
        """Whether one answer, given as its judged sentences, shows the check.

        ``before_call`` is awaited before each call of the model, so that a caller can let
        someone else go first. Raises ModelError when the model can't be asked.
        """
        candidates = likeliest(check, sentences)
        if not candidates:
            return Judgement(seq=seq, check_id=check.id, met=0.0)
        found: dict[int, float] = {}
        for sentence in candidates:
            await before_call()
            probability = await self._model.yes(self.sentence_messages(check, sentence.text))
            if probability is not None:
                found[sentence.n] = probability
            if probability is not None and probability >= SURE:
                break
        judge = f"{self._model.label} · {self._sentence.digest}"
        if not found:
            note = "the model gave neither Yes nor No"
            return Judgement(seq=seq, check_id=check.id, met=None, note=note, judge=judge)
        shown = sorted((n for n, p in found.items() if p >= THRESHOLD), key=lambda n: -found[n])
        met = max(found.values())
        return Judgement(
            seq=seq, check_id=check.id, met=met, sentences=tuple(shown[:2]), judge=judge
        )

    def sentence_messages(self, check: Check, sentence: str) -> list[Message]:
        """The chat that asks for one check of one sentence.

        All but the last message is the same for every sentence, so that the endpoint's
        prefix cache pays for it once.
        """
        messages: list[Message] = []
        for pair in zip_longest(check.meets, check.misses):
            for example, verdict in zip(pair, ("Yes", "No"), strict=True):
                if example is not None:
                    asked = self._sentence.messages(shows=check.shows, sentence=example)
                    messages += asked if not messages else asked[1:]
                    messages.append(Message(role="assistant", content=verdict))
        return messages + self._sentence.messages(shows=check.shows, sentence=sentence)[1:]

    async def key_point(
        self, question: str, point: KeyPoint, seq: int, sentences: Sequence[Sentence]
    ) -> Judgement:
        """Whether one answer makes a key point of its question; read as a whole."""
        answer = " ".join(sentence.text for sentence in sentences)
        messages = self._key_point.messages(
            question=question,
            key_point=point.text,
            right=point.right or "",
            wrong=point.wrong or "",
            answer=answer,
        )
        met = await self._model.yes(messages)
        judge = f"{self._model.label} · {self._key_point.digest}"
        if met is None:
            note = "the model gave neither Yes nor No"
            return Judgement(seq=seq, check_id=point.id, met=None, note=note, judge=judge)
        shown = _closest(point.text, sentences) if met >= THRESHOLD else ()
        return Judgement(seq=seq, check_id=point.id, met=met, sentences=shown, judge=judge)


def likeliest(check: Check, sentences: Sequence[Sentence]) -> list[Sentence]:
    """The sentences that can show the check, the likeliest first, at most MOST_SENTENCES.

    A check with cues is only looked for in sentences that hold one. The order is the share
    of a sentence's words that the check's own examples use.
    """
    can = [
        sentence
        for sentence in sentences
        if not check.cues or any(re.search(cue, sentence.text, re.IGNORECASE) for cue in check.cues)
    ]
    familiar = set(words(" ".join(check.meets)))

    def likeness(sentence: Sentence) -> float:
        found = words(sentence.text)
        return sum(word in familiar for word in found) / (len(found) + 4)

    return sorted(can, key=likeness, reverse=True)[:MOST_SENTENCES]


def _closest(text: str, sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """The number of the sentence that shares most words with ``text``."""
    wanted = set(words(text))
    best = max(sentences, key=lambda one: len(wanted & set(words(one.text))), default=None)
    return (best.n,) if best else ()
