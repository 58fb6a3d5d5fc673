"""What the shipped question bank promises: size, sources, coverage, no two questions alike."""

import re
from itertools import combinations
from pathlib import Path

import pytest

from interviewer.content import content_folder, load_calibration
from interviewer.gates import judged_sentences
from interviewer.rubric import KNOWN_MISTAKE, Question, Rubric
from interviewer.sentences import split_sentences
from interviewer.text import words
from tests.doubles import shipped_content

RUBRICS = shipped_content().rubrics
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
    assert len(question.probes) == 2


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS)
def test_an_area_has_the_shape_that_was_asked_for(rubric: Rubric) -> None:
    """4 to 7 criteria; 2 to 5 checks each; probe, pushback, advice, three examples either way."""
    depends = bool(rubric.principle_grading) + bool(rubric.key_point_grading)
    assert 4 <= len(rubric.criteria) + depends <= 7
    for criterion in rubric.all_criteria:
        assert 2 <= len(criterion.checks) <= 5, criterion.id
        assert len(set(criterion.levels.values())) == 5, criterion.id
    for check in rubric.checks.values():
        assert check.pushback, check.id
        assert len(check.meets) >= 3, check.id
        assert len(check.misses) >= 3, check.id
        assert len(words(check.advice)) >= 12, f"{check.id}: {check.advice}"
        assert not set(check.meets) & set(check.misses), check.id


FLAGS = [flag for rubric in RUBRICS.values() for flag in rubric.red_flags]


def test_every_red_flag_is_found_by_its_cues_and_has_a_name_of_its_own() -> None:
    checks = {check for rubric in RUBRICS.values() for check in rubric.checks}
    names = [flag.id for flag in FLAGS]
    assert len(names) == len({*names}) >= 4
    assert not checks & {*names}
    for flag in FLAGS:
        assert len(flag.misses) >= 4, flag.id
        assert len(words(flag.advice)) >= 12, f"{flag.id}: {flag.advice}"
        for example in flag.meets:
            found = [re.search(cue, example, re.IGNORECASE) for cue in flag.cues]
            assert any(found), (flag.id, example)


def test_no_example_meets_one_check_twice_or_is_copied_between_checks() -> None:
    """What meets a check is written for it: the same sentence never stands for two."""
    seen: dict[str, str] = {}
    for rubric in RUBRICS.values():
        for check in rubric.checks.values():
            for example in check.meets:
                assert example not in seen, (example, seen.get(example), check.id)
                seen[example] = check.id


ITEMS = {
    "ml_theory": [
        *("backprop", "vanish", "relu", "gelu", "swish", "adam", "rmsprop", "attention"),
        *("pre-?train", "fine-?tun", "rlhf|preference", "retriev", "quanti[sz]", "regression"),
        *("random forest", r"svm|support vector", r"pca|principal comp", "cluster|k-means"),
        *("bias.{0,25}variance", r"graph|gnn", "bayesian optimi[sz]ation", "nlp|transcript"),
        *("image|vision|convol",),
    ],
    "coding": [
        *("array|window", "linked list", "tree", "graph", "hash|dictionary", "heap"),
        *(r"depth-first|\bdfs\b", r"breadth-first|\bbfs\b", "dynamic program|table", "recurs"),
        *("sort", "binary search|searching", "k-means", "logistic regression"),
    ],
    "system_design": [
        *("stream|ingest", "clean|missing|redact|dedupl", "feature", "store|storage|columnar"),
        *("baseline|smaller model", "online|batch", "metric|measure|loss", "latency|millisecond"),
        *(r"randomis|a/b|control group", "monitor|drift", "retrain|re-?embed|fresh"),
    ],
}
"""Each thing that a bullet of the guide names, as words that a question about it holds."""


@pytest.mark.parametrize(
    ("area", "item"), [(area, item) for area, items in ITEMS.items() for item in items]
)
def test_each_thing_that_a_bullet_names_is_asked_about(area: str, item: str) -> None:
    """In a question of our own: its text, tags or key points."""
    found = [
        question.id
        for question in RUBRICS[area].questions
        if question.source == "own"
        and re.search(
            item,
            " ".join((question.text, *question.tags, *(one.text for one in question.key_points)))
            .replace("_", " ")
            .lower(),
        )
    ]
    assert found, item


