"""Reports and debriefs as Markdown documents. Pure; the candidate's words stand as typed."""

import re
from collections.abc import Iterator

from interviewer.coding import CaseResult, CodeEntry
from interviewer.debrief import Proof
from interviewer.figures import QuestionReport
from interviewer.gates import READ_AT_MOST
from interviewer.growth import Fit, curve, in_words, time_in_words
from interviewer.loop_report import LoopReport, RoundReport, StageReport
from interviewer.report import (
    Advice,
    AreaReport,
    CriterionReport,
    HeldAgainst,
    Report,
)


def to_markdown(report: Report) -> str:
    """The report of one interview."""
    parts = (
        *(_head(report), _body(report), _questions(report), _code(report)),
        *(_disputes(report), _tail(report)),
    )
    return "\n".join(line for part in parts for line in part) + "\n"


def _head(report: Report) -> Iterator[str]:
    yield f"# Mock interview: {report.title}"
    yield ""
    judges = ", ".join(report.judges) or "no model"
    yield (
        f"{report.created_at:%Y-%m-%d %H:%M} UTC · {report.minutes:.0f} min · {report.role}, "
        f"{report.level} · with {report.interviewer}, {report.interviewer_title} · "
        f"judged by {judges}"
    )
    yield ""
    yield f"**Vote: {report.vote}.** {report.vote_reason}"
    if report.ungraded:
        yield ""
        yield f"_{report.ungraded} checks are not judged yet; what follows is incomplete._"
    yield from _tonight(report.tonight)
    yield from _against(report.against)
    yield ""
    yield "## Areas"
    yield ""
    yield from area_table(report.areas)


def _tonight(advice: tuple[Advice, ...]) -> Iterator[str]:
    if advice:
        yield ""
        yield "## To do tonight"
        yield ""
        for number, one in enumerate(advice, 1):
            yield f"{number}. {gap_line(one)} {one.advice}"


def _against(held: tuple[HeldAgainst, ...]) -> Iterator[str]:
    if held:
        yield ""
        yield "## What counts against you"
        yield ""
        for one in held:
            yield f"- {_inline(one.text)} **{one.check}** (question {one.number}). {one.advice}"


def area_table(areas: tuple[AreaReport, ...]) -> Iterator[str]:
    """Each area's level against its bar."""
    yield "| area | level | bar | |"
    yield "| --- | --- | --- | --- |"
    for one in areas:
        level = "not observed" if one.level is None else f"{one.level:.1f}"
        yield f"| {one.title} | {level} | {one.bar:.1f} | {one.side} |"


def _body(report: Report) -> Iterator[str]:
    for area in report.areas:
        yield ""
        yield f"## {area.title}"
        for one in report.criteria:
            if one.area == area.title:
                yield from _criterion(one)


def _criterion(one: CriterionReport) -> Iterator[str]:
    yield ""
    yield f"### {one.title}: {one.in_words}"
    if one.anchor:
        yield ""
        yield one.shown
    if one.level and one.level < one.bar:
        yield ""
        yield f"The bar: {one.bar_anchor}"
    if one.evidence:
        yield ""
        yield "Evidence, in your words:"
        yield ""
        yield from (f"- {_inline(proof.text)} _({proof.check})_" for proof in one.evidence)
    if one.missing:
        yield ""
        yield "Missing:"
        yield ""
        yield from (f"- {gap_line(gap)} {gap.advice}" for gap in one.missing)
    if one.not_observed:
        yield ""
        names = ", ".join(sorted({gap.check for gap in one.not_observed}))
        yield f"Not observed, and not counted: {names}."


def _questions(report: Report) -> Iterator[str]:
    yield ""
    yield "## Question by question"
    for one in report.questions:
        yield ""
        yield f"### {one.number}. {one.text}"
        yield ""
        yield from (f"- {name}: {value}" for name, value in figures(one))
        for pushback in one.pushbacks:
            yield f"- Pushback: {_inline(pushback.challenge)}"
            said = "no reply" if pushback.answer is None else _inline(pushback.answer)
            yield f"  - You: {said}"
            if pushback.noted:
                yield f"  - Noted: {pushback.noted}"
        if one.key_points:
            yield ""
            yield "What a full answer holds:"
            yield ""
            yield from (f"- {_plain(it.text)} ({it.status})" for it in one.key_points)
        if one.common_errors:
            yield ""
            yield f"{OFTEN_WRONG}:"
            yield ""
            yield from (f"- _{_plain(it.says)}_ {_plain(it.tell)}" for it in one.common_errors)


