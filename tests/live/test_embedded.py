"""The embedded server, with the real model."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from interviewer.embedded import EmbeddedServer, Endpoint
from interviewer.errors import ModelUnavailable, WeightsError

pytestmark = pytest.mark.live

QUESTION = {"messages": [{"role": "user", "content": "Is 7 a prime number? Answer Yes or No."}]}


@pytest.fixture(scope="module")
def endpoint(weights: Path) -> Iterator[Endpoint]:
    server = EmbeddedServer(weights)
    yield server.start()
    server.stop()


def port(endpoint: Endpoint) -> int:
    found = urlsplit(endpoint.base_url).port
    assert found
    return found


def ask(
    endpoint: Endpoint,
    method: str,
    path: str,
    body: dict[str, Any] | None = None,
    *,
    key: str | None = None,
    headers: dict[str, str] | None = None,
) -> http.client.HTTPResponse:
    """The response, headers in; the body is the caller's to read."""
    connection = http.client.HTTPConnection("127.0.0.1", port(endpoint), timeout=60)
    sent = {"Authorization": f"Bearer {key}"} if key else {}
    connection.request(method, path, json.dumps(body) if body else None, sent | (headers or {}))
    return connection.getresponse()


def is_open(number: int, host: str = "127.0.0.1") -> bool:
    with socket.socket() as probe:
        probe.settimeout(2)
        return probe.connect_ex((host, number)) == 0


def is_gone(number: int, seconds: float = 15) -> bool:
    end = time.monotonic() + seconds
    while is_open(number):
        if time.monotonic() > end:
            return False
        time.sleep(0.05)
    return True


@pytest.mark.parametrize("path", ["/v1/chat/completions", "/tokenize"])
@pytest.mark.parametrize("key", [None, "wrong"])
def test_nothing_is_done_without_the_key(endpoint: Endpoint, path: str, key: str | None) -> None:
    assert ask(endpoint, "POST", path, QUESTION, key=key).status == 401


def test_the_key_is_random_and_kept_out_of_logs(weights: Path, endpoint: Endpoint) -> None:
    other = EmbeddedServer(weights, n_ctx=512, n_parallel=1)
    try:
        assert other.start().api_key != endpoint.api_key
    finally:
        other.stop()
    assert len(endpoint.api_key) >= 32
    assert endpoint.api_key not in repr(endpoint)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127/8 on loopback")
def test_it_listens_on_one_loopback_address_only(endpoint: Endpoint) -> None:
    assert is_open(port(endpoint))
    assert not is_open(port(endpoint), "127.0.0.2")  # a server on 0.0.0.0 would answer here


@pytest.mark.parametrize("origin", ["http://evil.example", "http://127.0.0.1:7860", "null"])
def test_no_page_is_let_in(endpoint: Endpoint, origin: str) -> None:
    asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
    replies = [
        ask(endpoint, "OPTIONS", "/v1/chat/completions", headers=asked),
        ask(endpoint, "GET", "/health", headers={"Origin": origin}),
    ]
    for reply in replies:
        assert reply.getheader("Access-Control-Allow-Origin") not in (origin, "*")
        assert reply.getheader("Access-Control-Allow-Credentials") != "true"


@pytest.mark.parametrize("path", ["/slots", "/metrics", "/", "/tools", "/cors-proxy"])
def test_side_doors_are_shut(endpoint: Endpoint, path: str) -> None:
    assert ask(endpoint, "GET", path, key=endpoint.api_key).status in (403, 404, 501)


def test_the_settings_can_not_be_changed(endpoint: Endpoint) -> None:
    assert ask(endpoint, "POST", "/props", {"a": 1}, key=endpoint.api_key).status == 501


def test_the_model_is_named_by_its_label(weights: Path, endpoint: Endpoint) -> None:
    reply = ask(endpoint, "GET", "/v1/models", key=endpoint.api_key).read().decode()
    assert json.loads(reply)["data"][0]["id"] == endpoint.model == weights.stem
    assert str(weights) not in reply


def test_tokenize_counts(endpoint: Endpoint) -> None:
    reply = ask(endpoint, "POST", "/tokenize", {"content": "hello world"}, key=endpoint.api_key)
    assert json.load(reply) == {"tokens": [14990, 1879]}


def test_a_completion_has_logprobs(endpoint: Endpoint) -> None:
    body = QUESTION | {"max_tokens": 1, "temperature": 0, "logprobs": True, "top_logprobs": 5}
    reply = json.load(ask(endpoint, "POST", "/v1/chat/completions", body, key=endpoint.api_key))
    token = reply["choices"][0]["logprobs"]["content"][0]
    assert token["token"] == "Yes"
    assert len(token["top_logprobs"]) == 5
    assert token["logprob"] == max(one["logprob"] for one in token["top_logprobs"]) < 0


