"""An interview in processes that are killed; run by test_killed, prints what came of it as JSON.

The engine is loaded once; each life is a fork of it, which kills itself (as ``kill -9`` does) at
a chosen one of the moments that it passes: before and after each statement and commit of the
database, each call of the model and each piece of a reply.
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
import yaml

from interviewer.content import (
    Content,
    content_folder,
    load_prompts,
    load_repertoire,
    load_vocabulary,
)
from interviewer.interview import InterviewService
from interviewer.llm import Endpoint, EndpointModel
from interviewer.rubric import Rubric
from interviewer.store import Store
from tests.doubles import PERSONA, PROCESS, RUBRIC

ANSWERS = [
    "In May our exporter lost two files a week before its launch, and I owned it.",
    "I rewrote the parser myself, and errors fell from 3 to 2 percent.",
]
POINTS = 20


class Life:
    """Counts the moments of one life, and ends it at one of them."""

    def __init__(self, ends_at: int | None) -> None:
        self.moments = 0
        self._ends_at = ends_at

    def pass_moment(self, *_: object, **__: object) -> None:
        self.moments += 1
        if self.moments == self._ends_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal(EndpointModel):
    """The real client, whose calls and pieces are moments."""

    life: Life

    async def yes(self, messages):
        self.life.pass_moment()
        found = await super().yes(messages)
        self.life.pass_moment()
        return found

    async def stream(self, messages, most_tokens, temperature):
        self.life.pass_moment()
        async for piece in super().stream(messages, most_tokens, temperature):
            self.life.pass_moment()
            yield piece


async def live(life: Life, content, endpoint: str, database: str, note: Callable[[str], None]):
    """Goes on with the interview in the database, or begins it; returns it at its end."""

    async def find() -> Endpoint:
        return Endpoint(endpoint, "m", "Small", "none")

    model = Mortal("Small", find)
    model.life = life
    store = Store(database)
    store.open()
    for moment in ("before_cursor_execute", "after_cursor_execute", "commit"):
        sa.event.listen(store._database._engine, moment, life.pass_moment)
    service = InterviewService(content, model, store)
    known = [one.id for one in store.interviews(None)]
    (interview_id,) = known or [service.start("story", question_ids=["failure"])]
    while True:
        async for view in service.follow(interview_id, every=0):
            if view.state.phase == "candidate":
                break
        said = sum(turn.speaker == "candidate" for turn in view.interview.turns)
        if view.state.phase == "finished":
            break
        if said == len(ANSWERS):
            service.finish(interview_id)
            continue
        service.answer(interview_id, ANSWERS[said], view.last_seq)
        note(ANSWERS[said])  # from here on the candidate takes it for stored
    view = await service.settled(interview_id)
    await service.close()
    await model.close()
    store.close()
    return view


def in_a_fork(work: Callable[[], object]) -> tuple[bool, object]:
    """Whether a fork was killed, and what it returned if not."""
    reading, writing = os.pipe()
    pid = os.fork()
    if not pid:
        with os.fdopen(writing, "w") as told:
            json.dump(work(), told)
            told.flush()
            os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as told:
        text = told.read()
    _, status = os.waitpid(pid, 0)
    killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    return killed, json.loads(text) if text else None


def main(endpoint: str, folder: Path) -> None:
    rubric = Rubric.model_validate(yaml.safe_load(RUBRIC))
    content = Content(
        {rubric.area: rubric},
        load_prompts(content_folder("prompts")),
        {PERSONA.id: PERSONA},
        PROCESS,
        load_vocabulary(),
        load_repertoire(content_folder("prompts") / "repertoire"),
    )

    def play(name: str, ends_at: int | None) -> object:
        life, noted = Life(ends_at), folder / f"{name}.txt"

        def note(text: str) -> None:
            with noted.open("a") as file:
                file.write(f"{text}\n")

        database = f"sqlite:///{folder / name}.db"
        view = asyncio.run(live(life, content, endpoint, database, note))
        return {
            "moments": life.moments,
            "turns": [one.model_dump(mode="json") for one in view.interview.turns],
            "graded": [view.graded, view.to_grade],
            "problem": view.problem,
        }

    _, whole = in_a_fork(lambda: play("whole", None))
    assert isinstance(whole, dict)
    # Lives differ by a few moments: how often a grade looks anew depends on the time.
    last = 9 * whole["moments"] // 10
    found = []
    for number in range(POINTS):
        ends_at = 1 + number * (last - 1) // (POINTS - 1)
        name = f"killed{number}"
        killed, _ = in_a_fork(lambda name=name, at=ends_at: play(name, at))
        noted = folder / f"{name}.txt"
        promised = noted.read_text().splitlines() if noted.exists() else []
        again, after = in_a_fork(lambda name=name: play(name, None))
        found.append({"killed": killed, "again": again, "promised": promised, "after": after})
    json.dump({"whole": whole, "lives": found}, sys.stdout)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
