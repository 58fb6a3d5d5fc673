"""Which gap is taken up, in whose words, and what may not be said."""

import re

import pytest

from interviewer.judgement import THRESHOLD, Judgement
from interviewer.probe import (
    LONGEST_QUOTE,
    MOST_WORDS,
    Target,
    broken_rules,
    choose_target,
    faults,
    normal,
    own_wording,
    short_quote,
)
from interviewer.replies import is_bare
from interviewer.rubric import Question
from interviewer.sentences import SentenceRef, split_sentences
from tests.doubles import PERSONA, shipped_content

ANSWER = "In May our exporter broke, and we decided to rewrite it. Errors fell by 20 percent."
QUESTION = Question(
    id="failure", text="Tell me about a time you failed to ship a project on schedule."
)


@pytest.fixture
def ladder(rubric):
    return rubric.ladder_for(rubric.question("failure"))


def _judged(seq: int = 2, **met: float | None) -> dict[str, Judgement]:
    return {
        check_id: Judgement(
            seq=seq,
            check_id=check_id,
            met=p,
            sentences=(1,) if p is not None and p >= THRESHOLD else (),
        )
        for check_id, p in met.items()
    }


def _choose(ladder, best, probed=(), seq=2, text=ANSWER):
    return choose_target(
        ladder, PERSONA, best, probed=probed, answers=[(seq, split_sentences(text))]
    )


def test_ladder_decides_the_order(ladder):
    best = _judged(number=0.1, scene=0.9, own_part=0.2, cause=0.0)
    target = _choose(ladder, best)
    assert (target.check.id, target.kind) == ("own_part", "gap")
    target = _choose(ladder, best, probed={"own_part"})
    assert target.check.id == "cause"
    target = _choose(ladder, best, probed={"own_part", "cause"})
    assert target.check.id == "number"


def test_what_was_not_judged_is_no_gap(ladder):
    target = _choose(ladder, _judged(scene=None, number=0.1))
    assert target.check.id == "number"
    assert _choose(ladder, _judged(scene=None)) is None
    assert _choose(ladder, {}) is None


def test_gaps_come_before_pushback(ladder):
    target = _choose(ladder, _judged(own_part=0.9, measured=0.1))
    assert (target.check.id, target.kind) == ("measured", "gap")


def test_pushback_takes_the_deepest_claim(ladder):
    target = _choose(ladder, _judged(own_part=0.9, number=0.9))
    assert (target.check.id, target.kind) == ("number", "pushback")
    assert target.about == SentenceRef(seq=2, n=1)
    assert target.sentence == split_sentences(ANSWER)[0].text


def test_pushback_needs_a_claim_of_this_answer(ladder):
    best = {**_judged(seq=2, number=0.9), **_judged(seq=4, own_part=0.9)}
    assert _choose(ladder, best, seq=4).check.id == "own_part"
    assert _choose(ladder, _judged(seq=2, number=0.9, own_part=0.9), seq=4) is None


@pytest.mark.parametrize(
    ("later", "asked"),
    [
        ({}, ("number", "pushback")),
        ({"measured": 0.1}, ("measured", "gap")),
        ({"measured": 0.9}, ("measured", "pushback")),
    ],
)
def test_an_earlier_claim_is_tested_while_there_may_be_gaps(ladder, later, asked):
    """Whose first answer shows all that was looked at isn't let off with that."""
    answers = [(2, split_sentences(ANSWER)), (4, split_sentences("It ran for a year."))]
    best = {**_judged(seq=2, own_part=0.9, number=0.9), **_judged(seq=4, **later)}
    for due in (False, True):
        target = choose_target(ladder, PERSONA, best, probed=(), answers=answers, pushback_due=due)
        assert (target.check.id, target.kind) == asked


def test_of_earlier_claims_the_surest_is_tested(ladder):
    answers = [(2, split_sentences(ANSWER)), (4, split_sentences("It ran for a year."))]
    best = _judged(seq=2, own_part=0.9, number=0.6)
    target = choose_target(ladder, PERSONA, best, probed=(), answers=answers)
    assert target.check.id == "own_part"


def test_all_that_is_shown_by_earlier_answers_is_enough(ladder):
    answers = [(2, split_sentences(ANSWER)), (4, split_sentences("It ran for a year."))]
    best = _judged(seq=2, **{check.id: 0.9 for check in ladder})
    assert choose_target(ladder, PERSONA, best, probed=(), answers=answers) is None


