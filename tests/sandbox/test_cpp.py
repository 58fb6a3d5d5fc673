"""C++ by the machine's own compiler, in the box: the same tests, its errors, what it may not do."""

from pathlib import Path

import pytest

from interviewer import bench as bench_module
from interviewer import cpp
from interviewer.bench import Bench
from interviewer.errors import SandboxUnavailable
from interviewer.rubric import Coding, Growth
from interviewer.sandbox.bubblewrap import Bubblewrap
from tests.doubles import CODING, shipped_content

RUBRIC = shipped_content().rubric("coding")
HAS_COMPILER = Path(cpp.COMPILER).exists()
RIGHT = {
    "count_runs": """
long long count_runs(const vector<long long>& changes, int target) {
    unordered_map<long long, int> seen{{0, 1}};
    long long total = 0;
    int found = 0;
    for (auto change : changes) {
        total += change;
        auto before = seen.find(total - target);
        if (before != seen.end()) found += before->second;
        seen[total]++;
    }
    return found;
}""",
    "roc_auc": """
optional<double> roc_auc(vector<long long> labels, vector<double> scores) {
    double above = 0, positive = 0, negative = 0;
    for (size_t i = 0; i < labels.size(); ++i) (labels[i] ? positive : negative)++;
    if (positive == 0 || negative == 0) return nullopt;
    for (size_t i = 0; i < labels.size(); ++i)
        for (size_t j = 0; j < labels.size(); ++j)
            if (labels[i] == 1 && labels[j] == 0)
                above += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
    return above / positive / negative;
}""",
    "account_clusters": """
vector<vector<string>> account_clusters(map<string, vector<string>> accounts) {
    map<string, vector<string>> owners;
    for (auto& [name, devices] : accounts) for (auto& one : devices) owners[one].push_back(name);
    vector<vector<string>> groups;
    set<string> seen;
    for (auto& [name, devices] : accounts) {
        if (!seen.insert(name).second) continue;
        vector<string> group, todo{name};
        while (!todo.empty()) {
            string now = todo.back();
            todo.pop_back();
            group.push_back(now);
            for (auto& one : accounts[now]) for (auto& other : owners[one])
                if (seen.insert(other).second) todo.push_back(other);
        }
        sort(group.begin(), group.end());
        groups.push_back(group);
    }
    return groups;
}""",
    "peak_accelerators": """
int peak_accelerators(vector<tuple<long long, long long, long long>> jobs) {
    vector<pair<long long, long long>> events;
    for (auto [start, end, count] : jobs)
        if (start < end) { events.push_back({start, count}); events.push_back({end, -count}); }
    sort(events.begin(), events.end());
    long long now = 0, most = 0;
    for (auto& [at, change] : events) most = max(most, now += change);
    return most;
}""",
}
"""Right solutions, between them of every type that crosses."""
USING = "using namespace std;\n"
DOUBLE = Coding.model_validate(
    {
        **CODING,
        "signature": "def double(xs: list[int]) -> list[int]:\n    ...\n",
        "growth": {"given": "list(range(n))", "run": "double(given)", "wants": "n"},
    }
)


def test_the_machine_has_a_compiler_or_says_that_it_has_none(bench: Bench) -> None:
    """Whichever it is, C++ is offered exactly where it can be run."""
    why = bench.why_not_cpp(RUBRIC.question("count_runs").coding)
    assert (why == "") is HAS_COMPILER
    assert HAS_COMPILER or "install g++" in why
    assert "counterpart" in bench.why_not_cpp(RUBRIC.question("kmeans").coding)


