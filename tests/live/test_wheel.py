"""The wheel works outside the checkout, in an environment of its own."""

import json
import os
import subprocess
import sys
import venv
from pathlib import Path

import pytest

from interviewer.settings import Settings

pytestmark = pytest.mark.live

CHECKOUT = Path(__file__).parent.parent.parent


def test_it_installs_and_grades_elsewhere(settings: Settings, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path, CHECKOUT],
        check=True,
        capture_output=True,
    )
    (wheel,) = tmp_path.glob("*.whl")
    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    # What it needs is read from here: installing it once more takes a minute.
    here, there = (
        subprocess.run(
            [one, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))"],
            check=True,
            capture_output=True,
            text=True,
        ).stdout.strip()
        for one in (sys.executable, python)
    )
    (Path(there) / "needed.pth").write_text(f"{here}\n")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "--no-deps", wheel], check=True)
    subprocess.run([python, "-m", "pip", "check"], check=True)
    where = subprocess.run(
        [python, "-c", "import interviewer; print(interviewer.__file__)"],
        check=True,
        capture_output=True,
        text=True,
        cwd=tmp_path,
    ).stdout
    assert where.startswith(there)  # the wheel's, not the checkout's
    line = {
        "id": 7,
        "question": "Tell me about a time you had to make a decision with incomplete data.",
        "key_points": [],
        "answer": "In May 2023 I read 200 failed requests by hand and found the stale feature.",
    }
    (tmp_path / "in.jsonl").write_text(json.dumps(line))
    done = subprocess.run(
        [
            *(python, "-m", "interviewer", "grade", "--rubric", "behavioral"),
            *("--responses", "in.jsonl", "--out", "out.jsonl"),
        ],
        cwd=tmp_path,
        env={
            **os.environ,
            "INTERVIEWER_CACHE_DIR": str(settings.cache_dir),
            "INTERVIEWER_DATA_DIR": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    graded = json.loads((tmp_path / "out.jsonl").read_text())
    assert graded["id"] == 7
    assert graded["evidence"]
    assert all(text in line["answer"] for text in graded["evidence"])
