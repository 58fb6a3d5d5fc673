"""The embedded model server: llama.cpp (xllamacpp) on loopback, behind a key of its own.

It runs in a child process, not in this one. In this one, measured with xllamacpp 2026.10: the
constructor holds the GIL while the model loads, so the page would freeze for seconds;
stopping it while a reply streams takes 30 s, also under the GIL; and leaving the interpreter
while a reply streams ends in a segmentation fault every other time. The child is simply ended,
and it ends itself when this process is gone, whichever way.

Knows how to load a file, not whether it is the right one: that is ``weights``.
"""

import json
import os
import platform
import secrets
import signal
import subprocess
import sys
import weakref
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from interviewer.errors import ModelUnavailable, WeightsError

_OTHER_ENDPOINT = "set INTERVIEWER_BASE_URL to use another model endpoint"
REPACKED = platform.machine().lower() not in {"x86_64", "amd64"}
"""Whether the engine rearranges the weights in memory for the processor.

Its x86 build has no more than AVX2, and there it only costs: measured on an AMD EPYC, a prompt
is read at 33 tokens/s rearranged and at 41 as the weights lie in the file, which also loads
1.5 s sooner and takes 600 MB less. Replies are written at 10.9 and 9.9 tokens/s.
"""

# With the parent's search path, the child finds the same package whether it is installed or
# run from a checkout.
_CHILD = "import sys; sys.path[:] = sys.argv[1:]; import interviewer.embedded as e; e._serve()"


@dataclass(frozen=True)
class Endpoint:
    """Where an OpenAI-compatible server listens and what it wants to see."""

    base_url: str
    """With the ``/v1``, as the openai client takes it."""
    api_key: str = field(repr=False)
    model: str
    """The model's label."""


@dataclass(frozen=True)
class _Order:
    """What the parent tells the child: by its stdin, so that no process list shows the key."""

    weights: str
    api_key: str
    model: str
    n_ctx: int
    n_parallel: int
    prefixes: str
    verbose: bool


# --- The parent's side ------------------------------------------------------------------


class EmbeddedServer:
    """A llama.cpp server for the file ``weights``, as long as this object or process lives.

    ``n_ctx`` tokens of context are shared by ``n_parallel`` requests at a time. What was read
    can be saved in, and restored from, the folder ``prefixes``. With ``verbose`` the server
    logs to stderr.
    """

    def __init__(
        self,
        weights: Path,
        *,
        n_ctx: int = 16384,
        n_parallel: int = 4,
        prefixes: Path | None = None,
        verbose: bool = False,
    ) -> None:
        self._weights, self._n_ctx, self._n_parallel = weights, n_ctx, n_parallel
        self._prefixes = prefixes
        self._verbose = verbose
        self._process: subprocess.Popen[str] | None = None
        self._endpoint: Endpoint | None = None
        self._end: weakref.finalize[..., EmbeddedServer] | None = None

    def start(self) -> Endpoint:
        """Loads the model and returns where it listens; blocks for seconds, without the GIL.

        A server that runs already is left as it is; one that has died is started anew.
        Raises WeightsError where the file can't be loaded, ModelUnavailable where the server
        can't run here.
        """
        if self._endpoint and self._process and self._process.poll() is None:
            return self._endpoint
        self.stop()
        _check_magic(self._weights)
        order = _Order(
            weights=str(self._weights),
            api_key=secrets.token_urlsafe(32),
            model=self._weights.stem,
            n_ctx=self._n_ctx,
            n_parallel=self._n_parallel,
            prefixes=f"{self._prefixes}{os.sep}" if self._prefixes else "",
            verbose=self._verbose,
        )
        self._process = _spawn()
        self._end = weakref.finalize(self, _end, self._process)
        try:
            address = _hand_over(self._process, order)
        except BaseException:
            self.stop()
            raise
        self._endpoint = Endpoint(f"{address}/v1", order.api_key, order.model)
        return self._endpoint

    def stop(self) -> None:
        """Ends the server at once, replies in flight included; does nothing where none runs."""
        if self._end is not None:
            self._end()
        self._process = self._endpoint = self._end = None


