"""The interviewer's next turn: what is asked of the model, and what becomes of its words."""

import asyncio

import pytest

from interviewer.aim import MOST_CALLS, MOST_CHECKS
from interviewer.errors import ModelUnavailable
from interviewer.gates import READ_AT_MOST
from interviewer.grading import Judge
from interviewer.judgement import Judgement
from interviewer.phrasing import FIRST_WORDS
from interviewer.reply import Replier
from interviewer.scene import read_answer
from interviewer.session import Interview, Plan
from tests.doubles import NOW, STRONG, ScriptedModel, asked_check

TEXT = "In May the exporter broke. We decided to rewrite it."
GOOD = "When you say “We decided to rewrite it”, which role did you have in that decision?"
OWN = "You said “We decided to rewrite it”. Which role did you have in the decision of the team?"


class Bench:
    """A replier with everything that it tells."""

    def __init__(self, content, model):
        self.kept, self.drafts = [], []
        self.replier = Replier(
            content,
            model,
            Judge(model, content.prompts),
            lambda: NOW,
            lambda _, judgement: self.kept.append(judgement),
        )

    async def reply(self, interview):
        return await self.replier.next_turn(interview, self.drafts.append)


@pytest.fixture
def interview(turn):
    def make(*texts, most_probes=3, judgements=(), probe="own_part", question_id="conflict"):
        turns = [turn(1, "question", "Well?", question_id)]
        for text in texts:
            if len(turns) > 1:
                seq = len(turns) + 1
                turns.append(turn(seq, "probe", "And?", question_id, check_id=probe))
            turns.append(turn(len(turns) + 1, "answer", text, question_id))
        plan = Plan(
            areas=("story",),
            question_ids=(question_id,),
            most_probes=most_probes,
            candidate_questions=0,
        )
        return Interview(
            id="x", created_at=NOW, plan=plan, turns=tuple(turns), judgements=tuple(judgements)
        )

    return make


def _said(*texts):
    """Says one text after the other."""
    left = list(texts)
    return lambda _: left.pop(0)


async def test_a_good_phrasing_is_said(content, interview):
    model = ScriptedModel(say=_said(GOOD))
    bench = Bench(content, model)
    turn = await bench.reply(interview(TEXT))
    assert (turn.seq, turn.speaker, turn.kind) == (3, "interviewer", "probe")
    assert (turn.text, turn.model, turn.question_id) == (GOOD, "scripted", "conflict")
    assert (turn.check_id, turn.about.seq, turn.about.n) == ("own_part", 2, 2)
    assert turn.at == NOW
    assert model.temperatures == [0.2]


async def test_the_model_is_given_the_gap_and_the_words(content, interview):
    model = ScriptedModel(say=_said(GOOD))
    await Bench(content, model).reply(interview(TEXT))
    asked = model.phrased[0][-1]
    assert asked["role"] == "user"
    assert '"We decided to rewrite it"' in asked["content"]
    assert "Ask for: which role they had in the decision of the team" in asked["content"]
    assert "Challenge" not in asked["content"]


async def test_a_pushback_is_a_challenge(content, interview):
    text = "In May it fell by nine percent against the baseline, and I did it myself."
    model = ScriptedModel()
    turn = await Bench(content, model).reply(interview(text))
    # Three checks are judged while the candidate waits, and the deepest of them is challenged,
    # in the file's words: a small model begins to answer a challenge.
    assert (turn.check_id, turn.trigger, turn.model) == ("number", "pushback", None)
    assert turn.text.startswith("You said “")
    assert turn.text.endswith(
        "Which part of that figure would you defend in an audit of the outcome?"
    )
    assert model.phrased == []


@pytest.mark.parametrize(
    "bad",
    [
        "Great answer! Which role did you have in the decision?",
        "Which role did you have in rewriting it? And what about the team",
        "You said “I rewrote the kernel”, so which role did you have in the decision?",
        "You saved 40 percent; which role did you have in that decision?",
        "Describe your role in the decision of the team.",
        "",
    ],
)
async def test_a_bad_phrasing_is_tried_once_more_and_then_the_rubrics_own_is_said(
    content, interview, bad
):
    one_question = bad.partition("?")[0] + "?" if "And what" in bad else None
    model = ScriptedModel(say=_said(bad, bad))
    bench = Bench(content, model)
    turn = await bench.reply(interview(TEXT))
    if one_question:  # what comes after the question mark is not read
        assert (turn.text, model.temperatures) == (one_question, [0.2])
    else:
        assert (turn.text, turn.model) == (OWN, None)
        assert model.temperatures == [0.2, 0.7]
        assert bench.drafts[-1] == ""  # what was shown is taken back
    assert turn.check_id == "own_part"