def test_pushback_needs_its_words_and_comes_once(ladder):
    harder = _choose(ladder, _judged(scene=0.9, cause=0.9))  # these checks have none
    assert (harder.kind, harder.wording) == ("harder", PERSONA.harder[0])
    assert _choose(ladder, _judged(number=0.9), probed={"number"}) is None


def test_threshold_is_shown(ladder):
    assert _choose(ladder, _judged(own_part=THRESHOLD)).kind == "pushback"
    assert _choose(ladder, _judged(own_part=THRESHOLD - 0.01)).kind == "gap"


def test_anchor_decides_which_sentence_is_taken_up(ladder):
    text = "It was May. The parser broke. We decided to act. Errors fell a lot. I went home."
    target = _choose(ladder, _judged(own_part=0.1), text=text)
    assert target.sentence == "We decided to act."
    target = _choose(ladder, _judged(number=0.1), text=text)
    assert target.sentence == "Errors fell a lot."


def test_without_an_anchor_the_last_claim_is_taken_up(ladder):
    text = "I opened the logs. I trained the parser twice. It was fine."
    target = _choose(ladder, _judged(scene=0.1), text=text)
    assert target.sentence == "I trained the parser twice."


def test_without_a_claim_nothing_is_quoted(ladder):
    target = _choose(ladder, _judged(scene=0.1), text="Hm. Hard to say.")
    assert (target.about, target.sentence, target.quote) == (None, None, None)
    assert own_wording(target, PERSONA) == "In which month was that, and in which team?"


SENTENCES = [
    "We did it.",
    "In May our exporter broke, and we decided to rewrite it because it was slow",
    "We " + "really " * 40 + "decided to rewrite it",
    "“We shipped it”, she said: our team, the one in Berlin, decided; we went on",
    "we   have\tmany    spaces and we decided to go on with all of them in the end of the year",
    "We (the four of us) went — slowly — to 3.5% [sic] *bold* $200k/yr + 12 more things than ever",
    "We, a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p, q, r, s, t, u",
    "we 我们 决定 重写 它 因为 它 太 慢 了 我们 决定 重写 它 因为",
    "We decided-to-rewrite-it-all-without-any-space-in-between-whatever-happens " + "x" * 200,
]


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("check_id", ["own_part", "number", "scene"])
def test_quotes_are_verbatim_and_short(ladder, text, check_id):
    target = _choose(ladder, _judged(**{check_id: 0.1}), text=text)
    if target.sentence is not None:
        assert target.sentence in text
    if target.quote is not None:
        assert target.quote in target.sentence
        assert 3 <= len(target.quote.split()) <= LONGEST_QUOTE


@pytest.mark.parametrize(
    ("text", "quote"),
    [
        ("Hm, no, I take that back: the cached keys are exact.", "the cached keys are exact"),
        ("I stand by that, it simply is so.", None),
        ("You're right, I was wrong there.", None),
    ],
)
def test_what_only_gives_in_or_insists_is_not_held_up(text, quote):
    said = short_quote(text)
    assert said == (quote or text)
    assert is_bare(text) is (quote is None)


def test_quote_is_the_clause_that_matters(ladder):
    target = _choose(ladder, _judged(own_part=0.1), text=SENTENCES[1])
    assert target.quote == "In May our exporter broke"  # the first clause with an anchor
    text = "It was a Monday, that was hard, we decided to rewrite it, and it took us a long time"
    assert _choose(ladder, _judged(own_part=0.1), text=text).quote == "we decided to rewrite it"


def test_own_wording_quotes_first(ladder):
    target = _choose(ladder, _judged(own_part=0.1), text="It broke. We decided to rewrite it.")
    assert own_wording(target, PERSONA) == (
        "You said “We decided to rewrite it”. Which role did you have in the decision of the team?"
    )


def test_own_wording_of_a_pushback(ladder):
    target = _choose(ladder, _judged(own_part=0.9), text="We decided to rewrite it.")
    assert own_wording(target, PERSONA) == (
        "You said “We decided to rewrite it”. "
        "Would the team have come to that decision without you?"
    )


# --- What may be said -------------------------------------------------------------------


@pytest.fixture
def gap(rubric) -> Target:
    sentence = "In May our exporter broke, and we decided to rewrite it."
    quote = "we decided to rewrite it"
    about = SentenceRef(seq=2, n=1)
    return _aim(rubric.checks["own_part"], "gap", about, sentence, quote)


