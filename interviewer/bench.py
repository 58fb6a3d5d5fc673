"""Runs a candidate's code in boxes, for whoever asks, in fair turns.

The word is the workbench's. The expected values stay on this side: a box is sent the code and
one input at a time, and what it hands back is compared here.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from interviewer import cpp
from interviewer.coding import (
    CaseResult,
    Kind,
    Language,
    RunResult,
    Trial,
    explain_error,
    explain_stop,
    family,
    same,
)
from interviewer.compiled import Calls, Compiler, Program, find_compiler
from interviewer.cpp import Function
from interviewer.errors import CodeRejected, SandboxUnavailable
from interviewer.growth import FEWEST_SIZES, Fit, Point, fit, sizes
from interviewer.rubric import Case, Coding, Growth
from interviewer.sandbox import bubblewrap, wasi
from interviewer.sandbox.session import Box, EndsItself, Limits, Reply, Session
from interviewer.sandbox.turns import Turns

LONGEST_CODE = 40_000
LONGEST_INPUT = 4_000
MOST_STOPS = 2
"""Cases that may hang or crash before the others are left out."""
LONGEST_SHOWN = 600
REPEATS = 3
"""Runs at each size; the shortest counts, for whatever disturbs a run makes it longer."""
LONG_ENOUGH = 0.2
"""Seconds of one run from which no larger input is tried."""
LONGEST_MEASUREMENT = 8.0
"""Seconds by the clock after which no larger input is tried."""


class Bench:
    """Where code is run. Built once; ``why_not`` says why nothing can be run, if so."""

    def __init__(
        self,
        box: Box | None,
        why_not: str = "",
        limits: Limits | None = None,
        slots: int | None = None,
    ) -> None:
        self._box = box
        self.why_not = why_not
        self.limits = (limits or Limits()).times(box.slower if box else 1)
        self._turns = Turns(slots or max(1, os.cpu_count() or 1))

    @cached_property
    def _compiler(self) -> Compiler | str:
        """This machine's, or why there is none. Tried out when C++ is first asked about."""
        if self._box is None:
            return self.why_not
        if not isinstance(self._box, bubblewrap.Bubblewrap):
            return f"this machine's sandbox is {self._box.name}, which holds no compiler"
        try:
            return find_compiler(self._box)
        except SandboxUnavailable as error:
            return str(error)

    @classmethod
    def open(
        cls,
        hidden: Sequence[Path],
        cache: Path | None = None,
        off: bool = False,
        limits: Limits | None = None,
    ) -> Self:
        """Finds and tries out this machine's box; never raises, but says why there is none.

        bubblewrap's, which hides the folders ``hidden``; else WebAssembly, compiled to ``cache``
        where that is given.
        """
        if off:
            return cls(None, "it is switched off by INTERVIEWER_RUN_CODE")
        try:
            return cls(bubblewrap.find(hidden), limits=limits)
        except SandboxUnavailable as error:
            why_not = str(error)
        try:
            return cls(wasi.find(cache), limits=limits) if cache else cls(None, why_not)
        except SandboxUnavailable as error:
            return cls(None, f"{why_not}; and {error}")

    @property
    def can_run(self) -> bool:
        """Whether code can be run safely here."""
        return self._box is not None

    @property
    def why_no_numpy(self) -> str:
        """Why numpy can't be imported; empty where it can, or where nothing is run at all."""
        if self._box is None or self._box.has_numpy:
            return ""
        return f"this machine's sandbox is {self._box.name}, which has no numpy"

    def why_not_python(self, coding: Coding) -> str:
        """Why this question's code can't be run here; empty where it can."""
        if self.why_no_numpy and coding.needs_numpy:
            return f"{self.why_no_numpy}, and this question needs it"
        return self.why_not

    def why_not_cpp(self, coding: Coding) -> str:
        """Why this question can't be answered in C++; empty where it can."""
        if cpp.function(coding) is None:
            return "this question's types have no counterpart there that the tests could use"
        return self._compiler if isinstance(self._compiler, str) else ""

    async def run(
        self, owner: str, code: str, cases: Sequence[Case], kind: Kind, hidden_from: int = 0
    ) -> RunResult:
        """Runs Python against the cases; those from ``hidden_from`` on don't show what they ask."""
        work = _Cases(self._boxed(code), self.limits, hidden_from)
        async with self._turns.turn(owner):
            results = await asyncio.to_thread(work.interpreted, code, cases)
        return RunResult(kind=kind, language="python", cases=results)

    async def run_visible(
        self, owner: str, coding: Coding, code: str, language: Language = "python"
    ) -> RunResult:
        """The cases that the candidate sees."""
        return await self._run_in(owner, coding, code, language=language, kind="run")

    async def submit(
        self, owner: str, coding: Coding, code: str, language: Language = "python"
    ) -> RunResult:
        """Every case."""
        return await self._run_in(owner, coding, code, language=language, kind="submit")

    async def _run_in(
        self, owner: str, coding: Coding, code: str, *, language: Language, kind: Kind
    ) -> RunResult:
        hidden_from = len(coding.visible)
        cases = coding.visible if kind == "run" else (*coding.visible, *coding.hidden)
        if language == "python":
            self._refuse(self.why_not_python(coding))
            return await self.run(owner, code, cases, kind, hidden_from)
        work = _Cases(self._boxed(code), self.limits, hidden_from)
        compiler, function = self._cpp(coding)
        async with self._turns.turn(owner):
            program = await asyncio.to_thread(compiler.compile, code, function)
            results = await asyncio.to_thread(work.compiled, compiler, program, function, cases)
        return RunResult(kind=kind, language="cpp", cases=results, remarks=program.remarks)

    async def attempt(self, owner: str, code: str, own: str, coding: Coding | None = None) -> Trial:
        """The candidate's own input: an expression or a few lines after the code.

        With ``coding`` the code is C++, and the input an expression that calls its function.
        """
        if not own.strip():
            raise CodeRejected("Your own input is empty. Type a call of your code into it.")
        if len(own) > LONGEST_INPUT:
            raise CodeRejected(f"Your own input is longer than {LONGEST_INPUT:,} characters.")
        box = self._boxed(code)
        if coding is not None:
            compiler, function = self._cpp(coding)
            async with self._turns.turn(owner):
                program = await asyncio.to_thread(compiler.compile, code, function)
                return await asyncio.to_thread(
                    _try_compiled, compiler, self.limits, program, function, own
                )
        async with self._turns.turn(owner):
            reply = await asyncio.to_thread(_ask_once, box, self.limits, code, own)
        message, line = _problem(reply, self.limits, "python", bare=not box.has_numpy)
        shown = str(reply.said.get("shown") or "") if reply.said and not message else ""
        return Trial(shown=shown, message=message, line=line, output=reply.output)

    async def measure(
        self, owner: str, code: str, coding: Coding, language: Language = "python"
    ) -> Fit | None:
        """Runs the code on growing inputs and fits the class of its growth; None: not asked for."""
        growth = coding.growth
        if growth is None:
            return None
        box = self._boxed(code)
        async with self._turns.turn(owner):
            if language == "python":
                points = await asyncio.to_thread(_measure, box, self.limits, code, growth)
            else:
                compiler, function = self._cpp(coding)
                program = await asyncio.to_thread(compiler.compile, code, function)
                calls = compiler.calls(self.limits, program, function)
                points = await asyncio.to_thread(_measure_compiled, calls, growth)
        return fit(points)

    def _cpp(self, coding: Coding) -> tuple[Compiler, Function]:
        function = cpp.function(coding)
        if isinstance(self._compiler, str) or function is None:
            raise SandboxUnavailable(
                f"C++ can't be run here: {self.why_not_cpp(coding)}. Write it in Python."
            )
        return self._compiler, function

    @staticmethod
    def _refuse(why_not: str) -> None:
        if why_not:
            raise SandboxUnavailable(
                f"Code can't be run on this machine: {why_not}. Your code is kept, and the "
                "interview goes on without running it."
            )

    def _boxed(self, code: str) -> Box:
        self._refuse(self.why_not)
        assert self._box is not None
        if not code.strip():
            raise CodeRejected("The editor is empty. Write your code first, then run it.")
        if len(code) > LONGEST_CODE:
            raise CodeRejected(
                f"Your code has {len(code):,} characters; at most {LONGEST_CODE:,} can be run."
            )
        return self._box


