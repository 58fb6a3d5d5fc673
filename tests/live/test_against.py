"""The real judge on what counts against an answer, in sentences that no fit has seen."""

from collections.abc import AsyncIterator

import pytest

from interviewer.against import doubts
from interviewer.claims import suspicions
from interviewer.grading import Judge
from interviewer.runtime import open_model
from interviewer.sentences import split_sentences
from interviewer.settings import Settings
from tests.doubles import shipped_content

pytestmark = pytest.mark.live

HELD = {
    "waves_check_aside": "We skipped the offline test, there was simply no need for it.",
    "blames_others": "It went wrong because the engineers were lazy and the boss had no idea.",
    "nothing_learned": "I would do it exactly the same way, nothing was wrong with my plan.",
    "brushes_off_others": "How support coped with it wasn't my business, they had to sort it out "
    "themselves.",
}
FINE = {
    "waves_check_aside": "There was no need to guess, since we had the logs of every request.",
    "blames_others": "The engineers were too busy in May, so I wrote the export myself.",
    "nothing_learned": "There was nothing wrong with the loader, so I looked at the labels.",
    "brushes_off_others": "It wasn't part of my goals, but I helped them to repair the import.",
}
SAID = (HELD, FINE)
MISTAKEN = (
    "I would fine-tune a network that is pretrained on the 300 photos and report its accuracy.",
    "One labeller is enough for each photo, if they are careful.",
)
NOT_MISTAKEN = (
    "I would fine-tune a network that is pretrained on photos which two people have labelled.",
    "One careful labeller for each photo isn't enough, I would want two.",
)


@pytest.fixture
async def judge(settings: Settings) -> AsyncIterator[Judge]:
    content = shipped_content()
    model, embedded = open_model(settings, lambda *_: None)
    try:
        yield Judge(model, content.prompts, content.fits)
    finally:
        await model.close()
        if embedded is not None:
            embedded.stop()


async def test_a_red_flag_is_told_from_its_look_alike(judge: Judge) -> None:
    held, fine = [await _held(judge, one) for one in SAID]
    assert held == dict.fromkeys(HELD, True)
    assert fine == dict.fromkeys(FINE, False)


async def _held(judge: Judge, said: dict[str, str]) -> dict[str, bool]:
    of_round = shipped_content().round(["behavioral"])
    found = {}
    for name, sentence in said.items():
        suspected = doubts(of_round, None, split_sentences(sentence))
        (doubt,) = [one for one in suspected if one.check.id == name]
        judged = await judge.check(doubt.check, 1, doubt.sentences)
        found[name] = judged.held(doubt.check.kind)
    return found


async def test_a_mistake_is_told_from_what_only_sounds_like_it(judge: Judge) -> None:
    question = shipped_content().round(["ambiguity"]).question("damaged_parcels")
    held = {}
    for said in (*MISTAKEN, *NOT_MISTAKEN):
        one = suspicions(question, split_sentences(said))[0]
        judged = await judge.check(one.check, 1, [one.sentence])
        held[said] = judged.held(one.check.kind)
    assert held == dict.fromkeys(MISTAKEN, True) | dict.fromkeys(NOT_MISTAKEN, False)
