"""Many candidates at once, beside a bare Gradio chat on the same machine in the same run.

    make bench            (python -m tests.benchmarks.load [--candidates 1 10 50 200])

Each candidate holds a short interview over HTTP as the page does: start, two answers, end. The
candidates come over PAUSE seconds, and read and type for PAUSE seconds before each answer, which
is faster than anybody types. The endpoint is scripted and paced: No to each check at once, a
follow-up in 100 pieces at 20 a second. Clients, service and endpoint share this machine; what
the clients take of it is told.
"""

import argparse
import asyncio
import contextlib
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from interviewer.phrasing import FIRST_WORDS
from tests.benchmarks.paced import OPENING, PIECE, PIECES_A_SECOND, TOLD, endpoint
from tests.benchmarks.visitor import Visitor
from tests.browser.conftest import CHECKOUT, Program

ANSWERS = (
    "I am candidate {number}. At the bank I {told} for some customers.",
    "I, {number}, chose that alone after two nights of reading logs, and so I {told} in the end.",
)
"""Two that differ: whoever says the same twice is asked the same again."""

PATIENCE = 120.0
"""Seconds that an interview may take beyond the candidate's own."""

PAUSE = 60.0
"""Seconds over which the candidates come, and for which each reads and types."""

OWN_FIRST = len(" ".join(OPENING.split()[:FIRST_WORDS])) / PIECE / PIECES_A_SECOND
"""Seconds after which the endpoint itself has said the words that are shown first."""

PROGRAMS = {
    "this service": CHECKOUT / "app.py",
    "bare Gradio chat": Path(__file__).with_name("bare_chat.py"),
}


@dataclass
class Held:
    """What the candidates of one run saw."""

    first: list[float] = field(default_factory=list)
    """Seconds from Send to the first words."""
    whole: list[float] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)


async def talk(
    url: str, number: int, count: int, held: Held, bare: bool, pause: float = PAUSE
) -> None:
    """The interview of one candidate of ``count``."""
    await asyncio.sleep(pause * number / count)
    visitor = Visitor(url)
    try:
        async with asyncio.timeout(PATIENCE + len(ANSWERS) * pause):
            await visitor.open()
            if not bare:
                visitor["what"], visitor["count"] = "question", 1
                async for _ in visitor.click("start"):
                    pass
            for answer in ANSWERS:
                await asyncio.sleep(pause)
                await _answer(visitor, answer.format(number=number, told=TOLD), held)
            if not bare:
                async for _ in visitor.click("end"):
                    pass
    except Exception as error:  # counted, and told
        held.failed.append(f"{type(error).__name__}: {error}")
    finally:
        await visitor.close()


async def _answer(visitor: Visitor, text: str, held: Held) -> None:
    """Sends an answer, and waits for the reply; what comes after it goes on by itself."""
    before, began = len(visitor.said("assistant")), time.monotonic()
    first = None
    visitor["answer"] = text
    changes = visitor.click("send")
    async for _ in changes:
        said = visitor.said("assistant")
        if len(said) > before and said[-1].strip(" ▍…") and first is None:
            first = time.monotonic() - began
        if len(said) > before and said[-1].rstrip().endswith("?") and first is not None:
            held.first.append(first)
            held.whole.append(time.monotonic() - began)
            visitor.leave_to_itself(changes)
            return
    raise ValueError(f"no reply came ({visitor.status})")


# --- The programs ------------------------------------------------------------------------


@contextlib.contextmanager
def serving(script: Path, endpoint_url: str) -> Iterator[tuple[str, int]]:
    """A program, opened; gives its address and process."""
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            "INTERVIEWER_BASE_URL": endpoint_url,
            "INTERVIEWER_MODEL": "paced",
            "INTERVIEWER_RATE": "0",
        }
        program = Program(Path(folder), environment, script, subprocess.DEVNULL)
        try:
            program.start()
            assert program.process is not None
            yield program.url, program.process.pid
        finally:
            program.kill()


def used(process: int) -> tuple[float, float]:
    """Seconds of processor and MB of memory that a process has taken (Linux)."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    return seconds, pages * os.sysconf("SC_PAGE_SIZE") / 1e6


# --- The table ---------------------------------------------------------------------------


def measure(name: str, count: int, endpoint_url: str) -> list[str]:
    """One row."""
    bare = name != "this service"
    with serving(PROGRAMS[name], endpoint_url) as (url, process):
        # The first visitor pays for what is loaded late.
        asyncio.run(talk(url, 0, 1, Held(), bare, pause=0))
        (cpu, memory), own, began = used(process), time.process_time(), time.monotonic()
        held = Held()
        asyncio.run(_all(url, count, held, bare))
        took = time.monotonic() - began
        (cpu_after, memory_after), own_after = used(process), time.process_time()
    over = sorted(one - (0 if bare else OWN_FIRST) for one in held.first)
    for one in sorted(set(held.failed)):
        print(f"{name}, {count}: {held.failed.count(one)} times {one}", file=sys.stderr)
    return [
        name,
        str(count),
        _ms(statistics.median(over)) if over else "",
        _ms(over[math.ceil(0.95 * len(over)) - 1]) if over else "",
        f"{statistics.median(held.whole):.1f} s" if held.whole else "",
        f"{1000 * (memory_after - memory) / count:.0f} KB",
        f"{(cpu_after - cpu) / took:.0%}",
        f"{(own_after - own) / took:.0%}",
        str(len(held.failed)),
    ]


def _ms(seconds: float) -> str:
    return f"{1000 * seconds:.0f} ms"


async def _all(url: str, count: int, held: Held, bare: bool) -> None:
    await asyncio.gather(*(talk(url, number, count, held, bare) for number in range(count)))


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, nargs="+", default=[1, 10, 50, 200])
    counts = parser.parse_args().candidates
    columns = (
        *("program", "candidates", "first words over the endpoint's own, median", "95%"),
        *("whole reply, median", "memory each", "processor", "client's processor", "failed"),
    )
    print(f"| {' | '.join(columns)} |\n|{' --- |' * len(columns)}")
    with endpoint() as url:
        for count in counts:
            for name in PROGRAMS:
                print(f"| {' | '.join(measure(name, count, url))} |", flush=True)


if __name__ == "__main__":
    main()
