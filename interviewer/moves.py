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
# Where a sentence begins, whatever is said before one comes to the point.
_BEGINS = r"""(?:^\W*+|(?<=[.!?;…]\s)|(?<=\n))[\s"'(]?
    (?:(?:well|so|no|yes|yeah|ok(?:ay)?|sorry|i(?:'?m|\s+am)\s+(?:sorry|afraid)|u+m+|u+h+|h+m+|er
        |oh|ah|honestly|frankly|actually|unfortunately|to\s+be\s+honest|right\s+now
        |at\s+the\s+moment|but|and|that|good\s+question|please|thanks|thank\s+you)\W+)*"""
_MAY_I = r"(?:can|could|may|might|shall|should)\s+(?:i|we)\s+(?:please\s+|just\s+)?"
_CAN_YOU = r"(?:can|could|would|will)\s+you\s+(?:please\s+|kindly\s+)?"
_HOW_SO = r"(?:(?:really|honestly|just|simply|actually|still|also|quite|truly)\s+)*"
# The candidate, said or left out: "I can't say", "can't say"; in a story others can't either.
_I = rf"{_BEGINS}(?:i\s+)?{_HOW_SO}"
_CANNOT = r"(?:can'?t|cannot|can\s+not|couldn'?t|could\s+not)\s+"
_DO_NOT = r"(?:don'?t|do\s+not)\s+(?:really\s+|quite\s+|even\s+)?"
_ENDS = r"\s*(?:[.,!?;…]|$)"
_MOMENT = r"(?:\w+\s+)?(?:minutes?|moments?|seconds?|secs?)\b"
_REPEAT = re.compile(
    rf"""{_BEGINS}(?:please\s+|kindly\s+)?(?:repeat|rephrase|reword)\b
        (?:\s+(?:that|it|this|(?:the|your|that|this)\s+(?:\w+\s+)?question|again|please|for\s+me
            |once\s+more|one\s+more\s+time))*\W*(?:$|[.!?;]|\b(?:i|sorry|please)\b)
    | \b{_CAN_YOU}(?:repeat|rephrase|reword|say)\b
    | \bwould\s+you\s+mind\s+(?:repeating|rephrasing|rewording|saying)\b
    | {_BEGINS}say\s+(?:that|it)\s+again\b | ^\W*(?:sorry\W+)?come\s+again\W*$
    | ^\W*(?:sorry|pardon|what)\W*$
    | \b(?:beg\s+your\s+pardon|pardon\s+me)\b
    | \bwhat\s+was\s+(?:the|your|that)\s+question\b
    | {_I}(?:didn'?t|did\s+not|couldn'?t|could\s+not)\s+(?:quite\s+)?
        (?:(?:catch|hear)\s+(?:that|the|you|it|what)\b
            |get\s+(?:that|you|(?:the|your)\s+(?:\w+\s+)?(?:question|part)|what\s+you)\b
            |get\s+it{_ENDS})
    | \bone\s+more\s+time,?\s+please\b""",
    re.I | re.X,
)
_PAUSE = re.compile(
    rf"""\b(?:give|allow)\s+me\s+(?:just\s+)?(?:a|one|two|another)\s+
        (?:\w+\s+)?(?:minutes?|moments?|seconds?|secs?|while)\b
    | (?:{_BEGINS}(?:(?:i|i'd|i'll)\s+(?:(?:will|would|might|do|like\s+to)\s+)?)?{_HOW_SO}
            |\blet\s+me\s+|\b{_MAY_I})
        (?:need|take|have)\s+(?:just\s+)?(?:a|one|another)\s+{_MOMENT}
        (?:{_ENDS}|\s+(?:please|here|before|first|(?:for|with)\s+(?:this|that|it)
            |to\s+(?:think|collect|gather|reflect|structure|organi[sz]e|read|look|go|recall
                |remember|consider|process|sort|work|write|draw|note))\b)
    | {_BEGINS}(?:just\s+)?let\s+me\s+(?:just\s+)?(?:think|collect|gather|reflect)\b
    | ^\W*(?:ok(?:ay)?\W+)?(?:(?:hold\s+on|wait)(?:\s+(?:for\s+)?(?:a|one)\s+{_MOMENT})?
        |(?:just\s+)?(?:a|one)\s+{_MOMENT})\W*(?:please)?\W*$
    | \bbear\s+with\s+me\b""",
    re.I | re.X,
)
# A pointer, a nudge or a clue may be what the answer is about; help is what one asks for.
_STUCK = re.compile(
    rf"""(?:\b(?:i\s+am|i'm|im|i\s+feel)\s+
            (?:(?:a\s+bit|a\s+little|kind\s+of|so|quite|pretty|just|still|\w+ly)\s+)*
        |{_BEGINS}(?:(?:a\s+bit|\w+ly)\s+)?(?=\w+{_ENDS}))(?:stuck|lost)\b
    | \b(?:give|offer)\s+me\s+(?:\w+\s+){{0,2}}(?:hint|nudge|pointer|clue)s?\b
    | (?:\b{_MAY_I}(?:have|get)|\b{_CAN_YOU}give|\bdo\s+you\s+have|\bis\s+there)\s+
        (?:\w+\s+){{1,3}}?(?:hint|nudge|pointer|clue)s?\b
    | \bi(?:'d\s+like|'d\s+appreciate|\s+(?:really\s+)?(?:need|want)
            |\s+could\s+(?:really\s+)?use|\s+would\s+(?:really\s+)?(?:like|appreciate))\s+
        (?:\w+\s+){{1,2}}?(?:hint|nudge|clue)s?(?:{_ENDS}|\s+(?:please|here|now|on|for|about)\b)
    | {_BEGINS}(?:(?:an?|another|some)\s+)?(?:(?:small|little|quick)\s+)?(?:hint|nudge|clue)s?
        \W*(?:please\W*)?$
    | {_BEGINS}any\s+(?:\w+\s+)?(?:hint|nudge|pointer|clue)s?\W*$
    | \b(?:hint|nudge|pointer|clue)s?\W+please\b
    | {_BEGINS}help\s+me\b | \b{_CAN_YOU}help\s+me\b
    | {_I}{_DO_NOT}know\s+(?:where|how)\s+to\s+(?:start|begin|go\s+on|continue|proceed)
    | {_I}(?:have\s+|'ve\s+)?(?:absolutely\s+)?no\s+idea\s+(?:where|how)\s+to\s+(?:start|begin)""",
    re.I | re.X,
)
_DONT_KNOW = re.compile(
    rf"""{_I}{_DO_NOT}(?:know|remember|recall)\b
    | (?<!that\ )(?<!what\ )(?<!which\ )(?<!since\ )(?<!because\ )(?<!where\ )(?<!when\ )(?<!if\ )
        \bi\s+{_HOW_SO}{_DO_NOT}(?:know|remember|recall)\b
    | (?:\bi\s+(?:really\s+)?have\s+|\bi've\s+(?:got\s+)?|{_BEGINS})
        (?:absolutely\s+|really\s+)?no\s+(?:idea|clue)\b
    | (?:\b(?:i\s+am|i'm|im)\s+(?:\w+\s+)?|{_BEGINS}(?:really\s+|quite\s+)?)not\s+
        (?:\w+\s+)?sure\b
    | \bidk\b | ^\W*(?:pass|skip|next)\W*$
    | (?:{_BEGINS}(?:(?:i'd|i\s+would|i'll|i\s+will|i\s+want\s+to)\s+(?:like\s+to\s+|rather\s+)?
            |let'?s\s+|let\s+us\s+)?|\b{_MAY_I})
        (?:skip|pass\s+on)\s+(?:this|that|it)(?:\s+(?:one|question|please|for\s+now)\b|{_ENDS})
    | {_I}{_CANNOT}(?:answer|say|tell)(?:{_ENDS}
        |\s+(?:you|more|much|anything|why|how|what|exactly|for\s+sure|off\s+the\s+top|right\s+now
            |(?:that|it|this)\s+(?:one|question|exactly|for\s+sure))\b
        |\s+(?:that|it|this){_ENDS})
    | ,\s*(?:but\s+)?i\s+{_HOW_SO}{_CANNOT}(?:answer|say|tell)
        (?:\s+(?:you|that|it))?\s*(?:[.!?;…]|$)
    | (?:\bi\s+{_HOW_SO}|{_BEGINS}){_CANNOT}(?:think\s+of|remember|recall|come\s+up)\b
    | \bi\s+{_HOW_SO}(?:{_DO_NOT}|haven'?t\s+)(?:have|got)\s+
        (?:an?|any|such\s+an?|a\s+good)\s+(?:example|story|answer|idea)\b
    | \bnothing\s+(?:more\s+|else\s+)?to\s+add\b
    | \bnever\s+happened\s+to\s+(?:me|us)\b
    | \bi(?:'ve|\s+have)?\s+never\s+had\s+(?:that|this|such)\b
    | {_BEGINS}(?:(?:this|it)\s+)?(?:has\s+)?never\s+happened\W*$ | \bbeats\s+me\b""",
    re.I | re.X,
)
_BAD = (
    r"(?:stupid|dumb|idiotic|pointless|ridiculous|useless|moronic|silly|bullshit|crap|lame|pathetic"
    r"|clueless|incompetent)"
)
_THE_INTERVIEW = r"(?:questions?|interview|interviewer|bot)"
# What a candidate tells of may be silly, too: a process, a metric, a day of work. An insult names
# the interviewer, or what is going on here.
_INSULT = re.compile(
    rf"""(?:^\W*|\b(?:this|that|these|those|it|your|you|such|what|another|more)(?:'s|'re)?\s+
            (?:\w+\s+){{0,2}}?){_BAD}\W+(?:\w+\s+)?{_THE_INTERVIEW}\b(?!\W+but\b.*\?)(?!:)
    | (?:^\W*|\byou\s+){_BAD}\s+(?:machine|thing|program)\W*$
    | \b(?:you(?:'re|\s+are|\s+sound|\s+seem)|are\s+you)\s+(?:\w+\s+){{0,3}}?
        (?:idiots?|morons?|{_BAD}|a\s+joke)\b
    | \byou\s+(?:\w+\s+)?(?:idiots?|morons?)\b
    | \b(?:this|that|these|your)\s+(?:\w+\s+)?{_THE_INTERVIEW}(?:'s|\s+is|\s+are)\s+
        (?:\w+\s+){{0,2}}?(?:{_BAD}|garbage|a\s+joke|a\s+waste)\b
    | ^\W*(?:this|that|it)(?:'s|\s+is)\s+(?:(?:so|such|just|really|all|totally|completely|an?)\s+)*
        (?:stupid|dumb|idiotic|moronic|pathetic|bullshit|ridiculous|crap|joke)\W*$
    | \b(?:shut\s+up|screw\s+you|piss\s+off|f+u+c*k\s*(?:you|off|this)?|go\s+to\s+hell)\b
    | \b(?:you(?:'re|\s+are)?|this|that|stop|quit|don't)\s+(?:\w+\s+){{0,3}}?
        wast(?:e|ing)\s+(?:of\s+)?my\s+time\b
    | ^\W*(?:what\s+|(?:this|that)(?:\s+{_THE_INTERVIEW})?(?:'s|\s+is)\s+(?:just\s+|such\s+)?)?
        (?:a\s+)?(?:\w+\s+)?waste\s+of\s+(?:my\s+)?time\W*$
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
_SMALL_TALK = (
    r"(?:weather|jokes?|football|soccer|movies?|recipes?|horoscopes?|poems?|songs?|lunch|dinner"
    r"|pizza|bitcoin)"
)
# A movie may be what the task is about; only small talk asks after the interviewer's own.
_OFF_TOPIC = re.compile(
    rf"""\b(?:do|did|have|are|would)\s+you\s+(?:\w+\s+)?
        (?:like|love|enjoy|watch|play|eat|cook|listen|own|hold|invest|follow|think\s+of|see|seen
            |watched|eaten|had|know\s+(?:an?|any|some))\b.{{0,40}}\b{_SMALL_TALK}\b.{{0,40}}\?
    | \b(?:how|what)(?:'s|\s+is|\s+was|\s+about)\s+(?:the|your|today's|some)\s+(?:\w+\s+)?
        {_SMALL_TALK}\b(?!\s+(?:data|feature|catalog|table|model)).{{0,60}}\?
    | \b(?:shall\s+we|recommend|should\s+i\s+(?:watch|eat|cook|buy))\b
        .{{0,40}}\b{_SMALL_TALK}\b.{{0,40}}\?
    | \b{_SMALL_TALK}\b.{{0,20}}\b(?:today|tonight|tomorrow)\W*\?
    | \bwhat\s+(?:did|do|will)\s+you\s+(?:eat|have|cook)\b.{{0,40}}\?
    | \bwho\s+won\b.{{0,40}}\b(?:game|match|football|soccer)\b
    | \b(?:tell|sing|write)\s+me\s+(?:a|an)\s+(?:\w+\s+)?(?:joke|poem|song|story|recipe)\b
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
    text = text.replace("’", "'")  # noqa: RUF001
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


_GUESSES = re.compile(
    r"\b(?:maybe|perhaps|probably|i(?:'d| would)? guess|i think"
    r"|my guess|(?<!sorry )but i|so (?:i'd|i would))\b",
    re.I,
)
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


# Said without a question mark; "all I wanted to know" and "to hear from you" ask nothing.
_ASKS_ALL_THE_SAME = re.compile(
    r"""(?<!nothing\ )(?<!anything\ )(?<!everything\ )(?<!all\ )(?<!what\ )(?<!else\ )(?<!more\ )
        \bi(?:'d|\s+would|\s+do)?\s+(?:\w+ly\s+|just\s+)?
        (?:like|love|want|wanted|hoped?|wish)\s+to\s+
        (?:hear(?!\s+(?:from|back))|know|ask|learn|understand)\b
    | (?:^|[.,!;:]|\b(?:please|but|and|so|then|do|just))\s*
        (?:tell\s+(?:me|us)|describe|explain|walk\s+me)\b
    | \bi(?:'m|\s+am)?\s+wonder(?:ing)?\b
    | \bi(?:'m|\s+am)\s+(?:\w+\s+)?(?:curious|interested)\s+(?:about|in|how|what|why|whether|if)\b
    | \bi\s+(?:do\s+)?have\s+(?:an?|one|two|some|another)\s+(?:\w+\s+)?questions?\b
    | \b(?:can|could|would)\s+you\s+(?:tell|explain|describe|say|share)\b""",
    re.I | re.X,
)
_NO_QUESTION = re.compile(
    r"^\W*(?:no|nope|none|nothing|not\s+(?:really|now)|i'?m\s+(?:good|fine|all\s+set)|that'?s\s+(?:all|it)|all\s+good"
    r"|thank(?:s|\s+you))\b",
    re.I,
)


def asks_nothing(text: str) -> bool:
    """Whether a candidate who was invited to ask has no (further) question."""
    text = text.replace("’", "'")  # noqa: RUF001
    if "?" in text or _ASKS_ALL_THE_SAME.search(text):
        return False
    return bool(_NO_QUESTION.search(text)) or len(words(text)) < 3
