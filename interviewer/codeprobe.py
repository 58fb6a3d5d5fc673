"""What to ask about the code: candidate follow-ups, the most telling first. Pure.

The words for each are in prompts/code_probe.md, and a model may find others for it; here is
which of them the code calls for, what line of it they point at, and what may be said.
"""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from typing import Literal

from interviewer import codereading, probe
from interviewer.codereading import Pointer
from interviewer.coding import CodeEntry, family, latest, submission
from interviewer.growth import claimed, contradicts, verdict
from interviewer.rubric import Question, Strict
from interviewer.text import words
from interviewer.transcript import Turn

ProbeKind = Literal[
    "failing", "crashing", "mismatch", "slower", "changed", "untested", "structure", "vectorise",
    "memory", "streaming",
]  # fmt: skip

MOST_BRANCHES = 10
_SHORT_NAME = re.compile(r"\b(?:[a-hl-z]|tmp|foo|data\d|res\d?)\s*=(?!=)")
_LOOP = re.compile(r"^\s*for\b", re.MULTILINE)


class CodeProbe(Strict):
    """One thing to ask about the code."""

    kind: ProbeKind
    code: str
    """What it is asked about, as the candidate wrote it."""
    at: Pointer
    """The line that it is asked on."""
    detail: str = ""
    """What the words need: a family of inputs, a name, a class of growth."""
    claim: str = ""
    changes: str = ""
    """What changed since the last question about the code."""

    @property
    def reason(self) -> str:
        """Why it is asked, for the report; it also tells which were asked already."""
        return _REASONS[self.kind]

    @property
    def pressing(self) -> bool:
        """Whether it goes before what the words of an answer leave open."""
        return self.kind in {"failing", "crashing", "mismatch", "slower"}


_REASONS: dict[ProbeKind, str] = {
    "failing": "From the tests: a hidden case fails",
    "crashing": "From the tests: a hidden case raises or doesn't end",
    "mismatch": "From the measured growth: it isn't the claimed one",
    "slower": "From the measured growth: it is slower than a good solution",
    "changed": "From the code: it changed since the last question about it",
    "untested": "From the tests: a kind of input that no visible test has",
    "structure": "From the code: names or branches that are hard to follow",
    "vectorise": "From the code: a loop where numpy could work on whole arrays",
    "memory": "What if the input doesn't fit in memory",
    "streaming": "What if the input comes as a stream",
}


def asked_about_code(turns: Sequence[Turn], question_id: str) -> list[Turn]:
    """The follow-ups about the code of this question."""
    return [
        turn
        for turn in turns
        if turn.kind == "probe"
        and turn.question_id == question_id
        and turn.reason in _REASONS.values()
    ]


def goes_first(due: CodeProbe, about_code: int, probes: int, most: int) -> bool:
    """Whether a follow-up about the code comes before one about the words.

    At most half of a question's follow-ups are about its code, and what isn't pressing waits
    until the words were asked about, too. ``about_code`` of the ``probes`` so far were.
    """
    return about_code < (most + 1) // 2 and (due.pressing or about_code < probes)


def code_probes(
    question: Question,
    entries: Sequence[CodeEntry],
    said: Sequence[str],
    asked: Sequence[Turn] = (),
) -> tuple[CodeProbe, ...]:
    """The follow-ups that the code calls for, without those of a reason ``asked`` before."""
    if question.coding is None or latest(entries, question.id) is None:
        return ()
    reasons = {turn.reason for turn in asked}
    due = [one for one in _all(question, entries, said, asked) if one.reason not in reasons]
    return tuple(due)


def _all(
    question: Question, entries: Sequence[CodeEntry], said: Sequence[str], asked: Sequence[Turn]
) -> Iterator[CodeProbe]:
    kept = submission(entries, question.id) or latest(entries, question.id)
    assert kept is not None
    assert question.coding is not None
    start = codereading.definition(kept.code, question.coding.signature)
    if start is None:
        return
    changed = _changed(question, entries, asked)
    changes = changed.changes if changed else ""

    def ask(kind: ProbeKind, at: Pointer | None = None, **more: str) -> CodeProbe:
        values = {"kind": kind, "code": kept.code, "at": at or start, "changes": changes, **more}
        return CodeProbe.model_validate(values)

    if kept.kind == "submit":
        yield from _from_results(question, kept, said, ask)
    if changed:
        yield changed
    yield from _from_text(question, kept, ask)


def _from_results(
    question: Question, kept: CodeEntry, said: Sequence[str], ask: Callable[..., CodeProbe]
) -> Iterator[CodeProbe]:
    if failing := _failing(kept):
        kind, detail, line = failing
        raised = codereading.point_at(kept.code, line or 0)
        yield ask(kind, raised or codereading.last_return(kept.code), detail=detail)
    if growing := _from_growth(question, kept, said):
        kind, claim = growing
        yield ask(kind, codereading.innermost_loop(kept.code), claim=claim)


def _from_text(
    question: Question, kept: CodeEntry, ask: Callable[..., CodeProbe]
) -> Iterator[CodeProbe]:
    submitted = kept.kind == "submit"
    if submitted and (unseen := _untested(question, kept)):
        yield ask("untested", codereading.last_return(kept.code), detail=unseen)
    if named := _hard_to_follow(kept):
        yield ask("structure", named[1], detail=named[0])
    loop, holder = codereading.innermost_loop(kept.code), codereading.holder(kept.code)
    if "numpy" in kept.code and _LOOP.search(kept.code):
        yield ask("vectorise", loop)
    if submitted and (kept.result is None or kept.result.all_passed):
        yield ask("memory", holder)
        yield ask("streaming", holder or loop)


