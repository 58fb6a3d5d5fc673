"""The same answer gets visibly different follow-ups from each persona, with the real model."""

from pathlib import Path

import pytest

from interviewer.grading import Judge
from interviewer.probe import MOST_WORDS
from interviewer.reply import Replier
from interviewer.runtime import open_model
from interviewer.session import Interview, Plan
from interviewer.settings import Settings
from interviewer.transcript import Turn
from tests.doubles import NOW, shipped_content

pytestmark = pytest.mark.live

ANSWER = (
    "In 2023 our churn model had gone stale, and we rebuilt it with a transformer over events. "
    "It cut churn by 12 percent because the transformer reads the order of the events."
)


async def test_the_same_answer_gets_other_probes(weights: Path, tmp_path: Path) -> None:
    content = shipped_content()
    settings = Settings(cache_dir=weights.parent, data_dir=tmp_path)
    model, embedded = open_model(settings, lambda *_: None)
    judge = Judge(model, content.prompts, content.fits)
    replier = Replier(content, model, judge, lambda: NOW, lambda *_: None)
    asked = {}
    try:
        for persona in ("recruiter", "sceptical_scientist", "bar_raiser"):
            plan = Plan(
                areas=("science_depth",), question_ids=("deepest_project",), persona=persona
            )
            first = replier.first_turn(plan)
            answer = Turn(
                seq=2,
                speaker="candidate",
                kind="answer",
                text=ANSWER,
                question_id="deepest_project",
                at=NOW,
            )
            interview = Interview(
                id="x", created_at=NOW, plan=plan, turns=(first, answer), judgements=()
            )
            turn = await replier.next_turn(interview, lambda _: None)
            assert turn.kind == "probe"
            assert turn.text.count("?") == 1
            assert len(turn.text.split()) <= MOST_WORDS
            asked[persona] = (turn.check_id, turn.text)
    finally:
        await model.close()
        if embedded is not None:
            embedded.stop()
    assert len({text for _, text in asked.values()}) == len(asked)
    assert len({check for check, _ in asked.values()}) >= 2
