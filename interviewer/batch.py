"""Grades answers from a file: one JSON object a line in, one a line out."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import ValidationError

from interviewer.against import doubts, held_against
from interviewer.calibration import UNFITTED, mean
from interviewer.content import Content, load_rubric
from interviewer.errors import InterviewerError
from interviewer.gates import FEWEST_WORDS, READ_AT_MOST, gate, judged_sentences
from interviewer.grading import GATE_NOTES, Judge, Parts
from interviewer.judgement import Judgement
from interviewer.llm import Model, count_tokens
from interviewer.round import Round
from interviewer.rubric import Claim, Level, Question, Strict, Text, key_point_check
from interviewer.runtime import open_model
from interviewer.scoring import (
    best_judgements,
    count_against,
    grade_criteria,
    question_results,
    score_of,
)
from interviewer.sentences import Sentence, split_sentences
from interviewer.settings import Settings
from interviewer.text import words

LONGEST_WHOLE = 120
"""Words of an answer that is still read as a whole against a claim."""

LineT = TypeVar("LineT", bound=Strict)


class GivenKeyPoint(Strict):
    """A key point with examples, as they help a small judge most."""

    text: Text
    right: tuple[Text, ...] = ()
    """Answers that make it."""
    wrong: tuple[Text, ...] = ()
    """Answers that look like it and don't."""


class Response(Strict):
    """A line of the input."""

    id: str | int
    question: str
    key_points: tuple[str | GivenKeyPoint, ...] = ()
    """What a correct answer holds; then the score is how much of it the answer holds."""
    answer: str

    @property
    def claims(self) -> tuple[Claim, ...]:
        """The key points in the shape in which they are judged."""
        return tuple(
            Claim(id=f"key_point_{number}", text=one, right=(), wrong=())
            if isinstance(one, str)
            else Claim(id=f"key_point_{number}", text=one.text, right=one.right, wrong=one.wrong)
            for number, one in enumerate(self.key_points, 1)
            if not isinstance(one, str) or one.strip()
        )


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
    interval: tuple[float, float] | None = None
    """Where the score lies with 80% confidence, within 0..1."""
    levels: dict[str, Level | None]
    checks: tuple[CheckLine, ...]
    """The rubric's, and what was found to count against the answer."""
    evidence: tuple[str, ...]
    """Verbatim parts of the answer."""
    note: str | None = None


