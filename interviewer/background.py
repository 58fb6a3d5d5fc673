"""What a job description or a résumé says: topics by the bank's own tags, a team, projects.

Pure. The text is data: it is only searched for words that the vocabulary knows, and the
names and claims that are taken from it are cut out of it word for word, to be quoted.
"""

import re
from collections.abc import Iterator, Sequence

from pydantic import Field

from interviewer.gates import addresses_the_grader
from interviewer.rubric import Identifier, Strict, Text
from interviewer.text import FUNCTION_WORDS, words

MOST_READ = 20_000
"""Characters of a text that are read: five pages."""

MOST_PROJECTS = 6

LONGEST_NAME = 60

LONGEST_CLAIM = 160
"""Characters; a longer claim is not quoted."""

TEAM_WEIGHT = 3
"""How much a tag of the team weighs, in mentions."""

MOST_WEIGHT = 5
"""More mentions of one tag than this weigh no more."""


class Team(Strict):
    """A team, by the words that give it away, and what it asks about."""

    title: Text
    words: tuple[Text, ...] = Field(min_length=1)
    tags: tuple[Identifier, ...] = Field(min_length=1)


class Vocabulary(Strict):
    """The words by which a text is understood, as read from one YAML file.

    All of them are plain words: case, hyphens and a plural s don't matter.
    """

    teams: dict[Identifier, Team]
    tags: dict[Identifier, tuple[Text, ...]]
    """For each tag of the question bank: the words that mean it."""
    project_headings: tuple[Text, ...]
    """Headings of a résumé under which projects are named."""
    other_headings: tuple[Text, ...]
    """Headings that end such a part."""
    job_words: tuple[Text, ...]
    """Words that only a job description has."""
    posts: tuple[Text, ...]
    """Words in a line that names a post, a firm or a school: no project begins it."""
    not_a_name: tuple[Text, ...]
    """Words that no project's name holds: tools, venues, months."""
    made: tuple[Text, ...]
    """Verbs before the name of what somebody made."""

    def finds(self, phrases: Sequence[str], text: str) -> int:
        """How often one of the phrases stands in the text."""
        return len(re.findall(rf"(?<!\w){_any_of(phrases)}s?(?!\w)", text, re.IGNORECASE))

    def is_a_topic(self, name: str) -> bool:
        """Whether the name is only a word for a topic."""
        known = [word for words in self.tags.values() for word in words]
        return re.fullmatch(rf"{_any_of(known)}s?", name, re.IGNORECASE) is not None


def _any_of(phrases: Sequence[str]) -> str:
    spelt = (r"[\s-]*".join(map(re.escape, re.split(r"[\s-]+", one))) for one in phrases)
    return f"(?:{'|'.join(sorted(spelt, key=len, reverse=True))})"


class Project(Strict):
    """Something that a résumé names, in its own words."""

    name: Text
    claim: str = ""
    """What it says about it with a number; empty: nothing."""


class Background(Strict):
    """What is kept of a job description or a résumé; not the text itself."""

    team: Identifier | None = None
    tags: tuple[tuple[Identifier, int], ...] = ()
    """Tags of the question bank, and how much each is spoken of."""
    projects: tuple[Project, ...] = ()

    @property
    def weights(self) -> dict[str, int]:
        """How much each tag is spoken of; others aren't."""
        return dict(self.tags)


def read_background(text: str, vocabulary: Vocabulary) -> Background:
    """What the text says of topics, team and projects; an empty text says nothing."""
    read = text[:MOST_READ]
    weights = {tag: vocabulary.finds(words, read) for tag, words in vocabulary.tags.items()}
    counts = {name: vocabulary.finds(team.words, read) for name, team in vocabulary.teams.items()}
    team = max(counts, key=lambda name: counts[name], default=None)
    if team is not None and not counts[team]:
        team = None
    if team is not None:
        for tag in vocabulary.teams[team].tags:
            weights[tag] = weights.get(tag, 0) + TEAM_WEIGHT
    return Background(
        team=team,
        tags=tuple((tag, min(count, MOST_WEIGHT)) for tag, count in weights.items() if count),
        projects=tuple(_projects(read, vocabulary)),
    )


# --- Projects ----------------------------------------------------------------------------

