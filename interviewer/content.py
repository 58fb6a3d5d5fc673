"""Reads rubric and prompt files, strictly, and says where and how to mend a broken one.

The only module that parses YAML and Jinja2. Candidate text enters a prompt as the value
of a variable: it is never rendered as a template, can't open a role (roles are split off
before rendering), and the chat template's control tokens in it are defused.
"""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar

import jinja2
import jinja2.meta
import yaml
from pydantic import BaseModel, ValidationError

from interviewer.errors import ContentError
from interviewer.rubric import Rubric, Strict, Text

Role = Literal["system", "user", "assistant"]
ModelT = TypeVar("ModelT", bound=BaseModel)


class Message(TypedDict):
    """One chat message, in the shape of the OpenAI chat API."""

    role: Role
    content: str


def content_folder(name: Literal["prompts", "rubrics"]) -> Path:
    """Where the shipped files lie: inside the installed package, else in the checkout."""
    package = Path(__file__).parent
    installed = package / name
    return installed if installed.is_dir() else package.parent / name


# --- YAML with line numbers -------------------------------------------------------------


class _Loader(yaml.SafeLoader):
    """SafeLoader that rejects a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.constructor.ConstructorError(
                    None, None, f"the key {key!r} is given twice; keep one", key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def _line_of(node: yaml.Node | None, path: Iterable[int | str]) -> int:
    """The 1-based line of the deepest node that ``path`` reaches."""
    if node is None:
        return 1
    line = node.start_mark.line + 1
    for step in path:
        found: yaml.Node | None = None
        if isinstance(node, yaml.MappingNode):
            for key_node, value_node in node.value:
                if key_node.value == str(step):
                    line, found = key_node.start_mark.line + 1, value_node
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            found = node.value[step]
            line = found.start_mark.line + 1
        if found is None:
            break
        node = found
    return line


def _cure(error: Mapping[str, Any]) -> str:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    kind, message = error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"unknown key {where!r}; remove it or correct its spelling"
    if kind == "missing":
        return f"the key {where!r} is missing; add it"
    return f"{where}: {message}"


def _parse(model: type[ModelT], text: str, path: Path, first_line: int = 1) -> ModelT:
    """The YAML ``text`` as ``model``; ContentError with every fault's file, line and cure."""
    try:
        node = yaml.compose(text, Loader=_Loader)
        data = yaml.load(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        raise ContentError(f"{path}:{line}: {error.problem or error}") from error
    except yaml.YAMLError as error:
        raise ContentError(f"{path}:{first_line}: not readable as YAML: {error}") from error
    try:
        return model.model_validate(data)
    except ValidationError as error:
        faults = [
            f"{path}:{_line_of(node, fault['loc']) + first_line - 1}: {_cure(fault)}"
            for fault in error.errors()
        ]
        raise ContentError("\n".join(faults)) from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: can't be read ({error}); give a UTF-8 text file") from error


# --- Rubrics ----------------------------------------------------------------------------


def load_rubric(path: Path) -> Rubric:
    """The rubric in this file; ContentError with file, line and cure where it is broken."""
    return _parse(Rubric, _read(path), path)


def load_rubrics(folder: Path) -> dict[str, Rubric]:
    """Every ``*.yaml`` of the folder, by area."""
    rubrics: dict[str, Rubric] = {}
    paths = sorted(folder.glob("*.yaml"))
    if not paths:
        raise ContentError(f"{folder}: no rubric files (*.yaml) there; put at least one in")
    for path in paths:
        rubric = load_rubric(path)
        if rubric.area in rubrics:
            raise ContentError(f"{path}:1: another file has the area {rubric.area!r} already")
        rubrics[rubric.area] = rubric
    return rubrics


# --- Prompts ----------------------------------------------------------------------------


class _Header(Strict):
    """Front matter of a prompt file."""

    name: Text
    version: int
    description: Text
    inputs: tuple[Text, ...]


_SECTION = re.compile(r"^## (system|user|assistant)[ \t]*$", re.MULTILINE)
_ENVIRONMENT = jinja2.Environment(
    undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def defuse(text: str) -> str:
    """``text`` with the chat template's control tokens (``<|im_start|>``) made plain words."""
    return text.replace("<|", "< |").replace("|>", "| >")


def _defused(value: Any) -> Any:
    if isinstance(value, str):
        return defuse(value)
    if isinstance(value, (list, tuple)):
        return [_defused(one) for one in value]
    return value


@dataclass(frozen=True)
class Prompt:
    """A prompt file: chat sections (or one plain text), each a Jinja2 template."""

    name: str
    version: int
    inputs: frozenset[str]
    sections: tuple[tuple[Role | None, jinja2.Template], ...]
    digest: str = field(repr=False)
    """First 12 hex digits of the file's SHA-256; kept with what a model made of it."""

    def messages(self, **values: Any) -> list[Message]:
        """The chat messages, rendered with exactly the declared inputs."""
        rendered = self._render(values)
        return [Message(role=role, content=text) for role, text in rendered if role is not None]

    def text(self, **values: Any) -> str:
        """The rendered text of a file without chat sections."""
        return "\n\n".join(text for _, text in self._render(values))

    def _render(self, values: dict[str, Any]) -> list[tuple[Role | None, str]]:
        if set(values) != self.inputs:
            raise TypeError(f"prompt {self.name} takes {sorted(self.inputs)}, got {sorted(values)}")
        safe = {key: _defused(value) for key, value in values.items()}
        return [(role, template.render(safe).strip()) for role, template in self.sections]


def load_prompt(path: Path) -> Prompt:
    """The prompt in this file; ContentError with file, line and cure where it is broken."""
    source = _read(path)
    match = re.match(r"\A---\n(.*?\n)---\n", source, re.DOTALL)
    if match is None:
        raise ContentError(f"{path}:1: no front matter; begin the file with '---', keys, '---'")
    header = _parse(_Header, match[1], path, first_line=2)
    body = source[match.end() :]
    body_line = source[: match.end()].count("\n")
    _check_variables(path, body, body_line, header)
    return Prompt(
        name=header.name,
        version=header.version,
        inputs=frozenset(header.inputs),
        sections=tuple(_sections(body)),
        digest=hashlib.sha256(source.encode()).hexdigest()[:12],
    )


def _check_variables(path: Path, body: str, body_line: int, header: _Header) -> None:
    try:
        used = jinja2.meta.find_undeclared_variables(_ENVIRONMENT.parse(body))
    except jinja2.TemplateSyntaxError as error:
        line = body_line + error.lineno
        raise ContentError(f"{path}:{line}: {error.message}; mend the template") from error
    for name in sorted(used - set(header.inputs)):
        line = body_line + body[: body.find(name)].count("\n") + 1
        raise ContentError(
            f"{path}:{line}: the variable {name!r} is used but not listed under 'inputs'; "
            "add it there or correct its spelling"
        )
    for name in sorted(set(header.inputs) - used):
        raise ContentError(f"{path}:2: the input {name!r} is never used; remove it from 'inputs'")


def _sections(body: str) -> list[tuple[Role | None, jinja2.Template]]:
    parts = _SECTION.split(body)
    if len(parts) == 1:
        return [(None, _ENVIRONMENT.from_string(body))]
    roles, texts = parts[1::2], parts[2::2]
    return [(role, _ENVIRONMENT.from_string(text)) for role, text in zip(roles, texts, strict=True)]  # type: ignore[misc]


PROMPTS = (
    "opening",
    "next_question",
    "probe",
    "redirect",
    "interrupt",
    "closing",
    "judge_sentence",
    "judge_key_point",
)
"""The prompt files the engine uses."""


def load_prompts(folder: Path) -> dict[str, Prompt]:
    """Every prompt the engine uses, by name."""
    prompts = {}
    for name in PROMPTS:
        prompt = load_prompt(folder / f"{name}.md")
        if prompt.name != name:
            raise ContentError(
                f"{folder / name}.md:2: its name is {prompt.name!r}; make it {name!r}"
            )
        prompts[name] = prompt
    return prompts


@dataclass(frozen=True)
class Content:
    """Everything that is read from files at the start."""

    rubrics: Mapping[str, Rubric]
    prompts: Mapping[str, Prompt]

    def rubric(self, area: str) -> Rubric:
        """The rubric of this area; ContentError that names the known ones."""
        try:
            return self.rubrics[area]
        except KeyError:
            known = ", ".join(sorted(self.rubrics))
            raise ContentError(f"no rubric for the area {area!r}; there are: {known}") from None


def load_content(rubrics: Path | None = None, prompts: Path | None = None) -> Content:
    """The shipped rubrics and prompts, or those in the given folders."""
    return Content(
        rubrics=load_rubrics(rubrics or content_folder("rubrics")),
        prompts=load_prompts(prompts or content_folder("prompts")),
    )
