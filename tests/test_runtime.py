"""How the engine is put together from the settings."""

import asyncio

import pytest

from interviewer.embedded import EmbeddedServer
from interviewer.errors import StoreError
from interviewer.runtime import EMBEDDED_LABEL, Preparation, open_model, open_runtime
from interviewer.settings import Settings
from tests.doubles import FakeEndpoint, completion


@pytest.fixture
def settings(tmp_path):
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")


def _no_report(*_):
    raise AssertionError("nothing is prepared for an endpoint that was named")


def test_without_an_endpoint_the_embedded_model_speaks(settings):
    model, embedded = open_model(settings, _no_report)
    assert model.label == EMBEDDED_LABEL
    assert embedded is not None
    embedded.stop()  # it was never started
    assert not settings.cache_dir.exists()


async def test_a_named_endpoint_is_asked(settings):
    server = FakeEndpoint(completion("Yes"))
    named = Settings(
        base_url=f"{server.url}/v1",
        model="large",
        api_key="k-1",
        data_dir=settings.data_dir,
        cache_dir=settings.cache_dir,
    )
    try:
        model, embedded = open_model(named, _no_report, retries=0)
        assert embedded is None
        host = server.url.removeprefix("http://")
        assert model.label == f"large, at {host}"
        assert "k-1" not in model.label
        assert await model.yes([{"role": "user", "content": "Well?"}]) == 1.0
        (request,) = server.requests
        assert request.headers["authorization"] == "Bearer k-1"
        assert request.body["model"] == "large"
    finally:
        server.stop()


def test_a_password_in_the_address_is_not_shown(settings):
    named = Settings(base_url="http://me:secret@models.example/v1", model="large")
    assert "secret" not in open_model(named, _no_report)[0].label


def test_a_runtime_opens_and_closes_without_a_model(settings):
    async def hold():
        runtime = open_runtime(settings)
        interview_id = runtime.service.start("behavioral")
        view = runtime.service.view(interview_id)
        await runtime.close()
        return view

    view = asyncio.run(hold())
    assert len(view.interview.turns) == 1
    assert (settings.data_dir / "interviews.db").exists()
    assert not settings.cache_dir.exists()


def test_a_folder_that_can_not_be_used(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StoreError, match="set INTERVIEWER_DATA_DIR"):
        open_runtime(Settings(data_dir=tmp_path / "file"))


def test_preparation_in_words():
    preparation = Preparation()
    assert str(preparation) == ""
    preparation.tell("fetching the model", 500_000_000, 1_117_320_768)
    assert str(preparation) == "fetching the model, 500 of 1,117 MB"
    preparation.tell("loading the model")
    assert str(preparation) == "loading the model"
    preparation.fail("no disk")
    assert (preparation.step, preparation.problem) == ("", "no disk")
    preparation.tell("fetching the model")
    assert preparation.problem == ""


def test_making_a_server_starts_nothing(tmp_path):
    EmbeddedServer(tmp_path / "not there.gguf").stop()
