"""Reading ahead: the model reads what the next judgements and follow-ups begin with.

A check's prompt takes a small model on two cores 4 s to read, and its cache keeps what was
read. While the candidate types nobody waits for it, so that whoever has answered waits for
the new words only.
"""

from collections.abc import Callable, Iterator
from functools import partial

from interviewer.against import warnings_for
from interviewer.content import Content, Message
from interviewer.grading import Judge
from interviewer.llm import Model
from interviewer.phrasing import Phraser
from interviewer.rubric import MistakeCheck
from interviewer.scene import Scene
from interviewer.session import Interview


class ReadAhead:
    """Reads ahead, each beginning once. Of use only where the model keeps what it has read."""

    def __init__(self, content: Content, model: Model, judge: Judge) -> None:
        self._content = content
        self._model = model
        self._judge = judge
        self._phraser = Phraser(model, content.prompts)
        self._read: set[str] = set()

    async def step(self, interview: Interview) -> bool:
        """Reads the next beginning; False where nothing is left to read.

        ModelError when the model can't be asked; whatever it had read counts as lost then.
        """
        for name, messages in self._beginnings(interview):
            if name not in self._read:
                try:
                    await self._model.yes(messages())
                except Exception:
                    self._read.clear()
                    raise
                self._read.add(name)
                return True
        return False

    def _beginnings(
        self, interview: Interview
    ) -> Iterator[tuple[str, Callable[[], list[Message]]]]:
        """By name, the soonest needed first: the persona's, then the checks' as they are dug."""
        plan = interview.plan
        persona = self._content.persona(plan.persona)
        yield f"persona {persona.id}", partial(self._phraser.messages, persona, said="", ask="")
        scene = Scene(interview, persona, self._content.round(plan.areas))
        against = warnings_for(scene.round, scene.question).values()
        for check in (*scene.ladder, *against, *scene.round.ladder_for(scene.question)):
            # The mistakes of all questions begin alike.
            mistake = isinstance(check, MistakeCheck)
            name = "known mistakes" if mistake else f"{plan.areas} {check.id}"
            yield name, partial(self._judge.sentence_messages, check, "")
