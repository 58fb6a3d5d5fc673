"""How the candidate met each challenge, from the stored turns and judgements. Pure."""

from collections.abc import Sequence
from itertools import pairwise

from interviewer.judgement import Judgement
from interviewer.repertoire import HANDLING, How
from interviewer.rubric import Strict
from interviewer.sentences import SentenceRef
from interviewer.transcript import Turn

CHALLENGES = frozenset({"pushback", "wrong", "harder"})
"""Triggers of a follow-up that challenges what was said."""


class Handling(Strict):
    """One challenge and how it was met."""

    seq: int
    """The interviewer's turn that challenged."""
    trigger: str
    claim: SentenceRef | None
    """The candidate's sentence that was challenged."""
    answer_seq: int
    how: How | None
    """None: not observed, or no one way stood out."""
    evidence: SentenceRef | None = None
    """The candidate's sentence that shows it."""


def challenged_answers(turns: Sequence[Turn]) -> list[tuple[Turn, Turn]]:
    """Each challenge with the answer that met it."""
    met = []
    for before, turn in pairwise(turns):
        if before.trigger in CHALLENGES and turn.kind == "answer":
            met.append((before, turn))
    return met


def handlings(turns: Sequence[Turn], judgements: Sequence[Judgement]) -> tuple[Handling, ...]:
    """How each challenge was met.

    The way that is shown most clearly. Who gives reasons has not caved or dug in, however
    the other sentences sound: reasons win over a bare yes or no.
    """
    found = []
    for probe, answer in challenged_answers(turns):
        shown = {
            one.check_id.removeprefix(HANDLING): one
            for one in judgements
            if one.seq == answer.seq and one.check_id.startswith(HANDLING) and one.shown
        }
        reasoned = {how: one for how, one in shown.items() if how in {"held", "revised"}}
        best = max(
            (reasoned or shown).items(), key=lambda item: item[1].met or 0.0, default=(None, None)
        )
        how, judgement = best
        found.append(
            Handling(
                seq=probe.seq,
                trigger=probe.trigger or "",
                claim=probe.about,
                answer_seq=answer.seq,
                how=how,  # type: ignore[arg-type]
                evidence=SentenceRef(seq=answer.seq, n=judgement.sentences[0])
                if judgement and judgement.sentences
                else None,
            )
        )
    return tuple(found)
