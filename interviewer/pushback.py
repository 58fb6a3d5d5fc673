"""How the candidate met each challenge, from the stored turns. Pure: words and a fit, no model."""

from collections.abc import Mapping, Sequence
from typing import Literal

from interviewer.against import warnings_for
from interviewer.calibration import Fits
from interviewer.replies import ReplySignals, is_correction, read_reply, shares
from interviewer.round import Round
from interviewer.rubric import MistakeCheck, Strict
from interviewer.transcript import Turn, reply_to, words_at

CHALLENGES = frozenset({"pushback", "wrong", "harder"})
"""Triggers of a follow-up that challenges what was said."""

How = Literal["held", "revised", "reasoned", "caved", "dug_in"]
"""How a candidate met pushback: held the claim with reasons, revised it on new evidence, did one
or the other, caved without a reason, or dug in without one."""

MET: Mapping[How, str] = {
    "held": "held to it with a reason",
    "revised": "changed or limited it with a reason",
    "reasoned": "gave a reason",
    "caved": "gave in without a reason",
    "dug_in": "insisted without a reason",
}
"""What a candidate did who met a challenge so."""

SURE_OF_HOW = 0.7
"""Share of the chances from which a way is told.

On 656 replies to 144 challenges, each question left out of the fit: a way is told of 298, rightly
of 278; below this it would be said of more, and "held" and "revised" taken for each other.
"""

SURE_OF_REASON = 0.8
"""Share from which a reply is told to have a reason, where it isn't plain which way it goes."""


class Handling(Strict):
    """One challenge and how it was met."""

    seq: int
    """The interviewer's turn that challenged."""
    answer_seq: int
    how: How | None
    """None: not observed, or no one way stands out."""


def handlings(turns: Sequence[Turn], of_round: Round, question_id: str) -> tuple[Handling, ...]:
    """How each challenge to the answers to a question was met that an answer followed, in order."""
    challenges = (
        turn for turn in turns if turn.question_id == question_id and turn.trigger in CHALLENGES
    )
    met = ((probe, reply_to(turns, probe)) for probe in challenges)
    return tuple(_handling(turns, of_round, probe, answer) for probe, answer in met if answer)


def _handling(turns: Sequence[Turn], of_round: Round, probe: Turn, answer: Turn) -> Handling:
    mistake = _mistake(of_round, probe)
    found = read_reply(words_at(turns, probe.about), mistake.holds if mistake else (), answer.text)
    how = how_met(of_round.fits, found, known=mistake is not None)
    return Handling(seq=probe.seq, answer_seq=answer.seq, how=how)


def _mistake(of_round: Round, probe: Turn) -> MistakeCheck | None:
    """The known mistake that a turn doubts, if it doubts one."""
    if probe.trigger != "wrong" or not (probe.question_id and probe.check_id):
        return None
    known = warnings_for(of_round, of_round.question(probe.question_id))
    found = known.get(probe.check_id)
    return found if isinstance(found, MistakeCheck) else None


def how_met(fits: Fits, found: ReplySignals, known: bool) -> How | None:
    """The way that stands out. ``known``: the claim is a mistake of which is known what holds."""
    if known and is_correction(fits, found):
        return "revised"
    chances = {how: fit.probability(found) for how, fit in fits.replies.items()}
    share = shares(chances)
    ways: tuple[How, ...] = _UNCORRECTED if known else _WAYS
    best = max(ways, key=lambda how: share.get(how, 0.0))
    if share.get(best, 0.0) >= SURE_OF_HOW:
        return best
    reasoned = share.get("held", 0.0) + share.get("revised", 0.0) >= SURE_OF_REASON
    return "reasoned" if reasoned else None


_WAYS: tuple[How, ...] = ("held", "revised", "caved", "dug_in")
_UNCORRECTED: tuple[How, ...] = ("held", "caved", "dug_in")