def _changed(
    question: Question, entries: Sequence[CodeEntry], asked: Sequence[Turn]
) -> CodeProbe | None:
    """What the candidate did to the code since it was last asked about."""
    now = latest(entries, question.id)
    before = codereading.as_of(entries, question.id, asked[-1].at) if asked else None
    if now is None or before is None:
        return None
    at = codereading.first_change(before.code, now.code)
    changes = codereading.changes(before.code, now.code)
    return CodeProbe(kind="changed", code=now.code, at=at, changes=changes) if at else None


def _failing(entry: CodeEntry) -> tuple[ProbeKind, str, int | None] | None:
    """The first hidden case that fails: how, its family, and the line where it raised."""
    for case in entry.result.cases if entry.result else ():
        if case.hidden and case.family and not case.passed and case.status != "not run":
            return "failing" if case.status == "failed" else "crashing", case.family, case.line
    return None


def _untested(question: Question, entry: CodeEntry) -> str | None:
    """A kind of input that the candidate could not see tested, where all tests pass."""
    if question.coding is None or entry.result is None or not entry.result.all_passed:
        return None
    seen = {family(case) for case in question.coding.visible} | {"an ordinary input"}
    return min({case.family for case in entry.result.cases if case.family} - seen, default=None)


def _from_growth(
    question: Question, entry: CodeEntry, said: Sequence[str]
) -> tuple[ProbeKind, str] | None:
    growth = question.coding.growth if question.coding else None
    if entry.fit is None or entry.fit.best is None or growth is None:
        return None
    claim = claimed(said)
    if claim is not None and contradicts(entry.fit, claim):
        return "mismatch", claim
    slower = verdict(entry.fit, growth.wants) == "slower than wanted"
    return ("slower", "") if slower else None


def _hard_to_follow(entry: CodeEntry) -> tuple[str, Pointer | None] | None:
    short = _SHORT_NAME.search(entry.code)
    figures = entry.figures
    if figures is not None and (figures.complexity or 0) > MOST_BRANCHES:
        at = codereading.mention(entry.code, figures.complex_at)
        return f"the function {figures.complex_at}", at
    if short is None:
        return None
    name = short.group().split("=")[0].strip()
    line = entry.code[: short.start()].count("\n") + 1
    return f"the name {name}", codereading.point_at(entry.code, line)


# --- What may be said -------------------------------------------------------------------

_LINE = re.compile(r"\blines?\s+(\d+)", re.IGNORECASE)
_NAMED = re.compile(
    r"\b(?:variable|loop over)\s+[“\"'`]?"
    r"(?!(?:the|your|that|which|you|is|are|on|in|for|of|to|and|with|when|if|at|all|each)\b)"
    r"(?P<name>[A-Za-z_]\w*)"
)
_LIKE_CODE = re.compile(
    r"[A-Za-z]*_\w+|[a-z]+[A-Z]\w*|[A-Za-z_]\w*(?=\(|\[)|(?<=`)[A-Za-z_]\w*(?=`)"
)
_GROWTH = re.compile(
    r"\bO\s*\(|\b(?:quadratic|linear|cubic|exponential|logarithmic)\b", re.IGNORECASE
)


_SPOKEN = """
    loop loops line lines code function method variable list input inputs given return returned run
    value values condition statement call element elements iteration inside outer inner larger large
    small size every pass assign assigned initialize initialized execute executed solution
    submission timed case handle
"""
"""What one says about any code; it gives nothing away."""


def target(about: CodeProbe, ask: str, wording: str) -> probe.Target:
    """The follow-up as the rules for a phrasing take it."""
    return probe.Target("gap", None, ask, wording, about.reason, sentence=about.at.text)


def faults(
    text: str,
    about: CodeProbe,
    aim: probe.Target,
    *,
    question: Question,
    said: str,
    earlier: Collection[str],
) -> list[str]:
    """Why this phrasing can't be said; an empty list: it can.

    Beside the rules for every follow-up: what looks like a name must stand in the code, a line
    must be the one that is meant, and one of the two must be named. No class of growth is told.
    """
    own = codereading.words_of(about.code)
    named = {*_LIKE_CODE.findall(text), *(match["name"] for match in _NAMED.finditer(text))}
    found = [f"it names {name}, which isn't in the code" for name in sorted(named - own)]
    lines = {int(one) for one in _LINE.findall(text)}
    if lines - {about.at.line}:
        found.append("it points at another line")
    if not lines and not set(re.findall(r"\w+", text)) & set(about.at.names):
        found.append("it names neither a line nor a name on it")
    told = {match.lower() for match in _GROWTH.findall(text)}
    if told - {match.lower() for match in _GROWTH.findall(f"{said} {aim.ask}")}:
        found.append("it tells how the time grows")
    heard = f"{said} {_plain(about.code, about.code)} {_SPOKEN}"
    spoken = _LINE.sub("line", _plain(text, about.code))
    of_file = probe.faults(spoken, aim, question, heard, earlier)
    # Named by its line only, it takes up what was written all the same.
    return found + [
        one for one in of_file if not (lines and one == "it takes up nothing that was said")
    ]


def _plain(text: str, code: str) -> str:
    """The text with the code's own words as words: a call or an index is no markup there."""
    squeezed = re.sub(r"\s+", "", code)

    def speak(match: re.Match[str]) -> str:
        bare = match.group().strip("`.,:;?!“”\"'")
        if bare and bare in squeezed:
            return match.group().replace(bare, " ".join(words(bare.replace("_", " "))) or " ")
        return match.group()

    return re.sub(r"\S+", speak, text.replace("`", ""))
