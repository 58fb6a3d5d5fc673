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
        (["--only", "kahn"], "there is no set kahn; there are: khan, calibration, attacks"),
        (["--only", "khan", "--items", "99"], "has no item 99"),
        (["--scored", "nowhere.json"], "nowhere.json: can't be read"),
    ],
)
def test_what_can_not_be_evaluated_is_explained(measured, capsys, argv, said):
    assert cli.main(["evaluate", *argv]) == 1
    assert said in capsys.readouterr().err
    assert measured.asked == []
