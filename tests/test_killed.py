"""The program is killed (kill -9) at 20 points of an interview, and started again each time."""

import json
import subprocess
import sys
from pathlib import Path

from tests.doubles import FakeEndpoint, completion, events, top
from tests.lives import ANSWERS, POINTS

CHECKOUT = Path(__file__).parent.parent


def _interviewer(handler) -> None:
    if handler.server.requests[-1].body.get("stream"):
        events("In which month ", "was that, ", "and in which ", "team was it?")(handler)
    else:
        completion("No", top(No=-0.1, Yes=-3.0))(handler)


def test_a_kill_at_any_point_loses_no_answer_and_takes_no_turn_twice(tmp_path):
    endpoint = FakeEndpoint(_interviewer)
    try:
        done = subprocess.run(
            [sys.executable, "-m", "tests.lives", f"{endpoint.url}/v1", tmp_path],
            cwd=CHECKOUT,
            capture_output=True,
            text=True,
            check=False,
            timeout=120,
        )
    finally:
        endpoint.stop()
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    whole = _kinds(found["whole"])
    assert whole == ["question", "answer", "probe", "answer", "probe", "closing"]
    assert len(found["lives"]) == POINTS
    for life in found["lives"]:
        assert (life["killed"], life["again"]) == (True, False)
        after = life["after"]
        said = [one["text"] for one in after["turns"] if one["speaker"] == "candidate"]
        assert said == ANSWERS, "each answer is there once"
        assert said[: len(life["promised"])] == life["promised"]
        assert [one["seq"] for one in after["turns"]] == list(range(1, len(after["turns"]) + 1))
        assert _kinds(after) == whole, "no turn twice, none left out"
        assert after["graded"][0] == after["graded"][1] > 0
        assert after["problem"] == ""


def _kinds(told):
    return [one["kind"] for one in told["turns"]]
