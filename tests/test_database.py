"""How a database is found, made, and brought up to date; and what becomes of a broken one."""

import sqlite3
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from interviewer.content import load_content
from interviewer.database import Database, migrate
from interviewer.errors import StoreError
from interviewer.query import Query
from interviewer.schema import METADATA, VERSION
from interviewer.store import Store
from tests.test_store import LOOP_PLAN, PLAN

RELEASED = Path(__file__).with_name("data") / "released.sql"
"""A database of the first release: an interview that is over, and one with an answer owed."""


@pytest.fixture
def interview_id(store, turn):
    return store.create(PLAN, turn(1, "question"))


def test_nothing_happens_before_open(tmp_path, turn):
    path = tmp_path / "deep" / "down" / "x.db"
    store = Store(f"sqlite:///{path}")
    assert not path.parent.exists()
    with pytest.raises(StoreError, match=r"call open\(\) first"):
        store.create(PLAN, turn(1, "question"))
    store.open()
    assert path.exists()
    store.close()
    with pytest.raises(StoreError, match=r"call open\(\) first"):
        store.load("x")
    store.close()  # twice is once


def test_a_folder_that_can_not_be_made(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="set INTERVIEWER_DATA_DIR to one that can") as caught:
        Store(f"sqlite:///{tmp_path}/file/deeper/x.db").open()
    assert f"{tmp_path}/file/deeper/x.db" in str(caught.value)


def test_a_folder_where_the_file_should_be(tmp_path):
    (tmp_path / "x.db").mkdir()
    with pytest.raises(StoreError, match="check that its disk has room and that it can be written"):
        Store(f"sqlite:///{tmp_path}/x.db").open()


def test_a_file_that_is_no_database(tmp_path):
    (tmp_path / "x.db").write_bytes(b"this is no database at all " * 100)
    with pytest.raises(StoreError, match="file is not a database") as caught:
        Store(f"sqlite:///{tmp_path}/x.db").open()
    assert "check" in str(caught.value)


def test_a_database_that_breaks_later(store, tmp_path, interview_id):
    store.close()
    store.open()
    path = tmp_path / "data" / "interviews.db"
    for one in path.parent.iterdir():
        one.write_bytes(b"garbage " * 4096)
    with pytest.raises(StoreError, match="can't be used"):
        store.load(interview_id)


def test_tables_that_are_not_there(store, tmp_path, interview_id):
    with sqlite3.connect(tmp_path / "data" / "interviews.db") as connection:
        connection.execute("DROP TABLE turns")
    connection.close()
    with pytest.raises(StoreError, match="no such table"):
        store.load(interview_id)


def _bytes_on_disk(tmp_path):
    return b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir())


def test_what_is_deleted_is_gone_from_the_disk(store, tmp_path, turn):
    kept = store.create(PLAN, turn(1, "question", "kept words"), "ann")
    loop_id = store.create_loop(LOOP_PLAN, "ann")
    place = (loop_id, 0)
    one = store.create(PLAN, turn(1, "question", "deleted question"), "ann", place)
    store.add_turn(one, turn(2, "answer", "deleted answer " * 500))
    again = PLAN.model_copy(update={"again_of": one})
    store.create(again, turn(1, "question", "deleted again"), "ann")
    assert b"deleted answer" in _bytes_on_disk(tmp_path)
    store.delete(one)
    assert b"deleted" not in _bytes_on_disk(tmp_path)
    assert b"kept words" in _bytes_on_disk(tmp_path)
    store.create(PLAN, turn(1, "question", "deleted question"), "ann", place)
    store.delete_loop(loop_id)
    assert b"deleted" not in _bytes_on_disk(tmp_path)
    assert [it.id for it in store.interviews("ann")] == [kept]


# --- Versions ----------------------------------------------------------------------------


def _released(path: Path) -> str:
    """Lays the database that the first release left behind; returns its address."""
    with sqlite3.connect(path) as connection:
        connection.executescript(RELEASED.read_text(encoding="utf-8"))
    connection.close()
    return f"sqlite:///{path}"


def test_interviews_of_the_first_release_go_on(tmp_path, content):
    url = _released(tmp_path / "x.db")
    before = dict(_texts(url))
    store = Store(url)
    store.open()
    going_on, over = sorted(store.interviews(None), key=lambda one: len(one.turns))
    assert [one.plan.areas for one in (going_on, over)] == [("behavioral",)] * 2
    assert over.plan.question_ids == ("new_field", "helped_someone_grow")
    assert (len(over.turns), len(over.judgements), len(going_on.turns)) == (8, 20, 2)
    assert {f"{one.id} {t.seq}": t.text for one in (going_on, over) for t in one.turns} == before
    assert Query(load_content(None), store, lambda _: 0).report(over.id).transcript
    store.close()
    again = Store(url)  # nothing is done twice
    again.open()
    assert len(again.interviews(None)) == 2
    again.delete(over.id)
    assert [one.id for one in again.interviews(None)] == [going_on.id]
    again.close()


def _texts(url):
    with sa.create_engine(url).connect() as connection:
        for row in connection.exec_driver_sql(
            "SELECT interview_id, seq, json_extract(turn, '$.text') AS text FROM turns"
        ):
            yield f"{row.interview_id} {row.seq}", row.text


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_the_changes_lead_to_the_tables_that_the_program_uses(kind, tmp_path, request):
    url = f"sqlite:///{tmp_path}/x.db"
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").database()
        url = url.replace("postgresql://", "postgresql+psycopg://")
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        migrate(connection)
        context = MigrationContext.configure(connection, opts={"compare_server_default": True})
        assert compare_metadata(context, METADATA) == []
        assert context.get_current_revision() == VERSION
    engine.dispose()


def test_a_change_that_fails_changes_nothing(tmp_path):
    path = tmp_path / "x.db"
    _released(path)
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE interviews SET plan = '{}'")  # has no area to name
        before = list(connection.iterdump())
    with pytest.raises(KeyError):
        Store(f"sqlite:///{path}").open()
    assert list(connection.iterdump()) == before
    connection.close()


@pytest.mark.parametrize("kind", ["sqlite", "postgresql", "released"])
def test_of_many_that_start_at_once_one_lays_the_tables(kind, tmp_path, request):
    url = f"sqlite:///{tmp_path}/x.db"
    if kind == "released":
        _released(tmp_path / "x.db")
    if kind == "postgresql":
        url = request.getfixturevalue("postgres").database()

    def start(_: int) -> int:
        store = Store(url)
        store.open()
        found = len(store.interviews(None))
        store.close()
        return found

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(start, range(4)))) == 1


def test_a_newer_database_is_left_alone(store, database_url):
    store.close()
    with sa.create_engine(database_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreError, match="install the newer program that made it"):
        store.open()


def test_a_database_between_releases_is_left_alone(store, database_url):
    store.close()
    with sa.create_engine(database_url).begin() as connection:
        connection.exec_driver_sql("DROP TABLE alembic_version")
    with pytest.raises(StoreError, match="export its interviews"):
        store.open()


def test_a_server_that_is_not_there():
    with pytest.raises(StoreError, match="check that it runs") as caught:
        Database("postgresql://me:secret@127.0.0.1:1/x").open()
    assert "secret" not in str(caught.value)
