"""Reads rubric and prompt files, strictly, and says where and how to mend a broken one.

The only module that parses YAML and Jinja2. Candidate text enters a prompt as the value
of a variable: it is never rendered as a template, can't open a role (roles are split off
before rendering), and the chat template's control tokens in it are defused.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Literal, TypedDict, TypeVar, get_args

import jinja2
import jinja2.meta
import yaml
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from interviewer.background import Vocabulary
from interviewer.calibration import UNFITTED, Fits
from interviewer.errors import ContentError
from interviewer.persona import Persona
from interviewer.process import Process
from interviewer.repertoire import Clarifications, Facts, Hints, Repertoire
from interviewer.round import Round
from interviewer.rubric import Calibration, CalibrationAnswer, Extension, Rubric, Strict, Text
from interviewer.sentences import split_sentences
from interviewer.trace import Guide

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


# libyaml's loader reads a megabyte in half a second, Python's own in five.
_Base: type[yaml.SafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Loader(_Base):  # type: ignore[misc, valid-type]
    """SafeLoader that rejects a key given twice in one mapping."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            fault = None
            if not isinstance(key, (str, int)):
                fault = f"a key must be a word, not {key!r}; correct it"
            elif key in seen:
                fault = f"the key {key!r} is given twice; keep one"
            if fault:
                raise yaml.constructor.ConstructorError(None, None, fault, key_node.start_mark)
            seen.add(key)
        mapping: dict[Any, Any] = super().construct_mapping(node, deep)
        return mapping


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


def _cure(error: ErrorDetails) -> str:
    where = ".".join(str(step) for step in error["loc"]) or "the file"
    kind, message = error["type"], str(error["msg"]).removeprefix("Value error, ")
    if kind == "extra_forbidden":
        return f"unknown key {where!r}; remove it or correct its spelling"
    if kind == "missing":
        return f"the key {where!r} is missing; add it"
    read = error["input"]
    if kind == "string_type" and isinstance(read, (bool, int, float, date)):
        return f"{where}: {message}, and YAML reads this one as {read}; put it in quotes"
    return f"{where}: {message}"


@dataclass(frozen=True)
class _Document:
    """A YAML file as read, with what is needed to say where a fault stands."""

    path: Path
    node: yaml.Node | None
    data: Any
    first_line: int = 1

    def place(self, *steps: int | str) -> str:
        """File and line of what the steps lead to."""
        return f"{self.path}:{_line_of(self.node, steps) + self.first_line - 1}"

    def has(self, key: str) -> bool:
        """Whether it has this key at the top."""
        return isinstance(self.data, dict) and key in self.data

    @contextmanager
    def explaining(self) -> Iterator[None]:
        """Turns the faults that a model finds into a ContentError with lines and cures."""
        try:
            yield
        except ValidationError as error:
            raise ContentError(
                "\n".join(
                    f"{self.path}:{_place(self.node, fault) + self.first_line - 1}: {_cure(fault)}"
                    for fault in _told_once(error.errors())
                )
            ) from error

    def as_a(self, model: type[ModelT]) -> ModelT:
        """The document as ``model``; ContentError with every fault's file, line and cure."""
        with self.explaining():
            return model.model_validate(self.data)


def _document(text: str, path: Path, first_line: int = 1) -> _Document:
    try:
        loader = _Loader(text)
        node = loader.get_single_node()
        data = None if node is None else loader.construct_document(node)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = (mark.line if mark else 0) + first_line
        raise ContentError(f"{path}:{line}: {error.problem or error}") from error
    except yaml.YAMLError as error:
        raise ContentError(f"{path}:{first_line}: not readable as YAML: {error}") from error
    except ValueError as error:  # an impossible date, say
        raise ContentError(f"{path}:{first_line}: {error}; put the value in quotes") from error
    return _Document(path, node, data, first_line)


def _parse(model: type[ModelT], text: str, path: Path, first_line: int = 1) -> ModelT:
    """The YAML ``text`` as ``model``; ContentError with every fault's file, line and cure."""
    return _document(text, path, first_line).as_a(model)


class _Faults:
    """Collects what is wrong with several files, to tell it all at once."""

    def __init__(self) -> None:
        self.told: list[str] = []

    @contextmanager
    def collect(self) -> Iterator[None]:
        try:
            yield
        except ContentError as error:
            self.told.append(str(error))

    def tell(self) -> None:
        """Raises them, if there are any."""
        if self.told:
            raise ContentError("\n".join(self.told))


