"""The door before the page: who may come in, by which ways, how often, with how much.

Everything is closed unless it is opened here. A request that comes through carries its owner
in the scope, where no client can write.
"""

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from interviewer import logs
from interviewer.accounts import Accounts
from interviewer.errors import SettingsError
from interviewer.identity import Identity, owner_of_user
from interviewer.metrics import Metrics
from interviewer.rates import Rates
from interviewer.settings import Settings
from interviewer.ui.visitor import OWNER

MEGABYTE = 1_000_000
MOST_BYTES = MEGABYTE
"""Of a request; the longest answer fits, however it is written."""

MOST_UPLOADED = 16 * MEGABYTE
"""Of a file with a history."""

MOST_WAIT = 30.0
"""Seconds within which a request must have been sent."""

MOST_SESSIONS = 50_000
YEAR = 365 * 24 * 3600

FOR_MACHINES = frozenset({"/healthz", "/readyz", "/metrics"})
SIGN_IN, SIGN_OUT = "/sign-in", "/sign-out"

_API = "/gradio_api"
_READ_EXACTLY = frozenset(
    {
        *("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt"),
        *(f"{_API}/theme.css", f"{_API}/queue/data", f"{_API}/upload_progress"),
        *(f"{_API}/startup-events", f"{_API}/app_id"),
    }
)
_READ_BELOW = ("/assets/", "/static/", "/svelte/", f"{_API}/heartbeat/")
_SENT_TO = frozenset({f"{_API}/queue/join", f"{_API}/cancel", f"{_API}/reset", f"{_API}/upload"})
_KEPT_BY_BROWSERS = ("/assets/", "/static/", "/svelte/")

