"""Where interviews are kept: the only module that knows SQL.

The turns and judgements stored here are the only history there is; everything shown is
derived from them.
"""

import secrets
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from interviewer.coding import CodeEntry
from interviewer.errors import InterviewNotFound, StoreError, TurnConflict
from interviewer.judgement import Dispute, Judgement
from interviewer.process import Loop, LoopPlan
from interviewer.session import Interview, Plan
from interviewer.transcript import Turn

_METADATA = sa.MetaData()
_NOT_FOUND = "this interview is not here (any more); start a new one"
_ID_LENGTH = 43

_INTERVIEWS = sa.Table(
    "interviews",
    _METADATA,
    sa.Column("id", sa.String(_ID_LENGTH), primary_key=True),
    sa.Column("owner", sa.String(_ID_LENGTH), nullable=False, index=True),
    # An answer given again goes when the interview goes that it was first given in.
    sa.Column("again_of", sa.ForeignKey("interviews.id", ondelete="CASCADE"), index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
)

_TURNS = sa.Table(
    "turns",
    _METADATA,
    sa.Column("interview_id", sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    # The primary key is what keeps a turn from being taken twice.
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("turn", sa.JSON, nullable=False),
)

_JUDGEMENTS = sa.Table(
    "judgements",
    _METADATA,
    sa.Column("interview_id", sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("check_id", sa.String(100), primary_key=True),
    sa.Column("judgement", sa.JSON, nullable=False),
)

_DISPUTES = sa.Table(
    "disputes",
    _METADATA,
    sa.Column("interview_id", sa.ForeignKey("interviews.id", ondelete="CASCADE"), primary_key=True),
    sa.Column("question_id", sa.String(100), primary_key=True),
    sa.Column("check_id", sa.String(100), primary_key=True),
    sa.Column("dispute", sa.JSON, nullable=False),
)

_CODE = sa.Table(
    "code",
    _METADATA,
    sa.Column("number", sa.Integer, primary_key=True, autoincrement=True),
    sa.Column(
        "interview_id",
        sa.ForeignKey("interviews.id", ondelete="CASCADE"),
        index=True,
        nullable=False,
    ),
    sa.Column("question_id", sa.String(100), nullable=False),
    sa.Column("kind", sa.String(10), nullable=False),
    sa.Column("entry", sa.JSON, nullable=False),
)

_LOOPS = sa.Table(
    "loops",
    _METADATA,
    sa.Column("id", sa.String(_ID_LENGTH), primary_key=True),
    sa.Column("owner", sa.String(_ID_LENGTH), nullable=False, index=True),
    sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    sa.Column("plan", sa.JSON, nullable=False),
)

_PLACES = sa.Table(
    "places",
    _METADATA,
    sa.Column("loop_id", sa.ForeignKey("loops.id", ondelete="CASCADE"), primary_key=True),
    # The primary key is what keeps a round from being begun twice.
    sa.Column("position", sa.Integer, primary_key=True),
    sa.Column(
        "interview_id",
        sa.ForeignKey("interviews.id", ondelete="CASCADE"),
        nullable=False,
        unique=True,
    ),
)


class Store:
    """Interviews in a database that SQLAlchemy can reach."""

    def __init__(self, url: str) -> None:
        self._url = make_url(url)
        self._engine: sa.Engine | None = None

    def open(self) -> None:
        """Connects and lays the tables; StoreError when the database can't be used."""
        if self._url.database and self._url.get_backend_name() == "sqlite":
            try:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{self._url.database}: the folder can't be made ({error}); "
                    "set INTERVIEWER_DATA_DIR to one that can"
                ) from error
        self._engine = sa.create_engine(self._url)
        if self._url.get_backend_name() == "sqlite":
            sa.event.listen(self._engine, "connect", _set_pragmas)
        with self._failing_clearly():
            _METADATA.create_all(self._engine)

    def close(self) -> None:
        """Gives back the connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError as error:
            if "foreign key" in str(error.orig).lower():
                raise InterviewNotFound(_NOT_FOUND) from error
            raise TurnConflict("the interview moved on meanwhile; look at it again") from error
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            raise StoreError(
                f"the database {self._url.render_as_string()} can't be used ({reason}); "
                "check that its disk has room and that it can be written"
            ) from error

    @contextmanager
    def _transaction(self) -> Iterator[sa.Connection]:
        if self._engine is None:
            raise StoreError("the store is not open; call open() first")
        with self._failing_clearly(), self._engine.begin() as connection:
            yield connection

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
        with self._transaction() as connection:
            connection.execute(
                _INTERVIEWS.insert().values(
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
        with self._transaction() as connection:
            connection.execute(_turn_row(interview_id, turn))

    def add_judgement(self, interview_id: str, judgement: Judgement) -> None:
        """Stores a judgement; a later one of the same check and answer takes its place."""
        key = {
            "interview_id": interview_id,
            "seq": judgement.seq,
            "check_id": judgement.check_id,
        }
        with self._transaction() as connection:
            connection.execute(
                _JUDGEMENTS.delete().where(*(_JUDGEMENTS.c[name] == key[name] for name in key))
            )
            connection.execute(_judgement_row(interview_id, judgement))

    def add_dispute(self, interview_id: str, dispute: Dispute) -> None:
        """Stores a dispute; a later one about the same finding takes its place."""
        same = (
            _DISPUTES.c.interview_id == interview_id,
            _DISPUTES.c.question_id == dispute.question_id,
            _DISPUTES.c.check_id == dispute.check_id,
        )
        with self._transaction() as connection:
            connection.execute(_DISPUTES.delete().where(*same))
            connection.execute(_dispute_row(interview_id, dispute))

    def add_code(self, interview_id: str, entry: CodeEntry) -> None:
        """Stores a state of the code; a question has one draft, the last one."""
        with self._transaction() as connection:
            if entry.kind == "draft":
                connection.execute(
                    _CODE.delete().where(
                        _CODE.c.interview_id == interview_id,
                        _CODE.c.question_id == entry.question_id,
                        _CODE.c.kind == "draft",
                    )
                )
            connection.execute(_code_row(interview_id, entry))

    def load(self, interview_id: str) -> Interview:
        """The interview with this id; InterviewNotFound when there is none."""
        with self._transaction() as connection:
            found = _interviews(connection, _INTERVIEWS.c.id == interview_id)
        if not found:
            raise InterviewNotFound(_NOT_FOUND)
        return found[0]

    def turns_before(self, interview_id: str) -> tuple[Turn, ...]:
        """The turns of the interviews before this one in its loop; none outside of a loop."""
        own = _PLACES.alias()
        with self._transaction() as connection:
            turns = connection.scalars(
                sa.select(_TURNS.c.turn)
                .join(_PLACES, _PLACES.c.interview_id == _TURNS.c.interview_id)
                .join(own, own.c.loop_id == _PLACES.c.loop_id)
                .where(own.c.interview_id == interview_id)
                .where(_PLACES.c.position < own.c.position)
                .order_by(_PLACES.c.position, _TURNS.c.seq)
            ).all()
        return tuple(Turn.model_validate(one) for one in turns)

    def interviews(self, owner: str | None) -> tuple[Interview, ...]:
        """Every interview of an owner's, the latest first; None: everybody's."""
        mine = sa.true() if owner is None else _INTERVIEWS.c.owner == owner
        with self._transaction() as connection:
            return _interviews(connection, mine)

    def delete(self, interview_id: str) -> None:
        """Deletes an interview with all that belongs to it; InterviewNotFound: there is none."""
        self._delete(_INTERVIEWS, [interview_id])

    # --- Loops ---

    def create_loop(self, plan: LoopPlan, owner: str = "") -> str:
        """Stores a new loop, no round of which is begun; returns its id."""
        loop_id = new_id()
        with self._transaction() as connection:
            connection.execute(_loop_row(loop_id, owner, datetime.now(UTC), plan))
        return loop_id

    def load_loop(self, loop_id: str) -> Loop:
        """The loop with this id; InterviewNotFound when there is none."""
        with self._transaction() as connection:
            found = _loops(connection, _LOOPS.c.id == loop_id)
        if not found:
            raise InterviewNotFound("this loop is not here (any more); start a new one")
        return found[0]

    def loops(self, owner: str | None) -> tuple[Loop, ...]:
        """Every loop of an owner's, the latest first; None: everybody's."""
        mine = sa.true() if owner is None else _LOOPS.c.owner == owner
        with self._transaction() as connection:
            return _loops(connection, mine)

    def delete_loop(self, loop_id: str) -> None:
        """Deletes a loop with all its interviews; InterviewNotFound when there is none."""
        interviews = [one for one in self.load_loop(loop_id).interview_ids if one]
        self._delete(_LOOPS, [loop_id])
        self._delete(_INTERVIEWS, interviews)

    def _delete(self, table: sa.Table, ids: list[str]) -> None:
        with self._transaction() as connection:
            gone = connection.execute(table.delete().where(table.c.id.in_(ids)))
        if gone.rowcount < len(ids):
            raise InterviewNotFound(_NOT_FOUND)
        if self._url.get_backend_name() == "sqlite" and self._engine is not None:
            # What was deleted still stands in the log of changes until that is folded in.
            with self._failing_clearly(), self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    # --- Bringing back what was exported ---

    def restore(self, interviews: Iterable[Interview], loops: Iterable[Loop], owner: str) -> int:
        """Stores what isn't here yet as the owner's, all or nothing; returns how many.

        What is here already stays as it is and becomes the owner's: who has the file, knows
        the ids.
        """
        new = 0
        with self._transaction() as connection:
            # An answer given again comes after the interview that it was first given in.
            for one in sorted(interviews, key=lambda it: it.plan.again_of is not None):
                if _adopt(connection, _INTERVIEWS, one.id, owner):
                    continue
                new += 1
                connection.execute(
                    _INTERVIEWS.insert().values(
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
                if _adopt(connection, _LOOPS, loop.id, owner):
                    continue
                new += 1
                connection.execute(_loop_row(loop.id, owner, loop.created_at, loop.plan))
                for position, interview_id in enumerate(loop.interview_ids):
                    if interview_id:
                        connection.execute(_place_row(loop.id, position, interview_id))
        return new


def new_id() -> str:
    """256 random bits that no one can guess."""
    return secrets.token_urlsafe(32)


def _interviews(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Interview, ...]:
    rows = connection.execute(
        sa.select(_INTERVIEWS).where(which).order_by(_INTERVIEWS.c.created_at.desc())
    ).all()
    wanted = sa.select(_INTERVIEWS.c.id).where(which)
    turns: dict[str, list[Turn]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_TURNS.c.interview_id, _TURNS.c.turn)
        .where(_TURNS.c.interview_id.in_(wanted))
        .order_by(_TURNS.c.seq)
    ):
        turns[row.interview_id].append(Turn.model_validate(row.turn))
    judgements: dict[str, list[Judgement]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_JUDGEMENTS.c.interview_id, _JUDGEMENTS.c.judgement)
        .where(_JUDGEMENTS.c.interview_id.in_(wanted))
        .order_by(_JUDGEMENTS.c.seq, _JUDGEMENTS.c.check_id)
    ):
        judgements[row.interview_id].append(Judgement.model_validate(row.judgement))
    disputes: dict[str, list[Dispute]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_DISPUTES.c.interview_id, _DISPUTES.c.dispute)
        .where(_DISPUTES.c.interview_id.in_(wanted))
        .order_by(_DISPUTES.c.question_id, _DISPUTES.c.check_id)
    ):
        disputes[row.interview_id].append(Dispute.model_validate(row.dispute))
    code: dict[str, list[CodeEntry]] = defaultdict(list)
    for row in connection.execute(
        sa.select(_CODE.c.interview_id, _CODE.c.entry)
        .where(_CODE.c.interview_id.in_(wanted))
        .order_by(_CODE.c.number)
    ):
        code[row.interview_id].append(CodeEntry.model_validate(row.entry))
    return tuple(
        Interview(
            id=row.id,
            # SQLite keeps no zone; what was stored is UTC.
            created_at=row.created_at.replace(tzinfo=UTC),
            plan=Plan.model_validate(row.plan),
            turns=tuple(turns[row.id]),
            judgements=tuple(judgements[row.id]),
            disputes=tuple(disputes[row.id]),
            code=tuple(code[row.id]),
        )
        for row in rows
    )


def _loops(connection: sa.Connection, which: sa.ColumnElement[bool]) -> tuple[Loop, ...]:
    rows = connection.execute(
        sa.select(_LOOPS).where(which).order_by(_LOOPS.c.created_at.desc())
    ).all()
    places: dict[str, dict[int, str]] = defaultdict(dict)
    for row in connection.execute(
        sa.select(_PLACES).where(_PLACES.c.loop_id.in_(sa.select(_LOOPS.c.id).where(which)))
    ):
        places[row.loop_id][row.position] = row.interview_id
    found = []
    for row in rows:
        plan = LoopPlan.model_validate(row.plan)
        ids = tuple(places[row.id].get(position) for position in range(len(plan.rounds)))
        created_at = row.created_at.replace(tzinfo=UTC)
        found.append(Loop(id=row.id, created_at=created_at, plan=plan, interview_ids=ids))
    return tuple(found)


def _adopt(connection: sa.Connection, table: sa.Table, row_id: str, owner: str) -> bool:
    """Makes a stored row the owner's; False when there is no such row."""
    changed = connection.execute(table.update().where(table.c.id == row_id).values(owner=owner))
    return changed.rowcount > 0


def _place_row(loop_id: str, position: int, interview_id: str) -> sa.Insert:
    return _PLACES.insert().values(loop_id=loop_id, position=position, interview_id=interview_id)


def _loop_row(loop_id: str, owner: str, created_at: datetime, plan: LoopPlan) -> sa.Insert:
    return _LOOPS.insert().values(
        id=loop_id, owner=owner, created_at=created_at, plan=plan.model_dump(mode="json")
    )


def _dispute_row(interview_id: str, dispute: Dispute) -> sa.Insert:
    return _DISPUTES.insert().values(
        interview_id=interview_id,
        question_id=dispute.question_id,
        check_id=dispute.check_id,
        dispute=dispute.model_dump(mode="json"),
    )


def _judgement_row(interview_id: str, judgement: Judgement) -> sa.Insert:
    return _JUDGEMENTS.insert().values(
        interview_id=interview_id,
        seq=judgement.seq,
        check_id=judgement.check_id,
        judgement=judgement.model_dump(mode="json"),
    )


def _code_row(interview_id: str, entry: CodeEntry) -> sa.Insert:
    return _CODE.insert().values(
        interview_id=interview_id,
        question_id=entry.question_id,
        kind=entry.kind,
        entry=entry.model_dump(mode="json"),
    )


def _rows_of(one: Interview) -> Iterator[sa.Insert]:
    """All that belongs to an interview, to be stored again."""
    yield from (_turn_row(one.id, turn) for turn in one.turns)
    yield from (_judgement_row(one.id, judgement) for judgement in one.judgements)
    yield from (_dispute_row(one.id, dispute) for dispute in one.disputes)
    yield from (_code_row(one.id, entry) for entry in one.code)


def _turn_row(interview_id: str, turn: Turn) -> sa.Insert:
    return _TURNS.insert().values(
        interview_id=interview_id, seq=turn.seq, at=turn.at, turn=turn.model_dump(mode="json")
    )


def _set_pragmas(connection: object, _record: object) -> None:
    """WAL lets readers go on while one writes; NORMAL makes a commit cost a third of a ms.

    What is deleted is overwritten, so that it can't be read from the file any more.
    """
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=5000",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
