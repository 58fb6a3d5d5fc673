"""The report says what the stored interview shows, in the candidate's own words."""

from datetime import UTC, datetime, timedelta

import pytest

from interviewer.judgement import Judgement
from interviewer.markdown import to_markdown
from interviewer.process import Seat
from interviewer.report import (
    ADVICE_TONIGHT,
    PRESUMED,
    CriterionReport,
    NotObserved,
    grades_of,
    label,
    make_report,
)
from interviewer.scoring import vote_of
from interviewer.sentences import split_sentences
from interviewer.session import Interview, Plan
from interviewer.text import words
from interviewer.transcript import Turn
from tests.doubles import NOW, PERSONA, PROCESS, STRONG, shipped_content


@pytest.fixture
def interview(turn):
    """Makes an interview of one question from answers and judgements."""

    def make(*answers: str, judgements=(), question_ids=("failure",), probe="own_part", **more):
        turns = [turn(1, "question", "Why?", question_ids[0])]
        for number, answer in enumerate(answers):
            if number:
                seq = len(turns) + 1
                asked = turn(seq, "probe", "And?", question_ids[0], check_id=probe)
                turns.append(asked.model_copy(update={"reason": "Missing so far: your own role."}))
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


def _report(interview, a_round, ungraded, seat=None):
    return make_report(interview, a_round, PROCESS.standard(seat), PERSONA, ungraded)


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
    report = _report(interview(STRONG, judgements=ALL_SHOWN), a_round, 0)
    sentences = [sentence.text for sentence in split_sentences(STRONG)]
    proofs = [proof for criterion in report.criteria for proof in criterion.evidence]
    assert {(proof.check, proof.sentence, proof.text) for proof in proofs} == {
        (label(a_round.check(one.check_id)), n, sentences[n - 1])
        for one in ALL_SHOWN
        for n in one.sentences
    }
    assert [criterion.level for criterion in report.criteria] == [5, 5, 5]
    assert (report.vote, report.score) == ("strong hire", pytest.approx(0.9))


def test_marks_are_where_the_evidence_is(interview, a_round):
    twice = [*ALL_SHOWN, _met("measured", 4, seq=4)]
    text = interview(STRONG, "It was me. In May.", judgements=[*twice, _met("scene", 2, seq=4)])
    report = _report(text, a_round, 0)
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
    assert told[3].why == "Missing so far: your own role."
    assert told[1].why is None


def test_two_checks_in_one_sentence(interview, a_round):
    report = _report(
        interview(STRONG, judgements=[_met("scene", 1), _met("own_part", 1)]), a_round, 0
    )
    (mark,) = report.transcript[1].marks
    assert mark.checks == ("A month and a team", "Your own role")


def test_the_interviewers_words_are_no_evidence(interview, a_round):
    hers = _met("scene", 1, seq=1)
    report = _report(interview(STRONG, judgements=[hers]), a_round, 0)
    assert report.score is None
    assert all(not turn.marks for turn in report.transcript)


def test_nothing_unobserved_counts(interview, a_round):
    unjudged = Judgement(seq=2, check_id="scene", met=None, note="the model was silent")
    silent = _met("measured", p=0.1)  # not expected, not asked for
    found = [unjudged, _met("own_part", 2), _met("number", 4), silent]
    report = _report(interview(STRONG, judgements=found), a_round, 2)
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
    report = _report(interview("Hm."), a_round, 0)
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
    report = _report(empty, a_round, 0)
    assert (report.vote, report.criteria, report.finished) == ("no vote", (), False)
    assert to_markdown(report)


def test_only_the_criteria_of_the_questions_asked(interview, a_round):
    report = _report(interview(STRONG, question_ids=("conflict",)), a_round, 0)
    assert [criterion.title for criterion in report.criteria] == ["Situation", "Results"]


def test_a_probe_makes_silence_count(interview, a_round):
    judgements = [_met("measured", p=0.1), _met("measured", p=0.2, seq=4)]
    text = interview(STRONG, "No idea.", judgements=judgements, probe="measured")
    (missing,) = _criteria(_report(text, a_round, 0))["Results"].missing
    assert missing.note == "asked for, and not shown"
    assert missing.advice == "Name the baseline."


