"""Removal of what is in use: the uses are told first, and entries that only name the thing can be taken along."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import NotFound
from kalip.designer import Drafted, Edit, Remove, uses_of
from kalip.metadata import Kind, MergedDocument
from kalip.metadata.source import unescape, value_at
from kalip.web.designer.reading import Bar, address_of, page_of
from kalip.web.session import site


@dataclass(frozen=True, slots=True)
class InUse:
    """A place that uses what is to go; `named` where taking the entry out is all there is to do."""

    text: str
    href: str
    named: bool
    address: str
    pointer: str


@dataclass(frozen=True, slots=True)
class RemovalPage:
    """The question whether to remove something that is used."""

    bar: Bar
    title: str
    back: str
    action: str
    uses: tuple[InUse, ...]


def uses_in(drafted: Drafted, document: MergedDocument, pointer: str) -> tuple[InUse, ...]:
    """Who uses a part of a document, as published and still drafted so."""
    try:
        found = uses_of(site(), document.address, pointer)
    except NotFound:
        return ()
    name = _last(pointer)
    return tuple(
        InUse(
            f"{each.user}{each.pointer.replace('/', '.')}",
            page_of(user.address, each.pointer.rpartition("/")[0]),
            unescape(each.pointer.rpartition("/")[2]) == name
            and isinstance(value_at(user.data, each.pointer), Mapping),
            user.address,
            each.pointer,
        )
        for each in found
        if (user := drafted.stack.documents.get(address_of(each.file))) is not None
        and value_at(user.data, each.pointer) is not None
        and (user.address, each.pointer) != (document.address, pointer)
    )


def removal(drafted: Drafted, document: MergedDocument, pointer: str, *, along: bool = False) -> Iterator[Edit]:
    """Take a place out; an entity of the site's own takes its views, pipelines and rights along."""
    if pointer or document.kind is not Kind.ENTITY:
        for each in uses_in(drafted, document, pointer) if along and pointer else ():
            if each.named:
                user = drafted.stack.documents[each.address]
                whole = without_empty(user.data, each.pointer) if user.kind is Kind.FORM else each.pointer
                yield Remove(each.address, whole)
        yield Remove(document.address, pointer)
        return
    folder = document.address.removesuffix("entity")
    for address in tuple(drafted.stack.documents):
        if address.startswith(folder):
            yield Remove(address, "")


def without_empty(data: Mapping[str, Any], pointer: str) -> str:
    """The place to take out of a form so that no section without fields, and no tab without sections, is left."""
    around = pointer.rpartition("/")[0]
    while around.count("/") > 1 and len(value_at(data, around) or {}) == 1:
        pointer = around.rpartition("/")[0]
        around = pointer.rpartition("/")[0]
    return pointer


def _last(pointer: str) -> str:
    return unescape(pointer.rpartition("/")[2])
