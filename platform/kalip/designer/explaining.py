"""Questions about published metadata: which layer set a property and when, and who uses a thing."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kalip.base.errors import NotFound, Where
from kalip.base.names import did_you_mean
from kalip.compiler import where_used
from kalip.designer.site import Site
from kalip.designer.stored import stored_packs
from kalip.metadata import Document, Kind, MergedDocument, Stack, stack
from kalip.metadata.source import escape, parse, unescape, value_at
from kalip.model import Use
from kalip.storage import Revision, Session, list_revisions, load_documents

_USED = {
    Kind.ENTITY: ("entity:{0}", {"fields": "field:{0}.{1}"}),
    Kind.CHOICES: ("choices:{0}", {"choices": "choice:{0}.{1}"}),
    Kind.PIPELINE: ("pipeline:{0}.{1}", {"stages": "stage:{0}.{1}.{2}"}),
    Kind.ROLE: ("role:{0}", {}),
    Kind.CALENDAR: ("calendar:{0}", {}),
    Kind.MAIL: ("mail:{0}", {}),
}
_KINDS_USED = ("entity", "field", "choices", "choice", "pipeline", "stage", "role", "calendar", "mail")


@dataclass(frozen=True, slots=True)
class Setting:
    """What one layer says of a property; `value` None: it removes it.

    `revision` is the one since which the layer says so, None when no revision has it so.
    """

    layer: str
    where: Where
    value: Any
    revision: Revision | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A property's value and everyone who set it, the lowest layer first."""

    address: str
    pointer: str
    value: Any
    settings: tuple[Setting, ...]


def explain(site: Site, thing: str, path: str = "") -> Explanation:
    """Who set a property of a thing (`crm/lead`, `crm/lead/views/list`) at a path (`fields.tin.required`).

    The path may be a JSON pointer; without one, every layer of the thing. NotFound names what was probably meant.
    """
    with site.services.database.read() as session:
        merged = _thing(_published(site, session), thing)
        pointer = _pointer(merged, path)
        setters = merged.setters_of(pointer) if pointer else tuple((layer, "") for layer in merged.layers)
        settings = [
            Setting(
                document.layer,
                document.where(source),
                value_at(document.data, source),
                _since(session, document, source),
            )
            for document, source in setters
        ]
    return Explanation(merged.address, pointer, value_at(merged.data, pointer), tuple(settings))


def uses_of(site: Site, thing: str, path: str = "") -> tuple[Use, ...]:
    """Who uses a thing (`crm/lead`) or a part of it (`fields.email`), or an address such as `stage:lead.inbound.new`.

    NotFound for what there is not, and for what nothing can use.
    """
    kind, _, name = thing.partition(":")
    model = site.services.runtime.refresh().model
    if name:
        if kind not in _KINDS_USED:
            raise NotFound(
                "There is no kind '{kind}' of things that are used.",
                params={"kind": kind},
                hint=did_you_mean(kind, _KINDS_USED) or f"kinds are {', '.join(_KINDS_USED)}",
            )
        return where_used(model, thing)
    with site.services.database.read() as session:
        merged = _thing(_published(site, session), thing)
    return where_used(model, _used_address(merged, _pointer(merged, path)))


def _published(site: Site, session: Session) -> Stack:
    """What is published, laid over each other; made once for each revision, as one question follows another."""
    newest = next(iter(list_revisions(session, 1)), None)
    key = ("published", newest.number if newest is not None else None)
    return site.memory.find(key, lambda: stack(stored_packs(session, site.blobs)))


def _thing(stacked: Stack, name: str) -> MergedDocument:
    known: dict[str, MergedDocument] = {}
    for merged in (*stacked.documents.values(), *stacked.removed.values(), *stacked.manifests.values()):
        for each in _names_of(merged):
            known.setdefault(each, merged)
    found = known.get(name.removesuffix(".json"))
    if found is None:
        hint = did_you_mean(name, known) or "name a thing as `extends` does: crm/lead, or crm/lead/views/list"
        raise NotFound("There is no '{name}' in the published metadata.", params={"name": name}, hint=hint)
    return found


def _names_of(merged: MergedDocument) -> Iterator[str]:
    if merged.kind is Kind.PACK:
        yield merged.base.layer
        return
    short = merged.address.removeprefix("entities/").removesuffix("/entity")
    yield merged.address
    yield short
    for layer in merged.layers:
        yield f"{layer.layer}/{short}"
        yield "/".join((layer.layer, *merged.names))


def _pointer(merged: MergedDocument, path: str) -> str:
    """The pointer of a dotted path; NotFound when no layer ever said anything there."""
    pointer = path if path.startswith("/") else _resolved(merged.data, path)
    if pointer and not any(pointer in layer.lines for layer in merged.layers) and pointer not in merged.setters:
        around, _, name = pointer.rpartition("/")
        near = value_at(merged.data, around)
        keys = list(near) if isinstance(near, Mapping) else []
        hint = did_you_mean(unescape(name), keys) or (f"there are {', '.join(keys)}" if keys else "")
        raise NotFound("Nobody sets '{path}' of {thing}.", params={"path": path, "thing": merged.address}, hint=hint)
    return pointer


def _resolved(value: Any, path: str) -> str:
    """The pointer of a dotted path; the longest keys win, as keys may hold dots themselves."""
    steps = path.split(".") if path else []
    pointer = ""
    while steps:
        lengths = range(len(steps), 0, -1)
        keys = value if isinstance(value, Mapping) else {}
        taken = next((length for length in lengths if ".".join(steps[:length]) in keys), 1)
        key, steps = ".".join(steps[:taken]), steps[taken:]
        pointer += f"/{escape(key)}"
        value = keys.get(key)
    return pointer


def _since(session: Session, document: Document, pointer: str) -> Revision | None:
    """The revision since which a layer's document says this of a property, without a break."""
    path, value = f"{document.layer}/{document.path}", value_at(document.data, pointer)
    since, same = None, ""
    for revision in _newest_first(session):
        text_hash = revision.documents.get(path)
        if text_hash is None:
            break
        if text_hash != same:
            told, _ = parse(load_documents(session, {path: text_hash})[path])
            if value_at(told, pointer) != value:
                break
            same = text_hash
        since = revision
    return since


def _newest_first(session: Session) -> Iterator[Revision]:
    before = None
    while page := list_revisions(session, before=before):
        yield from page
        before = page[-1].number


def _used_address(merged: MergedDocument, pointer: str) -> str:
    whole, parts = _USED.get(merged.kind, ("", {}))
    steps = [unescape(step) for step in pointer.split("/")[1:]]
    if whole and not steps:
        return whole.format(*merged.names)
    if len(steps) == 2 and steps[0] in parts:
        return parts[steps[0]].format(*merged.names, steps[1])
    raise NotFound(
        "Nothing can use '{path}' of {thing}.",
        params={"path": pointer, "thing": merged.address},
        hint="entities, fields, choice lists, choices, pipelines, stages and roles are used",
    )
