"""The judge: one check, one sentence, one token.

A whole answer put before a small model with a whole rubric is graded worse than by word
overlap. One sentence with one check and its right and wrong examples is judged well, and the
sentence judged Yes is the evidence: nothing has to be quoted back by the model. What the token's
probability is worth is then read off a fit (``calibration``), never off the model's own word.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import zip_longest
from typing import TypeVar

from interviewer import signals
from interviewer.calibration import SUREST, UNFITTED, Fit, Fits, Signals, logit, sigmoid
from interviewer.content import Message, Prompt
from interviewer.errors import ModelReplyError, RequestRefused
from interviewer.gates import Gate, judged_sentences
from interviewer.judgement import THRESHOLD, Judgement
from interviewer.llm import HIGHEST_DIGIT, Model, Verdict, plain_question
from interviewer.rubric import Check, Claim, KeyPointCheck, MistakeCheck, WarningCheck
from interviewer.sentences import Sentence

SURE = 0.9
"""Once a sentence shows a check this clearly, the answer's other sentences are not judged."""

_MARK = "\ufffc"

NEAR = 1.5
"""Log odds within which a second sentence shows a check as well as the best one."""

MOST_DISPUTED = 4
"""Sentences that are judged again in a dispute."""

MOST_ARGUED = 2.0
"""Log odds that a sentence with an argument beside it can bring at most, for or against."""

EMPTY_ANSWER = "I do not know."
OFF_TOPIC_ANSWER = "The weather is nice and my cat likes fish."
"""What a judge says Yes to here is its bias, not the answer's merit."""

GATE_NOTES: Mapping[Gate, str] = {
    "empty": "the answer is empty",
    "tiny": "the answer is too short to show anything",
    "unreadable": "the answer could not be read as English sentences",
    "echo": "the answer repeats the question",
    "orders": "the answer speaks to the grader, not to the question",
}

WordT = TypeVar("WordT", float, Verdict)

_NEITHER = "the model gave neither Yes nor No"
_NO_DIGIT = "the model gave no digit"


@dataclass(frozen=True)
class Parts:
    """The parts of the pipeline; each can be switched off to measure what it is worth."""

    gates: bool = True
    """Text that holds no answer, or speaks to the grader, is not judged."""
    examples: bool = True
    """The right and wrong examples are put before the judge."""
    bias: bool = True
    """The judge's word on an empty and an off-topic answer is held against it."""
    turns: bool = True
    """A short answer is read a second time, with the examples as turns of the chat."""
    against: bool = True
    """Known mistakes and red flags count against an answer."""
    words: bool = True
    """Words shared with key point and examples stand beside the judge."""
    calibration: bool = True
    """Probabilities and scores come from the fit instead of the judge's own word."""


async def _at_once() -> None:
    pass


