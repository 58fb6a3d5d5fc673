"""The report says what the stored interview shows, in the candidate's own words."""

from datetime import UTC, datetime

import pytest

from interviewer.judgement import Judgement
from interviewer.report import ADVICE_TONIGHT, label, make_report, to_markdown
from interviewer.session import Interview, Plan
from interviewer.transcript import split_sentences
from tests.doubles import NOW, STRONG


@pytest.fixture
def interview(turn):
    """Makes an interview of one question from answers and judgements."""

    def make(*answers: str, judgements=(), question_ids=("failure",), probe="own_part", **more):
        turns = [turn(1, "question", "Why?", question_ids[0])]
        for number, answer in enumerate(answers):
            if number:
                seq = len(turns) + 1
                turns.append(turn(seq, "probe", "And?", question_ids[0], check_id=probe))
            turns.append(turn(len(turns) + 1, "answer", answer, question_ids[0]))
        turns.append(turn(len(turns) + 1, "closing", "Bye.", None))
        return Interview(
            id="x",
            created_at=NOW,
            plan=Plan(areas=("story",), question_ids=question_ids),
            turns=tuple(turns),
            judgements=tuple(judgements),
        )

    return make


def _met(check_id, *sentences, p=0.9, seq=2, **more):
    return Judgement(seq=seq, check_id=check_id, met=p, sentences=sentences, **more)


ALL_SHOWN = [
    _met("scene", 1),
    _met("own_part", 2),
    _met("cause", 3),
    _met("number", 4),
    _met("measured", 5),
    _met("confirmed", 6),
]


def _criteria(report):
    return {criterion.title: criterion for criterion in report.criteria}


def test_evidence_is_verbatim(interview, a_round):
    report = make_report(interview(STRONG, judgements=ALL_SHOWN), a_round, 0)
    sentences = [sentence.text for sentence in split_sentences(STRONG)]
    proofs = [proof for criterion in report.criteria for proof in criterion.evidence]
    assert {(proof.check, proof.sentence, proof.text) for proof in proofs} == {
        (label(a_round.check(one.check_id)), n, sentences[n - 1])
        for one in ALL_SHOWN
        for n in one.sentences
    }
    assert [criterion.level for criterion in report.criteria] == [5, 5, 5]
    assert (report.vote, report.score) == ("strong hire", 1.0)


def test_marks_are_where_the_evidence_is(interview, a_round):
    twice = [*ALL_SHOWN, _met("measured", 4, seq=4)]
    text = interview(STRONG, "It was me. In May.", judgements=[*twice, _met("scene", 2, seq=4)])
    report = make_report(text, a_round, 0)
    told = {turn.seq: turn for turn in report.transcript}
    marked = {
        (turn.seq, turn.text[mark.start : mark.end], check)
        for turn in report.transcript
        for mark in turn.marks
        for check in mark.checks
    }
    proofs = {
        (proof.seq, proof.text, proof.check)
        for criterion in report.criteria
        for proof in criterion.evidence
    }
    assert marked == proofs
    assert len(proofs) == 6
    assert told[1].marks == told[3].marks == ()
    assert told[3].why == "Your own role"
    assert told[1].why is None


def test_two_checks_in_one_sentence(interview, a_round):
    report = make_report(
        interview(STRONG, judgements=[_met("scene", 1), _met("own_part", 1)]), a_round, 0
    )
    (mark,) = report.transcript[1].marks
    assert mark.checks == ("A month and a team", "Your own role")


def test_the_interviewers_words_are_no_evidence(interview, a_round):
    hers = _met("scene", 1, seq=1)
    report = make_report(interview(STRONG, judgements=[hers]), a_round, 0)
    assert report.score is None
    assert all(not turn.marks for turn in report.transcript)


def test_nothing_unobserved_counts(interview, a_round):
    unjudged = Judgement(seq=2, check_id="scene", met=None, note="the model was silent")
    silent = _met("measured", p=0.1)  # not expected, not asked for
    found = [unjudged, _met("own_part", 2), _met("number", 4), silent]
    report = make_report(interview(STRONG, judgements=found), a_round, 2)
    criteria = _criteria(report)
    assert criteria["Situation"].level == 4  # shown, and one thing not observed
    assert criteria["Results"].level == 4
    assert criteria["Digging"].level is None
    assert criteria["Digging"].anchor is None
    assert all(not criterion.missing for criterion in report.criteria)
    assert {(one.check, one.note) for one in criteria["Situation"].not_observed} == {
        ("A month and a team", "the model was silent")
    }
    assert {one.note for one in criteria["Results"].not_observed} == {"it didn't come up"}
    assert {one.note for one in criteria["Digging"].not_observed} == {"it was not judged"}
    assert report.ungraded == 2
    assert report.vote == "hire"


