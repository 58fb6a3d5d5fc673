"""A model that stands before another, for whoever wants to see what passes."""

from collections.abc import AsyncGenerator, Sequence

from interviewer.content import Message
from interviewer.llm import Model, Usage, Verdict


class PassingModel(Model):
    """Passes everything on to ``model``."""

    def __init__(self, model: Model) -> None:
        self.model = model

    @property
    def label(self) -> str:
        """See Model.label."""
        return self.model.label

    @property
    def usage(self) -> Usage:
        """See Model.usage."""
        return self.model.usage

    @property
    def keeps_prefixes(self) -> bool:
        """See Model.keeps_prefixes."""
        return self.model.keeps_prefixes

    async def ready(self) -> None:
        """See Model.ready."""
        await self.model.ready()

    def stream(
        self, messages: Sequence[Message], most_tokens: int, temperature: float
    ) -> AsyncGenerator[str, None]:
        """See Model.stream."""
        return self.model.stream(messages, most_tokens, temperature)

    async def yes(self, messages: Sequence[Message]) -> float | None:
        """See Model.yes."""
        return await self.model.yes(messages)

    async def degree(self, messages: Sequence[Message], shared: int = 0) -> float | None:
        """See Model.degree."""
        return await self.model.degree(messages, shared)

    async def gives_probabilities(self) -> bool:
        """See Model.gives_probabilities."""
        return await self.model.gives_probabilities()

    async def verdict(self, messages: Sequence[Message]) -> Verdict | None:
        """See Model.verdict."""
        return await self.model.verdict(messages)

    async def close(self) -> None:
        """See Model.close."""
        await self.model.close()
