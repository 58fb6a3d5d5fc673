"""What was found out about one check in one answer."""

from collections.abc import Mapping
from datetime import datetime

from interviewer.calibration import Signals
from interviewer.rubric import Strict, WarningKind

THRESHOLD = 0.35
"""A check is met from this probability on.

Checks are met seldom, and a fitted probability is careful: on questions left out of the fit
(``tests/data/judge_signals.jsonl``) kappa with the labels is .64 here and .61 at one half for
single sentences, .76 and .75 for key points.
"""

HELD: Mapping[str, float] = {"mistakes": 0.7, "red_flags": 0.65}
"""What counts against a candidate is held against them from this probability on, by its kind.

A false accusation is worse than a missed one: on questions left out of the fit, 95% of the known
mistakes and all of the red flags that are held from here on are ones, at one half 73% and 86%.
"""


class Judgement(Strict):
    """One check against one answer."""

    seq: int
    """The answer's turn; 1 where an answer stands alone."""
    check_id: str
    met: float | None
    """Probability in 0..1 that the answer shows it; None: could not be judged."""
    sentences: tuple[int, ...] = ()
    """The sentences (from 1) that show it; empty when it isn't met."""
    note: str | None = None
    """Why it could not be judged."""
    judge: str | None = None
    """Model and prompt digest; None where no model was needed."""
    signals: Signals | None = None
    """What ``met`` was made from; None where no model was asked or it gives no probabilities."""

    @property
    def shown(self) -> bool:
        """Whether the answer shows the check."""
        return self.met is not None and self.met >= THRESHOLD

    def held(self, kind: WarningKind) -> bool:
        """Whether it counts against the candidate, where it is a warning that was judged."""
        return self.met is not None and self.met >= HELD[kind]


class Dispute(Strict):
    """A finding that the candidate disagreed with, and what came of judging it again.

    The first judgement stays where it is; both are shown.
    """

    question_id: str
    check_id: str
    argument: str
    """The candidate's words."""
    judgement: Judgement
    """The second one."""
    at: datetime
