"""All texts of an entity side by side in the languages of the site."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.names import humanize
from kalip.designer import Drafted, Edit, SetValue, edit_draft, open_draft
from kalip.metadata import MergedDocument, translation_schema
from kalip.metadata.schemas import Schema
from kalip.metadata.source import escape
from kalip.records import Work
from kalip.web.designer.editing import changed_texts
from kalip.web.designer.nodes import label_of, texts_of
from kalip.web.designer.reading import Bar, bar_of, entity_of, frame, page_of
from kalip.web.designer.tabs import Tab, may_change, owner_crumb, tabs_of
from kalip.web.locale import LOCALES, gettext
from kalip.web.render import View, render
from kalip.web.session import actor, designing, reading, site

blueprint = Blueprint("designer_translations", __name__, url_prefix="/designer/translations")
_PAGE = View("designer/translations.html")


@dataclass(frozen=True, slots=True)
class TextRow:
    """A text: where it stands, and (locale, text) in each language. `name` begins the names of its inputs."""

    place: str
    href: str
    name: str
    texts: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Translations:
    """The texts of an entity and its parts; `missing` counts those that some language lacks."""

    bar: Bar
    title: str
    action: str
    languages: tuple[str, ...]
    rows: tuple[TextRow, ...]
    missing: int
    tabs: tuple[Tab, ...]


@dataclass(frozen=True, slots=True)
class _Found:
    """A text in a document."""

    document: MergedDocument
    pointer: str
    value: Any


@blueprint.get("/<name>")
def show_translations(name: str) -> Response:
    """The texts of an entity."""
    with reading() as work:
        drafted = open_draft(site(), designing(work).actor)
        owner = entity_of(drafted, name)
        title = label_of(owner.data, name)
        rows = tuple(_row(each) for each in _texts(work, drafted, name))
        page = Translations(
            bar_of(drafted),
            title,
            url_for("designer_translations.change_translations", name=name),
            tuple(LOCALES.values()),
            rows,
            sum(not all(text for _, text in row.texts) for row in rows),
            tabs_of(work, drafted, name, "translations"),
        )
        return render(_PAGE, frame(work, gettext("Translations"), owner_crumb(work, owner)), page)


@blueprint.post("/<name>")
def change_translations(name: str) -> BaseResponse:
    """Keep the texts that were changed."""
    with reading() as work:
        drafted = open_draft(site(), designing(work).actor)
        entity_of(drafted, name)
        edits = [edit for each in _texts(work, drafted, name) for edit in _edits(each)]
    edit_draft(site(), actor(), edits)
    return redirect(url_for("designer_translations.show_translations", name=name))


def _edits(found: _Found) -> Iterator[Edit]:
    written = {locale: request.form.get(f"{_name(found)}/{locale}") for locale in LOCALES}
    for pointer, value in changed_texts(found.pointer, found.value, written):
        yield SetValue(found.document.address, pointer, value)


def _texts(work: Work, drafted: Drafted, name: str) -> Iterator[_Found]:
    folder = f"entities/{name}/"
    mine = [
        each
        for each in drafted.stack.documents.values()
        if each.address.startswith(folder) and may_change(work, each.address)
    ]
    for document in sorted(mine, key=lambda each: (each.address != f"{folder}entity", each.address)):
        schema = translation_schema(document.kind, site().extensions.types)
        yield from _inside(document, schema, document.data, "")


def _inside(document: MergedDocument, schema: Schema, data: Any, pointer: str) -> Iterator[_Found]:
    """The texts that are there, and the labels of what has none yet."""
    entries = schema.get("additionalProperties")
    for key, value in data.items() if isinstance(data, Mapping) else ():
        part = schema.get("properties", {}).get(key, entries)
        if not isinstance(part, dict):
            continue
        place = f"{pointer}/{escape(key)}"
        if part.get("type") == "string":
            yield _Found(document, place, value)
        else:
            yield from _inside(document, part, value, place)


def _row(found: _Found) -> TextRow:
    texts = texts_of(found.value)
    steps = [humanize(step) for step in found.pointer.split("/")[1:]]
    part = found.document.address.partition("/")[2].partition("/")[2]
    around = [] if part == "entity" else [humanize(part.rpartition("/")[2].replace(".", " "))]
    return TextRow(
        " · ".join([*around, *steps]),
        page_of(found.document.address, found.pointer.rpartition("/")[0]),
        _name(found),
        tuple((locale, texts.get(locale, "")) for locale in LOCALES),
    )


def _name(found: _Found) -> str:
    return found.document.address + found.pointer
