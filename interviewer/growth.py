"""How a run's time grows with its input: fitted to what was measured, set beside claims. Pure.

Each class of growth is fitted as ``a + b g(n)`` by least squares on relative errors, so that the
small inputs count as much as the large ones. Neighbours such as n and n log n differ by less than
a noisy machine; where the measurements don't tell classes apart, the verdict says so.
"""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Literal

from interviewer.rubric import Complexity, Growth, Strict

_CLASSES: Mapping[Complexity, Callable[[float], float]] = MappingProxyType(
    {
        "1": lambda n: 1.0,  # noqa: ARG005
        "log n": lambda n: math.log(n + 1),
        "n": lambda n: n,
        "n log n": lambda n: n * math.log(n + 1),
        "n^2": lambda n: n**2,
        "n^2 log n": lambda n: n**2 * math.log(n + 1),
        "n^3": lambda n: n**3,
        "2^n": lambda n: 2.0 ** min(n, 500),
    }
)
ORDER: tuple[Complexity, ...] = tuple(_CLASSES)
"""From the slowest growth to the fastest."""

SMALLEST = 8
FEWEST_SIZES = 5
SHORTEST_SECONDS = 5e-6
"""A run that is faster tells more of the clock than of the code."""
AS_GOOD = 1.5
"""A class whose error is at most this many times the best one's can't be ruled out."""
NOISE = 0.06
"""Relative error that a repeated measurement has anyway."""
WORST_FIT = 0.35
"""Relative error from which no class describes the measurements."""

Verdict = Literal["as wanted", "slower than wanted", "faster than wanted", "not clear"]


class Point(Strict):
    """One size and the shortest of its runs."""

    n: int
    seconds: float


class Fit(Strict):
    """What the measurements say."""

    points: tuple[Point, ...]
    best: Complexity | None = None
    """None: too little was measured, or no class describes it."""
    r2: float | None = None
    """Share of the spread of log time that the class explains."""
    runner_up: Complexity | None = None
    runner_up_r2: float | None = None
    possible: tuple[Complexity, ...] = ()
    """The classes that can't be told apart; one of them when it is clear."""
    note: str = ""
    """Why it isn't clear."""

    @property
    def others(self) -> tuple[Complexity, ...]:
        """What it could also be."""
        return tuple(one for one in self.possible if one != self.best)

    @property
    def clear(self) -> bool:
        """Whether exactly one class is left."""
        return len(self.possible) == 1


def fit(points: Sequence[Point]) -> Fit:
    """The class of growth that describes the points, with its runner-up."""
    used = [point for point in points if point.seconds >= SHORTEST_SECONDS]
    if len(used) < FEWEST_SIZES or (used[-1].n < 8 * used[0].n and not _explodes(used)):
        return Fit(points=tuple(points), note="too few inputs ran long enough to be measured")
    errors = {name: _error(used, growth) for name, growth in _CLASSES.items()}
    ranked = sorted(errors, key=lambda one: errors[one])
    best, second = ranked[0], ranked[1]
    if errors[best] > WORST_FIT:
        note = "the times jump too much for any class; the machine may have been busy"
        return Fit(points=tuple(points), note=note)
    bound = max(AS_GOOD * errors[best], NOISE)
    possible = tuple(name for name in ORDER if errors[name] <= bound)
    return Fit(
        points=tuple(points),
        best=best,
        r2=_explained(used, errors[best]),
        runner_up=second,
        runner_up_r2=_explained(used, errors[second]),
        possible=possible,
        note="" if len(possible) == 1 else "the measurements don't tell these classes apart",
    )


def _explodes(points: Sequence[Point]) -> bool:
    return points[-1].seconds > 30 * points[0].seconds


def _error(points: Sequence[Point], growth: Callable[[float], float]) -> float:
    """The root of the mean squared log error of the best ``a + b g(n)``, a and b not negative."""
    fits = _sensible(points, growth)
    logs = (
        math.sqrt(
            sum(
                math.log(point.seconds / max(a + b * growth(point.n), 1e-12)) ** 2
                for point in points
            )
            / len(points)
        )
        for a, b in fits
    )
    return min(logs, default=math.inf)