def _check_magic(path: Path) -> None:
    try:
        with path.open("rb") as file:
            magic = file.read(4)
    except OSError as error:
        raise _bad_weights(path, f"it can't be read ({error})") from error
    if magic != b"GGUF":
        raise _bad_weights(path, "it is not a GGUF model file")


def _bad_weights(path: Path | str, why: str) -> WeightsError:
    return WeightsError(
        f"the model {path} can't be loaded: {why}. Run `python -m interviewer model fetch` to "
        f"get it anew, or {_OTHER_ENDPOINT}"
    )


def _spawn() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", "-c", _CHILD, *sys.path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )


def _hand_over(process: subprocess.Popen[str], order: _Order) -> str:
    """Gives the child its order and waits for its word: the address it listens on."""
    assert process.stdin is not None
    assert process.stdout is not None
    with suppress(OSError):  # it is dead already; the next lines find out why
        process.stdin.write(json.dumps(asdict(order)) + "\n")
        process.stdin.flush()
    word = process.stdout.readline()
    if not word:
        raise _death(process.wait())
    said: dict[str, str] = json.loads(word)
    if "unloadable" in said:
        raise _bad_weights(order.weights, said["unloadable"])
    if "missing" in said:
        raise ModelUnavailable(
            f"the embedded engine can't be imported ({said['missing']}); "
            f"run `pip install xllamacpp`, or {_OTHER_ENDPOINT}"
        )
    return said["address"]


def _death(code: int) -> ModelUnavailable:
    why = f"exit code {code}"
    if code == -getattr(signal, "SIGILL", 4):
        why = "this processor lacks instructions that it needs, such as AVX2"
    elif code == -getattr(signal, "SIGKILL", 9):
        why = "it was killed, most likely for want of memory: it needs about 2.5 GB"
    return ModelUnavailable(f"the embedded model died while starting: {why}; {_OTHER_ENDPOINT}")


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):  # what was not sent is of no use any more
                pipe.close()


# --- The child's side -------------------------------------------------------------------


def _serve() -> NoReturn:
    """Loads what the order names, tells the address, and serves until the parent is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl+C is the parent's to handle
    # Whatever the library prints must not reach the pipe that the parent reads.
    with os.fdopen(os.dup(1), "w", encoding="utf-8") as parent:
        os.dup2(2, 1)
        server, word = _load(_Order(**json.loads(sys.stdin.readline())))
        parent.write(json.dumps(word) + "\n")
    if server is not None:
        sys.stdin.read()  # ends when the parent closes its side or dies
    # No tidy exit: the library's own teardown can hang and crash.
    os._exit(0)


def _load(order: _Order) -> tuple[Any, dict[str, str]]:
    """The running server (None where there is none) and the word for the parent."""
    try:
        import xllamacpp  # type: ignore[import-untyped]  # noqa: PLC0415 - only the child needs it
    except ImportError as error:
        return None, {"missing": str(error)}
    try:
        server = xllamacpp.Server(_params(xllamacpp.CommonParams(), order))
    except RuntimeError as error:
        why = f"it is damaged, or there is not enough free memory (about 2.5 GB) ({error})"
        return None, {"unloadable": why}
    return server, {"address": server.listening_address}


def _params(params: Any, order: _Order) -> Any:
    params.model.path = order.weights
    params.model_alias = {order.model}
    params.n_ctx, params.n_parallel = order.n_ctx, order.n_parallel
    params.no_extra_bufts = not REPACKED
    # A request's numbers would depend on what the other slots hold.
    params.kv_unified = False
    params.warmup = True
    params.cache_prompt = True
    # 28 KB a token; 8 GB is the default.
    params.cache_ram_mib = 512
    params.slot_save_path = order.prefixes
    params.offline = True
    params.verbosity = 3 if order.verbose else 0

    params.hostnames, params.port = ["127.0.0.1"], 0  # 0: any free port
    params.api_keys = [order.api_key]
    # The one origin that every browser page differs from. "null" would let in sandboxed
    # frames, whose origin is just that.
    params.cors_origins, params.cors_credentials = "", False
    params.ui = False
    params.endpoint_slots = params.endpoint_props = params.endpoint_metrics = False
    return params
