"""What can be said of an answer before any model is asked.

A gate is a statement about form, never about quality: it only stops text that holds no
answer (empty, noise, another language, an order to the grader) from being judged as one.
"""

import re
from collections.abc import Sequence
from typing import Literal

from interviewer.sentences import Sentence, split_sentences
from interviewer.text import FUNCTION_WORDS, words

Gate = Literal["open", "empty", "tiny", "unreadable", "echo", "orders"]
"""open: there is something to judge. orders: nothing but text addressed to the grader."""

FEWEST_WORDS = 4
"""An answer to a behavioural question with fewer words tells nothing about the past."""

LONGEST_ANSWER = 200_000
"""Characters; more is refused with a message, and the candidate keeps the text."""

READ_AT_MOST = 8_000
"""Characters of one answer that are judged: about 1,400 words, ten minutes of speech."""

# Text that speaks to the machinery instead of the interviewer. An order is an imperative:
# its verb begins the sentence, so that "I could not ignore the previous results" is none.
_LEAD = r"""(?:^\W*|\bplease\s+|\band\s+now\s+)
    (?:(?:please|now|also|so|then|and|but|first|just|kindly|important|from\s+now\s+on
    |always|grader|you\s+(?:must|should|have\s+to|need\s+to|are\s+to|will)|(?:new|updated)\s+instructions?)
    [\s,:!-]+){0,4}"""
_OF_GRADING = r"""(?:candidate|answers?|grad(?:e|es|ed|ing|er)|scor(?:e|es|ed|ing)|criteri(?:a|on)
    |rubrics?|checks?|yes|instructions?|prompts?|verdict|met|pass(?:es|ed)?|marks?|level|award
    |evaluat\w*|interview\w*|override|rules)\b"""
"""What a heading "System:" of one's own design is not followed by."""

_ORDERS = re.compile(
    rf"""
      {_LEAD} (?:ignore|disregard|forget|override|bypass)\b .{{0,40}}
        \b(?:instructions?|rubrics?|prompts?|rules|criteria|above|previous)\b
    | {_LEAD} (?:give|award|assign|grant|grade|score|rate|mark)\b .{{0,60}}
        (?: \b(?:full|maximum|max|highest|top|perfect|five)\s+
            (?:marks?|scores?|grades?|points?|rating)\b
          | \b(?:\d\s*/\s*\d|level\s*\d)\b | \bas\s+(?:met|passed|five|\d)\b )
    | {_LEAD} (?:answer|reply|respond|output|print|write)\b .{{0,30}} \byes\b
    | {_LEAD} return\b .{{0,30}} \byes\b (?!\W+(?:if|when|once|unless|otherwise|for|else)\b)
    | {_LEAD} say\s+(?:the\s+word\s+)?\W?yes\W?(?:\s+to\s+(?:every|all|each|any)\b|\W*$)
    | {_LEAD} (?:reveal|print|show|repeat|output)\b .{{0,12}}
        \b(?:your|system)\s+(?:system\s+)?(?:prompt|rubric|instructions)\b
    | {_LEAD} (?:act\s+as|pretend\s+to\s+be|you\s+are\s+now|roleplay\s+as)\b .{{0,20}}
        \b(?:grader|evaluator|judge|assistant|ai|language\s+model)\b
    | ^\W* (?:score|grade|rating)\s*:\s*\d
    | ^\W* (?:final\s+)?verdict\s*[:=] | \bverdict\W{{1,3}}(?:yes|pass(?:ed)?|met|correct)\b
    | (?:^|[^\w\s,])\s*(?:all|every|each)\s+criteri(?:a|on)\s+(?:met|fulfilled|satisfied|passed)\b
    | \bthis\s+is\s+the\s+(?:complete|correct|right|full|perfect)
        (?:\s+and\s+\w+)?\s+answer\b
    | (?:^\W*the|\b(?:this|my))\s+answer\b .{{0,30}} \bmeets?\b .{{0,12}} \bcriteri(?:a|on)\b
    | \bdo(?:es)?\s+(?:the|this|my)\s+answers?\s+(?:meet|fulfil|satisfy)\b
    | ^\W* answer \s* : \W* $
    | <!-- | ["'](?:met|verdict|grade)["']\s*:
    | ^\W* (?:system|assistant|developer) \s*: (?=.*\b{_OF_GRADING})
    | ^\W* (?:system|assistant|developer) \W*[>\]]
    | [(\[{{]\s* (?:system|assistant|developer) \W*\s*[:>\]]
    | (?:^\W*|[(\[{{]\s*) (?:grader|evaluator|admin) \W*\s*[:>\]]
    | ["']role["']\s*:\s*["'](?:system|assistant|developer)
    | <\|? /? \s* (?:im_start|im_end|system|assistant|inst)\b | \[/?INST\]
    | (?:^\W*(?:dear|hey|hello|attention|message\s+(?:to|for))|\b(?:note|P\.?S\.?)\s+to)\s+
        (?:the\s+|all\s+)?
        (?:grader|evaluator|judge|llm|ai|assistant)\b
    | \b(?:this|my)\s+(?:answer|response|sentence)\b .{{0,20}}
        \b(?:meets?|met|passes|satisf(?:y|ies)|fulfil(?:s|ls)?|deserves?|shows?)\b .{{0,12}}
        \b(?:(?:every|all)\b .{{0,12}} \b(?:checks?|criteri(?:a|on)|requirements?)
            |everything|full\s+marks?|(?:highest|top)\s+(?:score|grade))\b
    | \b(?:correct|right|expected)\s+(?:label|output)\b .{{0,10}} \byes\b
""",
    re.IGNORECASE | re.VERBOSE,
)


