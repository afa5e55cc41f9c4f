"""The designer's pages of things: overview, one place of a document, its JSON, new things."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.errors import BadRequest, NotFound
from kalip.designer import (
    Drafted,
    Edit,
    Move,
    Remove,
    Rename,
    Reset,
    Restore,
    SetValue,
    edit_draft,
    name_of_label,
    open_draft,
)
from kalip.metadata import SITE, Kind, MergedDocument, document_schema
from kalip.metadata.source import escape, unescape, value_at
from kalip.records import Work
from kalip.web import htmx
from kalip.web.designer.editing import changes_of, with_typed
from kalip.web.designer.field_matrix import closed_fields
from kalip.web.designer.graph import Graph, graph_of
from kalip.web.designer.making import field_name, part_address, part_labels
from kalip.web.designer.nodes import Node, label_of, name_of, node_at, schema_at, source_of
from kalip.web.designer.overview import overview_of
from kalip.web.designer.reading import (
    Bar,
    Fault,
    Lists,
    bar_of,
    document_of,
    faults_of,
    frame,
    lists_of,
    messages_at,
    page_of,
    types_offered,
)
from kalip.web.designer.removing import RemovalPage, removal, uses_in
from kalip.web.designer.tabs import Tab, may_change, tabs_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.render import View, render, render_fragment
from kalip.web.session import actor, designing, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer", __name__, url_prefix="/designer")
_OVERVIEW = View("designer/overview.html")
_NODE = View("designer/node.html")
_REMOVAL = View("designer/removal.html")


@dataclass(frozen=True, slots=True)
class NodePage:
    """A place in a document. `parts` are the kinds of parts that the person may add to the entity.

    `closed`: nobody may see the field yet; `opened_at` is where that is mended, by who may.
    """

    bar: Bar
    title: str
    kind: str
    name: str
    layer: str
    node: Node
    address: str
    action: str
    json: str
    uses: str
    tabs: tuple[Tab, ...]
    faults: tuple[Fault, ...]
    lists: Lists
    types: tuple[Option, ...]
    graph: Graph | None
    resettable: bool
    renamable: bool
    plain: str
    entity: str
    parts: tuple[Option, ...]
    closed: bool
    opened_at: str

    def at(self, pointer: str) -> str:
        """The page of another place in the document."""
        return page_of(self.address, pointer)


@blueprint.get("")
def show_overview() -> Response:
    """All things by pack."""
    with reading() as work:
        drafted = open_draft(site(), designing(work).actor)
        return render(_OVERVIEW, frame(work, gettext("Designer")), overview_of(work, drafted))


@blueprint.get("/at/<path:address>")
def show_node(address: str) -> Response:
    """A place in a document, `at` a JSON pointer."""
    with reading() as work:
        drafted = open_draft(site(), designing(work, address).actor)
        return _node_page(work, drafted, document_of(drafted, address), request.args.get("at", ""))


@blueprint.post("/at/<path:address>")
def change_node(address: str) -> BaseResponse:
    """Change a place in a document: its properties, or the entries of its maps."""
    pointer = request.args.get("at", "")
    with reading() as work:
        drafted = open_draft(site(), designing(work, address).actor)
        document = document_of(drafted, address)
        done = request.form.get("do", "save")
        if done == "save":
            node = _node(drafted, document, pointer)
            changes, errors = changes_of(node, document.data, request.form)
            if errors:
                return _node_page(work, drafted, document, pointer, errors)
            edits: list[Edit] = [SetValue(address, place, value) for place, value in changes.items()]
        else:
            if asked := _asked(work, drafted, document, pointer):
                return asked
            edits = [*_entry_edits(done, drafted, document, pointer)]
    drafted = edit_draft(site(), actor(), edits)
    if htmx.wants_fragment():
        return render_fragment("designer/_bar.html", None, bar=bar_of(drafted))
    gone = done == "remove" or address not in drafted.stack.documents
    return redirect(
        _after_removal(drafted, address, pointer) if gone else page_of(address, _opened(done, edits, pointer))
    )


@blueprint.post("/restored")
def restore() -> BaseResponse:
    """Bring back a document that this site has removed."""
    address = request.form.get("address", "")
    with reading() as work:
        designing(work, address)
    edit_draft(site(), actor(), [Restore(address)])
    return redirect(page_of(address))


def _node(drafted: Drafted, document: MergedDocument, pointer: str, errors: Mapping[str, str] | None = None) -> Node:
    schema = document_schema(document.kind, site().extensions.types)
    found = node_at(document, schema, pointer, {**messages_at(drafted, document), **(errors or {})})
    if found is None:
        raise NotFound(
            "There is nothing at '{pointer}' of {address}.", params={"pointer": pointer, "address": document.address}
        )
    return found


def _node_page(
    work: Work, drafted: Drafted, document: MergedDocument, pointer: str, errors: Mapping[str, str] | None = None
) -> Response:
    node = _node(drafted, document, pointer, errors)
    node = with_typed(node, request.form) if errors else node
    at = unescape(pointer.rpartition("/")[2])
    title = label_of(value_at(document.data, pointer), at) if pointer else name_of(document)
    source = source_of(document, pointer)
    schema = document_schema(document.kind, site().extensions.types)
    owners = {layer.layer for layer in document.layers}
    page = NodePage(
        bar=bar_of(drafted),
        title=title,
        kind=gettext(node.kind),
        name=(document.address + pointer.replace("/", ".")) if pointer else document.address,
        layer=source.layer,
        node=node,
        address=document.address,
        action=page_of(document.address, pointer),
        json=url_for("designer_text.show_json", address=document.address),
        uses=url_for("designer_questions.show_uses", address=document.address, at=pointer or None),
        tabs=_tabs(work, drafted, document),
        faults=faults_of(drafted, document),
        lists=lists_of(drafted, document),
        types=types_offered(),
        graph=graph_of(document) if document.kind is Kind.PIPELINE and not pointer else None,
        renamable=bool(pointer) and "was" in (schema_at(schema, document.data, pointer) or {}).get("properties", {}),
        plain=unescape(pointer.rpartition("/")[2]),
        entity=document.names[0] if document.address.startswith("entities/") else "",
        parts=tuple(_parts(work, document)),
        closed=_is_closed(drafted, document, pointer),
        opened_at=_opened_at(work, document),
        resettable=SITE in owners and owners != {SITE} and _says(document, pointer),
    )
    return render(_NODE, frame(work, title, *_crumbs(document, pointer)), page, 422 if errors else 200)


def _parts(work: Work, document: MergedDocument) -> Iterator[Option]:
    if document.address.startswith("entities/"):
        for kind, label in part_labels().items():
            if may_change(work, part_address(document.names[0], kind)):
                yield Option(kind, label)


def _is_closed(drafted: Drafted, document: MergedDocument, pointer: str) -> bool:
    steps = pointer.split("/")
    closed = closed_fields(drafted, document) if document.kind is Kind.ENTITY and steps[1:2] == ["fields"] else ()
    return len(steps) == 3 and unescape(steps[2]) in closed


def _opened_at(work: Work, document: MergedDocument) -> str:
    """Where rights on the entity's fields are given; empty for who may not."""
    may = document.kind is Kind.ENTITY and may_change(work, f"entities/{document.names[0]}/access")
    return url_for("designer_fields.show_fields", name=document.names[0]) if may else ""


