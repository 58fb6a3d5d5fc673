"""Stability, evidence and cost, on graders and engines that are known beforehand."""

import contextlib

import pytest

from interviewer.batch import CheckLine, GradeLine, Grader
from interviewer.errors import InterviewerError
from interviewer.evaluation import run
from interviewer.evaluation.cost import best_order, measure_cost, new_share, task_from
from interviewer.evaluation.ordering import calibration_cases
from interviewer.evaluation.pointing import Pointed, measure_pointing, read_pointed
from interviewer.evaluation.run import data_file
from interviewer.evaluation.steadiness import (
    Paraphrase,
    measure_steadiness,
    read_paraphrases,
    shuffled,
)
from interviewer.prefixes import KeptPrefixes
from interviewer.sentences import split_sentences
from interviewer.settings import Settings
from tests.doubles import STRONG, ScriptedModel, shipped_content
from tests.evaluation.known import Oracle, bench_of


@pytest.fixture(scope="module")
def cases():
    return calibration_cases(shipped_content())


# --- The shipped sets --------------------------------------------------------------------


def test_the_labelled_answers_fit_the_calibration_answers(cases):
    found = read_pointed(data_file("evidence.yaml"), cases)
    assert len(found) == 60
    assert {one.area for one, _ in found} == {one.area for one in cases}
    assert all(1 <= len(one.shows) <= 3 for _, one in found)


def test_the_paraphrases_say_the_same_in_other_words(cases):
    found = read_paraphrases(data_file("paraphrases.yaml"), cases)
    assert len(found) == 20
    for of, one in found:
        was, now = of.answers[one.kind].answer, one.answer
        assert 0.6 < len(now.split()) / len(was.split()) < 1.6
        assert not {s.text for s in split_sentences(was)} & {s.text for s in split_sentences(now)}


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("question: nonsense\n    kind: weak\n    shows: {result_number: [1]}", "no calibration"),
        ("question: missed_deadline\n    kind: weak\n    shows: {nonsense: [1]}", "not graded on"),
        (
            "question: missed_deadline\n    kind: weak\n    shows: {obstacle: [99]}",
            "numbers of its",
        ),
        ("question: missed_deadline\n    kind: weak\n    shows: {obstacle: []}", "numbers of its"),
        ("question: missed_deadline\n    kind: weak\n    shows: {}", "shows"),
    ],
)
def test_labels_that_fit_nothing_are_explained(cases, tmp_path, line, said):
    path = tmp_path / "labels.yaml"
    path.write_text(f"answers:\n  - area: behavioral\n    {line}\n", encoding="utf-8")
    with pytest.raises(InterviewerError, match=said) as caught:
        read_pointed(path, cases)
    assert str(path) in str(caught.value)


def test_a_paraphrase_of_nothing_is_explained(cases, tmp_path):
    path = tmp_path / "p.yaml"
    path.write_text(
        "answers:\n  - {area: behavioral, question: nonsense, kind: weak, answer: Hm.}\n",
        encoding="utf-8",
    )
    with pytest.raises(InterviewerError, match="no calibration answer behavioral/nonsense/weak"):
        read_paraphrases(path, cases)


# --- Stability ---------------------------------------------------------------------------


def test_shuffling_keeps_every_sentence_and_never_the_order():
    for seed in range(20):
        after = shuffled("One is here. Two is there.", seed)
        assert after == "Two is there. One is here."
    assert shuffled("One.", 0) == "One."


async def steadied(content, case, score):
    answer = case.answers["weak"].model_copy(update={"answer": "It broke. We wept."})
    mine = type(case)(case.of_round, case.area, case.question, {"weak": answer})
    paraphrase = Paraphrase(area="story", question="conflict", kind="weak", answer="Broken, alas.")
    bench = bench_of(content, Oracle(score))
    return await measure_steadiness(bench, [(mine, paraphrase)], 0)


async def test_a_steady_grader(content, case):
    section = await steadied(content, case, lambda answer: 0.6 if "Broken" in answer else 0.5)
    assert all(one.reached for one in section.bounds)


