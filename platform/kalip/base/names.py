"""Names of metadata things: their shape, labels made from them, and what a mistyped one meant."""

import difflib
import re
from collections.abc import Iterable

NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_SUGGESTABLE = 60

RESERVED_SEGMENTS = frozenset(
    [
        "account",
        "admin",
        "api",
        "board",
        "dashboards",
        "designer",
        "files",
        "forms",
        "health",
        "help",
        "home",
        "jobs",
        "login",
        "logout",
        "metrics",
        "new",
        "notifications",
        "palette",
        "people",
        "preferences",
        "privacy",
        "processes",
        "scim",
        "search",
        "setup",
        "static",
        "tasks",
        "user",
    ]
)
"""First steps of the site's own addresses, which no entity may be named after."""


def is_name(text: str) -> bool:
    """Whether the text may name a pack, entity, field, stage and so on."""
    return NAME.fullmatch(text) is not None and "__" not in text and not text.endswith("_")


def humanize(name: str) -> str:
    """A label for a name that has none: `won_at` becomes `Won at`."""
    return name.replace("_", " ").strip().capitalize()


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """A hint `did you mean 'x'?` when a known name is near, else an empty text."""
    near = nearest(name, known)
    return f"did you mean '{near}'?" if near else ""


def nearest(name: str, known: Iterable[str]) -> str:
    """The known name that a mistyped one probably meant, else an empty text."""
    if len(name) > _LONGEST_SUGGESTABLE:
        return ""
    near = difflib.get_close_matches(name, tuple(known), n=1, cutoff=0.6)
    return near[0] if near else ""
