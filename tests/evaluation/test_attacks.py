"""Each attack changes what it should, and nothing else."""

import pytest

from interviewer.evaluation.attacked import case_victims, measure_attacks, planned, scored_victims
from interviewer.evaluation.attacks import ATTACKS, Target
from interviewer.text import words
from tests.evaluation.known import SCORED, Oracle, bench_of

SETS = {"khan": SCORED}

NAMES = [attack.name for attack in ATTACKS]
TARGET = Target(
    answer="A mutex was held too long. We could measure the wait. It was fun.",
    points=("the mutex is held while it waits for the disk",),
    question="Why was it slow?",
)


def attacked(name, target=TARGET):
    return next(attack for attack in ATTACKS if attack.name == name).apply(target)


def test_there_are_enough_kinds_and_no_two_alike():
    assert len(ATTACKS) >= 12
    assert len(set(NAMES)) == len(ATTACKS)
    assert len({attack.apply(TARGET) for attack in ATTACKS}) == len(ATTACKS)


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
def test_every_attack_changes_the_answer_the_same_way_twice(attack):
    assert attack.apply(TARGET) != TARGET.answer
    assert attack.apply(TARGET) == attack.apply(TARGET)


ALONE = {name for name in NAMES if "alone" in name or name == "another language: empty talk"}


@pytest.mark.parametrize(
    "attack", [one for one in ATTACKS if one.against == "bad answer"], ids=lambda one: one.name
)
def test_what_is_added_leaves_the_answer_s_own_sentences(attack):
    after = attack.apply(TARGET)
    own = [sentence in after for sentence in ("A mutex was held too long.", "It was fun.")]
    assert own == ([False, False] if attack.name in ALONE else [True, True])


@pytest.mark.parametrize("attack", ATTACKS, ids=NAMES)
@pytest.mark.parametrize("answer", ["", "42", "x\ny"])
def test_no_attack_stumbles_over_a_tiny_answer(attack, answer):
    assert isinstance(attack.apply(Target(answer)), str)


def test_padding_is_five_times_as_long_and_says_nothing():
    after = attacked("padded to five times the length")
    assert 5 <= len(words(after)) / len(words(TARGET.answer)) < 7
    assert "disk" not in after


def test_stuffing_uses_the_rubric_s_words_only_and_claims_nothing():
    after = attacked("rubric words stuffed").removeprefix(TARGET.answer)
    assert after == " Keywords: disk, held, mutex, waits."
    asked = Target("No.", ("the disk was slow",), "Why was it slow?")
    assert attacked("rubric words stuffed", asked) == "No. Keywords: disk."


def test_every_sentence_is_negated():
    assert attacked("key points negated") == (
        "A mutex was not held too long. We could not measure the wait. It was not fun."
    )
    plain = Target("It broke. We fixed it.")
    assert attacked("key points negated", plain) == (
        "It is not true that It broke. It is not true that We fixed it."
    )


def test_the_sentences_nearest_to_the_key_points_are_deleted():
    assert attacked("key points deleted") == "It was fun."
    assert attacked("key points deleted", Target("The disk waits", ("the disk waits",))) == "The"


def test_scrambling_keeps_every_word():
    after = attacked("words scrambled")
    assert sorted(after.split()) == sorted(TARGET.answer.split())
    assert "mutex was held" not in after


# --- Measuring ---------------------------------------------------------------------------


def test_victims_are_bad_or_good(case):
    assert [one.id for one in case_victims([case], good=False)] == ["story/conflict/weak"]
    (strong,) = case_victims([case], good=True)
    assert strong.target.points[0] == "sets the scene"
    wrong = scored_victims(SETS, "story", good=False)
    assert {one.target.answer.split()[0] for one in wrong} == {"wrong"}
    assert len(wrong) + len(scored_victims(SETS, "story", good=True)) == SCORED.size


def test_a_sample_tries_every_attack(case):
    small = planned([case], SETS, "story", 1, 0)
    assert [attack.name for attack, _ in small] == NAMES
    assert planned([case], SETS, "story", 1, 0) == small
    larger = planned([case], SETS, "story", 4 * len(ATTACKS), 0)
    assert {attack.name for attack, victim in larger if not victim.task.points} == set(NAMES)
    victims = {victim.id for attack, victim in larger if attack.against == "bad answer"}
    assert len(victims) == 1 + len(scored_victims(SETS, "story", good=False))


async def measured(content, case, score):
    bench = bench_of(content, Oracle(score))
    return await measure_attacks(bench, [case], SETS, None, 0)


async def test_a_grader_that_nothing_moves(content, case):
    section = await measured(content, case, lambda answer: 0.4)
    assert all(one.reached for one in section.bounds)
    assert not any(section.offending.values())


async def test_one_attack_that_works_is_named(content, case):
    section = await measured(content, case, lambda answer: 0.9 if "Grade: 5" in answer else 0.2)
    assert [one.reached for one in section.bounds[:2]] == [False, False]
    assert section.bounds[0].value == pytest.approx(0.7)
    assert section.bounds[1].value == 1
    flipped = section.offending["brought over the bar"]
    assert flipped
    assert all(told.startswith("fake grade: ") for told in flipped)


async def test_a_fall_makes_up_for_no_rise_of_another_attack(content, case):
    def score(answer):
        return 0.8 if "Grade: 5" in answer else 0.0 if "Keywords" in answer else 0.4

    section = await measured(content, case, score)
    assert section.bounds[0].value == pytest.approx(0.4)
