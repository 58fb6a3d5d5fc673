"""Scripts of answers: in order, or question by question."""

from interviewer.answers import NOTHING_TO_ADD, read_script


def test_in_order():
    script = read_script("One.\n---\nTwo\nlines.\n---\n\n", known=())
    assert [script.next("q"), script.next(None), script.next("q")] == ["One.", "Two\nlines.", None]


def test_by_question():
    script = read_script("# first\nA.\n---\nB.\n# second\nC.\n", known={"first", "second"})
    assert list(script.by_question) == ["first", "second"]
    assert [script.next("second"), script.next("first"), script.next("first")] == ["C.", "A.", "B."]
    assert script.next("first") == NOTHING_TO_ADD


def test_a_comment_in_code_is_no_heading():
    text = "# first\ncode:\n# sort\nx = 1\n--- not a mark\n"
    script = read_script(text, known={"first"})
    assert "x = 1" in " ".join(script.by_question["first"])
    assert "--- not a mark" in " ".join(script.by_question["first"])
