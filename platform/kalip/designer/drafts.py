"""What a draft is: somebody's unpublished changes of the site's pack, laid onto what is published now. Writes nothing.

A draft may be faulty; only publishing refuses.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from kalip.base.canonical import pretty_text
from kalip.base.errors import Diagnostic
from kalip.designer.loading import compilation_of, served_of
from kalip.designer.rebasing import Clash, effective, rebase, renewed, without_site
from kalip.designer.site import Site
from kalip.designer.stored import packs_of, stored_packs
from kalip.metadata import SITE, Change, Pack, Stack, diff, examine_documents, shaped, stack
from kalip.metadata.editing import SITE_TITLE
from kalip.runtime import Served
from kalip.storage import Revision, Session, StoredDraft, find_draft, get_revision, list_revisions, revision_documents

Texts = Mapping[str, str | None]
"""Files of the site's pack by path; None where a file goes."""

NO_SITE: Final = {"pack.json": pretty_text({"name": SITE, "version": "1.0.0", "title": SITE_TITLE}).encode()}
"""The files of a site's pack with nothing in it."""


@dataclass(frozen=True, slots=True)
class Draft:
    """Somebody's changes on top of the revision `base`, whose packs are `present`.

    `documents` holds by path what differs in the site's pack; `unread` those of them that are no JSON, with
    `diagnostics` about these. `packs` is the whole stack with the rest. `version` counts saves: 0 is not kept yet.
    """

    author: str
    base: Revision | None
    documents: Texts
    packs: tuple[Pack, ...]
    present: tuple[Pack, ...]
    unread: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...] = ()
    conflicts: tuple[Clash, ...] = ()
    version: int = 0
    updated_at: datetime | None = None

    @property
    def is_empty(self) -> bool:
        """Whether nothing is drafted."""
        return not self.documents and not self.conflicts

    @property
    def site(self) -> Pack | None:
        """The site's pack as drafted."""
        return next((pack for pack in self.packs if pack.name == SITE), None)


@dataclass(frozen=True, slots=True)
class Drafted:
    """What a draft makes of the metadata: effective documents with origins, and the model; None while it is faulty.

    `changes` are those of the effective documents, by address; `before` and `after` these documents.
    """

    draft: Draft
    stack: Stack
    served: Served | None
    diagnostics: tuple[Diagnostic, ...]
    changes: tuple[Change, ...]
    before: Mapping[str, Mapping[str, object]]
    after: Mapping[str, Mapping[str, object]]

    @property
    def conflicts(self) -> tuple[Clash, ...]:
        """What others changed as well."""
        return self.draft.conflicts

    def text(self, path: str) -> str:
        """A file of the site's pack as it is drafted; empty where there is none."""
        if path in self.draft.unread:
            return self.draft.unread[path]
        pack = self.draft.site
        document = pack.documents.get(path) if pack is not None else None
        return document.text if document is not None else ""


def read_draft(site: Site, session: Session, author: str) -> Draft:
    """A person's draft laid onto what is published now; an empty one when nothing is kept."""
    kept = find_draft(session, author)
    newest = _newest(session)
    key = ("draft", author, number_of(newest), (kept.version, kept.updated_at) if kept is not None else None)
    return site.memory.find(key, lambda: _laid(site, session, author, kept))


def _laid(site: Site, session: Session, author: str, kept: StoredDraft | None) -> Draft:
    newest, present = newest_state(site, session)
    if kept is None:
        return draft_of(author, newest, present, {})
    base = get_revision(session, str(kept.base)) if kept.base is not None else None
    packs = present if number_of(base) == number_of(newest) else packs_at(session, base)
    draft = replace(draft_of(author, base, packs, kept.documents), version=kept.version, updated_at=kept.updated_at)
    earlier = tuple(Clash(**each) for each in kept.conflicts)
    laid = laid_onto(site, replace(draft, conflicts=earlier), newest, present)
    return replace(laid, conflicts=renewed(laid.conflicts, laid.packs))


def newest_state(site: Site, session: Session) -> tuple[Revision | None, tuple[Pack, ...]]:
    """The revision that is published and its packs."""
    return _newest(session), tuple(stored_packs(session, site.blobs))


def _newest(session: Session) -> Revision | None:
    return next(iter(list_revisions(session, 1)), None)


def packs_at(session: Session, revision: Revision | None) -> tuple[Pack, ...]:
    """The packs of an earlier revision, without files of theirs."""
    return tuple(packs_of(revision_documents(session, revision))) if revision is not None else ()