async def test_the_second_phrasing_can_be_good(content, interview):
    model = ScriptedModel(say=_said("Well done. And?", GOOD))
    assert (await Bench(content, model).reply(interview(TEXT))).text == GOOD


async def test_what_was_asked_before_is_not_asked_again(content, interview):
    said = interview(TEXT)
    first = said.turns[0].model_copy(update={"text": GOOD})
    again = said.model_copy(update={"turns": (first, *said.turns[1:])})
    turn = await Bench(content, ScriptedModel(say=lambda _: GOOD)).reply(again)
    assert turn.text == OWN


async def test_drafts_hold_whole_words_that_break_no_rule(content, interview):
    bench = Bench(content, ScriptedModel(say=_said(GOOD)))
    await bench.reply(interview(TEXT))
    assert bench.drafts
    for draft in bench.drafts:
        assert GOOD.startswith(draft + " ")
        assert len(draft.split()) >= FIRST_WORDS


async def test_a_beginning_that_breaks_a_rule_is_never_shown(content, interview):
    bad = "Great answer. I would like to know more about the role that you had?"
    bench = Bench(content, ScriptedModel(say=_said(bad, bad)))
    await bench.reply(interview(TEXT))
    assert set(bench.drafts) == {""}


async def test_without_a_sentence_to_take_up_no_model_phrases(content, interview):
    model = ScriptedModel()
    turn = await Bench(content, model).reply(interview("Well, it is hard to say today."))
    assert (turn.kind, turn.text) == ("probe", "In which month was that, and in which team?")
    assert (turn.about, turn.model, model.phrased) == (None, None, [])


async def test_judging_stops_at_the_first_gap(content, interview):
    model = ScriptedModel()
    bench = Bench(content, model)
    await bench.reply(interview(TEXT))
    assert [one.check_id for one in bench.kept] == ["scene", "own_part"]
    assert {asked_check(one) for one in model.asked} == {"sets the scene", "tells the own part"}


async def test_what_could_not_be_judged_is_passed_over(content, interview):
    model = ScriptedModel(
        yes=lambda messages: None if asked_check(messages) == "sets the scene" else 0.1
    )
    bench = Bench(content, model)
    turn = await bench.reply(interview(TEXT))
    assert [(one.check_id, one.met) for one in bench.kept] == [("scene", None), ("own_part", 0.1)]
    assert turn.check_id == "own_part"


async def test_the_candidate_does_not_wait_for_ever(content, interview):
    model = ScriptedModel(yes=lambda _: None)
    model.keeps_prefixes = True  # it reads one after another
    bench = Bench(content, model)
    text = " ".join(f"I fixed exporter {number} by 9 percent." for number in range(40))
    turn = await bench.reply(interview(text, question_id="failure"))
    assert turn.kind == "closing"  # nothing was found to ask
    last = content.rubrics["story"].checks[bench.kept[-1].check_id].shows
    before = [one for one in model.asked if asked_check(one) != last]
    assert len(before) < MOST_CALLS <= len(model.asked)


async def test_what_is_asked_first_is_asked_side_by_side(content, interview):
    """An endpoint far away takes its time for each call, and any number of them at once."""
    model = ScriptedModel(yes=lambda _: 0.1)
    bench = Bench(content, model)
    model.held.clear()
    reply = asyncio.create_task(bench.reply(interview("I fixed it in May by 9 percent. I did.")))
    await asyncio.sleep(0.05)
    checks = [asked_check(one) for one in model.asked]
    assert len(checks) == len(set(checks)) == MOST_CHECKS
    model.held.set()
    assert (await reply).kind == "probe"
    assert len(bench.kept) == MOST_CHECKS


async def test_without_follow_ups_nothing_is_judged_before_the_reply(content, interview):
    model = ScriptedModel()
    turn = await Bench(content, model).reply(interview(TEXT, most_probes=0))
    assert (turn.kind, turn.question_id, model.asked) == ("closing", None, [])


