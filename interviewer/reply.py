"""The interviewer's next turn: judge down the ladder, pick, phrase, check, say."""

import contextlib
import logging
from collections.abc import Callable, Sequence
from datetime import datetime

from interviewer import probe, scoring
from interviewer.content import Content, Message
from interviewer.gates import READ_AT_MOST, Gate, gate, judged_sentences
from interviewer.grading import Judge
from interviewer.judgement import Judgement
from interviewer.llm import Model
from interviewer.persona import Persona
from interviewer.round import Round
from interviewer.rubric import Question
from interviewer.session import (
    AskProbe,
    AskQuestion,
    Close,
    Interview,
    Plan,
    Redirect,
    State,
    Step,
    fold,
    may_probe,
    next_step,
)
from interviewer.transcript import Sentence, Turn, TurnKind, answers_to

_LOG = logging.getLogger(__name__)

CALLS_BEFORE_REPLY = 14
"""Judge calls spent on finding a gap while the candidate waits (0.3 s each on 2 cores)."""

FIRST_WORDS = 5
"""Words of a reply that are held back until the rules have seen them."""


def read_answer(
    turns: Sequence[Turn], answer: Turn, question: Question
) -> tuple[Gate, tuple[Sentence, ...]]:
    """The gate of an answer, and its sentences to judge: none unless the gate is open.

    A follow-up may be answered in two words ("Eleven percent."), a question can't.
    """
    before = next((turn for turn in reversed(turns) if turn.seq < answer.seq), None)
    if before is not None and before.kind == "probe":
        found = gate(answer.text, before.text, fewest_words=2)
    else:
        found = gate(answer.text, question.text)
    return found, judged_sentences(answer.text) if found == "open" else ()


def open_answers(
    turns: Sequence[Turn], question: Question
) -> list[tuple[Turn, tuple[Sentence, ...]]]:
    """The answers to a question that hold something to judge, with those sentences."""
    read = [
        (answer, read_answer(turns, answer, question)[1])
        for answer in answers_to(turns, question.id)
    ]
    return [(answer, sentences) for answer, sentences in read if sentences]


def _probes_so_far(turns: Sequence[Turn]) -> tuple[int, int]:
    """How many follow-ups were asked in this interview, and how many of them challenged."""
    asked = [turn.trigger for turn in turns if turn.kind == "probe"]
    return len(asked), sum(trigger not in {None, "gap"} for trigger in asked)