def _told_once(faults: Sequence[ErrorDetails]) -> list[ErrorDetails]:
    """The faults without those that only follow from another.

    A list with a faulty item also counts as too short.
    """
    places = [fault["loc"] for fault in faults]
    return [
        fault
        for fault in faults
        if fault["type"] != "too_short"
        or not any(
            len(place) > len(fault["loc"]) and place[: len(fault["loc"])] == fault["loc"]
            for place in places
        )
    ]


def _place(node: yaml.Node | None, fault: ErrorDetails) -> int:
    """The line of a fault; of the id that it names where it is a fault of the whole file."""
    if not fault["loc"] and isinstance(node, yaml.MappingNode):
        message = str(fault["msg"]).removeprefix("Value error, ")
        named = re.findall(r"'([a-z][a-z0-9_]*)'", message)[:1]
        # The part of the file that the message begins with, if the id stands there at all.
        parts = [value for key, value in node.value if message.startswith(f"{key.value} ")]
        for part in (*parts, node):
            lines = [line for name in named for line in _lines_with(part, name)]
            if lines:
                return max(lines)
    return _line_of(node, fault["loc"])


def _lines_with(node: yaml.Node, value: str) -> list[int]:
    """The lines of all scalars below ``node`` that are ``value``."""
    if isinstance(node, yaml.ScalarNode):
        return [node.start_mark.line + 1] if node.value == value else []
    is_list = isinstance(node, yaml.SequenceNode)
    below = node.value if is_list else [one for pair in node.value for one in pair]
    return [line for one in below for line in _lines_with(one, value)]


def _read(path: Path) -> str:
    """The text, without the mark that some editors put before it."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise ContentError(f"{path}: can't be read ({error}); give a UTF-8 text file") from error


# --- Rubrics ----------------------------------------------------------------------------


@dataclass(frozen=True)
class _RubricFile:
    rubric: Rubric
    paths: tuple[Path, ...]
    """The file of the area, then those that extend it."""


def load_rubric(path: Path) -> Rubric:
    """The rubric in this file; ContentError with file, line and cure where it is broken."""
    return _parse(Rubric, _read(path), path)


def load_rubrics(*folders: Path) -> dict[str, Rubric]:
    """The rubrics in the folders, by area, with what other files there add to them.

    A later folder's file of an area takes the place of an earlier one's. ContentError with
    every fault in all of the files.
    """
    faults = _Faults()
    documents: list[list[_Document]] = []
    for folder in folders:
        documents.append([])
        for path in _yaml_files(folder):
            with faults.collect():
                documents[-1].append(_document(_read(path), path))
    files: dict[str, _RubricFile] = {}
    for of_folder in documents:
        whole = [one for one in of_folder if not one.has("extends")]
        files |= _areas(whole, faults)
    broken = bool(faults.told)
    for document in (one for of_folder in documents for one in of_folder if one.has("extends")):
        # Where the file of the area is broken itself, that is the fault to mend.
        if not broken or str(document.data["extends"]) in files:
            with faults.collect():
                _extend(files, document)
    with faults.collect():
        _check_ids_are_unique(list(files.values()))
    faults.tell()
    return {area: file.rubric for area, file in files.items()}


def _yaml_files(folder: Path) -> list[Path]:
    paths = sorted([*folder.glob("*.yaml"), *folder.glob("*.yml")])
    if not paths:
        raise ContentError(f"{folder}: no rubric files (*.yaml) there; put at least one in")
    return paths


def _areas(documents: Sequence[_Document], faults: _Faults) -> dict[str, _RubricFile]:
    files: dict[str, _RubricFile] = {}
    for document in documents:
        with faults.collect():
            rubric = document.as_a(Rubric)
            if rubric.area in files:
                raise ContentError(
                    f"{document.place('area')}: another file, {files[rubric.area].paths[0]}, has "
                    f"the area {rubric.area!r} already; rename one of them, or write 'extends:' "
                    "instead of 'area:' to add questions"
                )
            files[rubric.area] = _RubricFile(rubric, (document.path,))
    return files


def _extend(files: dict[str, _RubricFile], document: _Document) -> None:
    """Adds the questions of this file to their area's."""
    extension = document.as_a(Extension)
    if extension.extends not in files:
        known = ", ".join(sorted(files))
        raise ContentError(
            f"{document.place('extends')}: no area {extension.extends!r}; there are: {known}"
        )
    file = files[extension.extends]
    with document.explaining():
        files[extension.extends] = _RubricFile(
            file.rubric.extended(extension), (*file.paths, document.path)
        )


