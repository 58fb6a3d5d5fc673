"""Scored sets: the general form, and what is said of a broken file."""

import json

import pytest

from interviewer.errors import InterviewerError
from interviewer.evaluation.run import data_file
from interviewer.evaluation.scored import chosen, read_scored

ITEM = {
    "id": 1,
    "question": "Why?",
    "key_points": ["because", {"text": "so", "right": ["so it is"], "wrong": ["no"]}],
    "scale": [1, 5],
    "answers": [{"id": n, "text": f"Since {n}.", "score": n} for n in range(1, 6)],
}


@pytest.fixture
def write(tmp_path):
    def one(data, name="set.json"):
        path = tmp_path / name
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return one


def test_a_set_and_its_scale(write):
    (item,) = read_scored(write({"name": "mine", "items": [ITEM]})).items
    assert [point.text for point in item.key_points] == ["because", "so"]
    assert item.key_points[1].right == ("so it is",)
    assert [item.truth(one) for one in item.answers] == [0, 0.25, 0.5, 0.75, 1]


def test_one_item_a_line(write):
    line = json.dumps(ITEM)
    found = read_scored(write(f"{line}\n\n{line.replace('Why?', 'How?')}\n", "mine.jsonl"))
    assert found.name == "mine"
    assert [item.question for item in found.items] == ["Why?", "How?"]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("{", "not readable as JSON"),
        ({"name": "x", "items": []}, "items: "),
        ({"name": "x", "items": [{**ITEM, "question": ""}]}, "items.0.question: "),
        ({"name": "x", "items": [{**ITEM, "key_points": [{"txt": "x"}]}]}, "items.0.key_points.0"),
        ({"name": "x", "items": [{**ITEM, "scale": [0, 3]}]}, r"answers \[4, 5\] lie outside"),
        ({"name": "x", "items": [{**ITEM, "scale": [3, 3]}]}, "lowest score, then the highest"),
    ],
)
def test_a_broken_set_is_explained(write, data, said):
    path = write(data)
    with pytest.raises(InterviewerError, match=said) as caught:
        read_scored(path)
    assert str(caught.value).startswith(f"{path}: ")
    assert '"key_points"' in str(caught.value)


def test_a_set_that_is_not_there(tmp_path):
    with pytest.raises(InterviewerError, match="can't be read"):
        read_scored(tmp_path / "none.json")


def test_the_shipped_set_is_whole_and_names_its_source():
    found = read_scored(data_file("khan_saq.json"))
    assert (len(found.items), found.size) == (20, 800)
    assert "CC BY 4.0" in found.source
    scores = {item.truth(one) for item in found.items for one in item.answers}
    assert scores == {0, 1 / 3, 2 / 3, 1}


def test_a_sample_is_even_and_seeded():
    whole = read_scored(data_file("khan_saq.json"))
    some = chosen(whole, (), 45, seed=1)
    assert some.size == 45
    assert {len(item.answers) for item in some.items} == {2, 3}
    assert chosen(whole, (), 45, seed=1) == some
    assert chosen(whole, (), 45, seed=2) != some
    assert chosen(whole, (), None, seed=1) == whole


def test_items_are_chosen_by_id():
    whole = read_scored(data_file("khan_saq.json"))
    assert [item.id for item in chosen(whole, ("3", "1"), None, 0).items] == ["3", "1"]
    with pytest.raises(InterviewerError, match="has no item 99; there are: 1, 2"):
        chosen(whole, ("1", "99"), None, 0)
