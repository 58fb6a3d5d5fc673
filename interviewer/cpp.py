"""C++ for a coding question: signature, the program around the code, compiler's words. Pure.

A question is written for Python. Where it asks for one function whose types have a counterpart,
the same tests run against C++: the arguments and the result cross as JSON.
"""

import ast
import re
from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType

from interviewer.coding import Remark
from interviewer.rubric import Coding, Strict

_PLAIN: Mapping[str, str] = MappingProxyType(
    {"int": "long long", "float": "double", "str": "string", "bool": "bool"}
)
_INCLUDES = """\
algorithm array bitset cctype climits cmath cstdint cstdio cstring deque functional iomanip iostream
iterator limits list map memory numeric optional queue random set sstream stack stdexcept string
string_view tuple unordered_map unordered_set utility vector""".split()
CODE = "your code"
COMPILER = "/usr/bin/g++"
_FLAGS = (
    *("-std=c++17", "-O1", "-fno-diagnostics-show-caret", "-fdiagnostics-color=never"),
    *("-fmax-errors=5", "-Wall", "-Wextra", "-Wno-sign-compare"),
)
COMPILE = (COMPILER, *_FLAGS, "/opt/source.cpp", "-o", "/scratch/program")
PREPARE = (COMPILER, *_FLAGS, "-x", "c++-header", "/opt/source.cpp", "-o", "/scratch/prelude.h.gch")
"""Reads the prelude once for all programs: it takes longer than a candidate's code."""
MOST_SHOWN = 5
"""Messages of the compiler that are shown."""


class Function(Strict):
    """A function as C++ has it."""

    name: str
    names: tuple[str, ...]
    types: tuple[str, ...]
    returns: str
    defaults: tuple[str, ...] = ()
    """Of the last arguments, as Python has them."""

    @property
    def stub(self) -> str:
        """What the editor begins with."""
        takes = ", ".join(
            f"{kind} {name}" for kind, name in zip(self.types, self.names, strict=True)
        )
        includes = "".join(f"#include <{one}>\n" for one in self._headers())
        return (
            f"{includes}using namespace std;\n\n{self.returns} {self.name}({takes}) {{\n"
            "    // Your code goes here.\n}\n"
        )

    @property
    def python(self) -> str:
        """The head of the same function in Python, for a stand-in that takes its arguments."""
        required = len(self.names) - len(self.defaults)
        shown = [
            name if place < required else f"{name}={self.defaults[place - required]}"
            for place, name in enumerate(self.names)
        ]
        return f"def {self.name}({', '.join(shown)}):"

    def _headers(self) -> list[str]:
        used = " ".join((*self.types, self.returns))
        return [one for one in ("map", "optional", "string", "tuple", "vector") if one in used]


def function(coding: Coding) -> Function | None:
    """The function that a question asks for; None where it has no counterpart in C++."""
    if not coding.runs:
        return None
    try:
        body = ast.parse(coding.signature).body
    except SyntaxError:
        return None
    if len(body) != 1 or not isinstance(body[0], ast.FunctionDef):
        return None
    head = body[0]
    arguments = head.args
    if arguments.vararg or arguments.kwarg or arguments.kwonlyargs or arguments.posonlyargs:
        return None
    types = [_type(one.annotation) for one in arguments.args]
    returns = _type(head.returns)
    known = [one for one in types if one is not None]
    if returns is None or len(known) < len(types):
        return None
    return Function(
        name=head.name,
        names=tuple(one.arg for one in arguments.args),
        types=tuple(known),
        returns=returns,
        defaults=tuple(ast.unparse(one) for one in arguments.defaults),
    )


def _type(node: ast.expr | None) -> str | None:
    """The counterpart of a Python type; None: there is none."""
    found: str | None = None
    match node:
        case ast.Name(id=name):
            found = _PLAIN.get(name)
        case ast.BinOp(left=inner, op=ast.BitOr(), right=ast.Constant(value=None)):
            found = _of("optional", [_type(inner)])
        case ast.Subscript(value=ast.Name(id="list"), slice=inner):
            found = _of("vector", [_type(inner)])
        case ast.Subscript(value=ast.Name(id="tuple"), slice=ast.Tuple(elts=parts)):
            found = _of("tuple", [_type(one) for one in parts])
        case ast.Subscript(
            value=ast.Name(id="dict"), slice=ast.Tuple(elts=[ast.Name(id="str"), inner])
        ):
            found = _of("map", ["string", _type(inner)])
    return found


def _of(outer: str, parts: Sequence[str | None]) -> str | None:
    known = [one for one in parts if one is not None]
    return f"{outer}<{', '.join(known)}>" if len(known) == len(parts) else None


def prelude(harness: str) -> str:
    """What stands above every program."""
    return "".join(f"#include <{one}>\n" for one in _INCLUDES) + harness


def source(code: str, of: Function, replies: int) -> str:
    """The whole program. The candidate's lines keep their numbers."""
    types = ", ".join(_qualified(one) for one in of.types)
    return (
        f'#include "/opt/prelude/prelude.h"\n#line 1 "{CODE}"\n{code}\n#line 1 "harness"\n'
        f"int main() {{\n  return harness::serve<std::tuple<{types}>>({replies}, "
        f"[](auto&... all) {{ return {of.name}(all...); }});\n}}\n"
    )


def _qualified(kind: str) -> str:
    return re.sub(r"\b(vector|map|string|tuple|optional)\b", r"std::\1", kind)


def explain(said: str, of: Function) -> tuple[str, int | None]:
    """The compiler's errors as a candidate reads them, and the first one's line."""
    own = [one for one in _messages(said) if one[1] == "error"]
    if not own:
        last = said.strip().splitlines()[-1:] or ["it gave no reason"]
        if "harness" in said:
            takes = ", ".join(of.types)
            return (
                f"It doesn't compile with the call that the tests make: "
                f"{of.returns} {of.name}({takes}). Keep the name and the types of the signature.",
                None,
            )
        return f"It doesn't compile: {last[0]}", None
    shown = "; ".join(f"line {line}: {text}" for line, _, text in own[:MOST_SHOWN])
    return f"It doesn't compile. {shown[0].upper()}{shown[1:]}", own[0][0]


def remarks(said: str) -> tuple[Remark, ...]:
    """The compiler's warnings about the candidate's lines."""
    found = [
        Remark(line=line, rule=text.rpartition("[")[2].rstrip("]"), text=text.rpartition(" [")[0])
        for line, kind, text in _messages(said)
        if kind == "warning" and text.endswith("]")
    ]
    return tuple(sorted(found, key=lambda one: one.line))


_MESSAGE = re.compile(rf"^{CODE}:(\d+):(?:\d+:)? (?:fatal )?(error|warning): (.*)$", re.MULTILINE)


def _messages(said: str) -> Iterator[tuple[int, str, str]]:
    for match in _MESSAGE.finditer(said):
        yield int(match[1]), match[2], match[3].replace("‘", "'").replace("’", "'")  # noqa: RUF001