def _sensible(
    points: Sequence[Point], growth: Callable[[float], float]
) -> list[tuple[float, float]]:
    """The fits without negative parts, in which the growth shows at the largest size at least.

    A fixed cost with a trace of any class would describe a constant time as well.
    """
    return [
        (a, b)
        for a, b in _weighted(points, growth)
        if a >= 0 and b >= 0 and b * growth(points[-1].n) >= a
    ]


def _weighted(
    points: Sequence[Point], growth: Callable[[float], float]
) -> list[tuple[float, float]]:
    """Least squares with weights 1/t^2: with a fixed cost, and without one."""
    weights = [1 / point.seconds**2 for point in points]
    values = [growth(point.n) for point in points]
    times = [point.seconds for point in points]
    sw = sum(weights)
    sx = sum(w * x for w, x in zip(weights, values, strict=True))
    sy = sum(w * y for w, y in zip(weights, times, strict=True))
    sxx = sum(w * x * x for w, x in zip(weights, values, strict=True))
    sxy = sum(w * x * y for w, x, y in zip(weights, values, times, strict=True))
    found = [(0.0, sxy / sxx)]
    spread = sw * sxx - sx * sx
    if spread > 1e-9 * sw * sxx:
        slope = (sw * sxy - sx * sy) / spread
        found.append(((sy - slope * sx) / sw, slope))
    return found


def _explained(points: Sequence[Point], error: float) -> float:
    logs = [math.log(point.seconds) for point in points]
    mean = sum(logs) / len(logs)
    spread = sum((one - mean) ** 2 for one in logs) / len(logs)
    return max(0.0, 1 - error**2 / spread) if spread else 0.0


def curve(found: Fit, sizes: Sequence[float]) -> tuple[float, ...]:
    """The best class's time at each size; empty when there is none."""
    if found.best is None:
        return ()
    growth = _CLASSES[found.best]
    used = [point for point in found.points if point.seconds >= SHORTEST_SECONDS]
    a, b = _sensible(used, growth)[-1]
    return tuple(a + b * growth(size) for size in sizes)


def verdict(found: Fit, wanted: Complexity) -> Verdict:
    """The measurements beside what the question wants.

    Between neighbours that can't be told apart the candidate gets the benefit of the doubt.
    """
    if not found.possible:
        return "not clear"
    if wanted in found.possible or _near(found.possible, wanted):
        return "as wanted"
    ranks = [ORDER.index(one) for one in found.possible]
    return "slower than wanted" if min(ranks) > ORDER.index(wanted) else "faster than wanted"


_BARELY = frozenset({("log n", "1"), ("n", "n log n"), ("n^2", "n^2 log n")})


def _near(possible: Sequence[Complexity], wanted: Complexity) -> bool:
    """Whether a possible class differs from the wanted one only by a logarithm."""
    return any((one, wanted) in _BARELY or (wanted, one) in _BARELY for one in possible)


def contradicts(found: Fit, claim: Complexity) -> bool:
    """Whether the measurements rule a claim out, by more than a logarithm."""
    return verdict(found, claim) in {"slower than wanted", "faster than wanted"}


def in_words(found: Fit) -> str:
    """The fit as a sentence."""
    if found.best is None:
        return f"The growth of its time is not clear: {found.note}."
    words = f"Its time grows like {found.best} (r² {_r2(found.r2)})"
    if not found.clear and found.possible:
        return f"{words}; it could also be {' or '.join(found.others)}."
    return f"{words}; next best is {found.runner_up} (r² {_r2(found.runner_up_r2)})."


def _r2(value: float | None) -> str:
    # Rounded down: a fit that isn't perfect must not be called so.
    return "unknown" if value is None else f"{math.floor(value * 1000) / 1000:.3f}".lstrip("0")


def time_in_words(seconds: float) -> str:
    """A duration in the unit that suits it."""
    units = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6))
    unit, size = next((one for one in units if seconds >= one[1]), units[-1])
    shown = seconds / size
    return f"{shown:.0f} {unit}" if shown >= 10 else f"{shown:.1f} {unit}"


# --- What a candidate claims ------------------------------------------------------------

