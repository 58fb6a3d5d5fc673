"""Content of one's own: areas and questions added or overridden, mistakes with file and line."""

import json
import re

import jsonschema
import pytest
import yaml

from interviewer import cli
from interviewer.content import (
    content_folder,
    load_calibrations,
    load_content,
    load_rubrics,
)
from interviewer.errors import ContentError

QUESTION = """\
extends: story
topics:
  - {id: queues, title: Queues}
questions:
  - id: backlog
    text: What did you do about the longest queue you ever saw?
    topics: [queues, caching]
  - id: conflict
    text: Whom did you last contradict, and about what?
"""
ANSWERS = """\
area: story
answers:
  - question: failure
    kind: weak
    answer: It broke. We moved on.
    levels: {situation: 1, results: null}
    earns: {cause: [1]}
"""


@pytest.fixture
def folders(tmp_path, rubric_text):
    """A shipped folder with the small rubric, and an empty one of one's own."""
    for name in ("shipped", "own"):
        (tmp_path / name).mkdir()
    (tmp_path / "shipped" / "story.yaml").write_text(rubric_text)
    return tmp_path / "shipped", tmp_path / "own"


def _line(text, marker):
    return text[: text.index(marker)].count("\n") + 1


def test_questions_are_added_and_overridden(folders):
    (folders[1] / "more.yml").write_text(QUESTION)
    rubric = load_rubrics(*folders)["story"]
    assert [one.id for one in rubric.questions] == ["failure", "conflict", "success", "backlog"]
    assert rubric.question("conflict").text.startswith("Whom did you")
    assert rubric.question("conflict").principles == ()
    assert [topic.id for topic in rubric.topics] == ["caching", "queues"]
    assert rubric.ladder_for(rubric.question("backlog"))


def test_an_area_takes_the_place_of_the_shipped_one(folders, rubric_text):
    (folders[1] / "mine.yaml").write_text(rubric_text.replace("title: Stories", "title: Mine"))
    (folders[1] / "more.yaml").write_text(QUESTION)
    rubric = load_rubrics(*folders)["story"]
    assert rubric.title == "Mine"
    assert "backlog" in {one.id for one in rubric.questions}


def test_without_a_ladder_the_files_order_is_dug_in(folders, rubric_text, rubric):
    ladder = next(line for line in rubric_text.splitlines() if line.startswith("ladder:"))
    (folders[0] / "story.yaml").write_text(rubric_text.replace(ladder + "\n", ""))
    own = load_rubrics(folders[0])["story"]
    question = own.question("failure")
    assert [check.id for check in own.ladder_for(question)] == list(own.checks)
    assert set(own.ladder_for(question)) == set(rubric.ladder_for(rubric.question("failure")))


