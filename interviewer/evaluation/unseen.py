"""Fits that have not seen the question that is graded.

What ships was fitted on answers to some of the very questions that are measured here. A grader
may not be measured on what it was fitted on, so each question is graded by a fit of the same
file of judged signals, made without that question.
"""

from collections.abc import Sequence
from dataclasses import replace

from interviewer.content import Content
from interviewer.fitting import Row, fit_all


class Unseen:
    """The content, with the fits as they are without one question."""

    def __init__(self, content: Content, rows: Sequence[Row]) -> None:
        self.content = content
        self._rows = tuple(rows)
        self._groups = {row.group for row in rows}
        self._made: dict[str, Content] = {}

    def content_without(self, group: str) -> Content:
        """The content whose fits were made without this question; as shipped if they were so."""
        if group not in self._groups:
            return self.content
        if group not in self._made:
            rows = [row for row in self._rows if row.group != group]
            fits = fit_all(rows, self.content.fits.judge, self.content.fits.sources)
            # Rounds hold the fits that they were made with, so that they are made anew.
            self._made[group] = replace(self.content, fits=fits, _rounds={})
        return self._made[group]

    @property
    def fitted_on(self) -> frozenset[str]:
        """The questions that the shipped fits have seen."""
        return frozenset(self._groups)