_BIG_O = re.compile(
    r"\b(?:O|Θ|theta|big[- ]?o)\s*(?:of\s+|\()\s*([^().,;:!?]*(?:\([^()]*\)[^().,;:!?]*)*)",
    re.IGNORECASE,
)
_WORDS: tuple[tuple[Complexity, str], ...] = (
    ("n log n", r"\bn log n\b|n times log(?:arithm of)? n|\blinearithmic\b|\bquasi-?linear\b"),
    ("n^2", r"\bquadratic\b|\bn squared\b|\bn\^2\b|\bn²"),
    ("n^3", r"\bcubic\b|\bn cubed\b|\bn\^3\b|\bn³"),
    ("2^n", r"\bexponential\b|\b2\^n\b|two to the n"),
    ("log n", r"\blogarithmic\b"),
    ("n", r"\blinear\b"),
    ("1", r"\bconstant time\b"),
)
_SPACE = re.compile(r"\b(?:space|memory|storage|stack|buffer|bytes)\b", re.IGNORECASE)
_TIME = re.compile(r"\b(?:time|runs?|running|steps|operations|fast|slow)\b", re.IGNORECASE)
_DENIED = re.compile(
    r"(?:\bnot|\bcannot|n['’]t)\b(?!.*\b(?:worse|more|slower|exceed|only)\b)"  # noqa: RUF001
    r"|\b(?:instead of|rather than|would be|brute force|na[iï]ve|(?:per|each|every) \w+)\b",
    re.IGNORECASE | re.DOTALL,
)
# "O of n log n time": without brackets, what is counted stands behind the size.
_COUNTED = re.compile(
    r"\s+(?:in\s+)?(?:time|steps?|operations?|work|space|memory|overall|in\s+total|total|again)\b.*",
    re.DOTALL,
)


def claimed(said: Sequence[str]) -> Complexity | None:
    """The time that the candidate claims, from the last sentence that names one.

    A sentence about memory, a rejected alternative and the cost of a single step are no claim.
    """
    found: Complexity | None = None
    for text in said:
        for sentence in re.split(r"(?<=[.!?;\n])\s+", text):
            for part in re.split(r",|\b(?:and|because|since|as|so|but)\b", sentence):
                one = None if _is_no_claim(part) else _named(part)
                found = one or found
    return found


def _is_no_claim(part: str) -> bool:
    space = _SPACE.search(part) is not None and _TIME.search(part) is None
    return space or _DENIED.search(part) is not None


def _named(part: str) -> Complexity | None:
    match = _BIG_O.search(part)
    if match:
        return _parsed(match.group(1))
    return next((name for name, pattern in _WORDS if re.search(pattern, part, re.IGNORECASE)), None)


def _parsed(inside: str) -> Complexity | None:
    """The class of what stands within O(...); None for a product of different sizes."""
    text = _COUNTED.sub("", inside.lower()).replace("squared", "^2").replace("cubed", "^3")
    text = text.replace("²", "^2").replace("³", "^3").replace("**", "^").replace("times", "*")
    text = re.sub(r"\s+|\*", "", text)
    terms = [_term(term) for term in text.split("+")]
    known = [one for one in terms if one is not None]
    if not known or len(known) < len(terms):
        return None
    return max(known, key=ORDER.index)


_LETTERS = r"[a-z]"
_TERMS: tuple[tuple[Complexity, str], ...] = (
    ("1", r"1|constant"),
    ("log n", rf"log2?\(?{_LETTERS}\)?|logarithmic"),
    ("n log n", rf"{_LETTERS}log2?\(?{_LETTERS}\)?"),
    ("n^2 log n", rf"{_LETTERS}\^2log\(?{_LETTERS}\)?"),
    ("n^2", rf"{_LETTERS}\^2|quadratic"),
    ("n^3", rf"{_LETTERS}\^3|cubic"),
    ("2^n", rf"2\^{_LETTERS}"),
    ("n", rf"{_LETTERS}|linear"),
)


def _term(text: str) -> Complexity | None:
    text = text.strip("()")
    return next((name for name, pattern in _TERMS if re.fullmatch(pattern, text)), None)


def sizes(growth: Growth) -> tuple[int, ...]:
    """The sizes to measure, in order."""
    found = [SMALLEST]
    while (following := found[-1] * 2 if growth.step == "double" else found[-1] + 1) <= growth.most:
        found.append(following)
    return tuple(found)