def _ask_once(box: Box, limits: Limits, code: str, own: str) -> Reply:
    with box.python(limits) as session:
        return session.ask(code=code, run=own, show=True)


def _try_compiled(
    compiler: Compiler, limits: Limits, program: Program, function: Function, own: str
) -> Trial:
    if not program.binary:
        return Trial(message=program.message, line=program.line)
    with compiler.calls(limits, program, function) as calls:
        reply, _ = calls.ask(own)
    message, line = _problem(reply, limits, "cpp")
    shown = "" if message else _shown((reply.said or {}).get("value"))
    return Trial(shown=shown, message=message, line=line, output=reply.output)


def _measure(box: Box, limits: Limits, code: str, growth: Growth) -> list[Point]:
    with box.python(limits) as session:

        def shortest(size: int) -> float | None:
            wanted: dict[str, Any] = {
                "grow": growth.given,
                "run": growth.run,
                "size": size,
                "repeat": REPEATS,
            }
            taken = (session.ask(code=code, **wanted).said or {}).get("seconds")
            return min(map(float, taken)) if isinstance(taken, list) and taken else None

        return _points(growth, shortest)


def _measure_compiled(calls: Calls, growth: Growth) -> list[Point]:
    run = f"(lambda given: ({growth.run}))({growth.given})"
    with calls:

        def shortest(size: int) -> float | None:
            reply, seconds = calls.ask(run, REPEATS, n=size)
            fine = reply.stop is None and "error" not in (reply.said or {})
            return sum(seconds) if fine and seconds else None

        return _points(growth, shortest)


