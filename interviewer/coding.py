"""What came of a candidate's code: results of cases, compared here and not where it ran. Pure."""

import ast
import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any, Literal

from interviewer.growth import Fit
from interviewer.rubric import Case, Strict

TOLERANCE = 1e-6

Kind = Literal["run", "submit"]
Status = Literal["passed", "failed", "error", "time", "output", "crash", "not run"]
Language = Literal["python", "cpp"]

Family = Literal[
    "an empty input",
    "a single element",
    "negative values",
    "equal or repeated values",
    "very large values",
    "a large input",
    "an ordinary input",
]


class CaseResult(Strict):
    """One case; ``run``, ``expected`` and ``got`` are None where the case is hidden."""

    status: Status
    hidden: bool = False
    run: str | None = None
    expected: str | None = None
    got: str | None = None
    message: str = ""
    """What went wrong, and what it means."""
    line: int | None = None
    """The line of the candidate's code where it went wrong."""
    output: str = ""
    """What the code printed."""
    family: Family | None = None
    """What kind of input it is, for a hidden case."""

    @property
    def passed(self) -> bool:
        """Whether the value was the expected one."""
        return self.status == "passed"


class Remark(Strict):
    """What a linter says about a line."""

    line: int
    rule: str
    text: str


class RunResult(Strict):
    """All cases of one run."""

    kind: Kind
    language: Language
    cases: tuple[CaseResult, ...]
    remarks: tuple[Remark, ...] = ()
    """What the compiler warned of."""

    @property
    def passed(self) -> int:
        """How many cases passed."""
        return sum(case.passed for case in self.cases)

    @property
    def all_passed(self) -> bool:
        """Whether every case passed."""
        return self.passed == len(self.cases)


class Trial(Strict):
    """What the candidate's own input gave."""

    shown: str = ""
    message: str = ""
    line: int | None = None
    output: str = ""


class Figures(Strict):
    """What reading the code as text tells: nothing is run for it."""

    remarks: tuple[Remark, ...] = ()
    complexity: int | None = None
    """Cyclomatic complexity of the most branching function; None: the code can't be parsed."""
    complex_at: str = ""
    """The name of that function."""
    maintainability: float | None = None
    """Radon's maintainability index, 0 to 100."""
    lines: int = 0


class CodeEntry(Strict):
    """A state of a candidate's code, with what was done with it."""

    question_id: str
    kind: Literal["draft", "kept", "run", "submit"]
    """A draft takes the place of the one before; what was asked about, or was left for another
    language, is kept."""
    code: str
    language: Language = "python"
    at: datetime
    result: RunResult | None = None
    """None for what wasn't run, and where the code is only read."""
    fit: Fit | None = None
    figures: Figures | None = None


def submission(entries: Sequence[CodeEntry], question_id: str) -> CodeEntry | None:
    """The last submission to a question."""
    return _last(entries, question_id, {"submit"})


def latest(entries: Sequence[CodeEntry], question_id: str) -> CodeEntry | None:
    """The code as it stands."""
    return _last(entries, question_id, {"draft", "kept", "run", "submit"})


def _last(entries: Sequence[CodeEntry], question_id: str, kinds: set[str]) -> CodeEntry | None:
    of_question = [one for one in entries if one.question_id == question_id and one.kind in kinds]
    return max(of_question, key=lambda one: one.at, default=None)


def same(got: Any, expected: Any) -> bool:
    """Equal as JSON, numbers within TOLERANCE; True is not 1."""
    if isinstance(expected, bool) or isinstance(got, bool):
        return got is expected
    if isinstance(expected, (int, float)):
        return isinstance(got, (int, float)) and _close(got, expected)
    if isinstance(expected, list):
        return (
            isinstance(got, list)
            and len(got) == len(expected)
            and all(same(one, other) for one, other in zip(got, expected, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and got.keys() == expected.keys()
            and all(same(got[key], value) for key, value in expected.items())
        )
    return type(got) is type(expected) and bool(got == expected)


def _close(got: float, expected: float) -> bool:
    try:
        return math.isclose(got, expected, rel_tol=TOLERANCE, abs_tol=TOLERANCE)
    except OverflowError:  # an integer that no float holds
        return got == expected


LARGE_VALUE = 10**6
LARGE_INPUT = 100


def family(case: Case) -> Family:
    """What kind of input a case is, read from its expression and never run.

    The interviewer may name the family; the input itself stays hidden.
    """
    tree = ast.parse(case.run, mode="eval")
    numbers = list(_numbers(tree))
    sequences = [node for node in ast.walk(tree) if isinstance(node, (ast.List, ast.Dict))]
    lengths = [len(_items(node)) for node in sequences]
    # A helper's own "else []" is no input.
    outside = list(_outside_lambdas(tree))
    given = [len(_items(node)) for node in outside if isinstance(node, (ast.List, ast.Dict))]
    signs: tuple[tuple[Family, bool], ...] = (
        ("a large input", _is_generated(tree, numbers)),
        ("very large values", any(abs(number) >= LARGE_VALUE for number in numbers)),
        ("an empty input", _is_empty(outside, given)),
        ("negative values", any(number < 0 for number in numbers)),
        ("a single element", bool(lengths) and max(lengths) == 1),
        ("equal or repeated values", any(_repeats(node) for node in sequences)),
    )
    return next((name for name, holds in signs if holds), "an ordinary input")


def _numbers(tree: ast.AST) -> Iterator[float]:
    """The numbers in an expression, a minus sign taken with its number."""
    negated = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            negated.add(id(node.operand))
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or isinstance(node.value, bool):
            continue
        if isinstance(node.value, int | float):
            yield -node.value if id(node) in negated else node.value


def _is_generated(tree: ast.AST, numbers: Sequence[float]) -> bool:
    loops = any(
        isinstance(node, (ast.ListComp, ast.GeneratorExp, ast.DictComp))
        or (isinstance(node, ast.Name) and node.id == "range")
        or (isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult))
        for node in ast.walk(tree)
    )
    return loops and any(LARGE_INPUT <= number < LARGE_VALUE for number in numbers)


def _outside_lambdas(node: ast.AST) -> Iterator[ast.AST]:
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.Lambda):
            yield from _outside_lambdas(child)


