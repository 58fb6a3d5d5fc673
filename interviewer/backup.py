"""Everything that is stored as one file, and back.

The file is a database of SQLite's with the same tables, whichever database it was made from; so
it can be restored into either, and an old one is brought up to date on the way.
"""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from interviewer.database import Database, file_address, in_utc, opened
from interviewer.errors import StoreError
from interviewer.schema import CODE, INTERVIEWS, LEASES, LOOPS, METADATA, SECRETS

AT_ONCE = 500
"""Rows that are copied at once."""

_COPIED = [table for table in METADATA.sorted_tables if table is not LEASES]


def back_up(database: Database, path: Path) -> int:
    """Writes everything to a file, as it stands at one moment; returns how many interviews.

    The service may go on meanwhile. The file is there whole or not at all, and only its owner
    may read it.
    """
    part = path.with_name(f"{path.name}.part")
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        with _telling(path):
            if database.is_sqlite:
                _copy_file(database, part)
            else:
                _copy_rows(database, part)
            counted = _in_one_file(part)
        part.replace(path)
    except OSError as error:
        raise StoreError(
            f"{path}: can't be written ({error}); free room or name another file"
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return counted


def restore(database: Database, path: Path, replace: bool = False) -> int:
    """Stores what a file from ``back_up`` holds, all or nothing; returns how many interviews.

    StoreError where something is stored already, unless that is to be replaced.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "backup.db"
        try:
            shutil.copyfile(path, copy)
        except OSError as error:
            raise StoreError(f"{path}: can't be read ({error}); name a backup file") from error
        with _telling(path):
            _must_be_backup(copy, path)
        with (
            opened(file_address(copy)) as source,
            source.transaction() as taken,
            database.transaction() as connection,
        ):
            _make_room(connection, replace)
            _insert_rows(taken, connection)
            return _count(connection)


def _copy_file(database: Database, part: Path) -> None:
    with database.transaction() as connection, closing(sqlite3.connect(part)) as target:
        source = connection.connection.dbapi_connection
        assert isinstance(source, sqlite3.Connection)
        source.backup(target)


def _copy_rows(database: Database, part: Path) -> None:
    with (
        opened(file_address(part)) as target,
        database.snapshot() as taken,
        target.transaction() as connection,
    ):
        _insert_rows(taken, connection)


def _in_one_file(part: Path) -> int:
    """Leaves nothing in a log beside the file; returns how many interviews it holds."""
    with closing(sqlite3.connect(part)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")
        (counted,) = connection.execute("SELECT count(*) FROM interviews").fetchone()
    return int(counted)


def _must_be_backup(copy: Path, path: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master").fetchall()
        if (INTERVIEWS.name,) not in found:
            raise StoreError(f"{path}: is no backup; name a file that `backup` made")


def _make_room(connection: sa.Connection, replace: bool) -> None:
    loops = connection.scalar(sa.select(sa.func.count()).select_from(LOOPS))
    if not replace and (stored := _count(connection) + (loops or 0)):
        raise StoreError(
            f"the database holds {stored} interviews and loops already; name an empty one with "
            "INTERVIEWER_DATABASE_URL, or add --replace to put the backup in their place"
        )
    for table in (LOOPS, INTERVIEWS, SECRETS):
        connection.execute(table.delete())


def _insert_rows(source: sa.Connection, target: sa.Connection) -> None:
    for table in _COPIED:
        # An answer given again comes after the interview that it was first given in.
        order = (table.c.again_of.is_not(None),) if table is INTERVIEWS else table.primary_key
        rows = source.execute(
            sa.select(table).order_by(*order), execution_options={"yield_per": AT_ONCE}
        )
        for some in rows.mappings().partitions():
            # The database numbers the code itself, in the same order.
            left_out = {CODE.c.number.name} if table is CODE else set[str]()
            target.execute(table.insert(), [_row(dict(one), left_out) for one in some])


def _row(row: dict[str, Any], left_out: set[str]) -> dict[str, Any]:
    return {
        name: in_utc(value) if isinstance(value, datetime) else value
        for name, value in row.items()
        if name not in left_out
    }


def _count(connection: sa.Connection) -> int:
    return int(connection.scalar(sa.select(sa.func.count()).select_from(INTERVIEWS)) or 0)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.Error as error:
        raise StoreError(
            f"{path}: can't be used as a backup ({error}); check it and its disk"
        ) from error