async def test_a_model_that_is_down_loses_nothing(content, interview):
    bench = Bench(content, ScriptedModel(failures=1))
    said = interview(TEXT)
    with pytest.raises(ModelUnavailable):
        await bench.reply(said)
    assert (await bench.reply(said)).kind == "probe"


async def test_too_long_an_answer_is_interrupted_first(content, interview):
    filler = " ".join(f"I went home on day {number}." for number in range(400))
    said = interview(f"{TEXT} {filler}")
    assert len(said.turns[-1].text) > READ_AT_MOST
    turn = await Bench(content, ScriptedModel(say=_said(GOOD))).reply(said)
    assert turn.text.startswith("Let me stop you there")
    assert turn.text.endswith(GOOD)


async def test_all_that_is_shown_already_is_no_reason_to_go_on(content, interview, rubric):
    shown = [
        Judgement(seq=2, check_id=check.id, met=0.9, sentences=(1,))
        for check in rubric.ladder_for(rubric.question("conflict"))
    ]
    model = ScriptedModel()
    turn = await Bench(content, model).reply(interview(STRONG, "Eleven percent.", judgements=shown))
    assert turn.kind == "closing"  # the claims were made in the answer before this one
    assert model.asked == []


@pytest.mark.parametrize(
    ("before", "text", "gate"),
    [
        ("question", "Eleven percent.", "tiny"),
        ("probe", "Eleven percent.", "open"),
        ("redirect", "Eleven percent.", "tiny"),
        ("probe", "Eleven.", "tiny"),
        ("question", TEXT, "open"),
    ],
)
def test_a_follow_up_may_be_answered_in_two_words(rubric, turn, before, text, gate):
    turns = [turn(1, "question"), turn(2, "answer"), turn(3, before), turn(4, "answer", text)]
    found, sentences = read_answer(turns, turns[-1], rubric.question("conflict"))
    assert found == gate
    assert bool(sentences) is (gate == "open")


def test_a_follow_up_is_answered_after_it_was_heard_again(rubric, turn):
    heard = [turn(4, "repeat_request", "Sorry?"), turn(5, "repetition")]
    turns = [turn(1, "question"), turn(2, "answer"), turn(3, "probe"), *heard]
    turns.append(turn(6, "answer", "Eleven percent."))
    assert read_answer(turns, turns[-1], rubric.question("conflict"))[0] == "open"


@pytest.mark.parametrize(
    ("asked", "text", "gate"),
    [
        ("Was it recall or precision that fell?", "It was precision.", "open"),
        ("Is that correlated or causal?", "That is causal.", "open"),
        ("You said “it saved 40 percent”. How much was it in the end?", "40 percent.", "open"),
        ("Is that correlated or causal?", "Is that correlated or causal?", "echo"),
    ],
)
def test_a_follow_up_may_be_answered_in_its_own_words(rubric, turn, asked, text, gate):
    turns = [turn(1, "question"), turn(2, "answer"), turn(3, "probe", asked)]
    turns.append(turn(4, "answer", text))
    assert read_answer(turns, turns[-1], rubric.question("conflict"))[0] == gate


def test_turns_that_need_no_model(content, interview):
    bench = Bench(content, ScriptedModel(failures=-1))
    one = Plan(areas=("story",), question_ids=("conflict",))
    first = bench.replier.first_turn(one)
    assert (first.seq, first.kind, first.model) == (1, "question", None)
    assert "one question" in first.text
    two = bench.replier.first_turn(one.model_copy(update={"question_ids": ("conflict", "failure")}))
    assert "2 questions" in two.text
    last = bench.replier.last_turn(interview(TEXT))
    assert (last.seq, last.kind) == (3, "closing")
    assert last.text.startswith("All right, we'll stop here.")


async def test_who_may_not_tell_is_told_what_will_do(content, interview):
    secret = f"{TEXT} The rest is confidential, I can't share it."
    bench = Bench(content, ScriptedModel(say=_said(*[GOOD] * 3)))
    first = await bench.reply(interview(secret))
    assert (
        first.text
        == f"Leave out names and whatever isn't public; ratios and general terms are fine. {GOOD}"
    )
    again = await bench.reply(interview(secret, secret))
    assert not again.text.startswith("Leave out names")