def _is_empty(nodes: Sequence[ast.AST], lengths: Sequence[int]) -> bool:
    arguments = [one for node in nodes if isinstance(node, ast.Call) for one in node.args]
    return 0 in lengths or any(
        isinstance(one, ast.Constant) and one.value in (None, "") for one in arguments
    )


def _items(node: ast.List | ast.Dict) -> Sequence[ast.expr | None]:
    return node.elts if isinstance(node, ast.List) else node.keys


def _repeats(node: ast.List | ast.Dict) -> bool:
    if isinstance(node, ast.Dict):
        return False
    shown = [ast.dump(one) for one in node.elts if not _is_none(one)]
    return len(set(shown)) < len(shown)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


_HINTS = {
    "PermissionError": "There is no network, no other process and no file to reach from here.",
    "FileNotFoundError": "There are no files here besides Python's own.",
    "IsADirectoryError": "There are no files here besides Python's own.",
    "ModuleNotFoundError": "Python's own library and numpy are here, and nothing else.",
    "MemoryError": "It used more memory than the {memory} MB that a run may have.",
    "RecursionError": "It recursed deeper than Python allows; is there an end to it?",
    "EOFError": "Nothing can be typed in; take what you need as an argument.",
    "NotImplementedError": "",
}
_NOT_IN_WEBASSEMBLY = (
    ("No module named 'numpy'", "numpy is not in this machine's sandbox; write it without."),
    ("No module named", "Most of Python's own library is here, and nothing else."),
    ("module '_socket'", _HINTS["PermissionError"]),
    ("module 'socket'", _HINTS["PermissionError"]),
    ("module 'os' has", _HINTS["PermissionError"]),
    ("does not support processes", _HINTS["PermissionError"]),
    ("index-sized integer", _HINTS["MemoryError"]),
    (
        "maximum recursion depth",
        "The sandbox's Python allows 1,000 calls within each other, and about 160 through all, "
        "max, sorted and the like; is there an end to it?",
    ),
)
"""What an error holds that comes of what WebAssembly lacks, and what it means."""


def explain_error(kind: str, said: str, memory: int, bare: bool = False) -> str:
    """An error of the candidate's code, with what it means where that isn't plain.

    ``bare``: it ran in WebAssembly, where much is not forbidden but missing.
    """
    hint = _HINTS.get(kind, "")
    if bare:
        hint = next((means for what, means in _NOT_IN_WEBASSEMBLY if what in said), hint)
    if kind == "OSError" and "Read-only" in said:
        hint = "Nothing can be written here, neither a file nor to shared memory."
    if kind in {"OSError", "BlockingIOError"} and not hint:
        hint = "The box that the code runs in doesn't allow this."
    return f"{said.rstrip('.')}. {hint.format(memory=memory // 2**20)}" if hint else said


def explain_stop(
    stop: str,
    code: int | None,
    case_seconds: float,
    output: int,
    language: Language = "python",
) -> str:
    """Why a run was ended before it gave a value."""
    if stop == "time":
        return (
            f"It was stopped after {case_seconds:g} seconds of processor time. Does every loop "
            "come to an end, and is it fast enough for the limits?"
        )
    if stop == "output":
        return f"It was stopped after printing more than {output // 1024} KB."
    number = (code or 0) - 128
    if number in {6, 7, 8, 11} and language == "cpp":
        return (
            "It crashed: an index out of its bounds, a division by zero, a recursion that is too "
            "deep, or an exception that nothing catches does that."
        )
    if number in {6, 7, 11}:
        return (
            "It crashed inside Python itself; a recursion that is too deep, or memory that ran "
            "out, does that."
        )
    if number == 31:
        return "It was stopped: it made a system call that no run may make."
    return "It ended its own process before it returned a value."
