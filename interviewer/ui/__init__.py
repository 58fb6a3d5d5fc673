"""The page: the only package that knows Gradio."""

from interviewer.ui.quick import import_gradio

import_gradio()
