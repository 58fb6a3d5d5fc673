"""The one way to a model: the openai SDK against an OpenAI-compatible endpoint."""

import contextlib
import math
from collections.abc import (
    AsyncGenerator,
    AsyncIterator,
    Awaitable,
    Callable,
    Collection,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Protocol, TypeVar
from urllib.parse import urlsplit

import openai
import tiktoken
from openai.types import CompletionUsage
from openai.types.chat import ChatCompletion, ChatCompletionMessageParam
from openai.types.chat.chat_completion import Choice
from openai.types.chat.chat_completion_token_logprob import TopLogprob
from pydantic import BaseModel, ValidationError

from interviewer.content import Message
from interviewer.errors import (
    ModelError,
    ModelRefused,
    ModelReplyError,
    ModelUnavailable,
    RequestRefused,
)
from interviewer.prefixes import KeptPrefixes, beginning


@dataclass(frozen=True)
class Endpoint:
    """Where a model answers."""

    base_url: str
    model: str
    label: str
    """What the page shows as the speaking model."""
    api_key: str = field(default="none", repr=False)


@dataclass
class _Found:
    """An endpoint that is being asked."""

    client: openai.AsyncOpenAI
    endpoint: Endpoint
    users: int = 0
    """Calls under way."""


ReadT = TypeVar("ReadT")


class Verdict(BaseModel):
    """What an endpoint without token probabilities says of one criterion."""

    met: bool
    sentences: list[int]
    """Numbers of the sentences that show it, as they were sent."""


@dataclass
class Usage:
    """What was sent so far, in tokens as the endpoint counts them; 0 where it doesn't."""

    prompt: int = 0
    cached: int = 0
    """Of these, what the endpoint had read before."""

    def add(self, told: CompletionUsage | None) -> None:
        """Takes what the endpoint told of one call."""
        if told is not None:
            self.prompt += told.prompt_tokens or 0
            details = told.prompt_tokens_details
            self.cached += (details.cached_tokens or 0) if details else 0


def plain_question() -> list[Message]:
    """A question that no endpoint has a reason to refuse."""
    return [Message(role="user", content="Reply Yes.")]


class Model(Protocol):
    """What the engine asks of a model."""

    @property
    def label(self) -> str:
        """What a person is shown as the speaking model."""
        ...

    @property
    def usage(self) -> Usage:
        """What single questions (``yes``, ``degree`` and ``verdict``) have sent."""
        ...

    @property
    def keeps_prefixes(self) -> bool:
        """Whether reading a prompt's beginning ahead costs nothing and saves the wait for it."""
        ...

    async def ready(self) -> None:
        """Returns when the model can be asked; ModelUnavailable or WeightsError when it can't."""
        ...

    def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        """The reply, piece by piece; ModelUnavailable when it breaks off."""
        ...

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """P(Yes) against No for the reply's one token; None when it is neither."""
        ...

    async def degree(self, messages: Sequence[Message], shared: int = 0) -> float | None:
        """The digit that is to be expected as the reply's one token, as 0..1; None for no digit.

        ``shared``: how many characters of the last message other chats begin with, too.
        """
        ...

    async def gives_probabilities(self) -> bool:
        """Whether the endpoint tells token probabilities; it is asked once."""
        ...

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        """The reply as a verdict; None where it can't be read as one."""
        ...

    async def close(self) -> None:
        """Gives back the connections."""
        ...


class EndpointModel:
    """A model behind an OpenAI-compatible endpoint, which is found on first use.

    ``find`` gives the endpoint and may take its time (the embedded one fetches and loads);
    it is asked again after a failure.
    """

    def __init__(
        self,
        label: str,
        find: Callable[[], Awaitable[Endpoint]],
        timeout: float = 120.0,
        *,
        retries: int = 2,
        on_piece: Callable[[], object] = lambda: None,
        kept: KeptPrefixes | None = None,
    ) -> None:
        """``on_piece`` is called with each piece of a reply; ``kept``: of the embedded server."""
        self.label = label
        self._on_piece = on_piece
        self._kept = kept
        self.usage = Usage()
        self._find = find
        self._timeout = timeout
        self._retries = retries
        self._found: _Found | None = None
        self._gives_probabilities: bool | None = None
        self._not_taken: set[str] = set()
        """Settings of a request that the endpoint has refused."""

    @property
    def keeps_prefixes(self) -> bool:
        """See Model.keeps_prefixes."""
        return self._kept is not None

    async def ready(self) -> None:
        """See Model.ready."""
        async with self._asking() as (client, _):
            # Any answer will do: not every endpoint lists its models.
            with contextlib.suppress(openai.NotFoundError, openai.APIResponseValidationError):
                await client.models.list()

    @contextlib.asynccontextmanager
    async def _asking(self) -> AsyncIterator[tuple[openai.AsyncOpenAI, Endpoint]]:
        """The client and its endpoint; errors inside come out as this package's."""
        if self._found is None:
            endpoint = await self._find()
            self._found = _Found(_client(endpoint, self._timeout, self._retries), endpoint)
        found = self._found
        found.users += 1
        try:
            with _mapped_errors(found.endpoint):
                yield found.client, found.endpoint
        except ModelUnavailable as error:
            # It may have moved: the embedded server is started anew if it died.
            if self._found is found and not isinstance(error, ModelRefused):
                self._found = None
            raise
        finally:
            found.users -= 1
            # Whoever else is in the middle of a call needs its connections.
            if found is not self._found and not found.users:
                await found.client.close()

    async def close(self) -> None:
        """See Model.close."""
        if self._found is not None:
            found, self._found = self._found, None
            await found.client.close()

    async def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        """See Model.stream."""
        begun = finished = False
        async with self._asking() as (client, endpoint):
            try:
                # As ``chat.completions.create`` does, which makes an object of each of a chunk's
                # parts: with many candidates that took a tenth of the processor.
                stream = await self._as_taken(
                    lambda settings: client.post(
                        "/chat/completions",
                        cast_to=object,
                        body={
                            "model": endpoint.model,
                            "messages": messages,
                            "stream": True,
                            **settings,
                        },
                        stream=True,
                        stream_cls=openai.AsyncStream[Any],
                    ),
                    max_tokens=most_tokens,
                    temperature=temperature,
                )
                async with stream as chunks:
                    async for chunk in chunks:
                        begun = True
                        for choice in chunk["choices"]:
                            finished = finished or choice.get("finish_reason") is not None
                            if piece := choice["delta"].get("content"):
                                self._on_piece()
                                yield piece
            except openai.APIConnectionError as error:
                if begun:
                    raise ModelUnavailable(f"{endpoint.label} {_BROKE_OFF}") from error
                raise
            if not finished:
                raise ModelUnavailable(f"{endpoint.label} {_BROKE_OFF}")

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """See Model.yes."""
        return await self._read_token(messages, _probability_of_yes)

    async def degree(self, messages: Sequence[Message], shared: int = 0) -> float | None:
        """See Model.degree."""
        return await self._read_token(messages, _expected_digit, shared)

    async def _read_token(
        self, messages: Sequence[Message], read: Callable[[Choice], ReadT], shared: int = 0
    ) -> ReadT:
        async with self._asking() as (client, endpoint):
            begun = beginning(messages, shared)
            name = self._kept.name_of(begun) if self._kept else None
            if self._kept is None or name is None:
                return read(await self._next_token(client, endpoint, messages))
            async with self._kept.lock:
                kept = self._kept.has(name) and await _slot(client, endpoint, "restore", name)
                if not kept:
                    # Read by itself, and restored: whatever follows goes on from the same state.
                    # Where less or more of it were read anew, the last digits would differ.
                    await self._next_token(client, endpoint, begun, id_slot=SLOT)
                    if await _slot(client, endpoint, "save", self._kept.part(name)):
                        self._kept.take(name)
                        await _slot(client, endpoint, "restore", name)
                return read(await self._next_token(client, endpoint, messages, id_slot=SLOT))

    async def _next_token(
        self,
        client: openai.AsyncOpenAI,
        endpoint: Endpoint,
        messages: Sequence[Message],
        **where: int,
    ) -> Choice:
        # As ``chat.completions.create`` does, which takes four times as long by looking through
        # each message for keys to rename. A grade takes a hundred of these calls.
        reply = await self._as_taken(
            lambda settings: client.post(
                "/chat/completions",
                cast_to=ChatCompletion,
                body={
                    "model": endpoint.model,
                    "messages": messages,
                    "logprobs": True,
                    "top_logprobs": 20,
                    **settings,
                    **where,
                },
            ),
            max_tokens=1,
            temperature=0,
        )
        self.usage.add(reply.usage)
        return reply.choices[0]

    async def gives_probabilities(self) -> bool:
        """See Model.gives_probabilities. A refusal of the question itself is a No."""
        if self._gives_probabilities is None:
            try:
                self._gives_probabilities = await self._read_token(
                    plain_question(), lambda choice: _top_tokens(choice) is not None
                )
            except ModelUnavailable as error:
                if not _refuses_probabilities(error.__cause__):
                    raise
                self._gives_probabilities = False
        return self._gives_probabilities

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        """See Model.verdict."""
        try:
            async with self._asking() as (client, endpoint):
                return await self._verdict(client, endpoint, messages)
        except RequestRefused as error:
            raise RequestRefused(f"{self.label} {_NO_VERDICTS}") from error

    async def _verdict(
        self, client: openai.AsyncOpenAI, endpoint: Endpoint, messages: Sequence[Message]
    ) -> Verdict | None:
        try:
            reply = await self._as_taken(
                lambda settings: client.chat.completions.parse(
                    model=endpoint.model,
                    messages=_params(messages),
                    response_format=Verdict,
                    **settings,
                ),
                temperature=0,
            )
        except (ValidationError, openai.LengthFinishReasonError):
            return None
        self.usage.add(reply.usage)
        return reply.choices[0].message.parsed

    async def _as_taken(
        self, ask: Callable[[dict[str, Any]], Awaitable[ReadT]], **wanted: float
    ) -> ReadT:
        """What ``ask`` gives with these settings, without those that the endpoint refuses.

        Some models take no other temperature than their own, and a limit by another name only.
        """
        while True:
            left_out = frozenset(self._not_taken)
            try:
                return await ask(_taken(wanted, left_out))
            except openai.APIStatusError as error:
                setting = _refused_setting(error)
                if setting not in wanted or setting in left_out:
                    raise
                self._not_taken.add(setting)


def _client(endpoint: Endpoint, timeout: float, retries: int) -> openai.AsyncOpenAI:
    """A client that sends to this endpoint and to nothing else."""
    here = urlsplit(endpoint.base_url).hostname in {"127.0.0.1", "localhost", "::1"}
    client = openai.AsyncOpenAI(
        base_url=endpoint.base_url,
        api_key=endpoint.api_key,
        timeout=timeout,
        max_retries=retries,
        # No redirects: an answer goes to the host that was named. No proxy on the way to
        # this machine itself.
        http_client=openai.DefaultAsyncHttpxClient(follow_redirects=False, trust_env=not here),
    )
    # The SDK takes these from variables that were set for another endpoint.
    client.organization = client.project = None
    client._custom_headers = {}
    return client


ROOM_TO_THINK = 4_000
"""Tokens for what a model thinks before it speaks, where its limit counts them in."""


def _taken(wanted: Mapping[str, float], left_out: Collection[str]) -> dict[str, Any]:
    """The settings of a request, without those that are left out."""
    taken = {name: value for name, value in wanted.items() if name not in left_out}
    if "max_tokens" in wanted and "max_tokens" not in taken:
        limit = wanted["max_tokens"]
        # A single token is read by its probability, which a model that thinks doesn't give.
        taken["max_completion_tokens"] = limit + ROOM_TO_THINK if limit > 1 else limit
    return taken


SLOT = 0
"""The slot of the embedded server in which kept beginnings are loaded and gone on from."""


async def _slot(client: openai.AsyncOpenAI, endpoint: Endpoint, action: str, file: str) -> bool:
    """Saves or restores what the embedded server has read; False where it could not."""
    url = f"{endpoint.base_url.removesuffix('/v1')}/slots/{SLOT}"
    try:
        # A full disk makes the server fail; asking it twice more would help no one.
        await client.with_options(max_retries=0).post(
            url, cast_to=object, body={"filename": file}, options={"params": {"action": action}}
        )
    except openai.APIStatusError:
        return False
    return True


def _params(messages: Sequence[Message]) -> list[ChatCompletionMessageParam]:
    return [dict(message) for message in messages]  # type: ignore[misc]


def _probability_of_yes(choice: Choice) -> float | None:
    """P(Yes) renormalised over Yes and No.

    An endpoint that gives no token probabilities is read by its word alone: 1 or 0.
    """
    weight = _weights(choice, ("yes", "no"))
    return weight["yes"] / sum(weight.values()) if weight else None


HIGHEST_DIGIT = 5
"""Of the degrees that a model may reply with; the lowest is 0."""


def _expected_digit(choice: Choice) -> float | None:
    """The mean of the digits by their probabilities, on 0..1.

    It tells more than the likeliest digit does: a small judge says 4 to most answers, but
    with more or less weight on 5 or 1. An endpoint without probabilities is read by its word.
    """
    weight = _weights(choice, [str(digit) for digit in range(HIGHEST_DIGIT + 1)])
    if not weight:
        return None
    expected = sum(int(digit) * one for digit, one in weight.items()) / sum(weight.values())
    return expected / HIGHEST_DIGIT


FEWEST_ON_MENU = 0.05
"""Probability of all words on the menu together, below which it was not taken for a menu."""


def _weights(choice: Choice, menu: Sequence[str]) -> dict[str, float] | None:
    """The probability of each word on the menu as the reply; None for a reply off the menu."""
    weight = dict.fromkeys(menu, 0.0)
    tokens = _top_tokens(choice)
    if not tokens:
        word = (choice.message.content or "").strip().strip(".").lower()
        return weight | {word: 1.0} if word in weight else None
    for token in tokens:
        word = token.token.strip().lower()
        if word in weight:
            weight[word] += math.exp(token.logprob)
    return weight if sum(weight.values()) >= FEWEST_ON_MENU else None


def _top_tokens(choice: Choice) -> list[TopLogprob] | None:
    if choice.logprobs and choice.logprobs.content and choice.logprobs.content[0].top_logprobs:
        return choice.logprobs.content[0].top_logprobs
    return None


_CHECK_URL = (
    "check that INTERVIEWER_BASE_URL is an OpenAI-compatible endpoint (it often ends in /v1)"
)


@contextlib.contextmanager
def _mapped_errors(endpoint: Endpoint) -> Iterator[None]:
    """The SDK's errors as this package's, each saying what to do."""
    try:
        yield
    except ModelError:
        raise
    except openai.OpenAIError as error:
        raise _mapped(error, endpoint.label) from error
    except (ValueError, TypeError, AttributeError, LookupError) as error:
        # The SDK lets a body that isn't JSON, or has another shape, through as these.
        raise ModelReplyError(f"{endpoint.label} {_UNREADABLE}") from error
    except Exception as error:
        # A connection that is cut in the middle of a body comes as the HTTP library's own
        # error, which differs between its versions.
        if type(error).__module__.split(".")[0] in {"httpx", "httpx2", "httpcore", "httpcore2"}:
            raise ModelUnavailable(f"{endpoint.label} {_BROKE_OFF}") from error
        raise


_NOT_AS_IT_IS = {400, 422, 501}
"""Statuses by which an endpoint refuses a request as it is, and not who sends it."""

_SETTINGS = ("max_tokens", "temperature", "logprobs", "response_format")

_NO_VERDICTS = (
    "gives neither token probabilities (logprobs) nor replies after a JSON schema "
    "(response_format), and grading needs one of them; name in INTERVIEWER_MODEL a model that does"
)
_UNREADABLE = f"gave a reply that can't be read; {_CHECK_URL}"
_BROKE_OFF = "broke off in the middle of its reply; try again"
_SAID: tuple[tuple[type[openai.OpenAIError], str], ...] = (
    (openai.APITimeoutError, "did not answer in time; try again"),
    (
        openai.APIConnectionError,
        "can't be reached; check that it runs and that INTERVIEWER_BASE_URL is right",
    ),
    (openai.AuthenticationError, "refuses the key; check INTERVIEWER_API_KEY"),
    (
        openai.NotFoundError,
        f"does not know this model or path; check INTERVIEWER_MODEL, and {_CHECK_URL}",
    ),
    (openai.RateLimitError, "has too much to do; wait a little and try again"),
    (openai.APIStatusError, "failed; try again, or look at its log"),
)
"""What each of the SDK's errors means, the narrowest first."""


def _is_too_long(error: openai.OpenAIError) -> bool:
    return isinstance(error, openai.BadRequestError) and "context" in str(error).lower()


def _refused_setting(error: openai.APIStatusError) -> str | None:
    """The setting of a request that its refusal is about, as far as that says so."""
    if error.status_code not in _NOT_AS_IT_IS or _is_too_long(error):
        return None
    told = f"{error.param} {error.message}"
    return next((name for name in _SETTINGS if name in told), None)


def _refuses_probabilities(error: BaseException | None) -> bool:
    """Whether it may be the token probabilities that are refused, and not the key or the model."""
    # OpenAI forbids them for its reasoning models, as if the key weren't enough.
    return isinstance(error, openai.APIStatusError) and (
        error.status_code in _NOT_AS_IT_IS or "logprobs" in error.message
    )


def _as_it_is(error: openai.APIStatusError, who: str) -> RequestRefused:
    # Not in the endpoint's own words: they may quote the candidate, and errors are logged.
    setting = _refused_setting(error)
    cure = "look at its log, or name another model in INTERVIEWER_MODEL"
    if setting is not None:
        cure = f"name in INTERVIEWER_MODEL a model that takes the setting {setting}"
    return RequestRefused(f"{who} refuses the request; {cure} (HTTP {error.status_code})")


def _mapped(error: openai.OpenAIError, who: str) -> ModelError:
    if _is_too_long(error):
        return ModelRefused(
            f"{who} can't read as much at once as it was sent; give it, or name in "
            "INTERVIEWER_MODEL, a longer context (4,096 tokens do)"
        )
    if isinstance(error, openai.APIStatusError) and error.status_code in _NOT_AS_IT_IS:
        return _as_it_is(error, who)
    for kind, meaning in _SAID:
        if isinstance(error, kind):
            status = getattr(error, "status_code", None)
            said = f"{who} {meaning}" + (f" (HTTP {status})" if status else "")
            refused = status in {401, 403, 404}
            return ModelRefused(said) if refused else ModelUnavailable(said)
    return ModelReplyError(f"{who} {_UNREADABLE}")


@cache
def _encoding(model: str) -> tiktoken.Encoding | None:
    try:
        return tiktoken.encoding_for_model(model)
    except Exception:  # unknown model, or its encoding can't be downloaded here
        return None


def count_tokens(text: str, model: str) -> int:
    """Tokens of ``text``: by tiktoken for OpenAI's models, else estimated.

    The estimate, one token for every three UTF-8 bytes, is on the safe side for English
    prose (about four bytes a token in the GPT and Qwen vocabularies).
    """
    encoding = _encoding(model)
    if encoding is None:
        return math.ceil(len(text.encode()) / 3)
    return len(encoding.encode(text, disallowed_special=()))
