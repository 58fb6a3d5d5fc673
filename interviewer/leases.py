"""Who is at work on an interview, where several programs share one database.

A lease keeps two replicas from doing the same work. It guards no data: a turn is never stored
twice, whoever makes it. Its holder renews it; when the holder dies, another takes it over once
it runs out. All replicas read the database's clock, and one that was set back or forth frees a
lease instead of keeping it for ever.
"""

import os
import socket
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

import sqlalchemy as sa

from interviewer.database import Database
from interviewer.errors import TurnConflict
from interviewer.schema import LEASES

Work = Literal["reply", "grade"]

HELD_FOR = 10.0
"""Seconds after which a lease runs out that nobody renewed."""

RENEW_EVERY = 2.0
"""Seconds between a holder's signs of life."""


@dataclass(frozen=True)
class Lease:
    """Another's work, as far as it has told."""

    draft: str
    """The interviewer's reply as far as it has come."""
    problem: str
    """Why it doesn't go on."""


UNKNOWN = Lease("", "")
"""Another's, about which nothing is known yet."""


class Leases:
    """The leases in a database, as one program sees them."""

    def __init__(self, database: Database, holder: str) -> None:
        """``holder``: this program's name, which no other has."""
        self._database = database
        self._me = holder

    def claim(self, interview_id: str, work: Work) -> Lease | None:
        """Takes a lease that is free; else returns whose it is.

        InterviewNotFound when there is no such interview.
        """
        try:
            with self._database.transaction() as connection:
                return self._claim(connection, interview_id, work)
        except TurnConflict:
            return UNKNOWN  # another was quicker

    def _claim(self, connection: sa.Connection, interview_id: str, work: Work) -> Lease | None:
        now = self._now()
        run_out = (LEASES.c.expires < now) | (LEASES.c.expires > now + 2 * HELD_FOR)
        row = connection.execute(
            sa.select(LEASES, run_out.label("run_out")).where(*_of(interview_id, work))
        ).first()
        mine = {"holder": self._me, "expires": now + HELD_FOR, "draft": "", "problem": ""}
        if row is None:
            connection.execute(LEASES.insert().values(interview_id=interview_id, work=work, **mine))
            return None
        if row.holder != self._me and not row.run_out and not is_dead(row.holder):
            return Lease(row.draft, row.problem)
        taken = connection.execute(
            LEASES.update()
            .where(
                *_of(interview_id, work),
                LEASES.c.holder == row.holder,
                LEASES.c.expires == row.expires,
            )
            .values(**mine)
        )
        return None if taken.rowcount else UNKNOWN

    def renew(self, interview_id: str, work: Work, draft: str = "", problem: str = "") -> bool:
        """Gives a sign of life; False: the lease is another's by now, or gone."""
        with self._database.transaction() as connection:
            kept = connection.execute(
                LEASES.update()
                .where(*_of(interview_id, work), LEASES.c.holder == self._me)
                .values(expires=self._now() + HELD_FOR, draft=draft, problem=problem)
            )
        return kept.rowcount > 0

    def release(self, interview_id: str, work: Work) -> None:
        """Gives an own lease back."""
        self._delete(interview_id, work, LEASES.c.holder == self._me)

    def revoke(self, interview_id: str, work: Work) -> None:
        """Takes a lease from whoever holds it; its holder stops when it looks next."""
        self._delete(interview_id, work, sa.true())

    def _delete(self, interview_id: str, work: Work, whose: sa.ColumnElement[bool]) -> None:
        with self._database.transaction() as connection:
            connection.execute(LEASES.delete().where(*_of(interview_id, work), whose))

    def _now(self) -> "sa.ColumnElement[float]":
        """Seconds by a clock that all replicas share: SQLite's are on one machine."""
        if self._database.is_sqlite:
            return sa.literal(time.time(), sa.Double)
        return sa.cast(sa.func.extract("epoch", sa.func.clock_timestamp()), sa.Double)


def _of(interview_id: str, work: Work) -> tuple["sa.ColumnElement[bool]", ...]:
    return LEASES.c.interview_id == interview_id, LEASES.c.work == work


def this_process(nonce: str) -> str:
    """A holder's name that tells the others on this machine whether it still lives."""
    return f"{os.getpid()} {nonce} {socket.gethostname()}"


def is_dead(holder: str) -> bool:
    """Whether a holder was a process of this machine that has ended."""
    pid, _, rest = holder.partition(" ")
    if not pid.isdecimal() or rest.partition(" ")[2] != socket.gethostname():
        return False
    with suppress(PermissionError):
        try:
            os.kill(int(pid), 0)
        except ProcessLookupError:
            return True
    return False
