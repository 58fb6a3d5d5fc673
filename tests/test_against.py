"""What counts against an answer: who is accused of what, and on which words."""

from dataclasses import replace

import pytest

from interviewer.against import MOST_MISTAKES, doubts, held_against, uncorrected
from interviewer.ahead import ReadAhead
from interviewer.batch import Grader, Response
from interviewer.calibration import UNFITTED, Line
from interviewer.grading import Judge, Parts
from interviewer.interview import InterviewService
from interviewer.judgement import HELD, Judgement
from interviewer.loop_report import make_loop_report
from interviewer.markdown import loop_to_markdown, to_markdown
from interviewer.process import LOOP, Choice, Loop, plan_loop
from interviewer.pushback import MET
from interviewer.report import Report, make_report
from interviewer.round import Round
from interviewer.rubric import CommonError, KeyPoint, Question, RedFlag
from interviewer.sentences import split_sentences
from interviewer.ui import document
from tests.doubles import (
    NOW,
    PERSONA,
    PROCESS,
    STRONG,
    ScriptedModel,
    by_markers,
    settled,
    shipped_content,
)

FLAG = RedFlag(
    id="waves_aside",
    title="A check waved aside",
    shows="says that a check is not needed",
    advice="Say what you would check.",
    meets=("No test was needed.", "There is no need for a baseline."),
    misses=("I tested it.", "It needs a test."),
    cues=(r"\bno\b.*\bneed",),
)
QUESTION = Question(
    id="lock",
    text="What is a lock for?",
    key_points=(
        KeyPoint(
            id="writers",
            text="a mutex serialises all writers",
            right="Writers wait for one another.",
            wrong="A mutex makes all reads twice as fast.",
        ),
        KeyPoint(id="fair", text="it is not fair by itself", right="Who came first may starve."),
    ),
    common_errors=(
        CommonError(says="A lock never slows a program down.", tell="It costs its holders time."),
    ),
)
MISTAKE = "lock__mistake_0"


@pytest.fixture
def of_lock(rubric):
    own = rubric.model_copy(update={"questions": (QUESTION,)})
    return Round((own,), flags=(FLAG,))


def _doubts(of_round, text):
    return doubts(of_round, QUESTION, split_sentences(text))


def _judged(check_id, met, sentences=(1,)):
    return Judgement(seq=1, check_id=check_id, met=met, sentences=sentences)


def test_a_known_mistake_and_a_flag_are_doubted_where_they_stand(of_lock):
    found = _doubts(of_lock, "We had time. A mutex makes reads faster, twice. No need to test it.")
    assert [(one.check.id, [s.n for s in one.sentences]) for one in found] == [
        (MISTAKE, [2]),
        ("waves_aside", [3]),
    ]
    assert [one.check.kind for one in found] == ["mistakes", "red_flags"]


def test_what_is_right_is_not_doubted(of_lock):
    assert _doubts(of_lock, "A mutex serialises all writers. I tested it twice.") == ()


def test_no_answer_costs_more_than_a_few_doubts(rubric):
    known = tuple(
        CommonError(says=f"A lock never slows program {n} down.", tell="It does.")
        for n in range(MOST_MISTAKES + 3)
    )
    many = QUESTION.model_copy(update={"common_errors": known})
    said = split_sentences("A lock never slows a program down.")
    of_many = Round((rubric.model_copy(update={"questions": (many,)}),))
    assert len(doubts(of_many, many, said)) == MOST_MISTAKES


def test_it_is_held_against_who_clearly_said_it(of_lock):
    for name, kind in (("waves_aside", "red_flags"), (MISTAKE, "mistakes")):
        for met, held in ((HELD[kind], [name]), (HELD[kind] - 0.01, []), (None, [])):
            found = held_against(of_lock, QUESTION, [_judged(name, met)])
            assert [check.id for check, _ in found] == held


def test_who_corrects_a_mistake_has_not_made_it(of_lock):
    made, corrected = _judged(MISTAKE, 0.9), _judged("lock__writers", 0.9)
    assert [check.id for check, _ in held_against(of_lock, QUESTION, [made])] == [MISTAKE]
    assert held_against(of_lock, QUESTION, [made, corrected]) == []