def test_the_best_answer_counts(interview, a_round):
    judgements = [_met("own_part", p=0.1), _met("own_part", 1, seq=4)]
    text = interview("We did it.", "I did it myself.", judgements=judgements)
    situation = _criteria(_report(text, a_round, 0))["Situation"]
    assert [proof.text for proof in situation.evidence] == ["I did it myself."]
    assert situation.missing == ()


def test_anchor_and_bar(interview, a_round):
    judgements = [_met("scene", 1), _met("own_part", p=0.1)]
    situation = _criteria(_report(interview(STRONG, judgements=judgements), a_round, 0))
    assert situation["Situation"].level == 3
    assert situation["Situation"].anchor == "S three"
    assert situation["Situation"].bar_anchor == "S three"


def test_what_the_candidate_asked_first_is_graded(interview, a_round, turn):
    held = interview(STRONG, judgements=[_met("scene", 1), _met("own_part", 1, seq=4)])
    asked = turn(2, "answer", "Is it about a team?").model_copy(
        update={"kind": "clarifying_question"}
    )
    turns = (held.turns[0], asked, turn(3, "clarification"), turn(4, "answer", STRONG))
    report = _report(held.model_copy(update={"turns": turns}), a_round, 0)
    evidence = _criteria(report)["Situation"].evidence
    assert {proof.seq for proof in evidence} == {2, 4}
    assert report.questions[0].words == len(words(STRONG))  # a question is no part of the answer


def test_a_break_is_nobodys_time(interview, a_round):
    held = interview(STRONG)
    asked, answer, closing = held.turns
    answer = answer.model_copy(update={"at": asked.at + timedelta(minutes=3)})
    closing = closing.model_copy(update={"at": asked.at + timedelta(hours=14)})
    report = _report(held.model_copy(update={"turns": (asked, answer, closing)}), a_round, 0)
    assert report.minutes == 3


def test_code_in_an_answer_keeps_its_indentation(interview, a_round):
    code = "class Heap:\n    def push(self, x):\n        self.items.append(x)  # `x` *kept*"
    told = to_markdown(_report(interview(f"So *this*:\n\n{code}\n\nThat's it."), a_round, 0))
    quoted = "\n".join(f"> {line}" for line in ("```", *code.splitlines(), "```"))
    assert quoted in told
    assert "So \\*this\\*:" in told


def test_the_surest_gap_comes_first(interview, a_round):
    judgements = [_met("scene", p=0.3), _met("own_part", p=0.02)]
    report = _report(interview(STRONG, judgements=judgements), a_round, 0)
    missing = _criteria(report)["Situation"].missing
    assert [one.check_id for one in missing] == ["own_part", "scene"]
    assert report.tonight[0].check_id == "own_part"


def test_no_anchor_praises_what_was_not_shown(interview, a_round):
    judgements = [_met("scene", p=0.3), _met("own_part", p=0.3), _met("number", p=0.1)]
    criteria = _criteria(_report(interview(STRONG, judgements=judgements), a_round, 0))
    assert (criteria["Situation"].level, criteria["Situation"].evidence) == (2, ())
    assert criteria["Situation"].anchor == PRESUMED
    assert not criteria["Situation"].borne_out
    assert (criteria["Results"].level, criteria["Results"].anchor) == (1, "R one")


def test_tonight_low_levels_of_heavy_criteria_first(interview, a_round):
    # Situation: level 1, weight 1. Results: level 3, weight 2. Digging: level 1, weight 2.
    judgements = [
        *[_met(one, p=0.1) for one in ("scene", "own_part", "number", "cause")],
        _met("measured", 5),
    ]
    report = _report(interview(STRONG, judgements=judgements), a_round, 0)
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
    report = _report(two, a_round, 0)
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
    report = _report(interview(STRONG, judgements=judgements), a_round, 0)
    assert report.vote_reason == reason


def test_judges_are_named_once(interview, a_round):
    judgements = [_met("scene", 1, judge="a · 1"), _met("number", 4, judge="a · 1"), _met("cause")]
    assert _report(interview(STRONG, judgements=judgements), a_round, 0).judges == ("a · 1",)


def test_the_same_interview_gives_the_same_report(interview, a_round):
    text = interview(STRONG, "More.", judgements=ALL_SHOWN)
    again = Interview.model_validate_json(text.model_dump_json())
    assert _report(text, a_round, 0) == _report(again, a_round, 0)


# --- Markdown ---------------------------------------------------------------------------


