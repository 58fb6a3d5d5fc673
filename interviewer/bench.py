"""Runs a candidate's code in boxes, for whoever asks, in fair turns.

The word is the workbench's. The expected values stay on this side: a box is sent the code and
one input at a time, and what it hands back is compared here.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self

from interviewer.coding import (
    CaseResult,
    Kind,
    RunResult,
    Trial,
    explain_error,
    explain_stop,
    family,
    same,
)
from interviewer.errors import CodeRejected, SandboxUnavailable
from interviewer.growth import FEWEST_SIZES, Fit, Point, fit, sizes
from interviewer.rubric import Case, Coding, Growth
from interviewer.sandbox import bubblewrap
from interviewer.sandbox.session import Limits, Reply, Session
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
        box: bubblewrap.Bubblewrap | None,
        why_not: str = "",
        limits: Limits | None = None,
        slots: int | None = None,
    ) -> None:
        self._box = box
        self.why_not = why_not
        self.limits = limits or Limits()
        self._turns = Turns(slots or max(1, os.cpu_count() or 1))

    @classmethod
    def open(cls, hidden: Sequence[Path], off: bool = False, limits: Limits | None = None) -> Self:
        """Finds and tries out this machine's box; never raises, but says why there is none."""
        if off:
            return cls(None, "it is switched off by INTERVIEWER_RUN_CODE")
        try:
            return cls(bubblewrap.find(hidden), limits=limits)
        except SandboxUnavailable as error:
            return cls(None, str(error))

    @property
    def can_run(self) -> bool:
        """Whether code can be run safely here."""
        return self._box is not None

    async def run(
        self, owner: str, code: str, cases: Sequence[Case], kind: Kind, hidden_from: int = 0
    ) -> RunResult:
        """Runs the cases; those from ``hidden_from`` on don't show what they ask."""
        work = _Cases(self._boxed(code), self.limits, code)
        async with self._turns.turn(owner):
            results = await asyncio.to_thread(work.all, cases, hidden_from)
        return RunResult(kind=kind, language="python", cases=results)

    async def run_visible(self, owner: str, coding: Coding, code: str) -> RunResult:
        """The cases that the candidate sees."""
        return await self.run(owner, code, coding.visible, "run", len(coding.visible))

    async def submit(self, owner: str, coding: Coding, code: str) -> RunResult:
        """Every case."""
        cases = (*coding.visible, *coding.hidden)
        return await self.run(owner, code, cases, "submit", len(coding.visible))

    async def attempt(self, owner: str, code: str, own: str) -> Trial:
        """The candidate's own input: an expression or a few lines after the code."""
        if not own.strip():
            raise CodeRejected("Your own input is empty. Type a call of your code into it.")
        if len(own) > LONGEST_INPUT:
            raise CodeRejected(f"Your own input is longer than {LONGEST_INPUT:,} characters.")
        box = self._boxed(code)
        async with self._turns.turn(owner):
            reply = await asyncio.to_thread(_ask_once, box, self.limits, code, own)
        message, line = _problem(reply, self.limits)
        shown = str(reply.said.get("shown") or "") if reply.said and not message else ""
        return Trial(shown=shown, message=message, line=line, output=reply.output)

    async def measure(self, owner: str, code: str, growth: Growth) -> Fit:
        """Runs the code on growing inputs and fits the class of its growth."""
        box = self._boxed(code)
        async with self._turns.turn(owner):
            points = await asyncio.to_thread(_measure, box, self.limits, code, growth)
        return fit(points)

    def _boxed(self, code: str) -> bubblewrap.Bubblewrap:
        if self._box is None:
            raise SandboxUnavailable(
                f"Code can't be run on this machine: {self.why_not}. Your code is kept, and the "
                "interview goes on without running it."
            )
        if not code.strip():
            raise CodeRejected("The editor is empty. Write your code first, then run it.")
        if len(code) > LONGEST_CODE:
            raise CodeRejected(
                f"Your code has {len(code):,} characters; at most {LONGEST_CODE:,} can be run."
            )
        return self._box


def _ask_once(box: bubblewrap.Bubblewrap, limits: Limits, code: str, own: str) -> Reply:
    with box.python(limits) as session:
        return session.ask(code=code, run=own, show=True)


def _measure(box: bubblewrap.Bubblewrap, limits: Limits, code: str, growth: Growth) -> list[Point]:
    """Goes on to larger inputs until one takes long, fails, or the time for it is spent."""
    points: list[Point] = []
    deadline = time.monotonic() + LONGEST_MEASUREMENT
    with box.python(limits) as session:
        for size in sizes(growth):
            wanted: dict[str, Any] = {
                "grow": growth.given,
                "run": growth.run,
                "size": size,
                "repeat": REPEATS,
            }
            reply = session.ask(code=code, **wanted)
            taken = (reply.said or {}).get("seconds")
            if not isinstance(taken, list) or not taken:
                break
            shortest = min(float(one) for one in taken)
            points.append(Point(n=size, seconds=shortest))
            late = time.monotonic() > deadline and len(points) > FEWEST_SIZES
            if shortest > LONG_ENOUGH or late:
                break
    return points


class _Cases:
    """Runs cases one after the other, in a new box after each that broke the last one."""

    def __init__(self, box: bubblewrap.Bubblewrap, limits: Limits, code: str) -> None:
        self._open: Callable[[], Session] = lambda: box.python(limits)
        self._limits = limits
        self._code = code

    def all(self, cases: Sequence[Case], hidden_from: int) -> tuple[CaseResult, ...]:
        """The results, in order."""
        results = []
        stops = 0
        with ExitStack() as boxes:
            session: Session | None = None
            for position, case in enumerate(cases):
                hidden = position >= hidden_from
                if stops >= MOST_STOPS:
                    results.append(_not_run(case, hidden))
                    continue
                if session is None:
                    session = boxes.enter_context(self._open())
                reply = session.ask(code=self._code, run=case.run)
                if reply.stop is not None:
                    stops += 1
                    session = None
                results.append(self._result(case, hidden, reply))
        return tuple(results)

    def _result(self, case: Case, hidden: bool, reply: Reply) -> CaseResult:
        message, line = _problem(reply, self._limits)
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
        with self._open() as clean:
            reply = clean.ask(code="", run=f"(lambda value: {case.verify})({got!r})")
        return reply.said is not None and same(reply.said.get("value"), case.expect)


def _problem(reply: Reply, limits: Limits) -> tuple[str, int | None]:
    """Why there is no value, and in which line; an empty text: there is one."""
    if reply.said is None:
        return explain_stop(
            reply.stop or "crash", reply.code, limits.case_seconds, limits.output
        ), None
    said = reply.said.get("error")
    if said is None:
        return "", None
    line = reply.said.get("line")
    kind = str(reply.said.get("kind") or "")
    return explain_error(kind, str(said), limits.memory), line if isinstance(line, int) else None


def _not_run(case: Case, hidden: bool) -> CaseResult:
    return CaseResult(
        status="not run",
        hidden=hidden,
        run=None if hidden else case.run,
        expected=None if hidden else _shown(case.expect),
        message=f"It was not run, since {MOST_STOPS} cases before it had to be stopped.",
        family=family(case) if hidden else None,
    )


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + " …"
