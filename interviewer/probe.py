"""Which gap or claim a follow-up takes up, and whether a phrasing of it may be said.

Pure: the files name the checks, this module picks; the model only phrases, and what it
phrases is held against the rules here before anybody sees it.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain

from interviewer.claims import claim_kind
from interviewer.judgement import Judgement
from interviewer.moves import withholds
from interviewer.persona import Persona
from interviewer.replies import is_bare
from interviewer.rubric import RUNGS, Check, Claim, Question, Rung, telling_stems
from interviewer.sentences import Sentence, SentenceRef
from interviewer.text import stem, words
from interviewer.transcript import Trigger

MOST_WORDS = 45
"""A probe is one question that can be kept in mind while answering it."""

LONGEST_QUOTE = 14
"""Words quoted from the candidate."""


@dataclass(frozen=True)
class Target:
    """What the next follow-up is about."""

    kind: Trigger
    check: Check | None
    """The check that triggered it; None where no single one did."""
    ask: str
    """What to ask for: goes into the phrasing prompt."""
    wording: str
    """The file's own words for it: said where no phrasing of the model may be. A challenge is
    always put in these, as a small model begins to answer it."""
    reason: str
    """Why it is asked, in plain words: for the report, not for the interview."""
    about: SentenceRef | None = None
    sentence: str | None = None
    """The candidate's sentence that it takes up, word for word."""
    quote: str | None = None
    """The part of it that is quoted, word for word."""
    apt: bool = True
    """Whether the sentence is what the question is about, not just where the story stands."""

    @property
    def own_words(self) -> str:
        """What the file says about it; a key point's own text, the answer, is no part of it."""
        parts = [self.ask, self.wording]
        if self.check is not None and "__" not in self.check.id:
            parts += [self.check.ask, self.check.gap, self.check.probe]
        return " ".join(parts)


def dig_order(ladder: Sequence[Check], persona: Persona) -> list[Check]:
    """The checks in the order in which this persona digs for them.

    The first check of each rung comes before the second of any, so that a few follow-ups
    reach far down instead of staying on one rung. The persona's own rungs come first; what
    lies deeper than it goes is left out.
    """
    deepest = RUNGS.index(persona.depth)
    cares = {rung: rank for rank, rung in enumerate(persona.cares)}
    seen: dict[Rung, int] = dict.fromkeys(RUNGS, 0)
    ranked = []
    for check in ladder:
        level = RUNGS.index(check.rung)
        if level > deepest and check.rung not in cares:
            continue
        ranked.append((seen[check.rung], cares.get(check.rung, len(cares)), level, check))
        seen[check.rung] += 1
    return [check for *_, check in sorted(ranked, key=lambda one: one[:3])]


def unasked(ladder: Sequence[Check], probed: Collection[str]) -> list[Check]:
    """The checks whose follow-up was not asked yet.

    Several key points of a question share one follow-up; it is asked once.
    """
    spent = {check.probe for check in ladder if check.id in probed}
    return [check for check in ladder if check.probe not in spent]


def pushback_is_due(persona: Persona, probes: int, pushbacks: int) -> bool:
    """Whether the next follow-up may challenge a claim, by the persona's share of pushback."""
    return pushbacks + 1 <= persona.pushback * (probes + 1)


Answers = Sequence[tuple[int, Sequence[Sentence]]]
"""Answers to one question, oldest first: each its turn's number and its judged sentences."""