def test_a_prefix_is_kept_while_other_prefixes_take_turns(endpoint: Endpoint) -> None:
    def processed(topic: int) -> int:
        rubric = f"Topic {topic}. " + "A good answer names the metric and how it was measured. " * 6
        messages = [{"role": "system", "content": rubric}, *QUESTION["messages"]]
        body = {"messages": messages, "max_tokens": 1}
        reply = ask(endpoint, "POST", "/v1/chat/completions", body, key=endpoint.api_key)
        return int(json.load(reply)["timings"]["prompt_n"])

    first = [processed(topic) for topic in range(6)]  # more than there are slots
    again = [processed(topic) for topic in range(6)]
    assert min(first[1:]) > 50
    assert max(again) < 30


def test_it_stops_at_once_mid_reply_and_starts_again(weights: Path) -> None:
    server = EmbeddedServer(weights, n_ctx=1024, n_parallel=1)
    first = server.start()
    assert server.start() == first  # running already
    body = QUESTION | {"max_tokens": 800, "stream": True, "ignore_eos": True}
    reply = ask(first, "POST", "/v1/chat/completions", body, key=first.api_key)
    reply.readline()
    server.stop()
    assert not is_open(port(first))
    second = server.start()
    assert ask(second, "POST", "/tokenize", {"content": "a"}, key=second.api_key).status == 200
    server.stop()
    server.stop()


def test_a_server_that_died_is_started_anew(weights: Path) -> None:
    server = EmbeddedServer(weights, n_ctx=512, n_parallel=1)
    first = server.start()
    assert server._process
    server._process.kill()
    assert is_gone(port(first))
    second = server.start()
    assert second != first
    assert is_open(port(second))
    server.stop()


def test_loading_lets_other_threads_run(weights: Path) -> None:
    server = EmbeddedServer(weights, n_ctx=512, n_parallel=1)
    loader = threading.Thread(target=server.start)
    loader.start()
    gaps, last = [], time.monotonic()
    while loader.is_alive():
        time.sleep(0.01)
        now = time.monotonic()
        gaps.append(now - last)
        last = now
    server.stop()
    assert max(gaps) < sum(gaps) / 2  # under the GIL one gap would be all of it


PROGRAM = """
import http.client, json, sys
from pathlib import Path
from urllib.parse import urlsplit
from interviewer.embedded import EmbeddedServer
server = EmbeddedServer(Path(sys.argv[1]), n_ctx=1024, n_parallel=1)
endpoint = server.start()
port = urlsplit(endpoint.base_url).port
call = http.client.HTTPConnection("127.0.0.1", port)
body = {"messages": [{"role": "user", "content": "Count."}], "stream": True,
        "max_tokens": 800, "ignore_eos": True}
call.request("POST", "/v1/chat/completions", json.dumps(body),
             {"Authorization": "Bearer " + endpoint.api_key})
call.getresponse().readline()
print(port, flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def busy_program(weights: Path) -> Iterator[subprocess.Popen[str]]:
    """A program whose server is in the middle of a reply; it leaves at a line on its stdin."""
    root = Path(__file__).parents[2]
    program = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(weights)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=root,
        env=os.environ | {"PYTHONPATH": str(root)},
    )
    with program:
        yield program
        program.kill()


def test_leaving_mid_reply_is_clean_and_silent(busy_program: subprocess.Popen[str]) -> None:
    assert busy_program.stdout
    number = int(busy_program.stdout.readline())
    said = busy_program.communicate("\n", timeout=20)
    assert busy_program.returncode == 0
    assert said == ("", "")
    assert is_gone(number)


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL")
def test_the_server_goes_when_its_program_is_killed(busy_program: subprocess.Popen[str]) -> None:
    assert busy_program.stdout
    number = int(busy_program.stdout.readline())
    assert is_open(number)
    busy_program.send_signal(signal.SIGKILL)
    assert is_gone(number)


def test_a_file_that_is_no_model(tmp_path: Path) -> None:
    path = tmp_path / "garbage.gguf"
    path.write_bytes(os.urandom(10_000))
    with pytest.raises(WeightsError, match=r"not a GGUF.*model fetch"):
        EmbeddedServer(path).start()


def test_a_file_that_is_missing(tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"can't be read.*model fetch"):
        EmbeddedServer(tmp_path / "none.gguf").start()


def test_a_file_that_was_cut_off(weights: Path, tmp_path: Path) -> None:
    path = tmp_path / "short.gguf"
    with weights.open("rb") as whole:
        path.write_bytes(whole.read(20_000_000))
    server = EmbeddedServer(path)
    with pytest.raises(WeightsError, match=r"damaged.*model fetch"):
        server.start()
    assert server._process is None


def test_a_child_that_dies_says_why(weights: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(ModelUnavailable, match=r"exit code 1; set INTERVIEWER_BASE_URL"):
        EmbeddedServer(weights).start()
