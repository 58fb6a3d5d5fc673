"""What of a candidate's code a question can point at, and what changed in it. Pure.

Read as text by its lines, so that unfinished code and any language can be read. What a model
is shown of it are numbered lines: no line of the code can then be taken for anything else.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from interviewer.coding import CodeEntry
from interviewer.rubric import Strict

MOST_LINES = 24
MOST_CHARACTERS = 1_200
"""Of the code shown to a model for one question: half a minute's reading at the slowest."""
LONGEST_LINE = 100
MOST_CHANGES = 10
"""Changed lines that are shown."""
LONGEST_QUOTE = 60
"""Characters of a line that are quoted in a question."""

_WORD = re.compile(r"[A-Za-z_]\w*")
_LOOP = re.compile(r"\b(?:for|while)\b")
_HOLDS = re.compile(
    r"^\s*(?:self\.)?(\w+)(?:\s*:[^=]+)?\s*=\s*(?:\[|\{|\w*(?:list|dict|set|deque|Counter|sorted)\b)"
    r"|^\s*(?:std::)?(?:vector|map|set|deque|queue|unordered_\w+|priority_queue)\s*<.*>\s+(\w+)"
)
_NO_NAMES = frozenset(
    """
    and as assert auto await bool break case class const continue def del double elif else enumerate
    except false finally float for from if import in include int is lambda len list long nonlocal
    none not null nullptr or pass print range return self set size std str string sum true try
    using vector void while with yield dict max min sorted zip None True False
    """.split()
)


class Pointer(Strict):
    """A line of the candidate's code."""

    line: int
    text: str
    """The line, as it can be quoted."""
    names: tuple[str, ...] = ()
    """The names on it that the candidate gave, the longest first."""


def words_of(code: str) -> frozenset[str]:
    """Every word that stands in the code."""
    return frozenset(_WORD.findall(code))


def point_at(code: str, line: int) -> Pointer | None:
    """The line with this number; None where it is empty or there is none."""
    lines = code.splitlines()
    if not 0 < line <= len(lines) or not lines[line - 1].strip():
        return None
    text = _bare(lines[line - 1])
    names = {word for word in _WORD.findall(text) if word not in _NO_NAMES}
    text = text.rstrip(" :{")
    if len(text) > LONGEST_QUOTE:
        text = text[:LONGEST_QUOTE].rpartition(" ")[0] or text[:LONGEST_QUOTE]
    return Pointer(
        line=line, text=text, names=tuple(sorted(names, key=lambda one: (-len(one), one)))
    )


def innermost_loop(code: str) -> Pointer | None:
    """The loop that is indented deepest, the last of several."""
    loops = [
        (_indent(line), number)
        for number, line in enumerate(code.splitlines(), 1)
        if _LOOP.search(_bare(line))
    ]
    return point_at(code, max(loops)[1]) if loops else None


def holder(code: str) -> Pointer | None:
    """The first line that begins a collection: what grows with the input."""
    return _first(code, (bool(_HOLDS.match(line)) for line in code.splitlines()))


def last_return(code: str) -> Pointer | None:
    """Where the code hands its result back."""
    lines = code.splitlines()
    returns = [n for n, line in enumerate(lines, 1) if re.match(r"\s*return\s+\S", line)]
    return point_at(code, returns[-1]) if returns else None


def definition(code: str, signature: str) -> Pointer | None:
    """Where the code defines what the question asks for; else its first line."""
    wanted = re.search(r"(?:def|class)\s+(\w+)", signature)
    name = re.compile(rf"\b{re.escape(wanted[1])}\b" if wanted else r"$^")
    lines = code.splitlines()
    return _first(code, (bool(name.search(line)) for line in lines)) or _first(
        code, (bool(line.strip()) for line in lines)
    )


def mention(code: str, name: str) -> Pointer | None:
    """The first line with this name on it."""
    found = re.compile(rf"\b{re.escape(name)}\b")
    return _first(code, (bool(found.search(_bare(line))) for line in code.splitlines()))


def first_change(before: str, now: str) -> Pointer | None:
    """The first line that is new or another; None where lines only went away."""
    places = (place for sign, place, _ in _differences(before, now) if sign == "+")
    return next((found for place in places if (found := point_at(now, place))), None)


def changes(before: str, now: str) -> str:
    """What changed, a line each: "-" was there, "+" is new."""
    shown = [
        f"{sign} {place}| {text[:LONGEST_LINE]}" for sign, place, text in _differences(before, now)
    ]
    more = [f"({len(shown) - MOST_CHANGES} more changed lines)"] * (len(shown) > MOST_CHANGES)
    return "\n".join([*shown[:MOST_CHANGES], *more])


def excerpt(code: str, line: int) -> str:
    """The lines around this one, numbered."""
    lines = code.splitlines()
    first = max(0, min(line - 1 - MOST_LINES // 2, len(lines) - MOST_LINES))
    shown = {line: _numbered(lines, line)} if 0 < line <= len(lines) else {}
    spent = sum(map(len, shown.values()))
    # From the line outwards, so that a tight budget leaves out what is farthest from it.
    near = range(first + 1, min(first + MOST_LINES, len(lines)) + 1)
    for place in sorted(near, key=lambda place: abs(place - line)):
        text = _numbered(lines, place)
        if spent + len(text) > MOST_CHARACTERS:
            break
        spent += 0 if place in shown else len(text) + 1
        shown[place] = text
    return "\n".join(shown[place] for place in sorted(shown))


def as_of(entries: Sequence[CodeEntry], question_id: str, at: datetime) -> CodeEntry | None:
    """The code of a question as it stood at this time."""
    before = [one for one in entries if one.question_id == question_id and one.at <= at]
    return max(before, key=lambda one: one.at, default=None)


def _numbered(lines: Sequence[str], place: int) -> str:
    return f"{place}| {lines[place - 1][:LONGEST_LINE]}"


def _differences(before: str, now: str) -> Iterator[tuple[str, int, str]]:
    old, new = before.splitlines(), now.splitlines()
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    for what, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if what == "equal":
            continue
        yield from (("-", n + 1, old[n]) for n in range(old_from, old_to) if old[n].strip())
        yield from (("+", n + 1, new[n]) for n in range(new_from, new_to) if new[n].strip())


def _first(code: str, holds: Iterator[bool]) -> Pointer | None:
    found = (point_at(code, number) for number, one in enumerate(holds, 1) if one)
    return next((one for one in found if one), None)


def _bare(line: str) -> str:
    """The line without its indentation and its comment."""
    return re.split(r"\s*(?:#|//(?!=)\s*[A-Za-z])", line, maxsplit=1)[0].strip() or line.strip()


def _indent(line: str) -> int:
    return len(line.expandtabs(4)) - len(line.expandtabs(4).lstrip())
