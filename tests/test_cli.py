"""The shell: exit codes, what goes to which stream, what is said of a mistake."""

import asyncio
import json
import re
import sys
from subprocess import run

import pytest

from interviewer import __version__, batch, cli, runtime
from interviewer.content import PROMPTS, content_folder, load_content
from interviewer.identity import owner_of_user
from interviewer.settings import from_environment
from tests.doubles import STRONG, ScriptedModel

ANSWER = (
    "In 2022 our churn model broke two weeks before the launch, and I was its owner. "
    "I retrained it without the leaking feature. Losses fell from 3 to 2 percent."
)


@pytest.fixture(autouse=True)
def environment(monkeypatch, tmp_path):
    """Nothing outside of the test's own folder is read or written."""
    for name in ("BASE_URL", "MODEL", "API_KEY", "HOST", "PORT"):
        monkeypatch.delenv(f"INTERVIEWER_{name}", raising=False)
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INTERVIEWER_CACHE_DIR", str(tmp_path / "cache"))


@pytest.fixture
def model(monkeypatch):
    """The model that a command will find, put in where it is chosen."""
    scripted = ScriptedModel(yes=lambda _: 0.9)
    for module in (runtime, batch):
        monkeypatch.setattr(module, "open_model", lambda *_, **__: (scripted, None))
    return scripted


@pytest.fixture
def answers(tmp_path):
    def write(*texts):
        path = tmp_path / "answers.txt"
        path.write_text("\n---\n".join(texts), encoding="utf-8")
        return str(path)

    return write