class Replier:
    """Makes the interviewer's turns."""

    def __init__(
        self,
        content: Content,
        model: Model,
        judge: Judge,
        now: Callable[[], datetime],
        keep: Callable[[str, Judgement], None],
    ) -> None:
        """``keep`` stores a judgement that was made on the way, by interview id."""
        self._content = content
        self._model = model
        self._judge = judge
        self._now = now
        self._keep = keep

    def first_turn(self, plan: Plan) -> Turn:
        """The opening with the first question; needs no model."""
        step = next_step(plan, self._content.persona(plan.persona), fold(plan, ()), "open", None)
        of_round = self._content.round(plan.areas)
        return self._turn(1, "question", self._words(of_round, plan, step), plan.question_ids[0])

    def last_turn(self, interview: Interview) -> Turn:
        """The closing of an interview that the candidate ends; needs no model."""
        persona = self._content.persona(interview.plan.persona)
        text = self._content.prompts["closing"].text(persona=persona, early=True)
        return self._turn(interview.turns[-1].seq + 1, "closing", text)

    async def next_turn(self, interview: Interview, draft: Callable[[str], None]) -> Turn:
        """The reply to the last answer.

        ``draft`` is told the reply as far as it has come; an empty text takes back what was
        told. ModelError when the model can't be asked; nothing is lost then, ask again.
        """
        plan, answer = interview.plan, interview.turns[-1]
        state = fold(plan, interview.turns)
        persona = self._content.persona(plan.persona)
        of_round = self._content.round(plan.areas)
        question = of_round.question(state.question_id or plan.question_ids[0])
        found, sentences = read_answer(interview.turns, answer, question)
        target = None
        if found == "open" and may_probe(plan, persona, state):
            target = await self._find_target(interview, of_round, question, state, sentences)
        step = next_step(plan, persona, state, found, target)
        seq = answer.seq + 1
        if isinstance(step, AskProbe):
            return await self._probe(seq, step.target, interview, question, draft)
        text = self._words(of_round, plan, step, found == "open", state)
        match step:
            case AskQuestion(question_id=next_id):
                return self._turn(seq, "question", text, next_id)
            case Redirect():
                return self._turn(seq, "redirect", text, question.id)
            case Close():
                return self._turn(seq, "closing", text)

    async def _find_target(
        self,
        interview: Interview,
        of_round: Round,
        question: Question,
        state: State,
        sentences: Sequence[Sentence],
    ) -> probe.Target | None:
        """Judges the answers down the ladder until a gap shows, and picks what to ask."""
        calls = 0

        async def count() -> None:
            nonlocal calls
            calls += 1

        answers = open_answers(interview.turns, question)
        judged = {(one.seq, one.check_id): one for one in interview.judgements}
        best: dict[str, Judgement] = {}
        persona = self._content.persona(interview.plan.persona)
        ladder = [
            check
            for part in of_round.probes_for(question)
            for check in probe.dig_order(part, persona)
        ]
        for check in probe.unasked(ladder, state.probed):
            if calls >= CALLS_BEFORE_REPLY:
                break
            # What an earlier answer shows is no gap, even if it was not judged yet.
            for answer, said in answers:
                found = judged.get((answer.seq, check.id))
                if found is None:
                    found = await self._judge.check(check, answer.seq, said, count)
                    self._keep(interview.id, found)
                best |= scoring.best_judgements([*best.values(), found])
                if found.shown:
                    break
            if check.id in best and best[check.id].met is not None and not best[check.id].shown:
                break
        seq = interview.turns[-1].seq
        due = probe.pushback_is_due(persona, *_probes_so_far(interview.turns))
        return probe.choose_target(
            ladder,
            persona,
            best,
            probed=state.probed,
            answer_seq=seq,
            sentences=sentences,
            pushback_due=due,
        )

    async def _probe(
        self,
        seq: int,
        target: probe.Target,
        interview: Interview,
        question: Question,
        draft: Callable[[str], None],
    ) -> Turn:
        text, by = await self._phrase(target, interview, question, draft)
        if len(interview.turns[-1].text) > READ_AT_MOST:
            text = f"{self._content.prompts['interrupt'].text()} {text}"
        turn = self._turn(seq, "probe", text, question.id)
        return turn.model_copy(
            update={
                "check_id": target.check.id,
                "trigger": target.kind,
                "reason": target.reason,
                "about": target.about,
                "model": by,
            }
        )

    async def _phrase(
        self,
        target: probe.Target,
        interview: Interview,
        question: Question,
        draft: Callable[[str], None],
    ) -> tuple[str, str | None]:
        """The probe in the persona's words and who found them; else the file's own words."""
        persona = self._content.persona(interview.plan.persona)
        said = " ".join(turn.text for turn in interview.turns if turn.speaker == "candidate")
        earlier = [turn.text for turn in interview.turns if turn.speaker == "interviewer"]
        if target.sentence is not None:
            for temperature in (0.2, 0.7):
                text = await self._stream(persona, target, said, temperature, draft)
                faults = probe.faults(text, target, question.text, said, earlier)
                if not faults:
                    return text, self._model.label
                _LOG.info("a phrasing was dropped: %s", "; ".join(faults))
                draft("")
        return probe.own_wording(target), None

    async def _stream(
        self,
        persona: Persona,
        target: probe.Target,
        said: str,
        temperature: float,
        draft: Callable[[str], None],
    ) -> str:
        messages = self.phrasing(persona, target)
        text = ""
        pieces = self._model.stream(messages, most_tokens=90, temperature=temperature)
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                text += piece
                # One question: whatever comes after its mark is not read.
                head, mark, _ = text.partition("?")
                if mark:
                    return (head + mark).strip()
                whole_words = text.rpartition(" ")[0].strip()
                if probe.broken_rules(whole_words, said):
                    break
                if len(whole_words.split()) >= FIRST_WORDS:
                    draft(whole_words)
        return text.strip()

    def phrasing(self, persona: Persona, target: probe.Target) -> list[Message]:
        """The chat that asks for a phrasing.

        All but the last message is the same for all of a persona's probes, so that the
        endpoint's prefix cache pays for it once.
        """
        prompt = self._content.prompts["probe"]
        voice = {"name": persona.name, "voice": persona.voice}
        messages: list[Message] = []
        for one in persona.examples:
            turns = prompt.messages(**voice, said=one.said, ask=one.ask, challenge=one.challenge)
            messages += turns if not messages else turns[1:]
            messages.append(Message(role="assistant", content=one.question))
        said, challenge = target.quote or target.sentence or "", target.kind != "gap"
        return (
            messages + prompt.messages(**voice, said=said, ask=target.ask, challenge=challenge)[1:]
        )

    def _words(
        self,
        of_round: Round,
        plan: Plan,
        step: Step,
        answered: bool = True,
        state: State | None = None,
    ) -> str:
        """The words of a step that needs no model."""
        prompts = self._content.prompts
        persona = self._content.persona(plan.persona)
        match step:
            case AskQuestion(question_id=question_id, first=True):
                asked = self._asked(of_round, plan, question_id)
                count = len(plan.question_ids)
                return prompts["opening"].text(persona=persona, questions=count, question=asked)
            case AskQuestion(question_id=question_id):
                number = plan.question_ids.index(question_id) + 1
                asked = self._asked(of_round, plan, question_id)
                return prompts["next_question"].text(
                    persona=persona, number=number, question=asked, answered=answered
                )
            case Redirect(gate=found) if state is not None and state.question_id is not None:
                asked = of_round.question(state.question_id).text
                again = state.redirects > 0
                return prompts["redirect"].text(gate=found, again=again, question=asked)
        return prompts["closing"].text(persona=persona, early=False)

    def _asked(self, of_round: Round, plan: Plan, question_id: str) -> str:
        """The question's text, on a project of the pasted résumé's where it asks for one."""
        question = of_round.question(question_id)
        drills = [one for one in plan.question_ids if of_round.question(one).drills_project]
        projects = plan.background.projects
        if question_id not in drills or drills.index(question_id) >= len(projects):
            return question.text
        project = projects[drills.index(question_id)]
        return self._content.prompts["project"].text(
            name=project.name, claim=project.claim, question=question.text
        )

    def _turn(self, seq: int, kind: TurnKind, text: str, question_id: str | None = None) -> Turn:
        return Turn(
            seq=seq,
            speaker="interviewer",
            kind=kind,
            text=text,
            question_id=question_id,
            at=self._now(),
        )
