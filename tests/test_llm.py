"""What comes over the wire, good or bad, becomes a value or an error that says what to do."""

import asyncio
import contextlib
import json
import math
import threading
import time

import pytest

from interviewer.errors import (
    ModelError,
    ModelRefused,
    ModelReplyError,
    ModelUnavailable,
    RequestRefused,
)
from interviewer.llm import ROOM_TO_THINK, Endpoint, EndpointModel, Verdict, count_tokens
from tests.doubles import (
    FakeEndpoint,
    Reply,
    body,
    completed,
    completion,
    event,
    events,
    failure,
    hang,
    raw_stream,
    top,
)

ASK = [{"role": "system", "content": "Reply Yes."}, {"role": "user", "content": "Well?"}]


@pytest.fixture
def serve():
    """Starts fake endpoints, and stops them in the end."""
    with contextlib.ExitStack() as stack:

        def start(*replies: Reply) -> FakeEndpoint:
            server = FakeEndpoint(*replies)
            stack.callback(server.stop)
            return server

        yield start


def _endpoint(server: FakeEndpoint, **more) -> Endpoint:
    return Endpoint(f"{server.url}/v1", "small", "Small, at home", **more)


def _model(endpoint: Endpoint, timeout: float = 5.0, retries: int = 0) -> EndpointModel:
    async def find() -> Endpoint:
        return endpoint

    return EndpointModel(endpoint.label, find, timeout=timeout, retries=retries)


async def test_a_failure_cuts_no_other_call_off(serve):
    def slow(handler):
        time.sleep(0.5)
        completion("Yes", top(Yes=-0.1))(handler)

    server = serve(slow, failure(500))
    model = _model(_endpoint(server))
    first = asyncio.create_task(model.yes(ASK))
    while not server.requests:
        await asyncio.sleep(0.01)
    with pytest.raises(ModelUnavailable):
        await model.yes(ASK)
    assert await first == 1.0
    await model.close()


async def _stream(model: EndpointModel) -> list[str]:
    return [piece async for piece in model.stream(ASK, most_tokens=7, temperature=0.2)]


async def _read_into(pieces: list[str], model: EndpointModel) -> None:
    async for piece in model.stream(ASK, most_tokens=7, temperature=0):
        pieces.append(piece)


async def _yes(model: EndpointModel) -> float | None:
    return await model.yes(ASK)


# --- What goes out ----------------------------------------------------------------------


async def test_a_reply_comes_piece_by_piece(serve):
    server = serve(events("What ", "did ", "you do?"))
    assert await _stream(_model(_endpoint(server))) == ["What ", "did ", "you do?"]
    (request,) = server.requests
    assert request.path == "/v1/chat/completions"
    assert request.body == {
        "model": "small",
        "messages": ASK,
        "max_tokens": 7,
        "temperature": 0.2,
        "stream": True,
    }


async def test_pieces_come_while_the_reply_is_under_way(serve):
    first_read = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slow(handler):
        handler.begin_stream()
        handler.chunk(event("first "))
        asyncio.run_coroutine_threadsafe(first_read.wait(), loop).result(5)
        handler.chunk(event("second", "stop"))
        handler.wfile.write(b"0\r\n\r\n")

    pieces = []
    async for piece in _model(_endpoint(serve(slow))).stream(ASK, most_tokens=7, temperature=0):
        pieces.append(piece)
        first_read.set()
    assert pieces == ["first ", "second"]


async def test_a_reply_can_be_left_early(serve):
    server = serve(events(*["word "] * 500))
    model = _model(_endpoint(server))
    async with contextlib.aclosing(model.stream(ASK, most_tokens=7, temperature=0)) as pieces:
        async for piece in pieces:
            assert piece == "word "
            break
    server.replies = [completion("Yes")]
    assert await _yes(model) == 1.0


async def test_a_yes_asks_for_one_token_and_its_alternatives(serve):
    server = serve(completion("Yes", top(Yes=-0.1, No=-3.0)))
    await _yes(_model(_endpoint(server)))
    (request,) = server.requests
    assert request.body == {
        "model": "small",
        "messages": ASK,
        "max_tokens": 1,
        "temperature": 0,
        "logprobs": True,
        "top_logprobs": 20,
    }


@pytest.mark.parametrize(
    ("reply", "degree"),
    [
        (completion("5", top(**{"5": math.log(0.5), "4": math.log(0.25)})), (5 * 2 + 4) / 3 / 5),
        (completion("0", top(**{"0": 0.0})), 0.0),
        (completion("3", top(**{"_3": math.log(0.9), "9": math.log(0.1)})), 0.6),
        (completion("Well", top(Well=-0.01, **{"3": -5.0})), None),
        (completion("4."), 0.8),
        (completion("7"), None),
    ],
)
async def test_a_degree_is_the_digit_to_be_expected(serve, reply, degree):
    found = await _model(_endpoint(serve(reply))).degree(ASK)
    assert found == (None if degree is None else pytest.approx(degree))


