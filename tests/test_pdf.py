"""What the Markdown of a report or a loop says, its PDF says too."""

import io
import re

import pypdf
import pytest

from interviewer.figures import PushbackReport
from interviewer.interview import InterviewService
from interviewer.markdown import loop_to_markdown, to_markdown
from interviewer.pdf import loop_pdf, report_pdf
from interviewer.process import Choice
from interviewer.process_service import ProcessService
from interviewer.query import Query
from interviewer.report import Report
from interviewer.ui import document
from tests.doubles import NOW, STRONG, THIN, ScriptedModel, hold


@pytest.fixture
async def service(content, store):
    made = InterviewService(content, ScriptedModel(), store, now=lambda: NOW)
    yield made
    await made.close()


@pytest.fixture
def query(content, store, service):
    return Query(content, store, service.ungraded)


@pytest.fixture
async def report(service, query) -> Report:
    """Below the bar, with a challenge that was answered and a finding that was disputed."""
    interview_id = await hold(service, service.start("story", question_ids=["failure"]), THIN)
    await service.dispute(interview_id, "failure", "number", "I did say how much.")
    found = query.report(interview_id)
    pushback = PushbackReport(
        challenge="Why should I believe it?", answer="I measured it twice.", how="dug_in"
    )
    silent = PushbackReport(challenge="And the other figure?", answer=None)
    (question,) = found.questions
    told = question.model_copy(update={"pushbacks": (pushback, silent)})
    first, *rest = found.criteria
    gap = next(gap for one in found.criteria for gap in one.missing)
    unseen = first.model_copy(update={"not_observed": (gap,)})
    return found.model_copy(update={"questions": (told,), "criteria": (unseen, *rest)})


def _text(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


async def test_a_report_leaves_nothing_out(report):
    below = [one for one in report.criteria if one.level and one.level < one.bar]
    (unseen,) = report.criteria[0].not_observed
    expected = [
        "judged by scripted",
        *(f"The bar: {one.bar_anchor}" for one in below),
        f"Not observed, and not counted: {unseen.check}.",
        "Why should I believe it?",
        "I measured it twice.",
        "You: no reply",
        "you ",
        "What you disagreed with",
        "I did say how much.",
        "First judged not shown (",
        "; judged again not shown (",
    ]
    assert below
    shown = {"markdown": to_markdown(report), "pdf": _text(report_pdf(report))}
    for name, text in shown.items():
        assert [one for one in expected if one not in text] == [], name


async def test_no_dispute_no_heading(report):
    assert "disagreed" not in _text(report_pdf(report.model_copy(update={"disputes": ()})))


async def test_an_interviewer_is_no_she(report):
    shown = {"page": document.report(report), "pdf": _text(report_pdf(report))}
    for name, text in shown.items():
        assert "Noted:" in text, name
        assert re.findall(r"\b[Ss]he\b|\b[Hh]er\b", text) == [], name
    assert "Where you were challenged" in shown["page"]


async def test_a_loop_leaves_nothing_out(content, store, service, query):
    process = ProcessService(content, store, service, query, now=lambda: NOW)
    place = process.begin(Choice(scope="loop", role="applied", level="L5", focus="general"))
    for answer in (STRONG, THIN):
        await hold(service, process.next_round(place.id), answer)
    loop = query.loop(place.id).model_copy(update={"unheard": ("Ownership", "Frugality")})
    (stage,) = loop.stages
    assert stage.debrief.overall is not None
    unheard = "Assigned, and not asked about: Ownership; Frugality."
    median = f"the median of the role (taken as {stage.debrief.median:.1f})"
    for text in (loop_to_markdown(loop), _text(loop_pdf(loop))):
        assert unheard in text
        assert median in text
    assert unheard in document.loop(loop)
    heard = loop.model_copy(update={"unheard": ()})
    assert "not asked about" not in document.loop(heard) + _text(loop_pdf(heard))
