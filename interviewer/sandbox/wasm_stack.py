"""Gives a compiled WebAssembly program a larger stack than its maker did. Pure: bytes to bytes.

Python's WASI build has 512 KB, which fifty calls through ``all``, ``max`` or ``sorted`` fill: far
before Python's own limit, and with a crash in place of a RecursionError. The new stack lies above
the memory that the program starts with, of which its allocator knows nothing.
"""

from interviewer.errors import SandboxUnavailable

_HEADER = b"\0asm\1\0\0\0"
_PAGE = 65_536
_MEMORY, _GLOBAL = 5, 6
_STACK_POINTER = b"\x01\x7f\x01\x41"
"""One global, a number of 32 bits that changes, with a constant to start from."""
_ONE_MEMORY = b"\x01\x00"
"""One memory, without an upper limit."""


def enlarge(program: bytes, pages: int) -> bytes:
    """The program with a stack of so many pages of 64 KB; its memory grows by as much."""
    if not program.startswith(_HEADER):
        raise _unknown("it is no WebAssembly")
    made, at, top = [_HEADER], len(_HEADER), 0
    while at < len(program):
        kind = program[at]
        size, start = _number(program, at + 1)
        body = program[start : start + size]
        at = start + size
        if kind == _MEMORY:
            first, end = _number(_after(body, _ONE_MEMORY), 0)
            top = first + pages
            body = _ONE_MEMORY + _written(top) + _after(body, _ONE_MEMORY)[end:]
        elif kind == _GLOBAL:
            _, end = _number(_after(body, _STACK_POINTER), 0)
            # A positive signed number needs a free sign bit, as this one has in the long form.
            pointer = _padded(top * _PAGE)
            body = _STACK_POINTER + pointer + _after(body, _STACK_POINTER)[end:]
        made += [bytes([kind]), _written(len(body)), body]
    return b"".join(made)


def _after(body: bytes, beginning: bytes) -> bytes:
    if not body.startswith(beginning):
        raise _unknown("its memory is laid out otherwise")
    return body[len(beginning) :]


def _number(text: bytes, at: int) -> tuple[int, int]:
    """A LEB128 number, and where it ends."""
    value = shift = 0
    while True:
        value |= (text[at] & 0x7F) << shift
        shift, at = shift + 7, at + 1
        if text[at - 1] < 0x80:
            return value, at


def _written(value: int) -> bytes:
    made = bytearray()
    while value > 0x7F:
        made.append(value & 0x7F | 0x80)
        value >>= 7
    return bytes([*made, value])


def _padded(value: int) -> bytes:
    """Of five bytes, which hold 35 bits: the sign's is clear."""
    return bytes([*((value >> shift) & 0x7F | 0x80 for shift in (0, 7, 14, 21)), value >> 28])


def _unknown(why: str) -> SandboxUnavailable:
    return SandboxUnavailable(f"Python's WebAssembly can't be prepared: {why}")
