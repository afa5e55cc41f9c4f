"""The designer's overview: everything that somebody may change, by pack."""

from collections.abc import Iterator
from dataclasses import dataclass

from kalip.designer import Drafted
from kalip.metadata import SITE, Kind, MergedDocument
from kalip.metadata.wording import place_words
from kalip.records import Work
from kalip.web.designer.nodes import label_of, name_of
from kalip.web.designer.reading import Bar, bar_of, page_of
from kalip.web.designer.tabs import may_change, tabs_of
from kalip.web.locale import current_locale, gettext
from kalip.web.wording import wording_text

_ICONS = {Kind.CHOICES: "list", Kind.ROLE: "shield-check", Kind.MAIL: "mail"}
"""Kinds that stand below the entities of their pack."""
_NEW = {"choices": "choices/new", "role": "roles/new", "entity": "entities/new/entity"}
"""Kinds of new things, with where one of them would lie."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An entity, choice list or role."""

    label: str
    href: str
    icon: str
    note: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Gone:
    """A document of a pack that this site has removed."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class Group:
    """The things of one pack."""

    name: str
    label: str
    version: str
    entities: tuple[Thing, ...]
    others: tuple[Thing, ...]
    removed: tuple[Gone, ...]


@dataclass(frozen=True, slots=True)
class Overview:
    """Everything that can be changed, by pack, and the kinds of new things that can be made."""

    bar: Bar
    groups: tuple[Group, ...]
    new: frozenset[str]


def overview_of(work: Work, drafted: Drafted) -> Overview:
    """What the person may change."""
    groups = (group for group in _groups(work, drafted) if group.entities or group.others or group.removed)
    return Overview(bar_of(drafted), tuple(groups), frozenset(kind for kind in _NEW if may_make(work, kind)))


def may_make(work: Work, kind: str) -> bool:
    """Whether the person may make new things of a kind: entity, choices or role. Anybody may of unknown kinds."""
    return kind not in _NEW or may_change(work, _NEW[kind])


def _groups(work: Work, drafted: Drafted) -> Iterator[Group]:
    known = {each.address: each.data for each in (*drafted.stack.documents.values(), *drafted.stack.removed.values())}
    for pack in drafted.stack.packs:
        manifest = pack.manifest.data
        own = [each for each in drafted.stack.documents.values() if each.base.layer == pack.name]
        entities = tuple(_entities(work, drafted, own))
        others = tuple(
            _thing(each, page_of(each.address))
            for kind in _ICONS
            for each in own
            if each.kind is kind and may_change(work, each.address)
        )
        label = label_of({"label": manifest.get("title")}, pack.name)
        removed = tuple(
            Gone(wording_text(current_locale(), place_words(each.address, "", known)), each.address)
            for each in drafted.stack.removed.values()
            if each.base.layer == pack.name
            and each.layers[-1].data.get("removed") is True
            and may_change(work, each.address)
        )
        yield Group(pack.name, label, pack.version, entities, others, removed)


def _entities(work: Work, drafted: Drafted, own: list[MergedDocument]) -> Iterator[Thing]:
    """Entities of which something may be changed; each leads to the first of that."""
    for each in own:
        if each.kind is Kind.ENTITY:
            tabs = tabs_of(work, drafted, each.names[0], each.address)
            if tabs:
                yield _thing(each, tabs[0].href)


def _thing(document: MergedDocument, href: str) -> Thing:
    fields = document.data.get("fields", {})
    return Thing(
        name_of(document),
        href,
        str(document.data.get("icon") or _ICONS.get(document.kind, "table")),
        gettext("{count} fields", count=len(fields)),
        len(document.layers) > 1 and document.layers[-1].layer == SITE,
    )
