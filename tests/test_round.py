"""A round mixes areas; a cross-cutting area is graded in all of them, as far as its file says."""

import pytest
import yaml

from interviewer.batch import Grader, Response
from interviewer.content import Content, load_rubrics, load_vocabulary
from interviewer.errors import ContentError
from interviewer.interview import InterviewService
from interviewer.markdown import to_markdown
from interviewer.query import Query
from interviewer.round import Round
from interviewer.rubric import Rubric
from tests.doubles import NOW, PERSONA, PROCESS, ScriptedModel, shipped_content

MANNER = """
area: manner
title: Manner
description: How it is said.
ladder: [answer, closes, asks, guess, polite]
criteria:
  - id: openness
    title: Openness
    weight: 2
    everywhere: {weight: 0.5, checks: [asks, guess]}
    levels: {1: O one, 2: O two, 3: O three, 4: O four, 5: O five}
    checks:
      - &asks
        id: asks
        rung: claim
        shows: asks something
        gap: a question
        ask: what they asked
        probe: What did you ask?
        advice: Ask.
        meets: ["I asked why.", "Why?"]
        misses: [I did., Yes.]
      - {<<: *asks, id: guess}
      - {<<: *asks, id: polite}
  - id: lead
    title: Lead
    weight: 2
    everywhere: {weight: 0.25, checks: [answer, closes], due: always}
    levels: {1: L one, 2: L two, 3: L three, 4: L four, 5: L five}
    checks:
      - {<<: *asks, id: answer}
      - {<<: *asks, id: closes, expected: false}
questions:
  - {id: explain, text: Explain it to me.}
"""


@pytest.fixture
def manner():
    return Rubric.model_validate(yaml.safe_load(MANNER))


@pytest.fixture
def of_story(rubric, manner):
    return Round((rubric,), across=(manner,))


def _expected(checks):
    return {check.id: check.expected for check in checks}


def test_what_is_graded_everywhere_comes_last_and_only_in_part(of_story, rubric):
    question = of_story.question("success")
    assert of_story.own_ladder_for(question) == rubric.ladder_for(question)
    assert of_story.ladder_for(question)[-4:] == of_story.across_checks_for(question)
    assert set(_expected(of_story.across_checks_for(question))) == {
        *("asks", "guess"),
        *("answer", "closes"),
    }


def test_silence_counts_where_it_is_due(of_story):
    """Always for what is always due; for the rest only after an open-ended question."""
    question = of_story.question("success")
    closed = {"asks": False, "guess": False, "answer": True, "closes": False}
    assert _expected(of_story.across_checks_for(question)) == closed
    open_ended = question.model_copy(update={"open_ended": True})
    assert _expected(of_story.across_checks_for(open_ended)) == {
        **closed,
        "asks": True,
        "guess": True,
    }


def test_a_cross_cutting_gap_is_probed_after_an_open_question_only(of_story):
    question = of_story.question("success")
    own = of_story.own_ladder_for(question)
    assert of_story.probes_for(question) == (own, ())
    open_ended = question.model_copy(update={"open_ended": True})
    first, last = of_story.probes_for(open_ended)
    assert first == own
    assert [check.id for check in last] == ["asks", "guess", "answer"]


def test_what_shows_nothing_of_its_question_does_not_speak_to_it(of_story):
    question = of_story.question("success")
    assert of_story.speaks_to(question, {"scene", "answer"})
    assert not of_story.speaks_to(question, {"answer", "asks"})
    assert not of_story.speaks_to(None, set())


async def test_an_answer_beside_the_question_is_not_graded_on_its_manner(
    rubric, manner, prompts, repertoire, store
):
    """A clear sentence about the weather is no clear answer."""
    content = Content(
        {"story": rubric, "manner": manner},
        *(prompts, {PERSONA.id: PERSONA}, PROCESS, load_vocabulary(), repertoire),
    )
    manners = ScriptedModel(
        yes=lambda messages: 0.95 * ("the sentence asks something." in messages[0]["content"])
    )
    service = InterviewService(content, manners, store, now=lambda: NOW, patience=0)
    started = service.start("story", question_ids=["success"])
    service.answer(started, "In May the weather was fine, because percent.", 1)
    view = await service.settled(started)
    judged = {one.check_id for one in view.interview.judgements}
    assert judged == {check.id for check in rubric.ladder_for(rubric.question("success"))}
    grader = Grader(content.round(["story"]), content, manners)
    line = await grader.grade(
        Response(id=1, question="Why?", answer="In May the weather was fine, because percent.")
    )
    assert (line.levels["openness"], line.levels["lead"]) == (None, None)
    await service.close()


