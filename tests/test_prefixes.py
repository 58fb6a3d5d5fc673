"""What was read of prompts, kept in a folder."""

import os

import pytest

from interviewer.content import Message
from interviewer.prefixes import KeptPrefixes, beginning


def _asked(example: str, last: str) -> list[Message]:
    return [
        Message(role="system", content="Reply Yes or No."),
        Message(role="user", content=example),
        Message(role="assistant", content="Yes"),
        Message(role="user", content=last),
    ]


@pytest.fixture
def kept(tmp_path) -> KeptPrefixes:
    one = KeptPrefixes(tmp_path / "prefixes", "this", most_bytes=25, most_of_questions=15)
    one.open()
    return one


def _write(kept: KeptPrefixes, name: str, age: int) -> None:
    assert kept.folder is not None
    path = kept.folder / kept.part(name)
    path.write_bytes(bytes(10))
    os.utime(path, (1_000 - age, 1_000 - age))
    kept.take(name)


def test_a_beginning_is_named_by_all_but_the_last_message(kept):
    def name(*asked: str) -> str | None:
        return kept.name_of(beginning(_asked(*asked)))

    assert name("It was 5.", "my secret") == name("It was 5.", "another answer")
    assert name("It was 5.", "my secret") != name("It was 6.", "my secret")
    assert kept.name_of(beginning(_asked("It was 5.", "my secret")[-2:])) is None


def test_a_beginning_may_end_within_the_last_message(kept):
    def begun(question: str, answer: str) -> list[Message]:
        return beginning(_asked("", f"{question} Answer: {answer}. Is it right?")[-1:], 15)

    assert begun("Why 5?", "Because") == [Message(role="user", content="Why 5? Answer: ")]
    name = kept.name_of(begun("Why 5?", "Because"))
    assert name is not None
    assert name == kept.name_of(begun("Why 5?", "It is odd"))
    assert name != kept.name_of(begun("Why 6?", "Because"))


def test_a_half_written_file_does_not_count(kept):
    assert not kept.has("a")
    (kept.folder / kept.part("a")).write_bytes(b"half")
    assert not kept.has("a")
    kept.take("a")
    assert kept.has("a")


def test_the_longest_unused_goes_first(kept):
    _write(kept, "old", 30)
    _write(kept, "middle", 20)
    assert kept.has("old")  # used now
    _write(kept, "new", 10)
    assert [kept.has(name) for name in ("old", "middle", "new")] == [True, False, True]


def test_many_questions_leave_the_others(kept):
    names = [kept.name_of([Message(role="user", content=one)]) for one in ("Why 5?", "Why 6?")]
    _write(kept, "check", 50)
    for age, name in enumerate(names):
        _write(kept, name, 20 - age)
    assert [kept.has(name) for name in ("check", *names)] == [True, False, True]


def test_another_edition_is_removed(kept, tmp_path):
    _write(kept, "a", 0)
    other = KeptPrefixes(tmp_path / "prefixes", "next")
    assert other.open() is not None
    assert not other.has("a")
    assert not kept.has("a")


def test_where_no_folder_can_be_made_nothing_is_kept(tmp_path):
    (tmp_path / "file").write_text("in the way")
    kept = KeptPrefixes(tmp_path / "file", "this")
    assert kept.open() is None
    assert kept.name_of(beginning(_asked("It was 5.", "It was 7."))) is None
