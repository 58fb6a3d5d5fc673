"""Where interviews are kept.

The turns and judgements stored here are the only history there is; everything shown is
derived from them.
"""

import secrets
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from interviewer.coding import CodeEntry
from interviewer.database import Database, in_utc
from interviewer.errors import InterviewNotFound, TurnConflict
from interviewer.judgement import Dispute, Judgement
from interviewer.leases import Leases, this_process
from interviewer.process import Loop, LoopPlan
from interviewer.rubric import Strict
from interviewer.schema import (
    CODE,
    DISPUTES,
    INTERVIEWS,
    JUDGEMENTS,
    LOOPS,
    PLACES,
    SECRETS,
    TURNS,
)
from interviewer.session import Interview, Plan
from interviewer.transcript import Turn


class Store:
    """Interviews in a database that SQLAlchemy can reach."""

    def __init__(self, url: str, holder: str = "") -> None:
        """``holder``: the name under which this program works, beside others on one database."""
        self._database = Database(url)
        self.leases = Leases(self._database, holder or this_process(secrets.token_urlsafe(6)))

    def open(self) -> None:
        """Connects, and brings the tables up to date; StoreError: it can't be used."""
        self._database.open()

    def close(self) -> None:
        """Gives back the connections."""
        self._database.close()

    # --- Interviews ---

    def create(
        self, plan: Plan, turn: Turn, owner: str = "", place: tuple[str, int] | None = None
    ) -> str:
        """Stores a new interview with its first turn; returns its id.

        The id is 256 random bits: who knows it, may go on with the interview. ``owner`` is
        whose history it appears in. ``place``: the loop and the position in it that it takes;
        TurnConflict when that is taken already.
        """
        interview_id = new_id()
        with self._database.transaction() as connection:
            connection.execute(
                INTERVIEWS.insert().values(
                    id=interview_id,
                    owner=owner,
                    again_of=plan.again_of,
                    created_at=datetime.now(UTC),
                    plan=plan.model_dump(mode="json"),
                )
            )
            connection.execute(_turn_row(interview_id, turn))
            if place is not None:
                connection.execute(_place_row(*place, interview_id))
        return interview_id

    def add_turn(self, interview_id: str, turn: Turn) -> None:
        """Stores a turn; TurnConflict when its seq is taken already."""
        with self._database.transaction() as connection:
            connection.execute(_turn_row(interview_id, turn))

    def add_judgement(self, interview_id: str, judgement: Judgement) -> None:
        """Stores a judgement; a later one of the same check and answer takes its place."""
        row = _judgement(interview_id, judgement)
        # Where another replica judged the same in the same moment, its judgement stands.
        with suppress(TurnConflict), self._database.transaction() as connection:
            connection.execute(_FORGET_JUDGEMENT, row)
            connection.execute(_ADD_JUDGEMENT, row)

    def add_dispute(self, interview_id: str, dispute: Dispute) -> None:
        """Stores a dispute; a later one about the same finding takes its place."""
        same = (
            DISPUTES.c.interview_id == interview_id,
            DISPUTES.c.question_id == dispute.question_id,
            DISPUTES.c.check_id == dispute.check_id,
        )
        with self._database.transaction() as connection:
            connection.execute(DISPUTES.delete().where(*same))
            connection.execute(_dispute_row(interview_id, dispute))

    def add_code(self, interview_id: str, entry: CodeEntry) -> None:
        """Stores a state of the code; a question has one draft, the last one."""
        with self._database.transaction() as connection:
            if entry.kind == "draft":
                connection.execute(
                    CODE.delete().where(
                        CODE.c.interview_id == interview_id,
                        CODE.c.question_id == entry.question_id,
                        CODE.c.kind == "draft",
                    )
                )
            connection.execute(_code_row(interview_id, entry))

    def load(self, interview_id: str) -> Interview:
        """The interview with this id; InterviewNotFound when there is none."""
        with self._database.transaction() as connection:
            found = _interviews(connection, _ONE, interview_id)
        if not found:
            raise InterviewNotFound
        return found[0]

    def owner_of(self, some_id: str) -> str | None:
        """Whose an interview or a loop is; None when there is none of this id."""
        with self._database.transaction() as connection:
            owners: list[str] = list(connection.scalars(_OWNER, {"it": some_id}))
        return owners[0] if owners else None

    def turns_before(self, interview_id: str) -> tuple[Turn, ...]:
        """The turns of the interviews before this one in its loop; none outside of a loop."""
        with self._database.transaction() as connection:
            turns = connection.scalars(_BEFORE, {"it": interview_id}).all()
        return tuple(Turn.model_validate(one) for one in turns)

    def interviews(self, owner: str | None) -> tuple[Interview, ...]:
        """Every interview of an owner's, the latest first; None: everybody's."""
        with self._database.transaction() as connection:
            return _interviews(connection, _ALL if owner is None else _OWNERS, owner)

    def delete(self, interview_id: str) -> None:
        """Deletes an interview with all that belongs to it; InterviewNotFound: there is none."""
        self._delete(INTERVIEWS, [interview_id])

    # --- Loops ---

    def create_loop(self, plan: LoopPlan, owner: str = "") -> str:
        """Stores a new loop, no round of which is begun; returns its id."""
        loop_id = new_id()
        with self._database.transaction() as connection:
            connection.execute(_loop_row(loop_id, owner, datetime.now(UTC), plan))
        return loop_id

    def load_loop(self, loop_id: str) -> Loop:
        """The loop with this id; InterviewNotFound when there is none."""
        with self._database.transaction() as connection:
            found = _loops(connection, LOOPS.c.id == loop_id)
        if not found:
            raise InterviewNotFound("this loop is not here (any more); start a new one")
        return found[0]

    def loops(self, owner: str | None) -> tuple[Loop, ...]:
        """Every loop of an owner's, the latest first; None: everybody's."""
        mine = sa.true() if owner is None else LOOPS.c.owner == owner
        with self._database.transaction() as connection:
            return _loops(connection, mine)

    def delete_loop(self, loop_id: str) -> None:
        """Deletes a loop with all its interviews; InterviewNotFound when there is none."""
        interviews = [one for one in self.load_loop(loop_id).interview_ids if one]
        self._delete(LOOPS, [loop_id])
        self._delete(INTERVIEWS, interviews)

    def _delete(self, table: sa.Table, ids: list[str]) -> None:
        with self._database.transaction() as connection:
            gone = connection.execute(table.delete().where(table.c.id.in_(ids)))
        if gone.rowcount < len(ids):
            raise InterviewNotFound
        self._database.fold_log()

    # --- What replicas share ---

    def secret(self, name: str, offered: str) -> str:
        """The secret of this name, the same for all replicas; ``offered`` where there is none."""
        with suppress(TurnConflict), self._database.transaction() as connection:
            known = connection.scalar(sa.select(SECRETS.c.value).where(SECRETS.c.name == name))
            if known is not None:
                return str(known)
            connection.execute(SECRETS.insert().values(name=name, value=offered))
            return offered
        return self.secret(name, offered)

    # --- Bringing back what was exported ---

    def restore(self, interviews: Iterable[Interview], loops: Iterable[Loop], owner: str) -> int:
        """Stores what isn't here yet as the owner's, all or nothing; returns how many.

        What is here already stays as it is and becomes the owner's: who has the file, knows
        the ids. Of a loop that went on elsewhere, the rounds that it hasn't begun here are taken.
        """
        new = 0
        with self._database.transaction() as connection:
            # An answer given again comes after the interview that it was first given in.
            for one in sorted(interviews, key=lambda it: it.plan.again_of is not None):
                if _adopt(connection, INTERVIEWS, one.id, owner):
                    continue
                new += 1
                connection.execute(
                    INTERVIEWS.insert().values(
                        id=one.id,
                        owner=owner,
                        again_of=one.plan.again_of,
                        created_at=one.created_at,
                        plan=one.plan.model_dump(mode="json"),
                    )
                )
                for row in _rows_of(one):
                    connection.execute(row)
            for loop in loops:
                if not _adopt(connection, LOOPS, loop.id, owner):
                    new += 1
                    connection.execute(_loop_row(loop.id, owner, loop.created_at, loop.plan))
                _fill_places(connection, loop)
        return new


