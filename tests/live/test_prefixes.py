"""What the real model has read of a check, taken up by its next start."""

from pathlib import Path

import pytest

from interviewer.grading import Judge
from interviewer.rubric import Claim
from interviewer.runtime import open_model
from interviewer.sentences import split_sentences
from interviewer.settings import Settings
from tests.doubles import shipped_content

pytestmark = pytest.mark.live

ANSWER = "In March I rebuilt our parcel forecast. It cut the missed slots from 12 to 7 percent."


MEDIAN = Claim(
    id="pulled",
    text="The mean is pulled by extreme values and the median is not.",
    right=("One huge value moves the mean, not the median.",),
    wrong=("They are the same thing.",),
)
SHORT = ("The median is robust to outliers.", "I do not know.", "The mean is easier to compute.")


async def _judged(settings: Settings) -> tuple[list[float | None], int]:
    """What a check comes to, asked twice, and the tokens read for it, by a model just started."""
    content = shipped_content()
    check = content.round(["behavioral"]).check("result_number")
    model, embedded = open_model(settings, lambda *_: None)
    assert embedded is not None
    try:
        judge = Judge(model, content.prompts, content.fits)
        await model.ready()
        await model.gives_probabilities()
        before = model.usage.prompt - model.usage.cached
        met = [(await judge.check(check, 1, split_sentences(ANSWER))).met for _ in range(2)]
        return met, model.usage.prompt - model.usage.cached - before
    finally:
        await model.close()
        embedded.stop()


async def test_the_next_start_reads_only_what_is_new(weights: Path, tmp_path: Path) -> None:
    for name in (weights.name, f"{weights.name}.sha256"):  # a cache of the test's own
        (tmp_path / name).symlink_to(weights.parent / name)
    settings = Settings(cache_dir=tmp_path, data_dir=tmp_path / "data")
    first, read = await _judged(settings)
    again, read_again = await _judged(settings)
    assert first[0] is not None
    assert len({*first, *again}) == 1
    assert read_again < 0.5 * read
    (folder,) = (tmp_path / "prefixes").iterdir()
    kept: Path
    for kept in folder.iterdir():
        assert b"parcel" not in kept.read_bytes()
        kept.write_bytes(b"broken")
    repaired, read_anew = await _judged(settings)
    assert repaired == first
    assert read_anew == read


async def test_the_same_short_answer_gets_the_same_number(weights: Path, tmp_path: Path) -> None:
    """Whatever was read before it, in this process or in another."""
    for name in (weights.name, f"{weights.name}.sha256"):
        (tmp_path / name).symlink_to(weights.parent / name)
    settings = Settings(cache_dir=tmp_path, data_dir=tmp_path / "data")
    orders = ((0, 1, 2, 2, 0), (2, 0, 1))
    met: list[set[float | None]] = [set() for _ in SHORT]
    for order in orders:
        model, embedded = open_model(settings, lambda *_: None)
        assert embedded is not None
        try:
            judge = Judge(model, shipped_content().prompts, shipped_content().fits)
            for at in order:
                said = split_sentences(SHORT[at])
                judged = await judge.claim("Why use the median?", MEDIAN, 1, said)
                met[at].add(judged.met)
        finally:
            await model.close()
            embedded.stop()
    assert [len(one) for one in met] == [1, 1, 1]
    assert len(set.union(*met)) == 3
