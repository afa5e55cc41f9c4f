"""Removal of what is in use: the uses are told first, and entries that only name the thing can be taken along."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import NotFound
from kalip.designer import Drafted, Edit, Remove, uses_of
from kalip.metadata import Kind, MergedDocument
from kalip.metadata.source import unescape, value_at
from kalip.metadata.wording import place_words
from kalip.web.designer.reading import Bar, address_of, page_of
from kalip.web.locale import current_locale
from kalip.web.session import site
from kalip.web.wording import wording_text

_Place = tuple[str, str]
"""A document's address and a pointer in it."""


@dataclass(frozen=True, slots=True)
class InUse:
    """A place that uses what is to go; `along` is what would go with it, empty where people must mend it."""

    text: str
    path: str
    href: str
    address: str
    along: str


@dataclass(frozen=True, slots=True)
class RemovalPage:
    """The question whether to remove something that is used."""

    bar: Bar
    title: str
    back: str
    action: str
    uses: tuple[InUse, ...]


def uses_in(drafted: Drafted, document: MergedDocument, pointer: str) -> tuple[InUse, ...]:
    """Who uses a document, or a part of it, as published and still drafted so; what goes with it uses nothing."""
    try:
        found = uses_of(site(), document.address, pointer)
    except NotFound:
        return ()
    name = unescape(pointer.rpartition("/")[2]) if pointer else document.names[-1]
    states = {each.address: each.data for each in drafted.stack.documents.values()}
    return tuple(
        InUse(
            wording_text(current_locale(), place_words(user.address, each.pointer, states)),
            f"{each.user}{each.pointer.replace('/', '.')}",
            page_of(user.address, each.pointer.rpartition("/")[0]),
            user.address,
            _along(user, each.pointer, name),
        )
        for each in found
        if (user := drafted.stack.documents.get(address_of(each.file))) is not None
        and value_at(user.data, each.pointer) is not None
        and not _is_part(user.address, each.pointer, (document.address, pointer))
    )


def removal(drafted: Drafted, document: MergedDocument, pointer: str, *, along: bool = False) -> Iterator[Edit]:
    """Take a place out; an entity takes its views, pipelines and rights along."""
    yield from _removal(drafted, document, pointer, set(), along=along)


def _removal(
    drafted: Drafted, document: MergedDocument, pointer: str, gone: set[_Place], *, along: bool
) -> Iterator[Edit]:
    gone.add((document.address, pointer))
    for each in uses_in(drafted, document, pointer) if along else ():
        if each.along and not any(_is_part(each.address, each.along, place) for place in gone):
            # A field goes for the entity that it refers to, and then what names that field goes too.
            yield from _removal(drafted, drafted.stack.documents[each.address], each.along, gone, along=True)
    is_own = document.base.layer == document.layers[-1].layer
    if not pointer and document.kind is Kind.ENTITY and is_own:
        folder = document.address.removesuffix("entity")
        yield from (Remove(each, "") for each in tuple(drafted.stack.documents) if each.startswith(folder))
    else:
        yield Remove(document.address, pointer)


def _along(user: MergedDocument, pointer: str, name: str) -> str:
    """What of a user would go with what it uses: the entry that only names it, or the field that refers to it."""
    value = value_at(user.data, pointer)
    if isinstance(value, Mapping) and unescape(pointer.rpartition("/")[2]) == name:
        return without_empty(user.data, pointer) if user.kind is Kind.FORM else pointer
    steps = pointer.split("/")
    if user.kind is Kind.ENTITY and steps[1] == "fields" and len(steps) == 4 and str(value).rpartition("/")[2] == name:
        return "/".join(steps[:3])
    return ""


def _is_part(address: str, pointer: str, of: _Place) -> bool:
    """Whether a place is another one, or in it; an entity's folder is part of the entity."""
    if not of[1] and of[0].endswith("/entity"):
        return address.startswith(of[0].removesuffix("entity"))
    return address == of[0] and f"{pointer}/".startswith(f"{of[1]}/" if of[1] else "")


def without_empty(data: Mapping[str, Any], pointer: str) -> str:
    """The place to take out of a form so that no section without fields, and no tab without sections, is left."""
    around = pointer.rpartition("/")[0]
    while around.count("/") > 1 and len(value_at(data, around) or {}) == 1:
        pointer = around.rpartition("/")[0]
        around = pointer.rpartition("/")[0]
    return pointer
