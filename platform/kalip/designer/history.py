"""Going back: an earlier revision again, or one change in the middle undone; both are proposals like any other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kalip.base.canonical import canonical_text
from kalip.base.errors import NotFound, PublishConflict
from kalip.designer.proposing import Proposal, propose
from kalip.designer.site import Site
from kalip.designer.stored import packs_of, stored_packs
from kalip.metadata import Change, Pack, diff, format_at, read_documents, undo
from kalip.metadata.source import parse
from kalip.storage import Revision, Session, get_revision, list_revisions, revision_documents


@dataclass(frozen=True, slots=True)
class Undoing:
    """A proposal that takes back what `revision` changed, or all that came after it."""

    revision: Revision
    proposal: Proposal


def changes_between(site: Site, before: str, after: str) -> tuple[Change, ...]:
    """What differs between two revisions, by `<pack>/<address>` and property. NotFound for an unknown one."""
    with site.services.database.read() as session:
        states = [_values(revision_documents(session, find_revision(session, name))) for name in (before, after)]
    return diff(*states)


def roll_back(site: Site, name: str) -> Undoing:
    """Propose an earlier revision, byte by byte; fields that it lacks are retired, those it had come back.

    Raises NotFound, and what `propose` raises.
    """
    with site.services.database.read() as session:
        revision = find_revision(session, name)
        texts = revision_documents(session, revision)
        present = stored_packs(session, site.blobs)
    return Undoing(revision, _proposal(site, present, texts))


def take_back(site: Site, name: str) -> Undoing:
    """Propose the present state without what one revision changed; later changes stay.

    PublishConflict names the properties that were changed again since. NotFound for an unknown revision.
    """
    with site.services.database.read() as session:
        revision = find_revision(session, name)
        earlier = list_revisions(session, 1, before=revision.number)
        before = revision_documents(session, earlier[0]) if earlier else {}
        after = revision_documents(session, revision)
        present = stored_packs(session, site.blobs)
    now = {f"{pack.name}/{path}": each.text for pack in present for path, each in pack.documents.items()}
    taken, conflicts = undo(_values(now), _values(before), _values(after))
    if conflicts:
        raise PublishConflict(
            "Revision {number} can't be taken back alone, as this was changed again since: {places}.",
            params={
                "number": str(revision.number),
                "places": "; ".join(f"{each.address} {each.pointer}".strip() for each in conflicts),
            },
            hint="roll back to the revision before it, or change these by hand",
        )
    return Undoing(revision, _proposal(site, present, _texts(site, now, taken)))


def find_revision(session: Session, name: str) -> Revision:
    """A revision by number or hash, or by how its hash begins. NotFound."""
    found = get_revision(session, name)
    if found is None:
        raise NotFound("There is no revision '{name}'.", params={"name": name}, hint="`kalip log` lists them")
    return found


def _proposal(site: Site, present: Sequence[Pack], texts: Mapping[str, str]) -> Proposal:
    files = {pack.name: pack.files for pack in present}
    packs = [read_documents({**pack.contents, **files.get(pack.name, {})}, pack.name) for pack in packs_of(texts)]
    kept = {pack.name for pack in packs}
    return propose(site, packs, removed=[pack.name for pack in present if pack.name not in kept])


def _values(texts: Mapping[str, str]) -> dict[str, Mapping[str, Any]]:
    return {path: parse(text)[0] for path, text in texts.items()}


def _texts(site: Site, now: Mapping[str, str], values: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """Texts of what was changed, canonical; what was not keeps its bytes."""
    present, types = _values(now), site.extensions.types
    return {
        path: now[path]
        if path in now and _same(present[path], value)
        else format_at(path.partition("/")[2], value, types)
        for path, value in values.items()
    }


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    """Whether two documents say the same in the same order."""
    return canonical_text([one]) == canonical_text([other])