class Grader:
    """Grades single answers."""

    def __init__(
        self, of_round: Round, content: Content, model: Model, parts: Parts | None = None
    ) -> None:
        self._round = of_round
        self._parts = parts or Parts()
        self._fits = content.fits if self._parts.calibration else UNFITTED
        self._judge = Judge(model, content.prompts, content.fits, self._parts)
        self._by_text = {question.text.strip(): question for question in of_round.questions}

    async def grade(self, response: Response) -> GradeLine:
        """The grade of one answer.

        With key points of its own the score is how much of them the answer holds, and the
        rubric's checks are left alone: they were not written for this question. Without, the
        answer is graded on the rubric's criteria. ModelError when the model can't be asked.
        """
        known = self._by_text.get(response.question.strip())
        claims = response.claims
        # A key point can be made in one word, or by a list; a story can't.
        fewest = 1 if claims else FEWEST_WORDS
        if self._parts.gates:
            found = gate(response.answer, response.question, fewest, lists=bool(claims))
            if found != "open":
                return self._not_observed(response, known, GATE_NOTES[found])
            sentences = judged_sentences(response.answer, min(2, fewest))
        else:
            sentences = split_sentences(response.answer[:READ_AT_MOST])
        if claims:
            judged = await self._judge_claims(response.question, claims, sentences)
            return self._of_claims(response, known, sentences, judged)
        own, across = self._round.own_ladder_for(known), self._round.across_checks_for(known)
        judged = [await self._judge.check(check, 1, sentences) for check in own]
        if self._round.speaks_to(known, {one.check_id for one in judged if one.shown}):
            judged += [await self._judge.check(check, 1, sentences) for check in across]
        if self._parts.against:
            suspected = doubts(self._round, known, sentences)
            judged += [await self._judge.check(one.check, 1, one.sentences) for one in suspected]
        return self._of_criteria(response, known, sentences, judged)

    async def _judge_claims(
        self, question: str, claims: Sequence[Claim], sentences: Sequence[Sentence]
    ) -> list[Judgement]:
        """The claims on the answer: a single one on the whole, else sentence by sentence.

        A small judge reads a short answer well against one claim, be it by examples or beside a
        reference answer. One of several key points it doesn't tell from the rest so: on 176 pairs
        of ours, AUC .51; one sentence at a time, beside its neighbours, .92. So too in a long
        answer.
        """
        length = sum(len(words(one.text)) for one in sentences)
        if len(claims) == 1 and length <= LONGEST_WHOLE:
            return [await self._judge.claim(question, claims[0], 1, sentences)]
        judged: list[Judgement] = []
        for claim in claims:
            atoms = [
                (atom, one is claim)
                for one in claims
                for atom in (atoms_of(one) if one is claim else (one,))
            ]
            every = [atom for atom, _ in atoms]
            found = [
                await self._judge.check(key_point_check(question, every, at), 1, sentences)
                for at, (_, own) in enumerate(atoms)
                if own
            ]
            judged.append(_together(claim, found))
        return judged

    def _of_claims(
        self,
        response: Response,
        known: Question | None,
        sentences: Sequence[Sentence],
        judged: Sequence[Judgement],
    ) -> GradeLine:
        met = [one.met for one in judged if one.met is not None]
        if not met:
            return self._not_observed(response, known, judged[0].note or "it was not judged")
        line = self._fits.scores
        return GradeLine(
            id=response.id,
            score=line.score(mean(met)),
            interval=line.interval(mean(met)),
            levels={criterion.id: None for criterion in self._round.criteria_for(known)},
            checks=tuple(
                CheckLine(id=one.check_id, met=one.met, sentences=one.sentences) for one in judged
            ),
            evidence=_proofs(sentences, (one.sentences for one in judged)),
        )

    def _of_criteria(
        self,
        response: Response,
        known: Question | None,
        sentences: Sequence[Sentence],
        judged: Sequence[Judgement],
    ) -> GradeLine:
        best = best_judgements(judged)
        criteria = self._round.criteria_for(known)
        weights = {criterion.id: criterion.weight for criterion in criteria}
        found = {one.id: question_results(one, None, best, ()) for one in criteria}
        held = held_against(self._round, known, judged)
        against = count_against(held)
        grades = grade_criteria(found, weights, self._fits.levels, against)
        results = [result for grade in grades for result in grade.results]
        checks = tuple(
            CheckLine(id=one.check_id, met=one.met, sentences=tuple(ref.n for ref in one.evidence))
            for one in results
        ) + tuple(
            CheckLine(id=check.id, met=one.met, sentences=one.sentences) for check, one in held
        )
        score = score_of(grades, weights)
        line = self._fits.answers
        return GradeLine(
            id=response.id,
            score=None if score is None else line.score(score),
            interval=None if score is None else line.interval(score),
            levels={grade.criterion_id: grade.level for grade in grades},
            checks=checks,
            evidence=_proofs(sentences, (one.sentences for one in checks)),
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


def atoms_of(claim: Claim) -> tuple[Claim, ...]:
    """A claim of several sentences, such as a model answer, as one claim a sentence."""
    sentences = split_sentences(claim.text)
    if claim.right or len(sentences) < 2:
        return (claim,)
    return tuple(Claim(id=f"{claim.id}_{one.n}", text=one.text) for one in sentences)


def _together(claim: Claim, judged: Sequence[Judgement]) -> Judgement:
    """The judgement of a claim from those of its atoms: their mean, and all their evidence."""
    met = [one.met for one in judged if one.met is not None]
    proofs = dict.fromkeys(n for one in judged for n in one.sentences)
    return judged[0].model_copy(
        update={
            "check_id": claim.id,
            "met": round(mean(met), 4) if met else None,
            "sentences": tuple(proofs),
        }
    )


def _proofs(sentences: Sequence[Sentence], numbers: Iterable[tuple[int, ...]]) -> tuple[str, ...]:
    """The sentences that are pointed at, each once, word for word."""
    texts = {sentence.n: sentence.text for sentence in sentences}
    return tuple(texts[n] for n in dict.fromkeys(n for one in numbers for n in one))


def read_lines(path: Path, kind: type[LineT]) -> Iterator[LineT]:
    """The lines of the file; InterviewerError with file and line for a broken one."""
    try:
        # -sig: without the mark that some editors put before the text.
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(
            f"{path}: can't be read ({error}); give a UTF-8 JSONL file"
        ) from error
    needed = ", ".join(f'"{name}"' for name in kind.model_fields)
    for number, line in enumerate(lines, 1):
        if line.strip():
            try:
                yield kind.model_validate_json(line)
            except ValidationError as error:
                first = error.errors()[0]
                where = ".".join(map(str, first["loc"])) or "the line"
                raise InterviewerError(
                    f"{path}:{number}: {where}: {first['msg']}; each line needs {{{needed}}}"
                ) from error


def open_round(rubric_name: str, content: Content) -> tuple[str, Round]:
    """The area and the round that an area's name or a rubric file's path stand for."""
    path = Path(rubric_name)
    if path.suffix in {".yaml", ".yml"} or path.exists():
        rubric = load_rubric(path)
        return rubric.area, Round((rubric,), fits=content.fits)
    return rubric_name, content.round([rubric_name])


async def grade_file(
    rubric_name: str, source: Path, target: Path, settings: Settings, content: Content
) -> dict[str, int]:
    """Grades every line of ``source`` into ``target``; returns the counts.

    The tokens are the answers' own, for who pays by them: counted for OpenAI's models,
    estimated for others.

    All lines are read before the first is graded, and each is written as soon as it is
    graded, so that a broken input costs nothing and a broken-off run loses nothing.
    """
    _, of_round = open_round(rubric_name, content)
    responses = list(read_lines(source, Response))
    model, embedded = open_model(settings, print_step)
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


def print_step(step: str, done: int, _total: int) -> None:
    """Tells on standard error what is being readied."""
    if step and not done:
        print(f"{step} …", file=sys.stderr)
