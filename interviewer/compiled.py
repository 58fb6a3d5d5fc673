"""A candidate's C++: compiled in a box, its function called in another, its tests evaluated here.

A test is a Python expression. It is evaluated in a box of its own, without any code of the
candidate's, where a stand-in takes the place of the function: it says which arguments it was
called with, the compiled program is asked for the result, and the expression goes on with that.
"""

import hashlib
import json
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from interviewer import cpp
from interviewer.coding import Remark
from interviewer.cpp import Function
from interviewer.errors import SandboxUnavailable
from interviewer.rubric import Strict
from interviewer.sandbox.bubblewrap import Bubblewrap
from interviewer.sandbox.session import EndsItself, Limits, Reply, Session

HARNESS = Path(__file__).with_name("sandbox") / "harness.h"
REPLIES = 9
"""The descriptor that the launcher gives a program for its replies."""
COMPILING = Limits(
    case_seconds=20.0, seconds=20, memory=2 * 2**30, output=512 * 1024, file=256 * 2**20
)
MOST_CALLS = 4
"""Calls of the function that one test may make."""
MOST_KEPT = 16
"""Programs that are kept for the next run of the same code."""

_STAND_IN = """\
import json as _json
class _Wanted(Exception):
    pass
_known, _calls = _json.loads({known!r}), []
{head}
    _calls.append(1)
    if len(_calls) <= len(_known):
        return _known[len(_calls) - 1]
    raise _Wanted([{names}])
def _with(run):
    try:
        return {{"value": run()}}
    except _Wanted as wanted:
        return {{"wanted": wanted.args[0]}}
"""


class Program(Strict):
    """What the compiler made; ``binary`` is empty where it doesn't compile."""

    binary: bytes = b""
    message: str = ""
    line: int | None = None
    remarks: tuple[Remark, ...] = ()


class Compiler:
    """Compiles in boxes of this machine. Keeps the last few programs."""

    def __init__(self, box: Bubblewrap) -> None:
        self._box = box
        self._kept: OrderedDict[str, Program] = OrderedDict()
        self._prelude: tempfile.TemporaryDirectory[str] | None = None
        self._one_prepares = threading.Lock()

    def compile(self, code: str, function: Function) -> Program:
        """The program around this code."""
        source = cpp.source(code, function, REPLIES)
        key = hashlib.sha256(source.encode()).hexdigest()
        made = self._kept.get(key) or self._made(source, function)
        self._kept[key] = made
        self._kept.move_to_end(key)
        while len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return made

    def calls(self, limits: Limits, program: Program, of: Function) -> "Calls":
        """A way to call what was compiled."""
        return Calls(self._box, limits, program, of)

    def works(self) -> bool:
        """Whether anything compiles here."""
        with tempfile.TemporaryDirectory(prefix="interviewer-") as folder:
            return self._run(cpp.COMPILE, "int main() {}", Path(folder))[0]

    def _made(self, source: str, function: Function) -> Program:
        prelude = self.prepared()
        with tempfile.TemporaryDirectory(prefix="interviewer-") as folder:
            done, said = self._run(cpp.COMPILE, source, Path(folder), prelude)
            if not done:
                message, line = cpp.explain(said, function)
                return Program(message=message, line=line)
            binary = (Path(folder) / "made" / "program").read_bytes()
        return Program(binary=binary, remarks=cpp.remarks(said))

    def prepared(self) -> Path:
        """The folder with what stands above every program, compiled before it is first used."""
        with self._one_prepares:
            if self._prelude is None:
                self._prelude = tempfile.TemporaryDirectory(prefix="interviewer-")
                text = cpp.prelude(HARNESS.read_text(encoding="utf-8"))
                (Path(self._prelude.name) / "made").mkdir()
                (Path(self._prelude.name) / "made" / "prelude.h").write_text(text, encoding="utf-8")
                self._run(cpp.PREPARE, text, Path(self._prelude.name))
            return Path(self._prelude.name) / "made"

    def _run(
        self, command: Sequence[str], source: str, folder: Path, prelude: Path | None = None
    ) -> tuple[bool, str]:
        made, text = folder / "made", folder / "source.cpp"
        made.mkdir(exist_ok=True)
        text.write_text(source, encoding="utf-8")
        with self._box.compiler(command, text, made, COMPILING, prelude) as session:
            reply = session.ask()
        why = {"time": "the compiler took too long", "output": "the compiler said too much"}
        return reply.stop == "crash" and reply.code == 0, reply.output or why.get(
            reply.stop or "", ""
        )


def find_compiler(box: Bubblewrap) -> Compiler:
    """This machine's compiler, tried out; SandboxUnavailable says why there is none."""
    if not Path(cpp.COMPILER).exists():
        raise SandboxUnavailable(
            "this machine has no C++ compiler; install g++ (Debian's package g++) for it"
        )
    found = Compiler(box)
    if not found.works():
        raise SandboxUnavailable(f"{cpp.COMPILER} doesn't work within the box on this machine")
    # While the first program is being typed, so that its first run need not wait for it.
    threading.Thread(target=found.prepared, daemon=True).start()
    return found


class Calls(EndsItself):
    """Evaluates expressions that call the compiled function. Use it as a context."""

    def __init__(self, box: Bubblewrap, limits: Limits, program: Program, of: Function) -> None:
        self._box = box
        self._limits = limits
        self._function = of
        self._folder = Path(tempfile.mkdtemp(prefix="interviewer-"))
        self._binary = self._folder / "program"
        self._binary.write_bytes(program.binary)
        self._binary.chmod(0o755)
        self._compiled: Session | None = None
        self._clean = box.python(limits)

    def end(self) -> None:
        """See EndsItself."""
        self._clean.end()
        if self._compiled is not None:
            self._compiled.end()
        shutil.rmtree(self._folder, ignore_errors=True)

    def ask(self, run: str, repeat: int = 1, **names: Any) -> tuple[Reply, list[float]]:
        """The value of an expression, with the shortest of each call's repeated times.

        ``names`` are values that the expression may use. A reply that stopped or holds an
        error is of the compiled program.
        """
        known: list[Any] = []
        seconds: list[float] = []
        given = "".join(f"{name} = {value!r}\n" for name, value in names.items())
        printed = ""
        while True:
            stand_in = _STAND_IN.format(
                known=json.dumps(known),
                head=self._function.python,
                names=", ".join(self._function.names),
            )
            reply = self._clean.ask(code=given + stand_in, run=f"_with(lambda: ({run}))")
            said = (reply.said or {}).get("value")
            if not isinstance(said, dict) or "wanted" not in said or len(known) >= MOST_CALLS:
                value = said.get("value") if isinstance(said, dict) else None
                told = {"value": value} if reply.said and "error" not in reply.said else reply.said
                return reply.model_copy(update={"said": told, "output": printed}), seconds
            called = self._call(said["wanted"], repeat)
            printed += called.output
            if called.said is None or "error" in called.said:
                return called.model_copy(update={"output": printed}), seconds
            known.append(called.said.get("value"))
            seconds.append(_shortest(called.said.get("seconds")))

    def _call(self, arguments: list[Any], repeat: int) -> Reply:
        if self._compiled is None or not self._compiled.alive:
            self._compiled = self._box.program(self._binary, self._limits)
        return self._compiled.ask(
            repeat=repeat, case_seconds=self._limits.case_seconds, arguments=arguments
        )


def _shortest(taken: Any) -> float:
    numbers = [one for one in taken if isinstance(one, float)] if isinstance(taken, list) else []
    return min(numbers, default=0.0)
