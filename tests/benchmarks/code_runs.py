"""What running code costs, on the machine that this runs on. Prints figures, asserts nothing.

python tests/benchmarks/code_runs.py
"""

import asyncio
import os
import statistics
import time
from pathlib import Path

from interviewer.bench import Bench
from interviewer.coding import Language
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
    print(
        f"longest pause of the service while four attack it: {await _attacked(bench, coding):.3f} s"
    )
    await _compiled(bench, coding)


ATTACKS = (
    "while True: pass",
    "held = []\nwhile True: held.append(bytearray(10**6))",
    "while True: print('x' * 1000)",
    "import os\nwhile True: os.fork()",
)
CPP = """\
long long count_runs(std::vector<long long> changes, long long target) {
    std::map<long long, long long> seen{{0, 1}};
    long long total = 0, found = 0;
    for (auto change : changes) {
        total += change;
        auto before = seen.find(total - target);
        if (before != seen.end()) found += before->second;
        seen[total]++;
    }
    return found;
}
"""


async def _attacked(bench: Bench, coding: Coding) -> float:
    """How long the service's own loop stood still at most."""
    attacks = asyncio.gather(
        *(_seconds(bench, str(n), coding, code) for n, code in enumerate(ATTACKS))
    )
    longest, before = 0.0, time.monotonic()
    while not attacks.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        longest, before = max(longest, now - before), now
    return longest


async def _compiled(bench: Bench, coding: Coding) -> None:
    if why := bench.why_not_cpp(coding):
        print(f"no C++: {why}")
        return
    first = await _seconds(bench, "one", coding, CPP, "cpp")
    new = [await _seconds(bench, "one", coding, f"{CPP}// {n}", "cpp") for n in range(ROUNDS // 3)]
    again = [await _seconds(bench, "one", coding, CPP, "cpp") for _ in range(ROUNDS // 3)]
    print(f"C++, the very first run: {first:.2f} s; new code: {_words(new)}")
    print(f"C++, the same code again: {_words(again)}")


async def _seconds(
    bench: Bench, owner: str, coding: Coding, code: str, language: Language = "python"
) -> float:
    started = time.monotonic()
    await bench.run_visible(owner, coding, code, language)
    return time.monotonic() - started


def _words(seconds: list[float]) -> str:
    return f"median {statistics.median(seconds):.2f} s, longest {max(seconds):.2f} s"


if __name__ == "__main__":
    asyncio.run(main())
