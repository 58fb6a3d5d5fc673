"""What the tests share: a small rubric, the real prompts, a store on disk."""

import asyncio
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml

from interviewer import weights as model_file
from interviewer.content import (
    Content,
    Prompt,
    content_folder,
    load_prompts,
    load_repertoire,
    load_vocabulary,
)
from interviewer.repertoire import Repertoire
from interviewer.round import Round
from interviewer.rubric import Rubric
from interviewer.settings import from_environment
from interviewer.store import Store
from interviewer.transcript import Turn
from tests.doubles import NOW, PERSONA, PROCESS, RUBRIC
from tests.postgres import PostgresServer, empty, running_postgres


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--screenshots", help="keep the browser tests' pictures in this folder")


@pytest.fixture(scope="session")
def weights() -> Path:
    """The embedded model's verified file, fetched into the user's cache as a first start does."""
    return model_file.fetch(from_environment().cache_dir)


@pytest.fixture
def rubric_text() -> str:
    return RUBRIC


@pytest.fixture
def rubric() -> Rubric:
    return Rubric.model_validate(yaml.safe_load(RUBRIC))


@pytest.fixture
def a_round(rubric: Rubric) -> Round:
    """A round of the small rubric alone."""
    return Round((rubric,))


@pytest.fixture(scope="session")
def prompts() -> dict[str, Prompt]:
    return load_prompts(content_folder("prompts"))


@pytest.fixture(scope="session")
def repertoire() -> Repertoire:
    return load_repertoire(content_folder("prompts") / "repertoire")


@pytest.fixture
def content(rubric: Rubric, prompts: dict[str, Prompt], repertoire: Repertoire) -> Content:
    return Content(
        {rubric.area: rubric},
        prompts,
        {PERSONA.id: PERSONA},
        PROCESS,
        load_vocabulary(),
        repertoire,
    )


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'interviews.db'}"


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A real server, started once and only where a test asks for it."""
    with running_postgres() as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_database(postgres: PostgresServer) -> str:
    return postgres.database()


@pytest.fixture
def postgres_url(_postgres_database: str) -> str:
    """A PostgreSQL database with nothing in it; the same one for each test, emptied."""
    empty(_postgres_database)
    return _postgres_database


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = Store(database_url)
    opened.open()
    yield opened
    opened.close()


@pytest.fixture
def turn() -> Callable[..., Turn]:
    """Makes a turn; the candidate's where the kind is "answer"."""

    def make(seq: int, kind: str, text: str = "Some words.", question_id: str = "failure", **more):
        who = "candidate" if kind == "answer" else "interviewer"
        return Turn(
            seq=seq, speaker=who, kind=kind, text=text, question_id=question_id, at=NOW, **more
        )

    return make


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long pauses pass at once; everything else keeps its order."""
    really = asyncio.sleep

    async def sleep(delay: float, result: object = None) -> object:
        return await really(min(delay, 0.005), result)

    monkeypatch.setattr(asyncio, "sleep", sleep)
