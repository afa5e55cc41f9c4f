"""The parts of an entity, each with a page of its own."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import url_for

from kalip.designer import Drafted
from kalip.metadata import Kind, MergedDocument
from kalip.web.designer.nodes import label_of
from kalip.web.designer.reading import page_of
from kalip.web.locale import gettext

_KINDS = (Kind.LIST, Kind.BOARD, Kind.CALENDAR_VIEW, Kind.CARD, Kind.PIPELINE, Kind.CONVERSION, Kind.WEBFORM)


@dataclass(frozen=True, slots=True)
class Tab:
    """A link to a part."""

    label: str
    href: str
    current: bool


def tabs_of(drafted: Drafted, entity: str, address: str) -> tuple[Tab, ...]:
    """The parts of an entity; the page of `address` is the present one."""
    return tuple(_tabs(drafted, entity, address))


def _tabs(drafted: Drafted, entity: str, address: str) -> Iterator[Tab]:
    folder = f"entities/{entity}/"
    yield _tab(gettext("Entity"), f"{folder}entity", address)
    layout = url_for("designer_layout.show_layout", name=entity)
    yield Tab(gettext("Form"), layout, address == f"{folder}views/form")
    labels = {
        Kind.LIST: gettext("List"),
        Kind.BOARD: gettext("Board"),
        Kind.CALENDAR_VIEW: gettext("Calendar"),
        Kind.CARD: gettext("Card"),
        Kind.PIPELINE: gettext("Pipeline"),
        Kind.CONVERSION: gettext("Conversion"),
        Kind.WEBFORM: gettext("Public form"),
    }
    for kind in _KINDS:
        for each in drafted.stack.of_kind(kind):
            if each.names[0] == entity:
                yield _tab(_named(labels[kind], each), each.address, address)
    for kind, label in ((Kind.RULES, gettext("Rules")), (Kind.INTAKE, gettext("Intake"))):
        for each in drafted.stack.of_kind(kind):
            if each.names[0] == entity:
                yield _tab(label, each.address, address)
    access = url_for("designer_access.show_access", name=entity)
    yield Tab(gettext("Access"), access, address == f"{folder}access")
    fields = url_for("designer_fields.show_fields", name=entity)
    yield Tab(gettext("Rights on fields"), fields, address == f"{folder}access/fields")
    texts = url_for("designer_translations.show_translations", name=entity)
    yield Tab(gettext("Translations"), texts, address == "translations")


def _tab(label: str, address: str, current: str) -> Tab:
    return Tab(label, page_of(address), address == current)


def _named(label: str, document: MergedDocument) -> str:
    name = document.names[-1]
    return label if name == "default" else f"{label} · {label_of(document.data, name)}"
