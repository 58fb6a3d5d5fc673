"""The page's composition root: settings, content, model, store, page, launch."""

import sys

from interviewer.errors import InterviewerError
from interviewer.settings import from_environment
from interviewer.ui.server import serve

if __name__ == "__main__":
    try:
        serve(from_environment())
    except InterviewerError as error:
        sys.exit(f"error: {error}")
