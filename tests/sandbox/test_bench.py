"""Running code as a candidate does: cases, own input, errors with their lines, turns."""

import asyncio

import pytest

from interviewer.bench import LONGEST_CODE, Bench
from interviewer.errors import CodeRejected, SandboxBusy, SandboxUnavailable
from interviewer.rubric import Case, Coding
from interviewer.sandbox.turns import MOST_WAITING, Turns
from tests.doubles import CODING


async def test_visible_cases_show_what_they_ask_and_hidden_ones_do_not(bench: Bench) -> None:
    coding = Coding.model_validate(CODING)
    code = "def double(xs):\n    print('called')\n    return [x + x for x in xs] or None"
    result = await bench.submit("a", coding, code)
    seen, unseen = result.cases[0], result.cases[-1]
    assert (seen.status, seen.run, seen.expected) == ("passed", "double([1, 2])", "[2, 4]")
    assert seen.output == "called\n"
    assert (unseen.run, unseen.expected, unseen.got, unseen.output) == (None, None, None, "")
    empty = next(case for case in result.cases if case.family == "an empty input")
    assert empty.status == "failed"
    assert (result.passed, len(result.cases)) == (4, 5)


async def test_an_error_names_its_line(bench: Bench) -> None:
    code = "def f(x):\n    y = 1\n    return x / 0"
    result = await bench.run("a", code, [Case(run="f(1)", expect=1)], "run", 1)
    assert (result.cases[0].line, result.cases[0].status) == (3, "error")
    assert "ZeroDivisionError" in result.cases[0].message
    result = await bench.run("a", "def f(x:\n", [Case(run="f(1)", expect=1)], "run", 1)
    assert result.cases[0].line == 1
    assert "SyntaxError" in result.cases[0].message


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        ("ValueError(repr(xs))", "ValueError"),
        ("ValueError(f'no: {xs}')", "ValueError"),
        ("KeyError(xs[0])", "KeyError"),
        ("type(repr(xs), (Exception,), {})(xs)", "An error"),
        ("type('Own', (Exception,), {})(xs)", "Own"),
        (
            "FileNotFoundError(str(xs))",
            "FileNotFoundError. There are no files here besides Python's own.",
        ),
    ],
)
async def test_an_error_on_a_hidden_input_tells_none_of_it(
    bench: Bench, raised: str, told: str
) -> None:
    code = f"def f(xs):\n    raise {raised}"
    result = await bench.run("a", code, [Case(run="f([4711, 8])", expect=1)] * 2, "submit", 1)
    seen, unseen = result.cases
    assert "4711" in seen.message
    assert (unseen.message, unseen.line) == (told, 2)


@pytest.mark.parametrize(
    "code",
    [
        "from dataclasses import dataclass\n@dataclass\nclass Node:\n    key: int\n"
        "    next: 'Node | None' = None\ndef f(x): return Node(x).key",
        "from __future__ import annotations\nfrom dataclasses import dataclass\n@dataclass\n"
        "class Node:\n    key: int\ndef f(x): return Node(x).key",
    ],
)
async def test_a_dataclass_may_name_itself(either: Bench, code: str) -> None:
    assert (await either.run("a", code, [Case(run="f(3)", expect=3)], "run", 1)).all_passed


async def test_each_case_begins_with_nothing_of_the_one_before(either: Bench) -> None:
    code = "import sys\ndef f():\n    old = globals().get('x', 0)\n    globals()['x'] = 1\n"
    code += "    return [old, sys.modules['candidate'].x]"
    cases = [Case(run="f()", expect=[0, 1])] * 2
    assert (await either.run("a", code, cases, "run", 2)).all_passed


async def test_long_code_in_any_script_is_run(either: Bench) -> None:
    code = f"x = '{'码' * 20_000}'\ndef f(): return len(x)"
    assert (await either.run("a", code, [Case(run="f()", expect=20_000)], "run", 1)).all_passed


async def test_numpy_works_and_its_values_are_plain(bench: Bench) -> None:
    code = "import numpy as np\ndef f(n): return [np.arange(n), np.float64(0.5), np.int64(3)]"
    cases = [Case(run="f(3)", expect=[[0, 1, 2], 0.5, 3])]
    assert (await bench.run("a", code, cases, "run", 1)).all_passed


async def test_own_input_shows_the_value_or_the_error(bench: Bench) -> None:
    code = "def f(x):\n    print('in f')\n    return {x, x + 1}"
    trial = await bench.attempt("a", code, "f(1)")
    assert (trial.shown, trial.output, trial.message) == ("{1, 2}", "in f\n", "")
    trial = await bench.attempt("a", code, "for i in range(2):\n    print(f(i))")
    assert trial.output == "in f\n{0, 1}\nin f\n{1, 2}\n"
    trial = await bench.attempt("a", code, "f('x')")
    assert trial.line == 3
    assert "TypeError" in trial.message


async def test_what_cannot_be_run_is_refused(bench: Bench) -> None:
    case = [Case(run="1", expect=1)]
    with pytest.raises(CodeRejected, match="editor is empty"):
        await bench.run("a", " \n", case, "run", 1)
    with pytest.raises(CodeRejected, match="at most"):
        await bench.run("a", "#" * (LONGEST_CODE + 1), case, "run", 1)
    with pytest.raises(CodeRejected, match="own input is empty"):
        await bench.attempt("a", "x = 1", "  ")


async def test_without_a_box_nothing_is_run_and_the_reason_is_told() -> None:
    closed = Bench.open([], off=True)
    assert not closed.can_run
    with pytest.raises(SandboxUnavailable, match="INTERVIEWER_RUN_CODE"):
        await closed.run("a", "x = 1", [Case(run="1", expect=1)], "run", 1)


async def test_turns_go_round_however_much_one_asks_for() -> None:
    turns, served = Turns(1), []

    async def run(owner: str) -> None:
        async with turns.turn(owner):
            served.append(owner)
            await asyncio.sleep(0)

    asked = [run(owner) for owner in ("ann", "ann", "ann", "ann", "bob", "cy", "bob")]
    await asyncio.gather(*asked)
    assert served == ["ann", "ann", "bob", "cy", "ann", "bob", "ann"]


async def test_a_cancelled_wait_gives_its_place_away() -> None:
    turns = Turns(1)
    async with turns.turn("ann"):
        waiting = asyncio.create_task(_hold(turns, "bob"))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
    await asyncio.wait_for(_hold(turns, "cy"), 5)


async def test_more_than_a_few_waiting_runs_are_refused() -> None:
    turns = Turns(1)
    async with turns.turn("ann"):
        waiting = [asyncio.create_task(_hold(turns, "ann")) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        with pytest.raises(SandboxBusy):
            await _hold(turns, "ann")
    await asyncio.gather(*waiting)


async def _hold(turns: Turns, owner: str) -> None:
    async with turns.turn(owner):
        await asyncio.sleep(0)