@pytest.fixture
def foreign(monkeypatch):
    """An environment that is set up for another program."""
    values = {
        "OPENAI_API_KEY": "sk-foreign",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/foreign",
        "OPENAI_ADMIN_KEY": "sk-foreign-admin",
        "OPENAI_WEBHOOK_SECRET": "foreign-webhook",
    }
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    return "foreign"


async def test_the_environment_of_others_is_not_used(serve, foreign):
    server = serve(completion("Yes"), events("Well"))
    model = _model(_endpoint(server))
    await _yes(model)
    await _stream(model)
    assert len(server.requests) == 2
    for request in server.requests:
        assert request.headers["authorization"] == "Bearer none"
        assert foreign not in json.dumps([request.path, request.headers, request.body])


async def test_the_account_of_others_is_not_told(serve, monkeypatch):
    monkeypatch.setenv("OPENAI_ORG_ID", "org-foreign")
    monkeypatch.setenv("OPENAI_PROJECT_ID", "proj-foreign")
    server = serve(completion("Yes"))
    await _yes(_model(_endpoint(server)))
    assert "foreign" not in json.dumps(server.requests[0].headers)


async def test_the_headers_of_others_are_not_sent(serve, monkeypatch):
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", "X-Secret: foreign")
    server = serve(completion("Yes"))
    await _yes(_model(_endpoint(server)))
    assert "foreign" not in json.dumps(server.requests[0].headers)


async def test_the_named_key_is_sent_to_the_named_endpoint(serve):
    server = serve(completion("Yes"))
    await _yes(_model(_endpoint(server, api_key="k-1")))
    assert server.requests[0].headers["authorization"] == "Bearer k-1"


async def test_a_model_on_this_machine_is_not_asked_through_a_proxy(serve, monkeypatch):
    server, proxy = serve(completion("Yes")), serve(completion("No"))
    monkeypatch.delenv("NO_PROXY", raising=False)
    monkeypatch.delenv("no_proxy", raising=False)
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, proxy.url)
    with contextlib.suppress(ModelError):
        await _yes(_model(_endpoint(server)))
    assert proxy.requests == []
    assert len(server.requests) == 1


async def test_an_answer_is_not_sent_on_to_another_host(serve):
    other = serve(completion("Yes"))
    moved = body(307, "{}", Location=f"{other.url}/v1/chat/completions")
    with contextlib.suppress(ModelError):
        await _yes(_model(_endpoint(serve(moved))))
    assert other.requests == []


# --- What P(Yes) is read from ------------------------------------------------------------


PROBABILITIES = [
    ({"Yes": math.log(0.8), "No": math.log(0.2)}, 0.8),
    ({"No": math.log(0.9), "Yes": math.log(0.1)}, 0.1),
    ({"Yes": math.log(0.3), "No": math.log(0.1), "The": math.log(0.6)}, 0.75),
    ({"_Yes": math.log(0.2), "yes": math.log(0.1), "YES": math.log(0.1), "NO": -0.51083}, 0.4),
    ({"_no": math.log(0.5), "No_": math.log(0.25), "Yes": math.log(0.25)}, 0.25),
    ({"Yes": -0.0001}, 1.0),
    ({"No": -0.0001}, 0.0),
    ({"Yes": float(-9999), "No": -0.0001}, 0.0),
    ({"Yessir": -0.1, "Maybe": -3.0}, None),
    ({"The": math.log(0.97), "Yes": math.log(0.02), "No": math.log(0.01)}, None),
]


async def test_probability_of_yes(serve):
    model = _model(
        _endpoint(serve(*(completion("?", top(**tokens)) for tokens, _ in PROBABILITIES)))
    )
    for tokens, p in PROBABILITIES:
        found = await _yes(model)
        assert found == (p if p is None else pytest.approx(p, abs=1e-4)), tokens


WORDS = [("Yes", 1.0), (" yes.", 1.0), ("YES", 1.0), ("No", 0.0), (" no", 0.0), ("Maybe", None)]
WORDS += [("Yes and no", None), ("", None), (None, None)]


@pytest.mark.parametrize(
    "logprobs", [None, {"content": None, "refusal": None}, {"content": [], "refusal": None}]
)
async def test_without_probabilities_the_word_is_read(serve, logprobs):
    model = _model(_endpoint(serve(*(completion(word, logprobs) for word, _ in WORDS))))
    assert [await _yes(model) for _ in WORDS] == [p for _, p in WORDS]