def _disputes(report: Report) -> Iterator[str]:
    if report.disputes:
        yield ""
        yield "## What you disagreed with"
        yield ""
    for one in report.disputes:
        yield (
            f"- **{one.check}** (question {one.number}). You said: {_inline(one.argument)} "
            f"{one.outcome}"
        )


def figures(one: QuestionReport) -> list[tuple[str, str]]:
    """A question's figures with their names, as every document shows them."""
    cut = f"; of an answer no more than {READ_AT_MOST:,} characters are judged" if one.cut else ""
    share = "neither" if one.i_share is None else f"{one.i_share:.0%} ({one.i} to {one.we})"
    shown = [
        ("Your time", f"{one.minutes:.1f} min"),
        ("Words", f"{one.words:,}{cut}"),
        ("Follow-ups", f"{one.probes}" + (f", down to: {one.depth}" if one.depth else "")),
        ("Said “I” against “we”", share),
        ("Figures given", f"{len(one.numbers)}" + _listed(one.numbers)),
    ]
    if one.star:
        told = ", ".join(part for part, is_told in one.star.items() if is_told)
        left = ", ".join(part for part, is_told in one.star.items() if not is_told)
        shown.append(("Told (STAR)", (told or "nothing") + (f"; not told: {left}" if left else "")))
    return shown


OFTEN_WRONG = "Often said, and what is wrong with it"
"""Stands above the known mistakes of a question, in every document."""

MOST_LISTED = 8
"""Figures of one question that are written out."""


def _listed(numbers: tuple[str, ...]) -> str:
    if not numbers:
        return ""
    more = ", …" if len(numbers) > MOST_LISTED else ""
    return f" ({', '.join(numbers[:MOST_LISTED])}{more})"


def _code(report: Report) -> Iterator[str]:
    """The code as it was submitted, with what came of it."""
    for one in report.code:
        yield ""
        yield "## Your code"
        yield ""
        yield from (f"- {_plain(grade.found)}" for grade in one.grades)
        if one.entry.result is not None:
            yield from ("", "### Tests", "")
            for case in one.entry.result.cases:
                yield f"- {case.status}: {_plain(case_in_words(case))}"
        if one.entry.fit is not None:
            yield from ("", "### Growth", "", _plain(in_words(one.entry.fit)), "")
            yield from _measured(one.entry.fit)
        yield from ("", "### As submitted", "")
        # Indented by four: code to every reader, whatever fences stand in it.
        yield from (f"    {line}" for line in annotated(one.entry))


def case_in_words(case: CaseResult) -> str:
    """What a test asked and what came of it, for a line of a document."""
    asked = f"hidden, {case.family}" if case.hidden else str(case.run)
    where = f"line {case.line}: " if case.line else ""
    told = f"; {where}{case.message}" if case.message else ""
    if case.status == "failed" and not case.hidden:
        told += f"; expected {case.expected}, got {case.got}"
    return f"{asked}{told}"


def annotated(entry: CodeEntry) -> Iterator[str]:
    """The submitted code with its lines numbered, and what was remarked under each."""
    remarks = entry.figures.remarks if entry.figures else ()
    lines = entry.code.rstrip().splitlines()
    width = len(str(len(lines)))
    for number, line in enumerate(lines, 1):
        yield f"{number:{width}}  {line}"
        for remark in remarks:
            if remark.line == number:
                yield f"{'':{width}}  ^ {remark.text} ({remark.rule})"


def _measured(found: Fit) -> Iterator[str]:
    """The points of the plot, beside what the fitted class would take."""
    yield "| size of the input | measured | fitted |"
    yield "| ---: | ---: | ---: |"
    fitted = curve(found, [point.n for point in found.points])
    for place, point in enumerate(found.points):
        shown = time_in_words(fitted[place]) if fitted else ""
        yield f"| {point.n:,} | {time_in_words(point.seconds)} | {shown} |"


def _tail(report: Report) -> Iterator[str]:
    yield ""
    yield "## Transcript"
    for turn in report.transcript:
        yield ""
        yield "**Interviewer**" if turn.speaker == "interviewer" else "**You**"
        yield ""
        yield from (f"> {line}" for line in _fenced(turn.text))
        if turn.why:
            yield ""
            yield f"_Why: {turn.why}_"


# --- A loop -----------------------------------------------------------------------------


