"""Where interviews are kept: the only module that knows SQL.

The turns and judgements stored here are the only history there is; everything shown is
derived from them.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import make_url

from interviewer.errors import InterviewNotFound, StoreError, TurnConflict
from interviewer.judgement import Judgement
from interviewer.session import Interview, Plan
from interviewer.transcript import Turn

_METADATA = sa.MetaData()
_NOT_FOUND = "this interview is not here (any more); start a new one"

_INTERVIEWS = sa.Table(
    "interviews",
    _METADATA,
    sa.Column("id", sa.String(43), primary_key=True),
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

    def create(self, plan: Plan, turn: Turn) -> str:
        """Stores a new interview with its first turn; returns its id.

        The id is 256 random bits: who knows it, owns the interview.
        """
        interview_id = secrets.token_urlsafe(32)
        with self._transaction() as connection:
            connection.execute(
                _INTERVIEWS.insert().values(
                    id=interview_id, created_at=datetime.now(UTC), plan=plan.model_dump(mode="json")
                )
            )
            connection.execute(_turn_row(interview_id, turn))
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
            connection.execute(
                _JUDGEMENTS.insert().values(**key, judgement=judgement.model_dump(mode="json"))
            )

    def load(self, interview_id: str) -> Interview:
        """The interview with this id; InterviewNotFound when there is none."""
        with self._transaction() as connection:
            row = connection.execute(
                sa.select(_INTERVIEWS).where(_INTERVIEWS.c.id == interview_id)
            ).one_or_none()
            if row is None:
                raise InterviewNotFound(_NOT_FOUND)
            turns = connection.scalars(
                sa.select(_TURNS.c.turn)
                .where(_TURNS.c.interview_id == interview_id)
                .order_by(_TURNS.c.seq)
            ).all()
            judgements = connection.scalars(
                sa.select(_JUDGEMENTS.c.judgement)
                .where(_JUDGEMENTS.c.interview_id == interview_id)
                .order_by(_JUDGEMENTS.c.seq, _JUDGEMENTS.c.check_id)
            ).all()
        return Interview(
            id=row.id,
            # SQLite keeps no zone; what was stored is UTC.
            created_at=row.created_at.replace(tzinfo=UTC),
            plan=Plan.model_validate(row.plan),
            turns=tuple(Turn.model_validate(one) for one in turns),
            judgements=tuple(Judgement.model_validate(one) for one in judgements),
        )


def _turn_row(interview_id: str, turn: Turn) -> sa.Insert:
    return _TURNS.insert().values(
        interview_id=interview_id, seq=turn.seq, at=turn.at, turn=turn.model_dump(mode="json")
    )


def _set_pragmas(connection: object, _record: object) -> None:
    """WAL lets readers go on while one writes; NORMAL makes a commit cost a third of a ms."""
    cursor = connection.cursor()  # type: ignore[attr-defined]
    for pragma in (
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "busy_timeout=5000",
        "foreign_keys=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
