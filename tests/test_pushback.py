"""How a challenge was met, from stored judgements."""

import pytest

from interviewer.judgement import Judgement
from interviewer.pushback import handlings
from interviewer.sentences import SentenceRef


def _met(**met):
    return [
        Judgement(seq=4, check_id=f"handling_{how}", met=p, sentences=(n,) if p >= 0.5 else ())
        for n, (how, p) in enumerate(met.items(), 1)
    ]


@pytest.fixture
def turns(turn):
    probe = turn(3, "probe").model_copy(
        update={"trigger": "pushback", "about": SentenceRef(seq=2, n=1)}
    )
    return [turn(1, "question"), turn(2, "answer"), probe, turn(4, "answer")]


@pytest.mark.parametrize(
    ("met", "how", "n"),
    [
        ({"held": 0.9, "caved": 0.1}, "held", 1),
        ({"caved": 0.8, "dug_in": 0.2}, "caved", 1),
        ({"caved": 0.9, "revised": 0.6}, "revised", 2),  # a reason is no caving in
        ({"held": 0.7, "revised": 0.8}, "revised", 2),
        ({"dug_in": 0.7, "held": 0.2}, "dug_in", 1),
        ({"held": 0.2}, None, None),
    ],
)
def test_how_it_was_met_with_the_sentence(turns, met, how, n):
    (found,) = handlings(turns, _met(**met))
    assert (found.how, found.claim.seq, found.answer_seq) == (how, 2, 4)
    assert found.evidence == (SentenceRef(seq=4, n=n) if n else None)


def test_a_gap_is_no_challenge(turns):
    gap = turns[2].model_copy(update={"trigger": "gap"})
    assert handlings([*turns[:2], gap, turns[3]], _met(held=0.9)) == ()
