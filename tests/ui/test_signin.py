"""Signing out."""

from types import SimpleNamespace

from fastapi import FastAPI
from starlette.testclient import TestClient

from interviewer.metrics import Metrics
from interviewer.rates import Rates
from interviewer.ui.guard import SIGN_OUT
from interviewer.ui.signin import add_sign_in


def test_who_signs_out_leaves_nothing_unsent_in_the_browser():
    app = FastAPI()
    add_sign_in(app, SimpleNamespace(user_cookie="user"), SimpleNamespace(), Rates(0), Metrics())
    out = TestClient(app).post(SIGN_OUT, follow_redirects=False)
    assert out.status_code == 303
    assert out.headers["clear-site-data"] == '"storage"'