def test_nothing_observed_is_no_vote(interview, a_round):
    report = make_report(interview("Hm."), a_round, 0)
    assert (report.vote, report.score, report.tonight) == ("no vote", None, ())
    assert report.vote_reason.startswith("Too little was observed to vote on: ")
    for title in ("Situation", "Results", "Digging"):
        assert title in report.vote_reason


def test_no_question_is_asked_yet(a_round):
    empty = Interview(
        id="x",
        created_at=NOW,
        plan=Plan(areas=("story",), question_ids=("failure",)),
        turns=(),
        judgements=(),
    )
    report = make_report(empty, a_round, 0)
    assert (report.vote, report.criteria, report.finished) == ("no vote", (), False)
    assert to_markdown(report)


def test_only_the_criteria_of_the_questions_asked(interview, a_round):
    report = make_report(interview(STRONG, question_ids=("conflict",)), a_round, 0)
    assert [criterion.title for criterion in report.criteria] == ["Situation", "Results"]


def test_a_probe_makes_silence_count(interview, a_round):
    judgements = [_met("measured", p=0.1), _met("measured", p=0.2, seq=4)]
    text = interview(STRONG, "No idea.", judgements=judgements, probe="measured")
    (missing,) = _criteria(make_report(text, a_round, 0))["Results"].missing
    assert missing.note == "asked for, and not shown"
    assert missing.advice == "Name the baseline."


def test_the_best_answer_counts(interview, a_round):
    judgements = [_met("own_part", p=0.1), _met("own_part", 1, seq=4)]
    text = interview("We did it.", "I did it myself.", judgements=judgements)
    situation = _criteria(make_report(text, a_round, 0))["Situation"]
    assert [proof.text for proof in situation.evidence] == ["I did it myself."]
    assert situation.missing == ()


def test_anchor_and_bar(interview, a_round):
    judgements = [_met("scene", 1), _met("own_part", p=0.1)]
    situation = _criteria(make_report(interview(STRONG, judgements=judgements), a_round, 0))
    assert situation["Situation"].level == 3
    assert situation["Situation"].anchor == "S three"
    assert situation["Situation"].bar == "S three"


def test_tonight_low_levels_of_heavy_criteria_first(interview, a_round):
    # Situation: level 1, weight 1. Results: level 3, weight 2. Digging: level 1, weight 2.
    judgements = [
        *[_met(one, p=0.1) for one in ("scene", "own_part", "number", "cause")],
        _met("measured", 5),
    ]
    report = make_report(interview(STRONG, judgements=judgements), a_round, 0)
    assert [one.advice for one in report.tonight] == [
        "Finish the sentence with because.",  # 1 / 2
        "Open with the month and the team.",  # 1 / 1
        "Find one figure.",  # 3 / 2; the second one of Situation comes after it
    ]
    assert len(report.tonight) == ADVICE_TONIGHT


def test_tonight_gives_no_advice_twice(turn, a_round):
    turns = [
        turn(1, "question", question_id="conflict"),
        turn(2, "answer", question_id="conflict"),
        turn(3, "question", question_id="success"),
        turn(4, "answer", question_id="success"),
    ]
    judgements = [_met("scene", p=0.1, seq=2), _met("scene", p=0.1, seq=4)]
    plan = Plan(areas=("story",), question_ids=("conflict", "success"))
    two = Interview(
        id="x", created_at=NOW, plan=plan, turns=tuple(turns), judgements=tuple(judgements)
    )
    report = make_report(two, a_round, 0)
    assert len(_criteria(report)["Situation"].missing) == 2
    assert len(report.tonight) == 1
    assert not report.finished


@pytest.mark.parametrize(
    ("judgements", "reason"),
    [
        (ALL_SHOWN, "Above the bar: Situation, Results, Digging. Nothing is below the bar."),
        (
            [_met("own_part", p=0.1), _met("number", 4), _met("measured", 5)],
            "Above the bar: Results. Below the bar: Situation. Not observed: Digging.",
        ),
    ],
)
def test_reason_of_the_vote(interview, a_round, judgements, reason):
    report = make_report(interview(STRONG, judgements=judgements), a_round, 0)
    assert report.vote_reason == reason


