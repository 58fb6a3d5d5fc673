"""A user's own scored answers: what is fitted, what is refused, what is kept."""

import json
import random
from dataclasses import replace
from pathlib import Path

import pytest

from interviewer import cli, runtime
from interviewer.batch import read_lines
from interviewer.calibration import UNFITTED, Line
from interviewer.cli import grade as shell
from interviewer.collecting import collect
from interviewer.content import content_folder, load_calibrations
from interviewer.errors import InterviewerError
from interviewer.fitting import Row, Slip
from interviewer.recalibrate import fit_shipped, fits_path, recalibrate, with_own_fits
from interviewer.runtime import EMBEDDED_LABEL
from tests.doubles import ScriptedModel, shipped_content

DATA = Path(__file__).parent / "data"


def _calibrations():
    return load_calibrations(shipped_content().rubrics, content_folder("rubrics"))


def _by_number(messages):
    """The judge's word is a number that the answer names; what holds none is surely no."""
    asked = messages[-1]["content"].rpartition("Student answer: ")[2]
    digits = [word.strip(".") for word in asked.split() if word.strip(".").isdigit()]
    return int(digits[0]) / 100 if digits else 0.01


def _answers(path, rule, count=40, questions=4):
    rng = random.Random(1)
    lines = []
    for n in range(count):
        said = rng.randint(5, 95)
        lines.append(
            {
                "id": n,
                "question": f"Which figure is it in case {'abcd'[n % questions]}?",
                "key_points": ["the figure"],
                "answer": f"I would say it is {said} in all.",
                "score": rule(said / 100),
            }
        )
    path.write_text("\n".join(map(json.dumps, lines)), encoding="utf-8")
    return path


async def _recalibrate(path, content):
    return await recalibrate("ml_theory", path, content, ScriptedModel(yes=_by_number))


def _with_straight_lines(content):
    return replace(content, fits=UNFITTED)


async def test_lenient_people_move_the_line(tmp_path):
    content = _with_straight_lines(shipped_content())
    path = _answers(tmp_path / "scored.jsonl", lambda p: 0.5 + p / 2)
    area, fits, held = await _recalibrate(path, content)
    assert area == "ml_theory"
    assert held["scores"].fitted < held["scores"].unfitted / 3
    assert fits.scores.score(0.0) == pytest.approx(0.5, abs=0.05)
    assert fits.scores.spread < 0.1
    assert (fits.sources[-1].name, fits.sources[-1].answers) == ("scored.jsonl", 40)
    assert fits.answers == content.fits.answers


async def test_what_does_not_help_is_not_kept(tmp_path):
    content = _with_straight_lines(shipped_content())
    path = _answers(tmp_path / "scored.jsonl", lambda p: p)
    _, fits, held = await _recalibrate(path, content)
    assert held["scores"].fitted >= held["scores"].unfitted
    assert fits.scores == UNFITTED.scores


async def test_a_fit_comes_after_the_one_in_force(tmp_path):
    shipped = UNFITTED.model_copy(update={"scores": Line(intercept=0.2, slope=0.5, spread=0.3)})
    content = replace(shipped_content(), fits=shipped)
    path = _answers(tmp_path / "scored.jsonl", lambda p: p)
    _, fits, _ = await _recalibrate(path, content)
    assert fits.scores.score(0.1) == pytest.approx(0.1, abs=0.05)
    assert fits.scores.score(0.9) == pytest.approx(0.9, abs=0.05)


@pytest.mark.parametrize(("count", "questions"), [(0, 1), (19, 4), (40, 1)])
async def test_too_few_answers_are_refused(tmp_path, count, questions):
    path = _answers(tmp_path / "scored.jsonl", lambda p: p, count, questions)
    with pytest.raises(InterviewerError, match="at least 20 answers to 2 or more questions"):
        await _recalibrate(path, shipped_content())


async def test_a_score_off_the_scale_names_its_line(tmp_path):
    path = _answers(tmp_path / "scored.jsonl", lambda p: 5)
    with pytest.raises(InterviewerError, match=r"scored\.jsonl:1: score: "):
        await _recalibrate(path, shipped_content())