def _check_ids_are_unique(files: Sequence[_RubricFile]) -> None:
    """A round may mix any areas, so that an id must tell one thing in all of them."""
    seen: dict[tuple[str, str], Path] = {}
    faults = []
    for file in files:
        for kind, one in _ids(file.rubric):
            if (kind, one) in seen:
                faults.append(
                    f"{_where(one, *file.paths)}: the {kind} id {one!r} is used in "
                    f"{seen[kind, one]} too; rename one of them"
                )
            seen.setdefault((kind, one), file.paths[0])
    if faults:
        raise ContentError("\n".join(faults))


def _ids(rubric: Rubric) -> Iterator[tuple[str, str]]:
    for criterion in rubric.all_criteria:
        yield "criterion", criterion.id
        yield from (("check", check.id) for check in criterion.checks)
    yield from (("question", question.id) for question in rubric.questions)


def _where(identifier: str, *paths: Path) -> str:
    """File and line of the place that gives something this id, the last file first."""
    for path in reversed(paths):
        text = _read(path)
        found = re.search(rf"^.*\bid: *{identifier}\b", text, re.MULTILINE)
        if found:
            return f"{path}:{text[: found.end()].count(chr(10)) + 1}"
    return f"{paths[0]}:1"


def load_calibration(path: Path) -> Calibration:
    """The calibration answers in this file; ContentError where it is broken."""
    return _parse(Calibration, _read(path), path)


def load_calibrations(rubrics: Mapping[str, Rubric], *folders: Path) -> dict[str, Calibration]:
    """The calibration answers below the folders, by area, held against the rubrics.

    ContentError where an answer points at a question, criterion, check or sentence that is
    not there.
    """
    faults, found = _Faults(), {}
    for path in (path for one in folders for path in sorted((one / "calibration").glob("*.yaml"))):
        with faults.collect():
            calibration = _calibration(_document(_read(path), path), rubrics)
            found[calibration.area] = calibration
    faults.tell()
    return found


def _calibration(document: _Document, rubrics: Mapping[str, Rubric]) -> Calibration:
    calibration = document.as_a(Calibration)
    if calibration.area not in rubrics:
        raise ContentError(
            f"{document.place('area')}: no area {calibration.area!r}; "
            f"there are: {', '.join(sorted(rubrics))}"
        )
    told = [
        f"{document.place('answers', position, *steps)}: {message}"
        for position, answer in enumerate(calibration.answers)
        for steps, message in _astray(answer, calibration.area, rubrics)
    ]
    if told:
        raise ContentError("\n".join(told))
    return calibration


def _astray(
    answer: CalibrationAnswer, area: str, rubrics: Mapping[str, Rubric]
) -> Iterator[tuple[tuple[str, ...], str]]:
    """What a calibration answer points at that isn't there: where, and what."""
    rubric = rubrics[area]
    questions = {question.id: question for question in rubric.questions}
    if answer.question not in questions:
        yield ("question",), f"no question {answer.question!r} in {area}; correct it"
        return
    criteria = {criterion.id for criterion in rubric.all_criteria}
    for criterion in sorted(set(answer.levels) - criteria):
        yield ("levels", criterion), f"no criterion {criterion!r} in {area}; correct it"
    points = {point.id for point in questions[answer.question].key_points}
    graded_here = {*points, *rubric.checks}
    everywhere = {
        check
        for other in rubrics.values()
        if other.area != area
        for criterion in other.criteria
        if criterion.everywhere
        for check in criterion.everywhere.checks
    }
    said = len(split_sentences(answer.answer))
    for name, labels, known in (
        ("earns", answer.earns, graded_here),
        ("across", answer.across or {}, everywhere),
    ):
        for check, sentences in labels.items():
            if check not in known:
                yield (name, check), f"no check or key point {check!r} there; correct it"
            for n in sentences:
                if not 1 <= n <= said:
                    yield (name, check), f"sentence {n} of an answer that has {said}; correct it"


def check_file(path: Path, rubrics: Mapping[str, Rubric]) -> Rubric | Calibration:
    """What this one file holds: an area, an area with what it adds, or calibration answers.

    ``rubrics`` are those in use, which it may refer to.
    """
    document = _document(_read(path), path)
    if document.has("answers"):
        return _calibration(document, rubrics)
    if not document.has("extends"):
        return document.as_a(Rubric)
    files = {area: _RubricFile(rubric, ()) for area, rubric in rubrics.items()}
    _extend(files, document)
    return files[document.data["extends"]].rubric


# --- Prompts ----------------------------------------------------------------------------


