"""A chosen probe in the persona's words: asked of the model, held against the rules, said."""

import contextlib
import re
from collections.abc import Callable, Mapping

from interviewer import codeprobe, codereading, logs, probe
from interviewer.codeprobe import CodeProbe
from interviewer.content import Message, Prompt
from interviewer.errors import ModelReplyError, RequestRefused
from interviewer.llm import Model
from interviewer.persona import Persona
from interviewer.scene import Scene

_LOG = logs.log(__name__)

FIRST_WORDS = 5
"""Words of a reply that are held back until the rules have seen them."""

MOST_TOKENS = 90

_NO_WORDS = (ModelReplyError, RequestRefused)
"""A content filter may refuse what was said every time: the file's own words do then."""


class Phraser:
    """Puts targets into words."""

    def __init__(self, model: Model, prompts: Mapping[str, Prompt]) -> None:
        self._model = model
        self._prompt = prompts["probe"]
        self._code_prompts = {name: prompts[f"code_{name}"] for name in ("probe", "ask", "phrase")}

    async def phrase(
        self, scene: Scene, target: probe.Target, draft: Callable[[str], None]
    ) -> tuple[str, str | None]:
        """The probe and who found the words; None: they are the file's own.

        ``draft`` is told the words as far as they have come; an empty text takes them back.
        """
        if target.sentence is not None and target.kind == "gap":
            for temperature in (0.2, 0.7):
                try:
                    text = await self._stream(scene.persona, target, scene.said, temperature, draft)
                except _NO_WORDS:
                    draft("")
                    break
                # A good question that forgets to take up their words is helped with them.
                for tried in (text, probe.taken_up(text, target, scene.persona)):
                    faults = probe.faults(tried, target, scene.question, scene.said, scene.asked)
                    if not faults:
                        return tried, self._model.label
                    _LOG.info("a phrasing was dropped", extra=logs.fields(faults=len(faults)))
                draft("")
        return probe.own_wording(target, scene.persona), None

    async def phrase_code(self, scene: Scene, about: CodeProbe) -> tuple[str, str | None]:
        """The same for a question about the candidate's code, which the model is shown.

        Nothing of it is told before it is whole: a name may turn out to be nowhere in the code.
        """
        told = {"kind": about.kind, "detail": about.detail, "claim": about.claim}
        here = {"line": about.at.line, "quote": about.at.text}
        wording = self._code_prompts["probe"].text(**told, **here)
        target = codeprobe.target(about, self._code_prompts["ask"].text(**told), wording)
        messages = self._code_prompts["phrase"].messages(
            name=scene.persona.name,
            voice=scene.persona.voice,
            code=codereading.excerpt(about.code, about.at.line),
            changes=about.changes,
            ask=target.ask,
            **here,
        )
        text = ""
        pieces = self._model.stream(messages, most_tokens=MOST_TOKENS, temperature=0.2)
        try:
            async with contextlib.aclosing(pieces):
                async for piece in pieces:
                    text += piece
                    if "?" in piece:
                        break
        except _NO_WORDS:
            return wording, None
        text = _closed(f"{text.partition('?')[0]}?".strip())
        if not re.search(r"\byou", text, re.IGNORECASE):
            text = f"In your code, {text[:1].lower()}{text[1:]}"
        faults = codeprobe.faults(
            text, about, target, question=scene.question, said=scene.said, earlier=scene.asked
        )
        if not faults:
            return text, self._model.label
        _LOG.info("a phrasing about code was dropped", extra=logs.fields(faults=len(faults)))
        return wording, None

    async def _stream(
        self,
        persona: Persona,
        target: probe.Target,
        said: str,
        temperature: float,
        draft: Callable[[str], None],
    ) -> str:
        messages = self.messages(
            persona,
            said=target.quote or target.sentence or "",
            ask=target.ask,
        )
        text = seen = ""
        pieces = self._model.stream(messages, most_tokens=MOST_TOKENS, temperature=temperature)
        async with contextlib.aclosing(pieces):
            async for piece in pieces:
                text += piece
                # One question: whatever comes after its mark is not read.
                head, mark, _ = text.partition("?")
                if mark:
                    return _closed((head + mark).strip())
                whole_words = text.rpartition(" ")[0].strip()
                if whole_words == seen:
                    continue
                seen = whole_words
                if probe.broken_rules(seen, said):
                    break
                if len(seen.split()) >= FIRST_WORDS:
                    draft(seen)
        return text.strip()

    def messages(self, persona: Persona, *, said: str, ask: str) -> list[Message]:
        """The chat that asks for a phrasing.

        All but the last message is the same for all of a persona's probes, so that the
        endpoint's prefix cache pays for it once.
        """
        voice = {"name": persona.name, "voice": persona.voice}
        messages: list[Message] = []
        for one in persona.examples:
            turns = self._prompt.messages(**voice, said=one.said, ask=one.ask)
            messages += turns if not messages else turns[1:]
            messages.append(Message(role="assistant", content=one.question))
        asked = self._prompt.messages(**voice, said=said, ask=ask)
        return messages + asked[1:]


def _closed(text: str) -> str:
    """``text`` without a quotation mark around all of it, as small models like to put one."""
    if text.startswith('"') and text.count('"') == 1:
        return text[1:].strip()
    return text
