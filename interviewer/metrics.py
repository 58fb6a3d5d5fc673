"""What is counted of the running program, for Prometheus. The only module that knows its client.

Counts and durations only: no id, no name, and nothing that anyone said.
"""

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

_SECONDS = (0.1, 0.2, 0.3, 0.5, 0.75, 1, 1.5, 2, 3, 5, 8, 13, 21, 34, 60, 120)


class Metrics:
    """One program's counts, in a registry of their own."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._turns = Counter("interviewer_turns", "Turns stored", ["speaker"], registry=registry)
        self._tokens = Counter(
            "interviewer_tokens",
            "Pieces of replies as the model streamed them; with most endpoints one is a token",
            registry=registry,
        )
        self._first = Histogram(
            "interviewer_first_token_seconds",
            "From an answer to the first word of the reply that the model phrases",
            buckets=_SECONDS,
            registry=registry,
        )
        self._reply = Histogram(
            "interviewer_reply_seconds",
            "From an answer to the whole reply",
            buckets=_SECONDS,
            registry=registry,
        )
        self._grades = Counter(
            "interviewer_grades", "Checks judged", ["observed"], registry=registry
        )
        self._failures = Counter(
            "interviewer_failures", "Work that failed, by error", ["error"], registry=registry
        )
        self._refused = Counter(
            "interviewer_refused_requests", "Requests refused, by reason", ["why"],
            registry=registry,
        )  # fmt: skip

    def gauge(self, name: str, about: str, now: Callable[[], float]) -> None:
        """A value that is asked for when the metrics are read."""
        Gauge(f"interviewer_{name}", about, registry=self._registry).set_function(now)

    def turn(self, speaker: str) -> None:
        """A turn was stored."""
        self._turns.labels(speaker).inc()

    def token(self) -> None:
        """The model streamed a piece of a reply."""
        self._tokens.inc()

    def first_token(self, seconds: float) -> None:
        """A reply's first word came."""
        self._first.observe(seconds)

    def reply(self, seconds: float) -> None:
        """A reply is whole."""
        self._reply.observe(seconds)

    def grade(self, observed: bool) -> None:
        """A check was judged; not ``observed``: the model gave no verdict."""
        self._grades.labels("yes" if observed else "no").inc()

    def failure(self, error: BaseException) -> None:
        """Work failed with this error; only its kind is kept."""
        self._failures.labels(type(error).__name__).inc()

    def refused(self, why: str) -> None:
        """A request was refused."""
        self._refused.labels(why).inc()

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)
