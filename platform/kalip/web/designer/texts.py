"""Documents as text: what the site says of one, what comes out of all layers, and completion from the schema."""

from dataclasses import dataclass

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from kalip.base.canonical import pretty_text
from kalip.base.errors import NotFound
from kalip.designer import Drafted, PutDocument, edit_draft, open_draft
from kalip.metadata import SITE, overlay_schema, place_of
from kalip.records import Work
from kalip.web.designer.completing import spot_of, suggestions
from kalip.web.designer.nodes import name_of
from kalip.web.designer.reading import Bar, Fault, Lists, bar_of, faults_of, frame, lists_of, page_of
from kalip.web.render import View, render
from kalip.web.session import actor, designing, reading, site
from kalip.web.shell import Crumb

blueprint = Blueprint("designer_text", __name__, url_prefix="/designer")
_JSON = View("designer/json.html")


@dataclass(frozen=True, slots=True)
class JsonPage:
    """A document as text: what the site says of it, and what comes out."""

    bar: Bar
    title: str
    path: str
    back: str
    action: str
    text: str
    effective: str
    faults: tuple[Fault, ...]
    completion: str


@blueprint.get("/json/<path:address>")
def show_json(address: str) -> Response:
    """A document as text."""
    with reading() as work:
        return _json_page(work, open_draft(site(), designing(work, address).actor), address)


@blueprint.post("/json/<path:address>")
def change_json(address: str) -> BaseResponse:
    """Keep what the site says of a document; a faulty text is kept too, and named."""
    with reading() as work:
        designing(work, address)
    text = request.form.get("text", "").replace("\r\n", "\n").strip()
    seen = request.form.get("seen")
    seen = seen.replace("\r\n", "\n") if seen is not None else None
    edit_draft(site(), actor(), [PutDocument(f"{address}.json", f"{text}\n" if text else None, seen)])
    return redirect(url_for("designer_text.show_json", address=address))


@blueprint.post("/complete/<path:address>")
def complete(address: str) -> Response:
    """What may be written where a half-written JSON text ends."""
    with reading() as work:
        drafted = open_draft(site(), designing(work, address).actor)
    place, document = place_of(f"{address}.json"), drafted.stack.documents.get(address)
    if place is None:
        raise NotFound("There is no document '{address}'.", params={"address": address[:200]})
    schema = overlay_schema(place.kind, site().extensions.types)
    before = request.form.get("before", "")
    lists: Lists = lists_of(drafted, document) if document is not None else {"entities": (), "names": ()}
    found = suggestions(schema, document.data if document is not None else {}, lists, before)
    spot = spot_of(before)
    return jsonify(
        written=spot.written,
        is_value=spot.is_value,
        suggestions=[{"text": each.text, "note": each.note} for each in found],
    )


def _json_page(work: Work, drafted: Drafted, address: str) -> Response:
    place = place_of(f"{address}.json")
    document = drafted.stack.documents.get(address)
    if place is None or (document is None and f"{address}.json" not in drafted.draft.documents):
        raise NotFound("There is no document '{address}'.", params={"address": address})
    title = name_of(document) if document is not None else address.rpartition("/")[2]
    page = JsonPage(
        bar_of(drafted),
        title,
        f"{SITE}/{address}.json",
        page_of(address) if document is not None else url_for("designer.show_overview"),
        url_for("designer_text.change_json", address=address),
        drafted.text(f"{address}.json"),
        pretty_text(document.data) if document is not None else "",
        faults_of(drafted, document),
        url_for("designer_text.complete", address=address),
    )
    return render(_JSON, frame(work, title, Crumb(title, page.back)), page)
