"""Page, Markdown, PDF and JSON show the same figures; a loop is played, kept and compared."""

import html
import io
import json
import re
from datetime import timedelta

import pypdf
import pytest

from interviewer.errors import ArchiveError, ChoiceError, ContentError, InterviewNotFound
from interviewer.interview import InterviewService
from interviewer.markdown import OFTEN_WRONG, figures, loop_to_markdown, to_markdown
from interviewer.pdf import MISSING_GLYPH, loop_pdf, report_pdf
from interviewer.process import Choice
from interviewer.process_service import Place, ProcessService
from interviewer.query import Query
from interviewer.rubric import CommonError
from interviewer.ui import document
from tests.doubles import NOW, STRONG, ScriptedModel, hold

WEAK = "Our exporter broke and we decided to rewrite it. We were happy with it in the end."
LOOP = Choice(scope="loop", role="research", level="L5", focus="general")
ANN = "ann"


class Desk:
    """Everything that a page drives, over a scripted model."""

    def __init__(self, content, store) -> None:
        self.clock = NOW
        self.interviews = InterviewService(content, ScriptedModel(), store, now=self.now)
        self.query = Query(content, store, self.interviews.ungraded)
        self.process = ProcessService(content, store, self.interviews, self.query, now=self.now)

    def now(self):
        self.clock += timedelta(minutes=2)
        return self.clock

    async def hold(self, interview_id: str, *answers: str) -> str:
        """Gives the answers, ends the interview and lets everything be judged."""
        return await hold(self.interviews, interview_id, *answers)

    async def loop(self, *rounds: str) -> str:
        place = self.process.begin(LOOP, ANN)
        for answer in rounds:
            await self.hold(self.process.next_round(place.id, ANN), answer)
        return place.id


@pytest.fixture
async def desk(content, store):
    made = Desk(content, store)
    yield made
    await made.interviews.close()


def _pdf_text(data: bytes) -> str:
    pages = pypdf.PdfReader(io.BytesIO(data)).pages
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in pages))


def _page_text(markup: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup)))


def _plain(text: str) -> str:
    return re.sub(r"\s+", " ", html.unescape(text.replace("\\", "").replace("**", "")))


# --- The same figures everywhere ------------------------------------------------------------


async def test_all_documents_show_the_same_figures(desk):
    interview_id = await desk.hold(
        desk.interviews.start("story", question_ids=["failure", "conflict"]), STRONG, WEAK, WEAK
    )
    report = desk.query.report(interview_id)
    stored = json.loads(report.model_dump_json())
    shown = {
        "page": _page_text(document.report(report)),
        "markdown": _plain(to_markdown(report)),
        "pdf": _pdf_text(report_pdf(report)),
    }
    assert stored["vote"] == report.vote != "no vote"
    expected = [f"Vote: {stored['vote']}", stored["vote_reason"], f"{stored['minutes']:.0f} min"]
    for area in stored["areas"]:
        expected += [area["title"], f"{area['level']:.1f}", f"{area['bar']:.1f}"]
    expected += [f"{one['title']}: {one['level'] or 'not observed'}" for one in stored["criteria"]]
    expected += [one["advice"] for one in stored["tonight"]]
    assert len(report.questions) == 2
    for question in report.questions:
        expected += [question.text, *(value for _, value in figures(question))]
    proofs = [proof["text"] for one in stored["criteria"] for proof in one["evidence"]]
    expected += [*proofs, *(turn["text"] for turn in stored["transcript"])]
    shown["markdown"] = shown["markdown"].replace("> ", "")
    for name, text in shown.items():
        missing = [one for one in expected if re.sub(r"\s+", " ", one) not in text]
        assert missing == [], name


async def test_every_document_tells_what_is_often_said_and_wrong(desk):
    error = CommonError(says="It failed for no reason.", tell="Every failure has a cause.")
    interview_id = await desk.hold(desk.interviews.start("story"), STRONG)
    report = desk.query.report(interview_id)
    (question,) = report.questions
    told = question.model_copy(update={"common_errors": (error,)})
    for one, there in ((report, False), (report.model_copy(update={"questions": (told,)}), True)):
        shown = {
            "page": _page_text(document.report(one)),
            "markdown": _plain(to_markdown(one)),
            "pdf": _pdf_text(report_pdf(one)),
        }
        for name, text in shown.items():
            held = [part in text for part in (OFTEN_WRONG, error.says, error.tell)]
            assert held == [there] * 3, name


