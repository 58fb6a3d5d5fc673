"""The way to the database: SQLite in a file, or PostgreSQL.

A database is brought up to date when it is opened, whichever version made it, and by one
process only where several start at once.
"""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import URL, make_url

from interviewer.errors import InterviewNotFound, SettingsError, StoreError, TurnConflict
from interviewer.schema import METADATA, VERSION

FIRST_VERSION = "0001"
"""The tables of the first release, which kept no version."""

BUSY_MS = 5000
"""Milliseconds for which SQLite waits while another writes."""

_VERSIONS = sa.Table(
    "alembic_version", sa.MetaData(), sa.Column("version_num", sa.String(32), primary_key=True)
)
_MIGRATIONS = Path(__file__).with_name("migrations")
_LOCK = 0x1A7E471E
"""PostgreSQL's advisory lock under which a schema is changed."""


class Database:
    """A database that SQLAlchemy can reach."""

    def __init__(self, url: str) -> None:
        self._url = _with_driver(make_url(url))
        self._engine: sa.Engine | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of SQLite's."""
        return self._url.get_backend_name() == "sqlite"

    def open(self) -> None:
        """Connects, and brings the tables up to date; StoreError: it can't be used."""
        if self._url.database and self.is_sqlite:
            try:
                Path(self._url.database).parent.mkdir(parents=True, exist_ok=True)
            except OSError as error:
                raise StoreError(
                    f"{self._url.database}: the folder can't be made ({error}); "
                    "set INTERVIEWER_DATA_DIR to one that can"
                ) from error
        elif not self.is_sqlite and find_spec("psycopg") is None:
            raise StoreError(
                "PostgreSQL needs its driver; install it with: "
                "pip install 'mock-interviewer[postgres]'"
            )
        engine = sa.create_engine(self._url, pool_pre_ping=not self.is_sqlite)
        if self.is_sqlite:
            sa.event.listen(engine, "connect", _set_pragmas)
        with self._failing_clearly():
            with engine.connect() as connection:
                version = _version(connection)
            if version != VERSION:
                self._bring_up_to_date()
        self._engine = engine

    def close(self) -> None:
        """Gives back the connections."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A connection; what is done on it is kept whole or not at all."""
        if self._engine is None:
            raise StoreError("the store is not open; call open() first")
        with self._failing_clearly(), self._engine.begin() as connection:
            yield connection

    @contextmanager
    def snapshot(self) -> Iterator[sa.Connection]:
        """A connection to PostgreSQL that sees everything as it stood at one moment."""
        if self._engine is None:
            raise StoreError("the store is not open; call open() first")
        still = self._engine.execution_options(isolation_level="REPEATABLE READ")
        with self._failing_clearly(), still.begin() as connection:
            yield connection

    def fold_log(self) -> None:
        """Folds SQLite's log of changes into its file.

        What was deleted still stands in the log until then.
        """
        if self.is_sqlite and self._engine is not None:
            with self._failing_clearly(), self._engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")

    @contextmanager
    def _failing_clearly(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.IntegrityError as error:
            if "foreign key" in str(error.orig).lower():
                raise InterviewNotFound from error
            raise TurnConflict("the interview moved on meanwhile; look at it again") from error
        except sa.exc.SQLAlchemyError as error:
            reason = str(getattr(error, "orig", None) or error).splitlines()[0]
            cure = (
                "check that its disk has room and that it can be written"
                if self.is_sqlite
                else "check that it runs, and INTERVIEWER_DATABASE_URL"
            )
            raise StoreError(
                f"the database {self._url.render_as_string()} can't be used ({reason}); {cure}"
            ) from error

    # --- Versions ---

    def _bring_up_to_date(self) -> None:
        """Lays the tables in a new database; else makes the changes that it still lacks."""
        engine = sa.create_engine(self._url, poolclass=sa.NullPool)
        if self.is_sqlite:
            sa.event.listen(engine, "connect", _let_changes_be_undone)
            sa.event.listen(engine, "begin", _begin_alone)
        with engine.begin() as connection:
            if not self.is_sqlite:
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_LOCK)))
            self._upgrade(connection)

    def _upgrade(self, connection: sa.Connection) -> None:
        """Makes the changes that are due; nobody else changes the tables meanwhile."""
        version = _version(connection)
        if version == VERSION:
            return
        names = set(sa.inspect(connection).get_table_names())
        if version is None and not names & {"interviews"}:
            METADATA.create_all(connection)
            _VERSIONS.create(connection)
            connection.execute(_VERSIONS.insert().values(version_num=VERSION))
            return
        migrate(connection, version or _unnamed_version(connection))


