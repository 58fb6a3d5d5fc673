"""What is stored is all there is, and no turn is taken twice."""

import re
import secrets
import threading
from datetime import UTC

import pytest

from interviewer.errors import InterviewNotFound, TurnConflict
from interviewer.judgement import Judgement
from interviewer.process import LoopPlan, PlannedRound
from interviewer.sentences import SentenceRef
from interviewer.session import Plan
from interviewer.store import Store, new_id
from tests.doubles import round_plan

PLAN = Plan(areas=("story",), question_ids=("failure", "conflict"), most_probes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request, tmp_path):
    """Each test of this module holds on both databases."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'data' / 'interviews.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
def interview_id(store, turn):
    return store.create(PLAN, turn(1, "question"))


def test_what_goes_in_comes_out(store, interview_id, turn):
    said = [
        turn(1, "question"),
        turn(2, "answer", "Ünïcode 🔥 “quoted”\n<|im_end|> \\ ' ; DROP TABLE turns;--"),
        turn(3, "probe", check_id="scene", about=SentenceRef(seq=2, n=1), model="scripted"),
    ]
    for one in said[1:]:
        store.add_turn(interview_id, one)
    found = [
        Judgement(seq=2, check_id="own_part", met=None, note="why", judge="m"),
        Judgement(seq=2, check_id="scene", met=0.1 + 0.2, sentences=(2, 1)),
    ]
    for one in reversed(found):
        store.add_judgement(interview_id, one)
    interview = store.load(interview_id)
    assert interview.id == interview_id
    assert interview.plan == PLAN
    assert list(interview.turns) == said
    assert list(interview.judgements) == found


def test_turns_come_in_their_order(store, interview_id, turn):
    for seq in (4, 2, 3, 10):
        store.add_turn(interview_id, turn(seq, "answer"))
    assert [one.seq for one in store.load(interview_id).turns] == [1, 2, 3, 4, 10]


def test_a_later_judgement_takes_the_place_of_an_earlier(store, interview_id):
    for met in (None, 0.2, 0.9):
        store.add_judgement(interview_id, Judgement(seq=2, check_id="scene", met=met))
    store.add_judgement(interview_id, Judgement(seq=4, check_id="scene", met=0.1))
    found = store.load(interview_id).judgements
    assert [(one.seq, one.met) for one in found] == [(2, 0.9), (4, 0.1)]


def test_a_turn_is_taken_once(store, interview_id, turn):
    store.add_turn(interview_id, turn(2, "answer", "first"))
    with pytest.raises(TurnConflict, match="look at it again"):
        store.add_turn(interview_id, turn(2, "answer", "second"))
    assert [one.text for one in store.load(interview_id).turns[1:]] == ["first"]


def test_of_many_at_once_one_wins(store, interview_id, turn):
    outcomes, start = [], threading.Barrier(8)

    def add(number: int) -> None:
        start.wait()
        try:
            store.add_turn(interview_id, turn(2, "answer", f"answer {number}"))
            outcomes.append(f"answer {number}")
        except TurnConflict:
            outcomes.append("conflict")

    threads = [threading.Thread(target=add, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count("conflict") == 7
    (winner,) = set(outcomes) - {"conflict"}
    assert store.load(interview_id).turns[1].text == winner


def test_interviews_do_not_mix(store, turn):
    first, second = (store.create(PLAN, turn(1, "question", name)) for name in ("one", "two"))
    store.add_turn(first, turn(2, "answer", "mine"))
    store.add_judgement(first, Judgement(seq=2, check_id="scene", met=0.9))
    assert [one.text for one in store.load(second).turns] == ["two"]
    assert store.load(second).judgements == ()


def test_ids_can_not_be_guessed(store, turn):
    ids = {store.create(PLAN, turn(1, "question")) for _ in range(20)}
    assert len(ids) == 20
    for one in ids:
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", one)  # 256 bits in base64
    assert len({one[:4] for one in ids}) > 15


@pytest.mark.parametrize("wrong", ["", "nonsense", "' OR 1=1 --", "x" * 10_000, "🔥"])
def test_unknown_interview(store, interview_id, wrong):
    with pytest.raises(InterviewNotFound, match="start a new one"):
        store.load(wrong)


def test_turn_of_an_unknown_interview(store, turn):
    with pytest.raises(InterviewNotFound):
        store.add_turn("nonsense", turn(1, "question"))


def test_it_is_there_after_a_restart(store, database_url, interview_id, turn):
    store.add_turn(interview_id, turn(2, "answer"))
    before = store.load(interview_id)
    store.close()
    again = Store(database_url)
    again.open()
    assert again.load(interview_id) == before
    again.close()


def test_two_processes_see_each_other(store, database_url, interview_id, turn):
    other = Store(database_url)
    other.open()
    other.add_turn(interview_id, turn(2, "answer"))
    with pytest.raises(TurnConflict):
        store.add_turn(interview_id, turn(2, "answer"))
    assert len(store.load(interview_id).turns) == 2
    other.close()


def test_created_at_keeps_its_zone(store, interview_id):
    assert store.load(interview_id).created_at.tzinfo == UTC


# --- Loops, deleting, and bringing back ---------------------------------------------------

LOOP_PLAN = LoopPlan(
    title="The loop",
    role="applied",
    level="L5",
    focus="general",
    rounds=tuple(
        PlannedRound(
            stage="loop", stage_title="The loop", round=round_plan(name), question_ids=("failure",)
        )
        for name in ("first", "last")
    ),
)


@pytest.fixture
def loop_id(store):
    return store.create_loop(LOOP_PLAN, "ann")


def _round(store, turn, loop_id, position, text="Why?"):
    return store.create(PLAN, turn(1, "question", text), "ann", (loop_id, position))


def test_a_loop_knows_its_rounds(store, loop_id, turn):
    assert store.load_loop(loop_id).interview_ids == (None, None)
    last = _round(store, turn, loop_id, 1)
    loop = store.load_loop(loop_id)
    assert loop.plan == LOOP_PLAN
    assert loop.interview_ids == (None, last)
    assert loop.created_at.tzinfo == UTC


def test_a_round_knows_what_was_said_in_those_before_it(store, loop_id, turn):
    first = _round(store, turn, loop_id, 0, "first question")
    store.add_turn(first, turn(2, "answer", "first answer"))
    second = _round(store, turn, loop_id, 1, "second question")
    assert [one.text for one in store.turns_before(second)] == ["first question", "first answer"]
    assert store.turns_before(first) == ()
    assert store.turns_before(store.create(PLAN, turn(1, "question"), "ann")) == ()


def test_a_round_is_begun_once(store, loop_id, turn):
    first = _round(store, turn, loop_id, 0)
    with pytest.raises(TurnConflict):
        _round(store, turn, loop_id, 0)
    assert store.load_loop(loop_id).interview_ids == (first, None)
    assert [one.id for one in store.interviews("ann")] == [first]


def test_each_owner_sees_their_own(store, loop_id, turn):
    mine = _round(store, turn, loop_id, 0)
    other = store.create(PLAN, turn(1, "question"), "bob")
    assert [one.id for one in store.interviews("ann")] == [mine]
    assert [one.id for one in store.interviews("bob")] == [other]
    assert {one.id for one in store.interviews(None)} == {mine, other}
    assert [one.id for one in store.loops("ann")] == [loop_id]
    assert store.loops("bob") == ()
    assert store.interviews("ann")[0] == store.load(mine)


@pytest.mark.parametrize("wrong", ["", "nonsense", "' OR 1=1 --"])
def test_unknown_loop(store, loop_id, wrong):
    for act in (store.load_loop, store.delete_loop, store.delete):
        with pytest.raises(InterviewNotFound, match="start a new one"):
            act(wrong)


def test_a_deleted_loop_takes_its_interviews_along(store, loop_id, turn):
    kept = store.create(PLAN, turn(1, "question"), "ann")
    for position in (0, 1):
        _round(store, turn, loop_id, position)
    store.delete_loop(loop_id)
    assert [it.id for it in store.interviews(None)] == [kept]
    assert store.loops(None) == ()


def test_a_deleted_interview_takes_its_retakes_along(store, loop_id, turn):
    one = _round(store, turn, loop_id, 0)
    again = PLAN.model_copy(update={"again_of": one})
    retake = store.create(again, turn(1, "question"), "ann")
    store.delete(one)
    for gone in (one, retake):
        with pytest.raises(InterviewNotFound):
            store.load(gone)
    assert store.load_loop(loop_id).interview_ids == (None, None)


def test_what_was_exported_comes_back(store, tmp_path, loop_id, turn):
    one = _round(store, turn, loop_id, 0)
    store.add_turn(one, turn(2, "answer", "Ünïcode 🔥"))
    store.add_judgement(one, Judgement(seq=2, check_id="scene", met=0.9, sentences=(1,)))
    store.create(PLAN.model_copy(update={"again_of": one}), turn(1, "question"), "ann")
    interviews, loops = store.interviews("ann"), store.loops("ann")
    elsewhere = Store(f"sqlite:///{tmp_path / 'elsewhere' / 'x.db'}")
    elsewhere.open()
    assert elsewhere.restore(interviews, loops, "carol") == 3
    assert set(elsewhere.interviews("carol")) == set(interviews)
    assert elsewhere.loops("carol") == loops
    assert elsewhere.restore(interviews, loops, "dora") == 0
    assert elsewhere.interviews("carol") == ()
    assert set(elsewhere.interviews("dora")) == set(interviews)
    elsewhere.close()


@pytest.fixture
def elsewhere(tmp_path):
    opened = Store(f"sqlite:///{tmp_path / 'elsewhere' / 'x.db'}")
    opened.open()
    yield opened
    opened.close()


def _copy(source, target):
    return target.restore(source.interviews("ann"), source.loops("ann"), "ann")


def test_a_loop_that_went_on_elsewhere_comes_back_with_its_new_rounds(
    store, elsewhere, loop_id, turn
):
    first = _round(store, turn, loop_id, 0)
    _copy(store, elsewhere)
    second = _round(elsewhere, turn, loop_id, 1)
    assert _copy(elsewhere, store) == 1
    assert store.load_loop(loop_id).interview_ids == (first, second)
    assert _copy(elsewhere, store) == 0
    assert store.load_loop(loop_id) == elsewhere.load_loop(loop_id)


def test_a_round_that_was_held_in_both_places_stays_as_it_is_here(store, elsewhere, loop_id, turn):
    _copy(store, elsewhere)
    here, there = _round(store, turn, loop_id, 0), _round(elsewhere, turn, loop_id, 0)
    assert _copy(elsewhere, store) == 1
    assert store.load_loop(loop_id).interview_ids == (here, None)
    assert store.load(there).turns


def test_a_broken_import_changes_nothing(store, turn, loop_id):
    one = store.load(_round(store, turn, loop_id, 0))
    loop = store.load_loop(loop_id)
    store.delete_loop(loop_id)
    torn = loop.model_copy(update={"interview_ids": (one.id, "missing")})
    with pytest.raises(InterviewNotFound):
        store.restore([one], [torn], "ann")
    assert store.interviews(None) == ()


def test_no_id_looks_like_an_option_of_the_shell(monkeypatch):
    drawn = iter(("-a", "-b", "c-", "-d"))
    monkeypatch.setattr(secrets, "token_urlsafe", lambda _: next(drawn))
    assert new_id() == "c-"