class _Header(Strict):
    """Front matter of a prompt file."""

    name: Text
    version: int
    description: Text
    inputs: tuple[Text, ...]


_ROLES: Mapping[str, Role] = {role: role for role in get_args(Role)}
_SECTION = re.compile(r"^## (\w+)[ \t]*$", re.MULTILINE)
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
    if not body.strip():
        raise ContentError(f"{path}:{body_line}: it says nothing; write its text below the '---'")
    _check_variables(path, body, body_line, header)
    return Prompt(
        name=header.name,
        version=header.version,
        inputs=frozenset(header.inputs),
        sections=tuple(_sections(path, body, body_line)),
        digest=hashlib.sha256(source.encode()).hexdigest()[:12],
    )


def _check_variables(path: Path, body: str, body_line: int, header: _Header) -> None:
    try:
        used = jinja2.meta.find_undeclared_variables(_ENVIRONMENT.parse(body))
    except jinja2.TemplateSyntaxError as error:
        line = body_line + error.lineno
        raise ContentError(f"{path}:{line}: {error.message}; mend the template") from error
    for name in sorted(used - set(header.inputs)):
        used_at = re.search(rf"\{{[\{{%][^}}]*\b{name}\b", body)
        line = body_line + body[: used_at.end() if used_at else 0].count("\n") + 1
        raise ContentError(
            f"{path}:{line}: the variable {name!r} is used but not listed under 'inputs'; "
            "add it there or correct its spelling"
        )
    for name in sorted(set(header.inputs) - used):
        raise ContentError(f"{path}:2: the input {name!r} is never used; remove it from 'inputs'")


def _sections(
    path: Path, body: str, body_line: int
) -> Iterator[tuple[Role | None, jinja2.Template]]:
    """The roles and their templates; a text without roles is one section."""
    roles: list[Role | None] = [None]
    starts, ends = [0], []
    for heading in _SECTION.finditer(body):
        role = _ROLES.get(heading[1].lower())
        if role is None:
            line = body_line + body[: heading.start()].count("\n") + 1
            raise ContentError(
                f"{path}:{line}: no role {heading[1]!r}; write '## system', '## user' or "
                "'## assistant'"
            )
        roles.append(role)
        ends.append(heading.start())
        starts.append(heading.end())
    ends.append(len(body))
    for role, start, end in zip(roles, starts, ends, strict=True):
        if role is None and len(roles) > 1:
            continue
        try:
            yield role, _ENVIRONMENT.from_string(body[start:end])
        except jinja2.TemplateSyntaxError as error:
            line = body_line + body[:start].count("\n") + error.lineno
            raise ContentError(
                f"{path}:{line}: {error.message}; begin and end it in one section"
            ) from error


_TEXTS = (
    "opening",
    "project",
    "next_question",
    "code_probe",
    "code_ask",
    "redirect",
    "aside",
    "hint",
    "lead_in",
    "same_story",
    "contradiction",
    "candidate_question",
    "invitation",
    "interrupt",
    "closing",
)
"""Said as they stand."""

_CHATS = (
    "probe",
    "code_phrase",
    "judge_on_topic",
    "judge_sentence",
    "judge_same_claim",
    "judge_degree",
    "judge_degree_turns",
    "judge_structured",
)
"""Sent to a model."""

PROMPTS = (*_TEXTS, *_CHATS)
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
        if name in _CHATS and not any(role == "user" for role, _ in prompt.sections):
            raise ContentError(
                f"{folder / name}.md:1: no '## user' in it, so that a model would be asked "
                "nothing; write that heading above what it is asked"
            )
        prompts[name] = prompt
    return prompts


def load_personas(folder: Path) -> dict[str, Persona]:
    """Every persona (``*.yaml``) of the folder, by id, which is its file's name."""
    personas = {}
    for path in sorted(folder.glob("*.yaml")):
        persona = _parse(Persona, _read(path), path)
        if persona.id != path.stem:
            raise ContentError(f"{path}:1: its id is {persona.id!r}; make it {path.stem!r}")
        personas[persona.id] = persona
    if not personas:
        raise ContentError(f"{folder}: no personas (*.yaml) there; put at least one in")
    return personas


