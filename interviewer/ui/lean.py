"""Gradio's blocks, at a cost that goes with what an event changes.

For each output of an event that is left out, or is shown or hidden, Gradio builds the component
and the description of its values anew, with each few words of a reply; and each tab holds such
a description of the whole page, for links into it that this page does not have. With 60 outputs
that is a tenth of a second and some hundred KB. What is left here makes the values as Gradio does.
"""

import copy
from collections.abc import Mapping
from typing import Any

import gradio as gr
from gradio.block_function import BlockFunction
from gradio.blocks import Block, BlocksConfig
from gradio.state_holder import SessionState

_LEFT_OUT: dict[str, Any] = gr.skip()
_ALL_OF_THE_PAGE = frozenset({"__type__", "visible", "interactive", "value"})
"""Keys of updates that only the page needs to know: no later event asks the component for them."""


class LeanBlocks(gr.Blocks):
    """Blocks whose handlers return mappings from component to value."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_config = _PageConfig(self)

    async def postprocess_data(
        self, block_fn: BlockFunction, predictions: Any, state: SessionState | None
    ) -> list[Any]:
        """See gradio.Blocks. Outputs that are left out are not looked at."""
        if not isinstance(predictions, Mapping) or not all(
            isinstance(one, Block) for one in predictions
        ):
            made: list[Any] = await super().postprocess_data(block_fn, predictions, state)
            return made
        told = {one._id: value for one, value in predictions.items() if value != _LEFT_OUT}
        values = {key: _value(value) for key, value in told.items() if _holds_value(value)}
        lean = copy.copy(block_fn)
        lean.outputs = [one for one in block_fn.outputs if one._id in values]
        ordered = [values[one._id] for one in lean.outputs]
        if ordered:
            made = await super().postprocess_data(
                lean, ordered if len(ordered) > 1 else ordered[0], state
            )
            values = dict(zip((one._id for one in lean.outputs), made, strict=True))
        whole = {key: _update(value, values.get(key)) for key, value in told.items()}
        left_out = {one._id: None if one.stateful else _LEFT_OUT for one in block_fn.outputs}
        return [copy.copy(one) for one in (left_out | whole).values()]


def _for_the_page(value: Any) -> bool:
    """Whether it is an update that needs no new component."""
    return isinstance(value, dict) and "__type__" in value and set(value) <= _ALL_OF_THE_PAGE


def _holds_value(value: Any) -> bool:
    return not _for_the_page(value) or "value" in value


def _value(value: Any) -> Any:
    return value["value"] if _for_the_page(value) else value


def _update(told: Any, made: Any) -> Any:
    if not _for_the_page(told):
        return made
    return told | {"value": made} if "value" in told else told


class _PageConfig(BlocksConfig):
    """What the page is made of; each tab gets a copy."""

    def __copy__(self) -> BlocksConfig:
        one = _TabConfig(self.root_block)
        one.blocks, one.fns = copy.copy(self.blocks), copy.copy(self.fns)
        one.fn_id, one.renderables = self.fn_id, copy.copy(self.renderables)
        return one


_NOTHING: dict[str, Any] = {}


class _TabConfig(BlocksConfig):
    """A tab's own components, without a description of each."""

    @staticmethod
    def config_for_block(*_: Any, **__: Any) -> dict[str, Any]:
        """Nothing: it would serve links into the page, which ``guard`` doesn't let through."""
        return _NOTHING