def choose_target(
    ladder: Sequence[Check],
    persona: Persona,
    best: Mapping[str, Judgement],
    *,
    probed: Collection[str],
    answers: Answers,
    asked: Collection[str] = (),
    pushback_due: bool = False,
) -> Target | None:
    """What to follow up on; None: nothing to ask.

    ``best`` holds the best judgement so far for each check that was judged at all; a check
    that no one judged yet is passed over, not taken for a gap. Where a pushback is due, a
    claim of the last answer is challenged; else the first check that is missing and wasn't
    asked for is dug for. When no gap is left, what the answer shows is challenged; and while
    checks are left that no one judged, what an answer before it does. ``asked``: the
    interviewer's turns, none of which is said again.
    """
    left = unasked(ladder, probed)
    judged = [
        (check, best[check.id])
        for check in left
        if check.id in best and best[check.id].met is not None
    ]
    pushbacks = _pushbacks(persona, judged, answers[-1], asked)
    pushback = next(pushbacks, None)
    if pushback_due and pushback:
        return pushback
    for check, judgement in judged:
        if not judgement.shown:
            return _gap(check, answers)
    if pushback is None and any(check.id not in best for check in left):
        # The surest, not the deepest: an old claim that is none would be taken up out of the blue.
        surest = sorted(judged, key=lambda one: one[1].met or 0.0)
        earlier = (_pushbacks(persona, surest, one, asked) for one in reversed(answers[:-1]))
        pushback = next(chain.from_iterable(earlier), None)
    return pushback


def _gap(check: Check, answers: Answers) -> Target:
    bare = Target("gap", check, _to_you(check.ask), check.probe, f"Missing so far: {check.gap}.")
    seq, sentence = _anchor(check, answers)
    if sentence is None:
        return bare
    return replace(
        bare,
        about=SentenceRef(seq=seq, n=sentence.n),
        sentence=sentence.text,
        quote=_quote(check.anchors, sentence.text),
        apt=any(re.search(one, sentence.text, re.IGNORECASE) for one in check.anchors),
    )


def _to_you(ask: str) -> str:
    """What to ask for, in the second person; a small model copies the person it reads."""
    ask = ask.removeprefix("for ")
    return re.sub(r"\bthe candidate\b", "you", re.sub(r"\bthe candidate's\b", "your", ask))


def _pushbacks(
    persona: Persona,
    judged: Sequence[tuple[Check, Judgement]],
    answer: tuple[int, Sequence[Sentence]],
    asked: Collection[str],
) -> Iterator[Target]:
    """Challenges to what one answer shows, the last of ``judged`` first.

    A key point that is right gets a harder question of the persona's.
    """
    seq, sentences = answer
    for check, judgement in reversed(judged) if persona.pushback else ():
        if not (judgement.shown and judgement.seq == seq):
            continue
        offered = (check.pushback,) if check.pushback else persona.harder
        wording = next((one for one in offered if one and not repeats(one, asked)), None)
        claim = next((one for one in sentences if one.n in judgement.sentences[:1]), None)
        if wording is None or claim is None:
            continue
        tested = "A claim that holds so far is put to the test."
        right = "This was right; the next question asks more of it."
        yield Target(
            "pushback" if check.pushback else "harder",
            check,
            wording,
            wording,
            tested if check.pushback else right,
            SentenceRef(seq=seq, n=claim.n),
            claim.text,
            _quote(check.anchors, claim.text),
        )


def challenge_claim(
    persona: Persona, seq: int, sentences: Sequence[Sentence], asked: Collection[str]
) -> Target | None:
    """A persona's own challenge to a claim of this answer, of a kind not challenged yet."""
    for sentence in sentences:
        kind = claim_kind(sentence.text)
        wording = persona.challenges.get(kind) if kind else None
        if wording and not repeats(wording, asked):
            reason = f"A claim (a {kind}) is challenged, whether it is right or wrong."
            return _challenge("pushback", None, wording, reason, seq=seq, sentence=sentence)
    return None


def doubt(
    persona: Persona, seq: int, sentence: Sentence, check: Check, asked: Collection[str]
) -> Target | None:
    """A challenge to a claim that looks wrong, on that very claim."""
    reason = f"{check.gap}: this counts against an answer, so the challenge is to that very claim."
    for wording in persona.doubts:
        if not repeats(wording, asked):
            return _challenge("wrong", check, wording, reason, seq=seq, sentence=sentence)
    return None