def _asked(work: Work, drafted: Drafted, document: MergedDocument, pointer: str) -> Response | None:
    """The question before something that is used goes; None when there is nothing to ask."""
    form = request.form
    entry = f"{form.get('map', '')}/{escape(form.get('entry', ''))}"
    place = {"remove": pointer, "take": entry}.get(form.get("do", ""))
    if place is None or form.get("sure"):
        return None
    uses = uses_in(drafted, document, place)
    if not uses:
        return None
    at = unescape(place.rpartition("/")[2])
    title = label_of(value_at(document.data, place), at) if place else name_of(document)
    here = page_of(document.address, place)
    page = RemovalPage(bar_of(drafted), title, page_of(document.address, pointer), here, uses)
    return render(_REMOVAL, frame(work, title, *_crumbs(document, place)), page)


def _says(document: MergedDocument, pointer: str) -> bool:
    """Whether the site says anything of a place that a layer below it has too."""
    below = any(value_at(layer.data, pointer) is not None for layer in document.layers if layer.layer != SITE)
    return below and any(layer.layer == SITE for layer, _ in document.setters_of(pointer))


def _entry_edits(done: str, drafted: Drafted, document: MergedDocument, pointer: str) -> Iterator[Edit]:
    address, form = document.address, request.form
    if done == "remove":
        yield from removal(drafted, document, pointer, along=request.form.get("sure") == "along")
        return
    if done == "rename":
        yield Rename(address, pointer, name_of_label(request.form.get("name", ""), ()))
        return
    if done == "reset":
        yield Reset(address, pointer)
        return
    place = form.get("map", pointer)
    entry = f"{place}/{escape(form.get('entry', ''))}"
    names = list(value_at(document.data, place) or {})
    is_map = place in (each.pointer for each in _node(drafted, document, pointer).maps)
    if not is_map or (done != "add" and form.get("entry") not in names):
        raise BadRequest("There is nothing to be done by '{done}'.", params={"done": done[:40]})
    if done == "add":
        yield _added(drafted, document, place, names)
    elif done == "take":
        yield Remove(address, entry)
    elif done == "move":
        yield Move(address, entry, form.get("after") or None)
    elif done in ("up", "down"):
        here = names.index(form["entry"])
        others = [name for name in names if name != form["entry"]]
        to = max(here - 1, 0) if done == "up" else here + 1
        yield Move(address, entry, others[to - 1] if to > 0 else None)
    else:
        raise BadRequest("There is nothing to be done by '{done}'.", params={"done": done[:40]})


