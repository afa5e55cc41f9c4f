"""The kinds of documents and where each lies in a pack. Knows paths, not contents."""

import re
from dataclasses import dataclass
from enum import StrEnum

from kalip.base.names import did_you_mean

_NAME = r"[a-z](?:_?[a-z0-9])*"
_PLAIN_FILE = re.compile(
    r"signature\.json|(README|CHANGELOG|LICENSE)(\.[A-Za-z]+)*(\.(md|txt))?|LICENSE|(templates|files|docs)/.+"
)
SIGNATURE = "signature.json"
"""The file that says who made the pack; no document, as it is about the bytes of all others."""

_FOLDERS = (
    "calendars",
    "choices",
    "demo",
    "docs",
    "entities",
    "files",
    "lang",
    "mails",
    "roles",
    "seed",
    "templates",
    "tests",
)
_ENTITY_FILES = (
    "entity.json",
    "access.json",
    "intake.json",
    "rules.json",
    "conversions",
    "pipelines",
    "views",
    "webforms",
)
_VIEWS = ("list", "form", "card", "board", "calendar")


class Kind(StrEnum):
    """What a document describes."""

    PACK = "pack"
    CHOICES = "choices"
    ROLE = "role"
    CALENDAR = "calendar"
    ENTITY = "entity"
    PIPELINE = "pipeline"
    CONVERSION = "conversion"
    ACCESS = "access"
    RULES = "rules"
    LIST = "list"
    FORM = "form"
    CARD = "card"
    BOARD = "board"
    CALENDAR_VIEW = "calendar_view"
    MAIL = "mail"
    INTAKE = "intake"
    WEBFORM = "webform"
    LANGUAGE = "language"
    SEED = "seed"
    DEMO = "demo"
    TEST = "test"


OVERLAID = frozenset(
    {
        Kind.CHOICES,
        Kind.ROLE,
        Kind.CALENDAR,
        Kind.ENTITY,
        Kind.PIPELINE,
        Kind.CONVERSION,
        Kind.ACCESS,
        Kind.RULES,
        Kind.LIST,
        Kind.FORM,
        Kind.CARD,
        Kind.BOARD,
        Kind.CALENDAR_VIEW,
        Kind.MAIL,
        Kind.INTAKE,
        Kind.WEBFORM,
    }
)
"""Kinds that a layer above may extend; the others belong to their pack."""

PATTERNS: tuple[tuple[Kind, str], ...] = (
    (Kind.PACK, "pack.json"),
    (Kind.CHOICES, "choices/<name>.json"),
    (Kind.ROLE, "roles/<name>.json"),
    (Kind.CALENDAR, "calendars/<name>.json"),
    (Kind.ENTITY, "entities/<entity>/entity.json"),
    (Kind.PIPELINE, "entities/<entity>/pipelines/<name>.json"),
    (Kind.CONVERSION, "entities/<entity>/conversions/<name>.json"),
    (Kind.ACCESS, "entities/<entity>/access.json"),
    (Kind.RULES, "entities/<entity>/rules.json"),
    (Kind.LIST, "entities/<entity>/views/list[.<name>].json"),
    (Kind.FORM, "entities/<entity>/views/form[.<name>].json"),
    (Kind.CARD, "entities/<entity>/views/card[.<name>].json"),
    (Kind.BOARD, "entities/<entity>/views/board[.<name>].json"),
    (Kind.CALENDAR_VIEW, "entities/<entity>/views/calendar[.<name>].json"),
    (Kind.MAIL, "mails/<name>.json"),
    (Kind.INTAKE, "entities/<entity>/intake.json"),
    (Kind.WEBFORM, "entities/<entity>/webforms/<name>.json"),
    (Kind.LANGUAGE, "lang/<locale>.json"),
    (Kind.SEED, "seed/<name>.json"),
    (Kind.DEMO, "demo/<name>.json"),
    (Kind.TEST, "tests/<name>.json"),
)

ENTITY_PARTS = tuple(
    kind for kind, path in PATTERNS if path.startswith("entities/<entity>/") and kind is not Kind.ENTITY
)
"""Kinds that lie in an entity's folder and are about it."""

_LOCALE = "[a-z]{2,3}(?:-[A-Za-z0-9]+)*"


def _compiled(pattern: str) -> re.Pattern[str]:
    text = pattern.replace(".", r"\.").replace(r"[\.<name>]", rf"(?:\.({_NAME}))?")
    return re.compile(
        text.replace("<locale>", f"({_LOCALE})").replace("<entity>", f"({_NAME})").replace("<name>", f"({_NAME})")
    )


_COMPILED = tuple((kind, _compiled(pattern)) for kind, pattern in PATTERNS)


@dataclass(frozen=True, slots=True)
class Place:
    """A document's kind, and the names in its path: `("lead", "inbound")` for a pipeline.

    A view without a name of its own has the name `default`.
    """

    kind: Kind
    names: tuple[str, ...]


def place_of(path: str) -> Place | None:
    """Which document lies at a path of a pack; None for what is no document."""
    for kind, pattern in _COMPILED:
        match = pattern.fullmatch(path)
        if match:
            return Place(kind, tuple(name or "default" for name in match.groups()))
    return None


def is_locale(text: str) -> bool:
    """Whether a text has the shape of a locale: `tr`, `en-GB`."""
    return re.fullmatch(_LOCALE, text) is not None


def is_plain_file(path: str) -> bool:
    """Whether a pack may carry this file though it is no document."""
    return _PLAIN_FILE.fullmatch(path) is not None


def path_hint(path: str) -> str:
    """What a file of no known kind was probably meant to be."""
    steps = path.split("/")
    if len(steps) == 1:
        return did_you_mean(path, ("pack.json", "README.md", "LICENSE", "CHANGELOG.md")) or _homes()
    if steps[0] not in _FOLDERS:
        return did_you_mean(steps[0], _FOLDERS) or _homes()
    if not path.endswith(".json"):
        return "documents end with .json; other files lie in templates/, files/ or docs/"
    if steps[0] == "entities" and len(steps) > 2 and steps[2] not in _ENTITY_FILES:
        return did_you_mean(steps[2], _ENTITY_FILES) or f"an entity's folder holds {', '.join(_ENTITY_FILES)}"
    if steps[0] == "entities" and len(steps) > 3 and steps[2] == "views":
        return did_you_mean(steps[3].split(".")[0], _VIEWS) or f"views are {', '.join(_VIEWS)}, or list.mine.json"
    return "names are lower-case letters, digits and single underscores: " + _pattern_of(steps[0])


def _homes() -> str:
    return f"a pack holds pack.json, README.md and the folders {', '.join(_FOLDERS)}"


def _pattern_of(folder: str) -> str:
    return ", ".join(pattern for _, pattern in PATTERNS if pattern.startswith(f"{folder}/")) or f"{folder}/…"
