"""Where a property comes from, and who uses the thing."""

from collections.abc import Iterator
from dataclasses import dataclass

from flask import Blueprint, Response, request

from kalip.base.canonical import canonical_text
from kalip.base.errors import NotFound
from kalip.designer import explain, uses_of
from kalip.records import Work
from kalip.records.accounts import list_people
from kalip.web.designer.reading import address_of, frame, page_of
from kalip.web.locale import gettext
from kalip.web.record.timeline import moment
from kalip.web.render import View, render
from kalip.web.session import designing, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_questions", __name__, url_prefix="/designer/uses")
_PAGE = View("designer/uses.html")
_LONGEST = 400


@dataclass(frozen=True, slots=True)
class Setter:
    """What a layer says of a property, where, and since when by whom."""

    layer: str
    file: str
    value: str
    since: str


@dataclass(frozen=True, slots=True)
class User:
    """A place that uses the thing."""

    text: str
    file: str
    href: str


@dataclass(frozen=True, slots=True)
class Answers:
    """Both answers."""

    title: str
    name: str
    back: str
    setters: tuple[Setter, ...]
    users: tuple[User, ...]


@blueprint.get("/<path:address>")
def show_uses(address: str) -> Response:
    """What is published: the layers of a place, and its users."""
    pointer = request.args.get("at", "")
    with reading() as work:
        designing(work, address)
        page = Answers(
            gettext("Origin and use"),
            address + pointer.replace("/", "."),
            page_of(address, pointer),
            tuple(_setters(work, address, pointer)),
            tuple(_users(address, pointer)),
        )
        return render(_PAGE, frame(work, page.title, Crumb(address, page.back)), page)


def _setters(work: Work, address: str, pointer: str) -> Iterator[Setter]:
    names = {person.id: person.name for person in list_people(work)}
    try:
        found = explain(site(), address, pointer)
    except NotFound:
        # A draft alone has it.
        return
    for each in found.settings:
        since = each.revision
        who = names.get(since.actor or "", since.actor or "Kalip") if since else ""
        yield Setter(
            each.layer,
            f"{each.where.file}:{each.where.line}",
            canonical_text(each.value)[:_LONGEST] if each.value is not None else gettext("taken out"),
            f"{moment(work, since.created_at)} · {who}" if since else "",
        )


def _users(address: str, pointer: str) -> Iterator[User]:
    try:
        found = uses_of(site(), address, pointer)
    except NotFound:
        return
    for each in found:
        yield User(
            each.user, f"{each.file}:{each.line}", page_of(address_of(each.file), each.pointer.rpartition("/")[0])
        )
