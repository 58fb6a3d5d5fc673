"""What can be counted in the answers to one question. Pure: words and clock, no model."""

import re
from collections.abc import Iterator, Sequence

from interviewer import pace
from interviewer.gates import READ_AT_MOST
from interviewer.pushback import MET, Handling, How, handlings
from interviewer.round import Round
from interviewer.rubric import RUNGS, CommonError, Question, StarPart, Strict
from interviewer.scoring import CheckResult, Status
from interviewer.text import words
from interviewer.transcript import Turn, answers_to, reply_to

_I = frozenset({"i", "my", "me", "mine", "myself"})
_WE = frozenset({"we", "our", "us", "ours", "ourselves"})
_COUNTRY = re.compile(r"\b(?:US|U\.S\.)(?!\w)")
_FIGURE = r"\d++(?:[.,]\d++)*+(?:e-?\d++)?+"
_UNIT = (
    r"(?:\s?%|\s?percent\b|(?:[kKmMBbTx]|bn|[nuµmM]?s|secs?|mins?|h|hrs?|[kKMGTP]i?[bB]|[kMG]?Hz"
    r"|pp|bps|pts|[kcmn]?m|kg|k?W|[qrt]ps)\b)"
)
# A number or a range with its unit, if that is a sign or follows at once: "38 percent", "$200k",
# "12ms", "0.81-0.83"; no part of a name ("GPT-4"). Possessive, so that what goes on as a name
# isn't cut short to a figure.
_NUMBER = re.compile(
    rf"(?<![\w.,-])[$€£]?{_FIGURE}{_UNIT}?+(?:[-–][$€£]?{_FIGURE}{_UNIT}?+)?+(?![\w-])"  # noqa: RUF001
)
_Y = r"(?:199\d|20[0-2]\d|203[0-5])"
# "In 2022" is no figure, "2000 users" is: there, what is counted follows.
_YEAR = re.compile(
    r"(?:(?<=\b[Ii]n\s)|(?<=\b[Ss]ince\s)|(?!\d+\s+(?!this\b|does\b)[^\W\d_]{3,}s\b))"
    rf"{_Y}(?:[-–]{_Y}|s)?"  # noqa: RUF001
)
_CODE = re.compile(
    r"```.*?(?:```|\Z)|`[^`\n]+`|^(?:\t| {4,})(?![-*•]|\d+[.)]\s)[^\n]*|\w\[[^\]\n]*\]",
    re.DOTALL | re.MULTILINE,
)
_LIST_ITEM = re.compile(r"^\s*\d+[.)]\s", re.MULTILINE)


class KeyPointReport(Strict):
    """A key point of the question, told now that it is over."""

    text: str
    status: Status


class PushbackReport(Strict):
    """A challenge, and what was said to it."""

    challenge: str
    answer: str | None
    """The candidate's reply; None: none came."""
    how: How | None = None
    """How it met the challenge; None: not observed, or no one way stood out."""

    @property
    def noted(self) -> str:
        """The same as the candidate is told; empty where nothing is."""
        return f"you {MET[self.how]}" if self.how else ""


class QuestionReport(Strict):
    """One question: what was said, counted."""

    id: str
    number: int
    """Its position in the interview, from 1."""
    area: str
    text: str
    answers: tuple[int, ...]
    """The turns that answer it."""
    minutes: float
    """The candidate's time: from the interviewer's word to the answer, summed."""
    words: int
    cut: bool = False
    """Whether an answer was so long that only its first READ_AT_MOST characters were judged."""
    probes: int
    depth: str | None
    """The deepest rung that was dug for; None: no follow-up."""
    pushbacks: tuple[PushbackReport, ...]
    star: dict[StarPart, bool]
    """Which parts of a story were told; empty where no story was asked for."""
    i: int
    we: int
    numbers: tuple[str, ...]
    """Every figure that was given, as it was said."""
    key_points: tuple[KeyPointReport, ...]
    common_errors: tuple[CommonError, ...] = ()
    """What is often said to it, and wrong; whether or not the candidate said it."""

    @property
    def i_share(self) -> float | None:
        """The share of "I" among "I" and "we"; None where neither was said."""
        return self.i / (self.i + self.we) if self.i + self.we else None

    @property
    def star_told(self) -> str:
        """The story's parts as letters, those not told as dots: "S·AR"."""
        return "".join(part[0].upper() if told else "·" for part, told in self.star.items())


