"""The README's own steps for adding an area, followed word for word."""

import re
import shlex
from pathlib import Path

import pytest

from interviewer import batch, cli, runtime
from tests.doubles import ScriptedModel

README = Path(__file__).parent.parent / "README.md"
SECTION = "## Add an area in ten minutes"


def _steps() -> list[tuple[str, str, str]]:
    """Each fenced block: its language, the file last named before it, and its text."""
    section = README.read_text(encoding="utf-8").split(SECTION)[1].split("\n## ")[0]
    steps = []
    for block in re.finditer(r"^```(\w+)\n(.*?)^```$", section, re.MULTILINE | re.DOTALL):
        named = re.findall(r"`([\w./-]+\.(?:yaml|txt))`", section[: block.start()])
        steps.append((block[1], named[-1] if named else "", block[2]))
    return steps


def test_an_area_is_added_as_the_readme_says(tmp_path, monkeypatch, capsys):
    """Files are written, commands run, and an interview is held on what was written."""
    model = ScriptedModel(yes=lambda _: 0.9)
    for module in (runtime, batch):
        monkeypatch.setattr(module, "open_model", lambda *_, **__: (model, None))
    monkeypatch.setenv("INTERVIEWER_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("INTERVIEWER_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.chdir(tmp_path)
    said = []
    for language, name, text in _steps():
        if language != "shell":
            Path(name).parent.mkdir(exist_ok=True)
            Path(name).write_text(text, encoding="utf-8")
            continue
        for line in text.splitlines():
            said.append(_run(line, monkeypatch, capsys))
    assert len(said) == 4, "an export and three commands"
    _, checked, schema, report = said
    assert "negotiation: sound; 1 criteria, 2 checks, 2 questions" in checked
    assert "ml_theory: sound; 6 criteria" in checked
    assert '"Extension"' in schema
    assert "# Mock interview: Negotiating an offer" in report
    assert "I would ask for 190 thousand" in report.split("Evidence, in your words")[1]


def _run(line: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> str:
    """What the line prints, run as the shell would; output goes to the file that it names."""
    words = shlex.split(line)
    if words[0] == "export":
        monkeypatch.setenv(*words[1].split("=", 1))
        return ""
    command, _, target = line.partition(" > ")
    assert shlex.split(command)[:3] == [".venv/bin/python", "-m", "interviewer"]
    assert cli.main(shlex.split(command)[3:]) == 0, capsys.readouterr().err
    out = capsys.readouterr().out
    if target:
        Path(target).write_text(out, encoding="utf-8")
    return out
