"""The class that is fitted to each question's first reference solution, beside the wanted one.

python tests/benchmarks/growth_sweep.py [QUESTION ...]
"""

import asyncio
import os
import sys
from pathlib import Path

from interviewer.bench import Bench
from interviewer.content import load_content
from interviewer.growth import verdict


async def main(chosen: list[str]) -> None:
    """Prints a line a question; asserts nothing, for a busy machine blurs neighbours."""
    bench = Bench.open([Path(__file__).parent.parent.parent])
    if not bench.can_run:
        raise SystemExit(bench.why_not)
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} before the run")
    odd = measured = 0
    for question in load_content().rubric("coding").questions:
        coding = question.coding
        if coding is None or coding.growth is None or (chosen and question.id not in chosen):
            continue
        found = await bench.measure("sweep", coding.solutions[0].code, coding)
        assert found is not None
        judged = verdict(found, coding.growth.wants)
        measured += 1
        odd += judged != "as wanted"
        largest = found.points[-1] if found.points else None
        reach = f"to n = {largest.n:,} in {largest.seconds:.3f} s" if largest else "nothing ran"
        also = f" (or {', '.join(found.others)})" if found.others else ""
        print(
            f"{question.id}: {found.best}{also}, r2 {found.r2 or 0:.3f}; wants "
            f"{coding.growth.wants}: {judged}, {reach} {found.note if not found.best else ''}"
        )
    print(f"{measured - odd} of {measured} as wanted")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1:]))