async def test_without_alternatives_the_word_is_read(serve):
    bare = {"content": [{"token": "Yes", "logprob": -0.1, "bytes": None, "top_logprobs": []}]}
    assert await _yes(_model(_endpoint(serve(completion("Yes", bare))))) is not None


# --- What goes wrong ---------------------------------------------------------------------

BOTH = pytest.mark.parametrize("ask", [_yes, _stream])


@BOTH
@pytest.mark.parametrize(
    ("status", "said"),
    [
        (401, "refuses the key; check INTERVIEWER_API_KEY"),
        (404, "does not know this model or path; check INTERVIEWER_MODEL"),
        (429, "has too much to do; wait a little and try again"),
        (400, "refuses the request; look at its log, or name another model in INTERVIEWER_MODEL"),
        (422, "refuses the request; look at its log, or name another model in INTERVIEWER_MODEL"),
        (501, "refuses the request; look at its log, or name another model in INTERVIEWER_MODEL"),
        (403, "failed; try again, or look at its log"),
        (500, "failed; try again, or look at its log"),
        (503, "failed; try again, or look at its log"),
    ],
)
async def test_a_status_says_what_to_do(serve, ask, status, said):
    with pytest.raises(ModelUnavailable) as caught:
        await ask(_model(_endpoint(serve(failure(status)))))
    assert str(caught.value).startswith(f"Small, at home {said}")
    assert str(caught.value).endswith(f"(HTTP {status})")


@pytest.mark.parametrize("status", [429, 503])
async def test_a_passing_trouble_is_tried_again(serve, status):
    server = serve(failure(status), failure(status), completion("Yes"))
    assert await _yes(_model(_endpoint(server), retries=2)) == 1.0
    assert len(server.requests) == 3
    server = serve(failure(status), events("Well"))
    assert await _stream(_model(_endpoint(server), retries=2)) == ["Well"]


async def test_a_lasting_trouble_is_told_in_the_end(serve):
    server = serve(failure(429))
    with pytest.raises(ModelUnavailable, match="too much to do"):
        await _yes(_model(_endpoint(server), retries=2))
    assert len(server.requests) == 3


@BOTH
async def test_an_endpoint_that_is_not_there(serve, ask):
    server = serve(completion("Yes"))
    endpoint = _endpoint(server)
    server.stop()
    with pytest.raises(ModelUnavailable, match="can't be reached; check that it runs"):
        await ask(_model(endpoint))


@BOTH
async def test_an_endpoint_that_hangs(serve, ask):
    with pytest.raises(ModelUnavailable, match="Small, at home did not answer in time; try again"):
        await ask(_model(_endpoint(serve(hang(1.5))), timeout=0.3))


async def test_a_stream_that_hangs(serve):
    def stuck(handler):
        handler.begin_stream()
        handler.chunk(event("What "))
        hang(1.5)(handler)

    pieces = []
    with pytest.raises(ModelUnavailable, match=r"Small, at home .*; try again"):
        await _read_into(pieces, _model(_endpoint(serve(stuck)), timeout=0.5))
    assert pieces == ["What "]


@pytest.mark.parametrize(
    ("reply", "read"),
    [
        (events("What ", "did ", cut=True), ["What ", "did "]),
        (events("What ", "did ", finish=None), ["What ", "did "]),
        (events(cut=True), []),
        (events(finish=None), []),
    ],
    ids=["cut", "no end", "cut at once", "nothing"],
)
async def test_a_reply_that_breaks_off_is_no_reply(serve, reply, read):
    pieces = []
    with pytest.raises(ModelUnavailable, match="Small, at home"):
        await _read_into(pieces, _model(_endpoint(serve(reply))))
    assert pieces == read


async def test_a_reply_without_its_end_is_said_to_break_off(serve):
    with pytest.raises(ModelUnavailable, match="broke off in the middle of its reply; try again"):
        await _stream(_model(_endpoint(serve(events("What ", finish=None)))))


async def test_a_cut_in_the_middle_is_said_to_break_off(serve):
    with pytest.raises(ModelUnavailable, match="broke off in the middle of its reply; try again"):
        await _stream(_model(_endpoint(serve(events("What ", cut=True)))))