@pytest.fixture
def number_gap(rubric) -> Target:
    sentence = "Errors fell by 20 percent."
    about = SentenceRef(seq=2, n=2)
    return _aim(rubric.checks["measured"], "gap", about, sentence, "Errors fell by 20 percent")


def _aim(check, kind, about, sentence, quote) -> Target:
    gap = kind == "gap"
    return Target(
        kind=kind,
        check=check,
        ask=check.ask if gap else check.pushback,
        wording=check.probe if gap else check.pushback,
        reason="",
        about=about,
        sentence=sentence,
        quote=quote,
    )


def _faults(text, target, said=ANSWER, earlier=()):
    return faults(text, target, QUESTION, said, earlier)


GOOD = [
    "Which role did you have in the decision to rewrite it?",
    'When you say "we decided to rewrite it", what was your own role in that decision?',
    "When you say “we decided to rewrite it”, which role in the team was yours?",
    "You decided to rewrite it. Which role did you have in the team?",
    "WHICH ROLE DID YOU HAVE WHEN YOUR EXPORTER BROKE?",
    "You mentioned the exporter. Which role did you have when the team rewrote it?",
    "Who decided that, and what was your own role?",
    "In May, which role did you have when the exporter broke?  ",
    "When your exporter failed, which decision of the team was yours?",
    "Would the team have decided that without you?",
]


@pytest.mark.parametrize("text", GOOD)
def test_a_good_probe_may_be_said(gap, text):
    assert _faults(text, gap) == []


GOOD_ABOUT_NUMBERS = [
    "You said errors fell by 20 percent. How did you measure that baseline?",
    "How did you measure those 20 percent, and against what baseline?",
    "Against what baseline did you measure the errors?",
    "You measured 20 percent against which baseline?",
]


@pytest.mark.parametrize("text", GOOD_ABOUT_NUMBERS)
def test_a_good_probe_about_a_number_may_be_said(number_gap, text):
    assert _faults(text, number_gap) == []


def test_a_short_and_sharp_probe_may_be_said(number_gap):
    assert (
        _faults("You said errors fell by 20 percent. How did you measure that?", number_gap) == []
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("You said 20, how did you measure that?", "Errors fell by 20 percent."),
        ("How did you measure those 20?", "Errors fell by 20."),
        ("How did you measure the fall to 1.5 seconds?", "It fell to 1.5, then to 1.2."),
    ],
)
def test_punctuation_after_a_number_is_no_part_of_it(number_gap, text, said):
    assert "it names a number that was not said" not in _faults(text, number_gap, said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Which role did you have in closing the gap in recall?", "We saw a gap in recall."),
        ("Which prompt was your decision?", "We wrote a prompt for the chatbot."),
        ("Which role did you have for the voice assistant?", "We built a voice assistant."),
    ],
)
def test_the_candidates_own_words_are_in_role(gap, text, said):
    assert "it falls out of role" not in _faults(text, gap, said)


BAD = [
    ("Which role did you have in the decision? And why?", "it is not one question"),
    ("Tell me which role you had in the decision.", "it is not one question"),
    ("Which role did you have in the decision? I wonder.", "it is not one question"),
    ("Which " + "exact " * MOST_WORDS + "role did you have in the decision?", "it is too long"),
    ("Who had which role in the decision of the team?", "it does not speak to the candidate"),
    ("Great answer! Which role did you have in the decision?", "it praises"),
    ("That's a good point. Which role did you have in the decision?", "it praises"),
    ("Impressive. Which role did you have in the decision?", "it praises"),
    ("Well done. Which role did you have in the decision?", "it praises"),
    (
        "Which role in the decision was the candidate's, and which yours?",
        "it speaks about the candidate",
    ),
    ("As an AI, which role did you have in the decision?", "it falls out of role"),
    ("They said it broke. Which role did you have in the decision?", "it falls out of role"),
    ("Follow-up question: which role did you have in the decision?", "it falls out of role"),
    ("Which **role** did you have in the decision?", "it falls out of role"),
    ("- [ ] Which role did you have in the decision?", "it falls out of role"),
    ("See https://example.org. Which role did you have in the decision?", "it falls out of role"),
    ("According to the rubric, which role did you have in the decision?", "it falls out of role"),
    (
        'You said "I rewrote the kernel". Which role did you have in the decision?',
        "it quotes what was not said",
    ),
    (
        "You said “it was me”. Which role did you have in the decision?",
        "it quotes what was not said",
    ),
    (
        "You saved 30 percent. Which role did you have in the decision?",
        "it names a number that was not said",
    ),
    ("In 2021, which role did you have in the decision?", "it names a number that was not said"),
    ("Which role in the decision did you and Rajesh Gupta have?", "it names what nobody said"),
    (
        "Which role in the decision did you give to Kubernetes and Terraform?",
        "it names what nobody said",
    ),
    ("How are you today?", "it does not ask what it should"),
]


