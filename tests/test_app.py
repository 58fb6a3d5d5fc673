"""The program refuses to start on content that it can't trust, and says what to mend."""

import os
import socket
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).parent.parent


def start(**environment: str) -> subprocess.CompletedProcess[str]:
    """A start that is refused."""
    return subprocess.run(
        [sys.executable, CHECKOUT / "app.py"],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_broken_rubric_stops_the_start(tmp_path: Path, rubric_text: str) -> None:
    broken = tmp_path / "story.yaml"
    broken.write_text(rubric_text.replace("title: Stories", "titel: Stories"), encoding="utf-8")
    done = start(INTERVIEWER_RUBRICS=str(tmp_path), INTERVIEWER_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert f"{broken}:2: unknown key 'titel'; remove it or correct its spelling" in done.stderr


def test_a_setting_that_can_not_be_used_stops_the_start(tmp_path: Path) -> None:
    done = start(INTERVIEWER_PORT="http")
    assert done.returncode == 1
    assert "INTERVIEWER_PORT is 'http'; give a number from 1 to 65535" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_second_start_says_that_the_first_one_runs(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        done = start(INTERVIEWER_PORT=str(port), INTERVIEWER_DATA_DIR=str(tmp_path / "data"))
    assert done.returncode == 1
    assert f"http://127.0.0.1:{port} can't be served" in done.stderr
    assert "if this program runs already, open that address" in done.stderr
    assert "Traceback" not in done.stderr