_BULLET = re.compile(r"^[\s>*#•·‣▪◦–—-]*(?:\d{1,2}[.)]\s+)?[*_]*")  # noqa: RUF001
# A hyphen belongs to a word and parts none from the next, or a long row of hyphens could be split
# into words in more ways than can be tried.
_WORD = r"[A-Z0-9](?:[\w+/&'-]|\.(?=\w))*"
_NAME = rf"{_WORD}(?: (?:(?:of|for|the|and|in|on|with|to|from) )?{_WORD}){{0,6}}"
_HEADED = re.compile(
    rf"(?P<name>{_NAME})[*_\"”]*\s*(?:[:–—(|]|\s-\s|\.\s+(?=[A-Z])|,\s+(?=an?\s|the\s|my\s))"  # noqa: RUF001
)
_QUOTED = re.compile(r"[\"“](?P<name>[A-Z][^\"“”\n]{3,58})[\"”]")
_COINED = re.compile(r"\b(?P<name>[A-Z][a-z0-9]+[A-Z][A-Za-z0-9]*|[A-Z]{2,}[a-z]+\w*)\b")
_AFTER_A_NAME = r"(?=[\"”*_]*\s*(?:[,:;.(–—]|$|\s(?:to|for|that|which|from|with|in|on|using)\b))"  # noqa: RUF001
_CLAIM = re.compile(
    r"\d[\d.,]*\s*(?:%|percent\b|percentage|points?\b|x\b|×|times\b|fold\b|ms\b|milliseconds?\b"  # noqa: RUF001
    r"|seconds?\b|minutes?\b|hours?\b|days?\b|[kKMB]\b|million\b|billion\b|thousand\b|GB\b|TB\b"
    r"|users?\b|customers?\b|requests?\b|citations?\b|GPUs?\b)|[$€£]\s?\d|\bfrom\s+\d[\d.,]*\s+to\s+\d"
)


def _projects(text: str, vocabulary: Vocabulary) -> Iterator[Project]:
    """The projects that the text names, each with the first claim that follows its name."""
    names: dict[str, str] = {}
    current = ""
    for line in _own_lines(text, vocabulary):
        if not line:  # a new part begins: a number in it says nothing of the last one's project
            current = ""
            continue
        named = _name_in(line, vocabulary)
        if named and named not in names and len(names) < MOST_PROJECTS:
            names[named] = ""
        current = named or current
        if current in names and not names[current]:
            names[current] = _claim_in(line, current)
    yield from (Project(name=name, claim=claim) for name, claim in names.items())


def _own_lines(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """The lines that tell what the candidate did; an empty one where a new part begins.

    A job description names what the firm does: where there is one, only what stands under
    a résumé's headings counts. What speaks to the machinery is never quoted.
    """
    inside = not vocabulary.finds(vocabulary.job_words, text)
    for raw in text.splitlines():
        line = _BULLET.sub("", raw).strip()
        heading = line.strip(" *_#:").lower()
        if heading in (*vocabulary.project_headings, *vocabulary.other_headings):
            inside = heading in vocabulary.project_headings
            yield ""
        elif inside and line and not addresses_the_grader(line):
            yield line


def _name_in(line: str, vocabulary: Vocabulary) -> str:
    """The name of a project in this line, word for word; empty: none."""
    made = re.compile(
        rf"\b(?i:{_any_of(vocabulary.made)})\s+(?:(?:an?|the|our|my)\s+)?[\"“*_]*"
        rf"(?P<name>{_NAME}){_AFTER_A_NAME}"
    )
    found = [made.search(line)]
    # A line that begins with a name is the head of a post or a school, if it says so.
    if not vocabulary.finds(vocabulary.posts, line):
        found.append(_HEADED.match(line))
    found += [_QUOTED.search(line), _COINED.search(line)]
    names = (one["name"].rstrip(" .,-") for one in found if one)
    return next((name for name in names if _may_be_a_name(name, vocabulary)), "")


def _may_be_a_name(name: str, vocabulary: Vocabulary) -> bool:
    return (
        2 < len(name) <= LONGEST_NAME
        and any(char.isalpha() for char in name)
        and not vocabulary.finds((*vocabulary.posts, *vocabulary.not_a_name), name)
        and not set(words(name)) <= FUNCTION_WORDS
        and not vocabulary.is_a_topic(name)
    )


def _claim_in(line: str, name: str) -> str:
    """The sentence of the line that holds a number with a unit, word for word; empty: none."""
    rest = line
    if line.startswith(name):
        rest = line[len(name) :].lstrip(' *_"”').lstrip(":–—|-,( ")  # noqa: RUF001
    for sentence in re.split(r"(?<=[^A-Z][.;])\s+", rest):
        if len(sentence) <= LONGEST_CLAIM and _CLAIM.search(sentence):
            return sentence.strip(" .;*_)")
    return ""
