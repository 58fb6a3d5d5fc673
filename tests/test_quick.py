"""Gradio is imported without the stubs that it makes for editors."""

import subprocess
import sys

SCRIPT = """
import ast
import inspect

parsed = []
cut, find = ast.get_source_segment, inspect.getfile
ast.get_source_segment = lambda text, node: parsed.append(node.name) or cut(text, node)
import interviewer.ui.chat
assert inspect.getfile is find
print(*sorted(set(parsed)))
"""


def test_no_component_is_parsed():
    """Only Blocks' events are, in a short file, which shows that parsing would have been seen."""
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["BlocksEvents"]