def new_id() -> str:
    """256 random bits that no one can guess; no "-" in front, or a shell takes it for an option."""
    while (made := secrets.token_urlsafe(32)).startswith("-"):
        pass
    return made


_PLAN = "plan"
"""What an interview's own row is called in what is read, beside the names of its parts."""


@dataclass(frozen=True)
class _Part:
    """One kind of what belongs to an interview."""

    name: str
    kind: type[Strict]
    value: sa.Column[Any]
    number: sa.Column[int] | None = None
    """What they come in the order of; else by ``order``."""
    order: Callable[[Any], tuple[Any, ...]] | None = None


_PARTS = (
    _Part("turns", Turn, TURNS.c.turn, TURNS.c.seq),
    _Part(
        "judgements", Judgement, JUDGEMENTS.c.judgement, order=lambda one: (one.seq, one.check_id)
    ),
    _Part(
        "disputes", Dispute, DISPUTES.c.dispute, order=lambda one: (one.question_id, one.check_id)
    ),
    _Part("code", CodeEntry, CODE.c.entry, CODE.c.number),
)


def _reading(which: sa.ColumnElement[bool]) -> sa.CompoundSelect[Any]:
    """One statement for all of the interviews of which this holds; ``:it`` is given to it.

    Made once, for making it takes longer than running it, and one, for each costs as much again.
    """
    wanted = sa.select(INTERVIEWS.c.id).where(which)
    selects = [
        sa.select(
            INTERVIEWS.c.id,
            sa.literal(_PLAN).label("part"),
            sa.literal(0).label("number"),
            INTERVIEWS.c.created_at.label("at"),
            INTERVIEWS.c.plan.label("value"),
        ).where(which)
    ]
    for part in _PARTS:
        key = part.value.table.c.interview_id
        number = sa.literal(0) if part.number is None else part.number
        selects.append(
            sa.select(key, sa.literal(part.name), number, sa.null(), part.value).where(
                key.in_(wanted)
            )
        )
    return sa.union_all(*selects)


