"""What the shipped question bank promises: size, sources, coverage, no two questions alike."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from interviewer.content import content_folder, load_calibration, load_content
from interviewer.rubric import Question, Rubric
from interviewer.text import words
from interviewer.transcript import split_sentences

RUBRICS = load_content().rubrics
TECHNICAL = ("ml_theory", "coding", "system_design")
QUESTIONS = [(rubric, question) for rubric in RUBRICS.values() for question in rubric.questions]

SEED = {
    "ml_theory": [
        "Implement and compare sinusoidal vs learned positional encodings in a Transformer for "
        "legal clause classification where word order changes meaning.",
        "Use normal/t-tests and a lot-comparison Welch test to decide if a QC assay failure "
        "indicates a true mean shift or a bad reagent lot.",
        "Assess how rising channel estimation error in a 4x4 MIMO system drives BER, outage, and "
        "throughput degradation, and recommend fixes.",
        "Derive the gradients for a specific layer in a neural network.",
        "How would you address the vanishing gradient problem in a very deep network?",
        "Explain the difference between self-attention and cross-attention mathematically.",
    ],
    "coding": [
        "Implement a function to serialize and deserialize a binary tree.",
        "Given a stream of integers, find the median at any point in time.",
        "Write a custom training loop for a PyTorch model.",
    ],
    "system_design": [
        "Design a recommendation system for Amazon Prime Video.",
        "How would you build a real-time sentiment analysis engine for Amazon Connect?",
        "Architect a system to detect fraudulent transactions in real-time.",
    ],
    "behavioral": [
        "Tell me about a time you had to make a decision with incomplete data.",
        "Describe a situation where you disagreed with a supervisor's approach. How did you "
        "handle it?",
        "Give an example of a time you failed to meet a deadline. What did you learn?",
    ],
}
FEWEST_QUESTIONS = {
    "ml_theory": 40,
    "coding": 30,
    "system_design": 20,
    "behavioral": 48,
    "science_depth": 12,
    "ambiguity": 12,
    "communication": 12,
}


def test_every_principle_has_three_questions_and_checks_of_its_own() -> None:
    rubric = RUBRICS["behavioral"]
    assert len(rubric.principles) == 16
    for principle in rubric.principles:
        assert sum(principle.id in one.principles for one in rubric.questions) >= 3, principle.id
        assert len(principle.checks) >= 2, principle.id


def test_the_areas_are_all_there() -> None:
    assert set(RUBRICS) == set(FEWEST_QUESTIONS)


@pytest.mark.parametrize("area", FEWEST_QUESTIONS)
def test_there_are_enough_questions_of_every_difficulty(area: str) -> None:
    questions = RUBRICS[area].questions
    assert len(questions) >= FEWEST_QUESTIONS[area]
    assert {one.difficulty for one in questions} == {"phone_screen", "loop", "bar_raiser"}


@pytest.mark.parametrize("area", SEED)
def test_the_seeds_questions_are_there_word_for_word(area: str) -> None:
    marked = {one.text for one in RUBRICS[area].questions if one.source == "seed"}
    assert marked == set(SEED[area])


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS)
def test_every_topic_has_three_questions_of_our_own(rubric: Rubric) -> None:
    own = [one for one in rubric.questions if one.source == "own"]
    for topic in rubric.topics:
        assert sum(topic.id in one.topics for one in own) >= 3, topic.id


@pytest.mark.parametrize(
    ("rubric", "question"),
    [(rubric, question) for rubric, question in QUESTIONS if rubric.area in TECHNICAL],
    ids=lambda one: one.id if isinstance(one, Question) else "",
)
def test_a_technical_question_says_what_a_correct_answer_holds(
    rubric: Rubric, question: Question
) -> None:
    assert 4 <= len(question.key_points) <= 10
    assert all(point.right and point.wrong for point in question.key_points)
    assert question.common_errors
    assert len(question.probes) == 2


def test_no_follow_up_names_a_key_point() -> None:
    """A question's own follow-up may not hold most of the words of a key point."""
    leaks = []
    for _, question in QUESTIONS:
        asked = set(words(question.text))
        for point in question.key_points:
            telling = {word for word in words(point.text) if len(word) > 4} - asked
            for probe in question.probes:
                if len(telling) >= 4 and len(telling & set(words(probe))) > 0.6 * len(telling):
                    leaks.append((question.id, point.id, probe))
    assert leaks == []


def test_no_two_questions_are_alike() -> None:
    """Share of common words (three letters or more) at most a half, by Jaccard's measure."""
    bags = [
        (question.id, {word for word in words(question.text) if len(word) > 3})
        for _, question in QUESTIONS
    ]
    alike = [
        (one, other)
        for (one, mine), (other, theirs) in combinations(bags, 2)
        if len(mine & theirs) > 0.5 * len(mine | theirs)
    ]
    assert alike == []


CALIBRATIONS = sorted((content_folder("rubrics") / "calibration").glob("*.yaml"))


@pytest.mark.parametrize("path", CALIBRATIONS, ids=lambda path: path.stem)
def test_calibration_answers_point_at_what_is_there(path: Path) -> None:
    calibration = load_calibration(path)
    rubric = RUBRICS[calibration.area]
    kinds: dict[str, set[str]] = {}
    for one in calibration.answers:
        question = rubric.question(one.question)
        kinds.setdefault(one.question, set()).add(one.kind)
        checks = set(rubric.checks) | {point.id for point in question.key_points}
        sentences = len(split_sentences(one.answer))
        assert set(one.levels) <= {criterion.id for criterion in rubric.all_criteria}
        assert set(one.earns) <= checks
        assert all(1 <= n <= sentences for shown in one.earns.values() for n in shown)
    assert len(kinds) >= 4
    assert all(len(of_question) == 6 for of_question in kinds.values())


def test_text_is_clean() -> None:
    for path in content_folder("rubrics").rglob("*.yaml"):
        assert not re.search(r"[ \t]+$|TODO|FIXME|lorem", path.read_text(), re.MULTILINE), path