def read_question(
    number: int,
    question_id: str,
    turns: Sequence[Turn],
    of_round: Round,
    results: Sequence[CheckResult],
) -> QuestionReport:
    """The figures of one question, from its turns and the results of its checks."""
    own = [turn for turn in turns if turn.question_id == question_id]
    answers = answers_to(turns, question_id)
    prose = "\n".join(_CODE.sub(" ", turn.text) for turn in answers)
    spoken = words(_COUNTRY.sub(" ", prose))
    area = of_round.area_of_question(question_id)
    rubric = next(one for one in of_round.rubrics if one.area == area)
    shown = {result.check_id for result in results if result.status == "shown"}
    question = of_round.question(question_id)
    return QuestionReport(
        id=question_id,
        number=number,
        area=rubric.title,
        text=question.text,
        answers=tuple(turn.seq for turn in answers),
        minutes=sum(_minutes(turns, turn) for turn in answers),
        words=sum(len(words(turn.text)) for turn in answers),
        cut=any(len(turn.text) > READ_AT_MOST for turn in answers),
        probes=sum(turn.kind == "probe" for turn in own),
        depth=_depth(own, of_round),
        pushbacks=tuple(_pushbacks(own, handlings(turns, of_round, question_id))),
        star={part: bool(shown & set(checks)) for part, checks in rubric.star.items()},
        i=sum(_stands_for(word) in _I for word in spoken),
        we=sum(_stands_for(word) in _WE for word in spoken),
        numbers=tuple(_numbers(prose)),
        key_points=tuple(_key_points(question, results)),
        common_errors=question.common_errors,
    )


def _minutes(turns: Sequence[Turn], answer: Turn) -> float:
    before = next((turn for turn in reversed(turns) if turn.seq < answer.seq), answer)
    return pace.passed(before, answer)


def _numbers(prose: str) -> Iterator[str]:
    listed = _LIST_ITEM.sub("", prose)
    for match in _NUMBER.finditer(listed):
        year = _YEAR.match(listed, match.start())
        if year is None or year.end() < match.end():
            yield match.group()


def _stands_for(word: str) -> str:
    """The pronoun in a contraction: "i" in "I've"."""
    return re.split("['’]", word)[0]  # noqa: RUF001


def _depth(own: Sequence[Turn], of_round: Round) -> str | None:
    probed = [turn.check_id for turn in own if turn.kind == "probe" and turn.check_id]
    checks = [of_round.find_check(check_id) for check_id in probed]
    asked = {check.rung for check in checks if check is not None}
    return next((rung for rung in reversed(RUNGS) if rung in asked), None)


def _pushbacks(own: Sequence[Turn], met: Sequence[Handling]) -> Iterator[PushbackReport]:
    how = {one.seq: one.how for one in met}
    for turn in own:
        if turn.kind == "probe" and turn.trigger not in {None, "gap"}:
            reply = reply_to(own, turn)
            yield PushbackReport(
                challenge=turn.text, answer=reply.text if reply else None, how=how.get(turn.seq)
            )


def _key_points(question: Question, results: Sequence[CheckResult]) -> Iterator[KeyPointReport]:
    found = {result.check_id: result.status for result in results}
    for point in question.key_points:
        status: Status = found.get(f"{question.id}__{point.id}", "not observed")
        yield KeyPointReport(text=point.text, status=status)
