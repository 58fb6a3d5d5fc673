"""What running code costs, on the machine that this runs on. Prints figures, asserts nothing.

python tests/benchmarks/code_runs.py
"""

import asyncio
import os
import statistics
import time
from pathlib import Path

from interviewer.bench import Bench
from interviewer.content import load_content
from interviewer.rubric import Coding

AREA, QUESTION, CANDIDATES, ROUNDS = "coding", "count_runs", 20, 15


async def main() -> None:
    """The overhead of a run, then of twenty candidates at once, one of whom loops for ever."""
    bench = Bench.open([Path(__file__).parent.parent.parent])
    if not bench.can_run:
        raise SystemExit(bench.why_not)
    coding = load_content().rubric(AREA).question(QUESTION).coding
    assert coding is not None
    code = coding.solutions[0].code
    alone = [await _seconds(bench, "one", coding, code) for _ in range(ROUNDS)]
    numpy = "import numpy\n" + code
    with_numpy = [await _seconds(bench, "one", coding, numpy) for _ in range(ROUNDS)]
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    print(f"one run of the visible tests: {_words(alone)}")
    print(f"the same, with numpy imported: {_words(with_numpy)}")
    started = time.monotonic()
    together = await asyncio.gather(
        *(_seconds(bench, str(n), coding, code) for n in range(CANDIDATES))
    )
    print(f"{CANDIDATES} candidates at once: {_words(together)}")
    print(f"  all done in {time.monotonic() - started:.2f} s; a slot for each core")
    endless = asyncio.create_task(_seconds(bench, "endless", coding, "while True: pass"))
    await asyncio.sleep(0.1)
    beside = await asyncio.gather(
        *(_seconds(bench, str(n), coding, code) for n in range(CANDIDATES))
    )
    print(f"{CANDIDATES} candidates beside one endless loop: {_words(beside)}")
    print(f"  the endless one was stopped after {await endless:.2f} s, both cases together")


async def _seconds(bench: Bench, owner: str, coding: Coding, code: str) -> float:
    started = time.monotonic()
    await bench.run_visible(owner, coding, code)
    return time.monotonic() - started


def _words(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s"


if __name__ == "__main__":
    asyncio.run(main())