def _challenge(
    kind: Trigger, check: Check | None, wording: str, reason: str, *, seq: int, sentence: Sentence
) -> Target:
    return Target(
        kind,
        check,
        wording,
        wording,
        reason,
        SentenceRef(seq=seq, n=sentence.n),
        sentence.text,
        _quote((), sentence.text),
    )


_CLAIM = re.compile(
    r"\b(?:we|i|my|our)\b.*\b(?:\w+(?:ed|t|n|d)|wrote|rewrote|took|gave|made|chose|broke|ran|saw)\b"
    r"|\d|\b(?:because|so that|resulted|improved)\b",
    re.IGNORECASE,
)


def _anchor(check: Check, answers: Answers) -> tuple[int, Sentence | None]:
    """The sentence that a probe for ``check`` takes up, with its turn.

    The check's own anchors decide, in their order, in the last answer and then in those
    before; else the last sentence that makes a claim.
    """
    answers = [
        (seq, [one for one in said if not (withholds(one.text) or is_bare(one.text))])
        for seq, said in answers
    ]
    for seq, sentences in reversed(answers):
        for pattern in check.anchors:
            for sentence in sentences:
                if re.search(pattern, sentence.text, re.IGNORECASE):
                    return seq, sentence
    for seq, sentences in reversed(answers):
        claims = [one for one in sentences if _CLAIM.search(one.text) and len(words(one.text)) > 3]
        if claims:
            return seq, claims[-1]
    return answers[-1][0], None


_CLAUSE = re.compile(
    r"[,;:—–]\s+(?:(?:but|and|so|because|although)\s+)?"  # noqa: RUF001
    r"|\s+(?:but|so that|because|which|although|and (?=then|it|i|we|they|the))\s*",
    re.IGNORECASE,
)


_LEFT_HANGING = frozenset(
    """a an and as at but by for from if in is it of on or so than that the their then to was were
    when where whether which who with""".split()
)


def _quote(anchors: Sequence[str], sentence: str) -> str | None:
    """A verbatim part of the sentence, at most LONGEST_QUOTE words, around what matters.

    None where the sentence only gives in or insists: to hold that up is no question.
    """
    if is_bare(sentence):
        return None
    clauses, start = [], 0
    for cut in [*(match for match in _CLAUSE.finditer(sentence)), None]:
        clauses.append(sentence[start : cut.start() if cut else len(sentence)])
        start = cut.end() if cut else start
    fitting = [part.strip(" .!?;,\"'") for part in clauses]
    fitting = [
        part for part in fitting if 3 <= len(part.split()) <= LONGEST_QUOTE and not is_bare(part)
    ]
    for pattern in (*anchors, _CLAIM.pattern):
        for part in fitting:
            if re.search(pattern, part, re.IGNORECASE):
                return part
    if fitting:
        return max(fitting, key=len)
    cut_words = sentence.split()[:LONGEST_QUOTE]
    while cut_words and cut_words[-1].lower() in _LEFT_HANGING:
        cut_words.pop()
    head = re.match(r"\s*" + r"\s+".join(map(re.escape, cut_words)), sentence)
    return head.group().strip(" .!?;,\"'") if head and len(cut_words) >= 3 else None


def short_quote(sentence: str, *anchors: str) -> str:
    """A verbatim part of a sentence, at most LONGEST_QUOTE words, around what matches."""
    return _quote(anchors, sentence) or sentence


def own_wording(target: Target, persona: Persona) -> str:
    """The file's own words for this probe, with the candidate's quoted before them."""
    return taken_up(target.wording, target, persona)


def taken_up(question: str, target: Target, persona: Persona) -> str:
    """A question with the candidate's words quoted before it, if that isn't too long."""
    if not target.quote or target.quote in question:
        return question
    # Where the sentence has nothing to do with the gap, it is where the story stands.
    before = persona.takes_up if target.apt else "Let me stay with “{quote}”."
    text = f"{before.replace('{quote}', target.quote)} {question}"
    return text if len(text.split()) <= MOST_WORDS else question


