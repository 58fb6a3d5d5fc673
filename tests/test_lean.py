"""Gradio's blocks at a lower cost give what Gradio's own give."""

import copy

import gradio as gr
import pytest
from gradio.state_holder import SessionState

from interviewer.ui.lean import LeanBlocks

SAID = [{"role": "assistant", "content": "Well?"}]


class Page:
    """A page of four components, and a handler that changes them all."""

    def __init__(self, kind):
        with kind(analytics_enabled=False) as self.blocks:
            self.chat, self.line = gr.Chatbot(), gr.HTML()
            self.choice, self.box = gr.Dropdown(["a"]), gr.Column()
            self.seen = gr.State(0)
            button = gr.Button()
            every = [self.chat, self.line, self.choice, self.box, self.seen]
            button.click(lambda choice: None, [self.choice], every)
        (self.event,) = self.blocks.fns.values()
        self.state = SessionState(self.blocks)

    async def tell(self, **values):
        told = {getattr(self, name): copy.deepcopy(value) for name, value in values.items()}
        return await self.blocks.postprocess_data(self.event, told, self.state)


@pytest.fixture
def pages():
    return [Page(kind) for kind in (gr.Blocks, LeanBlocks)]


@pytest.mark.parametrize(
    "values",
    [
        {"line": "<p>Hi</p>"},
        {"chat": SAID, "line": "", "seen": 3},
        {"chat": gr.update(value=SAID, visible=False)},
        {"chat": gr.update(visible=True), "box": gr.update(visible=False)},
        {"line": gr.update(value="<b>x</b>")},
        {"choice": gr.update(choices=["b", "c"], value="b"), "line": gr.skip()},
        {"choice": gr.update(interactive=False), "seen": 1},
        {"seen": gr.skip()},
    ],
    ids=str,
)
async def test_the_same_goes_to_the_browser(pages, values):
    plain, lean = [await page.tell(**values) for page in pages]
    for one in plain:
        # Gradio tells an HTML component that its templates' values are an update of nothing.
        if isinstance(one, dict) and one.get("props") == gr.skip():
            del one["props"]
    assert lean == plain
    first, second = (page.state[page.seen._id] for page in pages)
    assert first == second


async def test_what_is_shown_or_left_out_is_not_built_anew(pages):
    _, lean = pages
    before = [lean.state[one._id] for one in (lean.chat, lean.choice, lean.box)]
    await lean.tell(chat=gr.update(visible=False), choice=gr.skip(), box=gr.update(visible=True))
    assert [lean.state[one._id] for one in (lean.chat, lean.choice, lean.box)] == before


async def test_new_choices_can_be_chosen(pages):
    _, lean = pages
    await lean.tell(choice=gr.update(choices=["b"], value="b"))
    assert lean.state[lean.choice._id].preprocess("b") == "b"
    with pytest.raises(gr.Error):
        lean.choice.preprocess("b")  # in another tab the choices are as they were


async def test_a_tab_holds_no_description_of_the_page(pages):
    plain, lean = pages
    assert list(plain.state.components)
    assert not list(lean.state.components)
    assert lean.blocks.get_config_file()["components"]