_ONE = _reading(INTERVIEWS.c.id == sa.bindparam("it"))
_OWNERS = _reading(INTERVIEWS.c.owner == sa.bindparam("it"))
_ALL = _reading(sa.true())
_OWNER = sa.union_all(
    *(sa.select(one.c.owner).where(one.c.id == sa.bindparam("it")) for one in (INTERVIEWS, LOOPS))
)
_OWN_PLACE = PLACES.alias()
_BEFORE = (
    sa.select(TURNS.c.turn)
    .join(PLACES, PLACES.c.interview_id == TURNS.c.interview_id)
    .join(_OWN_PLACE, _OWN_PLACE.c.loop_id == PLACES.c.loop_id)
    .where(_OWN_PLACE.c.interview_id == sa.bindparam("it"))
    .where(PLACES.c.position < _OWN_PLACE.c.position)
    .order_by(PLACES.c.position, TURNS.c.seq)
)
_ADD_JUDGEMENT = JUDGEMENTS.insert()
_FORGET_JUDGEMENT = JUDGEMENTS.delete().where(
    *(one == sa.bindparam(one.name) for one in JUDGEMENTS.primary_key)
)


def _interviews(
    connection: sa.Connection, reading: sa.CompoundSelect[Any], it: str | None = None
) -> tuple[Interview, ...]:
    """The interviews, the latest first."""
    told = {} if it is None else {"it": it}
    begun: dict[str, Any] = {}
    held: dict[tuple[str, str], list[tuple[int, Any]]] = defaultdict(list)
    for interview_id, name, number, at, value in connection.execute(reading, told):
        if name == _PLAN:
            begun[interview_id] = at, value
        else:
            held[interview_id, name].append((number, value))
    found = (
        Interview(
            id=interview_id,
            created_at=in_utc(at),
            plan=Plan.model_validate(plan),
            **{part.name: _in_order(part, held[interview_id, part.name]) for part in _PARTS},
        )
        for interview_id, (at, plan) in begun.items()
    )
    return tuple(sorted(found, key=lambda one: one.created_at, reverse=True))


