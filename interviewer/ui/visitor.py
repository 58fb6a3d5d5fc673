"""Whose event it is, and what is theirs."""

import gradio as gr

from interviewer.errors import InterviewNotFound
from interviewer.store import Store

OWNER = "interviewer.owner"
"""Where the guard writes in a request's scope whose request it is."""


class Visitors:
    """Tells whose an event is, from what the guard wrote, and never from what the page sent."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def owner(self, request: gr.Request) -> str:
        """Who sent the event."""
        owner: str = request.request.scope[OWNER] if request.request else ""
        if not owner:
            raise InterviewNotFound
        return owner

    def own(self, request: gr.Request, place: str) -> str:
        """The id in ``place`` ("interview:ID"); InterviewNotFound where it is another's."""
        place_id = place.partition(":")[2]
        if self._store.owner_of(place_id) != self.owner(request):
            raise InterviewNotFound
        return place_id