_POLICY = "; ".join(
    (
        "default-src 'self'",
        # Gradio starts itself from a script in the page, and makes functions of its templates.
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data: blob:",
        "font-src 'self' data:",
        "connect-src 'self'",
        "worker-src 'self' blob:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
_LOG = logs.log(__name__)


class Refused(Exception):
    """A request that isn't let in, and what it is told."""

    def __init__(self, status: int, why: str, said: str, response: Response | None = None) -> None:
        super().__init__(why)
        self.why = why
        # The names by which Gradio's page and people's programs look for a reason.
        self.response = response or JSONResponse({"error": said, "detail": said}, status)


@dataclass(frozen=True)
class Visit:
    """A request that is let in."""

    owner: str = ""
    new_word: str = ""
    """A cookie to set, where the candidate had none."""


class Guard:
    """The middleware. It knows requests only; whose an interview is, the pages ask the store."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        settings: Settings,
        identity: Identity,
        accounts: Accounts | None,
        rates: Rates,
        metrics: Metrics,
    ) -> None:
        self._app = app
        self._settings = settings
        self._identity = identity
        self._accounts = accounts
        self._rates = rates
        self._metrics = metrics
        self._sessions: OrderedDict[str, str] = OrderedDict()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """See ASGI."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # Nothing here speaks anything else.
            await send({"type": "websocket.close", "code": 1008})
            return
        path = scope["path"]
        if path in FOR_MACHINES:
            await self._app(scope, receive, send)
            return
        scope = self._from_proxy(scope)
        secure = scope["scheme"] == "https"
        try:
            headers = Headers(scope=scope)
            self._check_way(scope, headers)
            visit = self._visitor(scope, headers)
            if scope["method"] == "POST":
                body = await _read(receive, headers, _most(path))
                self._check_sent(scope, visit, body)
                receive = _replay(body, receive)
            elif path == f"{_API}/queue/data":
                self._check_session(_session_in_query(scope), visit.owner)
        except Refused as refusal:
            self._metrics.refused(refusal.why)
            _LOG.info("refused", extra=logs.fields(why=refusal.why, path=_shown(path)))
            await refusal.response(scope, receive, _dressed(send, path, secure, ""))
            return
        cookie = self._cookie(visit.new_word, secure) if visit.new_word else ""
        scope[OWNER] = visit.owner
        await self._app(scope, receive, _dressed(send, path, secure, cookie))

    # --- Ways in ---

    def _from_proxy(self, scope: Scope) -> Scope:
        """The request as the proxy tells of it, where that is one to be believed."""
        told = Headers(scope=scope)
        peer = (scope.get("client") or ("", 0))[0]
        headers = [
            (name, value)
            for name, value in scope["headers"]
            if not name.startswith(b"x-forwarded-") and name != b"forwarded"
        ]
        scope = {**scope, "headers": headers}
        if self._is_trusted(peer):
            if told.get("x-forwarded-proto", "").strip() == "https":
                scope["scheme"] = "https"
                headers.append((b"x-forwarded-proto", b"https"))
            nearest = told.get("x-forwarded-for", "").rpartition(",")[2].strip()
            if nearest:
                scope["client"] = (nearest, 0)
            scope[_THROUGH_PROXY] = True
        return scope

    def _is_trusted(self, peer: str) -> bool:
        try:
            address = ip_address(peer)
        except ValueError:
            return False
        return any(address in network for network in self._settings.trusted_proxies)

    def _check_way(self, scope: Scope, headers: Headers) -> None:
        host = headers.get("host", "")
        if not self._is_known_host(host):
            said = "This name is not the program's; add it to INTERVIEWER_HOSTS."
            raise Refused(421, "host", said)
        raw = scope.get("raw_path", b"").decode("latin-1").lower()
        path, method = scope["path"], scope["method"]
        odd = ("..", "\\", "\0", "//", "%2e", "%2f", "%5c", "%00", "%25")
        if any(one in raw for one in odd) or any(one in unquote(path) for one in odd[:4]):
            raise Refused(404, "path", "There is nothing here.")
        of_sign_in = {SIGN_IN, SIGN_OUT} if self._settings.password_file else set()
        if method in {"GET", "HEAD"}:
            if path in _READ_EXACTLY | of_sign_in or path.startswith(_READ_BELOW):
                return
        elif method == "POST" and path in _SENT_TO | of_sign_in:
            self._check_origin(headers, host)
            return
        raise Refused(404, "path", "There is nothing here.")

    def _is_known_host(self, host: str) -> bool:
        name = (urlsplit(f"//{host}").hostname or "") if _is_plain(host) else ""
        if self._settings.hosts:
            return name in self._settings.hosts or name in _LOOPBACK
        # Without names to go by: a page on this machine alone answers to this machine's names.
        return name in _LOOPBACK if self._settings.host in _LOOPBACK else bool(name)

    @staticmethod
    def _check_origin(headers: Headers, host: str) -> None:
        """What changes something must come from a page of this program."""
        origin = headers.get("origin")
        if origin is not None:
            same = urlsplit(origin).netloc.lower() == host.lower() if _is_plain(origin) else False
        else:
            same = headers.get("sec-fetch-site", "same-origin") in {"same-origin", "none"}
        if not same:
            raise Refused(403, "origin", "This request comes from another site.")

    # --- Who ---

    def _visitor(self, scope: Scope, headers: Headers) -> Visit:
        address = (scope.get("client") or ("", 0))[0]
        path = scope["path"]
        if path in {SIGN_IN, SIGN_OUT} and self._accounts:
            return Visit()
        visit = self._user(scope, headers) or self._candidate(path, headers)
        if scope["method"] == "POST" and not self._rates.may_send(visit.owner, address):
            said = "Too much at once. Wait a minute, then go on; nothing was lost."
            raise Refused(429, "rate", said)
        return visit

    def _user(self, scope: Scope, headers: Headers) -> Visit | None:
        """The user where signing in is asked for; None where it isn't."""
        if name := self._settings.user_header:
            user = headers.get(name, "") if scope.get(_THROUGH_PROXY) else ""
            if not user:
                said = "Come through the proxy that signs you in."
                raise Refused(401, "not signed in", said)
            return Visit(owner_of_user(user))
        if self._accounts is None:
            return None
        try:
            user = self._identity.user(
                _cookies(headers).get(self._identity.user_cookie, ""), self._accounts
            ) or ""  # fmt: skip
        except SettingsError as error:
            _LOG.error("nobody can sign in: %s", error)
            raise Refused(
                503, "password file", "Signing in doesn't work; ask who runs it."
            ) from error
        if not user:
            to_page = scope["path"] == "/" and scope["method"] == "GET"
            raise Refused(
                401,
                "not signed in",
                "Sign in first: reload the page.",
                RedirectResponse(SIGN_IN, 303) if to_page else None,
            )
        return Visit(owner_of_user(user))

    def _candidate(self, path: str, headers: Headers) -> Visit:
        word = _cookies(headers).get(self._identity.candidate_cookie, "")
        owner = self._identity.candidate(word)
        if owner is not None:
            # Sent again with each page, so that it isn't forgotten while it is in use.
            return Visit(owner, word if path == "/" else "")
        if path == "/":
            word = self._identity.new_candidate()
            return Visit(self._identity.candidate(word) or "", word)
        if path in _SENT_TO or path == f"{_API}/queue/data":
            raise Refused(401, "no cookie", "Reload the page; it works with its cookie only.")
        return Visit()

    def _cookie(self, word: str, secure: bool) -> str:
        return cookie(self._identity.candidate_cookie, word, YEAR, secure)

    # --- What ---

    def _check_sent(self, scope: Scope, visit: Visit, body: bytes) -> None:
        if scope["path"] not in {f"{_API}/queue/join", f"{_API}/cancel", f"{_API}/reset"}:
            return
        try:
            sent = json.loads(body)
        except (ValueError, RecursionError) as error:
            raise Refused(400, "body", "This is not what the page sends.") from error
        session = sent.get("session_hash") if isinstance(sent, dict) else None
        if session is not None or scope["path"] == f"{_API}/queue/join":
            self._check_session(session, visit.owner)

    def _check_session(self, session: Any, owner: str) -> None:
        """A tab belongs to the candidate who opened it: no one else hears what goes to it."""
        if not isinstance(session, str) or not 0 < len(session) <= 64:
            raise Refused(400, "session", "This is not what the page sends.")
        if self._sessions.setdefault(session, owner) != owner:
            raise Refused(
                404, "another's session", "This page is too old, or another candidate's. Reload it."
            )
        self._sessions.move_to_end(session)
        if len(self._sessions) > MOST_SESSIONS:
            self._sessions.popitem(last=False)


_THROUGH_PROXY = "interviewer.through_proxy"
_LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


def cookie(name: str, word: str, seconds: int, secure: bool) -> str:
    """A Set-Cookie header's value: for this site alone, and for no script."""
    made = f"{name}={word}; Max-Age={seconds}; Path=/; HttpOnly; SameSite=Lax"
    return f"{made}; Secure" if secure else made


def _most(path: str) -> int:
    return MOST_UPLOADED + MEGABYTE if path == f"{_API}/upload" else MOST_BYTES


async def _read(receive: Receive, headers: Headers, most: int) -> bytes:
    """The whole body, before anyone works on it."""
    said = f"This is too much: at most {most // MEGABYTE} MB are taken. Shorten it."
    length = headers.get("content-length", "0")
    if not length.isdecimal() or int(length) > most:
        raise Refused(413, "size", said)
    body = bytearray()
    try:
        async with asyncio.timeout(MOST_WAIT):
            while True:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise Refused(400, "broken off", "The request broke off.")
                body += message.get("body", b"")
                if len(body) > most:
                    raise Refused(413, "size", said)
                if not message.get("more_body"):
                    return bytes(body)
    except TimeoutError as error:
        raise Refused(408, "slow", "The request took too long to come.") from error


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _dressed(send: Send, path: str, secure: bool, new_cookie: str) -> Send:
    """Sends responses with the headers that each of them needs."""

    async def dressed(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name in [one for one in headers if one.startswith("access-control-")]:
                del headers[name]
            for name, value in _HEADERS.items():
                headers[name] = value
            if secure:
                headers["Strict-Transport-Security"] = f"max-age={YEAR}"
            if not path.startswith(_KEPT_BY_BROWSERS):
                headers["Cache-Control"] = "no-store"
            if new_cookie:
                headers.append("Set-Cookie", new_cookie)
        await send(message)

    return dressed


def _cookies(headers: Headers) -> dict[str, str]:
    parts = (part.strip() for line in headers.getlist("cookie") for part in line.split(";"))
    return {name: value for name, _, value in (part.partition("=") for part in parts)}


def _session_in_query(scope: Scope) -> str | None:
    found = parse_qs(scope.get("query_string", b"").decode("latin-1")).get("session_hash")
    return found[0] if found else None


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and not set(text) & set(" @\\<>\"'")


def _shown(path: str) -> str:
    """A path as it may be written: its beginning, without what could be an id."""
    return "/".join(part[:16] for part in path.split("/")[:4]).encode("ascii", "replace").decode()