def test_the_cure_of_a_mistake_is_what_holds(of_lock):
    ((check, _),) = held_against(of_lock, QUESTION, [_judged(MISTAKE, 0.9)])
    assert check.advice == "What holds: a mutex serialises all writers."


def test_a_flag_of_one_area_is_looked_for_there_alone(rubric):
    flagged = rubric.model_copy(update={"red_flags": (FLAG,), "questions": (QUESTION,)})
    assert Round((flagged,)).red_flags_for(QUESTION) == (FLAG,)
    assert Round((rubric,)).red_flags_for(None) == ()


def test_a_flag_needs_an_id_that_no_check_has(rubric):
    taken = FLAG.model_copy(update={"id": next(iter(rubric.checks))})
    with pytest.raises(ValueError, match="check ids must be unique"):
        type(rubric).model_validate({**rubric.model_dump(), "red_flags": [taken.model_dump()]})


# --- What comes of it: the grade, the report, the next question --------------------------

HALVED = UNFITTED.model_copy(update={"levels": Line(spread=0.1, against=0.5)})
ASIDE = "There was no need to test it."


def _hears(plain, argued=None):
    """A judge who gives the flag ``plain``, and ``argued`` with an argument beside it."""

    def hear(messages):
        if "the sentence says that a check is not needed." not in messages[0]["content"]:
            return by_markers(messages)
        return argued if "The speaker says of it" in messages[-1]["content"] else plain

    return hear


_says_yes_to_flags = _hears(0.9)


@pytest.fixture
def flagged(content, rubric):
    """Content whose only area has a red flag, and where each thing halves the score."""
    own = rubric.model_copy(update={"red_flags": (FLAG,)})
    return replace(content, rubrics={own.area: own}, fits=HALVED)


async def test_a_flag_halves_the_score_and_is_named(flagged):
    grader = Grader(flagged.round(["story"]), flagged, ScriptedModel(yes=_says_yes_to_flags))
    plain, aside = [
        await grader.grade(Response(id=1, question="Why?", answer=text))
        for text in (STRONG, f"{STRONG} {ASIDE}")
    ]
    assert aside.score == pytest.approx(plain.score / 2)
    assert [(one.id, one.met, one.sentences) for one in aside.checks][-1] == (FLAG.id, 0.9, (7,))
    assert FLAG.id not in {one.id for one in plain.checks}


async def test_the_part_can_be_switched_off(flagged):
    model = ScriptedModel(yes=_says_yes_to_flags)
    off = Grader(flagged.round(["story"]), flagged, model, Parts(against=False))
    line = await off.grade(Response(id=1, question="Why?", answer=f"{STRONG} {ASIDE}"))
    assert line.score == pytest.approx(0.95)
    assert FLAG.shows not in str(model.asked)


async def _answered(content, store, text, yes=_says_yes_to_flags, question="failure"):
    """The model, the service, the interview's id and the turn that an answer gets."""
    model = ScriptedModel(yes=yes)
    service = InterviewService(content, model, store, now=lambda: NOW)
    interview_id = service.start("story", question_ids=[question])
    service.answer(interview_id, text, 1)
    return model, service, interview_id, (await settled(service, interview_id)).interview.turns[-1]


async def test_what_was_doubted_is_not_built_upon(flagged, store):
    said = f"In May we found that {ASIDE[0].lower()}{ASIDE[1:]}"
    _, service, interview_id, doubted = await _answered(flagged, store, said)
    service.answer(interview_id, "Fine, I take that back for good.", doubted.seq)
    then = (await settled(service, interview_id)).interview.turns[-1]
    await service.close()
    assert (doubted.trigger, then.trigger) == ("wrong", "gap")
    assert then.about != doubted.about
    assert "no need" not in then.text