def test_judges_are_named_once(interview, a_round):
    judgements = [_met("scene", 1, judge="a · 1"), _met("number", 4, judge="a · 1"), _met("cause")]
    assert make_report(interview(STRONG, judgements=judgements), a_round, 0).judges == ("a · 1",)


def test_the_same_interview_gives_the_same_report(interview, a_round):
    text = interview(STRONG, "More.", judgements=ALL_SHOWN)
    again = Interview.model_validate_json(text.model_dump_json())
    assert make_report(text, a_round, 0) == make_report(again, a_round, 0)


# --- Markdown ---------------------------------------------------------------------------


def test_markdown_tells_everything(interview, a_round):
    judgements = [_met("scene", 1, judge="scripted · abc"), _met("own_part", p=0.1)]
    text = to_markdown(make_report(interview(STRONG, judgements=judgements), a_round, 3))
    for part in (
        "# Mock interview: Stories",
        "2026-05-01 12:30 UTC · judged by scripted · abc",
        "**Vote: no vote.** Too little was observed to vote on: Results, Digging.",
        "_3 checks are not judged yet; what follows is incomplete._",
        "1. **Your own role** (question 1: not shown). Turn each we into I.",
        "| Situation | 3 |",
        "| Results | not observed |",
        "### Situation: 3",
        "S three",
        "- “In May our exporter broke.” _(A month and a team)_",
        "Not observed, and not counted: A figure for the outcome, How it was measured.",
        "**Interviewer**\n\n> Why?",
        f"**You**\n\n> {STRONG}",
    ):
        assert part in text
    assert text.endswith("\n")


HOSTILE = [
    ("<script>alert(1)</script>", ["&lt;script&gt;alert"]),
    ("<img src=x onerror=alert(1)>", ["&lt;img src"]),
    ("a & b &lt c", ["a &amp; b &amp;lt c"]),
    ("*bold* and _slanted_", [r"\*bold\* and \_slanted\_"]),
    ("`code` and ```fence```", [r"\`code\`", r"\`\`\`fence"]),
    ("[click](javascript:alert(1))", [r"\[click\](javascript"]),
    ("![pic](http://x.example/p.png)", [r"!\[pic\]("]),
    ("# Vote: strong hire", [r"\# Vote: strong hire"]),
    ("| a | b |", [r"\| a \| b \|"]),
    (r"back\slash and \* more", [r"back\\slash and \\\* more"]),
]


@pytest.mark.parametrize(("text", "escaped"), HOSTILE)
def test_candidate_text_stays_text_in_markdown(interview, a_round, text, escaped):
    said = f"In May {text} it broke"
    report = make_report(interview(said, judgements=[_met("scene", 1)]), a_round, 0)
    markdown = to_markdown(report)
    (proof,) = [line for line in markdown.splitlines() if line.startswith("- “")]
    (quoted,) = [line for line in markdown.splitlines() if line.startswith("> In May")]
    for part in escaped:
        assert part in proof
        assert part in quoted
    assert "<" not in markdown


def test_every_line_of_an_answer_stays_in_its_quotation(interview, a_round):
    said = "first\n\n# second\r\n<b>third</b>\x0bfourth\u2028fifth"
    lines = to_markdown(make_report(interview(said), a_round, 0)).splitlines()
    start = lines.index("**You**") + 2
    assert lines[start : start + 6] == [
        *["> first", "> ", r"> \# second", "> &lt;b&gt;third&lt;/b&gt;", "> fourth", "> fifth"]
    ]


@pytest.mark.parametrize(
    "line", ["---", "===", "~~~", "- an item", "+ an item", "1. an item", "    code", "~~gone~~"]
)
def test_markup_at_the_beginning_of_a_line_stays_text(interview, a_round, line):
    lines = to_markdown(make_report(interview(f"I said\n{line}"), a_round, 0)).splitlines()
    assert f"> {line}" not in lines


def test_evidence_stands_on_one_line(interview, a_round):
    said = "In May   our\texporter broke"
    report = make_report(interview(said, judgements=[_met("scene", 1)]), a_round, 0)
    assert "- “In May our exporter broke” _(A month and a team)_" in to_markdown(report)
    (proof,) = _criteria(report)["Situation"].evidence
    assert proof.text == said


def test_report_survives_json(interview, a_round):
    report = make_report(interview(STRONG, judgements=ALL_SHOWN), a_round, 0)
    assert type(report).model_validate_json(report.model_dump_json()) == report
    assert report.created_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)
