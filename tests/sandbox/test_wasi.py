"""The sandbox of WebAssembly: which machine gets it, what runs in it, and what it says it lacks."""

from pathlib import Path

import pytest

from interviewer import bench as bench_module
from interviewer.bench import Bench
from interviewer.errors import SandboxUnavailable
from interviewer.rubric import Case
from interviewer.sandbox import wasi, wasm_stack
from interviewer.ui import code_render
from tests.doubles import shipped_content

RUBRIC = shipped_content().rubric("coding")
RIGHT = ("count_runs", "kmeans", "causal_attention", "account_clusters")


@pytest.fixture
def no_box(monkeypatch: pytest.MonkeyPatch) -> None:
    def none(hidden: object) -> None:
        raise SandboxUnavailable("bubblewrap is missing")

    monkeypatch.setattr(bench_module.bubblewrap, "find", none)


@pytest.mark.parametrize("name", RIGHT)
async def test_a_right_solution_without_numpy_passes_every_test(
    webassembly: Bench, name: str
) -> None:
    coding = RUBRIC.question(name).coding
    code = next(one.code for one in coding.solutions if "import numpy" not in one.code)
    assert (await webassembly.submit("a", coding, code)).all_passed


async def test_growth_is_measured(webassembly: Bench) -> None:
    coding = RUBRIC.question("count_runs").coding
    found = await webassembly.measure("a", coding.solutions[0].code, coding)
    assert found is not None
    sizes = [point.n for point in found.points]
    assert len(sizes) >= 5
    assert found.points[-1].seconds > found.points[0].seconds > 0


async def test_numpy_is_said_to_be_missing(webassembly: Bench) -> None:
    assert "no numpy" in webassembly.why_no_numpy
    code = "import numpy as np\ndef f(): return 1"
    result = await webassembly.run("a", code, [Case(run="f()", expect=1)], "run", 1)
    assert (result.cases[0].status, result.cases[0].line) == ("error", 1)
    assert "numpy is not in this machine's sandbox; write it without" in result.cases[0].message
    question = RUBRIC.question("kmeans")
    shown = code_render.task(
        question, "", webassembly.why_not_cpp(question.coding), webassembly.why_no_numpy
    )
    assert "which has no numpy" in shown
    assert "numpy may be imported" not in shown


async def test_a_question_that_needs_numpy_is_read_and_not_run(
    bench: Bench, webassembly: Bench
) -> None:
    coding = RUBRIC.question("two_layer_backprop").coding
    assert bench.why_not_python(coding) == ""
    assert "this question needs it" in webassembly.why_not_python(coding)
    with pytest.raises(SandboxUnavailable, match="no numpy"):
        await webassembly.submit("a", coding, "x = 1")


async def test_calls_within_each_other_reach_as_deep_as_python_lets_them(
    webassembly: Bench,
) -> None:
    """With the stack that the program comes with, each of these is a crash."""
    code = (
        "import functools\n@functools.cache\ndef f(n): return n and 1 + f(n - 1)\n"
        "def g(n): return n < 1 or all(g(m) for m in [n - 1])"
    )
    cases = [
        Case(run="f(450)", expect=450),
        Case(run="g(150)", expect=True),
        Case(run="g(10**4)", expect=True),
    ]
    result = await webassembly.run("a", code, cases, "run", 3)
    assert [case.status for case in result.cases] == ["passed", "passed", "error"]
    assert "about 160 through all" in result.cases[-1].message


def test_without_a_box_there_is_webassembly(
    no_box: None, webassembly: Bench, compiled: Path
) -> None:
    made = next(compiled.iterdir()).stat().st_mtime_ns
    opened = Bench.open([], compiled)
    assert opened.can_run
    assert "WebAssembly" in opened.why_not_cpp(RUBRIC.question("count_runs").coding)
    assert [path.stat().st_mtime_ns for path in compiled.iterdir()] == [made], "compiled again"


def test_without_either_nothing_is_run_and_both_reasons_are_told(
    no_box: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wasi, "_SHA256", "0" * 64)
    closed = Bench.open([], tmp_path)
    assert not closed.can_run
    assert "bubblewrap is missing; and" in closed.why_not
    assert "not the file that was published" in closed.why_not
    monkeypatch.setattr(wasi, "_PACKAGE", "no-such-package-here")
    assert "pip install no-such-package-here" in Bench.open([], tmp_path).why_not


def test_what_another_machine_compiled_is_made_anew(
    webassembly: Bench, compiled: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = next(compiled.iterdir())
    (tmp_path / good.name).write_bytes(b"\x7fELF of another machine")

    def prepare(program: Path, box: wasi.Wasi) -> None:
        box.prepared.write_bytes(good.read_bytes())

    monkeypatch.setattr(wasi, "_prepare", prepare)
    wasi.find(tmp_path)
    assert (tmp_path / good.name).stat().st_size == good.stat().st_size


def test_a_program_that_is_laid_out_otherwise_is_not_touched() -> None:
    bounded = b"\0asm\1\0\0\0" + b"\x05\x04\x01\x01\x01\x02"
    for program in (b"#!/bin/sh", bounded):
        with pytest.raises(SandboxUnavailable, match="can't be prepared"):
            wasm_stack.enlarge(program, 1)
