"""What a candidate's turn is, by its form: an answer, or one of the turns that are none.

Rules only, and made to be sure rather than complete: what no rule knows is an answer. A turn
that also holds an answer is one, whatever else it holds.
"""

import re
from typing import Literal

from interviewer.sentences import split_sentences
from interviewer.text import words

Move = Literal[
    "answer",
    "clarifying_question",
    "repeat_request",
    "pause_request",
    "dont_know",
    "stuck",
    "off_topic",
    "rude",
    "silence",
]

LONGEST_ASIDE = 30
"""Words; a longer turn is an answer, also where it asks for a moment or admits a doubt."""

FEWEST_BESIDE = 12
"""Words beside an insult that make the turn an answer all the same."""

LONGEST_READ = 2_000
"""Characters; a longer turn is an answer without being read."""

LONGEST_CLARIFICATION = 60
"""Words of a turn that only asks."""

_FILLERS = frozenset("uh um uhm er erm hm hmm mm mhm ah oh well so ok okay".split())
_SILENCE = re.compile(
    r"^\W*(?:\(|\[|\*)\s*(?:silence|silent|no answer|pause|nothing)\s*(?:\)|\]|\*)\W*$", re.I
)
_REPEAT = re.compile(
    r"""\b(?:repeat|rephrase|reword)\b.{0,30}\b(?:that|it|question|please|again)\b
    | \b(?:can|could|would|will)\s+you\s+(?:please\s+)?(?:repeat|rephrase|reword|say)\b
    | \bsay\s+(?:that|it)\s+again\b | \bcome\s+again\b | ^\W*(?:sorry|pardon|what)\W*$
    | \b(?:beg\s+your\s+pardon|pardon\s+me)\b
    | \bwhat\s+was\s+(?:the|your|that)\s+question\b
    | \b(?:didn'?t|did\s+not|couldn'?t)\s+(?:quite\s+)?(?:catch|hear|get)\s+(?:that|the|you|it)\b
    | \bone\s+more\s+time,?\s+please\b""",
    re.I | re.X,
)
_PAUSE = re.compile(
    r"""\b(?:give|allow)\s+me\s+(?:just\s+)?(?:a|one|two|another)\s+
        (?:\w+\s+)?(?:minutes?|moments?|seconds?|secs?|while)\b
    | \b(?:need|take|have)\s+(?:just\s+)?(?:a|one|another)\s+
        (?:\w+\s+)?(?:minute|moment|second|sec)\b
    | \blet\s+me\s+(?:just\s+)?(?:think|collect|gather|reflect)\b
    | ^\W*(?:ok(?:ay)?\W+)?(?:one|just\s+a|hold\s+on|wait)\b.{0,12}
        (?:minute|moment|second|sec)?\W*(?:please)?\W*$
    | \bbear\s+with\s+me\b""",
    re.I | re.X,
)
_STUCK = re.compile(
    r"""\b(?:i\s+am|i'm|im|totally|completely|a\s+bit|really)\s+(?:\w+\s+)?(?:stuck|lost)\b
    | \b(?:hint|nudge|pointer|clue)\b.{0,20}\?? | \bhelp\s+me\b
    | \b(?:don'?t|do\s+not)\s+know\s+(?:where|how)\s+to\s+(?:start|begin|go\s+on|continue|proceed)
    | \bno\s+idea\s+(?:where|how)\s+to\s+(?:start|begin)""",
    re.I | re.X,
)
_DONT_KNOW = re.compile(
    r"""\b(?:i\s+)?(?:really\s+|honestly\s+)?(?:don'?t|do\s+not|dont)\s+(?:really\s+)?(?:know|remember|recall)\b
    | \bno\s+(?:idea|clue)\b | \bnot\s+sure\b | \bidk\b | ^\W*(?:pass|skip|next)\W*$
    | \b(?:skip|pass\s+on)\s+(?:this|that|it)\b
    | \b(?:can'?t|cannot|can\s+not|couldn'?t)\s+
        (?:answer|say|tell|think\s+of|remember|recall|come\s+up)\b
    | \b(?:don'?t|do\s+not|haven'?t)\s+(?:have|got)\s+
        (?:an?|any|such\s+an?|a\s+good)\s+(?:example|story|answer|idea)\b
    | \bnothing\s+(?:more\s+|else\s+)?to\s+add\b
    | \bnever\s+(?:happened|had\s+that)\b | \bbeats\s+me\b""",
    re.I | re.X,
)
_INSULT = re.compile(
    r"""\b(?:stupid|dumb|idiotic|pointless|ridiculous|useless|moronic|silly|bullshit|crap|garbage|lame)
        \s+(?:\w+\s+)?(?:question|interview|interviewer|bot|machine|process|thing|questions|program)
    | \b(?:you|you're|you\s+are|this|that|it)\b.{0,20}
        \b(?:idiot|stupid|moron|useless|dumb|clueless|pathetic|incompetent|a\s+joke|bullshit
            |garbage|ridiculous)\b
    | \b(?:shut\s+up|screw\s+you|piss\s+off|f+u+c*k\s*(?:you|off|this)?|go\s+to\s+hell)\b
    | \bwast(?:e|ing)\s+(?:of\s+)?(?:my\s+)?time\b
    | \bwho\s+(?:are\s+you\s+to|do\s+you\s+think\s+you\s+are)\b
    | \b(?:are\s+you\s+even|do\s+you\s+even)\s+\w+""",
    re.I | re.X,
)
_ASKS_THE_INTERVIEWER = re.compile(
    r"""\bdo\s+you\s+(?:mean|want|prefer|care|expect|need)\b | \byou\s+mean\b
    | \b(?:should|shall|may|can|could|must)\s+(?:i|we)\b
    | \b(?:is|are|would)\s+(?:it|that|this|there|the|we|you)\b
    | \b(?:does|do)\s+(?:the|it|this|that|we|they|all)\b
    | \bwhat\s+(?:do\s+you|kind|sort|exactly|scale|is|are|about|counts)\b
    | \bhow\s+(?:many|much|big|large|long|deep|detailed|fast|often|should)\b
    | \bwhich\b | \b(?:clarify|clarification)\b | \bwho\s+(?:is|are)\b | \bwhen\s+you\s+say\b""",
    re.I | re.X,
)
_CLARIFY_REQUEST = re.compile(
    r"\b(?:can|could|would)\s+you\s+(?:please\s+)?(?:clarify|explain|elaborate|be\s+more\s+specific)\b"
    r"|\bwhat\s+do\s+you\s+mean\b|\bi\s+(?:don'?t|do\s+not)\s+understand\s+(?:the|your|what)\b",
    re.I,
)
_OFF_TOPIC = re.compile(
    r"""\b(?:weather|joke|football|soccer|movie|recipe|horoscope|poem|song|lunch|dinner|pizza|bitcoin)\b
        .{0,60}\?
    | \b(?:tell|sing|write)\s+me\s+(?:a|an)\s+(?:joke|poem|song|story|recipe)\b
    | \bwhat(?:'s|\s+is)\s+your\s+(?:favou?rite|name|opinion\s+on)\b
    | \b(?:let's|can\s+we|could\s+we)\s+talk\s+about\s+(?:something|anything)\s+else\b
    | \bare\s+you\s+(?:a\s+)?(?:human|robot|bot|ai|real)\b""",
    re.I | re.X,
)
_TELLS = re.compile(
    r"\b(?:because|so that|percent|%)"
    r"|\b(?:i|we)\s+(?:\w+ly\s+)?(?!don'?t|do|am|was|were|can|could|would|should|need|have|think)"
    r"(?:\w{3,}ed|built|wrote|ran|chose|led|made|took|found|saw|got|used|did|kept|cut|put|set)\b",
    re.I,
)