def _added(drafted: Drafted, document: MergedDocument, place: str, names: list[str]) -> Edit:
    label = request.form.get("label", "").strip()[:200]
    if not label:
        raise BadRequest("A new entry needs a name.")
    schema = document_schema(document.kind, site().extensions.types)
    around = schema_at(schema, document.data, place) or {}
    entry = schema_at(schema, {**document.data}, f"{place}/new") or {}
    named = "label" in entry.get("properties", {})
    lists = lists_of(drafted, document)
    known = {name for each in lists.values() for name, _ in each} if not named else set()
    data: dict[str, Any] = {"label": {current_locale(): label}} if named else {}
    is_field = around.get("title") == "Fields" and "type" in entry.get("properties", {})
    made = field_name(label, names) if is_field else name_of_label(label, names)
    name = label if label in known else made
    if is_field:
        data = {"type": request.form.get("type", "text"), **data}
    return SetValue(document.address, f"{place}/{escape(name)}", data)


def _opened(done: str, edits: list[Edit], pointer: str) -> str:
    """Where one is after an edit: a new field is opened, as its type asks for more, and what has another name."""
    if done == "rename" and isinstance(edits[0], Rename):
        return f"{pointer.rpartition('/')[0]}/{escape(edits[0].name)}"
    added = edits[0] if done == "add" and edits else None
    opens = isinstance(added, SetValue) and isinstance(added.value, dict) and "type" in added.value
    return added.pointer if opens and isinstance(added, SetValue) else pointer


def _after_removal(drafted: Drafted, address: str, pointer: str) -> str:
    if address in drafted.stack.documents:
        # A map has no page of its own where its parent shows it.
        return page_of(address, "/".join(pointer.split("/")[:-2]))
    return url_for("designer.show_overview")


def _tabs(work: Work, drafted: Drafted, document: MergedDocument) -> tuple[Tab, ...]:
    of_entity = document.address.startswith("entities/")
    return tabs_of(work, drafted, document.names[0], document.address) if of_entity else ()


def _crumbs(document: MergedDocument, pointer: str) -> Iterator[Crumb]:
    if pointer:
        yield Crumb(name_of(document), page_of(document.address))
        steps = pointer.split("/")[1:]
        for place in range(1, len(steps)):
            around = "/" + "/".join(steps[:place])
            data = value_at(document.data, around)
            if isinstance(data, Mapping) and place % 2 == 0:
                yield Crumb(label_of(data, unescape(steps[place - 1])), page_of(document.address, around))
