"""What the program writes about itself: one line an event, as text or JSON.

Never what anyone said, a key or a whole id: events carry fields of their own, ids are
shortened to a hash, and of an exception only its kind and its places in the source are
written, since its message may quote what was being handled.
"""

import hashlib
import json
import logging
import sys
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_ROOT = "interviewer"
_FIELD = "interviewer_fields"


def log(name: str) -> logging.Logger:
    """The logger of a module."""
    return logging.getLogger(name)


def fields(**values: str | int | float | bool) -> Mapping[str, Mapping[str, Any]]:
    """An event's fields, to be given as ``extra``."""
    return {_FIELD: values}


def short(some_id: str) -> str:
    """Eight letters that tell ids apart and lead back to none."""
    return hashlib.sha256(some_id.encode()).hexdigest()[:8]


def set_up(kind: str) -> None:
    """Sends everything to stderr, as ``text`` or ``json``."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if kind == "json" else TextLines())
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    logging.getLogger(_ROOT).setLevel(logging.INFO)
    sys.excepthook = _on_crash


def _on_crash(
    kind: type[BaseException], error: BaseException, _: object
) -> None:  # pragma: no cover - the process ends with it
    if issubclass(kind, KeyboardInterrupt):
        return
    logging.getLogger(_ROOT).critical("the program failed", exc_info=error)


class TextLines(logging.Formatter):
    """``12:30:01 warning: the event (field=value)``."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        told = _fields_of(record)
        more = " ".join(f"{name}={value}" for name, value in told.items())
        at = datetime.fromtimestamp(record.created, UTC)
        line = f"{at:%H:%M:%S} {record.levelname.lower()}: {_message(record)}"
        return f"{line} ({more})" if more else line


class JsonLines(logging.Formatter):
    """One JSON object a line: ``at``, ``level``, ``event``, ``from``, and the event's fields."""

    def format(self, record: logging.LogRecord) -> str:
        """See logging.Formatter."""
        at = datetime.fromtimestamp(record.created, UTC)
        line = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": _message(record),
            "from": record.name,
            **_fields_of(record),
        }
        return json.dumps(line, ensure_ascii=False)


def _message(record: logging.LogRecord) -> str:
    """The event; another library's words are kept only where they hold no values."""
    if record.name.split(".")[0] in {_ROOT, "uvicorn"}:
        return record.getMessage()
    return str(record.msg) if record.args else f"{record.name} reports"


def _fields_of(record: logging.LogRecord) -> dict[str, Any]:
    told = dict(getattr(record, _FIELD, {}))
    if record.exc_info and record.exc_info[1] is not None:
        told |= _about(record.exc_info[1])
    return told


def _about(error: BaseException) -> dict[str, str]:
    """An exception without its message."""
    places = traceback.extract_tb(error.__traceback__)[-6:]
    where = [f"{one.filename.rpartition('/')[2]}:{one.lineno} {one.name}" for one in places]
    return {"error": type(error).__name__, "where": " < ".join(reversed(where))}
