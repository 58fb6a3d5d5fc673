"""The page where a user signs in with a password, and out again."""

import asyncio
import html
from urllib.parse import parse_qs

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse

from interviewer import logs
from interviewer.accounts import Accounts
from interviewer.errors import SettingsError
from interviewer.identity import KEPT_SIGNED_IN, Identity
from interviewer.metrics import Metrics
from interviewer.rates import Rates
from interviewer.ui.guard import SIGN_IN, SIGN_OUT, cookie

LONGEST_PASSWORD = 1_000

_LOG = logs.log(__name__)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Mock interviewer: {title}</title>
<style>
  :root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
  main {{ max-width: 22rem; margin: 15vh auto; padding: 0 1rem; }}
  label {{ display: block; margin: 1rem 0 .25rem; }}
  input {{ width: 100%; box-sizing: border-box; font: inherit; padding: .5rem; }}
  button {{ margin-top: 1.5rem; font: inherit; padding: .6rem 1.2rem; background: #1d4ed8;
    color: #fff; border: 0; border-radius: .4rem; }}
</style>
</head>
<body><main><h1>Mock interviewer</h1>{said}{form}</main></body>
</html>
"""
_SIGN_IN_FORM = f"""<form method="post" action="{SIGN_IN}">
<label for="name">Name</label>
<input id="name" name="name" autocomplete="username" autofocus required>
<label for="password">Password</label>
<input id="password" name="password" type="password" autocomplete="current-password" required>
<button type="submit">Sign in</button>
</form>"""
_SIGN_OUT_FORM = f"""<form method="post" action="{SIGN_OUT}">
<button type="submit">Sign out</button>
</form>"""


def add_sign_in(
    app: FastAPI, identity: Identity, accounts: Accounts, rates: Rates, metrics: Metrics
) -> None:
    """Adds the pages to sign in and out."""

    def page(said: str = "", status: int = 200, form: str = _SIGN_IN_FORM) -> HTMLResponse:
        told = f'<p role="alert">{html.escape(said)}</p>' if said else ""
        title = "sign in" if form is _SIGN_IN_FORM else "sign out"
        return HTMLResponse(_PAGE.format(title=title, said=told, form=form), status)

    @app.get(SIGN_IN)
    async def ask() -> Response:
        return page()

    @app.post(SIGN_IN)
    async def sign_in(request: Request) -> Response:
        sent = parse_qs((await request.body()).decode("utf-8", "replace"))
        name, password = (sent.get(one, [""])[0] for one in ("name", "password"))
        address = request.client.host if request.client else ""
        if not rates.may_try_to_sign_in(name, address):
            metrics.refused("sign-in rate")
            return page("Too many attempts. Wait a minute, then try again.", 429)
        try:
            known = len(password) <= LONGEST_PASSWORD and await asyncio.to_thread(
                accounts.is_right, name, password
            )
        except SettingsError as error:
            _LOG.error("nobody can sign in: %s", error)
            return page("Signing in doesn't work; ask who runs it.", 503)
        if not known:
            metrics.refused("password")
            _LOG.warning("a sign-in failed", extra=logs.fields(user=logs.short(name)))
            return page("Name or password is wrong.", 401)
        response = RedirectResponse("/", 303)
        word = identity.signed_in(name, accounts)
        secure = request.scope["scheme"] == "https"
        response.headers["set-cookie"] = cookie(identity.user_cookie, word, KEPT_SIGNED_IN, secure)
        return response

    @app.get(SIGN_OUT)
    async def ask_out() -> Response:
        return page(form=_SIGN_OUT_FORM)

    @app.post(SIGN_OUT)
    async def sign_out(request: Request) -> Response:
        response = RedirectResponse(SIGN_IN, 303)
        secure = request.scope["scheme"] == "https"
        response.headers["set-cookie"] = cookie(identity.user_cookie, "", 0, secure)
        # What was typed and not sent is the user's, and not for the next one at this computer.
        response.headers["clear-site-data"] = '"storage"'
        return response
