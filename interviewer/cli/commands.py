"""What every subject of the shell is added to."""

import argparse
from pathlib import Path
from typing import TypeAlias

from interviewer.errors import InterviewerError

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"
"""The parser's list of commands."""

AREAS = "ambiguity, behavioral, coding, communication, ml_theory, science_depth, system_design"
"""The shipped ones, for help texts: reading the content to tell them would take seconds."""


def read_text(path: Path) -> str:
    """A file's text; InterviewerError where it can't be read."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InterviewerError(
            f"{path}: can't be read ({error}); give a UTF-8 text file"
        ) from error


def write_bytes(path: Path, data: bytes) -> None:
    """Writes a file; InterviewerError where it can't be written."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise InterviewerError(
            f"{path}: can't be written ({error}); free room or name another file"
        ) from error
