"""Reports and debriefs as PDF documents, with the fonts that they need inside."""

import logging
import math
from collections.abc import Iterable, Sequence
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pymupdf_fonts  # type: ignore[import-untyped]
from fpdf import FPDF
from fpdf.enums import XPos, YPos

from interviewer.codegrade import CodeReport
from interviewer.figures import QuestionReport
from interviewer.growth import Fit, curve, in_words, time_in_words
from interviewer.loop_report import LoopReport, StageReport
from interviewer.markdown import OFTEN_WRONG, annotated, case_in_words, figures
from interviewer.report import (
    AreaReport,
    CriterionReport,
    DisputeReport,
    Report,
    TranscriptTurn,
)

_FALLBACKS = ("math", "symbol2")
_FONTS = (
    ("text", "", "notos"),
    ("text", "B", "notosbo"),
    *((name, "", name) for name in _FALLBACKS),
)
"""Family, style, and the name in the package of fonts."""
MISSING_GLYPH = "□"
_NOTE = (
    f"Characters that this document's fonts lack stand as {MISSING_GLYPH}; "
    "the Markdown and JSON downloads hold them all."
)
_GREY, _BLACK, _BLUE = (90, 90, 90), (0, 0, 0), (37, 99, 235)


def report_pdf(report: Report) -> bytes:
    """The report of one interview."""
    document = _Document(f"Mock interview: {report.title}")
    _write_report(document, report)
    return document.bytes()


def loop_pdf(loop: LoopReport) -> bytes:
    """The whole loop: decision, debrief, then each round's report on pages of its own."""
    document = _Document(f"{loop.title}: {loop.role}, {loop.level}")
    _write_loop_head(document, loop)
    for stage in loop.stages:
        _write_debrief(document, stage)
    for one in loop.rounds:
        if one.report is not None:
            document.new_page(f"Mock interview: {one.report.title}")
            _write_report(document, one.report)
    return document.bytes()


def _write_loop_head(document: "_Document", loop: LoopReport) -> None:
    document.fine(
        f"{loop.created_at:%Y-%m-%d %H:%M} UTC · {loop.done} of {len(loop.rounds)} rounds done · "
        f"{loop.minutes:.0f} min"
    )
    for stage in loop.stages:
        document.strong(f"{stage.title}: {stage.debrief.decision}")
        document.text(" ".join(stage.debrief.reasons))
    if loop.tonight:
        document.heading("To do tonight")
        for number, one in enumerate(loop.tonight, 1):
            document.item(f"{one.advice.check}: {one.advice.advice} ({one.round})", f"{number}.")
    document.heading("Rounds")
    for row in loop.rounds:
        vote = row.report.vote if row.report else row.status
        document.item(f"{row.title}, with {row.interviewer}: {vote}, {row.minutes:.0f} min")
    if loop.unheard_line:
        document.text(loop.unheard_line)


def _write_debrief(document: "_Document", stage: StageReport) -> None:
    document.heading(f"Debrief: {stage.title}")
    for area in stage.debrief.areas:
        level, bar = area.beside_bar
        document.item(f"{area.title}: {level} (bar {bar})")
    if stage.debrief.median_line:
        document.text(stage.debrief.median_line)
    for said in stage.debrief.discussion:
        document.strong(said.speaker)
        document.text(said.text)
        for point in said.points:
            document.item(point)
        for proof in said.proofs:
            words = f"“{proof.text}”" if proof.quoted else f"{proof.check} {proof.text}"
            document.item(f"{proof.side.capitalize()}: {words} ({proof.area})")


def _write_report(document: "_Document", report: Report) -> None:
    _write_first_page(document, report)
    for area in report.areas:
        document.heading(area.title)
        for criterion in report.criteria:
            if criterion.area == area.title:
                _write_criterion(document, criterion)
    document.heading("Question by question")
    for one in report.questions:
        _write_question(document, one)
    for code in report.code:
        _write_code(document, code)
    _write_disputes(document, report.disputes)
    document.heading("Transcript")
    for turn in report.transcript:
        _write_turn(document, turn)


def _write_first_page(document: "_Document", report: Report) -> None:
    judges = ", ".join(report.judges) or "no model"
    document.fine(
        f"{report.created_at:%Y-%m-%d %H:%M} UTC · {report.minutes:.0f} min · {report.role}, "
        f"{report.level} · with {report.interviewer}, {report.interviewer_title} · "
        f"judged by {judges}"
    )
    document.strong(f"Vote: {report.vote}")
    document.text(report.vote_reason)
    if report.ungraded:
        document.text(f"{report.ungraded} checks are not judged yet; this is incomplete.")
    if report.tonight:
        document.heading("To do tonight")
        for number, gap in enumerate(report.tonight, 1):
            document.item(f"{gap.check} (question {gap.number}): {gap.advice}", f"{number}.")
    if report.against:
        document.heading("What counts against you")
        for one in report.against:
            document.item(f"“{one.text}” {one.check} (question {one.number}). {one.advice}")
    document.heading("Areas")
    for area in report.areas:
        document.item(_area_line(area))


