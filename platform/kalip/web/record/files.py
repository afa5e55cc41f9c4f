"""Files of a record as people look at them: what one holds, and which a field held before, by whom and when.

Bytes leave as attachments from the API. Only pictures and PDF, by what their content is, are shown in place, and
texts as the page's own text.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from babel.numbers import format_decimal
from flask import Blueprint, Response, abort, request, send_file, url_for

from kalip.base.errors import NotFound
from kalip.fields.types.image import ACCEPTED
from kalip.model import FILE_KINDS, Entity, Field
from kalip.records import EventView, Stretch, Work, history_of, require_visible, titles_of
from kalip.records.files import open_file
from kalip.storage import FileInfo, get_files
from kalip.web.cells import record_url
from kalip.web.locale import current_locale, gettext
from kalip.web.record.page import record_shell
from kalip.web.record.timeline import ago, doer, moment
from kalip.web.render import View, render, render_fragment
from kalip.web.session import reading
from kalip.workflow.conversions import made_from

blueprint = Blueprint("files", __name__)

PDF = "application/pdf"
LOOKED_THROUGH = 200
"""Entries of a record's history that are looked through for versions at a time."""
_FILE = View("record/file.html", "record/_file.html")
_VERSIONS = View("record/versions.html", "record/_versions.html")
_TEXTS = frozenset({"application/json", "application/xml"})
_LONGEST = 100_000  # bytes of a text that are shown
_KILO = 1000
# Nothing of a file may run or load; the viewer that a browser brings for PDF needs its own style and object.
_IN_PLACE = "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'self'"


