"""Code that always returns the same can't do well: no answer of a question's tests is worth a guess."""

import ast
from typing import Any

import pytest

from interviewer.coding import same
from interviewer.rubric import Case, Coding
from tests.doubles import shipped_content

CODINGS = {
    question.id: question.coding
    for question in shipped_content().rubric("coding").questions
    if question.coding is not None and question.coding.runs
}
CONSTANTS: tuple[Any, ...] = (True, False, None, 0, 1, -1, 0.0, 1.0, [], {}, "", [[]], [0, 0])


def _names(coding: Coding) -> list[str]:
    kinds = (ast.FunctionDef, ast.ClassDef)
    return [node.name for node in ast.parse(coding.signature).body if isinstance(node, kinds)]


def _passes(case: Case, names: list[str], constant: Any) -> bool:
    """Whether the case passes where every function of the question returns the constant."""
    functions = {name: lambda *_, **__: constant for name in names}
    try:
        # The expressions are the rubric's own: no candidate's code is run here.
        value = eval(case.run, {**functions})
        if case.verify is not None:
            value = eval(case.verify, {"value": value})
    except Exception:
        return False
    return same(value, case.expect)


@pytest.mark.parametrize("name", CODINGS)
def test_no_constant_passes_a_third_of_the_hidden_tests(name: str) -> None:
    coding = CODINGS[name]
    for constant in CONSTANTS:
        passed = sum(_passes(case, _names(coding), constant) for case in coding.hidden)
        assert passed <= len(coding.hidden) / 3, (constant, passed)


@pytest.mark.parametrize("name", CODINGS)
def test_a_coin_passes_no_hidden_test(name: str) -> None:
    """A test whose answer is yes or no asks for several at once, of which both occur."""
    coding = CODINGS[name]
    for case in coding.hidden:
        if isinstance(case.expect, bool) and case.verify is None:
            assert not any(_passes(case, _names(coding), one) for one in (True, False)), case.run