def loop_to_markdown(loop: LoopReport) -> str:
    """The whole loop: decision, debrief, then each round's report."""
    parts = [*_loop_head(loop)]
    for stage in loop.stages:
        parts += _stage(stage)
    for one in loop.rounds:
        if one.report is not None:
            parts += ["", "---", "", *to_markdown(one.report).splitlines()]
    return "\n".join(parts) + "\n"


def _loop_head(loop: LoopReport) -> Iterator[str]:
    yield f"# {loop.title}: {loop.role}, {loop.level}"
    yield ""
    yield (
        f"{loop.created_at:%Y-%m-%d %H:%M} UTC · {loop.done} of {len(loop.rounds)} rounds done · "
        f"{loop.minutes:.0f} min in them, on {loop.days} day{'s' if loop.days != 1 else ''}, "
        f"at most {loop.longest_sitting} in a row"
    )
    yield ""
    for stage in loop.stages:
        yield f"**{stage.title}: {stage.debrief.decision}.** {' '.join(stage.debrief.reasons)}"
        yield ""
    if loop.tonight:
        yield "## To do tonight"
        yield ""
        for number, one in enumerate(loop.tonight, 1):
            yield f"{number}. {gap_line(one.advice)} {one.advice.advice} _({one.round})_"
        yield ""
    yield "## Rounds"
    yield ""
    yield "| round | interviewer | status | vote | min |"
    yield "| --- | --- | --- | --- | --- |"
    yield from (_round_row(one) for one in loop.rounds)
    if loop.unheard_line:
        yield ""
        yield loop.unheard_line


def _round_row(one: RoundReport) -> str:
    vote = one.report.vote if one.report else "none yet"
    return f"| {one.title} | {one.interviewer} | {one.status} | {vote} | {one.minutes:.0f} |"


def _stage(stage: StageReport) -> Iterator[str]:
    debrief = stage.debrief
    yield ""
    yield f"## Debrief: {stage.title}"
    yield ""
    yield "| area | level | bar | passed |"
    yield "| --- | --- | --- | --- |"
    for one in debrief.areas:
        level, bar = one.beside_bar
        passed = {True: "yes", False: "no", None: "not observed"}[one.passed]
        yield f"| {one.title} | {level} | {bar} | {passed} |"
    if debrief.median_line:
        yield ""
        yield debrief.median_line
    for said in debrief.discussion:
        yield ""
        yield f"**{said.speaker}:** {_plain(said.text)}"
        if said.proofs or said.points:
            yield ""
        yield from (f"- {_plain(point)}" for point in said.points)
        yield from (f"- {proof_line(proof)}" for proof in said.proofs)


def proof_line(proof: Proof) -> str:
    """A proof for or against, on one line of Markdown."""
    side, where = proof.side.capitalize(), f"{proof.area}, question {proof.question}"
    if proof.quoted:
        return f"{side}: {_inline(proof.text)} _({proof.check}, {where})_"
    return f"{side}: **{proof.check}** {proof.text} _({where})_"


def gap_line(gap: Advice) -> str:
    """What there is to do better, in Markdown."""
    return f"**{gap.check}** (question {gap.number}: {_plain(gap.note)})."


def _inline(text: str) -> str:
    """``text`` on one line as a quotation whose Markdown and HTML stay plain."""
    return "“" + _plain(" ".join(text.split())) + "”"


def _fenced(text: str) -> Iterator[str]:
    """What was said, line by line; code, which is told by its indentation, keeps that."""
    for part in re.split(r"(\n(?:[ \t]*\n)+)", text.replace("\r\n", "\n")):
        lines = part.splitlines()
        if any(re.match(r"(?:  |\t)\s*\S", line) for line in lines):
            ticks = max(map(len, re.findall(r"`+", part)), default=0)
            fence = "`" * max(3, ticks + 1)
            yield from (fence, *lines, fence)
        else:
            yield from ([""] if not part.strip() else map(_plain, lines))


def _plain(text: str) -> str:
    """``text`` with the characters escaped that Markdown or HTML would take for markup."""
    # An ampersand alone is none.
    escaped = re.sub(r"&(?=[#\w])", "&amp;", text).replace("<", "&lt;").replace(">", "&gt;")
    for char in "\\`*_[]#|~":
        escaped = escaped.replace(char, "\\" + char)
    # What is markup at the beginning of a line only: lists, rules, headings, code.
    escaped = re.sub(r"^\s*(\d+)([.)])(?=\s)", r"\1\\\2", escaped)
    return re.sub(r"^\s*([-+=])", r"\\\1", escaped.lstrip() if escaped[:4].isspace() else escaped)