async def test_the_interviewer_doubts_it_and_the_report_quotes_it(flagged, store):
    model, service, interview_id, probe = await _answered(flagged, store, f"{STRONG} {ASIDE}")
    doubt = f"You said “{ASIDE.rstrip('.')}”. {PERSONA.doubts[0]}"
    assert (probe.trigger, probe.check_id, probe.text) == ("wrong", FLAG.id, doubt)
    service.finish(interview_id)
    view = await settled(service, interview_id)
    await service.close()
    assert view.graded == view.to_grade
    asked = [one for one in model.asked if FLAG.shows in one[0]["content"]]
    assert len(asked) == 1, "what the reply has judged is not judged again"
    of_round = flagged.round(["story"])
    report = make_report(view.interview, of_round, PROCESS.standard(None), PERSONA, 0)
    (found,) = report.against
    assert (found.text, found.number, found.advice) == (ASIDE, 1, FLAG.advice)
    assert f"“{ASIDE}” **A check waved aside** (question 1). {FLAG.advice}" in to_markdown(report)
    assert f"<q>{ASIDE}</q> <strong>A check waved aside</strong>" in document.report(report)
    assert [criterion.level for criterion in report.criteria] == [3, 3, 3]


async def test_it_is_brought_to_the_debrief_and_worked_on_first(flagged, store):
    report = await _disputed(flagged, store, _hears(0.99, argued=0.99))
    loop = _loop_of(flagged, report)
    ((notes, raiser),) = [
        [said for said in one.debrief.discussion if said.proofs] for one in loop.stages
    ]
    for said in (notes, raiser):
        assert [(one.side, one.quoted) for one in said.proofs][-1] == ("against", True)
        assert said.proofs[-1].text == ASIDE
    assert [one.side for one in notes.proofs] == ["for", "for", "against"]
    assert f"“{ASIDE}” (A check waved aside)" in loop.stages[0].debrief.veto.reasons[0]
    assert loop.tonight[0].advice.advice == FLAG.advice
    page, text = document.loop(loop), loop_to_markdown(loop)
    assert f"Against: <q>{ASIDE}</q> (A check waved aside)" in page
    assert f"Against: “{ASIDE}” _(A check waved aside" in text
    assert f"you said “{ASIDE}”" in page
    assert f"you said “{ASIDE}”" in text


def _loop_of(content, report: Report):
    """A loop of which each round came out as ``report`` tells, with a vote against."""
    choice = Choice(scope=LOOP, role="research", level="L5", focus="general")
    plan = plan_loop(PROCESS, content.rubrics, choice, 0, ())
    ids = tuple(str(position) for position, _ in enumerate(plan.rounds))
    voted = report.model_copy(update={"vote": "no hire"})
    return make_loop_report(
        Loop(id="x", created_at=NOW, plan=plan, interview_ids=ids),
        dict.fromkeys(ids, voted),
        PROCESS.standard(None),
        personas={PERSONA.id: PERSONA},
        principles={},
        asked_about=(),
    )


async def _disputed(flagged, store, yes):
    service = InterviewService(flagged, ScriptedModel(yes=yes), store, now=lambda: NOW)
    interview_id = service.start("story", question_ids=["failure"])
    service.answer(interview_id, f"{STRONG} {ASIDE}", 1)
    await settled(service, interview_id)
    service.finish(interview_id)
    await settled(service, interview_id)
    await service.dispute(interview_id, "failure", FLAG.id, "It had been tested before.")
    await service.close()
    of_round = flagged.round(["story"])
    return make_report(store.load(interview_id), of_round, PROCESS.standard(None), PERSONA, 0)


async def test_what_is_disputed_with_reason_counts_no_more_and_both_results_stay(flagged, store):
    report = await _disputed(flagged, store, _hears(0.7, argued=0.02))
    assert report.against == ()
    (dispute,) = report.disputes
    assert (dispute.check, dispute.shown_before, dispute.shown_after) == (FLAG.title, True, False)
    assert dispute.before == 0.7
    assert [criterion.level for criterion in report.criteria] == [5, 5, 5]


