"""The benches of all tests of this folder: the real boxes of this machine, with short limits."""

import os
from pathlib import Path

import pytest

from interviewer.bench import Bench
from interviewer.sandbox import wasi
from interviewer.sandbox.session import Limits

CHECKOUT = Path(__file__).parent.parent.parent
SHORT = Limits(case_seconds=1.0, wall_factor=6.0)


@pytest.fixture(scope="session")
def bench() -> Bench:
    """What a key in the service's environment would be."""
    os.environ["INTERVIEWER_TEST_KEY"] = "sk-secret-of-the-service"
    opened = Bench.open([CHECKOUT], limits=SHORT)
    assert opened.can_run, opened.why_not
    return opened


@pytest.fixture(scope="session")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where Python's WebAssembly is compiled to: some seconds, so once for all."""
    return tmp_path_factory.mktemp("sandbox")


@pytest.fixture(scope="session")
def webassembly(compiled: Path) -> Bench:
    """The other sandbox, which machines have that can't make boxes."""
    box = wasi.find(compiled)
    return Bench(box, limits=SHORT.times(2 / box.slower))


@pytest.fixture(params=["bench", "webassembly"])
def either(request: pytest.FixtureRequest) -> Bench:
    """What holds in both."""
    found: Bench = request.getfixturevalue(request.param)
    return found
