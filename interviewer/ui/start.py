"""The start view: what to practise tonight, and one button."""

from typing import Any

import gradio as gr

from interviewer.history import Entry
from interviewer.interview import QUESTIONS
from interviewer.process import LOOP
from interviewer.runtime import Runtime

DEFAULT_AREA = "behavioral"
DEFAULT_ROUND = "hiring_manager"
_ANY = "Chosen for you"
MOST_QUESTIONS = 6
"""Questions in one sitting: an hour and a half."""

WHAT = {
    "area": "One area",
    "question": "One question",
    "round": "One round",
    "stage": "A stage, or the whole loop",
}

_INTRO = """
Practise the AWS science interview: an interviewer asks, you type your answer, the interviewer
follows up on what you say. Then you get a report with your own sentences as evidence, and what to
do tonight.
Your answers stay on the computer that runs this page, and go to no one but the model named above.
"""


# What is typed is looked for among the questions, but Gradio adds it to what stands there. The
# mouse's button, when it goes up, takes a selection away.
_SELECT_ALL = """() => {
  const box = document.querySelector("#first input");
  box.addEventListener("mouseup", () => box.select(), {once: true});
  box.select();
}"""


class StartView:
    """Chooses what is practised. ``choices`` are the inputs of the start event, in its order."""

    def __init__(self, runtime: Runtime) -> None:
        content = runtime.service.content
        self._rubrics, process = content.rubrics, content.process
        with gr.Column(visible=False, elem_id="start-view") as self._view:
            self.go_on = gr.Button(
                "Continue", variant="primary", elem_id="continue", size="lg", visible=False
            )
            gr.Markdown(_INTRO, elem_id="intro")
            what = gr.Radio(
                [(title, name) for name, title in WHAT.items()],
                value="area",
                label="What to practise tonight",
                elem_id="what",
            )
            self._area = gr.Radio(
                [(rubric.title, rubric.area) for rubric in self._rubrics.values()],
                value=DEFAULT_AREA,
                label="Area",
                elem_id="area",
            )
            self._first = gr.Dropdown(
                self._questions(DEFAULT_AREA),
                value="",
                label="Question",
                elem_id="first",
                visible=False,
            )
            self._round = gr.Radio(
                [(one.title, one.id) for one in process.rounds],
                value=DEFAULT_ROUND,
                label="Round",
                elem_id="round",
                visible=False,
            )
            self._stage = gr.Radio(
                [
                    *((f"{one.title}: {one.about}", one.id) for one in process.stages),
                    ("The whole process, one stage after the other", "process"),
                ],
                value=LOOP,
                label="Stage",
                elem_id="stage",
                visible=False,
            )
            self.start = gr.Button("Start", variant="primary", elem_id="start", size="lg")
            self.history = gr.Button("History and next practice", elem_id="history")
            with gr.Accordion("Options", open=False):
                with gr.Row():
                    role = gr.Dropdown(
                        [(one.title, one.id) for one in process.roles],
                        value=process.defaults.role,
                        label="Role",
                        elem_id="role",
                    )
                    level = gr.Dropdown(
                        [(one.title, one.id) for one in process.levels],
                        value=process.defaults.level,
                        label="Level: the bar moves with it",
                        elem_id="level",
                    )
                    focus = gr.Dropdown(
                        [(one.title, one.id) for one in process.focuses],
                        value=process.defaults.focus,
                        label="Team",
                        elem_id="focus",
                    )
                self._of_area = self._build_area_options(runtime)
                self._short = gr.Checkbox(
                    label="Short: one question an area, one follow-up each",
                    value=False,
                    elem_id="short",
                    visible=False,
                )
                background = gr.Textbox(
                    label="Job description or résumé",
                    info="Paste it to be asked about its topics and your projects. Optional.",
                    lines=3,
                    max_lines=8,
                    elem_id="background",
                )
        self._what = what
        self.choices = [
            *(what, self._area, self._round, self._stage, role, level, focus),
            *(self._count, self._first, self._persona, self._short, background),
        ]
        self.outputs = [self._view, self.go_on, self.start]

    def _build_area_options(self, runtime: Runtime) -> gr.Column:
        personas = runtime.service.content.personas.values()
        column: gr.Column
        with gr.Column() as column:
            self._count = gr.Slider(
                1,
                MOST_QUESTIONS,
                value=QUESTIONS,
                step=1,
                label="Questions",
                info="With its follow-ups, one takes about 15 minutes.",
                elem_id="count",
            )
            self._persona = gr.Dropdown(
                [(_ANY, ""), *((f"{one.name}: {one.about}", one.id) for one in personas)],
                value="",
                label="Interviewer",
                elem_id="persona",
            )
        return column

    def wire(self, private: dict[str, Any]) -> None:
        """The events that stay within this view."""
        self._first.focus(None, None, None, js=_SELECT_ALL, queue=False, **private)
        self._area.change(self._on_area, [self._area], [self._first], **private)
        self._what.change(
            self._on_what,
            [self._what],
            [
                *(self._area, self._first, self._round, self._stage, self._of_area),
                *(self._count, self._short),
            ],
            **private,
        )

    def shown(self, unfinished: Entry | None) -> dict[Any, Any]:
        """This view; where something is unfinished, going on with it is the obvious thing."""
        begun = f"Continue: {unfinished.title} ({unfinished.status})" if unfinished else ""
        return {
            self._view: gr.update(visible=True),
            self.go_on: gr.update(visible=unfinished is not None, value=begun or "Continue"),
            self.start: gr.update(variant="secondary" if unfinished else "primary"),
        }

    def hidden(self) -> dict[Any, Any]:
        """This view when something else is shown."""
        return {self._view: gr.update(visible=False)}

    async def _on_area(self, area: str) -> Any:
        return gr.update(choices=self._questions(area), value="")

    async def _on_what(self, what: str) -> Any:
        shown = {
            self._area: what in {"area", "question"},
            self._first: what == "question",
            self._round: what == "round",
            self._stage: what == "stage",
            self._of_area: what in {"area", "question"},
            self._count: what == "area",
            self._short: what in {"round", "stage"},
        }
        return {part: gr.update(visible=visible) for part, visible in shown.items()}

    def _questions(self, area: str) -> list[tuple[str, str]]:
        """The choices for the first question of an area."""
        questions = self._rubrics[area].questions
        return [(_ANY, ""), *((question.text, question.id) for question in questions)]
