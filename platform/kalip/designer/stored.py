"""Packs as the database keeps them: documents by content, other files as blobs, and a revision of all of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from io import BytesIO

from kalip.base.errors import MetadataError
from kalip.metadata import Pack, read_documents
from kalip.storage import (
    Blobs,
    InstalledPack,
    Session,
    list_packs,
    load_documents,
    put_pack,
    remove_pack,
    save_documents,
)


def stored_packs(session: Session, blobs: Blobs) -> list[Pack]:
    """The installed packs in stack order, whole."""
    return [_stored(session, blobs, each) for each in list_packs(session)]


def store_packs(session: Session, blobs: Blobs, packs: Sequence[Pack], now: datetime, actor: str | None) -> None:
    """Make these packs the stack, in this order; what is stored already in the same state keeps its date."""
    present = {each.name: each for each in list_packs(session)}
    for name in present.keys() - {pack.name for pack in packs}:
        remove_pack(session, name)
    for position, pack in enumerate(packs):
        texts = {path: document.text for path, document in pack.documents.items()}
        files = {path: blobs.write(BytesIO(content)).sha256 for path, content in pack.files.items()}
        new = InstalledPack(pack.name, pack.version, position, save_documents(session, texts), now, actor, files)
        old = present.get(pack.name)
        if old is None or _state(old) != _state(new):
            put_pack(session, new)


def revision_paths(packs: Sequence[Pack]) -> dict[str, str]:
    """Every document's text by `<pack>/<path>`: what a revision keeps."""
    return {f"{pack.name}/{path}": document.text for pack in packs for path, document in pack.documents.items()}


def packs_of(texts: Mapping[str, str]) -> list[Pack]:
    """The packs of a revision's documents, without files of theirs."""
    files: dict[str, dict[str, bytes]] = {}
    for path, text in texts.items():
        pack, _, inside = path.partition("/")
        files.setdefault(pack, {})[inside] = text.encode()
    return [_named(read_documents(found, name), name) for name, found in files.items()]


def _stored(session: Session, blobs: Blobs, installed: InstalledPack) -> Pack:
    files = {path: text.encode() for path, text in load_documents(session, installed.documents).items()}
    for path, sha256 in installed.files.items():
        with blobs.open(sha256) as stream:
            files[path] = stream.read()
    return _named(read_documents(files, installed.name), installed.name)


def _named(pack: Pack, name: str) -> Pack:
    if pack.name != name:
        raise MetadataError(f"The pack stored as '{name}' says that it is '{pack.name}'.", ())
    return pack


def _state(pack: InstalledPack) -> tuple[object, ...]:
    return pack.version, pack.position, dict(pack.documents), dict(pack.files)