def read_move(text: str, inviting: bool = False) -> Move:
    """What this turn of the candidate is.

    ``inviting``: the interviewer has just handed over to the candidate's own questions; then
    a question is no clarification.
    """
    if len(text) > LONGEST_READ:
        return "answer"
    found = words(text)
    if _SILENCE.match(text) or all(word in _FILLERS for word in found):
        return "silence"
    if _insults(text):
        return "rude"
    telling = tells(text)
    short = len(found) <= LONGEST_ASIDE and not telling
    if short and not inviting:
        for move, pattern in _SHORT:
            if pattern.search(text) and not _goes_on(text, move, pattern):
                return move
    if not (inviting or telling) and len(found) <= LONGEST_CLARIFICATION and _only_asks(text):
        return "clarifying_question"
    return "answer"


_GUESSES = re.compile(r"\b(?:maybe|perhaps|probably|i(?:'d| would)? guess|i think|but i)\b", re.I)
"""Who guesses has tried."""


def tells(text: str) -> bool:
    """Whether a turn tells something that happened, was done or is so, by its form."""
    return bool(_TELLS.search(text))


def _goes_on(text: str, move: Move, pattern: re.Pattern[str]) -> bool:
    """Whether a turn that matches has an answer beside it, or at least a try."""
    rest = " ".join(one.text for one in split_sentences(text) if not pattern.search(one.text))
    return len(words(rest)) >= FEWEST_BESIDE or (
        move == "dont_know" and bool(_GUESSES.search(text))
    )