async def test_a_grader_that_counts_its_calls(content, case):
    calls = iter(range(10))
    section = await steadied(content, case, lambda _: next(calls) / 10)
    # 0, again 0.1, shuffled 0.2, paraphrased 0.3.
    assert [one.value for one in section.bounds] == [pytest.approx(0.1), 0, 0]
    assert len([ids for ids in section.offending.values() if ids]) == 2


# --- Evidence ----------------------------------------------------------------------------


class Pointer:
    """Points at given sentences."""

    def __init__(self, *lines, evidence=()):
        self._lines, self._evidence = lines, evidence

    def __call__(self, of_round, content, model):
        return self

    async def grade(self, response):
        return GradeLine(
            id=1, score=1, levels={}, checks=self._lines, evidence=tuple(self._evidence)
        )


async def test_where_a_grader_points(content, case):
    answer = case.answers["weak"].model_copy(update={"answer": STRONG})
    mine = type(case)(case.of_round, case.area, case.question, {"weak": answer})
    labels = Pointed(
        area="story",
        question="conflict",
        kind="weak",
        shows={"scene": (1,), "own_part": (2, 3), "number": (4,), "measured": (5,)},
    )
    pointer = Pointer(
        CheckLine(id="scene", met=0.9, sentences=(1, 6)),
        CheckLine(id="own_part", met=0.9, sentences=(3,)),
        CheckLine(id="number", met=0.9, sentences=(5, 4)),
        CheckLine(id="measured", met=0.4, sentences=()),
        evidence=("In May our exporter broke.", "In June it broke."),
    )
    section = await measure_pointing(bench_of(content, pointer), [(mine, labels)])
    verbatim, accepted = section.bounds
    assert verbatim.value == 0.5
    assert accepted.value == pytest.approx(2 / 3)
    assert section.offending["pointed elsewhere"] == (
        "story/conflict/weak: number (at 5, a person at 4)",
    )
    assert section.offending["check not seen"] == ("story/conflict/weak: measured",)
    assert section.offending["not verbatim"] == ("story/conflict/weak: In June it broke.",)


# --- Cost --------------------------------------------------------------------------------


def prompt(*texts):
    return tuple({"role": "user", "content": text} for text in texts)


def test_a_perfect_cache_reads_each_beginning_once():
    a, b, c = prompt("shared", "one"), prompt("other"), prompt("shared", "two")
    assert best_order([a, b, c]) == [b, a, c]
    assert new_share([a]) == 1
    assert new_share([a, a]) == 0.5
    assert new_share([a, b, c]) < new_share([a, b])


def test_the_task_is_as_long_as_it_should_be(cases):
    question, points, answer = task_from(cases)
    assert question
    assert (len(points), len(answer.split())) == (12, 200)


async def test_the_engine_is_asked_the_same_prompts(cases):
    opened = []

    @contextlib.asynccontextmanager
    async def fresh(keeps):
        opened.append((keeps, ScriptedModel(yes=lambda _: 0.5)))
        yield opened[-1][1]

    section = await measure_cost(shipped_content(), Grader, fresh, cases, repeats=2)
    assert [one for one, _ in opened] == [True, False] * 2
    graded, raw = (model for _, model in opened[:2])
    assert len(graded.asked) > 1
    assert sorted(map(str, graded.asked)) == sorted(map(str, raw.asked))
    assert section.bounds[0].value > 0
    assert [row[0] for row in section.tables[0].rows] == ["graded", "engine alone"]


@pytest.mark.parametrize("keeps", [True, False])
def test_what_the_engine_has_read_before_counts_for_neither(tmp_path, keeps):
    (tmp_path / "prefixes" / "e").mkdir(parents=True)
    (tmp_path / "weights.gguf").write_bytes(b"weights")
    with run._unread(Settings(cache_dir=tmp_path, data_dir=tmp_path), keeps) as settings:
        assert (settings.cache_dir / "weights.gguf").read_bytes() == b"weights"
        kept = KeptPrefixes(settings.cache_dir / "prefixes", "e").open()
        assert kept is None if not keeps else list(kept.iterdir()) == []
    assert (tmp_path / "weights.gguf").exists()
