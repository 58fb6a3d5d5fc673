"""Every sentence of the guide's sections 2 and 5 became a question or a check."""

import pytest
from pydantic import ValidationError

from interviewer import cli
from interviewer.content import load_guide
from interviewer.trace import GuideSentence, trace
from tests.doubles import shipped_content

RUBRICS = shipped_content().rubrics
GUIDE = load_guide()
TELLING = [one for one in GUIDE.sentences if not one.furniture]


def test_nothing_is_untraced() -> None:
    found = [(one.text, made) for one in TELLING for made in trace(one, RUBRICS)]
    assert len(TELLING) >= 45
    assert [(text, made.id) for text, made in found if not made.found] == []


@pytest.mark.parametrize("section", [2, 5])
def test_what_is_furniture_asks_for_nothing(section: int) -> None:
    """A question, a bullet or a claim about the interview is never called furniture."""
    furniture = [one for one in GUIDE.sentences if one.furniture and one.section == section]
    for one in furniture:
        assert not one.text.startswith("- ")
        assert "the candidate" not in one.text
        assert (one.furniture == "a heading") == (
            one.text[:2] in {"2.", "5."} or one.text.endswith(":")
        )
    assert len(furniture) <= 12


def test_an_example_question_became_itself() -> None:
    """What is quoted, and what section 2 names, is in the bank word for word as the seed's."""
    bank = {q.id: q for rubric in RUBRICS.values() for q in rubric.questions}
    examples = [one for one in TELLING if one.text.startswith('- "') or one.section == 2]
    assert len(examples) == 15
    for one in examples:
        (made,) = trace(one, RUBRICS)
        assert (made.kind, bank[made.id].source) == ("question", "seed")
        assert bank[made.id].text == one.text.removeprefix("- ").strip('"')


def test_a_bullet_became_three_questions_beyond_the_guides_own() -> None:
    bank = {q.id: q for rubric in RUBRICS.values() for q in rubric.questions}
    bullets = [one for one in TELLING if one.text.startswith("- ") and '"' not in one.text]
    assert len(bullets) == 14
    for one in bullets:
        (made,) = trace(one, RUBRICS)
        assert made.kind == "topic"
        assert sum(bank[q].source == "own" for q in made.questions) >= 3, one.text
        seed = next(t.seed for r in RUBRICS.values() for t in r.topics if t.id == made.id)
        assert seed == one.text.removeprefix("- ")


def test_an_unknown_id_is_not_traced() -> None:
    (made,) = trace(GuideSentence(section=5, text="A.", became=("nonsense",)), RUBRICS)
    assert not made.found


@pytest.mark.parametrize("more", [{}, {"became": ("a",), "furniture": "a heading"}])
def test_a_sentence_is_either_traced_or_furniture(more: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match="either what it became or why"):
        GuideSentence.model_validate({"section": 2, "text": "A.", **more})


def test_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["rubrics", "trace"]) == 0
    rows = capsys.readouterr().out.splitlines()[2:]
    assert len(rows) == len(GUIDE.sentences)
    assert (
        '| 5 | - "Given a stream of integers, find the median at any point in time." | '
        "question streaming_median |" in rows
    )