def test_markdown_tells_everything(interview, a_round):
    judgements = [_met("scene", 1, judge="scripted · abc"), _met("own_part", p=0.1)]
    text = to_markdown(_report(interview(STRONG, judgements=judgements), a_round, 3))
    for part in (
        "# Mock interview: Stories",
        "2026-05-01 12:30 UTC · 0 min · Applied, L5 · with Maya Chen, a scientist · "
        "judged by scripted · abc",
        "**Vote: no vote.** Too little was observed to vote on: Results, Digging.",
        "_3 checks are not judged yet; what follows is incomplete._",
        "1. **Your own role** (question 1: not shown). Turn each we into I.",
        "| Stories | 3.0 | 3.0 | at the bar |",
        "### Results: not observed",
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
    ("a & b &lt c", ["a & b &amp;lt c"]),
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
    report = _report(interview(said, judgements=[_met("scene", 1)]), a_round, 0)
    markdown = to_markdown(report)
    (proof,) = [line for line in markdown.splitlines() if line.startswith("- “")]
    (quoted,) = [line for line in markdown.splitlines() if line.startswith("> In May")]
    for part in escaped:
        assert part in proof
        assert part in quoted
    assert "<" not in markdown


def test_every_line_of_an_answer_stays_in_its_quotation(interview, a_round):
    said = "first\n\n# second\r\n<b>third</b>\x0bfourth\u2028fifth"
    lines = to_markdown(_report(interview(said), a_round, 0)).splitlines()
    start = lines.index("**You**") + 2
    assert lines[start : start + 6] == [
        *["> first", "> ", r"> \# second", "> &lt;b&gt;third&lt;/b&gt;", "> fourth", "> fifth"]
    ]


@pytest.mark.parametrize(
    "line", ["---", "===", "~~~", "- an item", "+ an item", "1. an item", "~~gone~~"]
)
def test_markup_at_the_beginning_of_a_line_stays_text(interview, a_round, line):
    lines = to_markdown(_report(interview(f"I said\n{line}"), a_round, 0)).splitlines()
    assert f"> {line}" not in lines


def test_evidence_stands_on_one_line(interview, a_round):
    said = "In May   our\texporter broke"
    report = _report(interview(said, judgements=[_met("scene", 1)]), a_round, 0)
    assert "- “In May our exporter broke” _(A month and a team)_" in to_markdown(report)
    (proof,) = _criteria(report)["Situation"].evidence
    assert proof.text == said


def test_report_survives_json(interview, a_round):
    report = _report(interview(STRONG, judgements=ALL_SHOWN), a_round, 0)
    assert type(report).model_validate_json(report.model_dump_json()) == report
    assert report.created_at == datetime(2026, 5, 1, 12, 30, tzinfo=UTC)


# --- Areas and questions --------------------------------------------------------------------


def test_an_area_stands_against_its_bar(interview, a_round):
    judgements = [_met("scene", 1), _met("own_part", p=0.1), _met("number", 4)]
    seat = Seat(role="research", level="L5", focus="general")
    report = _report(interview(STRONG, judgements=judgements), a_round, 0, seat)
    (area,) = report.areas
    # Situation is at 3 with weight 1, Results at 4 with weight 2; Digging was not observed.
    assert area.level == pytest.approx((3 * 1 + 4 * 2) / 3)
    assert (area.bar, area.weight, area.side) == (3.5, 3.0, "above the bar")
    assert (report.role, report.level) == ("Research", "L5")
    low = _report(interview("Hm."), a_round, 0).areas[0]
    assert (low.level, low.side, low.bar) == (None, "not observed", 3.0)


def test_the_vote_moves_with_the_level(interview, a_round):
    text = interview(
        STRONG,
        judgements=[_met("scene", 1), _met("own_part", p=0.1)]
        + [
            _met(name, p=0.1) if name == "number" else _met(name, 1)
            for name in ("number", "measured", "cause", "confirmed")
        ],
    )
    votes = [
        _report(text, a_round, 0, Seat(role="applied", level=level, focus="general")).vote
        for level in ("L4", "L5")
    ]
    levels = [one.level for one in _report(text, a_round, 0).criteria]
    assert (levels, votes) == ([3, 3, 5], ["hire", "hire"])
    at_bar_four = vote_of(grades_of(text, a_round), {"situation": 1, "results": 2, "digging": 2}, 4)
    assert at_bar_four == "no hire"


def test_what_is_counted_in_a_question(interview, a_round, turn):
    said = "In May we lost 6,000 parcels. I fixed 38 percent of it myself, for $200k. It's my work."
    held = interview(said, "I've nothing in version v2.", probe="number")
    turns = list(held.turns)
    turns[2] = turns[2].model_copy(update={"trigger": "pushback", "text": "Really?"})
    turns[1] = turns[1].model_copy(update={"at": NOW + timedelta(minutes=3)})
    turns[2] = turns[2].model_copy(update={"at": NOW + timedelta(minutes=4)})
    turns[3] = turns[3].model_copy(update={"at": NOW + timedelta(minutes=6)})
    held = held.model_copy(update={"turns": tuple(turns)})
    (one,) = _report(held, a_round, 0).questions
    assert one.numbers == ("6,000", "38 percent", "$200k")
    assert (one.i, one.we) == (4, 1)  # I, myself, my, I've; we
    assert one.i_share == 0.8
    assert one.minutes == 5.0
    assert (one.probes, one.depth) == (1, "number")
    (pushback,) = one.pushbacks
    assert (pushback.challenge, pushback.answer) == ("Really?", "I've nothing in version v2.")
    assert one.words == 23
    assert (one.star, one.key_points) == ({}, ())


def test_a_probe_at_a_known_mistake_is_no_check_of_the_rubric(interview, a_round):
    held = interview(STRONG, "Yes, I am sure.", probe="failure__mistake_2")
    turns = list(held.turns)
    turns[2] = turns[2].model_copy(update={"trigger": "wrong"})
    report = _report(held.model_copy(update={"turns": tuple(turns)}), a_round, 0)
    (one,) = report.questions
    assert (one.probes, one.depth) == (1, None)
    assert to_markdown(report)


def test_no_pronoun_is_no_share(interview, a_round):
    assert _report(interview("Nothing there."), a_round, 0).questions[0].i_share is None


def test_star_and_key_points_of_the_shipped_files():
    content = shipped_content()
    behavioral, theory = content.round(["behavioral"]), content.round(["ml_theory"])
    told = interview_of(
        "behavioral", "incomplete_data", [("concrete_situation", 0.9), ("own_responsibility", 0.1)]
    )
    (one,) = _report(told, behavioral, 0).questions
    assert one.star == {"situation": True, "task": False, "action": False, "result": False}
    assert one.star_told == "S···"
    question = content.rubric("ml_theory").question("self_vs_cross_attention")
    points = [f"{question.id}__{point.id}" for point in question.key_points]
    told = interview_of("ml_theory", question.id, [(points[0], 0.9), (points[1], 0.1)])
    (one,) = _report(told, theory, 0).questions
    assert [it.text for it in one.key_points] == [it.text for it in question.key_points]
    assert [it.status for it in one.key_points][:3] == ["shown", "missing", "not observed"]
    assert one.common_errors == question.common_errors != ()


def interview_of(area, question_id, judged):
    texts = ("question", "interviewer", "Why?"), ("answer", "candidate", "In May I did it.")
    return Interview(
        id="x",
        created_at=NOW,
        plan=Plan(areas=(area,), question_ids=(question_id,)),
        turns=tuple(
            Turn(seq=n, speaker=who, kind=kind, text=text, question_id=question_id, at=NOW)
            for n, (kind, who, text) in enumerate(texts, 1)
        ),
        judgements=tuple(_met(name, *([1] if p > 0.5 else []), p=p) for name, p in judged),
    )


@pytest.mark.parametrize(
    ("low", "high", "not_observed", "said"),
    [
        (None, None, (), ""),
        (2.24, 3.6, (), "80%: 2.2 to 3.6"),
        (5.0, 5.0, (), "measured"),
        (4.0, 4.0, ("What came of it",), "at most, as not everything came up"),
    ],
)
def test_how_sure_a_level_is(low, high, not_observed, said):
    unseen = tuple(NotObserved(check=one, question_id=None, note="") for one in not_observed)
    one = CriterionReport(
        area="Stories",
        title="Results",
        weight=1.0,
        level=None,
        low=low,
        high=high,
        anchor=None,
        bar=3.0,
        bar_anchor="",
        evidence=(),
        missing=(),
        not_observed=unseen,
    )
    assert one.sureness == said
