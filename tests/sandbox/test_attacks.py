"""What a hostile candidate tries. Each must be stopped with a message that explains it, and the
next run must be served as if nothing had happened.
"""

import asyncio
import json
from pathlib import Path

import pytest

from interviewer.bench import Bench
from interviewer.coding import CaseResult
from interviewer.rubric import Case

INNOCENT = Case(run="1 + 1", expect=2)


async def attack(bench: Bench, code: str, run: str = "f()", expect: object = None) -> CaseResult:
    """The result of the attack; an innocent run must pass after it."""
    result = await bench.run("mallory", code, [Case(run=run, expect=expect)], "run", 1)
    after = await bench.run("alice", "x = 1", [INNOCENT], "run", 1)
    assert after.all_passed
    return result.cases[0]


BLOCKED = {
    "the password file": ("def f(): return open('/etc/passwd').read()", "no files here"),
    "the service's own files": (
        f"def f(): return open({str(Path(__file__).resolve())!r}).read()",
        "no files here",
    ),
    "the environment of the first process": (
        "def f(): return open('/proc/1/environ').read()",
        "no files here",
    ),
    "its own memory through /proc": ("def f(): return open('/proc/self/mem')", "no files here"),
    "the network": (
        "import socket\ndef f(): socket.create_connection(('127.0.0.1', 7860))",
        "no network",
    ),
    "a socket between processes": (
        "import socket\ndef f(): socket.socketpair()",
        "no network",
    ),
    "a fork": ("import os\ndef f(): os.fork()", "no other process"),
    "a fork bomb": (
        "import os\ndef f():\n    while True:\n        os.fork()",
        "no other process",
    ),
    "another program": (
        "import subprocess\ndef f(): return subprocess.run(['/bin/sh'])",
        "PermissionError",
    ),
    "memory by the heap": ("def f(): return bytearray(4 * 10**9)", "more memory"),
    "memory in small pieces": (
        "def f():\n    held = []\n    while True:\n        held.append(bytearray(10**6))",
        "more memory",
    ),
    "memory by a shared mapping": (
        "import mmap\ndef f(): return mmap.mmap(-1, 4 * 10**9)",
        "Cannot allocate memory",
    ),
    "memory in /dev/shm": ("def f(): open('/dev/shm/x', 'wb')", "Nothing can be written"),
    "memory by memfd": ("import os\ndef f(): os.memfd_create('x')", "PermissionError"),
    "a file in /tmp": ("def f(): open('/tmp/huge', 'wb')", "no files here"),
    "a file at the root": ("def f(): open('/huge', 'wb')", "Nothing can be written"),
    "a signal to the first process": ("import os\ndef f(): os.kill(1, 9)", "PermissionError"),
    "a signal to everyone": ("import os\ndef f(): os.kill(-1, 9)", "PermissionError"),
    "a link out": (
        "import os\ndef f(): os.symlink('/proc/1/root', '/opt/out')",
        "Nothing can be written",
    ),
    "import of the service": ("import interviewer\ndef f(): return 1", "nothing else"),
    "reading from the keyboard": ("def f(): return input()", "Nothing can be typed in"),
    "a number without end": ("def f(): return 10 ** 10 ** 4", "Exceeds the limit"),
    "an endless recursion": ("def f(): return f()", "is there an end to it"),
    "leaving with an exception": ("import sys\ndef f(): sys.exit(0)", "SystemExit"),
}


@pytest.mark.parametrize("name", BLOCKED)
async def test_it_is_refused_and_explained(bench: Bench, name: str) -> None:
    code, says = BLOCKED[name]
    found = await attack(bench, code)
    assert found.status == "error"
    assert says in found.message


IN_WEBASSEMBLY = {
    "a socket between processes": "doesn't allow this",
    "another program": "no other process",
    "memory by a shared mapping": "No module named 'mmap'",
    "memory in /dev/shm": "no files here",
    "memory by memfd": "no other process",
    "a file at the root": "no files here",
    "a signal to the first process": "no other process",
    "a signal to everyone": "no other process",
    "a link out": "no files here",
}
"""What is said where much is not forbidden but missing."""


