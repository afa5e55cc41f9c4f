"""What the author of a draft does with it: looks at it, edits it, settles conflicts, throws it away."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime
from functools import partial
from typing import Final, Literal

from kalip.access import Actor
from kalip.base.errors import Conflict, NotFound
from kalip.designer.areas import require_designer, require_documents
from kalip.designer.commands import Edit, PutDocument, apply_edits
from kalip.designer.drafts import NO_SITE, Draft, Drafted, Texts, draft_of, drafted, number_of, read_draft, with_site
from kalip.designer.rebasing import take
from kalip.designer.site import Site
from kalip.metadata import SITE, SiteEditor, examine_documents, place_of
from kalip.records import Work, run
from kalip.storage import StoredDraft, delete_draft, find_draft, save_draft

_ATTEMPTS: Final = 5


def open_draft(site: Site, actor: Actor) -> Drafted:
    """The actor's draft on top of what is published now; nothing drafted is an empty one. AccessDenied."""
    author = require_designer(site, actor)
    with site.services.database.read() as session:
        draft = read_draft(site, session, author)
    return drafted(site, draft)


def edit_draft(site: Site, actor: Actor, edits: Sequence[Edit], version: int | None = None) -> Drafted:
    """Make edits in the actor's draft and keep it. Commits.

    Edits made at once in two windows are both kept. With `version`, Conflict when the draft was saved since that one.
    Raises AccessDenied, also for a document of an area that the actor may not publish, BadRequest and NotFound.
    """
    return _save(site, actor, lambda draft: _edited(site, edits, draft), version)


def resolve(site: Site, actor: Actor, address: str, pointer: str, keep: Literal["mine", "theirs"]) -> Drafted:
    """Settle a conflict: the draft keeps its value, or takes the published one. Commits. NotFound for no conflict."""
    return _save(site, actor, lambda draft: _resolved(site, draft, (address, pointer), keep))


def discard(site: Site, actor: Actor, address: str | None = None) -> None:
    """Forget the actor's draft, or what it changes of one document. Commits."""
    author = require_designer(site, actor)
    if address is not None:
        _save(site, actor, lambda draft: _without(draft, address))
        return

    def forget(work: Work) -> None:
        kept = find_draft(work.session, author)
        if kept is not None:
            delete_draft(work.session, author, kept.version)

    run(site.services, actor, forget)


def _save(site: Site, actor: Actor, change: Callable[[Draft], Draft], version: int | None = None) -> Drafted:
    """Read, change and keep the draft; again when it was kept by another window meanwhile."""
    author = require_designer(site, actor)
    for _ in range(_ATTEMPTS):
        with site.services.database.read() as session:
            draft = read_draft(site, session, author)
        if version is not None and draft.version != version:
            break
        changed = change(draft)
        require_documents(site, actor, changed, _changed(draft.documents, changed.documents))
        kept_at = run(site.services, actor, partial(_keep, changed))
        if kept_at is not None:
            return drafted(site, replace(changed, version=changed.version + 1, updated_at=kept_at))
    raise Conflict("Your draft was changed in another window.", hint="look at it again")


def _changed(before: Texts, after: Texts) -> Iterator[str]:
    """The files that a draft newly says something else of; what it no longer speaks of is anybody's to forget."""
    return (path for path, text in after.items() if path not in before or before[path] != text)


def _keep(draft: Draft, work: Work) -> datetime | None:
    """Keep it; None when another window did meanwhile."""
    conflicts = [asdict(each) for each in draft.conflicts]
    kept = StoredDraft(draft.author, number_of(draft.base), draft.documents, conflicts, draft.version, work.now)
    return work.now if save_draft(work.session, kept) else None


def _edited(site: Site, edits: Sequence[Edit], draft: Draft) -> Draft:
    editor = SiteEditor(draft.packs, site.extensions.types)
    unread = dict(draft.unread)
    for edit in edits:
        path = edit.path if isinstance(edit, PutDocument) else f"{edit.address}.json"
        unread.pop(path, None)
        if isinstance(edit, PutDocument) and edit.seen is not None and edit.seen != _text(draft, path):
            raise Conflict("'{path}' was changed since you opened it.", params={"path": path}, hint="look at it again")
        if isinstance(edit, PutDocument) and edit.text is not None and _is_unreadable(path, edit.text):
            editor.put_text(path, None)
            unread[path] = edit.text
        else:
            apply_edits(editor, [edit])
    return with_site(draft, editor.pack(), unread)


def _text(draft: Draft, path: str) -> str:
    """A file of the site's pack as it is drafted."""
    document = draft.site.documents.get(path) if draft.site is not None else None
    return draft.unread.get(path, document.text if document is not None else "")


def _is_unreadable(path: str, text: str) -> bool:
    """Whether a document can only be kept as text. A manifest can't: without it nothing else could be read."""
    if place_of(path) is None or path in NO_SITE:
        return False
    pack = examine_documents({**NO_SITE, path: text.encode()}, SITE).pack
    return pack is not None and path not in pack.documents


def _resolved(site: Site, draft: Draft, place: tuple[str, str], keep: Literal["mine", "theirs"]) -> Draft:
    clash = next((each for each in draft.conflicts if each.place == place), None)
    if clash is None:
        params = {"address": place[0], "pointer": place[1]}
        raise NotFound("There is no conflict at '{pointer}' of {address}.", params=params)
    settled = replace(draft, conflicts=tuple(each for each in draft.conflicts if each is not clash))
    if keep == "mine":
        return settled
    editor = SiteEditor(draft.packs, site.extensions.types)
    take(editor, clash)
    unread = {path: text for path, text in draft.unread.items() if path != f"{clash.address}.json"}
    return with_site(settled, editor.pack(), unread)


def _without(draft: Draft, address: str) -> Draft:
    documents = {path: text for path, text in draft.documents.items() if path != f"{address}.json"}
    kept = draft_of(draft.author, draft.base, draft.present, documents)
    conflicts = tuple(each for each in draft.conflicts if each.address != address)
    return replace(kept, conflicts=conflicts, version=draft.version, updated_at=draft.updated_at)
