"""The command ``evaluate``."""

import json
from functools import partial

import pytest

from interviewer import cli
from interviewer.evaluation import run
from interviewer.evaluation.metrics import Draws
from tests.doubles import ScriptedModel


@pytest.fixture
def measured(monkeypatch):
    scripted = ScriptedModel(yes=lambda _: 0.9)
    monkeypatch.setattr(run, "Draws", partial(Draws, rounds=20))
    monkeypatch.setattr(run, "open_model", lambda *_, **__: (scripted, None))
    return scripted


def test_evaluate_prints_a_page_and_writes_json(measured, tmp_path, capsys):
    target = tmp_path / "found.json"
    argv = ["evaluate", "--only", "khan", "--items", "1,2", "--sample", "6", "--json", str(target)]
    assert cli.main(argv) == 0
    page = capsys.readouterr().out
    assert page.startswith("# Evaluation")
    assert "CC BY 4.0" in page
    assert "model scripted" in page
    found = json.loads(target.read_text(encoding="utf-8"))
    assert len(found["sections"][0]["rows"]) == 6


def test_evaluate_takes_a_set_of_ones_own(measured, tmp_path, capsys):
    path = tmp_path / "mine.jsonl"
    answers = [{"id": n, "text": "It broke in May.", "score": n % 2} for n in range(4)]
    item = {"id": 1, "question": "Why?", "key_points": ["it broke"], "answers": answers}
    path.write_text(json.dumps(item), encoding="utf-8")
    assert cli.main(["evaluate", "--scored", str(path)]) == 0
    page = capsys.readouterr().out
    assert "Agreement with people: mine" in page
    assert "Khan" not in page


@pytest.mark.parametrize(
    ("argv", "said"),
    [
        (["--only", "kahn"], "there is no set kahn; there are: khan, references, calibration"),
        (["--only", "khan", "--items", "99"], "has no item 99"),
        (["--scored", "nowhere.json"], "nowhere.json: can't be read"),
    ],
)
def test_what_can_not_be_evaluated_is_explained(measured, capsys, argv, said):
    assert cli.main(["evaluate", *argv]) == 1
    assert said in capsys.readouterr().err
    assert measured.asked == []


def test_a_run_that_was_broken_off_goes_on(measured, tmp_path, capsys):
    kept = tmp_path / "said.jsonl"
    argv = ["evaluate", "--only", "khan", "--items", "1", "--sample", "4", "--resume", str(kept)]
    assert cli.main(argv) == 0
    whole, asked = capsys.readouterr().out, len(measured.asked)
    lines = kept.read_text(encoding="utf-8").splitlines(keepends=True)
    assert len(lines) == len({str(one) for one in measured.asked})

    # Killed in the middle of a line, two calls before the end.
    kept.write_text("".join(lines[:-2]) + lines[-2][:10], encoding="utf-8")
    measured.asked.clear()
    assert cli.main(argv) == 0
    again = capsys.readouterr().out
    assert len(measured.asked) == 2
    assert f"{len(lines) - 2} calls of an earlier run" in again
    assert _tables(again) == _tables(whole)
    assert asked > 2


def _tables(page):
    """The figures that don't depend on the time."""
    return [line for line in page.splitlines() if line.startswith("| ")]


@pytest.mark.parametrize("notes", ["my notes\n", "my notes"])
def test_a_file_of_something_else_is_not_added_to(measured, tmp_path, capsys, notes):
    path = tmp_path / "notes.txt"
    path.write_text(notes, encoding="utf-8")
    assert cli.main(["evaluate", "--only", "khan", "--resume", str(path)]) == 1
    assert "notes.txt: line 1 is not one that evaluate wrote" in capsys.readouterr().err
    assert path.read_text(encoding="utf-8") == notes


def test_a_sample_is_the_same_questions_for_every_subject(measured, monkeypatch, tmp_path):
    # By which fit a question is graded doesn't matter here, and making them all takes long.
    monkeypatch.setattr(run, "_judged_signals", lambda: ([], []))
    target = tmp_path / "found.json"
    subjects = ("calibration", "attacks", "stability", "evidence")
    argv = ["evaluate", "--only", ",".join(subjects), "--sample", "44", "--json", str(target)]
    assert cli.main(argv) == 0
    sections = json.loads(target.read_text(encoding="utf-8"))["sections"]
    asked = {one["name"]: {_question(row["id"]) for row in one["rows"]} for one in sections}
    of_cases = asked["calibration"]
    assert len(of_cases) == 7
    for name in ("stability", "evidence"):
        assert asked[name]
        assert asked[name] <= of_cases
    assert of_cases & asked["attacks"]
    assert {one for one in asked["attacks"] if "/" in one} <= of_cases


def _question(row_id):
    """The area and question of a calibration answer; the item of another one."""
    name = row_id.rpartition(": ")[2]
    parts = name.split("/")
    return "/".join(parts[:2]) if len(parts) == 3 else parts[0]