class Judge:
    """Puts checks before a model."""

    def __init__(
        self,
        model: Model,
        prompts: Mapping[str, Prompt],
        fits: Fits = UNFITTED,
        parts: Parts | None = None,
    ) -> None:
        self._model = model
        self._sentence = prompts["judge_sentence"]
        self._same_claim = prompts["judge_same_claim"]
        self._degree = prompts["judge_degree"]
        self._degree_turns = prompts["judge_degree_turns"]
        self._structured = prompts["judge_structured"]
        self._fits = fits
        self._parts = parts or Parts()
        self._biases: dict[tuple[str, Claim], asyncio.Task[dict[str, float]]] = {}

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
        if not await self._model.gives_probabilities():
            if not signals.likeliest(check, sentences):
                return Judgement(seq=seq, check_id=check.id, met=0.0)
            await before_call()
            return await self._structured_check(check, seq, sentences)
        found: dict[int, float] = {}
        for wave in self._waves(signals.likeliest(check, sentences)):
            asked = [self._odds(check, sentence, before_call) for sentence in wave]
            found |= zip((one.n for one in wave), await asyncio.gather(*asked), strict=True)
            if any(odds >= logit(SURE) for odds in found.values()):
                break
        return self._weigh(check, seq, sentences, found)

    @property
    def asks_at_once(self) -> bool:
        """Whether calls side by side are sooner answered than one after another."""
        return not self._model.keeps_prefixes

    def _waves(self, sentences: Sequence[Sentence]) -> list[Sequence[Sentence]]:
        """Which sentences are put before the judge together; the likeliest may do alone."""
        if self.asks_at_once:
            return [one for one in (sentences[:1], sentences[1:]) if one]
        return [[one] for one in sentences]

    async def _odds(
        self, check: Check, sentence: Sentence, before_call: Callable[[], Awaitable[object]]
    ) -> float:
        """The judge's log odds that a sentence shows a check; NaN: it gave no verdict."""
        await before_call()
        probability = await self.yes(self.sentence_messages(check, sentence.text))
        return math.nan if probability is None else logit(probability)

    async def yes(self, messages: list[Message]) -> float | None:
        """P(Yes) as the model tells it; None where it gives no word on these messages.

        Nor on any, where it refuses to tell probabilities: its verdicts are read instead.
        """
        try:
            return await self._word(self._model.yes, messages, plain_question())
        except RequestRefused:
            if await self._model.gives_probabilities():
                raise
            return None

    async def _word(
        self,
        ask: Callable[[list[Message]], Awaitable[WordT | None]],
        messages: list[Message],
        plain: list[Message],
    ) -> WordT | None:
        """What the model replies; None where nothing can be had on these messages alone.

        A content filter refuses one sentence every time: all else is judged without it. Where
        the endpoint does no better on ``plain`` messages, a setting is to be mended, and the
        error says so. What passes is no reason to do without a verdict for ever: it is asked
        for twice.
        """
        for _ in range(2):
            try:
                return await ask(messages)
            except (ModelReplyError, RequestRefused):
                await ask(plain)
        return None

    def _weigh(
        self, check: Check, seq: int, sentences: Sequence[Sentence], found: Mapping[int, float]
    ) -> Judgement:
        """The judgement from the log odds of the sentences that were put before the judge."""
        odds = {n: value for n, value in found.items() if not math.isnan(value)}
        prompt = self._same_claim if isinstance(check, MistakeCheck) else self._sentence
        judge = f"{self._model.label} · {prompt.digest}" if found else None
        if found and not odds:
            return Judgement(seq=seq, check_id=check.id, met=None, note=_NEITHER, judge=judge)
        best = max(odds.values(), default=-SUREST)
        if isinstance(check, KeyPointCheck):
            fit, told = self._fits.key_points, self._of_key_point(check, best, sentences)
        elif odds:
            fit = self._fits.sentences
            if isinstance(check, WarningCheck):
                fit = getattr(self._fits, check.kind)
            told = self._of_sentence(check, odds, sentences)
        else:
            return Judgement(seq=seq, check_id=check.id, met=0.0)
        met = self._met(fit, told, check.id)
        shown = sorted((n for n in odds if odds[n] >= best - NEAR), key=lambda n: -odds[n])
        if isinstance(check, KeyPointCheck) and not shown:
            shown = list(signals.closest(check.claim, check.question, sentences))
        return Judgement(
            seq=seq,
            check_id=check.id,
            met=met,
            sentences=tuple(shown[:2]) if met >= THRESHOLD else (),
            judge=judge,
            signals=told,
        )

    def _of_sentence(
        self, check: Check, odds: Mapping[int, float], sentences: Sequence[Sentence]
    ) -> Signals:
        """What is known of the sentence that the judge found likeliest."""
        at = max(odds, key=lambda n: odds[n])
        if not self._parts.words:
            return Signals(judged=odds[at])
        text = next(one.text for one in sentences if one.n == at)
        better = 0.0
        if isinstance(check, MistakeCheck):
            better = signals.corrected(check.says, check.holds, text)
        return Signals(
            judged=odds[at],
            like_right=signals.likeness(check.meets, text),
            general=signals.generality(text),
            corrected=better,
        )

    def _of_key_point(
        self, check: KeyPointCheck, best: float, sentences: Sequence[Sentence]
    ) -> Signals:
        """What is known of a key point: the words of the whole answer count too."""
        if not self._parts.words:
            return Signals(judged=best)
        right, wrong = signals.likeliest_said(check.claim, check.meets, sentences)
        return Signals(
            judged=best,
            covered=signals.coverage(check.claim, check.question, sentences),
            like_right=right,
            like_wrong=wrong,
        )

    async def _structured_check(
        self, check: Check, seq: int, sentences: Sequence[Sentence]
    ) -> Judgement:
        asked = Claim(
            id=check.id,
            text=f"One of the sentences {check.shows}.",
            right=check.meets,
            wrong=check.misses,
        )
        return await self._ask_structured("", asked, seq, sentences)

    def sentence_messages(self, check: Check, sentence: str) -> list[Message]:
        """The chat that asks for one check of one sentence.

        All but the last message is the same for every sentence, so that the endpoint's
        prefix cache pays for it once. A mistake is compared with the sentence instead: of two
        that share all but the words that make one wrong, a check's own examples tell little (on
        94 sentences of 23 questions, each left out of its fit, AUC .79 instead of .75).
        """
        if isinstance(check, MistakeCheck):
            messages = self._same_claim.messages(sentence=sentence, claim=check.says)
            return messages if self._parts.examples else [messages[0], messages[-1]]
        examples = (check.meets, check.misses) if self._parts.examples else ((), ())
        return _worked_through(
            lambda one: self._sentence.messages(shows=check.shows, sentence=one),
            *examples,
            sentence,
        )

    async def dispute(
        self, check: Check, seq: int, sentences: Sequence[Sentence], argument: str
    ) -> Judgement:
        """Judges a check again, on the sentences that the candidate's argument speaks of.

        The argument chooses where to look, past the check's cues, and stands beside each
        sentence as data. Half the word comes from the sentence alone, so that no argument
        makes evidence of a sentence that shows nothing; what speaks to the grader is left out.
        """
        told = " ".join(one.text for one in judged_sentences(argument))
        wanted = signals.content_stems(f"{told} {' '.join(check.meets)}")
        near = sorted(sentences, key=lambda one: -len(wanted & signals.content_stems(one.text)))
        if not await self._model.gives_probabilities():
            return await self._structured_check(check, seq, sentences)
        found: dict[int, float] = {}
        for sentence in near[:MOST_DISPUTED]:
            alone = await self.yes(self.sentence_messages(check, sentence.text))
            beside = f"{sentence.text} (The speaker says of it: {told})"
            argued = await self.yes(self.sentence_messages(check, beside))
            if alone is None or argued is None:
                found[sentence.n] = math.nan
            else:
                found[sentence.n] = (logit(alone) + _heard(check, logit(argued))) / 2
        return self._weigh(check, seq, sentences, found)

    async def claim(
        self, question: str, claim: Claim, seq: int, sentences: Sequence[Sentence]
    ) -> Judgement:
        """Whether an answer, read as a whole, makes a claim; for short answers to exam questions.

        A claim without right examples is taken for a reference answer. How correct an answer is,
        is asked as a degree: beside a reference, that had an AUC of .92 on 208 answers to 8 Khan
        items; a Yes or No .89 to .90; the answer judged sentence by sentence .65.
        Raises ModelError when the model can't be asked.
        """
        spoken = signals.stated(claim, sentences)
        if not spoken:
            return Judgement(seq=seq, check_id=claim.id, met=0.0)
        if not await self._model.gives_probabilities():
            return await self._ask_structured(question, claim, seq, spoken)
        answer = " ".join(one.text for one in spoken)
        # A mark in the answer's place tells where it begins.
        marked = self.degree_messages(question, claim, _MARK)[-1]["content"]
        messages = self.degree_messages(question, claim, answer)
        judged = await self._correct(messages, marked.index(_MARK))
        judge = f"{self._model.label} · {self._degree.digest}"
        if judged is None:
            return Judgement(seq=seq, check_id=claim.id, met=None, note=_NO_DIGIT, judge=judge)
        if claim.right:
            fit = self._fits.exemplified
            found = await self._of_exemplified(question, claim, answer, judged)
        else:
            fit = self._fits.references
            covered = signals.coverage(claim, question, spoken) if self._parts.words else 0.0
            found = Signals(judged=judged, covered=covered)
        met = self._met(fit, found, claim.id)
        if claim.right and self._parts.bias:
            met = min(met, _believable(found))
        shown = signals.closest(claim, question, spoken) if met >= THRESHOLD else ()
        return Judgement(
            seq=seq, check_id=claim.id, met=met, sentences=shown, judge=judge, signals=found
        )

    async def _of_exemplified(
        self, question: str, claim: Claim, answer: str, judged: float
    ) -> Signals:
        """What is known of a claim with examples, read as a list and as turns of the chat.

        On 790 Khan answers of 20 items, each left out of its fit, the log loss was .471 by the
        first reading, .459 by the second, .393 by both, and .373 with the words beside them.
        """
        like_right = signals.likeness(claim.right, answer) if self._parts.words else 0.0
        found = Signals(judged=judged, turns=judged, like_right=like_right)
        if self._parts.bias:
            found = found.model_copy(update=await self._bias(question, claim))
        if self._parts.turns:
            again = await self._correct(self.degree_turns(question, claim, answer))
            found = found.model_copy(update={"turns": judged if again is None else again})
        return found

    def _met(self, fit: Fit, found: Signals, check_id: str) -> float:
        if not self._parts.calibration:
            return round(sigmoid(found.judged), 4)
        return round(fit.probability(found, check_id), 4)

    async def _bias(self, question: str, claim: Claim) -> dict[str, float]:
        """The judge's log odds for answers whose verdict is known; asked once a claim."""
        key = question, claim
        if key not in self._biases:
            self._biases[key] = asyncio.create_task(self._ask_bias(question, claim))
        try:
            return await asyncio.shield(self._biases[key])
        except Exception:
            self._biases.pop(key, None)
            raise

    async def _ask_bias(self, question: str, claim: Claim) -> dict[str, float]:
        known = {"empty": EMPTY_ANSWER, "off_topic": OFF_TOPIC_ANSWER}
        asked = (self._correct(self.degree_turns(question, claim, one)) for one in known.values())
        return dict(zip(known, [one or 0.0 for one in await asyncio.gather(*asked)], strict=True))

    async def _correct(self, messages: list[Message], shared: int = 0) -> float | None:
        """The log odds of how correct the judge finds an answer; None: it gave no digit.

        ``shared``: see Model.degree.
        """
        ask = partial(self._model.degree, shared=shared)
        degree = await self._word(ask, messages, plain_question())
        return None if degree is None else logit(degree)

    def degree_messages(self, question: str, claim: Claim, answer: str) -> list[Message]:
        """The chat that asks how correct an answer is, beside the claim or by its examples."""
        return self._degree.messages(
            question=question,
            criteria=claim.text,
            right=claim.right if self._parts.examples else (),
            wrong=claim.wrong if self._parts.examples else (),
            answer=answer,
        )

    def degree_turns(self, question: str, claim: Claim, answer: str) -> list[Message]:
        """The chat that asks for the same with the examples as turns of it."""
        examples = (claim.right, claim.wrong) if self._parts.examples else ((), ())
        return _worked_through(
            lambda one: self._degree_turns.messages(
                question=question, criteria=claim.text, answer=one
            ),
            *examples,
            answer,
            verdicts=(str(HIGHEST_DIGIT), "0"),
        )

    async def _ask_structured(
        self, question: str, claim: Claim, seq: int, sentences: Sequence[Sentence]
    ) -> Judgement:
        """For an endpoint without token probabilities: the whole answer, a verdict as JSON."""
        messages = self._structured.messages(
            question=question,
            criterion=claim.text,
            right=claim.right if self._parts.examples else (),
            wrong=claim.wrong if self._parts.examples else (),
            sentences=[one.text for one in sentences],
        )
        plain = self._structured.messages(
            question="",
            criterion="One of the sentences is about the weather.",
            right=(),
            wrong=(),
            sentences=[OFF_TOPIC_ANSWER],
        )
        verdict = await self._word(self._model.verdict, messages, plain)
        judge = f"{self._model.label} · {self._structured.digest}"
        if verdict is None:
            note = "the model gave no verdict that can be read"
            return Judgement(seq=seq, check_id=claim.id, met=None, note=note, judge=judge)
        # A Yes that points at nothing has no evidence, and counts for nothing.
        numbers = _pointed_at(verdict, sentences) if verdict.met else ()
        met = 1.0 if numbers else 0.0
        return Judgement(seq=seq, check_id=claim.id, met=met, sentences=numbers, judge=judge)