@dataclass(frozen=True, slots=True)
class FileContext:
    """A file to look at; `kind` is picture, pdf, text or empty. `rest` says that only its beginning is shown."""

    title: str
    kind: str
    source: str
    download: str
    back: str
    note: str
    text: str = ""
    rest: bool = False


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file in a list. `look` and `download` are empty once it is no more."""

    name: str
    note: str
    look: str
    download: str


@dataclass(frozen=True, slots=True)
class Version:
    """A change of what a field holds."""

    who: str
    ago: str
    moment: str
    machine: str
    added: tuple[ShownFile, ...]
    removed: tuple[ShownFile, ...]


@dataclass(frozen=True, slots=True)
class VersionsContext:
    """What a field held, latest first. `more` is where earlier entries are looked through.

    `before` are the versions of the records that this one was made from, by what they are called and their address.
    """

    title: str
    back: str
    versions: tuple[Version, ...]
    more: str
    before: tuple[tuple[str, str], ...] = ()


@blueprint.get("/<entity>/<record_id>/files/<file_id>")
def show_file(entity: str, record_id: str, file_id: str) -> Response:
    """A file to look at, with what is known of it."""
    with reading() as work:
        info, text, rest = _read(work, entity, record_id, file_id)
        place = {"entity": entity, "record_id": record_id}
        kind = _kind(info)
        source = _download(info)
        if kind == "pdf":
            source = url_for("files.show_content", **place, file_id=file_id)  # type: ignore[arg-type]  # of texts
        page = FileContext(
            title=info.name,
            kind=kind,
            source=source,
            download=_download(info),
            back=record_url(entity, record_id),
            note=" · ".join((info.media_type, size_text(info.size), moment(work, info.created_at))),
            text=text,
            rest=rest,
        )
        return render(_FILE, record_shell(work, require_visible(work, entity, record_id), page.title), page)


@blueprint.get("/<entity>/<record_id>/files/<file_id>/content")
def show_content(entity: str, record_id: str, file_id: str) -> Response:
    """The bytes of a PDF, to be shown in place; of any other file there is no such address."""
    with reading() as work:
        info, path = open_file(work, file_id)
        _check_place(info, entity, record_id)
    if info.media_type != PDF:
        abort(HTTPStatus.NOT_FOUND)
    response = send_file(path, mimetype=PDF, download_name=info.name, conditional=True, etag=info.sha256, max_age=None)
    response.headers["Content-Security-Policy"] = _IN_PLACE
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.get("/<entity>/<record_id>/versions/<field>")
def show_versions(entity: str, record_id: str, field: str) -> Response:
    """Which files a field held, by whom and when, as the history tells."""
    with reading() as work:
        found = require_visible(work, entity, record_id)
        chosen = found.fields.get(field)
        if chosen is None or chosen.type not in FILE_KINDS:
            raise NotFound("There is no field for files called '{field}'.", params={"field": field[:60]})
        page = _versions(work, found, record_id, chosen, request.args.get("cursor"))
        if "cursor" in request.args:
            return render_fragment("record/_version_rows.html", page)
        return render(_VERSIONS, record_shell(work, found, page.title), page)


def size_text(size: int) -> str:
    """A number of bytes as people say it."""
    locale = current_locale()
    if size < _KILO:
        return gettext("{number} B", number=format_decimal(size, locale=locale))
    if size < _KILO**2:
        return gettext("{number} kB", number=format_decimal(size / _KILO, "#,##0.#", locale=locale))
    return gettext("{number} MB", number=format_decimal(size / _KILO**2, "#,##0.#", locale=locale))


def _read(work: Work, entity: str, record_id: str, file_id: str) -> tuple[FileInfo, str, bool]:
    info, path = open_file(work, file_id)
    _check_place(info, entity, record_id)
    if _kind(info) != "text":
        return info, "", False
    with path.open("rb") as file:
        begun = file.read(_LONGEST)
    return info, begun.decode("utf-8-sig", errors="replace"), info.size > _LONGEST


def _check_place(info: FileInfo, entity: str, record_id: str) -> None:
    # The address names the record, so that a file is not shown under another one.
    if (info.entity, info.record_id) != (entity, record_id):
        raise NotFound("There is no such record, or you may not see it.")


def _kind(info: FileInfo) -> str:
    if info.media_type in ACCEPTED:
        return "picture"
    if info.media_type == PDF:
        return "pdf"
    return "text" if info.media_type.startswith("text/") or info.media_type in _TEXTS else ""


def _download(info: FileInfo) -> str:
    return f"/api/files/{info.id}"


def _versions(work: Work, entity: Entity, record_id: str, field: Field, cursor: str | None) -> VersionsContext:
    page = history_of(work, entity, record_id, Stretch(LOOKED_THROUGH, cursor, "changes"))
    changes = [
        (event, _ids(change.old), _ids(change.new))
        for event in page.items
        for change in event.changes
        if change.name == field.name
    ]
    known = get_files(work.session, sorted({each for _, old, new in changes for each in (*old, *new)}))
    place = {"entity": entity.name, "record_id": record_id, "field": field.name}
    return VersionsContext(
        title=gettext("Versions of {label}", label=field.label.get(current_locale())),
        back=record_url(entity.name, record_id),
        versions=tuple(_version(work, each, known, old, new) for each, old, new in changes),
        more=url_for("files.show_versions", **place, cursor=page.next) if page.next else "",  # type: ignore[arg-type]
        before=() if page.next else tuple(_before(work, entity, record_id, field)),
    )


def _before(work: Work, entity: Entity, record_id: str, field: Field) -> Iterator[tuple[str, str]]:
    """Where the versions are that a file had before its record was made by a conversion."""
    for done in made_from(work, entity.name, record_id):
        source = work.seen.entities[done.entity]
        conversion = source.conversions.get(done.conversion)
        made = next((each.target for each in done.results if each.id == record_id), "")
        target = conversion.targets.get(made) if conversion is not None else None
        mapped = target.fields.get(field.name) if target is not None else None
        for origin in mapped.sources if mapped is not None else ():
            known = source.fields.get(origin.name)
            if known is not None and known.type in FILE_KINDS:
                title = titles_of(work, {source.name: [done.record_id]}).of(source.name, done.record_id)
                label = gettext("Versions before, of {title}", title=title or source.label.get(current_locale()))
                place = {"entity": source.name, "record_id": done.record_id, "field": known.name}
                yield label, url_for("files.show_versions", **place)  # type: ignore[arg-type]


def _version(
    work: Work, event: EventView, known: Mapping[str, FileInfo], old: Sequence[str], new: Sequence[str]
) -> Version:
    return Version(
        who=doer(event),
        ago=ago(work, event.at),
        moment=moment(work, event.at),
        machine=event.at.isoformat(),
        added=tuple(_shown(each, known) for each in new if each not in old),
        removed=tuple(_shown(each, known) for each in old if each not in new),
    )


def _shown(file_id: str, known: Mapping[str, FileInfo]) -> ShownFile:
    info = known.get(file_id)
    if info is None:
        return ShownFile(gettext("File"), gettext("no longer kept"), "", "")
    look = ""
    if info.entity and info.record_id:
        look = url_for("files.show_file", entity=info.entity, record_id=info.record_id, file_id=file_id)
    return ShownFile(info.name, size_text(info.size), look, _download(info))


def _ids(value: object) -> tuple[str, ...]:
    """The ids in a field's JSON value."""
    if isinstance(value, Iterable) and not isinstance(value, str | Mapping):
        return tuple(map(str, value))
    return (str(value),) if value else ()