def load_process(
    path: Path, rubrics: Mapping[str, Rubric], personas: Mapping[str, Persona]
) -> Process:
    """The process in this file; ContentError where it is broken or names what isn't there."""
    process = _parse(Process, _read(path), path)
    principles = {one.id for rubric in rubrics.values() for one in rubric.principles}
    for one in process.rounds:
        for what, wanted, known in (
            ("persona", [one.persona], list(personas)),
            ("area", list(one.areas), list(rubrics)),
            ("principle", list(one.principles), sorted(principles)),
        ):
            for unknown in sorted(set(wanted) - set(known)):
                raise ContentError(
                    f"{_where(one.id, path)}: the round {one.id!r} names the {what} {unknown!r}, "
                    f"which is not there; there are: {', '.join(known)}"
                )
    return process


def load_vocabulary() -> Vocabulary:
    """The words by which a job description or a résumé is understood."""
    path = content_folder("rubrics") / "background" / "vocabulary.yaml"
    return _parse(Vocabulary, _read(path), path)


def load_guide() -> Guide:
    """The guide's sentences and what they became."""
    path = content_folder("rubrics") / "guide" / "guide.yaml"
    return _parse(Guide, _read(path), path)


def load_repertoire(folder: Path) -> Repertoire:
    """What the interviewer says and looks for beyond the rubric."""
    return Repertoire(
        hints=load_data(Hints, folder / "hints.yaml"),
        clarifications=load_data(Clarifications, folder / "clarifications.yaml"),
        facts=load_data(Facts, folder / "facts.yaml"),
    )


@dataclass(frozen=True)
class Content:
    """Everything that is read from files at the start."""

    rubrics: Mapping[str, Rubric]
    prompts: Mapping[str, Prompt]
    personas: Mapping[str, Persona]
    process: Process
    vocabulary: Vocabulary
    repertoire: Repertoire
    fits: Fits = UNFITTED
    """What the judge's words are worth."""
    _rounds: dict[tuple[str, ...], Round] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """They hold the fits that they were made with, and so no other content takes them over."""

    def persona(self, name: str) -> Persona:
        """The persona of this name; ContentError that names the known ones."""
        try:
            return self.personas[name]
        except KeyError:
            known = ", ".join(sorted(self.personas))
            raise ContentError(f"no persona {name!r}; there are: {known}") from None

    def rubric(self, area: str) -> Rubric:
        """The rubric of this area; ContentError that names the known ones."""
        try:
            return self.rubrics[area]
        except KeyError:
            known = ", ".join(sorted(self.rubrics))
            raise ContentError(f"no rubric for the area {area!r}; there are: {known}") from None

    def round(self, areas: Sequence[str]) -> Round:
        """The round of these areas, with what is graded in every round; made once."""
        key = tuple(dict.fromkeys(areas))
        if key not in self._rounds:
            across = tuple(
                rubric
                for rubric in self.rubrics.values()
                if any(criterion.everywhere for criterion in rubric.criteria)
            )
            rubrics = tuple(self.rubric(area) for area in key)
            flags = tuple(
                flag
                for rubric in self.rubrics.values()
                for flag in rubric.red_flags
                if flag.everywhere
            )
            self._rounds[key] = Round(rubrics, across, self.fits, flags)
        return self._rounds[key]


def rubric_folders(own: Path | None = None) -> tuple[Path, ...]:
    """The folders that rubrics are read from, one's own last: what is there takes precedence."""
    return (content_folder("rubrics"), *([own] if own else []))


def load_content(own_rubrics: Path | None = None) -> Content:
    """The shipped rubrics, prompts and personas, and rubrics of one's own."""
    rubrics = load_rubrics(*rubric_folders(own_rubrics))
    prompts = content_folder("prompts")
    personas = load_personas(prompts / "personas")
    return Content(
        rubrics=rubrics,
        prompts=load_prompts(prompts),
        personas=personas,
        repertoire=load_repertoire(prompts / "repertoire"),
        process=load_process(prompts / "process.yaml", rubrics, personas),
        fits=load_fits(content_folder("rubrics") / "calibration" / "fit.json"),
        vocabulary=load_vocabulary(),
    )


def load_fits(path: Path) -> Fits:
    """The fits in this file; ContentError where it is broken."""
    try:
        return Fits.model_validate_json(_read(path))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"])) or "the file"
        raise ContentError(
            f"{path}:1: {where}: {first['msg']}; make it anew with "
            "`python -m interviewer calibrate --signals`"
        ) from error


def load_calibration_of(area: str) -> Calibration:
    """The shipped calibration answers of this area; ContentError where there are none."""
    return load_calibration(content_folder("rubrics") / "calibration" / f"{area}.yaml")


def load_data(model: type[ModelT], path: Path) -> ModelT:
    """Any other YAML file, as this model; ContentError where it is broken."""
    return _parse(model, _read(path), path)
