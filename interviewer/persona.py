"""Who interviews: an interviewer persona, as read from one file.

A persona decides two things. What is asked: which rungs of the ladder come first, how far
down, how often a claim is challenged, how long a question is stayed with; that is code, from
the numbers here. And how it sounds: voice and examples, which go into the phrasing prompt.
"""

from typing import Literal, Self, get_args

from pydantic import Field, model_validator

from interviewer.rubric import Identifier, Rung, Strict, Text

ClaimKind = Literal["decision", "figure", "cause", "method"]
"""What a sentence claims, as far as its form tells; a challenge fits one of these."""


class Example(Strict):
    """A probe as this persona would put it: goes into the phrasing prompt."""

    said: Text
    ask: Text
    question: Text


class Persona(Strict):
    """One interviewer."""

    id: Identifier
    name: Text
    title: Text
    """Completes "I'm NAME, ..."."""
    stage: Literal["recruiter_screen", "phone_screen", "loop"]
    about: Text
    """What a candidate can expect; shown where a persona is chosen."""
    voice: Text
    """Completes "You are ..." in the phrasing prompt."""
    opening: Text
    """What is said after the name and before the first question."""
    next_question: tuple[Text, ...] = Field(min_length=2)
    """Said when a question is done, in turn."""
    leaves_it: Text
    """Said when a question is left without an answer."""
    time_up: Text
    """Said when the clock ends a question."""
    invites: Text
    """Said at the end, when the candidate may ask."""
    closing: Text
    patience: int = Field(ge=0, le=4)
    """Times a question is asked again after a turn that holds nothing, before moving on."""
    hints: int = Field(ge=0, le=2)
    """Hints given to a question that the candidate is stuck at."""
    probes: int = Field(ge=0, le=6)
    """Follow-ups to one question, unless the plan says otherwise."""
    depth: Rung
    """The last rung that is dug for; those in ``cares`` are dug for however deep they lie."""
    cares: tuple[Rung, ...] = ()
    """Rungs that come first, in this order; the others follow in the ladder's."""
    pushback: float = Field(ge=0, le=1)
    """Share of the follow-ups that challenge a claim instead of filling a gap."""
    challenges: dict[ClaimKind, Text] = Field(default_factory=dict)
    """Pushback on a claim, right or wrong, by what kind of claim it is."""
    takes_up: Text
    """Said before a question to take up the candidate's words, which stand for ``{quote}``."""
    doubts: tuple[Text, ...] = ()
    """Said to a claim that looks wrong, without saying what is right."""
    harder: tuple[Text, ...] = ()
    """Asked after a claim that is right: a harder why, an edge case."""
    examples: tuple[Example, ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _can_do_what_it_says(self) -> Self:
        if self.pushback:
            missing = sorted(set(get_args(ClaimKind)) - set(self.challenges))
            if missing:
                raise ValueError(f"challenges are missing for {missing}; write one for each")
        if self.takes_up.count("“{quote}”") != 1:
            raise ValueError("takes_up needs “{quote}” once, in these quotation marks")
        if not (self.doubts and self.harder):
            raise ValueError("doubts and harder need at least one line each")
        return self