TEAM_TAGS = (
    *("nlp", "genai", "connect", "neuron", "compilers", "hardware"),
    *("computer_vision", "graph", "bayesian_optimisation", "forecasting"),
)


@pytest.mark.parametrize("tag", TEAM_TAGS)
def test_a_team_finds_its_questions_in_three_areas(tag: str) -> None:
    areas = [rubric.area for rubric, question in QUESTIONS if tag in question.tags]
    assert len(areas) >= 5
    assert len(set(areas)) >= 3


@pytest.mark.parametrize(
    "question",
    [question for _, question in QUESTIONS if question.coding],
    ids=lambda one: one.id,
)
def test_a_coding_question_has_solutions_of_different_cost(question: Question) -> None:
    assert question.coding is not None
    costs = [
        frozenset(re.findall(r"O\([^)]+\)+ [^,.]*", one.note)) for one in question.coding.solutions
    ]
    if question.coding.runs:
        assert len(set(costs)) >= 2, costs
    assert len(question.coding.solutions) >= 2
    assert question.coding.wrong


@pytest.mark.parametrize("rubric", RUBRICS.values(), ids=RUBRICS)
def test_every_question_has_tags_and_two_follow_ups(rubric: Rubric) -> None:
    for question in rubric.questions:
        assert question.tags, question.id
        assert len(question.probes) == 2, question.id


@pytest.mark.parametrize(
    "rubric",
    [one for one in RUBRICS.values() if one.area != "behavioral"],
    ids=lambda one: one.area,
)
def test_known_mistakes_are_one_sentence_each_and_come_once(rubric: Rubric) -> None:
    for question in rubric.questions:
        told = [one.says for one in question.common_errors]
        told += [point.wrong for point in question.key_points if point.wrong]
        assert len(question.common_errors) >= 4, question.id
        assert len(set(told)) == len(told), question.id
        for one in question.common_errors:
            assert len(judged_sentences(one.says, 1)) == 1, one.says
            assert len(one.says.split()) <= 25, one.says
            assert len(one.tell.split()) <= 45, one.tell


def test_a_strong_and_a_weak_story_are_told_for_every_principle() -> None:
    for principle in RUBRICS["behavioral"].principles:
        assert len(words(principle.strong)) >= 15, principle.id
        assert len(words(principle.weak)) >= 8, principle.id


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
        assert set(one.against) <= {KNOWN_MISTAKE, *(flag.id for flag in FLAGS)}
        pointed = (*one.earns.values(), *one.against.values())
        assert all(1 <= n <= sentences for shown in pointed for n in shown)
    assert len(kinds) >= 4
    assert all(len(of_question) == 6 for of_question in kinds.values())


@pytest.mark.parametrize("path", CALIBRATIONS, ids=lambda path: path.stem)
def test_calibration_answers_rank_as_their_kinds_say(path: Path) -> None:
    """By the mean expected level, with not observed as the lowest: strong, middling, then weak."""
    of_question: dict[str, dict[str, float]] = {}
    for one in load_calibration(path).answers:
        levels = [level or 1 for level in one.levels.values()]
        of_question.setdefault(one.question, {})[one.kind] = sum(levels) / len(levels)
    for question, mean in of_question.items():
        assert mean["strong"] > mean["middling"] > mean["weak"], question
        assert mean["middling"] > mean["rambling_empty"], question
        assert mean["strong"] > mean["confidently_wrong"], question
        assert mean["short_right"] > mean["weak"], question


@pytest.mark.parametrize("path", CALIBRATIONS, ids=lambda path: path.stem)
def test_calibration_answers_are_of_realistic_length(path: Path) -> None:
    for one in load_calibration(path).answers:
        length = len(words(one.answer))
        assert {"strong": 150, "middling": 80, "rambling_empty": 120}.get(one.kind, 25) <= length
        assert length <= {"weak": 90, "short_right": 70}.get(one.kind, 300)
        if one.kind in {"strong", "middling", "short_right"}:
            assert one.earns, (one.question, one.kind)


def test_text_is_clean() -> None:
    for path in content_folder("rubrics").rglob("*.yaml"):
        assert not re.search(r"[ \t]+$|TODO|FIXME|lorem", path.read_text(), re.MULTILINE), path