def addresses_the_grader(sentence: str) -> bool:
    """Whether a sentence gives orders to the grader or plays a system turn."""
    return _ORDERS.search(sentence) is not None


def readable_share(text: str) -> float:
    """Share of English function words among the words, 0..1; 0 for no words."""
    found = words(text)
    return sum(word in FUNCTION_WORDS for word in found) / len(found) if found else 0.0


def _unreadable(sentences: Sequence[str], lists: bool) -> bool:
    text = " ".join(sentences)
    found = words(text)
    if _in_another_script(text):
        return True
    letters = sum(char.isascii() and char.isalnum() for char in text)
    visible = sum(not char.isspace() for char in text)
    if letters < 0.5 * visible:
        return True
    # A sentence of names and nouns can be short of function words; a longer text can't.
    if not lists and reads_like_a_list(text) and not _is_in_notes(sentences):
        return True
    # One phrase over and over is no answer, however long.
    return len(found) >= 40 and len(set(found)) < 0.12 * min(len(found), 400)


_NOTE = re.compile(r"\s*(?:[-*•–]\s|\d+[.)]\s|\w+(?:\s\w+)?\s?:\s+\S)")  # noqa: RUF001


def _is_in_notes(sentences: Sequence[str]) -> bool:
    """Whether an answer is written as notes under each other, which leave out the small words."""
    notes = sum(_NOTE.match(one) is not None for one in sentences)
    listed = sum(map(reads_like_a_list, sentences))
    foreign = _in_another_language(" ".join(sentences))
    return notes >= 2 and listed <= 0.5 * len(sentences) and not foreign


def reads_like_a_list(sentence: str) -> bool:
    """Whether a sentence strings words together without saying anything with them."""
    found = words(sentence)
    return len(found) >= 8 and readable_share(sentence) < 0.12


_FOREIGN = frozenset(
    """
    que los las una por para como pero más muy está esta este respuesta el la en de se lo
    und der die das ist nicht mit für ein eine auch sich auf dem den sie wir ich zu
    les des est pas pour dans une sur avec qui cette vous nous je il elle et le du
    che non per sono questa questo della gli più di da
    não uma você são com isso mais também os as um do da
    """.split()
)
"""Function words of languages that share the alphabet; no single letters, which mathematics has."""


