"""What to ask about the code: candidate follow-ups, the most telling first. Pure.

The words for each are in prompts/code_probe.md; here is only which of them the code calls for.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import Literal

from interviewer.coding import CodeEntry, family, latest, submission
from interviewer.growth import claimed, contradicts, verdict
from interviewer.rubric import Question, Strict

ProbeKind = Literal[
    "failing", "crashing", "mismatch", "slower", "untested", "structure", "vectorise", "memory",
    "streaming",
]  # fmt: skip

MOST_BRANCHES = 10
_SHORT_NAME = re.compile(r"\b(?:[a-hl-z]|tmp|foo|data\d|res\d?)\s*=(?!=)")
_LOOP = re.compile(r"^\s*for\b", re.MULTILINE)


class CodeProbe(Strict):
    """One thing to ask about the code."""

    kind: ProbeKind
    detail: str = ""
    """What the words need: a family of inputs, a name, a class of growth."""
    claim: str = ""

    @property
    def reason(self) -> str:
        """Why it is asked, for the report; it also tells which were asked already."""
        return _REASONS[self.kind]


_REASONS: dict[ProbeKind, str] = {
    "failing": "From the tests: a hidden case fails",
    "crashing": "From the tests: a hidden case raises or doesn't end",
    "mismatch": "From the measured growth: it isn't the claimed one",
    "slower": "From the measured growth: it is slower than a good solution",
    "untested": "From the tests: a kind of input that no visible test has",
    "structure": "From the code: names or branches that are hard to follow",
    "vectorise": "From the code: a loop where numpy could work on whole arrays",
    "memory": "What if the input doesn't fit in memory",
    "streaming": "What if the input comes as a stream",
}


def code_probes(
    question: Question,
    entries: Sequence[CodeEntry],
    said: Sequence[str],
    asked: Collection[str] = (),
) -> tuple[CodeProbe, ...]:
    """The follow-ups that the code calls for, without those whose reason was ``asked``."""
    if question.coding is None or latest(entries, question.id) is None:
        return ()
    return tuple(one for one in _all(question, entries, said) if one.reason not in asked)


def _all(
    question: Question, entries: Sequence[CodeEntry], said: Sequence[str]
) -> Iterator[CodeProbe]:
    kept = submission(entries, question.id) or latest(entries, question.id)
    assert kept is not None
    assert question.coding is not None
    if kept.kind == "submit":
        yield from _failing(kept)
        yield from _from_growth(question, kept, said)
        yield from _untested(question, kept)
    yield from _from_text(kept)
    if kept.kind == "submit" and (kept.result is None or kept.result.all_passed):
        yield CodeProbe(kind="memory")
        yield CodeProbe(kind="streaming")


def _failing(entry: CodeEntry) -> Iterator[CodeProbe]:
    for case in entry.result.cases if entry.result else ():
        if case.hidden and case.family and not case.passed and case.status != "not run":
            kind: ProbeKind = "failing" if case.status == "failed" else "crashing"
            yield CodeProbe(kind=kind, detail=case.family)
            return


def _untested(question: Question, entry: CodeEntry) -> Iterator[CodeProbe]:
    """A kind of input that the candidate could not see tested, where all tests pass."""
    if question.coding is None or entry.result is None or not entry.result.all_passed:
        return
    seen = {family(case) for case in question.coding.visible} | {"an ordinary input"}
    unseen = {case.family for case in entry.result.cases if case.family} - seen
    if unseen:
        yield CodeProbe(kind="untested", detail=min(unseen))


def _from_growth(question: Question, entry: CodeEntry, said: Sequence[str]) -> Iterator[CodeProbe]:
    growth = question.coding.growth if question.coding else None
    if entry.fit is None or entry.fit.best is None or growth is None:
        return
    claim = claimed(said)
    if claim is not None and contradicts(entry.fit, claim):
        yield CodeProbe(kind="mismatch", claim=claim)
    elif verdict(entry.fit, growth.wants) == "slower than wanted":
        yield CodeProbe(kind="slower")


def _from_text(entry: CodeEntry) -> Iterator[CodeProbe]:
    short = _SHORT_NAME.search(entry.code)
    figures = entry.figures
    if figures is not None and (figures.complexity or 0) > MOST_BRANCHES:
        yield CodeProbe(kind="structure", detail=f"the function {figures.complex_at}")
    elif short is not None:
        name = short.group().split("=")[0].strip()
        yield CodeProbe(kind="structure", detail=f"the name {name}")
    if "numpy" in entry.code and _LOOP.search(entry.code):
        yield CodeProbe(kind="vectorise")
