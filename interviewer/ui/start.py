"""The start view: what to practise, and one button."""

from typing import Any

import gradio as gr

from interviewer.interview import QUESTIONS
from interviewer.runtime import Runtime

DEFAULT_AREA = "behavioral"
_ANY = "Chosen for you"
MOST_QUESTIONS = 6
"""Questions in one sitting: an hour and a half."""

_INTRO = """
Practise one round of the AWS science loop, as often as you like.

1. **The interviewer asks**, as in the real loop: for a story from your past, or a problem.
2. **You type your answer.** She follows up where it is vague, unmeasured or incomplete.
3. **You get a report**: a level for each criterion with your own sentences as evidence, what was
   missing, and what to do about it tonight.

Your answers are stored on the computer that runs this page, and sent to no one but the model
named above.
"""


class StartView:
    """Chooses what is practised. ``choices`` are the inputs of the start event, in its order."""

    def __init__(self, runtime: Runtime) -> None:
        self._rubrics = runtime.service.content.rubrics
        with gr.Column(visible=False, elem_id="start-view") as self._view:
            gr.Markdown(_INTRO, elem_id="intro")
            self._area = gr.Radio(
                [(rubric.title, rubric.area) for rubric in self._rubrics.values()],
                value=DEFAULT_AREA,
                label="Round",
                elem_id="area",
            )
            self.start = gr.Button(
                "Start the interview", variant="primary", elem_id="start", size="lg"
            )
            with gr.Accordion("Options", open=False):
                self._first = gr.Dropdown(
                    self._questions(DEFAULT_AREA), value="", label="First question", elem_id="first"
                )
                self._count = gr.Slider(
                    1,
                    MOST_QUESTIONS,
                    value=QUESTIONS,
                    step=1,
                    label="Questions",
                    info="A question with its follow-ups takes about 15 minutes.",
                    elem_id="count",
                )
        self.choices = [self._area, self._count, self._first]
        self.outputs = [self._view]

    def wire(self, private: dict[str, Any]) -> None:
        """The events that stay within this view."""
        self._area.change(self._on_area, [self._area], [self._first], **private)

    def shown(self, visible: bool) -> dict[Any, Any]:
        """What the page shows of this view."""
        return {self._view: gr.update(visible=visible)}

    async def _on_area(self, area: str) -> Any:
        return gr.update(choices=self._questions(area), value="")

    def _questions(self, area: str) -> list[tuple[str, str]]:
        """The choices for the first question of an area."""
        questions = self._rubrics[area].questions
        return [(_ANY, ""), *((question.text, question.id) for question in questions)]