def file_address(path: Path) -> str:
    """The address of SQLite's database in this file, whatever characters the path holds."""
    return URL.create("sqlite", database=str(path)).render_as_string()


def check_address(text: str) -> None:
    """SettingsError where no database can be at this address; it doesn't tell the address,
    which may hold a password.
    """
    try:
        url = make_url(text)
    except (sa.exc.ArgumentError, ValueError):
        url = None
    # Where the rest of a password is taken for a host or a name, it would be told in errors.
    rest = text.partition("@")[2] if url is None else f"{url.host}{url.database}"
    if "@" in rest and not text.startswith("sqlite"):
        raise SettingsError(
            "INTERVIEWER_DATABASE_URL holds more than one @; write @ in the password as %40"
        )
    if url is None or not _can_be_used(url):
        raise SettingsError(
            "INTERVIEWER_DATABASE_URL is no address of a database that can be used; give "
            "postgresql://USER:PASSWORD@HOST:PORT/NAME, with a port that is a number or none, "
            "or sqlite:////folder/file.db"
        )


def _can_be_used(url: URL) -> bool:
    """SQLite's needs a file: what is in memory only, each connection has for itself."""
    if url.drivername == "sqlite":
        return not url.host and bool(url.database) and ":memory:" not in str(url.database)
    return url.drivername in {"postgresql", "postgresql+psycopg"}


@contextmanager
def opened(url: str) -> Iterator[Database]:
    """The database at this address, opened, and closed in the end."""
    database = Database(url)
    database.open()
    try:
        yield database
    finally:
        database.close()


def in_utc(at: datetime) -> datetime:
    """SQLite keeps no zone, and what was stored is UTC; PostgreSQL gives it in its own zone."""
    return at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)


def migrate(connection: sa.Connection, version: str = "", to: str = "head") -> None:
    """Makes the changes after ``version``; empty: all, from no tables on.

    StoreError: the version is not known.
    """
    # Takes a tenth of a second to import, and is needed once a release.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    try:
        if version and _version(connection) is None:
            command.stamp(config, version)
        command.upgrade(config, to)
    except CommandError as error:
        raise StoreError(
            f"the database is of a version that this program doesn't know ({error}); "
            "install the newer program that made it"
        ) from error


def _version(connection: sa.Connection) -> str | None:
    """The version that the database says it has; None: it says nothing."""
    if not sa.inspect(connection).has_table(_VERSIONS.name):
        return None
    return connection.scalar(sa.select(_VERSIONS.c.version_num))


def _unnamed_version(connection: sa.Connection) -> str:
    """The version of tables that were laid when none was kept."""
    names = set(sa.inspect(connection).get_table_names())
    columns = {one["name"] for one in sa.inspect(connection).get_columns("interviews")}
    if names == {"interviews", "turns", "judgements"} and columns == {"id", "created_at", "plan"}:
        return FIRST_VERSION
    raise StoreError(
        "the database was made by a program between two releases; export its interviews with "
        "that program, delete it, and import them"
    )


def _with_driver(url: URL) -> URL:
    """psycopg 3 for PostgreSQL, unless the address names a driver."""
    return url.set(drivername="postgresql+psycopg") if url.drivername == "postgresql" else url


def _execute(connection: Any, statements: tuple[str, ...]) -> None:
    cursor = connection.cursor()
    for statement in statements:
        cursor.execute(statement)
    cursor.close()


def _set_pragmas(connection: object, _record: object) -> None:
    """WAL lets readers go on while one writes; NORMAL makes a commit cost a third of a ms.

    What is deleted is overwritten, so that it can't be read from the file any more.
    """
    _execute(connection, (f"PRAGMA busy_timeout={BUSY_MS}",))
    _use_wal(connection)
    always = ("synchronous=NORMAL", "foreign_keys=ON", "secure_delete=ON")
    _execute(connection, tuple(f"PRAGMA {one}" for one in always))


def _use_wal(connection: object) -> None:
    """Changing to WAL needs the file alone, and SQLite doesn't wait for that by itself."""
    until = time.monotonic() + 30
    while True:
        try:
            return _execute(connection, ("PRAGMA journal_mode=WAL",))
        except sqlite3.OperationalError as error:
            if "locked" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _let_changes_be_undone(connection: Any, _record: object) -> None:
    """SQLite can undo a change to its tables, if Python's driver doesn't commit before it.

    Foreign keys are left off: a table that is made anew would take its children along.
    """
    connection.isolation_level = None
    _execute(connection, ("PRAGMA busy_timeout=60000",))


def _begin_alone(connection: sa.Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")
