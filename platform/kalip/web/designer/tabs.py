"""The parts of an entity, each with a page of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from kalip.designer import Drafted, may_publish
from kalip.metadata import Kind, MergedDocument
from kalip.records import Work
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import page_of
from kalip.web.locale import gettext
from kalip.web.shell import Crumb

_ALONE = (Kind.RULES, Kind.INTAKE)
_KINDS = (
    Kind.LIST,
    Kind.BOARD,
    Kind.CALENDAR_VIEW,
    Kind.CARD,
    Kind.PIPELINE,
    Kind.CONVERSION,
    Kind.WEBFORM,
    *_ALONE,
)


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to a part."""

    label: str
    href: str
    current: bool


def tabs_of(work: Work, drafted: Drafted, entity: str, address: str) -> tuple[Tab, ...]:
    """The parts of an entity that the person may change; the page of `address` is the present one."""
    tabs = tuple(_tabs(work, drafted, entity, address))
    if not tabs:
        return ()
    texts = url_for("designer_translations.show_translations", name=entity)
    return (*tabs, Tab(gettext("Translations"), texts, address == "translations"))


def may_change(work: Work, address: str) -> bool:
    """Whether the person may change and publish a document."""
    return may_publish(work.model, work.actor, address)


def owner_crumb(work: Work, owner: MergedDocument) -> Crumb:
    """The way to an entity, which leads to its page where the person may change it."""
    href = page_of(owner.address) if may_change(work, owner.address) else ""
    return Crumb(label_of(owner.data, owner.names[0]), href)


def _tabs(work: Work, drafted: Drafted, entity: str, address: str) -> Iterator[Tab]:
    folder = f"entities/{entity}/"
    if may_change(work, f"{folder}entity"):
        yield _tab(gettext("Entity"), f"{folder}entity", address)
    if may_change(work, f"{folder}views/form"):
        layout = url_for("designer_layout.show_layout", name=entity)
        yield Tab(gettext("Form"), layout, address == f"{folder}views/form")
    yield from _parts(work, drafted, entity, address)
    if may_change(work, f"{folder}access"):
        access = url_for("designer_access.show_access", name=entity)
        yield Tab(gettext("Access"), access, address == f"{folder}access")
        fields = url_for("designer_fields.show_fields", name=entity)
        yield Tab(gettext("Rights on fields"), fields, address == f"{folder}access/fields")


def _parts(work: Work, drafted: Drafted, entity: str, address: str) -> Iterator[Tab]:
    labels = {
        Kind.LIST: gettext("List"),
        Kind.BOARD: gettext("Board"),
        Kind.CALENDAR_VIEW: gettext("Calendar"),
        Kind.CARD: gettext("Card"),
        Kind.PIPELINE: gettext("Pipeline"),
        Kind.CONVERSION: gettext("Conversion"),
        Kind.WEBFORM: gettext("Public form"),
        Kind.RULES: gettext("Rules"),
        Kind.INTAKE: gettext("Intake"),
    }
    for kind in _KINDS:
        for each in drafted.stack.of_kind(kind):
            if each.names[0] == entity and may_change(work, each.address):
                label = labels[kind] if kind in _ALONE else _named(labels[kind], each)
                yield _tab(label, each.address, address)


def _tab(label: str, address: str, current: str) -> Tab:
    return Tab(label, page_of(address), address == current)


def _named(label: str, document: MergedDocument) -> str:
    name = document.names[-1]
    return label if name == "default" else f"{label} · {label_of(document.data, name)}"