async def test_without_a_compiler_the_reason_is_told(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(box: Bubblewrap) -> None:
        raise SandboxUnavailable("this machine has no C++ compiler; install g++")

    monkeypatch.setattr(bench_module, "find_compiler", none)
    without = Bench(bench._box)
    coding = RUBRIC.question("count_runs").coding
    assert "install g++" in without.why_not_cpp(coding)
    with pytest.raises(SandboxUnavailable, match="Write it in Python"):
        await without.submit("a", coding, "int f();", "cpp")


@pytest.mark.parametrize("name", RIGHT)
async def test_a_right_solution_passes_every_test(bench: Bench, name: str) -> None:
    coding = RUBRIC.question(name).coding
    code = USING + RIGHT[name]
    if not HAS_COMPILER:
        with pytest.raises(SandboxUnavailable):
            await bench.submit("a", coding, code, "cpp")
        return
    result = await bench.submit("a", coding, code, "cpp")
    assert [case.message or case.got for case in result.cases if not case.passed] == []
    assert (result.language, result.all_passed) == ("cpp", True)


class TestWithACompiler:
    """Where there is none, the tests above hold that the page says so."""

    __test__ = HAS_COMPILER

    async def test_a_wrong_solution_fails_as_in_python(self, bench: Bench) -> None:
        coding = RUBRIC.question("count_runs").coding
        wrong = USING + RIGHT["count_runs"].replace("{{0, 1}}", "")
        result = await bench.submit("a", coding, wrong, "cpp")
        assert 0 < result.passed < len(result.cases)
        assert all(case.run is None for case in result.cases if case.hidden)

    async def test_the_compilers_errors_name_the_line(self, bench: Bench) -> None:
        coding = RUBRIC.question("count_runs").coding
        code = USING + "\nlong long count_runs(vector<long long> changes, long long target) {\n"
        result = await bench.run_visible("a", coding, code + "    return totl;\n}\n", "cpp")
        assert [case.status for case in result.cases] == ["error", "not run"]
        assert result.cases[0].line == 4
        assert "'totl' was not declared" in result.cases[0].message
        other = await bench.run_visible("a", coding, "int count_runs() { return 1; }", "cpp")
        assert "Keep the name and the types" in other.cases[0].message

    async def test_an_error_on_a_hidden_input_tells_none_of_it(self, bench: Bench) -> None:
        coding = RUBRIC.question("count_runs").coding
        code = USING + (
            "#include <stdexcept>\n"
            "long long count_runs(vector<long long> changes, long long target) {\n"
            "    throw runtime_error(to_string(target));\n}\n"
        )
        result = await bench.submit("a", coding, code, "cpp")
        words = "an exception left your code"
        assert {case.message for case in result.cases if case.hidden} == {words}
        assert all(case.message > words for case in result.cases if not case.hidden)

    async def test_what_breaks_is_stopped_and_explained(self, bench: Bench) -> None:
        coding = RUBRIC.question("count_runs").coding
        code = USING + (
            "#include <sys/socket.h>\n#include <unistd.h>\n"
            '#if __has_include("/etc/passwd") || __has_include("/proc/self/environ") || \\\n'
            f'    __has_include("{Path(__file__).resolve()}")\n'
            "#define FOUND 1\n#else\n#define FOUND 0\n#endif\n"
            "long long count_runs(vector<long long> changes, long long target) {\n"
            "    volatile int* nowhere = nullptr;\n"
            "    switch (target) {\n"
            "    case 0: return *nowhere;\n"
            '    case 1: throw runtime_error("no such thing");\n'
            "    case 2: return vector<char>(4'000'000'000).size();\n"
            "    case 3: while (true) cout << string(1000, 'x') << endl;\n"
            '    case 4: return system("id") != 0 && fork() == -1 &&\n'
            '        !fopen("/etc/passwd", "r") &&\n'
            '        !fopen("/tmp/x", "w") && !fopen("/proc/self/environ", "r") &&\n'
            '        socket(AF_INET, SOCK_STREAM, 0) == -1 && !getenv("PATH");\n'
            "    case 5: return FOUND;\n"
            "    case 6: while (true) changes[0]++;\n"
            "    default: return 7;\n    }\n}\n"
        )
        says = ["out of its bounds", "no such thing", "more memory", "64 KB", "1", "0", "processor"]
        for target, wanted in enumerate(says):
            trial = await bench.attempt("a", code, f"count_runs([1], {target})", coding)
            assert wanted in (trial.message or trial.shown), target
        assert (await bench.attempt("a", code, "count_runs([], 7)", coding)).shown == "7"

    async def test_own_input_output_warnings_and_growth(self, bench: Bench) -> None:
        coding = DOUBLE.model_copy(
            update={
                "signature": DOUBLE.signature.replace("double", "twice"),
                "visible": tuple(
                    one.model_copy(update={"run": one.run.replace("double", "twice")})
                    for one in DOUBLE.visible
                ),
                "growth": Growth(given="list(range(n))", run="len(twice(given))", wants="n^2"),
            }
        )
        code = (
            "using std::vector;\nvector<long long> twice(vector<long long> xs) {\n    int unused;\n"
            '    std::cout << "called\\n";\n    volatile long long sum = 0;\n'
            "    for (auto x : xs) for (auto y : xs) sum += x == y;\n"
            "    for (auto& x : xs) x *= 2;\n    return xs;\n}\n"
        )
        result = await bench.run_visible("a", coding, code, "cpp")
        assert result.all_passed
        assert result.cases[0].output == "called\n"
        assert [(one.line, one.rule) for one in result.remarks] == [(3, "-Wunused-variable")]
        trial = await bench.attempt("a", code, "sum(twice([3, 4]) + twice([1]))", coding)
        assert (trial.shown, trial.message) == ("16", "")
        assert "unknown_name" in (await bench.attempt("a", code, "unknown_name", coding)).message
        found = await bench.measure("a", code.replace("std::cout", "// std::cout"), coding, "cpp")
        assert found is not None
        assert found.best in {"n^2", "n^2 log n"}
