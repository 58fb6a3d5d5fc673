"""Imports Gradio in little more than half the time.

At every import Gradio parses the source of each of its components and renders a stub file of it
for editors, into its own folder: 3 of 7 s, measured with Gradio 6.31 on two cores. It passes over
a component whose source file isn't found, and so none is found while it is imported.
"""

import importlib
import inspect
from typing import Any

_METACLASS = "gradio.component_meta"
"""Where the components' class is made, and their stubs."""


def import_gradio() -> None:
    """Imports it, unless it is imported already."""
    library: Any = inspect
    find = library.getfile

    def find_but_components(of: Any) -> str:
        if type(of).__module__ == _METACLASS:
            raise OSError("no stub is wanted")
        found: str = find(of)
        return found

    library.getfile = find_but_components
    try:
        importlib.import_module("gradio")
    finally:
        library.getfile = find
