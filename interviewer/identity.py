"""Who a candidate is: an id that this program issued, or the user who signed in.

A browser keeps signed words only, in a cookie that no script can read. Who makes one up, or
changes one, is nobody.
"""

import hashlib
import secrets
from base64 import urlsafe_b64encode

from itsdangerous import BadSignature, Signer, TimestampSigner

from interviewer.accounts import Accounts
from interviewer.store import new_id

KEPT_SIGNED_IN = 30 * 24 * 3600
"""Seconds after which a user signs in again."""


class Identity:
    """Issues and reads the words that tell candidates apart.

    Knows neither requests nor pages. Replicas that share the ``secret`` know each other's
    candidates.
    """

    def __init__(self, secret: str) -> None:
        self._candidates = Signer(secret, salt="candidate", digest_method=hashlib.sha256)
        self._users = TimestampSigner(secret, salt="user", digest_method=hashlib.sha256)
        self._name = hashlib.sha256(f"name of {secret}".encode()).hexdigest()[:8]

    @property
    def candidate_cookie(self) -> str:
        """The cookie's name; two programs on one host don't take each other's."""
        return f"interviewer-{self._name}"

    @property
    def user_cookie(self) -> str:
        """The cookie of who has signed in."""
        return f"interviewer-user-{self._name}"

    def new_candidate(self) -> str:
        """A word for a candidate who has none yet."""
        return self._candidates.sign(new_id()).decode()

    def candidate(self, word: str) -> str | None:
        """The owner that a word stands for; None where it was not issued here."""
        try:
            return self._candidates.unsign(word).decode()
        except (BadSignature, UnicodeDecodeError):
            return None

    def signed_in(self, name: str, accounts: Accounts) -> str:
        """A word for a user who has just given the password."""
        return self._users.sign(f"{name}:{accounts.stamp(name)}").decode()

    def user(self, word: str, accounts: Accounts) -> str | None:
        """The user who signed in with this word; None once it is old or the password changed."""
        try:
            told = self._users.unsign(word, max_age=KEPT_SIGNED_IN).decode()
        except (BadSignature, UnicodeDecodeError):
            return None
        name, _, stamp = told.rpartition(":")
        known = accounts.stamp(name)
        return name if known is not None and secrets.compare_digest(stamp, known) else None


def owner_of_user(name: str) -> str:
    """Whose interviews a user's are, on whichever device."""
    digest = hashlib.sha256(f"user {name}".encode()).digest()
    return urlsafe_b64encode(digest).decode().rstrip("=")
