"""The program inside the box: limits itself, then runs what it is asked to, a line at a time.

It is copied into the box and imports nothing of this package. It judges nothing: it evaluates
expressions after the candidate's code and hands back their values as JSON. The candidate's
code shares this process and may do to it what it likes; all it can win is to hand back another
value, which the service outside compares with what it never told this process.
"""

import io
import json
import os
import sys
import time
import traceback
import types
from typing import Any, TextIO

try:
    import resource
except ImportError:
    """In WebAssembly, which limits from outside."""

NAME = "your code"
REPLIES = 9
"""Where a compiled program writes its replies."""
clock = getattr(time, "thread_time", time.perf_counter)
"""A thread's processor time, which in WebAssembly is the clock."""
LONGEST_REPR = 2_000
LONGEST_VALUE = 2_000_000


def main() -> None:
    """Takes requests on the standard input, as lines of JSON, and replies on another descriptor."""
    limits = json.loads(sys.argv[1])
    requests, replies = pipes() if sys.platform == "wasi" else descriptors(limits)
    for line in requests:
        request = json.loads(line)
        if sys.platform != "wasi":
            allow_more_time(limits["case_seconds"])
        reply = {"n": request["n"], **answer(request)}
        sys.stdout.flush()
        replies.write(json.dumps(reply) + "\n")
        replies.flush()


def descriptors(limits: dict[str, Any]) -> tuple[TextIO, TextIO]:
    """Where requests come from and replies go to; limits itself, and may become a program."""
    requests = os.fdopen(os.dup(0), "r", encoding="utf-8")
    replies = os.fdopen(limits["replies"], "w", encoding="utf-8")
    os.dup2(os.open("/dev/null", os.O_RDONLY), 0)
    os.dup2(1, 2)
    sys.stdin = os.fdopen(0, encoding="utf-8", closefd=False)
    sys.path[:] = [*sys.path[1:], "/opt/library"]
    restrict(limits)
    if limits["command"]:
        os.dup2(requests.fileno(), 0)
        os.dup2(replies.fileno(), REPLIES)
        os.execv(limits["command"][0], limits["command"])
    return requests, replies


def pipes() -> tuple[TextIO, TextIO]:
    """The same in WebAssembly, which has three pipes and can't make another."""
    requests, replies = sys.stdin, sys.stderr
    sys.stdin, sys.stderr = io.StringIO(), sys.stdout
    return requests, replies


def restrict(limits: dict[str, Any]) -> None:
    """Limits that hold to the end: a soft limit that is a hard one can't be raised again."""
    seconds = limits["seconds"]
    for what, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, limits["file"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(what, (most, most))


def allow_more_time(seconds: float) -> None:
    """Sets the processor time at which the kernel ends this process, from now on."""
    used = time.process_time()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (min(hard, int(used + seconds) + 1), hard))


def answer(request: dict[str, Any]) -> dict[str, Any]:
    """What one request asks for."""
    # Dataclasses look up the module that their annotations are of.
    module = sys.modules["candidate"] = types.ModuleType("candidate")
    names = module.__dict__
    try:
        compiled = compile(request["code"], NAME, "exec")
        exec(compiled, names)
        if "grow" in request:
            return {"seconds": grow(request, names)}
        started = clock()
        if request.get("show"):
            return show(request["run"], names)
        value = json.dumps(eval(request["run"], names), default=plain, allow_nan=True)
        took = clock() - started
        if len(value) > LONGEST_VALUE:
            return {"error": "the returned value is too large to be shown", "line": None}
        return {"value": json.loads(value), "took": took, "shown": shorten(value)}
    except BaseException as error:
        return explain(error)


def show(text: str, names: dict[str, Any]) -> dict[str, Any]:
    """Runs a candidate's own lines; the last one's value is shown, if it is an expression."""
    started = clock()
    try:
        compiled = compile(text, "your input", "eval")
    except SyntaxError:
        exec(compile(text, "your input", "exec"), names)
        return {"value": None, "took": clock() - started, "shown": ""}
    value = eval(compiled, names)
    return {"value": None, "took": clock() - started, "shown": shorten(repr(value))}


def grow(request: dict[str, Any], names: dict[str, Any]) -> list[float]:
    """Processor seconds of each run on an input of size ``size``, made anew each time.

    The thread's clock: the process's one only moves with the kernel's tick once it is limited.
    """
    taken = []
    for _ in range(request["repeat"]):
        names["given"] = eval(request["grow"], {**names, "n": request["size"]})
        started = clock()
        eval(request["run"], names)
        taken.append(clock() - started)
    return taken


def plain(value: Any) -> Any:
    """numpy's arrays and numbers as Python's; what else isn't JSON is named."""
    if hasattr(value, "tolist"):
        return value.tolist()
    if isinstance(value, (set, frozenset)):
        raise TypeError("a set was returned, which has no order; return what the statement names")
    if hasattr(value, "__next__"):
        raise TypeError("an iterator was returned; return what the statement names")
    raise TypeError(f"a {type(value).__name__} was returned, which is no plain value")


def explain(error: BaseException) -> dict[str, Any]:
    """An error in words, with the line of the candidate's code that it left from."""
    line = None
    if isinstance(error, SyntaxError) and error.filename == NAME:
        line = error.lineno
    for frame in traceback.extract_tb(error.__traceback__):
        if frame.filename == NAME:
            line = frame.lineno
    said = shorten(str(error)).strip()
    kind = type(error).__name__
    return {"error": f"{kind}: {said}" if said else kind, "kind": kind, "line": line}


def shorten(text: str) -> str:
    """The beginning of a long text."""
    return text if len(text) <= LONGEST_REPR else text[:LONGEST_REPR] + " …"


if __name__ == "__main__":
    main()