async def test_no_argument_alone_takes_back_what_was_plainly_said(flagged, store):
    report = await _disputed(flagged, store, _hears(0.99, argued=0.001))
    assert [one.text for one in report.against] == [ASIDE]


async def test_what_a_flag_begins_with_is_read_while_the_candidate_types(flagged, store):
    model = ScriptedModel()
    service = InterviewService(flagged, model, store, now=lambda: NOW)
    interview = store.load(service.start("story", question_ids=["failure"]))
    ahead = ReadAhead(flagged, model, Judge(model, flagged.prompts))
    while await ahead.step(interview):
        pass
    assert FLAG.shows in str(model.asked)
    await service.close()


# --- What the candidate takes back -----------------------------------------------------------

WRONG = "A mutex makes all reads twice as fast."
REVISED = "That was wrong. A mutex serialises all writers, and the readers wait for them as well."
INSISTED = "I stand by that. It simply was the better one, trust me."


def _hears_the_mistake(messages):
    said = messages[-1]["content"]
    return 0.9 if said.count(WRONG) > 1 else by_markers(messages)


async def _replied(flagged, store, reply):
    """The report of an interview in which a mistake was doubted, and met with ``reply``."""
    (own,) = flagged.rubrics.values()
    asking = own.model_copy(update={"questions": (*own.questions, QUESTION)})
    shipped = shipped_content().fits
    fits = HALVED.model_copy(
        update={"replies": shipped.replies, "corrections": shipped.corrections}
    )
    content = replace(flagged, rubrics={own.area: asking}, fits=fits)
    _, service, interview_id, probe = await _answered(
        content, store, f"{STRONG} {WRONG}", _hears_the_mistake, "lock"
    )
    assert (probe.trigger, probe.check_id) == ("wrong", MISTAKE)
    service.answer(interview_id, reply, probe.seq)
    await settled(service, interview_id)
    service.finish(interview_id)
    view = await settled(service, interview_id)
    await service.close()
    return make_report(view.interview, content.round(["story"]), PROCESS.standard(None), PERSONA, 0)


async def test_who_takes_a_mistake_back_when_it_is_doubted_has_not_made_it(flagged, store):
    report = await _replied(flagged, store, REVISED)
    assert report.against == ()
    assert {one.level == one.unlowered for one in report.criteria} == {True}
    (pushback,) = report.questions[0].pushbacks
    assert pushback.how == "revised"


@pytest.mark.parametrize(
    ("later", "left"),
    [
        ((INSISTED,), [2]),
        ((INSISTED, REVISED), []),  # not at once, and yet
        ((REVISED, WRONG), [6]),  # made again
        ((REVISED, INSISTED), []),
    ],
)
def test_a_mistake_is_corrected_by_any_later_answer_until_it_is_made_again(
    of_lock, turn, later, left
):
    said = (f"{WRONG} So I use one.", *later)
    answers = [
        turn(2 * n, "answer").model_copy(update={"text": text}) for n, text in enumerate(said, 1)
    ]
    made = [
        Judgement(seq=one.seq, check_id=MISTAKE, met=0.9, sentences=(1,))
        for one in answers
        if WRONG in one.text
    ]
    of_round = Round(of_lock.rubrics, fits=shipped_content().fits)
    elsewhere = Judgement(seq=99, check_id=MISTAKE, met=0.9, sentences=(1,))
    found = uncorrected(of_round, QUESTION, answers, [*made, elsewhere])
    assert [one.seq for one in found] == left


async def test_who_insists_on_a_mistake_has_made_it(flagged, store):
    report = await _replied(flagged, store, INSISTED)
    assert [one.text for one in report.against] == [WRONG]
    (pushback,) = report.questions[0].pushbacks
    assert pushback.how == "dug_in"
    for shown in (to_markdown(report), document.report(report)):
        assert f"you {MET['dug_in']}" in shown
        assert "Lowered from 5 to 3 by what counts against you." in shown
    loop = _loop_of(flagged, report)
    assert f"When I pushed back, the candidate {MET['dug_in']} (1)." in loop_to_markdown(loop)
