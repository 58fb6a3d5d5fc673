"""One bench for all tests of this folder: the real box of this machine, with short limits."""

import os
from pathlib import Path

import pytest

from interviewer.bench import Bench
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