@pytest.mark.parametrize(
    "argv",
    [
        [],
        ["nonsense"],
        ["grade"],
        ["grade", "--rubric", "behavioral"],
        ["interview"],
        ["rubrics"],
        ["model", "eat"],
        ["interview", "--answers", "x", "--questions", "many"],
    ],
)
def test_wrong_usage_is_2(argv, capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(argv)
    assert caught.value.code == 2
    assert "usage: python -m interviewer" in capsys.readouterr().err


def test_version(capsys):
    with pytest.raises(SystemExit) as caught:
        cli.main(["--version"])
    assert caught.value.code == 0
    assert capsys.readouterr().out.strip() == __version__


def test_it_runs_as_a_module():
    done = run(
        [sys.executable, "-m", "interviewer", "rubrics", "check"],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "behavioral: sound" in done.stdout


# --- rubrics check -----------------------------------------------------------------------


def test_shipped_files_are_sound(capsys):
    assert cli.main(["rubrics", "check"]) == 0
    out = capsys.readouterr().out
    assert f"{len(PROMPTS)} prompts: sound" in out
    assert "behavioral: sound; " in out


def test_a_sound_file(tmp_path, rubric_text, capsys):
    path = tmp_path / "story.yaml"
    path.write_text(rubric_text, encoding="utf-8")
    assert cli.main(["rubrics", "check", str(path)]) == 0
    assert capsys.readouterr().out == "story: sound; 3 criteria, 6 checks, 3 questions\n"


def test_a_broken_file(tmp_path, rubric_text, capsys):
    path = tmp_path / "story.yaml"
    path.write_text(rubric_text.replace("title: Stories", "titel: Stories"), encoding="utf-8")
    assert cli.main(["rubrics", "check", str(path)]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert f"error: {path}:" in said.err
    assert f"{path}:2: unknown key 'titel'; remove it or correct its spelling" in said.err
    assert "the key 'title' is missing; add it" in said.err


def test_a_file_that_is_not_there(tmp_path, capsys):
    assert cli.main(["rubrics", "check", str(tmp_path / "no.yaml")]) == 1
    assert "no.yaml: can't be read" in capsys.readouterr().err


def test_every_broken_file_is_explained(tmp_path, rubric_text, capsys):
    paths = [tmp_path / "a.yaml", tmp_path / "b.yaml"]
    for path in paths:
        path.write_text(rubric_text.replace("title: Stories", "titel: Stories"), encoding="utf-8")
    assert cli.main(["rubrics", "check", *map(str, paths)]) == 1
    err = capsys.readouterr().err
    assert all(f"{path}:2:" in err for path in paths)


# --- interview ---------------------------------------------------------------------------


def test_an_interview_as_json(model, answers, capsys):
    argv = ["interview", "--json", "--questions", "1", "--answers", answers(ANSWER, STRONG)]
    assert cli.main(argv) == 0
    said = capsys.readouterr()
    report = json.loads(said.out)
    assert report["areas"][0]["area"] == "behavioral"
    assert report["finished"] is True
    assert report["ungraded"] == 0
    assert [t["text"] for t in report["transcript"] if t["speaker"] == "candidate"] == [
        ANSWER,
        STRONG,
    ]
    for criterion in report["criteria"]:
        for proof in criterion["evidence"]:
            assert proof["text"] in ANSWER + STRONG
    assert "Interviewer: Hi, I'm Maya Chen" in said.err
    assert f"You: {ANSWER}" in said.err


def test_an_interview_as_markdown(model, answers, capsys):
    assert cli.main(["interview", "--questions", "1", "--answers", answers(ANSWER)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# Mock interview: Behavioral")
    assert "## Transcript" in out


def test_answers_left_over_are_told(model, answers, capsys):
    model._yes = lambda _: 0.1  # every answer leaves gaps, so all follow-ups are used
    argv = ["interview", "--json", "--questions", "1", "--answers", answers(*[ANSWER] * 8)]
    assert cli.main(argv) == 0
    said = capsys.readouterr()
    assert "the interview is over; the answers left are not used" in said.err
    told = [t for t in json.loads(said.out)["transcript"] if t["speaker"] == "candidate"]
    assert len(told) == 4  # a question and three follow-ups; a script asks nothing at the end


def test_empty_parts_are_no_answers(model, answers, capsys):
    argv = ["interview", "--json", "--questions", "1", "--answers", answers("", ANSWER, "  ", "")]
    assert cli.main(argv) == 0
    told = json.loads(capsys.readouterr().out)["transcript"]
    assert [turn["text"] for turn in told if turn["speaker"] == "candidate"] == [ANSWER]


def test_a_model_that_is_down_is_an_error_and_the_answers_are_stored(model, answers, capsys):
    model.failures = -1
    assert cli.main(["interview", "--questions", "1", "--answers", answers(ANSWER)]) == 1
    said = capsys.readouterr()
    assert "error: scripted can't be reached; check that it runs" in said.err
    assert "Your answers are stored." in said.err
    assert said.out == ""


@pytest.mark.parametrize("data", [None, b"\xff\xfe"])
def test_answers_that_can_not_be_read(tmp_path, model, capsys, data):
    path = tmp_path / "answers.txt"
    if data is not None:
        path.write_bytes(data)
    assert cli.main(["interview", "--answers", str(path)]) == 1
    assert "answers.txt: can't be read" in capsys.readouterr().err


def test_an_unknown_area(model, answers, capsys):
    assert cli.main(["interview", "--area", "nonsense", "--answers", answers(ANSWER)]) == 1
    assert "no rubric for the area 'nonsense'; there are: " in capsys.readouterr().err


def test_several_areas(model, answers, capsys):
    argv = ["interview", "--json", "--questions", "1", "--area", "behavioral", "ml_theory"]
    assert cli.main([*argv, "--answers", answers(ANSWER)]) == 0
    assert re.fullmatch("Behavioral.* and .+", json.loads(capsys.readouterr().out)["title"])


def test_help_names_all_that_can_be_chosen(capsys):
    content = load_content()
    process = content.process
    choices = [process.roles, process.levels, process.focuses, process.stages, process.rounds]
    areas = set(content.rubrics)
    for command, ids in (
        ("interview", areas),
        ("grade", areas),
        ("calibrate", areas),
        ("loop", {"process", *(one.id for some in choices for one in some)}),
    ):
        with pytest.raises(SystemExit):
            cli.main([command, "--help"])
        words = set(re.findall(r"\w+", capsys.readouterr().out))
        assert ids <= words, command


@pytest.mark.parametrize("count", ["0", "-1"])
def test_a_number_of_questions_that_can_not_be(model, answers, count):
    try:
        code = cli.main(["interview", "--questions", count, "--answers", answers(ANSWER)])
    except SystemExit as error:
        code = error.code
    assert code in {1, 2}


def test_a_setting_that_can_not_be_used(monkeypatch, capsys):
    monkeypatch.setenv("INTERVIEWER_PORT", "http")
    assert cli.main(["rubrics", "check"]) == 1
    assert "INTERVIEWER_PORT is 'http'" in capsys.readouterr().err


def test_a_data_folder_that_can_not_be_used(monkeypatch, tmp_path, model, answers, capsys):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "file"))
    assert cli.main(["interview", "--answers", answers(ANSWER)]) == 1
    assert "set INTERVIEWER_DATA_DIR" in capsys.readouterr().err


def test_an_interrupt_is_130(monkeypatch, model, answers):
    def interrupted(_):
        raise KeyboardInterrupt

    monkeypatch.setattr(asyncio, "run", lambda coroutine: (coroutine.close(), interrupted(0)))
    assert cli.main(["interview", "--answers", answers(ANSWER)]) == 130


# --- grade -------------------------------------------------------------------------------


def test_grade(model, tmp_path, capsys):
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    lines = [{"id": n, "question": "Why?", "answer": text} for n, text in enumerate([ANSWER, ""])]
    source.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    rubric = str(content_folder("rubrics") / "behavioral.yaml")
    argv = ["grade", "--rubric", rubric, "--responses", str(source), "--out", str(target)]
    assert cli.main(argv) == 0
    counted = json.loads(capsys.readouterr().out)
    assert (counted["graded"], counted["not observed"]) == (1, 1)
    assert len(target.read_text(encoding="utf-8").splitlines()) == 2


def test_grade_of_a_broken_file(model, tmp_path, capsys):
    source = tmp_path / "in.jsonl"
    source.write_text('{"id": 1}', encoding="utf-8")
    argv = ["grade", "--rubric", "behavioral", "--responses", str(source), "--out", "/dev/null"]
    assert cli.main(argv) == 1
    assert f"error: {source}:1: " in capsys.readouterr().err


# --- model -------------------------------------------------------------------------------


def test_verify_without_a_file(capsys):
    assert cli.main(["model", "verify"]) == 1
    assert "error: " in capsys.readouterr().err


def test_code_is_run_against_visible_and_hidden_tests(tmp_path, capsys):
    file = tmp_path / "answer.py"
    file.write_text("def count_runs(changes, target):\n    return changes.count(target)\n")
    assert cli.main(["code", "run", "count_runs", str(file)]) == 1
    told = capsys.readouterr().out
    assert "expected 2, got 1" in told
    assert "1 of 2 tests passed" in told
    assert cli.main(["code", "submit", "count_runs", str(file)]) == 1
    told = capsys.readouterr().out
    assert "hidden, negative values" in told
    assert "[3, -3, 3, -3]" not in told
    assert cli.main(["code", "run", "no_such", str(file)]) == 1
    assert "there are: serialize_tree" in capsys.readouterr().err


# --- import ------------------------------------------------------------------------------


@pytest.fixture
def of_the_page(monkeypatch, content, model):
    """The engine over the small rubric, with an interview that the page's Ann has begun."""
    monkeypatch.setattr(runtime, "load_content", lambda *_: content)
    opened = runtime.open_runtime(from_environment())
    begun = opened.service.start("story", owner=owner_of_user("ann"))
    yield opened.store, begun
    opened.store.close()


def test_what_was_exported_is_known_when_it_is_imported(of_the_page, tmp_path, capsys):
    store, begun = of_the_page
    file = str(tmp_path / "all.json")
    assert cli.main(["export", file]) == 0
    assert cli.main(["import", file]) == 0
    assert capsys.readouterr().out == "0 new\n"
    assert [one.id for one in store.interviews(None)] == [begun]
    assert store.owner_of(begun) == owner_of_user("ann")


def test_what_is_imported_can_be_given_to_a_user(of_the_page, tmp_path, capsys):
    store, begun = of_the_page
    file = str(tmp_path / "all.json")
    assert cli.main(["export", file]) == 0
    store.delete(begun)
    assert cli.main(["import", file, "--owner", "bob"]) == 0
    assert capsys.readouterr().out == "1 new\n"
    assert store.owner_of(begun) == owner_of_user("bob")
