"""What is written about the program, and what never is."""

import json
import logging

from interviewer import logs

SAID = "In May I rewrote the parser myself."


def _record(event: str, *args: object, name: str = "interviewer.x", **more: object):
    return logging.getLogger(name).makeRecord(
        name, logging.INFO, "f.py", 1, event, args, None, **more
    )


def test_a_json_line_holds_the_event_and_its_fields():
    record = _record("replied", extra=dict(logs.fields(interview=logs.short("abc"), ms=12)))
    line = json.loads(logs.JsonLines().format(record))
    assert (line["event"], line["level"], line["ms"]) == ("replied", "info", 12)
    assert line["interview"] == logs.short("abc") != "abc"
    assert logs.TextLines().format(record).endswith(f"(interview={logs.short('abc')} ms=12)")


def test_an_exception_is_told_without_its_message():
    try:
        int(SAID)
    except ValueError as error:
        record = logging.getLogger("interviewer.x").makeRecord(
            "interviewer.x", logging.ERROR, "f.py", 1, "failed", (),
            (ValueError, error, error.__traceback__),
        )  # fmt: skip
    for lines in (logs.JsonLines(), logs.TextLines()):
        line = lines.format(record)
        assert "ValueError" in line
        assert "test_an_exception_is_told" in line
        assert "parser" not in line


def test_the_values_of_other_libraries_are_left_out():
    told = logs.TextLines().format(_record("sent %s", SAID, name="openai"))
    assert "sent %s" in told
    assert SAID not in told
    assert SAID not in logs.TextLines().format(_record(f"sent {SAID}", name="openai"))