MISTAKES = {
    "no such area": ("extends: story", "extends: stroy", "extends", "no area 'stroy'; there are"),
    "no such topic": ("[queues, caching]", "[queues, cashing]", "cashing", "['cashing'], which"),
    "unknown key": ("    topics: [q", "    topic: [q", "topic: [q", "unknown key 'questions.0."),
    "no text": (
        "    text: Whom did you last contradict, and about what?\n",
        "",
        "id: conf",
        "text",
    ),
    "used elsewhere": ("id: backlog", "id: tough", "id: tough", "is used in"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_in_an_added_question(folders, rubric_text, mistake):
    old, new, marker, told = MISTAKES[mistake]
    other = re.sub(r"\bid: ", "id: other_", rubric_text.replace("area: story", "area: other"))
    other = re.sub(r"\n *(ladder|principles|topics): \[.*", "", other)
    (folders[0] / "a.yaml").write_text(other.replace("id: other_success", "id: tough"))
    text = QUESTION.replace(old, new)
    path = folders[1] / "more.yaml"
    path.write_text(text)
    with pytest.raises(ContentError) as caught:
        load_rubrics(*folders)
    (line,) = str(caught.value).splitlines()
    assert line.startswith(f"{path}:{_line(text, marker)}: ")
    assert told in line


def test_every_broken_file_is_told_at_once(folders, rubric_text):
    (folders[0] / "broken.yaml").write_text("area: [")
    (folders[0] / "other.yaml").write_text("area: other\ntitel: Other\n")
    (folders[1] / "more.yaml").write_text(
        QUESTION.replace("kk", "k").replace("text: What", "txt: W")
    )
    with pytest.raises(ContentError) as caught:
        load_rubrics(*folders)
    told = str(caught.value)
    assert "broken.yaml:" in told
    assert "other.yaml:2: unknown key 'titel'" in told
    assert "more.yaml:6: unknown key 'questions.0.txt'" in told


def test_calibration_answers_of_ones_own(folders):
    path = folders[1] / "calibration" / "story.yaml"
    path.parent.mkdir()
    path.write_text(ANSWERS)
    rubrics = load_rubrics(folders[0])
    assert len(load_calibrations(rubrics, *folders)["story"].answers) == 1
    path.write_text(ANSWERS.replace("results: null", "result: null").replace("[1]", "[1, 3]"))
    with pytest.raises(ContentError) as caught:
        load_calibrations(rubrics, *folders)
    assert str(caught.value).splitlines() == [
        f"{path}:6: no criterion 'result' in story; correct it",
        f"{path}:7: sentence 3 of an answer that has 2; correct it",
    ]
    path.write_text(f"{ANSWERS}    across: {{takeaway: [1]}}\n")
    with pytest.raises(ContentError, match=r"story.yaml:8: no check or key point 'takeaway' there"):
        load_calibrations(rubrics, *folders)


def test_check_takes_every_kind_of_file(tmp_path, capsys):
    (tmp_path / "more.yaml").write_text(
        QUESTION.replace("extends: story", "extends: coding").replace(", caching]", "]")
    )
    (tmp_path / "answers.yaml").write_text(
        ANSWERS.replace("area: story", "area: behavioral")
        .replace("question: failure", "question: missed_deadline")
        .replace("situation: 1", "action: 1")
        .replace("cause:", "own_action:")
    )
    paths = [str(tmp_path / "more.yaml"), str(tmp_path / "answers.yaml")]
    assert cli.main(["rubrics", "check", *paths]) == 0
    questions = len(load_content().rubric("coding").questions) + 2
    assert capsys.readouterr().out.splitlines() == [
        f"coding: sound; 5 criteria, 15 checks, {questions} questions",
        "behavioral: sound; 1 calibration answers",
    ]


# --- The schema that editors complete by --------------------------------------------------


def _as_an_editor_reads_it(value):
    """YAML's numbers as keys are text in JSON."""
    if isinstance(value, dict):
        return {str(key): _as_an_editor_reads_it(one) for key, one in value.items()}
    return [_as_an_editor_reads_it(one) for one in value] if isinstance(value, list) else value


def _schema(capsys, *kind):
    assert cli.main(["rubrics", "schema", *kind]) == 0
    schema = json.loads(capsys.readouterr().out)
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def _faults(validator, text):
    loaded = yaml.load(text, Loader=yaml.CSafeLoader)
    return [error.message for error in validator.iter_errors(_as_an_editor_reads_it(loaded))]


@pytest.mark.parametrize(
    ("kind", "paths"),
    [
        ("area", sorted(content_folder("rubrics").glob("*.yaml"))),
        ("calibration", sorted((content_folder("rubrics") / "calibration").glob("*.yaml"))),
        ("persona", sorted((content_folder("prompts") / "personas").glob("*.yaml"))),
    ],
    ids=["areas", "calibrations", "personas"],
)
def test_the_schema_takes_the_shipped_files(capsys, kind, paths):
    validator = _schema(capsys, kind)
    assert len(paths) >= 5
    for path in paths:
        assert _faults(validator, path.read_text()) == []


def test_the_schema_tells_a_mistake(capsys, rubric_text):
    anything = _schema(capsys)
    for text in (QUESTION, ANSWERS, rubric_text):
        assert _faults(anything, text) == []
        assert _faults(anything, text.replace("id: ", "ident: ").replace("kind:", "kin:"))
    area = _schema(capsys, "area")
    assert _faults(area, rubric_text.replace("5: S five", "6: S six"))


def test_the_shipped_calibrations_point_at_what_is_there():
    rubrics = load_content().rubrics
    assert set(load_calibrations(rubrics, content_folder("rubrics"))) == set(rubrics)
