"""What the environment chooses. The only module that reads it."""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any, overload
from urllib.parse import urlsplit

import platformdirs

from interviewer.database import check_address, file_address
from interviewer.errors import SettingsError


@dataclass(frozen=True)
class Settings:
    """All settings, with their defaults."""

    base_url: str | None = None
    """An OpenAI-compatible endpoint; None: the embedded model on this machine."""
    model: str | None = None
    api_key: str | None = field(default=None, repr=False)
    host: str = "127.0.0.1"
    port: int = 7860
    data_dir: Path = Path(platformdirs.user_data_dir("interviewer"))
    cache_dir: Path = Path(platformdirs.user_cache_dir("interviewer"))
    database: str | None = None
    """Address of the database; None: a file of SQLite's in the data folder."""
    rubrics_dir: Path | None = None
    """A folder with rubric files of one's own, beside or in place of the shipped ones."""
    run_code: bool = True
    """Whether candidates' code is run, where there is a box to run it in."""
    log: str = "text"
    """How events are written to stderr: ``text`` or ``json``."""
    grace: float = 20.0
    """Seconds for which replies under way may go on once the program is told to stop."""
    metrics_token: str | None = field(default=None, repr=False)
    """The bearer token that opens /metrics; None: this machine only."""
    hosts: tuple[str, ...] = ()
    """The names that the page is reached by, besides this machine's own."""
    password_file: Path | None = None
    """Who may sign in; None, and no ``user_header``: nobody has to."""
    user_header: str | None = None
    """The header in which a proxy says who has signed in."""
    trusted_proxies: tuple[IPv4Network | IPv6Network, ...] = ()
    """From where a proxy's headers are believed."""
    rate: int = 300
    """Events that a candidate may cause in a minute; 0: any number."""

    @property
    def database_url(self) -> str:
        """SQLAlchemy's address of the database."""
        return self.database or file_address(self.data_dir / "interviews.db")


def from_environment(environ: Mapping[str, str] | None = None) -> Settings:
    """The settings that the ``INTERVIEWER_*`` variables choose.

    Raises SettingsError for a value that can't be used. Variables of other programs
    (OPENAI_API_KEY, say) are not read: nothing goes to an endpoint that wasn't named here.
    """
    environ = os.environ if environ is None else environ

    def value(name: str) -> str | None:
        return environ.get(f"INTERVIEWER_{name}", "").strip() or None

    base_url, model = value("BASE_URL"), value("MODEL")
    if base_url and not _is_address(base_url):
        raise SettingsError(
            f"INTERVIEWER_BASE_URL is {base_url!r}; give a whole address, "
            "such as http://127.0.0.1:8000/v1"
        )
    if base_url and not model:
        raise SettingsError(
            f"INTERVIEWER_BASE_URL is set but INTERVIEWER_MODEL is not; "
            f"name the model to use at {base_url}"
        )
    if (model or value("API_KEY")) and not base_url:
        raise SettingsError(
            "INTERVIEWER_MODEL or INTERVIEWER_API_KEY is set but INTERVIEWER_BASE_URL is not; "
            "name the endpoint, or unset them to use the embedded model"
        )
    defaults = Settings()
    return Settings(
        base_url=base_url,
        model=model,
        api_key=_key(value("API_KEY")),
        host=value("HOST") or defaults.host,
        port=_port(value("PORT"), defaults.port),
        data_dir=_folder("DATA_DIR", value("DATA_DIR"), defaults.data_dir),
        cache_dir=_folder("CACHE_DIR", value("CACHE_DIR"), defaults.cache_dir),
        database=_database(value("DATABASE_URL")),
        rubrics_dir=_folder("RUBRICS", value("RUBRICS"), None),
        run_code=_switch("RUN_CODE", value("RUN_CODE"), defaults.run_code),
        log=_one_of("LOG", value("LOG"), ("text", "json")),
        grace=_seconds("GRACE", value("GRACE"), defaults.grace),
        metrics_token=value("METRICS_TOKEN"),
        hosts=tuple((value("HOSTS") or "").lower().replace(",", " ").split()),
        rate=_count("RATE", value("RATE"), defaults.rate),
        **_sign_in(value),
    )


def _database(text: str | None) -> str | None:
    if text is not None:
        check_address(text)
    return text


def _key(text: str | None) -> str | None:
    """The value is not told in the error: it is a secret."""
    if text is not None and not text.isascii():
        raise SettingsError(
            "INTERVIEWER_API_KEY holds a character that no key has, such as a curly quote; copy "
            "the key alone, without what stands around it"
        )
    return text


def _sign_in(value: Callable[[str], str | None]) -> dict[str, Any]:
    """By a password file, or by a proxy that is believed, or not at all."""
    header, proxies = value("USER_HEADER"), value("TRUSTED_PROXY")
    if header and not proxies:
        raise SettingsError(
            "INTERVIEWER_USER_HEADER is set but INTERVIEWER_TRUSTED_PROXY is not; name the "
            "address of the proxy, or anyone could write that header"
        )
    if header and value("PASSWORD_FILE"):
        raise SettingsError(
            "INTERVIEWER_USER_HEADER and INTERVIEWER_PASSWORD_FILE are both set; choose one way "
            "to sign in"
        )
    try:
        trusted = [ip_network(one) for one in (proxies or "").replace(",", " ").split()]
    except ValueError as error:
        raise SettingsError(
            f"INTERVIEWER_TRUSTED_PROXY is {proxies!r} ({error}); give addresses or networks, "
            "such as 127.0.0.1 or 10.0.0.0/8"
        ) from error
    return {
        "user_header": header,
        "password_file": _folder("PASSWORD_FILE", value("PASSWORD_FILE"), None),
        "trusted_proxies": tuple(trusted),
    }


def _count(name: str, text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdecimal()):
        raise SettingsError(f"INTERVIEWER_{name} is {text!r}; give a number, 0 or more")
    return int(text)


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname)


@overload
def _folder(name: str, text: str | None, default: Path) -> Path: ...
@overload
def _folder(name: str, text: str | None, default: None) -> Path | None: ...
def _folder(name: str, text: str | None, default: Path | None) -> Path | None:
    if text is None:
        return default
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        raise SettingsError(
            f"INTERVIEWER_{name} is {text!r}: {error}; give a folder's whole path"
        ) from error


def _switch(name: str, text: str | None, default: bool) -> bool:
    if text is None:
        return default
    if text.lower() not in {"on", "off"}:
        raise SettingsError(f"INTERVIEWER_{name} is {text!r}; give on or off")
    return text.lower() == "on"


def _one_of(name: str, text: str | None, choices: Sequence[str]) -> str:
    if text is None:
        return choices[0]
    if text.lower() not in choices:
        raise SettingsError(f"INTERVIEWER_{name} is {text!r}; give {' or '.join(choices)}")
    return text.lower()


def _seconds(name: str, text: str | None, default: float) -> float:
    if text is None:
        return default
    try:
        seconds = float(text)
    except ValueError:
        seconds = -1
    if not 0 <= seconds <= 3600:
        raise SettingsError(f"INTERVIEWER_{name} is {text!r}; give seconds, from 0 to 3600")
    return seconds


def _port(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise SettingsError(f"INTERVIEWER_PORT is {text!r}; give a number from 1 to 65535")
    return int(text)
