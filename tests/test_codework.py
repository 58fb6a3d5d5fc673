"""The editor's service on a real store and in the real box."""

import io
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from interviewer import codefigures
from interviewer.bench import Bench
from interviewer.codework import CodeWork
from interviewer.coding import CodeEntry, latest, submission
from interviewer.errors import CodeRejected
from interviewer.interview import InterviewService
from interviewer.markdown import annotated, to_markdown
from interviewer.pdf import report_pdf
from interviewer.query import Query
from interviewer.store import Store
from tests.doubles import NOW, ScriptedModel, shipped_content

CONTENT = shipped_content()
QUESTION = "count_runs"
QUADRATIC = """\
def count_runs(changes, target):
    found = 0
    for start in range(len(changes)):
        total = 0
        for value in changes[start:]:
            total += value
            found += total == target
    return found
"""


@pytest.fixture
def store(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'interviews.db'}")
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
async def service(store):
    made = InterviewService(CONTENT, ScriptedModel(yes=lambda _: 0.1), store)
    yield made
    await made.close()


@pytest.fixture
def work(store):
    return CodeWork(CONTENT, store, Bench.open([Path.cwd()]))


async def test_the_editor_begins_with_the_signature_and_keeps_what_is_typed(service, store, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    question = work.question(store.load(one))
    assert question is not None
    assert work.text(store.load(one), question) == question.coding.signature
    work.save(one, QUESTION, "x = 1")
    work.save(one, QUESTION, "x = 2")
    interview = store.load(one)
    assert work.text(interview, question) == "x = 2"
    assert len(interview.code) == 1, "a question has one draft"


async def test_runs_and_submissions_are_kept_with_what_came_of_them(service, store, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    result = await work.run(one, QUESTION, "def count_runs(changes, target): return -1")
    assert (result.passed, result.kind) == (0, "run")
    entry = await work.submit(one, QUESTION, QUADRATIC)
    assert entry.result is not None
    assert entry.result.all_passed
    assert entry.fit is not None
    assert entry.fit.best in {"n^2", "n^2 log n"}
    assert entry.figures is not None
    assert entry.figures.complexity == 3
    interview = store.load(one)
    assert [kept.kind for kept in interview.code if kept.kind != "draft"] == ["run", "submit"]
    assert submission(interview.code, QUESTION) == entry
    assert latest(interview.code, QUESTION).code == QUADRATIC
    assert submission(interview.code, "kmeans") is None


@pytest.mark.parametrize(("does", "on_bench"), [("run", "run_visible"), ("submit", "submit")])
async def test_what_is_typed_while_the_tests_run_stays(
    service, store, work, monkeypatch, does, on_bench
):
    one = service.start(["coding"], question_ids=[QUESTION])
    question = work.question(store.load(one))
    really = getattr(work.bench, on_bench)

    async def while_typing(*arguments):
        result = await really(*arguments)
        work.save_typed(one, QUESTION, "typed = 1", "python")
        return result

    monkeypatch.setattr(work.bench, on_bench, while_typing)
    await getattr(work, does)(one, QUESTION, QUADRATIC)
    assert work.text(store.load(one), question) == "typed = 1"


async def test_each_language_keeps_what_was_written_in_it(service, store, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    question = work.question(store.load(one))
    work.save(one, QUESTION, QUADRATIC)
    assert "long long count_runs(" in work.switch(one, QUESTION, QUADRATIC, "cpp")
    work.save(one, QUESTION, "int x;", "cpp")
    work.save_typed(one, QUESTION, "late = 1", "python")
    interview = store.load(one)
    assert (work.language(interview, question), work.text(interview, question)) == ("cpp", "int x;")
    assert work.switch(one, QUESTION, "int x;", "python") == QUADRATIC
    assert work.text(store.load(one), question, "cpp") == "int x;"


async def test_own_input_runs_after_the_code(service, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    trial = await work.attempt(one, QUESTION, QUADRATIC, "count_runs([1, 1], 1)")
    assert trial.shown == "2"


async def test_what_needs_pytorch_is_kept_and_read_but_not_run(service, work):
    one = service.start(["coding"], question_ids=["pytorch_training_loop"])
    with pytest.raises(CodeRejected, match="PyTorch"):
        await work.run(one, "pytorch_training_loop", "x = 1")
    entry = await work.submit(one, "pytorch_training_loop", "def fit(model):\n    pass\n")
    assert entry.result is None
    assert entry.figures is not None


async def test_without_a_box_a_submission_is_kept_and_read(service, store):
    work = CodeWork(CONTENT, store, Bench.open([], off=True))
    one = service.start(["coding"], question_ids=[QUESTION])
    entry = await work.submit(one, QUESTION, QUADRATIC)
    assert entry.result is None
    assert entry.figures is not None


async def test_an_empty_submission_and_an_endless_one_are_refused(service, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    with pytest.raises(CodeRejected, match="empty"):
        await work.submit(one, QUESTION, "  \n")
    with pytest.raises(CodeRejected, match="at most"):
        work.save(one, QUESTION, "#" * 50_000)


async def test_another_kind_of_question_has_no_editor(service, store, work):
    one = service.start(["behavioral"])
    assert work.question(store.load(one)) is None


def test_figures_are_read_and_nothing_is_run(tmp_path):
    trap = tmp_path / "ran"
    code = f"open({str(trap)!r}, 'w')\nl = 1\ndef f(x=[]):\n    return x == None\n"
    found = codefigures.read(code)
    assert not trap.exists()
    assert {remark.rule for remark in found.remarks} >= {"E711", "E741", "B006"}
    assert found.maintainability is not None
    assert found.lines == 4


def test_code_that_cannot_be_parsed_has_remarks_only():
    found = codefigures.read("def f(:\n")
    assert found.remarks
    assert found.complexity is None


ANSWER = (
    "I keep a running total over every start of the list and count each total that equals the "
    "target. It runs in O(n) time because every value is looked at once."
)


async def test_the_interviewer_asks_about_the_code_and_the_report_grades_it(service, store, work):
    one = service.start(["coding"], question_ids=[QUESTION])
    await work.submit(one, QUESTION, QUADRATIC.replace("total == target", "total > target"))
    service.answer(one, ANSWER, 1)
    await service.settled(one)
    first = store.load(one).turns[-1]
    assert first.reason == "From the tests: a hidden case fails"
    assert "doesn't return the right value for" in first.text
    assert "[3, -3, 3, -3]" not in first.text
    await work.submit(one, QUESTION, QUADRATIC)
    service.answer(one, ANSWER, first.seq)
    await service.settled(one)
    second = store.load(one).turns[-1]
    assert second.reason == "From the measured growth: it isn't the claimed one"
    assert "You said that it runs in n." in second.text
    service.finish(one)
    report = Query(CONTENT, store, service.ungraded).report(one)
    graded = {grade.subject: grade.level for grade in report.code[0].grades}
    assert graded == {"correctness": 4, "efficiency": 2, "maintainability": 5}
    assert report.code[0].claim == "n"
    shown = [criterion.title for criterion in report.criteria if criterion.level]
    assert "Code: correctness, from the tests" in shown
    _holds_the_code(report)


def _holds_the_code(report):
    """Both documents have the tests, the fit and the numbered code, as the page does."""
    text = to_markdown(report)
    assert "- passed: hidden, negative values" in text
    assert "| size of the input | measured | fitted |" in text
    assert "    5          for value in changes[start:]:" in text
    pages = PdfReader(io.BytesIO(report_pdf(report))).pages
    written = "\n".join(page.extract_text() for page in pages)
    for part in ("hidden, negative values", "Its time grows like n^2", "size of the input"):
        assert part in written
    assert re.search(r"5\s+for value in changes\[start:\]:", written)


def test_remarks_stand_under_their_lines():
    figures = codefigures.read("x = 1\nif x == None:\n    pass\n")
    entry = CodeEntry(
        question_id="q",
        kind="submit",
        code="x = 1\nif x == None:\n    pass\n",
        at=NOW,
        figures=figures,
    )
    lines = list(annotated(entry))
    assert lines[1] == "2  if x == None:"
    assert lines[2].startswith("   ^ Comparison to")


async def test_code_comes_back_with_a_restored_interview(service, store, work, tmp_path):
    one = service.start(["coding"], question_ids=[QUESTION])
    await work.run(one, QUESTION, QUADRATIC)
    other = Store(f"sqlite:///{tmp_path / 'other.db'}")
    other.open()
    other.restore([store.load(one)], [], "me")
    assert other.load(one).code == store.load(one).code
    other.close()