# --- What may be said -------------------------------------------------------------------

_PRAISE = re.compile(
    r"\b(?:great|good|excellent|impressive|fantastic|wonderful|perfect|amazing|awesome|nice)"
    r"\b[^.?!]{0,20}(?:\b(?:answer|job|work|question|point|example|story|start)\b|[!.])"
    r"|\bwell done\b",
    re.IGNORECASE,
)
_THIRD_PERSON = re.compile(r"\b(?:the|this) (?:candidate|interviewee|speaker)\b", re.IGNORECASE)
_OUT_OF_ROLE = re.compile(
    r"\b(?:as an ai|language model|rubric|gap|follow-up question|they said|ask for|prompt"
    r"|instructions?|assistant)\b|[*#<>{}`_\[\]]|https?:",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")
_NAME = re.compile(r"(?<=[a-z,] )[A-Z][a-z]+")
_SECOND_PERSON = re.compile(r"\b(?:you|your|yours|yourself)\b", re.IGNORECASE)
_FIRST_PERSON = {"i", "my", "we", "our", "us", "me"}
_QUOTED = re.compile(r"[“\"]([^”\"]+)[”\"]")

# Words that a probe may use without their coming from the answer, the question or the check.
_FREE = frozenset(
    """
    what when where which who whom whose why how did do does done was were is are be been
    being had have has the a an and or of in on at to for from with without by about into
    over under between against after before during than then that this these those there it
    its they them their you your yours yourself me my i we us our said say says told
    mentioned describe explain walk through tell give take show help understand know think
    make made choose chose chosen exactly specifically specific concrete precise actually
    really personally own step one first next last single thing something anything else much
    many long if would could can should might may not no but so because as such like just
    only also any some more most less each every other another same moment time times period
    example situation occasion case data happen happened change changed different
    differently instead since now today mean meant work worked working get got go went going
    come came use used using see saw seen look looked find found let's back please need
    needed want wanted up out off down here very let stay put like where
    """.split()
)


_FREE_STEMS = frozenset(stem(word) for word in _FREE)


def faults(
    text: str,
    target: Target,
    question: Question,
    said: str,
    earlier: Collection[str],
) -> list[str]:
    """Why this phrasing of the probe can't be said; an empty list: it can.

    ``said`` is everything that the candidate said so far, ``earlier`` the interviewer's
    turns. Rules: one question, at most MOST_WORDS words, in the second person, no praise,
    nothing quoted or named that was not said, nothing of the answer, no repeat, in role.
    """
    found = list(broken_rules(text, said))
    if text.count("?") != 1 or not text.rstrip().endswith("?"):
        found.append("it is not one question")
    if not _SECOND_PERSON.search(text):
        found.append("it does not speak to the candidate")
    if repeats(text, earlier):
        found.append("it was asked before")
    if _speaks_as_candidate(_QUOTED.sub(" . ", text), said):
        found.append("it speaks as the candidate")
    known = " ".join((question.text, said, target.own_words))
    strangers = _strangers(text, known)
    if len(strangers) > 1 or any(name.lower() in strangers for name in _NAME.findall(text)):
        found.append(f"it names what nobody said: {', '.join(strangers)}")
    if target.sentence and not names_what_was_said(text, target.sentence, question.text):
        found.append("it takes up nothing that was said")
    told = leaked(text, question, f"{said} {target.wording}", fewest=1)
    if told:
        found.append(f"it gives away {', '.join(told)}")
    asked = _content_stems(target.own_words)
    if not asked & _content_stems(_QUOTED.sub("", text)):
        found.append("it does not ask what it should")
    return found


def names_what_was_said(text: str, said: str, question: str) -> bool:
    """Whether a text takes up the candidate's words: a quotation, or a telling word of theirs."""
    if any(f" {normal(one)} " in f" {normal(said)} " for one in _QUOTED.findall(text)):
        return True
    own = {stem(word) for word in words(said)} - {stem(word) for word in words(question)}
    return bool((own - _FREE_STEMS) & {stem(word) for word in words(text)})


MOST_ALIKE = 0.75
"""Share of the content stems that two probes may have in common."""


def repeats(text: str, earlier: Collection[str]) -> bool:
    """Whether this was asked before, word for word or nearly so.

    What is quoted from the candidate is not compared: two questions may take up one claim.
    """
    own = normal(_QUOTED.sub(" ", text))
    stems = {stem(word) for word in words(own)} - _FREE_STEMS
    for one in earlier:
        # An earlier turn may hold more than its question: the last sentence asks.
        other = normal(_QUOTED.sub(" ", one))
        if own == other:
            return True
        others = {stem(word) for word in words(other)} - _FREE_STEMS
        alike = len(stems & others) >= MOST_ALIKE * len(stems | others)
        if (len(stems) >= 3 and alike) or (stems and stems == others):
            return True
    return False


def leaked(text: str, question: Question, said: str, fewest: int = 2) -> list[str]:
    """The key points that a text of the interviewer's gives away, by their telling words.

    Telling words are those that only this key point has. ``said``: whatever was said
    already, which gives nothing away. From ``fewest`` of them on, and at least LEAK_SHARE of
    what the key point has.
    """
    open_stems = {stem(word) for word in words(f"{said} {question.text}")}
    stems = {stem(word) for word in words(text)} - open_stems - _FREE_STEMS
    found = []
    claims = [Claim(id=point.id, text=point.text) for point in question.key_points]
    for point in claims:
        telling = set(telling_stems(question.text, point, claims))
        if len(telling & stems) >= max(fewest, LEAK_SHARE * len(telling) if fewest > 1 else 1):
            found.append(point.id)
    return found


LEAK_SHARE = 0.34
"""Share of a key point's telling words that gives it away."""


def broken_rules(text: str, said: str) -> list[str]:
    """The rules that the beginning of a phrasing can already break; used while it streams."""
    found = []
    if len(text.split()) > MOST_WORDS:
        found.append("it is too long")
    if _PRAISE.search(text):
        found.append("it praises")
    if _THIRD_PERSON.search(text):
        found.append("it speaks about the candidate")
    # The candidate may well have built a prompt or an assistant; then these are their words.
    out_of_role = {one.lower() for one in _OUT_OF_ROLE.findall(text)}
    if out_of_role and out_of_role - set(words(said)):
        found.append("it falls out of role")
    quotes = _QUOTED.findall(text)
    told = f" {normal(said)} " if quotes else ""
    invented = [quote for quote in quotes if f" {normal(quote)} " not in told]
    if invented:
        found.append(f"it quotes what was not said: {invented[0]!r}")
    numbers = set(_NUMBER.findall(text))
    if numbers and numbers - set(_NUMBER.findall(said)):
        found.append("it names a number that was not said")
    return found


def _speaks_as_candidate(unquoted: str, said: str) -> bool:
    """Whether the candidate's first person is taken over word for word without quoting it."""
    told = f" {normal(said)} "
    parts = words(unquoted)
    runs = [parts[start : start + 3] for start in range(len(parts) - 2)]
    return any(_FIRST_PERSON & set(run) and f" {' '.join(run)} " in told for run in runs)


def _content_stems(text: str) -> set[str]:
    return {stem(word) for word in words(text) if word not in _FREE and len(word) > 2}


def _strangers(text: str, known: str) -> list[str]:
    stems = {stem(word) for word in words(known)} | _FREE_STEMS
    return [word for word in words(text) if stem(word) not in stems]


def normal(text: str) -> str:
    """``text`` in lower case with single spaces and no outer punctuation, for comparing."""
    return " ".join(words(text))
