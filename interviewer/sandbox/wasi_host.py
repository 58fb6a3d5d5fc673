"""The process around a Python compiled to WebAssembly: starts it, times it, ends with it.

A program of its own, started by ``wasi`` with no environment; it imports nothing of this package.
The candidate's code runs inside the WebAssembly, which has three pipes and nothing else: no folder
is opened to it, WASI preview 1 has no call that connects to anywhere, and it can start nothing.
What it spends is watched from here, where it can't reach.
"""

import importlib
import json
import os
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

OUT_OF_TIME = 128 + 24
"""Ends as one does whom the kernel stops for its processor time."""
CRASHED = 128 + 11
_LOOKS = 0.02
_WASI = "wasi_snapshot_preview1"
_STEADY = 1
_HUGE = 1 << 62


def main() -> None:
    """``prepare`` compiles the program, once for a machine; ``serve`` runs it."""
    told = json.loads(sys.argv[2])
    sys.path.append(told["library"])
    wasmtime = importlib.import_module("wasmtime")
    {"prepare": prepare, "serve": serve}[sys.argv[1]](wasmtime, told)


def prepare(wasmtime: Any, told: dict[str, Any]) -> None:
    """Compiles what comes in, to a file that is there whole or not at all."""
    made = wasmtime.Module(wasmtime.Engine(), sys.stdin.buffer.read()).serialize()
    half = Path(f"{told['prepared']}.{os.getpid()}")
    half.write_bytes(made)
    half.replace(told["prepared"])


def serve(wasmtime: Any, told: dict[str, Any]) -> None:
    """Runs the program until it ends, with the standard input handed through."""
    limits = told["limits"]
    engine = wasmtime.Engine()
    module = wasmtime.Module.deserialize_file(engine, told["prepared"])
    linker = wasmtime.Linker(engine)
    linker.define_wasi()
    number, long = wasmtime.ValType.i32(), wasmtime.ValType.i64()
    clock = wasmtime.FuncType([number, long, number], [number])
    linker.allow_shadowing = True
    linker.define_func(_WASI, "clock_time_get", clock, tell_time, access_caller=True)
    store = wasmtime.Store(engine)
    store.set_limits(memory_size=limits["memory"], instances=1, memories=1)
    wasi = wasmtime.WasiConfig()
    wasi.argv = told["command"]
    wasi.inherit_stdin()
    wasi.inherit_stdout()
    wasi.inherit_stderr()
    restrict(limits)
    Watch(limits["case_seconds"]).start()
    store.set_wasi(wasi)
    start = linker.instantiate(store, module).exports(store)["_start"]
    try:
        start(store)
    except wasmtime.ExitTrap as ended:
        os._exit(ended.code)
    except (wasmtime.Trap, wasmtime.WasmtimeError):
        os._exit(CRASHED)
    os._exit(0)


def tell_time(caller: Any, clock: int, _precision: int, place: int) -> int:
    """WASI's clocks; the steady one goes by processor time, which other programs don't take."""
    now = time.thread_time_ns() if clock == _STEADY else time.time_ns()
    caller["memory"].write(caller, now.to_bytes(8, "little"), place & 0xFFFF_FFFF)
    return 0


def restrict(limits: dict[str, Any]) -> None:
    """The kernel's limits, where there are any, behind those of the WebAssembly."""
    with suppress(ImportError):
        import resource  # noqa: PLC0415 - only where the system has it

        for what, most in (
            (resource.RLIMIT_CPU, limits["seconds"]),
            (resource.RLIMIT_FSIZE, limits["file"]),
            (resource.RLIMIT_NOFILE, 64),
            (resource.RLIMIT_CORE, 0),
        ):
            resource.setrlimit(what, (most, most))


class Watch:
    """Hands requests through, and ends this process when one takes too long."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._until: float = _HUGE
        self._requests = os.fdopen(os.dup(0), "rb")
        reads, self._writes = os.pipe()
        os.dup2(reads, 0)
        os.close(reads)

    def start(self) -> None:
        """Begins both, beside the program."""
        for task in (self._hand_through, self._look):
            threading.Thread(target=task, daemon=True).start()

    def _hand_through(self) -> None:
        for line in self._requests:
            self._until = time.process_time() + self._seconds
            sent = 0
            while sent < len(line):
                sent += os.write(self._writes, line[sent:])
        os.close(self._writes)

    def _look(self) -> None:
        while time.process_time() < self._until:
            time.sleep(_LOOKS)
        os._exit(OUT_OF_TIME)


if __name__ == "__main__":
    main()
