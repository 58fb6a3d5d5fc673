"""The interviewer's next turn: read the last one, aim, decide the step, find its words."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from interviewer import probe
from interviewer.aim import Aim
from interviewer.codeprobe import CodeProbe, asked_about_code, code_probes, goes_first
from interviewer.content import Content
from interviewer.gates import READ_AT_MOST, judged_sentences
from interviewer.grading import Judge
from interviewer.judgement import Judgement
from interviewer.llm import Model
from interviewer.moves import tells, withholds
from interviewer.phrasing import Phraser
from interviewer.round import Round
from interviewer.rubric import Check
from interviewer.scene import Scene
from interviewer.session import (
    AnswerCandidate,
    Aside,
    AskProbe,
    AskQuestion,
    Hint,
    Interview,
    Invite,
    Plan,
    Reading,
    Redirect,
    Step,
    fold,
    may_probe,
    most_probes,
    next_step,
)
from interviewer.text import FUNCTION_WORDS, stem, words
from interviewer.transcript import InterviewerKind, Turn

_ASIDES: Mapping[str, InterviewerKind] = {
    "repeat_request": "repetition",
    "pause_request": "pause",
    "clarifying_question": "clarification",
    "off_topic": "steer",
    "rude": "boundary",
    "silence": "nudge",
}
"""The kind of the interviewer's turn after each turn of the candidate that is no answer."""


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
        self._judge = judge
        self._now = now
        self._aim = Aim(judge, content.prompts["contradiction"], keep)
        self._phraser = Phraser(model, content.prompts)

    def first_turn(self, plan: Plan) -> Turn:
        """The opening with the first question; needs no model."""
        persona = self._content.persona(plan.persona)
        question = self._content.round(plan.areas).question(plan.question_ids[0])
        text = self._content.prompts["opening"].text(
            persona=persona,
            questions=len(plan.question_ids),
            question=self._asked(self._content.round(plan.areas), plan, question.id),
        )
        return self._turn(1, "question", text, question.id)

    def last_turn(self, interview: Interview) -> Turn:
        """The closing of an interview that the candidate ends; needs no model."""
        persona = self._content.persona(interview.plan.persona)
        invited = fold(interview.plan, interview.turns).invited
        text = self._content.prompts["closing"].text(persona=persona, early=not invited)
        return self._turn(interview.turns[-1].seq + 1, "closing", text)

    async def next_turn(
        self,
        interview: Interview,
        draft: Callable[[str], None],
        earlier: Sequence[Turn] = (),
    ) -> Turn:
        """The reply to the last turn of the candidate.

        ``draft`` is told the reply as far as it has come; an empty text takes back what was
        told. ``earlier``: the turns of the interviews before in the same loop. ModelError
        when the model can't be asked; nothing is lost then, ask again.
        """
        plan = interview.plan
        scene = Scene(
            interview, self._content.persona(plan.persona), self._content.round(plan.areas),
            tuple(earlier),
        )  # fmt: skip
        reading = await self._read(scene)
        target = None
        if reading == "open" and scene.last.kind in {"answer", "dont_know", "stuck"}:
            about = self._about_code(scene)
            if about is not None and self._code_goes_first(scene, about):
                return await self._code_probe(scene, about)
            target = await self._aim.target(scene)
            if target is None and about is not None:
                return await self._code_probe(scene, about)
        step = next_step(plan, scene.persona, scene.state, reading, target)
        if isinstance(step, AskProbe):
            return await self._probe(scene, step.target, draft)
        return self._say(scene, step)

    async def _read(self, scene: Scene) -> Reading:
        """What the last turn holds; only an answer is read at all."""
        if scene.last.kind != "answer":
            return "open"
        if scene.gate != "open":
            return scene.gate
        if scene.told_before() is not None:
            return "same_story"
        if self._looks_off_topic(scene):
            messages = self._content.prompts["judge_on_topic"].messages(
                question=scene.pending_text(),
                answer=" ".join(one.text for one in judged_sentences(scene.last.text)),
            )
            on_topic = await self._judge.yes(messages)
            if on_topic is not None and on_topic < 0.5:
                return "off_topic"
        return "open"

    def _about_code(self, scene: Scene) -> CodeProbe | None:
        """What the candidate's code calls for; None: nothing, or no follow-up is left."""
        if not may_probe(scene.plan, scene.persona, scene.state):
            return None
        said = [turn.text for turn, _ in scene.answers]
        asked = asked_about_code(scene.turns, scene.question.id)
        return next(iter(code_probes(scene.question, scene.interview.code, said, asked)), None)

    def _code_goes_first(self, scene: Scene, about: CodeProbe) -> bool:
        asked = len(asked_about_code(scene.turns, scene.question.id))
        most = most_probes(scene.plan, scene.persona)
        return goes_first(about, asked, scene.state.probes, most)

    async def _code_probe(self, scene: Scene, about: CodeProbe) -> Turn:
        text, by = await self._phraser.phrase_code(scene, about)
        turn = self._turn(scene.last.seq + 1, "probe", text, scene.question.id)
        return turn.model_copy(update={"reason": about.reason, "model": by})

    def _looks_off_topic(self, scene: Scene) -> bool:
        """Whether an answer shares no telling word with anything this interview is about."""
        if tells(scene.last.text):
            return False
        about = " ".join((scene.said.replace(scene.last.text, ""), *scene.asked))
        checks = scene.ladder
        about += " ".join((one.gap + " ".join((*one.meets, *one.misses))) for one in checks)
        known = {stem(word) for word in words(about)} | {stem(one) for one in FUNCTION_WORDS}
        own = [word for word in words(scene.last.text) if len(word) > 3]
        strange = sum(stem(word) not in known for word in own)
        return len(own) >= 3 and strange >= OFF_TOPIC_SHARE * len(own)

    async def _probe(
        self, scene: Scene, target: probe.Target, draft: Callable[[str], None]
    ) -> Turn:
        text, by = await self._phraser.phrase(scene, target, draft)
        before = self._lead_in(scene)
        if len(scene.last.text) > READ_AT_MOST:
            before = self._content.prompts["interrupt"].text()
        turn = self._turn(scene.last.seq + 1, "probe", f"{before} {text}".strip())
        return turn.model_copy(
            update={
                "question_id": scene.question.id,
                "check_id": target.check.id if target.check else None,
                "trigger": target.kind,
                "reason": target.reason,
                "about": target.about,
                "model": by,
            }
        )

    def _lead_in(self, scene: Scene) -> str:
        """What is said first to who didn't know, or may not tell; else nothing."""
        withheld = [one for one in scene.turns if one.speaker == "candidate"]
        withheld = [one for one in withheld if withholds(one.text[:READ_AT_MOST])]
        move = "withheld" if withheld == [scene.last] else scene.last.kind
        return self._content.prompts["lead_in"].text(move=move)

    def _say(self, scene: Scene, step: Step) -> Turn:
        """A step that needs no model."""
        if isinstance(step, Hint):
            return self._hint(scene)
        kind, text, question_id = self._words(scene, step)
        if isinstance(step, AskQuestion | Invite):
            text = f"{self._lead_in(scene)} {text}".strip()
        turn = self._turn(scene.last.seq + 1, kind, text, question_id)
        if step == Aside("same_story"):
            reason = "The same story was told before."
            return turn.model_copy(update={"trigger": "same_story", "reason": reason})
        return turn

    def _words(self, scene: Scene, step: Step) -> tuple[InterviewerKind, str, str | None]:
        """The kind, the words and the question of a step that has them from a file."""
        prompts, persona = self._content.prompts, scene.persona
        match step:
            case AskQuestion(question_id=next_id, why=why):
                number = scene.plan.question_ids.index(next_id) + 1
                asked = self._asked(scene.round, scene.plan, next_id)
                text = prompts["next_question"].text(
                    persona=persona, number=number, question=asked, why=why
                )
                found: tuple[InterviewerKind, str, str | None] = "question", text, next_id
            case Redirect(gate=gate):
                again, asked = scene.state.redirects > 0, scene.pending_text()
                text = prompts["redirect"].text(gate=gate, again=again, question=asked)
                found = "redirect", text, scene.question.id
            case Aside(move="same_story"):
                quote = probe.short_quote(scene.told_before() or "")
                found = "redirect", prompts["same_story"].text(quote=quote), scene.question.id
            case Aside(move=move):
                found = _ASIDES[move], self._aside(scene, move), scene.question.id
            case Invite(time_up=time_up):
                text = prompts["invitation"].text(persona=persona, time_up=time_up)
                found = "invitation", text, None
            case AnswerCandidate(more=more):
                facts = self._content.repertoire.facts
                fact = facts.answer(scene.last.text)
                last = facts.more if more else prompts["closing"].text(persona=persona, early=False)
                text = prompts["candidate_question"].text(answer=fact, more=last)
                found = "reply" if more else "closing", text, None
            case _:
                found = "closing", prompts["closing"].text(persona=persona, early=False), None
        return found

    def _aside(self, scene: Scene, move: str) -> str:
        kind = _ASIDES[move]
        own = [turn for turn in scene.turns if turn.question_id == scene.question.id]
        return self._content.prompts["aside"].text(
            move=move,
            again=any(turn.kind == kind for turn in own),
            asked=scene.pending_text(),
            answer=self._content.repertoire.clarifications.answer(scene.last.text),
        )

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

    def _hint(self, scene: Scene) -> Turn:
        """One hint; the check it belongs to is kept, as it counts in the grade."""
        pending = scene.pending
        check: Check | None = None
        if pending is not None and pending.kind == "probe" and pending.check_id is not None:
            check = next((one for one in scene.ladder if one.id == pending.check_id), None)
        text = self._content.prompts["hint"].text(
            move=scene.last.kind,
            hint=self._content.repertoire.hints.hint(scene.question, check),
            asked=scene.pending_text(),
        )
        turn = self._turn(scene.last.seq + 1, "hint", text, scene.question.id)
        return turn.model_copy(update={"check_id": check.id if check else None})

    def _turn(
        self, seq: int, kind: InterviewerKind, text: str, question_id: str | None = None
    ) -> Turn:
        return Turn(
            seq=seq,
            speaker="interviewer",
            kind=kind,
            text=text,
            question_id=question_id,
            at=self._now(),
        )


OFF_TOPIC_SHARE = 0.7
"""Share of an answer's longer words that this interview has nothing to do with, from which on
the model is asked whether it is an answer at all."""
