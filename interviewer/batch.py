"""Grades answers from a file: one JSON object a line in, one a line out."""

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from pydantic import ValidationError

from interviewer.content import Content, load_content, load_rubric
from interviewer.errors import InterviewerError
from interviewer.gates import gate, judged_sentences
from interviewer.grading import GATE_NOTES, Judge
from interviewer.judgement import Judgement
from interviewer.llm import Model, count_tokens
from interviewer.round import Round
from interviewer.rubric import KeyPoint, Level, Question, Strict
from interviewer.runtime import open_model
from interviewer.scoring import (
    CriterionGrade,
    best_judgements,
    level_of,
    question_results,
    score_of,
)
from interviewer.settings import Settings
from interviewer.transcript import Sentence


class Response(Strict):
    """A line of the input."""

    id: str | int
    question: str
    key_points: tuple[str, ...] = ()
    answer: str


class CheckLine(Strict):
    """One check in a line of the output."""

    id: str
    met: float | None
    """Probability in 0..1; None: not observed."""
    sentences: tuple[int, ...]


class GradeLine(Strict):
    """A line of the output."""

    id: str | int
    score: float | None
    """0..1; None: nothing could be observed."""
    levels: dict[str, Level | None]
    checks: tuple[CheckLine, ...]
    evidence: tuple[str, ...]
    """Verbatim parts of the answer."""
    note: str | None = None


class Grader:
    """Grades single answers."""

    def __init__(self, of_round: Round, content: Content, model: Model) -> None:
        self._round = of_round
        self._judge = Judge(model, content.prompts)
        self._by_text = {question.text.strip(): question for question in of_round.questions}

    async def grade(self, response: Response) -> GradeLine:
        """The grade of one answer. With key points the score is their weighted mean.

        ModelError when the model can't be asked.
        """
        known = self._by_text.get(response.question.strip())
        # A key point can be made in one word; a story can't.
        fewest = 1 if response.key_points else 4
        found = gate(response.answer, response.question, fewest)
        if found != "open":
            return self._not_observed(response, known, GATE_NOTES[found])
        sentences = judged_sentences(response.answer, min(2, fewest))
        points = [
            KeyPoint(id=f"key_point_{number}", text=text)
            for number, text in enumerate(response.key_points, 1)
            if text.strip()
        ]
        of_points = [
            await self._judge.key_point(response.question, point, 1, sentences) for point in points
        ]
        of_checks = [
            await self._judge.check(check, 1, sentences) for check in self._round.ladder_for(known)
        ]
        return self._line(response, known, sentences, of_points, of_checks)

    def _line(
        self,
        response: Response,
        known: Question | None,
        sentences: Sequence[Sentence],
        of_points: Sequence[Judgement],
        of_checks: Sequence[Judgement],
    ) -> GradeLine:
        best = best_judgements(of_checks)
        grades = []
        criteria = self._round.criteria_for(known)
        for criterion in criteria:
            results = question_results(criterion, None, best, ())
            grades.append(
                CriterionGrade(criterion_id=criterion.id, level=level_of(results), results=results)
            )
        weights = {criterion.id: criterion.weight for criterion in criteria}
        met = [one.met for one in of_points if one.met is not None]
        checks = [
            CheckLine(id=one.check_id, met=one.met, sentences=one.sentences) for one in of_points
        ]
        for grade in grades:
            for result in grade.results:
                numbers = tuple(ref.n for ref in result.evidence)
                checks.append(CheckLine(id=result.check_id, met=result.met, sentences=numbers))
        texts = {sentence.n: sentence.text for sentence in sentences}
        proofs = dict.fromkeys(n for check in checks for n in check.sentences)
        score = (sum(met) / len(met) if met else None) if of_points else score_of(grades, weights)
        return GradeLine(
            id=response.id,
            score=score,
            levels={grade.criterion_id: grade.level for grade in grades},
            checks=tuple(checks),
            evidence=tuple(texts[n] for n in proofs),
        )

    def _not_observed(self, response: Response, known: Question | None, note: str) -> GradeLine:
        criteria = self._round.criteria_for(known)
        return GradeLine(
            id=response.id,
            score=None,
            levels={criterion.id: None for criterion in criteria},
            checks=tuple(
                CheckLine(id=check.id, met=None, sentences=())
                for criterion in criteria
                for check in criterion.checks
            ),
            evidence=(),
            note=note,
        )


def read_responses(path: Path) -> Iterator[Response]:
    """The lines of the file; InterviewerError with file and line for a broken one."""
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(
            f"{path}: can't be read ({error}); give a UTF-8 JSONL file"
        ) from error
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield Response.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "the line"
                raise InterviewerError(
                    f"{path}:{number}: {where}: {first['msg']}; each line needs "
                    '{"id", "question", "key_points": [], "answer"}'
                ) from error


async def grade_file(
    rubric_name: str, source: Path, target: Path, settings: Settings
) -> dict[str, int]:
    """Grades every line of ``source`` into ``target``; returns the counts.

    The tokens are the answers' own, for who pays by them: counted for OpenAI's models,
    estimated for others.

    All lines are read before the first is graded, and each is written as soon as it is
    graded, so that a broken input costs nothing and a broken-off run loses nothing.
    """
    path = Path(rubric_name)
    content = load_content(settings.rubrics_dir)
    is_file = path.suffix in {".yaml", ".yml"} or path.exists()
    of_round = Round((load_rubric(path),)) if is_file else content.round([rubric_name])
    responses = list(read_responses(source))
    model, embedded = open_model(settings, _print_step)
    grader = Grader(of_round, content, model)
    tokens = sum(count_tokens(one.answer, settings.model or "") for one in responses)
    counted = {"graded": 0, "not observed": 0, "tokens in answers": tokens}
    try:
        with target.open("w", encoding="utf-8") as out:
            for response in responses:
                line = await grader.grade(response)
                out.write(line.model_dump_json(exclude={"note"}) + "\n")
                if line.note:
                    print(f"{line.id}: not observed: {line.note}", file=sys.stderr)
                out.flush()
                counted["graded" if line.score is not None else "not observed"] += 1
    except OSError as error:
        raise InterviewerError(
            f"{target}: can't be written ({error}); free room or name another file"
        ) from error
    finally:
        if embedded is not None:
            embedded.stop()
    return counted


def _print_step(step: str, done: int, _total: int) -> None:
    if step and not done:
        print(f"{step} …", file=sys.stderr)
