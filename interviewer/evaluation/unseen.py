"""Fits that have not seen the question that is graded.

What ships was fitted on answers to some of the very questions that are measured here. A grader
may not be measured on what it was fitted on, so each question is graded by a fit of the same
file of judged signals, made without that question.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from interviewer.content import Content
from interviewer.fitting import Made, Named, Row, Slip, fit_all, fit_checks


class Unseen:
    """The content, with the fits as they are without one question."""

    def __init__(self, content: Content, rows: Sequence[Row], slips: Sequence[Slip] = ()) -> None:
        self.content = content
        self._rows, self._slips = tuple(rows), tuple(slips)
        self._groups = {row.group for row in rows}
        self._made: dict[str, Content] = {}

    def content_without(self, group: str) -> Content:
        """The content whose fits were made without this question; as shipped if they were so."""
        if group not in self._groups:
            return self.content
        if group not in self._made:
            rows = [row for row in self._rows if row.group != group]
            shipped = self.content.fits
            slips = [slip for slip in self._slips if slip.group != group]
            made = self._made_without(group, rows)
            fits = fit_all(rows, shipped.judge, shipped.sources, made, slips)
            self._made[group] = replace(self.content, fits=fits)
        return self._made[group]

    def _made_without(self, group: str, rows: Sequence[Row]) -> Mapping[Named, Made]:
        """The fits of probabilities: made anew where the question's answers were in them."""
        changed = {row.fit for row in self._rows if row.group == group}
        anew = fit_checks([row for row in rows if row.fit in changed])
        return {name: one for name, one in self._all.items() if name not in changed} | anew

    @cached_property
    def _all(self) -> Mapping[Named, Made]:
        """The fits of probabilities that have seen every question."""
        return fit_checks(self._rows)
