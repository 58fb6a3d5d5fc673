"""The interviewers: their files are sound, and each asks something else of the same answer."""

import pytest
from pydantic import ValidationError

from interviewer.judgement import Judgement
from interviewer.persona import Persona
from interviewer.probe import choose_target, dig_order, own_wording, pushback_is_due
from interviewer.rubric import RUNGS
from interviewer.sentences import split_sentences
from interviewer.session import DEFAULT_PERSONA
from tests.doubles import PERSONA, shipped_content

SHIPPED = shipped_content()
CAST = ["bar_raiser", "hiring_manager", "peer_scientist", "phone_screener", "recruiter"]
ANSWER = (
    "In 2023 our churn model had gone stale, and we rebuilt it with a transformer. "
    "It cut churn by 12 percent because it reads the order of events."
)


def test_the_cast_is_there():
    assert set(SHIPPED.personas) >= {*CAST, "sceptical_scientist", DEFAULT_PERSONA}


@pytest.mark.parametrize("name", sorted(SHIPPED.personas))
def test_what_a_persona_says_is_one_question_to_the_candidate(name):
    persona = SHIPPED.persona(name)
    lines = [*persona.challenges.values(), *persona.doubts, *persona.harder]
    lines += [example.question for example in persona.examples]
    for line in lines:
        assert line.count("?") == 1, line
        assert line.endswith("?"), line
        assert len(line.split()) <= 35, line


@pytest.mark.parametrize("area", sorted(SHIPPED.rubrics))
def test_every_area_has_a_ladder_of_its_own(area):
    rungs = {check.rung for check in SHIPPED.rubric(area).checks.values()}
    assert len(rungs) >= 5
    assert rungs >= {"claim", "mechanism", "number", "alternative", "limits"}


def test_the_first_of_each_rung_comes_before_the_second_of_any(rubric):
    order = dig_order(rubric.ladder_for(rubric.question("failure")), PERSONA)
    assert [check.id for check in order] == [
        *["scene", "own_part", "cause", "number", "confirmed", "measured"]
    ]


def test_own_rungs_come_first_and_too_deep_ones_not_at_all(rubric):
    persona = PERSONA.model_copy(update={"cares": ("number",), "depth": "part"})
    order = dig_order(rubric.ladder_for(rubric.question("failure")), persona)
    assert [check.rung for check in order] == ["number", "claim", "part", "number"]


def _first_probes(name: str) -> tuple[str, ...]:
    """The first three gaps asked for after an answer that shows nothing."""
    persona, rubric = SHIPPED.persona(name), SHIPPED.rubric("science_depth")
    ladder = dig_order(rubric.ladder_for(rubric.questions[0]), persona)
    best = {c.id: Judgement(seq=2, check_id=c.id, met=0.1) for c in ladder}
    probed: list[str] = []
    asked = []
    for _ in range(3):
        target = choose_target(
            ladder,
            persona,
            best,
            probed=probed,
            answers=[(2, split_sentences(ANSWER))],
        )
        assert target is not None
        probed.append(target.check.id)
        asked.append(own_wording(target, persona))
    return tuple(asked)


def test_the_same_answer_gets_other_probes_from_each():
    asked = {name: _first_probes(name) for name in SHIPPED.personas}
    assert len(set(asked.values())) == len(asked)
    assert len({probes[0] for probes in asked.values()}) >= 3


@pytest.mark.parametrize(("share", "challenged"), [(0.0, 0), (0.2, 2), (0.5, 5), (1.0, 10)])
def test_the_share_of_pushback_is_kept(share, challenged):
    persona = PERSONA.model_copy(update={"pushback": share})
    pushbacks = 0
    for probes in range(10):
        pushbacks += pushback_is_due(persona, probes, pushbacks)
        assert pushbacks <= share * (probes + 1)
    assert pushbacks == challenged


def test_rungs_go_down():
    assert RUNGS[0] == "claim"
    assert RUNGS[-1] == "lesson"


def test_who_challenges_needs_the_words_for_it():
    with pytest.raises(ValidationError, match="challenges are missing for"):
        Persona.model_validate(PERSONA.model_dump() | {"challenges": {}})
