"""Who may import what. Reads the source, runs none of it."""

import ast
import sys
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "interviewer"
MODULES = sorted(PACKAGE.rglob("*.py"))

PURE = [
    *[
        "session",
        "persona",
        "repertoire",
        "moves",
        "memory",
        "pace",
        "pushback",
        "claims",
        "against",
        "scene",
        "sentences",
        "probe",
        "process",
        "debrief",
        "figures",
        "loop_report",
        "compare",
        "history",
        "practice",
        "archive",
        "markdown",
        "answers",
        "persona",
        "scoring",
        "replies",
        "report",
        "gates",
        "transcript",
        "judgement",
        "calibration",
        "signals",
        "rubric",
        "round",
        "selection",
        "background",
        "trace",
        "text",
        "coding",
        "growth",
        "codegrade",
        "codeprobe",
        "codereading",
    ],
    "errors",
    "sandbox.wasm_stack",
    "evaluation.metrics",
    "evaluation.baselines",
    "evaluation.findings",
    "evaluation.attacks",
]
"""Take values, return values: no I/O, no clock, no model."""

SQL = {
    "interviewer.schema",
    "interviewer.database",
    "interviewer.store",
    "interviewer.leases",
    "interviewer.backup",
    "interviewer.migrations.env",
    *(
        f"interviewer.migrations.versions.{path.stem}"
        for path in (PACKAGE / "migrations" / "versions").glob("v*.py")
    ),
}
"""The only modules that know SQL."""

HARMLESS = {
    "difflib",
    "ast",
    "types",
    "collections",
    "dataclasses",
    "datetime",
    "itertools",
    "functools",
    "math",
    "re",
    "typing",
    "enum",
}
"""What a pure module may import of the standard library; datetime for types only."""


def _name(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


@cache
def _imports(path: Path) -> set[str]:
    """The full names of what a file imports, also inside its functions."""
    found = set()
    for node in ast.walk(_tree(path)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative imports hide who imports whom"
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def _roots(path: Path) -> set[str]:
    return {name.split(".")[0] for name in _imports(path)}


def _users(library: str) -> set[str]:
    users = {_name(path) for path in MODULES if library in _roots(path)}
    app = ROOT / "app.py"
    if app.exists() and library in _roots(app):
        users.add("app")
    return users


@pytest.mark.parametrize(
    ("library", "only"),
    [
        ("openai", {"interviewer.llm"}),
        ("tiktoken", {"interviewer.llm"}),
        ("yaml", {"interviewer.content"}),
        ("jinja2", {"interviewer.content"}),
        ("sqlalchemy", SQL - {"interviewer.migrations.env"}),
        (
            "alembic",
            SQL - {f"interviewer.{one}" for one in ("store", "leases", "schema", "backup")},
        ),
        ("sqlite3", {"interviewer.backup", "interviewer.database"}),
        ("psycopg", set()),
        ("fpdf", {"interviewer.pdf"}),
        ("pymupdf_fonts", {"interviewer.pdf"}),
        ("fsrs", {"interviewer.practice"}),
        ("platformdirs", {"interviewer.settings"}),
        ("xllamacpp", {"interviewer.embedded"}),
        ("prometheus_client", {"interviewer.metrics"}),
        ("itsdangerous", {"interviewer.identity"}),
        ("pwdlib", {"interviewer.accounts"}),
        ("limits", {"interviewer.rates"}),
    ],
)
def test_a_library_has_one_user(library, only):
    assert _users(library) <= only
    if library != "xllamacpp":
        assert _users(library) == only, "the table is out of date"


def test_only_the_shell_parses_arguments():
    assert all(user.startswith("interviewer.cli") for user in _users("argparse"))


@pytest.mark.parametrize("library", ["gradio", "fastapi", "uvicorn", "starlette"])
def test_only_the_page_knows_its_libraries(library):
    assert all(user == "app" or user.startswith("interviewer.ui") for user in _users(library))


def test_only_settings_reads_the_environment():
    """Handing it on to a child process (``env=os.environ | ...``) reads nothing in it."""
    readers = set()
    for path in MODULES:
        tree = _tree(path)
        handed_on = {
            id(inner)
            for node in ast.walk(tree)
            if isinstance(node, ast.keyword) and node.arg == "env"
            for inner in ast.walk(node.value)
        }
        for node in ast.walk(tree):
            name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "name", "")
            if name in {"environ", "getenv", "environb"} and id(node) not in handed_on:
                readers.add(_name(path))
    assert readers == {"interviewer.settings"}


@pytest.mark.parametrize("name", PURE)
def test_a_pure_module_does_no_io(name):
    path = PACKAGE / f"{name.replace('.', '/')}.py"
    own = {one for one in _imports(path) if one.startswith("interviewer.")}
    others = {one.split(".")[0] for one in _imports(path)} - {"interviewer"}
    assert {one for one in others if one in sys.stdlib_module_names} <= HARMLESS
    assert others - sys.stdlib_module_names <= {"pydantic", "fsrs", "numpy"}
    pure = tuple(f"interviewer.{one}." for one in PURE)
    assert {one for one in own if not f"{one}.".startswith(pure)} == set()
    called = {
        node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        for node in ast.walk(_tree(path))
        if isinstance(node, ast.Call)
    }
    assert not called & {"open", "print", "input", "now", "today", "exec", "eval"}


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ("content", {"store", "llm", "grading", "reply", "interview", "runtime", "ui", "cli"}),
        ("llm", {"store", "grading", "reply", "interview", "runtime", "ui", "cli", "batch"}),
        ("store", {"llm", "content", "grading", "reply", "interview", "runtime", "ui", "cli"}),
        ("grading", {"store", "reply", "interview", "runtime", "ui", "cli", "batch"}),
        ("reply", {"store", "interview", "runtime", "ui", "cli", "batch"}),
        ("interview", {"runtime", "ui", "cli", "batch", "settings"}),
        ("settings", {"store", "llm", "content", "interview", "runtime", "ui", "cli"}),
    ],
)
def test_there_is_no_way_back_up(low, high):
    own = {one.split(".")[1] for one in _imports(PACKAGE / f"{low}.py") if "interviewer." in one}
    assert not own & high


def test_what_is_measured_knows_nothing_of_the_measuring():
    users = {_name(path) for path in MODULES if "interviewer.evaluation" in str(_imports(path))}
    outside = {one for one in users if not one.startswith("interviewer.evaluation")}
    assert outside == {"interviewer.cli.evaluate", "interviewer.cli.grade"}


@pytest.mark.parametrize("path", MODULES, ids=_name)
def test_nothing_is_done_at_import(path):
    """No file, network or process is touched by a module's top level."""
    touched = set()
    for statement in _tree(path).body:
        if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.If):
            continue
        for node in ast.walk(statement):
            if isinstance(node, ast.Call):
                function = node.func
                touched.add(getattr(function, "attr", getattr(function, "id", "")))
    assert not touched & {
        "open",
        "read_text",
        "mkdir",
        "connect",
        "run",
        "Popen",
        "urlopen",
        "print",
    }
