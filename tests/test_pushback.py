"""How a challenge was met, from the words of the reply."""

from pathlib import Path

import pytest

from interviewer.batch import read_lines
from interviewer.calibration import UNFITTED
from interviewer.evaluation.replying import measure_replying
from interviewer.pushback import handlings
from interviewer.replies import ToldReply, read_reply
from interviewer.round import Round
from interviewer.rubric import CommonError, Question
from interviewer.sentences import SentenceRef
from tests.doubles import shipped_content

CLAIM = "We kept the old model, because its error was lower."
ERROR = CommonError(
    says="A lock never slows a program down.",
    tell="It costs its holders time: who waits for a lock does nothing else.",
)
QUESTION = Question(id="failure", text="Tell me of a lock.", common_errors=(ERROR,))
CORRECTED = "No, that's wrong, a lock does cost time: who waits for it does nothing else meanwhile."
DEFENDED = "A lock is one atomic instruction, and since the kernel caches it, no thread loses time."


@pytest.fixture
def of_round(rubric):
    own = rubric.model_copy(update={"questions": (QUESTION,)})
    return Round((own,), (), shipped_content().fits)


@pytest.fixture
def met(turn, of_round):
    """How a challenge to a claim is met by a reply."""

    def meet(reply, trigger="pushback", claim=CLAIM, within=None):
        challenge = turn(3, "probe").model_copy(
            update={
                "trigger": trigger,
                "about": SentenceRef(seq=2, n=1),
                "check_id": "failure__mistake_0" if trigger == "wrong" else None,
                "question_id": "failure",
            }
        )
        first, then = (
            turn(seq, "answer").model_copy(update={"text": text})
            for seq, text in ((2, claim), (4, reply))
        )
        turns = [turn(1, "question"), first, challenge, then]
        return handlings(turns, within or of_round, "failure")

    return meet


@pytest.mark.parametrize(
    ("how", "reply"),
    [
        (
            "revised",
            "You're right, part of the lower error came from the easier month, so I'd now claim "
            "only half of it for the old model.",
        ),
        ("caved", "You're right, sorry. Forget what I said."),
        ("dug_in", "I stand by that. It simply was the better one, trust me."),
        (None, "Could you say that again?"),
    ],
)
def test_how_it_was_met(met, how, reply):
    (found,) = met(reply)
    assert (found.seq, found.answer_seq, found.how) == (3, 4, how)


def test_a_reply_with_a_reason_is_told_as_one(met):
    (found,) = met(
        "Its error was lower because the newer model had never seen a holiday; on the 4,000 "
        "orders of that week it was off by three days more than the old one."
    )
    assert found.how in {"held", "reasoned"}


def test_a_known_mistake_is_revised_by_who_says_what_holds(met):
    mistaken = {"trigger": "wrong", "claim": ERROR.says}
    assert [one.how for one in met(CORRECTED, **mistaken)] == ["revised"]
    for reply in (DEFENDED, "You're right, sorry, forget it.", "No, I'm sure.", ERROR.says, ""):
        assert met(reply, **mistaken)[0].how != "revised"


def test_a_challenge_is_met_after_it_was_heard_again(turn, of_round):
    challenge = turn(3, "probe", trigger="pushback", about=SentenceRef(seq=2, n=1))
    heard = [turn(4, "repeat_request", "Sorry?"), turn(5, "repetition")]
    turns = [turn(1, "question"), turn(2, "answer", CLAIM), challenge, *heard]
    turns += [turn(6, "answer", "Hm, that."), turn(7, "redirect")]
    assert handlings(turns, of_round, "failure") == ()
    turns.append(turn(8, "answer", "You're right, sorry. Forget what I said."))
    (found,) = handlings(turns, of_round, "failure")
    assert (found.seq, found.answer_seq, found.how) == (3, 8, "caved")
    turns[3:] = [turn(4, "probe"), turn(5, "answer", "You're right, sorry. Forget it.")]
    assert handlings(turns, of_round, "failure") == ()


def test_a_gap_is_no_challenge(met):
    assert met("It was.", trigger="gap") == ()


def test_without_a_fit_nothing_is_said(met, of_round):
    (found,) = met(CORRECTED, "wrong", ERROR.says, Round(of_round.rubrics, (), UNFITTED))
    assert found.how is None


def test_a_reply_of_any_length_and_language_is_read():
    for reply in ("", "?", "Nein, das stimmt so.", "no " * 30_000):
        assert read_reply("", (), reply).like_claim == 0


def test_what_is_told_of_replies_is_mostly_right():
    """Each question left out of the fit; the figures that the thresholds were chosen by."""
    path = Path(__file__).parent / "data" / "replies.jsonl"
    ways, back = measure_replying(list(read_lines(path, ToldReply))).tables
    told = {row[0]: row for row in ways.rows}
    for how in ("revised", "reasoned", "caved", "dug_in"):
        _, _, said, rightly = told[how]
        assert rightly / said >= 0.9, how
    assert told["held"][3] / told["held"][2] >= 0.75
    counts = {row[0]: row[2] / row[1] for row in back.rows}
    assert counts["revised"] >= 0.75
    assert counts["held"] <= 0.1
    assert max(counts["caved"], counts["dug_in"], counts["evades"]) == 0