@pytest.mark.parametrize(("text", "fault"), BAD)
def test_a_bad_probe_is_not_said(gap, text, fault):
    assert any(one.startswith(fault) for one in _faults(text, gap))


def test_no_repeats(gap):
    text = "Which role did you have in the decision to rewrite?"
    assert _faults(text, gap, earlier=["Hello.", text]) == ["it was asked before"]
    assert _faults(
        text, gap, earlier=["  which role did YOU have, in the decision to rewrite ?"]
    ) == ["it was asked before"]
    assert _faults(text, gap, earlier=["How long did you think about it?"]) == []


@pytest.mark.parametrize(
    "text",
    [
        "Which role did you and Rajesh have in the decision?",
        "Which role did you have in the decision at Netflix?",
    ],
)
def test_one_invented_name_is_one_too_many(gap, text):
    assert _faults(text, gap) != []


def test_quoting_alone_does_not_ask_for_the_gap(gap):
    assert _faults('Did you say "we decided to rewrite it" earlier today?', gap) != []


def test_a_part_of_a_word_is_no_quote(gap):
    said = "We launched the transporter ourselves."
    assert any("sport" in one for one in broken_rules("You said “sport” to whom", said))


@pytest.mark.parametrize(
    ("text", "said", "broken"),
    [
        ("You said", "", []),
        ("You said “we dec", "We decided.", []),  # a quote that is still coming
        ("You said “we decided”", "Then WE DECIDED, finally.", []),
        ("You said “we decided”", "They decided.", ["it quotes what was not said: 'we decided'"]),
        ("Great job. You", "", ["it praises"]),
        ("The candidate", "", ["it speaks about the candidate"]),
        ("## Question", "", ["it falls out of role"]),
        ("word " * (MOST_WORDS + 1), "", ["it is too long"]),
        ("word " * MOST_WORDS, "", []),
        ("those 3,000", "3,000 orders", []),
        ("those 3", "3,000 orders", ["it names a number that was not said"]),
    ],
)
def test_rules_that_a_beginning_can_break(text, said, broken):
    assert broken_rules(text, said) == broken


@pytest.mark.parametrize(("a", "b"), [("What? ", "what"), ("It's  OK.", "it's ok"), ("“Hm”", "hm")])
def test_normal(a, b):
    assert normal(a) == b


def test_the_rubrics_own_wording_breaks_no_rule(rubric):
    """What is said when the model's phrasing is dropped must hold to the rules itself."""
    for check in rubric.checks.values():
        for kind in ("gap", "pushback"):
            if kind == "gap" or check.pushback:
                target = _aim(check, kind, SentenceRef(seq=2, n=1), ANSWER, "our exporter broke")
                assert _faults(own_wording(target, PERSONA), target) == []


def test_the_shipped_rubrics_own_wording_breaks_no_rule():
    broken = []
    for rubric in shipped_content().rubrics.values():
        for check in rubric.checks.values():
            for kind in ("gap", "pushback"):
                if kind == "gap" or check.pushback:
                    about = SentenceRef(seq=2, n=1)
                    target = _aim(check, kind, about, ANSWER, "our exporter broke")
                    found = _faults(own_wording(target, PERSONA), target)
                    broken += [(rubric.area, check.id, kind, found)] if found else []
    assert broken == []


def test_what_may_not_be_told_is_not_taken_up(ladder):
    text = (
        "The parser broke in May and I opened it. It was confidential, so I can't share the rest."
    )
    target = _choose(ladder, _judged(scene=0.1), text=text)
    assert target.sentence == "The parser broke in May and I opened it."


def test_an_anchor_is_found_at_the_beginning_of_a_word():
    """A follow-up would quote "machine learning" for a lesson, and "relationship" for shipping."""
    traps = "Memberships of barely correlated hardware are unlabelled by machine learning."
    rubrics = shipped_content().rubrics
    for area in ("behavioral", "coding", "science_depth"):
        for criterion in rubrics[area].all_criteria:
            for check in criterion.checks:
                for one in check.anchors:
                    found = re.search(one, traps, re.IGNORECASE)
                    assert found is None or found.group() == "machine", check.id
