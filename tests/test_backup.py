"""What was backed up comes back, into either database, and all or nothing."""

import sqlite3
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from interviewer import cli
from interviewer.coding import CodeEntry
from interviewer.judgement import Dispute, Judgement
from interviewer.store import Store
from tests.doubles import NOW
from tests.test_store import LOOP_PLAN, PLAN

RELEASED = Path(__file__).with_name("data") / "released.sql"


@pytest.fixture
def addresses(tmp_path, postgres):
    """A fresh database of each kind; PostgreSQL gives its times in another zone than ours."""
    address = postgres.database()
    postgres.run(
        f"ALTER DATABASE {address.partition('@/')[2].partition('?')[0]} "
        "SET timezone = 'Asia/Kolkata'"
    )
    return {"sqlite": f"sqlite:///{tmp_path}/one.db", "postgresql": address}


@pytest.fixture
def shell(monkeypatch, capsys):
    """Runs a command on a database; returns its exit code and what it said."""

    def run(url, *argv):
        monkeypatch.setenv("INTERVIEWER_DATABASE_URL", url)
        code = cli.main([str(one) for one in argv])
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def _fill(store, turn):
    """Something of everything; times that a wrong zone would show."""
    loop_id = store.create_loop(LOOP_PLAN, "ann")
    first = store.create(PLAN, turn(1, "question"), "ann", (loop_id, 0))
    store.add_turn(first, turn(2, "answer", "Ünïcode 🔥 \\u0000 “quoted”\n\x00<|im_end|>"))
    store.add_judgement(first, Judgement(seq=2, check_id="scene", met=0.1 + 0.2, sentences=(1,)))
    again = store.create(PLAN.model_copy(update={"again_of": first}), turn(1, "question"), "ann")
    disputed = Judgement(seq=2, check_id="scene", met=0.9)
    store.add_dispute(
        first,
        Dispute(question_id="failure", check_id="scene", argument="A", judgement=disputed, at=NOW),
    )
    for kind, hours in (("draft", 1), ("run", 2), ("draft", 3)):
        at = NOW + timedelta(hours=hours)
        entry = CodeEntry(question_id="failure", kind=kind, code=f"# {hours}", at=at)
        store.add_code(first, entry)
    store.secret("browser", "key")
    store.leases.claim(again, "reply")


def _all(store):
    return set(store.interviews(None)), store.loops(None), store.secret("browser", "another")


@pytest.mark.parametrize("source", ["sqlite", "postgresql"])
@pytest.mark.parametrize("target", ["sqlite", "postgresql"])
def test_there_and_back(source, target, addresses, tmp_path, turn, shell):
    store = Store(addresses[source])
    store.open()
    _fill(store, turn)
    before = _all(store)
    file = tmp_path / "backup.db"
    assert shell(addresses[source], "backup", file) == (0, f"2 interviews are in {file}\n")
    assert [path.name for path in tmp_path.glob("backup.db*")] == ["backup.db"]
    assert file.stat().st_mode & 0o777 == 0o600
    if source == target:
        for loop in store.loops(None):
            store.delete_loop(loop.id)
    store.close()
    whole = file.read_bytes()
    assert shell(addresses[target], "restore", file) == (0, "2 interviews are stored\n")
    assert file.read_bytes() == whole
    store = Store(addresses[target])
    store.open()
    assert _all(store) == before
    (one,) = (it for it in before[0] if it.code)
    assert [it.code for it in store.load(one.id).code] == ["# 2", "# 3"]
    later = CodeEntry(question_id="failure", kind="run", code="# 4", at=NOW)
    store.add_code(one.id, later)  # the numbers go on after the restored ones
    assert store.load(one.id).code[-1] == later
    store.close()


def test_what_is_stored_is_replaced_only_when_told(addresses, tmp_path, turn, shell):
    url, file = addresses["sqlite"], tmp_path / "backup.db"
    store = Store(url)
    store.open()
    _fill(store, turn)
    before = _all(store)
    assert shell(url, "backup", file)[0] == 0
    newer = store.create(PLAN, turn(1, "question"), "bob")
    code, said = shell(url, "restore", file)
    assert code == 1
    assert "holds 4 interviews and loops already" in said
    assert "add --replace" in said
    assert newer in {one.id for one in store.interviews(None)}
    assert shell(url, "restore", file, "--replace") == (0, "2 interviews are stored\n")
    assert _all(store) == before
    store.close()


def test_a_backup_of_the_first_release_is_brought_up_to_date(addresses, tmp_path, shell):
    file = tmp_path / "old.db"
    with sqlite3.connect(file) as connection:
        connection.executescript(RELEASED.read_text(encoding="utf-8"))
    connection.close()
    assert shell(addresses["postgresql"], "restore", file) == (0, "2 interviews are stored\n")


def test_the_service_goes_on_while_it_is_backed_up(addresses, tmp_path, turn, shell):
    """Each backup holds an interview whole, or not at all."""
    url, file = addresses["postgresql"], tmp_path / "backup.db"
    store, stop = Store(url), threading.Event()
    store.open()

    def go_on() -> None:
        while not stop.is_set():
            store.create(PLAN, turn(1, "question"))

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        counts = [shell(url, "backup", file)[1].split()[0] for _ in range(3)]
    finally:
        stop.set()
        thread.join()
    store.close()
    assert sorted(map(int, counts)) == list(map(int, counts))
    with sqlite3.connect(file) as connection:
        assert connection.execute(
            "SELECT (SELECT count(*) FROM interviews) = (SELECT count(*) FROM turns)"
        ).fetchone() == (1,)
    connection.close()


@pytest.mark.parametrize("data", [None, b"", b"this is no database " * 100])
def test_a_file_that_is_no_backup(data, addresses, tmp_path, shell):
    file = tmp_path / "x.db"
    if data is not None:
        file.write_bytes(data)
    code, said = shell(addresses["sqlite"], "restore", file)
    assert (code, "x.db" in said, "Traceback" in said) == (1, True, False)


def test_a_backup_that_can_not_be_written(addresses, tmp_path, shell):
    code, said = shell(addresses["sqlite"], "backup", tmp_path / "nowhere" / "x.db")
    assert code == 1
    assert "free room or name another file" in said
