"""Figures on a candidate's code, read as text by ruff and radon. Nothing of it is run."""

import json
import subprocess
import sys

from radon.complexity import cc_visit
from radon.metrics import mi_visit

from interviewer.coding import Figures, Language, Remark

_RULES = "E7,F,B,C4,N8,PLR17,RET,SIM,A,C90,ERA"
_IGNORED = "F401,RET503,N803,N806,B905"
"""Matrices are written in capitals; an unused import is a trifle under time."""
_MOST_REMARKS = 12
_SECONDS = 10.0


def read(code: str, language: Language = "python") -> Figures:
    """What the linter remarks, how much the functions branch, and how easily it is changed.

    Of C++ only the lines are counted here; the remarks are the compiler's.
    """
    if language == "cpp":
        return Figures(lines=sum(bool(line.strip()) for line in code.splitlines()))
    remarks = tuple(sorted(_remarks(code), key=lambda one: one.line))[:_MOST_REMARKS]
    lines = sum(bool(line.strip()) for line in code.splitlines())
    try:
        blocks = [
            block for one in cc_visit(code) for block in getattr(one, "methods", None) or [one]
        ]
        maintainability = float(mi_visit(code, multi=True))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return Figures(remarks=remarks, lines=lines)
    worst = max(blocks, key=lambda one: one.complexity, default=None)
    return Figures(
        remarks=remarks,
        complexity=worst.complexity if worst else 1,
        complex_at=worst.name if worst else "",
        maintainability=round(maintainability, 1),
        lines=lines,
    )


def _remarks(code: str) -> list[Remark]:
    command = [
        *(sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--quiet"),
        *("--select", _RULES, "--ignore", _IGNORED, "--output-format", "json"),
        *("--stdin-filename", "candidate.py", "-"),
    ]
    try:
        done = subprocess.run(
            command, input=code, capture_output=True, text=True, timeout=_SECONDS, check=False
        )
        found = json.loads(done.stdout or "[]")
    except (subprocess.TimeoutExpired, ValueError):
        return []
    return [
        Remark(line=one["location"]["row"], rule=one.get("code") or "", text=one["message"])
        for one in found
    ]
