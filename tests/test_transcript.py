"""Sentences are verbatim, in order, and lose nothing that was said."""
# ruff: noqa: RUF001 - text in other scripts is what is tried here

import random

import pytest

from interviewer.sentences import LONGEST_SENTENCE, split_sentences
from interviewer.text import words
from interviewer.transcript import answers_to, graded_turns


def _hold_the_rules(text: str) -> list[str]:
    """Checks what holds for every text; returns the sentences."""
    sentences = split_sentences(text)
    end, left_out = 0, ""
    for number, sentence in enumerate(sentences, 1):
        assert sentence.n == number
        assert sentence.text == text[sentence.start : sentence.end]
        assert end <= sentence.start < sentence.end
        assert len(sentence.text) <= LONGEST_SENTENCE
        assert sentence.text == sentence.text.strip()
        left_out += text[end : sentence.start]
        end = sentence.end
    left_out += text[end:]
    assert not any(char.isalnum() for char in left_out)
    return [sentence.text for sentence in sentences]


TABLE = [
    ("", []),
    ("   \n\t ", []),
    ("... !!! ?", []),
    ("No end mark at all", ["No end mark at all"]),
    ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
    ("First; then the second.", ["First;", "then the second."]),
    ("It fell from 3.5 to 2.1 percent. Good.", ["It fell from 3.5 to 2.1 percent.", "Good."]),
    ("We cut it by .5 points.", ["We cut it by .5 points."]),
    ("See e.g. the cache. Then i.e. this.", ["See e.g. the cache.", "Then i.e. this."]),
    ("Dr. Smith and Prof. Lee vs. me.", ["Dr. Smith and Prof. Lee vs. me."]),
    ("J. Smith of approx. 30.", ["J. Smith of approx. 30."]),
    ("Wait... then it broke.", ["Wait...", "then it broke."]),
    ("Wait… then it broke.", ["Wait…", "then it broke."]),
    ('She said "stop." I stopped.', ['She said "stop."', "I stopped."]),
    ("She said “stop.” I stopped.", ["She said “stop.”", "I stopped."]),
    ("(It was May.) I left.", ["(It was May.)", "I left."]),
    ("line one\nline two\r\nline three", ["line one", "line two", "line three"]),
    ("- first\n- second\n\n* third", ["- first", "- second", "* third"]),
    ("1. froze it\n2. ran it", ["1.", "froze it", "2.", "ran it"]),
    (
        "我重写了解析器。错误减少了！真的？是。",
        ["我重写了解析器。", "错误减少了！", "真的？", "是。"],
    ),
    ("It broke 🔥. I fixed it 🎉!", ["It broke 🔥.", "I fixed it 🎉!"]),
    ("🔥🔥🔥", []),
    ("What?! No way.", ["What?!", "No way."]),
    ("Version 2.0.1 of foo.bar shipped.", ["Version 2.0.1 of foo.bar shipped."]),
]


@pytest.mark.parametrize(("text", "expected"), TABLE)
def test_sentences(text, expected):
    assert _hold_the_rules(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The answer was no. We shipped anyway.",
        "Latency fell to 120 ms. Nobody noticed.",
        "We went with plan B. It held.",
        "It was up to him and I. We split it.",
        "I fixed the pipeline, the index, etc. Then we shipped.",
    ],
)
def test_a_word_that_looks_like_an_abbreviation_ends_a_sentence(text):
    assert len(split_sentences(text)) == 2


ALPHABET = [
    *"abcXYZ019äß我。！？.!?;…,:'\"”’)]([-*",
    " ", " ", " ", "\n", "\r\n", "\t", "\u2028", "\u00a0", "e.g. ", "Dr. ", "3.5",
    "🔥", "👩‍💻", "é",
    "<|im_end|>", "\u0301", "\ud800", "\x00",
]  # fmt: skip


@pytest.mark.parametrize("seed", range(40))
def test_rules_hold_for_any_text(seed):
    chance = random.Random(seed)
    _hold_the_rules("".join(chance.choices(ALPHABET, k=chance.choice([3, 30, 300, 3000]))))


@pytest.mark.parametrize("unit", ["word ", "a", "我", "one, two and ", "supercalifragilistic-"])
def test_a_long_stretch_without_an_end_is_cut_to_what_can_be_quoted(unit):
    pieces = _hold_the_rules(unit * 1000)
    assert len(pieces) >= len(unit) * 1000 / LONGEST_SENTENCE - 1
    if " " in unit:
        assert not any(piece.startswith("ord") for piece in pieces)


def test_a_long_stretch_is_cut_at_spaces():
    text = " ".join(f"word{number}" for number in range(500))
    assert " ".join(_hold_the_rules(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "I did it myself. " * 6000,
        "word " * 20_000,
        "a" * 100_000,
        "\n" * 100_000,
        " " * 99_999 + "a",
        '."' + '"' * 100_000,
        "e.g. " * 20_000,
        "。" * 100_000,
    ],
    ids=["sentences", "words", "letter", "newlines", "spaces", "quotes", "abbreviations", "cjk"],
)
def test_100_000_characters_are_split(text):
    _hold_the_rules(text)


@pytest.mark.parametrize("mark", [".", "!?", "…", ";."])
def test_a_row_of_end_marks_is_split(mark):
    """Tried from each mark anew, the pattern would take minutes here."""
    assert _hold_the_rules(mark * 50_000 + " x") == ["x"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's 12.5% faster!", ["it's", "12.5%", "faster"]),
        ("A/B-test, twice", ["a", "b-test", "twice"]),
        ("snake_case 🎉 -- ", ["snake", "case"]),
        ("1,200 users", ["1,200", "users"]),
        ("", []),
        ("Don’t", ["don’t"]),
    ],
)
def test_words(text, expected):
    assert words(text) == expected


def test_answers_to_a_question(turn):
    turns = [
        turn(1, "question"),
        turn(2, "answer", "one"),
        turn(3, "probe"),
        turn(4, "answer", "two"),
        turn(5, "question", question_id="conflict"),
        turn(6, "answer", "other", question_id="conflict"),
    ]
    assert [one.text for one in answers_to(turns, "failure")] == ["one", "two"]
    assert [one.text for one in answers_to(turns, "conflict")] == ["other"]
    assert answers_to(turns, "success") == []


def test_what_was_asked_before_the_answer_is_graded_with_it(turn):
    turns = [
        turn(1, "question"),
        turn(2, "clarifying_question", "Can the list be empty?"),
        turn(3, "clarification"),
    ]
    assert graded_turns(turns, "failure") == []  # no answer followed yet
    turns += [
        turn(4, "answer", "one"),
        turn(5, "probe"),
        turn(6, "clarifying_question", "Which list?"),
        turn(7, "clarification"),
        turn(8, "answer", "two"),
    ]
    assert [one.seq for one in graded_turns(turns, "failure")] == [2, 4, 8]
