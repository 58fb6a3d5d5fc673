"""Everything of one candidate's as one file, and back. Pure."""

from datetime import datetime
from typing import Literal

from pydantic import ValidationError

from interviewer.errors import ArchiveError
from interviewer.process import Loop
from interviewer.rubric import Strict
from interviewer.session import Interview


class Archive(Strict):
    """What an exported file holds."""

    kind: Literal["mock-interviewer archive"] = "mock-interviewer archive"
    version: Literal[1] = 1
    exported_at: datetime
    interviews: tuple[Interview, ...]
    loops: tuple[Loop, ...]


def read_archive(text: str | bytes) -> Archive:
    """The archive in a file's text; ArchiveError says what is wrong with it."""
    try:
        archive = Archive.model_validate_json(text)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ArchiveError(
            f"this is not an exported file of this program's ({where}: {first['msg']}); "
            "choose one that was made with Export"
        ) from error
    known = {one.id for one in archive.interviews}
    wanted = {one for loop in archive.loops for one in loop.interview_ids if one}
    wanted |= {one.plan.again_of for one in archive.interviews if one.plan.again_of}
    if wanted - known:
        raise ArchiveError(
            f"{len(wanted - known)} interviews that the file's loops name are not in it; "
            "export it again"
        )
    return archive