def _write_question(document: "_Document", one: QuestionReport) -> None:
    document.strong(f"{one.number}. {one.text}")
    for name, value in figures(one):
        document.item(f"{name}: {value}")
    for pushback in one.pushbacks:
        document.item(f"Pushback: {pushback.challenge}")
        said = "no reply" if pushback.answer is None else f"“{pushback.answer}”"
        document.item(f"You: {said}", "-")
        if pushback.noted:
            document.item(f"Noted: {pushback.noted}", "-")
    for point in one.key_points:
        document.item(f"{point.text} ({point.status})", "-")
    if one.common_errors:
        document.text(f"{OFTEN_WRONG}:")
    for error in one.common_errors:
        document.item(f"“{error.says}” {error.tell}", "-")


def _write_code(document: "_Document", one: CodeReport) -> None:
    """Tests, fit and code, as the page has them."""
    document.heading("Your code")
    for grade in one.grades:
        document.item(grade.found)
    if one.entry.result is not None:
        document.strong("Tests")
        for case in one.entry.result.cases:
            document.item(f"{case.status}: {case_in_words(case)}", "-")
    if one.entry.fit is not None:
        document.strong("Growth")
        document.text(in_words(one.entry.fit))
        document.plot(one.entry.fit)
    document.strong("As submitted")
    document.code(annotated(one.entry))


def _area_line(area: AreaReport) -> str:
    level = "not observed" if area.level is None else f"{area.level:.1f}, {area.side}"
    return f"{area.title}: {level} (bar {area.bar:.1f})"


def _write_criterion(document: "_Document", one: CriterionReport) -> None:
    document.strong(f"{one.title}: {one.in_words}")
    if one.anchor:
        document.text(one.shown)
    if one.level and one.level < one.bar:
        document.text(f"The bar: {one.bar_anchor}")
    for proof in one.evidence:
        document.item(f"“{proof.text}” ({proof.check})")
    for gap in one.missing:
        document.item(f"Missing: {gap.check} (question {gap.number}, {gap.note}). {gap.advice}")
    if one.not_observed:
        names = ", ".join(sorted({gap.check for gap in one.not_observed}))
        document.text(f"Not observed, and not counted: {names}.")


def _write_disputes(document: "_Document", disputes: Sequence[DisputeReport]) -> None:
    """Each with both of its results."""
    if disputes:
        document.heading("What you disagreed with")
    for one in disputes:
        document.item(
            f"{one.check} (question {one.number}). You said: “{one.argument}” {one.outcome}"
        )


def _write_turn(document: "_Document", turn: TranscriptTurn) -> None:
    document.strong("Interviewer" if turn.speaker == "interviewer" else "You")
    start = 0
    pieces: list[tuple[str, str]] = []
    for mark in turn.marks:
        pieces += [("", turn.text[start : mark.start]), ("B", turn.text[mark.start : mark.end])]
        start = mark.end
    document.pieces([*pieces, ("", turn.text[start:])])


@cache
def _font(name: str) -> bytes:
    """A font of the package's; unpacking one takes a moment."""
    data: bytes = pymupdf_fonts.myfont(name)
    return data


