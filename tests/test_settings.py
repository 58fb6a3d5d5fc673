"""What the environment chooses, and what it does not."""

import os
from pathlib import Path

import pytest

from interviewer.database import opened
from interviewer.errors import SettingsError
from interviewer.settings import Settings, from_environment

ENDPOINT = {
    "INTERVIEWER_BASE_URL": "https://models.example/v1",
    "INTERVIEWER_MODEL": "large",
}


def test_defaults_stay_on_this_machine():
    settings = from_environment({})
    assert settings == Settings()
    assert (settings.base_url, settings.model, settings.api_key) == (None, None, None)
    assert (settings.host, settings.port) == ("127.0.0.1", 7860)
    assert settings.database_url == f"sqlite:///{settings.data_dir}/interviews.db"


def test_every_variable():
    settings = from_environment(
        {
            **ENDPOINT,
            "INTERVIEWER_API_KEY": "k",
            "INTERVIEWER_HOST": "0.0.0.0",
            "INTERVIEWER_PORT": "8080",
            "INTERVIEWER_DATA_DIR": "/data",
            "INTERVIEWER_CACHE_DIR": "~/cache",
            "INTERVIEWER_DATABASE_URL": "postgresql://me:pw@db/interviews",
        }
    )
    assert settings == Settings(
        base_url="https://models.example/v1",
        model="large",
        api_key="k",
        host="0.0.0.0",
        port=8080,
        data_dir=Path("/data"),
        cache_dir=Path.home() / "cache",
        database="postgresql://me:pw@db/interviews",
    )
    assert settings.database_url == "postgresql://me:pw@db/interviews"


def test_variables_of_other_programs_are_not_read():
    others = {
        "OPENAI_API_KEY": "sk-secret",
        "OPENAI_BASE_URL": "https://api.example",
        "BASE_URL": "https://other.example",
        "HOST": "0.0.0.0",
        "PORT": "1",
    }
    assert from_environment(others) == Settings()
    assert from_environment({**others, **ENDPOINT}).api_key is None


def test_blank_is_unset():
    assert from_environment(dict.fromkeys(ENDPOINT, "  ")) == Settings()


def test_the_process_environment_is_the_default(monkeypatch):
    for name in list(os.environ):
        if name.startswith("INTERVIEWER_"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("INTERVIEWER_PORT", "8081")
    assert from_environment().port == 8081


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({**ENDPOINT, "INTERVIEWER_BASE_URL": "localhost:8000"}, "give a whole address"),
        ({**ENDPOINT, "INTERVIEWER_BASE_URL": "ftp://x/v1"}, "give a whole address"),
        ({**ENDPOINT, "INTERVIEWER_BASE_URL": "http://"}, "give a whole address"),
        ({"INTERVIEWER_BASE_URL": "http://x/v1"}, "name the model to use at http://x/v1"),
        ({"INTERVIEWER_MODEL": "m"}, "name the endpoint, or unset them"),
        ({"INTERVIEWER_API_KEY": "k"}, "name the endpoint, or unset them"),
        *(
            ({"INTERVIEWER_PORT": port}, "give a number from 1 to 65535")
            for port in ("0", "65536", "-1", "http", "80.5", "²")
        ),
        ({"INTERVIEWER_LOG": "xml"}, "give text or json"),
        *(({"INTERVIEWER_GRACE": one}, "give seconds") for one in ("-1", "nan", "long")),
    ],
)
def test_a_value_that_can_not_be_used_says_what_to_do(environ, said):
    with pytest.raises(SettingsError, match=said) as caught:
        from_environment(environ)
    assert "INTERVIEWER_" in str(caught.value)


@pytest.mark.parametrize(
    "environ",
    [
        {**ENDPOINT, "INTERVIEWER_BASE_URL": "http://[::1/v1"},
        {"INTERVIEWER_DATA_DIR": "~nosuchuser/data"},
    ],
)
def test_a_value_that_the_standard_library_refuses(environ):
    with pytest.raises(SettingsError):
        from_environment(environ)


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:pw@db/x",
        "postgresql",
        "postgresql://me:pw@db:port/x",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:///file::memory:?uri=true",
        "sqlite://folder/file.db",
        "me:pw@db/x",
    ],
)
def test_a_database_that_can_not_be_used(url):
    with pytest.raises(SettingsError, match="INTERVIEWER_DATABASE_URL") as caught:
        from_environment({"INTERVIEWER_DATABASE_URL": url})
    assert "pw@" not in str(caught.value)
    assert "give postgresql://" in str(caught.value)


@pytest.mark.parametrize("password", ["pass@word", "pass@word:1", "pass@wo/rd"])
def test_an_at_sign_in_a_password_is_told_how_to_be_written(password):
    with pytest.raises(SettingsError, match="as %40") as caught:
        from_environment({"INTERVIEWER_DATABASE_URL": f"postgresql://me:{password}@db/x"})
    assert "wo" not in str(caught.value).replace("password", "")


def test_a_file_may_have_an_at_sign_in_its_name():
    address = "sqlite:////data/a@b.db"
    assert from_environment({"INTERVIEWER_DATABASE_URL": address}).database == address


def test_a_data_folder_may_have_any_name(tmp_path):
    folder = tmp_path / "why?a=b #1 100%3F"
    with opened(Settings(data_dir=folder).database_url):
        assert (folder / "interviews.db").is_file()


def test_a_key_that_was_pasted_with_its_quotes():
    with pytest.raises(SettingsError, match="copy the key alone") as caught:
        from_environment({**ENDPOINT, "INTERVIEWER_API_KEY": "“sk-secret”"})
    assert "sk-secret" not in str(caught.value)


def test_a_secret_is_not_in_an_error():
    with pytest.raises(SettingsError) as caught:
        from_environment({"INTERVIEWER_API_KEY": "sk-secret"})
    assert "sk-secret" not in str(caught.value)