def _in_order(part: _Part, rows: Sequence[tuple[int, Any]]) -> tuple[Any, ...]:
    values = (part.kind.model_validate(value) for _, value in sorted(rows, key=lambda row: row[0]))
    return tuple(values) if part.order is None else tuple(sorted(values, key=part.order))


def _loops(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Loop, ...]:
    rows = connection.execute(
        sa.select(LOOPS).where(which).order_by(LOOPS.c.created_at.desc())
    ).all()
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for row in connection.execute(
        sa.select(PLACES).where(PLACES.c.loop_id.in_(sa.select(LOOPS.c.id).where(which)))
    ):
        places[row.loop_id][row.position] = row.interview_id
    found = []
    for row in rows:
        plan = LoopPlan.model_validate(row.plan)
        ids = tuple(places[row.id].get(position) for position in range(len(plan.rounds)))
        created_at = in_utc(row.created_at)
        found.append(Loop(id=row.id, created_at=created_at, plan=plan, interview_ids=ids))
    return tuple(found)


def _adopt(connection: sa.Connection, table: sa.Table, row_id: str, owner: str) -> bool:
    """Makes a stored row the owner's; False when there is no such row."""
    changed = connection.execute(table.update().where(table.c.id == row_id).values(owner=owner))
    return changed.rowcount > 0


def _fill_places(connection: sa.Connection, loop: Loop) -> None:
    """Gives the loop's interviews their places, where these are free and they have none yet."""
    ids = [one for one in loop.interview_ids if one]
    placed = connection.execute(
        sa.select(PLACES).where(sa.or_(PLACES.c.loop_id == loop.id, PLACES.c.interview_id.in_(ids)))
    ).all()
    taken = {row.position for row in placed if row.loop_id == loop.id}
    housed = {row.interview_id for row in placed}
    for position, interview_id in enumerate(loop.interview_ids):
        if interview_id and interview_id not in housed and position not in taken:
            connection.execute(_place_row(loop.id, position, interview_id))


def _place_row(loop_id: str, position: int, interview_id: str) -> sa.Insert:
    return PLACES.insert().values(loop_id=loop_id, position=position, interview_id=interview_id)


def _loop_row(loop_id: str, owner: str, created_at: datetime, plan: LoopPlan) -> sa.Insert:
    return LOOPS.insert().values(
        id=loop_id, owner=owner, created_at=created_at, plan=plan.model_dump(mode="json")
    )


def _dispute_row(interview_id: str, dispute: Dispute) -> sa.Insert:
    return DISPUTES.insert().values(
        interview_id=interview_id,
        question_id=dispute.question_id,
        check_id=dispute.check_id,
        dispute=dispute.model_dump(mode="json"),
    )


def _judgement(interview_id: str, judgement: Judgement) -> dict[str, Any]:
    return {
        "interview_id": interview_id,
        "seq": judgement.seq,
        "check_id": judgement.check_id,
        "judgement": judgement.model_dump(mode="json"),
    }


def _code_row(interview_id: str, entry: CodeEntry) -> sa.Insert:
    return CODE.insert().values(
        interview_id=interview_id,
        question_id=entry.question_id,
        kind=entry.kind,
        entry=entry.model_dump(mode="json"),
    )


def _rows_of(one: Interview) -> Iterator[sa.Insert]:
    """All that belongs to an interview, to be stored again."""
    yield from (_turn_row(one.id, turn) for turn in one.turns)
    yield from (_ADD_JUDGEMENT.values(_judgement(one.id, it)) for it in one.judgements)
    yield from (_dispute_row(one.id, dispute) for dispute in one.disputes)
    yield from (_code_row(one.id, entry) for entry in one.code)


def _turn_row(interview_id: str, turn: Turn) -> sa.Insert:
    return TURNS.insert().values(
        interview_id=interview_id, seq=turn.seq, at=turn.at, turn=turn.model_dump(mode="json")
    )
