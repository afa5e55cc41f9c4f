"""What people are told of, and how each kind is told unless a person chose otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from kalip.storage.notifications import NotificationSetting

Way = Literal["app", "mail"]
KindName = Literal["assigned", "shared", "mentioned", "task", "due", "rule", "comment", "mail", "changed", "substitute"]
WAYS: Final[tuple[Way, ...]] = ("app", "mail")


@dataclass(frozen=True, slots=True)
class NotificationKind:
    """A kind of what one is told; `label` is English, to be translated. `usual` are the ways without a choice."""

    label: str
    usual: tuple[Way, ...] = ("app",)


KINDS: Final[Mapping[KindName, NotificationKind]] = MappingProxyType(
    {
        "assigned": NotificationKind("A record is given to me", WAYS),
        "shared": NotificationKind("A record is shared with me, or no longer", WAYS),
        "mentioned": NotificationKind("Somebody mentions me", WAYS),
        "task": NotificationKind("I get a task, or one that I gave is ended", WAYS),
        "due": NotificationKind("A task of mine is due", WAYS),
        "rule": NotificationKind("A rule has something to tell me", WAYS),
        "comment": NotificationKind("Somebody comments on what I follow"),
        "mail": NotificationKind("Somebody outside writes about what I follow", WAYS),
        "changed": NotificationKind("A record that I watch is changed"),
        "substitute": NotificationKind("I am to stand in for somebody", WAYS),
    }
)


def ways_of(setting: NotificationSetting, kind: str) -> tuple[Way, ...]:
    """How a person is told of a kind; not at all when empty."""
    chosen = setting.choices.get(kind)
    if isinstance(chosen, list):
        return tuple(way for way in WAYS if way in chosen)
    known = next((each for name, each in KINDS.items() if name == kind), None)
    return known.usual if known is not None else ("app",)