def draft_of(author: str, base: Revision | None, present: Sequence[Pack], documents: Texts) -> Draft:
    """A draft of texts on top of a revision with these packs. What is no JSON is set aside with its diagnostics."""
    published = _site_of(present)
    files = dict(published.contents) if published is not None else {}
    for path, text in documents.items():
        files.pop(path, None)
        if text is not None:
            files[path] = text.encode()
    reading = examine_documents({**NO_SITE, **files}, SITE)
    site = reading.pack or published
    known = site.contents if site is not None else {}
    unread = {path: text for path, text in documents.items() if text is not None and path not in known}
    packs = tuple(without_site(present))
    if site is not None and (published is not None or documents):
        packs = (*packs, site)
    return Draft(author, base, dict(documents), packs, tuple(present), unread, reading.diagnostics)


def laid_onto(site: Site, draft: Draft, newest: Revision | None, present: Sequence[Pack]) -> Draft:
    """The draft on top of another revision, with the conflicts that this brings."""
    if number_of(draft.base) == number_of(newest):
        return draft
    documents: dict[str, str | None] = {}
    conflicts = draft.conflicts
    if draft.site is not None and draft.documents:
        rebased = rebase(draft.present, draft.site, present, site.extensions.types)
        documents = {**differing(present, rebased.site), **draft.unread}
        found = (*rebased.conflicts, *_unread_conflicts(draft, present))
        places = {each.place for each in found}
        conflicts = (*found, *(each for each in draft.conflicts if each.place not in places))
    moved = draft_of(draft.author, newest, present, documents)
    return replace(moved, conflicts=conflicts, version=draft.version, updated_at=draft.updated_at)


def _unread_conflicts(draft: Draft, present: Sequence[Pack]) -> Iterator[Clash]:
    """Whole documents that are no JSON here, so that what others changed in them can't be seen beside it."""
    was, now = _site_of(draft.present), _site_of(present)
    before, after = effective(stack(draft.present)), effective(stack(present))
    for path in draft.unread:
        sides = [pack.documents.get(path) if pack is not None else None for pack in (was, now)]
        texts = [side.text if side is not None else None for side in sides]
        if texts[0] != texts[1]:
            address = path.removesuffix(".json")
            yield Clash(address, "", before.get(address), None, after.get(address))


def with_site(draft: Draft, site: Pack, unread: Mapping[str, str]) -> Draft:
    """The draft with another site's pack, and files that are no JSON."""
    changed = draft_of(draft.author, draft.base, draft.present, {**differing(draft.present, site), **unread})
    conflicts = renewed(draft.conflicts, changed.packs)
    return replace(changed, conflicts=conflicts, version=draft.version, updated_at=draft.updated_at)


def drafted(site: Site, draft: Draft) -> Drafted:
    """What a draft makes of the metadata."""
    key = ("drafted", number_of(draft.base), frozenset(draft.documents.items()))
    return replace(site.memory.find(key, lambda: _made(site, draft)), draft=draft)


def _made(site: Site, draft: Draft) -> Drafted:
    compilation = compilation_of(draft.packs, site.extensions, {SITE})
    served = served_of(compilation, site.extensions) if compilation.model is not None else None
    # The pages show what is drafted, faults and all, and read it as what the schemas say that it is.
    stacked = shaped(stack(draft.packs), site.extensions.types, SITE)
    before, after = effective(stack(draft.present)), effective(stacked)
    diagnostics = (*draft.diagnostics, *compilation.diagnostics)
    return Drafted(draft, stacked, served, diagnostics, diff(before, after), before, after)


def differing(present: Sequence[Pack], site: Pack) -> dict[str, str | None]:
    """The documents of a site's pack that are not as in the present one; None where one is gone."""
    published = _site_of(present)
    if published is None and site.documents.keys() == {"pack.json"}:
        return {}
    before = published.documents if published is not None else {}
    found: dict[str, str | None] = {
        path: each.text for path, each in site.documents.items() if path not in before or before[path].text != each.text
    }
    return found | dict.fromkeys(path for path in before if path not in site.documents)


def number_of(revision: Revision | None) -> int | None:
    """A revision's number."""
    return revision.number if revision is not None else None


def _site_of(packs: Sequence[Pack]) -> Pack | None:
    return next((pack for pack in packs if pack.name == SITE), None)
