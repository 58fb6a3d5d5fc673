"""Whole interviews through nginx and three replicas on PostgreSQL, one of which is killed.

    python -m tests.benchmarks.replicas [--candidates 50]

Starts deploy/up and a paced endpoint (scripted: it says No to each check), plays the candidates
over HTTP, kills a replica (kill -9) once a third of the answers are sent, and compares what is
stored with what each candidate said. Needs Debian's packages postgresql and nginx.
"""

import argparse
import asyncio
import contextlib
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from interviewer.session import fold
from interviewer.store import Store
from tests.benchmarks.paced import TOLD, endpoint
from tests.benchmarks.visitor import GONE, Visitor

URL = "http://127.0.0.1:7860"
DATABASE = "postgresql://interviewer@127.0.0.1:7859/interviews"
CHECKOUT = Path(__file__).parent.parent.parent
ANSWERS = 3
PATIENCE = 30.0
"""Seconds without a turn after which a candidate reloads the page."""


# --- A candidate -------------------------------------------------------------------------


@dataclass
class Candidate:
    """Who plays one interview, and what became of it."""

    number: int
    said: list[str] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    reloads: int = 0
    interview_id: str = ""
    failed: str = ""
    last: str = ""
    """What a replica that was gone looked like."""

    async def play(self, sent: asyncio.Semaphore) -> None:
        visitor = Visitor(URL)
        try:
            async with asyncio.timeout(6 * PATIENCE):
                await self._in_spite_of_deaths(visitor, self._begin)
                for turn in range(ANSWERS):
                    text = (
                        f"I, candidate {self.number}, {TOLD} for some customers, which cut its "
                        f"errors by {turn + 2} percent."
                    )
                    self.said.append(text)
                    began = time.monotonic()
                    await self._in_spite_of_deaths(visitor, lambda one, t=text: self._say(one, t))
                    self.waits.append(time.monotonic() - began)
                    sent.release()
                await self._in_spite_of_deaths(visitor, self._end)
        except Exception as error:  # told in the table
            self.failed = f"{type(error).__name__}: {error} {visitor.status} ({self.last})"
        finally:
            await visitor.close()

    async def _in_spite_of_deaths(self, visitor: Visitor, step) -> None:
        """A step, again after a reload of the page where its replica is gone."""
        for attempt in range(40):
            try:
                if attempt:
                    self.reloads += 1
                    await asyncio.sleep(0.5)
                    await visitor.open()
                async with asyncio.timeout(PATIENCE):
                    await step(visitor)
                return
            except (*GONE, TimeoutError) as error:
                last = error
                self.last = f"{type(error).__name__}: {error}"
        raise last

    async def _begin(self, visitor: Visitor) -> None:
        if not visitor.values:
            await visitor.open()
        if not visitor.said("assistant"):
            visitor["what"], visitor["count"] = "question", 1
            async for _ in visitor.click("start"):
                pass

    async def _say(self, visitor: Visitor, text: str) -> None:
        """Sends an answer unless it is there already, and waits for the turn."""
        for _ in range(2):  # after a reload elsewhere the page may ask to look again, and to resend
            here = visitor.said("user")[-1:] == [text]
            visitor["answer"] = text
            # The tab follows what goes on by the same event that "Try again" begins.
            async for _ in visitor.click("retry" if here else "send"):
                if visitor.said("user")[-1:] == [text] and "Your turn" in visitor.status:
                    return
        raise ValueError("no turn came")

    async def _end(self, visitor: Visitor) -> None:
        place = next(
            value
            for value in visitor.values.values()
            if isinstance(value, str) and value.startswith("interview:")
        )
        self.interview_id = place.partition(":")[2]
        async for _ in visitor.click("end"):
            pass


# --- The run -----------------------------------------------------------------------------


@contextlib.contextmanager
def serving(folder: Path, endpoint_url: str):
    """The files of deploy/, run as they are."""
    everything = subprocess.Popen(
        [CHECKOUT / "deploy" / "up", folder],
        env={
            **os.environ,
            "PYTHON": sys.executable,
            "INTERVIEWER_BASE_URL": endpoint_url,
            "INTERVIEWER_MODEL": "paced",
        },
        stdout=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + 120
        for port in (7861, 7862, 7863, 7860):
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    if httpx.get(f"http://127.0.0.1:{port}/healthz", timeout=5).is_success:
                        break
                if time.monotonic() > deadline:
                    raise TimeoutError(f"nothing answers at port {port}")
                time.sleep(0.2)
        yield
    finally:
        everything.terminate()
        everything.wait(60)


async def run(count: int, folder: Path) -> list[Candidate]:
    """Plays all candidates, and kills a replica among them."""
    candidates = [Candidate(number) for number in range(count)]
    sent = asyncio.Semaphore(0)

    async def kill_one() -> None:
        for _ in range(count * ANSWERS // 3):
            await sent.acquire()
        os.kill(int((folder / "replica2.pid").read_text()), signal.SIGKILL)

    async def come(one: Candidate) -> None:
        await asyncio.sleep(one.number * 0.2)  # nobody starts in the same moment
        await one.play(sent)

    killing = asyncio.create_task(kill_one())
    await asyncio.gather(*map(come, candidates))
    killing.cancel()
    return candidates


def lost(store: Store, candidates: list[Candidate]) -> dict[str, int]:
    """What is stored otherwise than the candidates said it."""
    found = {"interviews lost": 0, "answers lost": 0, "answers or turns twice": 0, "not ended": 0}
    for one in candidates:
        if not one.interview_id:
            found["interviews lost"] += 1
            continue
        interview = store.load(one.interview_id)
        said = [turn.text for turn in interview.turns if turn.speaker == "candidate"]
        found["answers lost"] += len(set(one.said) - set(said))
        who = [turn.speaker for turn in interview.turns[:-1]]
        again = sum(a == b for a, b in itertools.pairwise(who))
        found["answers or turns twice"] += len(said) - len(set(said)) + again
        found["not ended"] += fold(interview.plan, interview.turns).phase != "finished"
    return found


def main() -> int:
    """Prints the table; 1 where something is lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--candidates", type=int, default=50)
    count = parser.parse_args().candidates
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        with endpoint() as url, serving(folder, url):
            began = time.monotonic()
            candidates = asyncio.run(run(count, folder))
            took = time.monotonic() - began
            store = Store(DATABASE)
            store.open()
            found = lost(store, candidates)
            store.close()
    waits = sorted(wait for one in candidates for wait in one.waits)
    for one in candidates:
        if one.failed:
            print(f"candidate {one.number}: {one.failed}", file=sys.stderr)
    print("| what | figure |\n| --- | --- |")
    print(f"| candidates, replicas, killed | {count}, 3, 1 |")
    print(f"| answers sent | {sum(len(one.said) for one in candidates)} in {took:.0f} s |")
    moved = sum(one.reloads > 0 for one in candidates)
    print(f"| candidates who had to reload | {moved} |")
    if waits:
        middle, slow = statistics.median(waits), waits[int(0.95 * (len(waits) - 1))]
        print(f"| from an answer to the next turn | median {middle:.1f} s, 95% {slow:.1f} s |")
    for what, number in found.items():
        print(f"| {what} | {number} |")
    return int(any(found.values()))


if __name__ == "__main__":
    sys.exit(main())
