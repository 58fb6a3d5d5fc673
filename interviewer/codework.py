"""The editor's service: keeps the code, runs it, and takes submissions.

Every state that was run or submitted is stored with what came of it; in between, the last
draft is. The interviewer and the report read them from the interview.
"""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from interviewer import codefigures
from interviewer.bench import LONGEST_CODE, Bench
from interviewer.coding import CodeEntry, RunResult, Trial, latest
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

    def text(self, interview: Interview, question: Question) -> str:
        """What the editor holds: the code as it was left, else the question's signature."""
        kept = latest(interview.code, question.id)
        assert question.coding is not None
        return kept.code if kept else question.coding.signature

    def save(self, interview_id: str, question_id: str, code: str) -> None:
        """Keeps the draft."""
        if len(code) > LONGEST_CODE:
            raise CodeRejected(
                f"Your code has {len(code):,} characters; at most {LONGEST_CODE:,} can be kept."
            )
        self._keep(interview_id, question_id, "draft", code)

    async def run(self, interview_id: str, question_id: str, code: str) -> RunResult:
        """Runs the visible tests."""
        coding = self._coding(question_id)
        self.save(interview_id, question_id, code)
        result = await self.bench.run_visible(interview_id, coding, code)
        self._keep(interview_id, question_id, "run", code, result=result)
        return result

    async def attempt(self, interview_id: str, question_id: str, code: str, own: str) -> Trial:
        """Runs the candidate's own input."""
        self._coding(question_id)
        self.save(interview_id, question_id, code)
        return await self.bench.attempt(interview_id, code, own)

    async def submit(self, interview_id: str, question_id: str, code: str) -> CodeEntry:
        """Runs every test, measures the growth, reads the figures.

        Where the code isn't run (PyTorch, or no box on this machine), it is kept and read.
        """
        self.save(interview_id, question_id, code)
        if not code.strip():
            raise CodeRejected("The editor is empty. Write your code first, then submit it.")
        coding = self._question(question_id).coding
        result, fit = None, None
        figures = asyncio.create_task(asyncio.to_thread(codefigures.read, code))
        if coding is not None and coding.runs and self.bench.can_run:
            result = await self.bench.submit(interview_id, coding, code)
            if coding.growth is not None and result.passed:
                fit = await self.bench.measure(interview_id, code, coding.growth)
        return self._keep(
            interview_id, question_id, "submit", code, result=result, fit=fit, figures=await figures
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
        self, interview_id: str, question_id: str, kind: str, code: str, **found: object
    ) -> CodeEntry:
        entry = CodeEntry.model_validate(
            {"question_id": question_id, "kind": kind, "code": code, "at": self._now(), **found}
        )
        self._store.add_code(interview_id, entry)
        return entry
