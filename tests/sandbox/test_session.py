"""A session keeps its deadline whatever the process in the box does, or doesn't."""

import sys

import pytest

from interviewer.sandbox.session import Limits, Session

LONG = "x" * 1_000_000
"""More than a pipe holds."""
READS = "import sys\nfor line in sys.stdin: print(len(line), flush=True); reply('1')"
SLEEPS = "import time\ntime.sleep(20)"


def _session(program: str) -> Session:
    """A session with a program of this machine, outside of any box."""

    def asks(replies: int) -> dict[str, object]:
        head = f"import os\ndef reply(n): os.write({replies}, b'{{\"n\": %s}}\\n' % n.encode())\n"
        return {"args": [sys.executable, "-I", "-c", head + program], "pass_fds": (replies,)}

    return Session.start(Limits(), asks)


def test_a_long_request_arrives_whole() -> None:
    with _session(READS) as session:
        reply = session.ask(code=LONG)
    assert reply.said == {"n": 1}
    assert int(reply.output) > len(LONG)


@pytest.mark.parametrize(
    ("program", "stop"),
    [
        (SLEEPS, "time"),
        (f"reply('1')\n{SLEEPS}", "crash"),
        (f"while True: print('x' * 1000)\n{SLEEPS}", "output"),
        ("raise SystemExit(3)", "crash"),
    ],
)
def test_a_request_that_nobody_reads_is_given_up(program: str, stop: str) -> None:
    with _session(program) as session:
        reply = session.ask(2.0, code=LONG)
        assert (reply.said, reply.stop) == (None, stop)
        assert session.ask(code="").said is None