def _believable(found: Signals) -> float:
    """The most that can be made of an answer, beside answers that are known to be wrong.

    One that is read no better than they are, is held no likelier right than the judge holds them.
    Of 790 Khan answers 42 are read so, and one of these is right.
    """
    known = max(found.empty, found.off_topic)
    return 1.0 if found.turns > known else round(sigmoid(known), 4)


def _heard(check: Check, argued: float) -> float:
    """What an argument may bring: towards the candidate at most MOST_ARGUED."""
    if isinstance(check, WarningCheck):
        return max(argued, -MOST_ARGUED)
    return min(argued, MOST_ARGUED)


def _worked_through(
    asking: Callable[[str], list[Message]],
    right: Sequence[str],
    wrong: Sequence[str],
    last: str,
    verdicts: tuple[str, str] = ("Yes", "No"),
) -> list[Message]:
    """A chat in which examples are asked about and answered in turn, and then the last.

    ``verdicts``: the replies to a right and to a wrong one. The first message of ``asking``
    stands once, at the beginning.
    """
    messages = asking(last)[:1]
    for pair in zip_longest(right, wrong):
        for example, verdict in zip(pair, verdicts, strict=True):
            if example is not None:
                messages += asking(example)[1:]
                messages.append(Message(role="assistant", content=verdict))
    return messages + asking(last)[1:]


def _pointed_at(verdict: Verdict, sentences: Sequence[Sentence]) -> tuple[int, ...]:
    """The numbers of the sentences that a verdict names by their place in what was sent."""
    places = dict.fromkeys(one for one in verdict.sentences if 1 <= one <= len(sentences))
    return tuple(sentences[place - 1].n for place in places)[:2]