async def test_a_loops_documents_show_the_same_debrief(desk):
    loop = desk.query.loop(await desk.loop(STRONG, WEAK))
    (stage,) = loop.stages
    shown = {
        "page": _page_text(document.loop(loop)),
        "markdown": _plain(loop_to_markdown(loop)),
        "pdf": _pdf_text(loop_pdf(loop)),
    }
    expected = [stage.debrief.decision, *stage.debrief.reasons, f"{loop.minutes:.0f} min"]
    expected += [one.title for one in loop.rounds]
    expected += [one.text for one in stage.debrief.discussion]
    for area in stage.debrief.areas:
        expected += [area.title, f"{area.level:.1f}", f"{area.bar:.1f}"]
    expected += [proof.text for one in stage.debrief.discussion for proof in one.proofs]
    for name, text in shown.items():
        missing = [one for one in expected if re.sub(r"\s+", " ", one) not in text]
        assert missing == [], name


async def test_a_pdf_holds_any_text(desk):
    said = (
        "In May I met Łukasz Ünïcode, Ελένη and Дмитрий about ∑x² ≤ 3 → ok. "
        f"{'x' * 700} <b>bold</b> 你好 \x07 end."
    )
    interview_id = await desk.hold(desk.interviews.start("story"), said)
    text = _pdf_text(report_pdf(desk.query.report(interview_id)))
    for part in ("Łukasz Ünïcode, Ελένη and Дмитрий", "∑x² ≤ 3 → ok", "<b>bold</b>", "end."):
        assert part in text
    assert text.replace(" ", "").count("x" * 700) >= 1
    assert MISSING_GLYPH * 2 in text
    assert "the Markdown and JSON downloads hold them all" in text


# --- A loop -----------------------------------------------------------------------------------


async def test_a_loop_from_the_first_round_to_the_debrief(desk, store):
    place = desk.process.begin(LOOP, ANN)
    assert place.kind == "loop"
    begun = desk.query.loop(place.id)
    assert [one.status for one in begun.rounds] == ["not begun", "not begun"]
    assert (begun.next_round.position, begun.done, begun.finished) == (0, 0, False)
    assert begun.stages[0].debrief.decision == "open"
    first = desk.process.next_round(place.id, ANN)
    assert desk.process.next_round(place.id, ANN) == first  # a second click, a second tab
    assert desk.query.loop(place.id).rounds[0].status == "under way"
    await desk.hold(first, STRONG)
    half = desk.query.loop(place.id)
    assert (half.done, half.next_round.title) == (1, "Last")
    assert "Last is not held yet." in half.stages[0].debrief.reasons
    await desk.hold(desk.process.next_round(place.id, ANN), STRONG)
    loop = desk.query.loop(place.id)
    assert (loop.finished, loop.next_round) == (True, None)
    assert loop.stages[0].debrief.decision == "strong hire"
    assert loop.rounds[0].interview_id == first
    assert loop.minutes == sum(one.report.minutes for one in loop.rounds) > 0
    assert (loop.days, loop.longest_sitting) == (1, 2)
    assert store.load(first).plan.seat.round == "first"
    with pytest.raises(InterviewNotFound, match="every round of this loop was held"):
        desk.process.next_round(place.id, ANN)


async def test_a_loop_over_two_days(desk):
    place = desk.process.begin(LOOP, ANN)
    await desk.hold(desk.process.next_round(place.id, ANN), STRONG)
    desk.clock += timedelta(days=1)
    await desk.hold(desk.process.next_round(place.id, ANN), WEAK)
    loop = desk.query.loop(place.id)
    assert (loop.days, loop.longest_sitting) == (2, 1)
    assert loop.stages[0].debrief.decision == "no hire"
    assert loop.stages[0].debrief.disagreements