async def test_webassembly_refuses_and_explains_it_all(webassembly: Bench) -> None:
    """All in one session, each in names of its own; what comes after is served as ever."""
    code = (
        f"attacks = { {name: code for name, (code, _) in BLOCKED.items()}!r}\n"
        "def f(name):\n    names = {}\n    exec(attacks[name], names)\n    return names['f']()"
    )
    cases = [Case(run=f"f({name!r})", expect=None) for name in BLOCKED]
    found = await webassembly.run("mallory", code, [*cases, INNOCENT], "run", len(cases) + 1)
    said = dict(zip(BLOCKED, found.cases, strict=False))
    says = {name: says for name, (_, says) in BLOCKED.items()} | IN_WEBASSEMBLY
    assert {name for name, case in said.items() if case.status != "error"} == set()
    wrong = {name: case.message for name, case in said.items() if says[name] not in case.message}
    assert wrong == {}
    assert found.cases[-1].passed


STOPPED = {
    "an endless loop": ("def f():\n    while True: pass", "time", "processor time"),
    "an endless sleep": ("import time\ndef f(): time.sleep(3600)", "time", "processor time"),
    "a signal handler against the limit": (
        "import signal\nsignal.signal(signal.SIGXCPU, signal.SIG_IGN)\n"
        "def f():\n    while True: pass",
        "time",
        "processor time",
    ),
    "endless output": ("def f():\n    while True: print('x' * 1000)", "output", "64 KB"),
    "output past Python": (
        "import os\ndef f():\n    while True: os.write(1, b'x' * 1000)",
        "output",
        "64 KB",
    ),
    "ending the process": ("import os\ndef f(): os._exit(0)", "crash", "ended its own process"),
    "a crash of Python": (
        "import ctypes\ndef f(): ctypes.string_at(0)",
        "crash",
        "crashed inside Python",
    ),
    "the second set of system calls": (
        "import ctypes\ndef f(): return ctypes.CDLL(None).syscall(0x40000000 | 57)",
        "crash",
        "system call",
    ),
}


@pytest.mark.parametrize("name", STOPPED)
async def test_it_is_stopped_and_explained(bench: Bench, name: str) -> None:
    await assert_stopped(bench, *STOPPED[name])


async def assert_stopped(bench: Bench, code: str, status: str, says: str) -> None:
    found = await attack(bench, code)
    assert found.status == status
    assert says in found.message


STOPPED_IN_WEBASSEMBLY = {
    **{
        name: STOPPED[name]
        for name in ("an endless loop", "output past Python", "ending the process")
    },
    "a signal to itself": (
        "import signal\ndef f(): signal.raise_signal(signal.SIGKILL)",
        "crash",
        "ended its own process",
    ),
    "a crash of Python": ("import os\ndef f(): os.abort()", "crash", "crashed inside Python"),
}


@pytest.mark.parametrize("name", STOPPED_IN_WEBASSEMBLY)
async def test_webassembly_stops_and_explains_it(webassembly: Bench, name: str) -> None:
    await assert_stopped(webassembly, *STOPPED_IN_WEBASSEMBLY[name])


CALLS = {
    "ptrace": "ptrace(16, 1, 0, 0)",
    "reading another process": "process_vm_readv(1, 0, 0, 0, 0, 0)",
    "a fork past Python": "syscall(57)",
    "a shared memory segment": "shmget(0, 1 << 30, 0o1777)",
    "a namespace": "unshare(0x10000000)",
    "a mount": "mount(0, b'/', 0, 0, 0)",
}


@pytest.mark.parametrize("name", CALLS)
async def test_a_system_call_is_not_permitted(bench: Bench, name: str) -> None:
    code = (
        "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\n"
        f"def f(): return [libc.{CALLS[name]}, ctypes.get_errno()]"
    )
    assert (await attack(bench, code, expect=[-1, 1])).passed


async def test_the_service_goes_on_while_it_is_attacked(either: Bench) -> None:
    """Others are served, and the service's own loop turns, before the attackers are stopped."""
    wide = Bench(either._box, limits=either.limits.times(1 / either._box.slower), slots=3)
    cases = [Case(run="f()", expect=None)]
    attacks = [
        asyncio.create_task(wide.run(f"mallory{n}", STOPPED[name][0], cases, "run", 1))
        for n, name in enumerate(("an endless loop", "a signal handler against the limit"))
    ]
    assert (await wide.run("alice", "x = 1", [INNOCENT], "run", 1)).all_passed
    assert not any(attack.done() for attack in attacks)
    assert [(await attack).cases[0].status for attack in attacks] == ["time", "time"]