def _in_another_language(sentence: str) -> bool:
    """Whether a sentence of an English answer is in another language of the same alphabet."""
    if not reads_like_a_list(sentence):
        return False
    found = words(sentence)
    return sum(word in _FOREIGN for word in found) >= 0.2 * len(found)


def _in_another_script(text: str) -> bool:
    letters = [char for char in text if char.isalpha()]
    return sum(not char.isascii() for char in letters) > 0.5 * len(letters)


def _echoes(text: str, question: str, picked: bool) -> bool:
    found, asked = words(text), set(words(question))
    if not found or sum(word in asked for word in found) <= 0.9 * len(found):
        return False
    return not picked or _asks_again(set(found), question)


_QUOTED = re.compile(r"“[^”]*”")


def _asks_again(said: set[str], question: str) -> bool:
    """Whether the words hold half of a sentence that asks; what is quoted there is none of it.

    Who takes one of two that were offered ("recall or precision?") has answered.
    """
    sentences = [sentence.text for sentence in split_sentences(_QUOTED.sub(" ", question))]
    asking = [one for one in sentences if one.endswith("?")] or sentences[-1:]
    wanted = (set(words(one)) for one in asking)
    return any(
        one and len(one & said) >= 0.5 * len(one) and not _picks(said, one) for one in wanted
    )


_ASKS = frozenset("what which who whom whose when where why how or".split())


def _picks(said: set[str], asked: set[str]) -> bool:
    return "or" in asked and not said & _ASKS


_VERDICT = re.compile(r"\W*(?:yes|no|pass(?:ed)?|correct|true|met|\d)\W*", re.IGNORECASE)
"""The word that a judge is to reply, alone."""

_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>")


def gate(
    text: str,
    question: str = "",
    fewest_words: int = FEWEST_WORDS,
    lists: bool = False,
    picks: bool = False,
) -> Gate:
    """What stops ``text`` from being judged as an answer to ``question``, or "open".

    ``lists``: names strung together can be an answer ("push, pop, peek"), and so can words
    picked from the question ("keep A and decrease B"); to most questions they are none.
    ``picks``: only such words can be.
    """
    read = text[:READ_AT_MOST]
    if not any(char.isalnum() for char in read):
        return "empty" if not read.strip() else "tiny"
    # What is said to the grader makes no answer of an echo or of noise.
    own = [one.text for one in split_sentences(read) if not addresses_the_grader(one.text)]
    if not own:
        return "orders"
    # A tag is no speech.
    spoken = words(_TAG.sub(" ", read))
    # Scripts without spaces have few words in a long text; eight letters are no longer one.
    if len(spoken) < fewest_words and not (_in_another_script(read) and len(read) >= 8):
        return "tiny"
    if _unreadable(own, lists):
        return "unreadable"
    if _echoes(" ".join(own), question, picked=lists or picks):
        return "echo"
    return "open"


def judged_sentences(text: str, fewest_words: int = 2) -> tuple[Sentence, ...]:
    """The sentences of an answer that are put before the judge.

    Left out: what lies beyond READ_AT_MOST, scraps of one word, sentences that address the
    grader, the reply that they put into its mouth, and sentences in another language, which a
    small judge takes for anything.
    """
    said = split_sentences(text[:READ_AT_MOST])
    own = [one for one in said if not addresses_the_grader(one.text)]
    judged = tuple(
        sentence
        for sentence in own
        if len(words(sentence.text)) >= fewest_words and not _in_another_language(sentence.text)
    )
    if len(own) == len(said):
        return judged
    # Alone, the word can be an answer, such as one under the heading "Answer:".
    return tuple(one for one in judged if not _VERDICT.fullmatch(one.text)) or judged