async def test_proofs_are_the_candidates_words(desk):
    loop = desk.query.loop(await desk.loop(STRONG, WEAK))
    said = " ".join(turn.text for one in loop.rounds for turn in one.report.transcript)
    proofs = [it for one in loop.stages[0].debrief.discussion for it in one.proofs]
    assert any(it.quoted for it in proofs)
    assert all(it.text in said for it in proofs if it.quoted)


async def test_one_round_alone_is_an_interview(desk, store):
    place = desk.process.begin(LOOP.model_copy(update={"scope": "last"}), ANN)
    assert place.kind == "interview"
    assert store.load(place.id).plan.seat.title == "Last"
    with pytest.raises(ChoiceError, match="no stage or round 'lunch'; there are: process, screen"):
        desk.process.begin(LOOP.model_copy(update={"scope": "lunch"}), ANN)


# --- An answer given again --------------------------------------------------------------------


async def test_an_answer_is_given_again_and_compared(desk):
    first = await desk.hold(
        desk.interviews.start("story", question_ids=["failure"], owner=ANN), WEAK
    )
    again = await desk.hold(desk.process.again(first, "failure", ANN), STRONG)
    found = desk.query.comparison(again)
    assert found.before == (WEAK,)
    assert found.after == (STRONG,)
    assert {"A month and a team", "Your own role", "A figure for the outcome"} <= set(found.gained)
    assert found.lost == ()
    assert found.score_after > found.score_before
    page = _page_text(document.comparison(found))
    for part in (WEAK, STRONG, "Now shown", "A month and a team"):
        assert part in page
    third = desk.process.again(again, "failure", ANN)
    assert desk.query.report(third).again_of == first
    assert desk.query.comparison(first) is None
    with pytest.raises(ChoiceError, match="no question 'conflict' in this interview"):
        desk.process.again(first, "conflict", ANN)


async def test_a_worse_answer_loses(desk):
    first = await desk.hold(desk.interviews.start("story", question_ids=["failure"]), STRONG)
    again = await desk.hold(desk.process.again(first, "failure"), WEAK)
    found = desk.query.comparison(again)
    assert found.gained == ()
    assert "Your own role" in found.lost
    assert found.score_after < found.score_before


# --- The history ------------------------------------------------------------------------------


async def test_the_history_lists_searches_and_goes_on(desk):
    loop_id = await desk.loop(STRONG)
    single = desk.interviews.start("story", owner=ANN)
    await desk.hold(desk.interviews.start("story", owner="bob"), "Bob's own zebra story in May.")
    history = desk.query.history(ANN)
    assert {one.id for one in history.entries} == {loop_id, single}
    assert history.unfinished.id == single
    entry = next(one for one in history.entries if one.kind == "loop")
    assert (entry.status, entry.unfinished, len(entry.rounds)) == ("1 of 2 rounds", True, 1)
    found = desk.query.history(ANN, "TIME Zone parser")
    assert [one.id for one in found.entries] == [loop_id]
    assert (found.found, found.total) == (1, 2)
    assert desk.query.history(ANN, "zebra").entries == ()
    assert len(desk.query.history(None, "").entries) == 3
    (area,) = history.areas
    assert [point.level for point in area.points] == [5.0]
    assert area.points[0].bar == 3.5
    assert "Stories" in document.progress(history)


async def test_deleted_is_gone_from_everything(desk):
    loop_id = await desk.loop(STRONG)
    desk.process.delete(desk.process.find(loop_id))
    assert desk.query.history(ANN).entries == ()
    assert desk.query.history(ANN).areas == ()
    assert desk.query.practice(ANN, NOW) is None
    with pytest.raises(InterviewNotFound):
        desk.process.find(loop_id)