_SHORT: tuple[tuple[Move, re.Pattern[str]], ...] = (
    ("repeat_request", _REPEAT),
    ("stuck", _STUCK),
    ("clarifying_question", _CLARIFY_REQUEST),
    ("pause_request", _PAUSE),
    ("dont_know", _DONT_KNOW),
    ("off_topic", _OFF_TOPIC),
)


def _insults(text: str) -> bool:
    """Whether a turn insults and holds no answer beside it."""
    sentences = split_sentences(text)
    if not any(_INSULT.search(one.text) for one in sentences):
        return False
    rest = " ".join(_INSULT.sub(" ", one.text) for one in sentences)
    return len(words(rest)) < FEWEST_BESIDE


def _only_asks(text: str) -> bool:
    """Whether a turn asks the interviewer something and tells nothing."""
    sentences = [one.text for one in split_sentences(text)]
    asking = [one for one in sentences if one.rstrip(" \"'”’)").endswith("?")]  # noqa: RUF001
    telling = [one for one in sentences if one not in asking and len(words(one)) > 8]
    return bool(asking) and not telling and any(map(_ASKS_THE_INTERVIEWER.search, asking))


_WITHHOLDS = re.compile(
    r"\b(?:confidential|proprietary|classified|trade\s+secrets?|nda|non-?disclosure)\b"
    r"|\b(?:can'?t|cannot|can\s+not|not\s+allowed\s+to|mustn'?t)\s+(?:\w+\s+)?"
    r"(?:share|disclose|reveal|go\s+into|talk\s+about|give\s+(?:you\s+)?(?:any\s+)?details)\b",
    re.I,
)


def withholds(text: str) -> bool:
    """Whether a candidate says that something may not be told."""
    return bool(_WITHHOLDS.search(text))


_NO_QUESTION = re.compile(
    r"^\W*(?:no|nope|none|nothing|not\s+(?:really|now)|i'?m\s+(?:good|fine|all\s+set)|that'?s\s+(?:all|it)|all\s+good"
    r"|thank(?:s|\s+you))\b",
    re.I,
)


def asks_nothing(text: str) -> bool:
    """Whether a candidate who was invited to ask has no (further) question."""
    return "?" not in text and (bool(_NO_QUESTION.search(text)) or len(words(text)) < 3)