class _Document:
    """A plain A4 document."""

    def __init__(self, title: str) -> None:
        # It tells of every table of a font that it leaves out.
        logging.getLogger("fontTools.subset").setLevel(logging.ERROR)
        self._pdf = FPDF(format="A4")
        self._pdf.set_margin(18)
        self._pdf.set_auto_page_break(True, 18)
        # fpdf2 takes fonts from files only; it has read them once they are added.
        with TemporaryDirectory() as folder:
            for family, style, name in _FONTS:
                path = Path(folder) / f"{name}.ttf"
                path.write_bytes(_font(name))
                self._pdf.add_font(family, style, path)
        self._pdf.set_fallback_fonts(list(_FALLBACKS), exact_match=False)
        self._known = {
            code for font in self._pdf.fonts.values() for code in getattr(font, "cmap", ())
        }
        self._lacks = False
        self._pdf.set_title(self._readable(title))
        self.new_page(title)

    def new_page(self, title: str) -> None:
        """Begins a page with a title."""
        self._pdf.add_page()
        self._write(title, "B", 16)

    def heading(self, text: str) -> None:
        """Begins a section."""
        self._pdf.ln(3)
        self._write(text, "B", 12.5)

    def strong(self, text: str) -> None:
        """A line that stands out."""
        self._pdf.ln(1)
        self._write(text, "B", 10)

    def text(self, text: str) -> None:
        """A paragraph."""
        self._write(text, "", 10)

    def fine(self, text: str) -> None:
        """A paragraph in the background."""
        self._pdf.set_text_color(*_GREY)
        self._write(text, "", 8.5)
        self._pdf.set_text_color(*_BLACK)

    def item(self, text: str, mark: str = "•") -> None:
        """A line of a list."""
        self._pdf.set_x(self._pdf.l_margin + 3)
        self._write(f"{mark} {text}", "", 9.5)

    def pieces(self, pieces: Iterable[tuple[str, str]]) -> None:
        """A paragraph of differently set pieces."""
        for style, text in pieces:
            self._pdf.set_font("text", style, 9.5)
            self._pdf.write(4.8, self._readable(text))
        self._pdf.ln(6)

    def code(self, lines: Iterable[str]) -> None:
        """Lines with their spaces kept; what is remarked under one is grey."""
        # The font's letters have different widths: indentation is drawn, not typed.
        column = 1.5
        for line in lines:
            bare = line.lstrip()
            is_remark = bare.startswith("^ ")
            number, _, rest = ("", "", bare) if is_remark else bare.partition("  ")
            self._pdf.set_text_color(*_GREY)
            self._pdf.set_font("text", "", 8.5)
            self._pdf.cell(8, 4.4, number, align="R")
            if not is_remark:
                self._pdf.set_text_color(*_BLACK)
            indent = len(rest) - len(rest.lstrip())
            self._pdf.set_x(self._pdf.get_x() + 2 + column * min(indent, 60))
            self._pdf.multi_cell(
                0, 4.4, self._readable(rest.lstrip()) or " ", align="L",
                new_x=XPos.LMARGIN, new_y=YPos.NEXT,
            )  # fmt: skip
            self._pdf.set_text_color(*_BLACK)

    def plot(self, found: Fit) -> None:
        """The measured times as dots and the fitted class as a line, on logarithmic axes."""
        points = found.points
        if found.best is None or len(points) < 2:
            return
        width, height = 90.0, 45.0
        if self._pdf.will_page_break(height + 14):
            self._pdf.add_page()
        left, top = self._pdf.l_margin + 14, self._pdf.get_y() + 3
        span = math.log(points[-1].n / points[0].n)
        sizes = [points[0].n * math.exp(span * step / 40) for step in range(41)]
        fitted = [(n, t) for n, t in zip(sizes, curve(found, sizes), strict=True) if t > 0]
        times = [point.seconds for point in points] + [time for _, time in fitted]
        low, high = math.log(min(times)), math.log(max(times))

        def place(n: float, seconds: float) -> tuple[float, float]:
            right = math.log(n / points[0].n) / span
            up = (math.log(seconds) - low) / ((high - low) or 1.0)
            return left + width * right, top + height * (1 - up)

        self._pdf.set_draw_color(*_GREY)
        self._pdf.line(left, top, left, top + height)
        self._pdf.line(left, top + height, left + width, top + height)
        self._pdf.set_draw_color(*_BLUE)
        self._pdf.polyline([place(n, seconds) for n, seconds in fitted])
        self._pdf.set_fill_color(*_BLACK)
        for point in points:
            x, y = place(point.n, point.seconds)
            self._pdf.circle(x, y, 0.8, style="F")
        self._label(left - 14, top, 13, time_in_words(max(times)), "R")
        self._label(left - 14, top + height - 4, 13, time_in_words(min(times)), "R")
        self._label(left, top + height + 1, 30, f"{points[0].n:,}", "L")
        self._label(left + width - 30, top + height + 1, 30, f"{points[-1].n:,}", "R")
        self._label(left + 30, top + height + 1, 30, "size of the input", "C")
        self._pdf.set_xy(self._pdf.l_margin, top + height + 7)

    def _label(self, x: float, y: float, width: float, text: str, align: str) -> None:
        self._pdf.set_font("text", "", 8)
        self._pdf.set_xy(x, y)
        self._pdf.cell(width, 4, self._readable(text), align=align)

    def bytes(self) -> bytes:
        """The finished document."""
        if self._lacks:
            self.heading("")
            self.fine(_NOTE)
        return bytes(self._pdf.output())

    def _write(self, text: str, style: str, size: float) -> None:
        self._pdf.set_font("text", style, size)
        self._pdf.multi_cell(
            0, size * 0.5, self._readable(text), align="L", new_x=XPos.LMARGIN, new_y=YPos.NEXT
        )

    def _readable(self, text: str) -> str:
        """``text`` with what no font here has, or what is no character, made visible."""
        out = []
        for char in text.replace("\t", "    "):
            if char == "\n" or ord(char) in self._known:
                out.append(char)
            elif char.isprintable():
                self._lacks = True
                out.append(MISSING_GLYPH)
        return "".join(out)