@pytest.mark.parametrize(
    "now", [{"question_ids": ("gone",)}, {"areas": ("gone",)}, {"persona": "gone"}]
)
async def test_an_interview_whose_files_are_gone_is_listed_and_can_be_deleted(
    desk, store, content, now
):
    held = await desk.hold(desk.interviews.start("story", owner=ANN), STRONG)
    plan = store.load(held).plan.model_copy(update=now)
    turn = store.load(held).turns[0]
    lost = store.create(plan, turn, ANN)
    loop_id = await desk.loop(STRONG)
    history = desk.query.history(ANN)
    assert {one.id for one in history.entries} == {lost, held, loop_id}
    (entry,) = (one for one in history.entries if one.id == lost)
    assert (entry.status, entry.unfinished) == ("its questions are gone", False)
    assert entry.title in document.entry_line(entry)
    assert [one.id for one in desk.query.history(ANN, "gone").entries] == (
        [lost] if "areas" in now else []
    )
    assert desk.query.practice(ANN, NOW) is not None
    with pytest.raises(ContentError):
        desk.query.report(lost)
    desk.process.delete(desk.process.find(lost))
    assert {one.id for one in desk.query.history(ANN).entries} == {held, loop_id}


async def test_an_interview_whose_question_is_gone_says_so_and_can_be_ended(desk, store):
    held = desk.interviews.start("story", owner=ANN)
    plan = store.load(held).plan.model_copy(update={"question_ids": ("gone",)})
    turn = store.load(held).turns[0].model_copy(update={"question_id": "gone"})
    lost = store.create(plan, turn, ANN)
    for look in (desk.interviews.view, desk.interviews.wake):
        with pytest.raises(ContentError, match="put its file back, or delete the interview"):
            look(lost)
    assert desk.interviews.at_work() == (0, 0)
    desk.interviews.finish(lost)
    assert store.load(lost).turns[-1].kind == "closing"


async def test_what_is_being_answered_can_be_deleted(desk):
    interview_id = desk.interviews.start("story", owner=ANN)
    desk.interviews.answer(interview_id, WEAK, 1)
    desk.process.delete(Place("interview", interview_id))
    assert desk.query.history(ANN).entries == ()


async def test_the_next_practice_is_for_what_is_weakest(desk):
    assert desk.query.practice(ANN, NOW) is None
    with pytest.raises(ChoiceError, match="hold an interview first"):
        desk.process.practise(ANN)
    await desk.hold(desk.interviews.start("story", question_ids=["failure"], owner=ANN), WEAK)
    practice = desk.query.practice(ANN, desk.clock)
    assert practice.area == "story"
    assert {one.shown for one in practice.reasons} == {0}
    begun = desk.process.practise(ANN)
    assert desk.query.report(begun).questions[0].id == practice.question_ids[0]
    assert practice.reasons[0].label in document.proposal(practice)


async def test_export_and_import_bring_everything_back(desk, content, tmp_path):
    loop_id = await desk.loop(STRONG, WEAK)
    before = desk.query.loop(loop_id)
    text = desk.process.export(ANN)
    desk.process.delete(Place("loop", loop_id))
    assert desk.process.restore(text, "carol") == 3
    assert desk.query.loop(loop_id) == before
    assert [one.id for one in desk.query.history("carol").entries] == [loop_id]
    assert desk.query.history(ANN).entries == ()


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", "no json", '{"kind": "mock-interviewer archive", "version": 2}']
)
async def test_another_file_is_refused(desk, text):
    with pytest.raises(ArchiveError, match="choose one that was made with Export"):
        desk.process.restore(text)


async def test_a_torn_file_is_refused(desk):
    await desk.loop(STRONG)
    archive = json.loads(desk.process.export(ANN))
    archive["interviews"] = []
    with pytest.raises(ArchiveError, match="export it again"):
        desk.process.restore(json.dumps(archive))


async def test_candidate_text_is_escaped_in_every_view(desk):
    said = 'In May I said <script>alert(1)</script> "myself" & 9 percent because of it.'
    loop_id = await desk.loop(said, said)
    loop = desk.query.loop(loop_id)
    pages = [document.loop(loop), *(document.report(one.report) for one in loop.rounds)]
    again = await desk.hold(
        desk.process.again(loop.rounds[0].interview_id, loop.rounds[0].report.questions[0].id), said
    )
    pages.append(document.comparison(desk.query.comparison(again)))
    for page in pages:
        assert "<script" not in page
        assert "&lt;script&gt;" in page
