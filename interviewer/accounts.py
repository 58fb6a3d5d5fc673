"""Who may sign in: a file of names and hashed passwords."""

import hashlib
import os
import re
import tempfile
from pathlib import Path

from pwdlib import PasswordHash
from pwdlib.exceptions import UnknownHashError

from interviewer.errors import SettingsError

SHORTEST_PASSWORD = 10
_NAME = re.compile(r"[A-Za-z0-9._@+-]{1,100}")
_HEAD = "# Made by `python -m interviewer user add NAME`: a name and a hash a line.\n"


class Accounts:
    """The password file; it is read anew each time, so that a change counts at once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._hasher = PasswordHash.recommended()
        # Checked where there is no such user, so that the time tells nothing.
        self._nobody = self._hasher.hash("nobody")

    def names(self) -> tuple[str, ...]:
        """Who may sign in; SettingsError where the file can't be used."""
        return tuple(self._read())

    def is_right(self, name: str, password: str) -> bool:
        """Whether this is the user's password. Takes its time: call it in a thread."""
        known = self._read().get(name)
        try:
            right = self._hasher.verify(password, known or self._nobody)
        except UnknownHashError:
            return False
        return right and known is not None

    def stamp(self, name: str) -> str | None:
        """What changes with the user's password; None where there is no such user."""
        known = self._read().get(name)
        return hashlib.sha256(known.encode()).hexdigest()[:16] if known else None

    def set(self, name: str, password: str) -> None:
        """Adds a user, or gives one another password."""
        if not _NAME.fullmatch(name):
            raise SettingsError(
                f"{name!r} is no name that can be used; take letters, digits and any of . _ @ + -"
            )
        if len(password) < SHORTEST_PASSWORD:
            raise SettingsError(
                f"the password is too short; take at least {SHORTEST_PASSWORD} characters"
            )
        users = self._read() if self._path.exists() else {}
        self._write({**users, name: self._hasher.hash(password)})

    def remove(self, name: str) -> None:
        """Takes a user out; whoever is signed in under that name is no more."""
        users = self._read()
        if name not in users:
            raise SettingsError(f"{self._path}: there is no user {name!r}")
        del users[name]
        self._write(users)

    def _read(self) -> dict[str, str]:
        try:
            lines = self._path.read_text(encoding="utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(
                f"{self._path}: the password file can't be read ({error}); make it with "
                "`python -m interviewer user add NAME`"
            ) from error
        users = {}
        for number, line in enumerate(lines, 1):
            if not line.strip() or line.startswith("#"):
                continue
            name, colon, known = line.strip().partition(":")
            if not colon or not _NAME.fullmatch(name) or not known.startswith("$argon2"):
                raise SettingsError(
                    f"{self._path}:{number}: this is no name and Argon2 hash; make the line with "
                    "`python -m interviewer user add NAME`"
                )
            users[name] = known
        return users

    def _write(self, users: dict[str, str]) -> None:
        """In one step, readable by the owner of the file only."""
        text = _HEAD + "".join(f"{name}:{known}\n" for name, known in users.items())
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            descriptor, made = tempfile.mkstemp(dir=self._path.parent)
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(made, self._path)
        except OSError as error:
            raise SettingsError(
                f"{self._path}: can't be written ({error}); free room or name another file"
            ) from error