def test_its_own_round_grades_all_of_it(rubric, manner):
    own = Round((manner,), across=(manner,))
    (question,) = own.questions
    assert own.criteria_for(question) == manner.criteria
    assert own.across_checks_for(question) == ()


def test_a_criterion_has_one_weight_in_a_round(rubric, manner, of_story):
    def weights(of_round):
        return {
            (one.id, one.weight)
            for question in of_round.questions
            for one in of_round.criteria_for(question)
            if one.id in {"openness", "lead"}
        }

    assert weights(of_story) == {("openness", 0.5), ("lead", 0.25)}
    assert weights(Round((rubric, manner), (manner,))) == {("openness", 2), ("lead", 2)}


def test_a_question_from_outside_is_graded_on_what_holds_for_all(of_story, rubric):
    ids = [criterion.id for criterion in of_story.criteria_for(None)]
    assert ids == [one.id for one in rubric.criteria_for(None)] + ["openness", "lead"]


def test_a_check_is_found_wherever_it_stands(of_story):
    assert of_story.check("scene").id == "scene"
    assert of_story.check("polite").id == "polite"
    with pytest.raises(KeyError):
        of_story.check("nonsense")


def test_a_question_that_is_gone_says_what_to_do(of_story):
    for asked in (of_story.question, of_story.area_of_question, of_story.title_of_question):
        with pytest.raises(ContentError) as caught:
            asked("nonsense")
        assert str(caught.value) == (
            "this interview's question 'nonsense' is not in the rubrics (any more); put its file "
            "back, or delete the interview from your history"
        )


async def test_an_interview_over_two_areas(rubric, manner, prompts, repertoire, store):
    """Own checks are judged first; the report groups the criteria by area."""
    content = Content(
        {"story": rubric, "manner": manner},
        prompts,
        {PERSONA.id: PERSONA},
        PROCESS,
        load_vocabulary(),
        repertoire,
    )
    model = ScriptedModel(yes=lambda _: 0.95)
    service = InterviewService(content, model, store, now=lambda: NOW, patience=0)
    started = service.start(["story", "manner"], question_ids=["success", "explain"])
    view = service.view(started)
    service.answer(started, "In May we did what had to be done there.", view.last_seq)
    await service.settled(started)
    across = ["the sentence asks something." in asked[0]["content"] for asked in model.asked]
    assert across == sorted(across)
    assert (across[0], across[-1]) == (False, True)
    service.finish(started)
    await service.settled(started)
    report = Query(content, store, service.ungraded).report(started)
    assert [one.area for one in report.criteria] == sorted(
        (one.area for one in report.criteria), reverse=True
    )
    assert {one.area for one in report.criteria} == {"Stories", "Manner"}
    assert report.title == "Stories and Manner"
    text = to_markdown(report)
    assert text.index("## Stories") < text.index("## Manner")
    assert [one.title for one in report.areas] == ["Stories", "Manner"]
    await service.close()


def test_rounds_are_made_once(rubric, manner, prompts, repertoire):
    content = Content(
        {"story": rubric, "manner": manner},
        prompts,
        {PERSONA.id: PERSONA},
        PROCESS,
        load_vocabulary(),
        repertoire,
    )
    made = content.round(["story"])
    assert content.round(("story", "story")) is made
    assert made.across == (manner,)
    with pytest.raises(ContentError, match="no rubric for the area 'nonsense'"):
        content.round(["story", "nonsense"])


def test_ids_are_unique_over_all_files(tmp_path, rubric_text):
    (tmp_path / "a.yaml").write_text(rubric_text)
    (tmp_path / "b.yaml").write_text(rubric_text.replace("area: story", "area: other"))
    with pytest.raises(ContentError) as caught:
        load_rubrics(tmp_path)
    lines = str(caught.value).splitlines()
    line = 1 + rubric_text.splitlines().index("      - id: number")
    assert (
        f"{tmp_path}/b.yaml:{line}: the check id 'number' is used in {tmp_path}/a.yaml too; "
        "rename one of them" in lines
    )
    assert sum("criterion id" in one for one in lines) == 3
    assert sum("question id" in one for one in lines) == 3


def test_the_shipped_cross_cutting_areas_are_graded_in_every_round():
    content = shipped_content()
    for area, rubric in content.rubrics.items():
        titles = {
            content.round([area]).area_of(criterion)
            for question in rubric.questions
            for criterion in content.round([area]).criteria_for(question)
        }
        assert {
            content.rubric("ambiguity").title,
            content.rubric("communication").title,
        } <= titles
