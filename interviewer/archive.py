"""Everything of one candidate's as one file, and back. Pure."""

from collections.abc import Mapping
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


def renamed(archive: Archive, ids: Mapping[str, str]) -> Archive:
    """The archive with other ids for those interviews and loops that ``ids`` names."""

    def new(some_id: str | None) -> str | None:
        return ids.get(some_id, some_id) if some_id else some_id

    def interview(one: Interview) -> Interview:
        plan = one.plan.model_copy(update={"again_of": new(one.plan.again_of)})
        return one.model_copy(update={"id": new(one.id), "plan": plan})

    def loop(one: Loop) -> Loop:
        within = tuple(new(each) for each in one.interview_ids)
        return one.model_copy(update={"id": new(one.id), "interview_ids": within})

    return archive.model_copy(
        update={
            "interviews": tuple(interview(one) for one in archive.interviews),
            "loops": tuple(loop(one) for one in archive.loops),
        }
    )
