"""Shares a few boxes among many candidates: each in turn, however much one of them asks for."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from interviewer.errors import SandboxBusy

MOST_WAITING = 4
"""Runs of one candidate that may wait; more clicks are refused with a message."""


class Turns:
    """At most ``slots`` at once; whoever waits is served round robin by owner."""

    def __init__(self, slots: int) -> None:
        self._free = slots
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, owner: str) -> AsyncIterator[None]:
        """Waits for the owner's turn, and holds a slot meanwhile; SandboxBusy: too many wait."""
        await self._wait(owner)
        try:
            yield
        finally:
            self._free += 1
            self._serve()

    async def _wait(self, owner: str) -> None:
        if self._free and not self._waiting:
            self._free -= 1
            return
        line = self._waiting.setdefault(owner, deque())
        if len(line) >= MOST_WAITING:
            raise SandboxBusy("Your earlier runs are still waiting; run again once they are done.")
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(place)
        try:
            await place
        except asyncio.CancelledError:
            if place.done() and not place.cancelled():
                self._free += 1
                self._serve()
            raise

    def _serve(self) -> None:
        while self._free and self._waiting:
            owner, line = self._waiting.popitem(last=False)
            place = line.popleft()
            if line:
                self._waiting[owner] = line
            if not place.done():
                self._free -= 1
                place.set_result(None)
