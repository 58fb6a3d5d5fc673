"""How often someone may do something."""

from limits import RateLimitItem, RateLimitItemPerHour, RateLimitItemPerMinute
from limits.storage import MemoryStorage
from limits.strategies import SlidingWindowCounterRateLimiter

FROM_ONE_ADDRESS = 20
"""Times what one candidate may do; a class may share an address."""

SIGN_INS = 10
"""Attempts to sign in, a minute: for a name, and from an address."""

BEGINNINGS = 60
"""Interviews that a candidate may begin in an hour."""


class Rates:
    """Counts, in memory, what candidates and addresses do. 0 events a minute: no limit."""

    def __init__(self, events: int) -> None:
        self._limiter = SlidingWindowCounterRateLimiter(MemoryStorage())
        self._events = events

    def may_send(self, owner: str, address: str) -> bool:
        """Whether this candidate, at this address, may cause another event."""
        if not self._events:
            return True
        own = RateLimitItemPerMinute(self._events)
        shared = RateLimitItemPerMinute(self._events * FROM_ONE_ADDRESS)
        return self._hit(own, "event", owner) and self._hit(shared, "events from", address)

    def may_try_to_sign_in(self, name: str, address: str) -> bool:
        """Whether another attempt is taken."""
        few = RateLimitItemPerMinute(SIGN_INS)
        return self._hit(few, "name", name[:100]) and self._hit(few, "address", address)

    def may_begin(self, owner: str) -> bool:
        """Whether this candidate may begin another interview."""
        if not self._events:
            return True
        return self._hit(RateLimitItemPerHour(BEGINNINGS), "begin", owner)

    def _hit(self, item: RateLimitItem, what: str, who: str) -> bool:
        return self._limiter.hit(item, what, who)
