"""The editor's service: keeps the code, runs it, and takes submissions.

Every state that was run or submitted is stored with what came of it; in between, the last
draft is. The interviewer and the report read them from the interview.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from interviewer import codefigures, cpp
from interviewer.bench import LONGEST_CODE, Bench
from interviewer.coding import CodeEntry, Language, RunResult, Trial, latest
from interviewer.content import Content
from interviewer.errors import CodeRejected
from interviewer.rubric import Coding, Question
from interviewer.session import Interview, fold
from interviewer.store import Store


class CodeWork:
    """What a candidate does in the editor. All methods are called in one event loop."""

    def __init__(
        self,
        content: Content,
        store: Store,
        bench: Bench,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._content = content
        self._store = store
        self.bench = bench
        self._now = now

    def question(self, interview: Interview) -> Question | None:
        """The coding question that is being asked now; None when it is another kind."""
        question_id = fold(interview.plan, interview.turns).question_id
        if question_id is None:
            return None
        question = self._question(question_id)
        return question if question.coding else None

    def language(self, interview: Interview, question: Question) -> Language:
        """The language that the candidate last wrote in."""
        kept = latest(interview.code, question.id)
        return kept.language if kept else "python"

    def text(
        self, interview: Interview, question: Question, language: Language | None = None
    ) -> str:
        """What the editor holds: the code as it was left, else the question's signature."""
        assert question.coding is not None
        chosen = language or self.language(interview, question)
        kept = latest([one for one in interview.code if one.language == chosen], question.id)
        if kept is not None:
            return kept.code
        function = cpp.function(question.coding)
        return function.stub if chosen == "cpp" and function else question.coding.signature

    def switch(self, interview_id: str, question_id: str, code: str, to: Language) -> str:
        """Turns to another language; returns what the editor holds in it.

        What was written in the language before is kept beside it.
        """
        interview = self._store.load(interview_id)
        question = self._question(question_id)
        came_from: Language = "python" if to == "cpp" else "cpp"
        self._check_length(code)
        # The draft before goes with the new one: a question has one draft.
        lasting = [
            one for one in interview.code if one.kind != "draft" and one.language == came_from
        ]
        before = latest(lasting, question_id)
        if code.strip() and (before is None or before.code != code):
            self._keep(interview_id, question_id, "kept", code, language=came_from)
        text = self.text(interview, question, to)
        self._keep(interview_id, question_id, "draft", text, language=to)
        return text

    def save(
        self, interview_id: str, question_id: str, code: str, language: Language = "python"
    ) -> None:
        """Keeps the draft."""
        self._check_length(code)
        self._keep(interview_id, question_id, "draft", code, language=language)

    def save_typed(
        self, interview_id: str, question_id: str, code: str, language: Language
    ) -> None:
        """Keeps the draft, unless the candidate has turned to another language meanwhile."""
        if self.language(self._store.load(interview_id), self._question(question_id)) == language:
            self.save(interview_id, question_id, code, language)

    async def run(
        self, interview_id: str, question_id: str, code: str, language: Language = "python"
    ) -> RunResult:
        """Runs the visible tests."""
        coding = self._coding(question_id)
        self.save(interview_id, question_id, code, language)
        begun = self._now()
        result = await self.bench.run_visible(interview_id, coding, code, language)
        self._keep(interview_id, question_id, "run", code, begun, language=language, result=result)
        return result

    async def attempt(
        self,
        interview_id: str,
        question_id: str,
        code: str,
        own: str,
        language: Language = "python",
    ) -> Trial:
        """Runs the candidate's own input."""
        coding = self._coding(question_id)
        self.save(interview_id, question_id, code, language)
        compiled = coding if language == "cpp" else None
        return await self.bench.attempt(interview_id, code, own, compiled)

    async def submit(
        self, interview_id: str, question_id: str, code: str, language: Language = "python"
    ) -> CodeEntry:
        """Runs every test, measures the growth, reads the figures.

        Where the code isn't run (PyTorch, or what this machine has no box for), it is kept and
        read.
        """
        self.save(interview_id, question_id, code, language)
        if not code.strip():
            raise CodeRejected("The editor is empty. Write your code first, then submit it.")
        coding = self._question(question_id).coding
        begun = self._now()
        result, fit = None, None
        reading = asyncio.create_task(asyncio.to_thread(codefigures.read, code, language))
        if coding is not None and coding.runs and not self.bench.why_not_python(coding):
            result = await self.bench.submit(interview_id, coding, code, language)
            if result.passed:
                fit = await self.bench.measure(interview_id, code, coding, language)
        figures = await reading
        if result is not None and language == "cpp":
            figures = figures.model_copy(update={"remarks": result.remarks})
        return self._keep(
            interview_id,
            question_id,
            "submit",
            code,
            begun,
            language=language,
            result=result,
            fit=fit,
            figures=figures,
        )

    @staticmethod
    def _check_length(code: str) -> None:
        if len(code) > LONGEST_CODE:
            raise CodeRejected(
                f"Your code has {len(code):,} characters; at most {LONGEST_CODE:,} can be kept."
            )

    def _question(self, question_id: str) -> Question:
        for rubric in self._content.rubrics.values():
            for question in rubric.questions:
                if question.id == question_id:
                    return question
        raise CodeRejected(f"There is no question {question_id!r} any more; reload the page.")

    def _coding(self, question_id: str) -> Coding:
        coding = self._question(question_id).coding
        if coding is None:
            raise CodeRejected("This question has no code to run. Answer it in the chat.")
        if not coding.runs:
            raise CodeRejected(
                "This question's code is read and not run here, since it needs PyTorch. Submit it "
                "when it is ready."
            )
        return coding

    def _keep(
        self,
        interview_id: str,
        question_id: str,
        kind: str,
        code: str,
        at: datetime | None = None,
        **found: object,
    ) -> CodeEntry:
        """``at``: when the code stood like that; what is typed while it runs is later."""
        entry = CodeEntry.model_validate(
            {
                "question_id": question_id,
                "kind": kind,
                "code": code,
                "at": at or self._now(),
                **found,
            }
        )
        self._store.add_code(interview_id, entry)
        return entry