def _points(growth: Growth, shortest: Callable[[int], float | None]) -> list[Point]:
    """Goes on to larger inputs until one takes long, fails, or the time for it is spent."""
    points: list[Point] = []
    deadline = time.monotonic() + LONGEST_MEASUREMENT
    for size in sizes(growth):
        seconds = shortest(size)
        if seconds is None:
            break
        points.append(Point(n=size, seconds=seconds))
        late = time.monotonic() > deadline and len(points) > FEWEST_SIZES
        if seconds > LONG_ENOUGH or late:
            break
    return points


class _Interpreted(EndsItself):
    """Evaluates expressions after the candidate's code, in a new box after each that broke."""

    def __init__(self, box: Box, limits: Limits, code: str) -> None:
        self._box, self._limits, self._code = box, limits, code
        self._session: Session | None = None

    def end(self) -> None:
        """See EndsItself."""
        if self._session is not None:
            self._session.end()

    def ask(self, run: str) -> Reply:
        if self._session is None:
            self._session = self._box.python(self._limits)
        reply = self._session.ask(code=self._code, run=run)
        if reply.stop is not None:
            self._session = None
        return reply


class _Cases:
    """Runs cases one after the other."""

    def __init__(self, box: Box, limits: Limits, hidden_from: int) -> None:
        self._box = box
        self._limits = limits
        self._hidden_from = hidden_from
        self._language: Language = "python"

    def interpreted(self, code: str, cases: Sequence[Case]) -> tuple[CaseResult, ...]:
        """The results of Python code, in order."""
        with _Interpreted(self._box, self._limits, code) as running:
            return self._all(cases, running.ask)

    def compiled(
        self, compiler: Compiler, program: Program, function: Function, cases: Sequence[Case]
    ) -> tuple[CaseResult, ...]:
        """The results of a compiled program; where there is none, the compiler's words."""
        self._language = "cpp"
        if not program.binary:
            told = {"message": program.message, "line": program.line}
            first = self._left_out(cases[0], self._hidden_from <= 0, "")
            rest = [
                self._left_out(case, place >= self._hidden_from, "It doesn't compile.")
                for place, case in enumerate(cases[1:], 1)
            ]
            return (first.model_copy(update={"status": "error", **told}), *rest)
        with compiler.calls(self._limits, program, function) as calls:
            return self._all(cases, lambda run: calls.ask(run)[0])

    def _all(self, cases: Sequence[Case], ask: Callable[[str], Reply]) -> tuple[CaseResult, ...]:
        results = []
        stops = 0
        for position, case in enumerate(cases):
            hidden = position >= self._hidden_from
            if stops >= MOST_STOPS:
                why = f"It was not run, since {MOST_STOPS} cases before it had to be stopped."
                results.append(self._left_out(case, hidden, why))
                continue
            reply = ask(case.run)
            stops += reply.stop is not None
            results.append(self._result(case, hidden, reply))
        return tuple(results)

    def _result(self, case: Case, hidden: bool, reply: Reply) -> CaseResult:
        bare = not self._box.has_numpy
        message, line = _problem(reply, self._limits, self._language, bare, hidden)
        got: Any = None
        if message:
            status: Any = reply.stop or "error"
        else:
            got = (reply.said or {}).get("value")
            status = "passed" if self._is_right(case, got) else "failed"
        return CaseResult(
            status=status,
            hidden=hidden,
            run=None if hidden else case.run,
            expected=None if hidden else _shown(case.expect),
            got=None if hidden or message else _shown(got),
            message=message,
            line=line,
            # What it prints on a hidden input could be the input.
            output="" if hidden else reply.output,
            family=family(case) if hidden else None,
        )

    def _is_right(self, case: Case, got: Any) -> bool:
        """Compares outside; a property of the value is looked at in a box without the code."""
        if case.verify is None:
            return same(got, case.expect)
        with self._box.python(self._limits) as clean:
            reply = clean.ask(code="", run=f"(lambda value: {case.verify})({got!r})")
        return reply.said is not None and same(reply.said.get("value"), case.expect)

    @staticmethod
    def _left_out(case: Case, hidden: bool, why: str) -> CaseResult:
        return CaseResult(
            status="not run",
            hidden=hidden,
            run=None if hidden else case.run,
            expected=None if hidden else _shown(case.expect),
            message=why,
            family=family(case) if hidden else None,
        )


def _problem(
    reply: Reply, limits: Limits, language: Language, bare: bool = False, hidden: bool = False
) -> tuple[str, int | None]:
    """Why there is no value, and in which line; an empty text: there is one.

    Of an error on a ``hidden`` input only the kind is told.
    """
    if reply.said is None:
        why = explain_stop(
            reply.stop or "crash", reply.code, limits.case_seconds, limits.output, language
        )
        return why, None
    said = reply.said.get("error")
    if said is None:
        return "", None
    line = reply.said.get("line")
    kind = str(reply.said.get("kind") or "")
    message = explain_error(kind, str(said), limits.memory, bare)
    if hidden:
        message = _without_values(kind, str(said), message)
    return message, line if isinstance(line, int) else None


def _without_values(kind: str, said: str, message: str) -> str:
    """The message without the error's own words, which could quote the input."""
    hint = message.removeprefix(said.rstrip(".")).lstrip(". ")
    named = said.partition(": ")[0]
    if kind and not kind.isidentifier():  # a class can be named by what it was given
        named = "An error"
    return f"{named}. {hint}" if hint else named


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + " …"