async def test_a_body_that_breaks_off(serve):
    def cut(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.send_header("Content-Length", "5000")
        handler.end_headers()
        handler.wfile.write(b'{"choices": [')
        handler.close_connection = True

    with pytest.raises(ModelUnavailable):
        await _yes(_model(_endpoint(serve(cut))))


@pytest.mark.parametrize(
    "reply",
    [
        body(200, "<html>Welcome</html>", "text/html"),
        body(200, "<html>Welcome</html>"),
        body(200, ""),
        body(200, '{"choices": ['),
        body(200, "{}"),
        body(200, "[]"),
        body(200, "null"),
        body(200, '"Yes"'),
        body(200, '{"answer": "Yes"}'),
        body(200, '{"choices": []}'),
        body(200, '{"choices": null}'),
    ],
)
async def test_a_reply_that_can_not_be_read(serve, reply):
    with pytest.raises(ModelReplyError, match="check that INTERVIEWER_BASE_URL is an OpenAI-comp"):
        await _yes(_model(_endpoint(serve(reply))))


@pytest.mark.parametrize(
    "text",
    [
        '{"choices": [{}]}',
        '{"choices": ["Yes"]}',
        '{"choices": {"message": "Yes"}}',
        '{"choices": [{"message": null}]}',
        '{"choices": [{"message": {"content": 5}}]}',
        '{"choices": [{"message": {}, "logprobs": {"content": [{"top_logprobs": [{}]}]}}]}',
    ],
)
async def test_a_choice_of_another_shape(serve, text):
    with pytest.raises(ModelReplyError):
        await _yes(_model(_endpoint(serve(body(200, text)))))


@pytest.mark.parametrize(
    "text",
    [
        "data: this is not JSON\n\n",
        'data: {"choices": 5}\n\n',
        'data: {"error": {"message": "the context is full"}}\n\n',
        'data: {"choices": [{"index": 0}]}\n\n',
    ],
)
async def test_a_stream_that_can_not_be_read(serve, text):
    with pytest.raises(ModelReplyError, match="check that INTERVIEWER_BASE_URL"):
        await _stream(_model(_endpoint(serve(raw_stream(text)))))


async def test_a_page_in_place_of_a_stream(serve):
    with pytest.raises(ModelError, match="Small, at home"):
        await _stream(_model(_endpoint(serve(body(200, "<html>Hi</html>", "text/html")))))


async def test_the_callers_own_errors_stay_its_own(serve):
    pieces = _model(_endpoint(serve(events("a", "b")))).stream(ASK, most_tokens=7, temperature=0)
    assert await anext(pieces) == "a"
    with pytest.raises(ZeroDivisionError):
        await pieces.athrow(ZeroDivisionError())


# --- Settings that an endpoint refuses ---------------------------------------------------


def _refusal(status: int, message: str, param: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return body(status, json.dumps({"error": error}), retry_after_ms="1")


NOT_MAX_TOKENS = _refusal(
    400,
    "Unsupported parameter: 'max_tokens' is not supported with this model. "
    "Use 'max_completion_tokens' instead.",
    "max_tokens",
)
NOT_TEMPERATURE = _refusal(
    400,
    "Unsupported value: 'temperature' does not support 0.2 with this model.",
    "temperature",
)
NOT_LOGPROBS = _refusal(403, "You are not allowed to request logprobs from this model.")


def _whole(text: str) -> Reply:
    return body(200, completed(text).replace('"length"', '"stop"'))


def _thinker(handler) -> None:
    """A model of OpenAI's that thinks before it speaks."""
    sent = handler.server.requests[-1].body
    for setting, refuses in (
        ("max_tokens", NOT_MAX_TOKENS),
        ("temperature", NOT_TEMPERATURE),
        ("logprobs", NOT_LOGPROBS),
    ):
        if setting in sent:
            refuses(handler)
            return
    judged = _whole('{"met": true, "sentences": [1]}')
    (events("Well") if sent.get("stream") else judged)(handler)


async def test_what_a_model_does_not_take_is_left_out_from_then_on(serve):
    server = serve(_thinker)
    model = _model(_endpoint(server))
    assert await _stream(model) == ["Well"]
    assert len(server.requests) == 3
    assert server.requests[-1].body == {
        "model": "small",
        "messages": ASK,
        "stream": True,
        "max_completion_tokens": 7 + ROOM_TO_THINK,
    }
    assert await _stream(model) == ["Well"]
    assert len(server.requests) == 4


async def test_a_model_that_thinks_is_asked_for_verdicts(serve):
    server = serve(_thinker)
    model = _model(_endpoint(server))
    assert not await model.gives_probabilities()
    assert server.requests[-1].body["max_completion_tokens"] == 1
    assert await model.verdict(ASK) == Verdict(met=True, sentences=[1])


async def test_two_calls_may_meet_with_the_same_refusal(serve):
    both = threading.Barrier(2, timeout=5)

    def together(handler) -> None:
        if "max_tokens" in handler.server.requests[-1].body:
            both.wait()
        _thinker(handler)

    model = _model(_endpoint(serve(together)))
    assert await asyncio.gather(_stream(model), _stream(model)) == [["Well"], ["Well"]]


async def test_a_refusal_that_lasts_names_the_setting(serve):
    server = serve(NOT_TEMPERATURE)
    with pytest.raises(RequestRefused) as caught:
        await _stream(_model(_endpoint(server)))
    assert str(caught.value) == (
        "Small, at home refuses the request; name in INTERVIEWER_MODEL a model that takes the "
        "setting temperature (HTTP 400)"
    )
    assert len(server.requests) == 2


async def test_a_refusal_quotes_no_one(serve):
    filtered = _refusal(400, "We do not read: I killed the process.")
    with pytest.raises(RequestRefused) as caught:
        await _yes(_model(_endpoint(serve(filtered))))
    assert "killed" not in str(caught.value)


@pytest.mark.parametrize(
    "refuses",
    [failure(400), failure(422), failure(501), NOT_LOGPROBS, _refusal(500, "no logprobs here")],
    ids=["400", "422", "501", "forbidden", "unable"],
)
async def test_a_refusal_of_probabilities_says_that_there_are_none(serve, refuses):
    assert not await _model(_endpoint(serve(refuses))).gives_probabilities()


@pytest.mark.parametrize("status", [401, 403, 404])
async def test_a_refusal_of_the_key_or_the_model_says_nothing_of_probabilities(serve, status):
    with pytest.raises(ModelRefused):
        await _model(_endpoint(serve(failure(status)))).gives_probabilities()


async def test_a_failure_says_nothing_of_probabilities(serve):
    model = _model(_endpoint(serve(failure(503), completion("Yes", top(Yes=-0.1)))))
    with pytest.raises(ModelUnavailable):
        await model.gives_probabilities()
    assert await model.gives_probabilities()


@pytest.mark.parametrize("status", [400, 422, 501])
async def test_who_gives_no_verdicts_either_is_told_what_to_name(serve, status):
    with pytest.raises(RequestRefused) as caught:
        await _model(_endpoint(serve(failure(status)))).verdict(ASK)
    assert str(caught.value) == (
        "Small, at home gives neither token probabilities (logprobs) nor replies after a JSON "
        "schema (response_format), and grading needs one of them; name in INTERVIEWER_MODEL a "
        "model that does"
    )


@pytest.mark.parametrize("text", ["Yes", '{"met": "perhaps"}'])
async def test_a_verdict_that_can_not_be_read_is_none(serve, text):
    assert await _model(_endpoint(serve(_whole(text)))).verdict(ASK) is None


# --- Finding the endpoint ----------------------------------------------------------------


async def test_nothing_happens_before_the_first_call(serve):
    server, found = serve(completion("Yes")), []

    async def find() -> Endpoint:
        found.append(1)
        return _endpoint(server)

    model = EndpointModel("x", find, retries=0)
    assert (found, server.requests) == ([], [])
    await _yes(model)
    await _yes(model)
    assert (len(found), len(server.requests)) == (1, 2)


async def test_after_a_failure_the_endpoint_is_looked_for_again(serve):
    server, found = serve(completion("Yes")), []

    async def find() -> Endpoint:
        found.append(1)
        if len(found) == 1:
            raise ModelUnavailable("still loading")
        return _endpoint(server)

    model = EndpointModel("x", find, retries=0)
    with pytest.raises(ModelUnavailable, match="still loading"):
        await model.ready()
    await model.ready()
    assert await _yes(model) == 1.0
    assert len(found) == 2


async def test_an_endpoint_that_died_is_looked_for_again(serve):
    first, second = serve(completion("Yes")), serve(completion("No"))
    left = [first, second]

    async def find() -> Endpoint:
        return _endpoint(left.pop(0))

    model = EndpointModel("x", find, retries=0)
    assert await _yes(model) == 1.0
    first.stop()
    with contextlib.suppress(ModelUnavailable):
        await _yes(model)
    assert await _yes(model) == 0.0


async def test_ready_tells_of_an_endpoint_that_is_not_there(serve):
    server = serve(completion("Yes"))
    endpoint = _endpoint(server)
    server.stop()
    with pytest.raises(ModelUnavailable):
        await _model(endpoint).ready()


# --- Counting ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("abc", 1), ("abcd", 2), ("我", 1), ("word " * 300, 500)]
)
def test_tokens_of_an_unknown_model_are_estimated(text, tokens):
    assert count_tokens(text, "some-model-of-mine") == tokens