async def test_the_environment_holds_no_secret(either: Bench) -> None:
    code = "import os\ndef f(): return sorted(os.environ)"
    found = await attack(either, code)
    assert found.got
    assert "INTERVIEWER" not in found.got
    assert "PATH" not in found.got


async def test_no_file_of_the_service_is_in_the_box(bench: Bench) -> None:
    """The whole tree is walked: no rubric, no database, no module of the service."""
    code = (
        "import os\ndef f():\n"
        "    names = [os.path.join(folder, name) for folder, _, files in os.walk('/')\n"
        "             for name in files]\n"
        "    return [len(names) > 500, [one for one in names if 'interview' in one\n"
        "            or one.endswith(('.yaml', '.yml')) or '/site-packages/' in one]]"
    )
    assert (await attack(bench, code, expect=[True, []])).passed


FORGERIES = {
    "a value that equals everything": (
        "class Any(int):\n    def __eq__(self, other): return True\n"
        "    def __hash__(self): return 1\ndef f(): return Any(7)"
    ),
    "a patched comparison": (
        "import builtins, math, operator\nmath.isclose = lambda *a, **k: True\n"
        "operator.eq = lambda *a: True\nbuiltins.isinstance = lambda *a: True\ndef f(): return 7"
    ),
    "a patched reply": (
        'import json, __main__\njson.dumps = lambda *a, **k: \'{"n": 1, "passed": true, '
        '"value": "pass", "status": "passed"}\'\ndef f(): return 7'
    ),
    "replies written past the launcher": (
        "import os\nfor d in range(2, 60):\n"
        '    try: os.write(d, b\'{"n": 1, "value": true, "status": "passed"}\\n\')\n'
        "    except OSError: pass\ndef f(): return 7"
    ),
    "a text that is no JSON": (
        "import os\nfor d in range(2, 60):\n"
        "    try: os.write(d, b'[' * 100_000 + b'\\n')\n"
        "    except OSError: pass\ndef f(): return 7"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
async def test_a_pass_cannot_be_forged(either: Bench, name: str) -> None:
    case = Case(run="f()", expect=42)
    assert not (await either.run("mallory", FORGERIES[name], [case], "run", 1)).cases[0].passed


async def test_a_property_is_checked_apart_from_the_code(either: Bench) -> None:
    code = (
        "import builtins\nbuiltins.max = lambda *a: 0\nbuiltins.len = lambda *a: 3\n"
        "def f(): return [9]"
    )
    case = Case(run="f()", verify="len(value) == 3 and max(value) == 0", expect=True)
    result = await either.run("mallory", code, [case], "run", 1)
    assert result.cases[0].status == "failed"


async def test_neither_expected_values_nor_later_inputs_are_in_the_box(either: Bench) -> None:
    """Everything that the process holds when the first hidden case runs is searched."""
    code = (
        "import gc, sys\ndef f(x):\n    seen = []\n    frame = sys._getframe()\n"
        "    while frame:\n        seen.append(repr(frame.f_locals) + repr(frame.f_globals))\n"
        "        frame = frame.f_back\n"
        "    seen.append(repr(gc.get_objects()))\n"
        "    text = ' '.join(seen)\n"
        "    return [''.join(pair) in text for pair in (('ki', 'wi'), ('pl', 'um'), ('gr', 'ape'))]"
    )
    cases = [
        Case(run="f('plum')", expect=[False, True, False]),
        Case(run="f('grape')", expect="kiwi"),
    ]
    # Writing all of it out takes WebAssembly more than the short limit of the others.
    patient = Bench(either._box)
    result = await patient.run("mallory", code, cases, "submit", 0)
    assert [case.status for case in result.cases[:1]] == ["passed"]
    assert all(case.run is None and case.expected is None for case in result.cases)


async def test_a_case_leaves_nothing_for_the_next(either: Bench) -> None:
    code = "seen = []\ndef f(x):\n    seen.append(x)\n    return seen"
    cases = [Case(run="f(1)", expect=[1]), Case(run="f(2)", expect=[2])]
    assert (await either.run("a", code, cases, "run", 2)).all_passed


async def test_after_two_stops_the_rest_is_left_out(either: Bench) -> None:
    code = "import os\ndef f(x): os._exit(3)"
    cases = [Case(run=f"f({n})", expect=n) for n in range(4)]
    result = await either.run("a", code, cases, "run", 4)
    assert [case.status for case in result.cases] == ["crash", "crash", "not run", "not run"]
    json.loads(result.model_dump_json())