def test_the_shell_keeps_a_fit_and_grade_uses_it(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    scripted = ScriptedModel(yes=_by_number)
    for module in (runtime, shell):
        monkeypatch.setattr(module, "open_model", lambda *_, **__: (scripted, None))
    monkeypatch.setattr("interviewer.batch.open_model", lambda *_, **__: (scripted, None))
    path = _answers(tmp_path / "scored.jsonl", lambda p: 0.5 + p / 2)
    assert cli.main(["calibrate", "--rubric", "ml_theory", "--responses", str(path)]) == 0
    said = capsys.readouterr().out
    assert "| scores | root mean square error, questions left out |" in said
    assert "| yes |" in said
    content = shipped_content()
    assert content.round(["ml_theory"]).fits == content.fits
    kept = with_own_fits(content, tmp_path / "data", "ml_theory")
    assert kept.fits != content.fits
    assert kept.round(["ml_theory"]).fits == kept.fits
    assert with_own_fits(content, tmp_path / "data", "coding").fits == content.fits


def test_a_broken_own_fit_says_what_to_do(tmp_path):
    path = fits_path(tmp_path, "ml_theory")
    path.parent.mkdir()
    path.write_text("{}", encoding="utf-8")
    with pytest.raises(InterviewerError, match="delete the file to use the shipped fit"):
        with_own_fits(shipped_content(), tmp_path, "ml_theory")


def test_an_own_fit_of_an_earlier_release_keeps_its_lines(tmp_path):
    """Its weights are for signals that there may be no more."""
    shipped = shipped_content()
    older = shipped.fits.model_dump()
    older["exemplified"]["weights"]["right"] = -0.3
    older["scores"]["slope"] = 0.5
    path = fits_path(tmp_path, "ml_theory")
    path.parent.mkdir()
    path.write_text(json.dumps(older), encoding="utf-8")
    fits = with_own_fits(shipped, tmp_path, "ml_theory").fits
    assert fits.scores.slope == 0.5
    assert fits.exemplified == shipped.fits.exemplified


def test_the_shipped_fit_is_what_its_signals_give():
    """No number in it is written by hand."""
    assert fit_shipped(DATA / "judge_signals.jsonl", EMBEDDED_LABEL) == shipped_content().fits


def test_signals_are_collected_once_and_the_run_can_go_on(tmp_path, monkeypatch, capsys):
    scripted = ScriptedModel(yes=lambda _: 0.4)
    monkeypatch.setattr(shell, "open_model", lambda *_, **__: (scripted, None))
    path = tmp_path / "signals.jsonl"
    argv = ["calibrate", "--collect", str(path), "--rubric", "communication"]
    assert cli.main(argv) == 0
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert len({row["answer"] for row in rows}) == 6
    assert {row["fit"] for row in rows} == {"key_points", "sentences", "mistakes", "red_flags"}
    strong = [row for row in rows if row["answer"].endswith("/strong")]
    assert sum(row["met"] for row in strong) > 3
    asked = len(scripted.asked)
    assert asked > 20
    assert cli.main(argv) == 0
    assert len(scripted.asked) == asked
    capsys.readouterr()
    fit = ["calibrate", "--signals", str(path)]
    assert cli.main(fit) == 1
    assert "slips.jsonl" in capsys.readouterr().err  # what should lie beside it
    for name in ("replies.jsonl", "slips.jsonl"):
        (tmp_path / name).write_bytes((DATA / name).read_bytes())
    assert cli.main(fit) == 1
    assert "at least two questions" in capsys.readouterr().err  # one question tests no fit


async def test_no_check_counts_as_missing_that_nobody_labelled():
    """What other areas grade in every round is collected where it is labelled, and only there."""
    content = shipped_content()
    own = {one.id for one in content.rubrics["communication"].all_criteria}
    answer = _calibrations()["communication"].answers[2]
    unlabelled = answer.model_copy(update={"across": None})
    found = []
    for one in (answer, unlabelled):
        rows = [
            row
            async for of in collect(content, ScriptedModel(), [("communication", one)])
            for row in of
        ]
        found.append({row.check: row.met for row in rows if row.criterion not in own})
    labelled, not_labelled = found
    assert labelled["asks_clarifying"]
    assert not labelled["sign_of_success"]
    assert not {"asks_clarifying", "sign_of_success"} & set(not_labelled)


def test_the_signals_bear_the_labels_of_the_calibration_answers():
    labels = {
        f"{one.question}/{one.kind}": one for of in _calibrations().values() for one in of.answers
    }
    rows = [
        one
        for one in read_lines(DATA / "judge_signals.jsonl", Row)
        if one.fit in {"sentences", "key_points"} and one.criterion
    ]
    assert len(rows) > 4_000
    for row in rows:
        answer = labels[row.answer]
        assert answer.across is not None
        short = (row.check or "").removeprefix(f"{answer.question}__")
        assert row.met == (short in {*answer.earns, *answer.across}), (row.answer, row.check)


def test_every_slip_was_put_into_an_answer_that_was_judged():
    rows = read_lines(DATA / "judge_signals.jsonl", Row)
    judged = {(one.answer, one.criterion) for one in rows}
    slips = list(read_lines(DATA / "slips.jsonl", Slip))
    assert len(slips) == 56
    for slip in slips:
        assert {(slip.answer, criterion) for criterion in slip.levels} <= judged, slip.answer
        assert slip.answer.startswith(f"{slip.group}/")


def _scored_set(path, **key_point):
    answers = [{"id": 1, "text": "It deadlocks.", "score": 1}, {"id": 2, "text": "", "score": 0}]
    point = {"text": "names the deadlock", **key_point}
    item = {"id": 7, "question": "What happens?", "key_points": [point], "answers": answers}
    path.write_text(json.dumps({"name": "Mine", "items": [item]}), encoding="utf-8")
    return path


def test_scored_answers_can_be_collected_too(tmp_path, monkeypatch):
    scripted = ScriptedModel(yes=lambda _: 0.4)
    monkeypatch.setattr(shell, "open_model", lambda *_, **__: (scripted, None))
    scored = _scored_set(tmp_path / "mine_set.json", right=["A deadlock."])
    path = tmp_path / "signals.jsonl"
    for _ in range(2):  # the second time there is nothing left to do
        argv = ["calibrate", "--collect", str(path), "--scored", str(scored)]
        assert cli.main(argv) == 0
    (row,) = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    told = (row["fit"], row["group"], row["answer"], row["met"], row["score"])
    assert told == ("exemplified", "mine 7", "mine 7/1", True, 1.0)
    assert {"judged", "turns", "empty", "off_topic", "like_right"} == set(row["signals"])


def test_without_examples_a_key_point_is_a_reference(tmp_path, monkeypatch):
    scripted = ScriptedModel(degree=lambda _: 0.8)
    monkeypatch.setattr(shell, "open_model", lambda *_, **__: (scripted, None))
    scored = _scored_set(tmp_path / "mine.json")
    path = tmp_path / "s.jsonl"
    assert cli.main(["calibrate", "--collect", str(path), "--scored", str(scored)]) == 0
    (row,) = (json.loads(line) for line in path.read_text(encoding="utf-8").splitlines())
    assert (row["fit"], row["answer"]) == ("references", "mine 7/1")
    assert set(row["signals"]) == {"judged", "covered"}


def test_scored_answers_to_several_key_points_say_so(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(shell, "open_model", lambda *_, **__: (ScriptedModel(), None))
    scored = _scored_set(tmp_path / "mine.json")
    told = json.loads(scored.read_text(encoding="utf-8"))
    told["items"][0]["key_points"] *= 2
    scored.write_text(json.dumps(told), encoding="utf-8")
    argv = ["calibrate", "--collect", str(tmp_path / "s.jsonl"), "--scored", str(scored)]
    assert cli.main(argv) == 1
    assert "item 7 has 2 key points; give it one" in capsys.readouterr().err
