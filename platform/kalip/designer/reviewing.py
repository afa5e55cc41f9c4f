"""What publishing a draft would do, and publishing it: by its author, or sent whole by a programme."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from kalip.access import Actor
from kalip.base.canonical import pretty_text
from kalip.base.errors import CompileError, Conflict, Diagnostic, NotFound, PublishConflict
from kalip.designer.areas import require_designer, require_documents
from kalip.designer.drafts import Draft, Drafted, draft_of, drafted, laid_onto, newest_state, packs_at, read_draft
from kalip.designer.installing import seed_documents
from kalip.designer.proposing import Proposal, propose_in
from kalip.designer.publishing import Publication, Published, publish
from kalip.designer.rebasing import Clash
from kalip.designer.site import Site
from kalip.metadata import SITE, Types, format_at, place_of
from kalip.metadata.wording import Sentence, sentences
from kalip.records import Work
from kalip.records.provision import plant_seeds
from kalip.storage import Plan, PlanRefused, Session, Step, delete_draft, get_revision, plan

Documents = Mapping[str, Mapping[str, Any] | None]
"""Documents of the site's pack by path; None takes one out."""


class Stale(PublishConflict):
    """Others published since the revision that was given as the base. `conflicts` are what both changed."""

    code = "D112"

    def __init__(self, present: str, conflicts: tuple[Clash, ...]) -> None:
        super().__init__(
            "Something else was published meanwhile: revision {revision}.",
            params={"revision": present[:12]},
            hint="look at the changes again and repeat",
        )
        self.present = present
        self.conflicts = conflicts


@dataclass(frozen=True, slots=True)
class Review:
    """What publishing would do. `plan` is None while the metadata has errors, or the database can't hold it.

    `refusal` says why the database can't. `changes` are sentences about effective documents.
    """

    drafted: Drafted
    changes: tuple[Sentence, ...]
    plan: Plan | None
    refusal: PlanRefused | None = None

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """What is wrong, and what is doubtful."""
        return self.drafted.diagnostics

    @property
    def conflicts(self) -> tuple[Clash, ...]:
        """What was published meanwhile about the same properties."""
        return self.drafted.conflicts

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps of the plan."""
        return self.plan.steps if self.plan is not None else ()

    @property
    def lossy(self) -> tuple[Step, ...]:
        """The steps that must be accepted one by one, by their ids."""
        return self.plan.lossy if self.plan is not None else ()

    @property
    def is_publishable(self) -> bool:
        """Whether it can be published once its lossy steps are accepted."""
        return self.plan is not None and not self.conflicts and not self.drafted.draft.is_empty


def review(site: Site, actor: Actor) -> Review:
    """Review the actor's draft. Writes nothing. AccessDenied."""
    author = require_designer(site, actor)
    with site.services.database.read() as session:
        return _review(site, session, read_draft(site, session, author))


def publish_draft(site: Site, actor: Actor, message: str, accepted: Iterable[str] = ()) -> Published:
    """Publish the actor's draft, with the lossy steps of these ids, and empty it, in one transaction.

    Raises AccessDenied; Conflict when there is nothing to publish or another window saved meanwhile; PublishConflict
    for what others changed too and for lossy steps that aren't accepted; CompileError; PlanRefused.
    """
    author = require_designer(site, actor)
    with site.services.database.read() as session:
        draft = read_draft(site, session, author)
        require_documents(site, actor, draft, draft.documents)
        proposal = _proposal(site, session, draft)

    def empty(work: Work) -> None:
        _plant(work, draft)
        if draft.version and not delete_draft(work.session, author, draft.version):
            raise Conflict("Your draft was changed in another window.", hint="look at it again")

    return publish(site, proposal, Publication(actor, message, accepted=frozenset(accepted)), empty)


def review_documents(site: Site, actor: Actor, documents: Documents, base: str | None = None) -> Review:
    """Review documents of the site's pack that a programme sends. Writes nothing.

    Raises Stale when `base` (a revision's hash or number) is no longer published; NotFound for an unknown one.
    """
    author = require_designer(site, actor)
    with site.services.database.read() as session:
        return _review(site, session, _sent(site, session, author, documents, base))


def publish_documents(
    site: Site, publication: Publication, documents: Documents, base: str | None = None
) -> Published | None:
    """Publish documents of the site's pack; None when they are there. Raises as the review and publishing do."""
    author = require_designer(site, publication.actor)
    with site.services.database.read() as session:
        draft = _sent(site, session, author, documents, base)
        if draft.is_empty:
            return None
        require_documents(site, publication.actor, draft, draft.documents)
        proposal = _proposal(site, session, draft)
    return publish(site, proposal, publication, lambda work: _plant(work, draft))


def _review(site: Site, session: Session, draft: Draft) -> Review:
    found = drafted(site, draft)
    said = sentences(found.changes, found.before, found.after)
    if found.served is None or draft.diagnostics:
        return Review(found, said, None)
    try:
        return Review(found, said, plan(session, found.served))
    except PlanRefused as refusal:
        return Review(found, said, None, refusal)


def _proposal(site: Site, session: Session, draft: Draft) -> Proposal:
    if draft.is_empty:
        raise Conflict("There is nothing to publish.")
    if draft.conflicts:
        places = "; ".join(f"{each.address} {each.pointer}".strip() for each in draft.conflicts)
        raise PublishConflict(
            "Others published changes of the same properties: {places}.",
            params={"places": places},
            hint="choose for each which value stays",
        )
    if draft.diagnostics:
        raise CompileError("The metadata has errors.", draft.diagnostics)
    drafted_site = draft.site
    if drafted_site is None or drafted_site.contents.keys() == {"pack.json"}:
        return propose_in(session, site, (), removed=(SITE,))
    return propose_in(session, site, [drafted_site])


def _sent(site: Site, session: Session, author: str, documents: Documents, base: str | None) -> Draft:
    newest, present = newest_state(site, session)
    texts = {
        path: None if data is None else _text(path, data, site.extensions.types) for path, data in documents.items()
    }
    if base is None or newest is None or base in (newest.hash, str(newest.number)):
        return _differing(draft_of(author, newest, present, texts))
    drawn = get_revision(session, base)
    if drawn is None:
        raise NotFound("There is no revision '{name}'.", params={"name": base[:64]})
    laid = laid_onto(site, draft_of(author, drawn, packs_at(session, drawn), texts), newest, present)
    raise Stale(newest.hash, laid.conflicts)


def _differing(draft: Draft) -> Draft:
    """The draft without what is published so already."""
    published = next((pack.documents for pack in draft.present if pack.name == SITE), {})
    said = {path: published[path].text if path in published else None for path in draft.documents}
    documents = {path: text for path, text in draft.documents.items() if text != said[path]}
    return draft_of(draft.author, draft.base, draft.present, documents)


def _text(path: str, data: Mapping[str, Any], types: Types) -> str:
    return format_at(path, data, types) if place_of(path) is not None else pretty_text(data)


def _plant(work: Work, draft: Draft) -> None:
    """Make the seeds of the site's pack, where the draft brings any."""
    if draft.site is not None and any(path.startswith("seed/") for path in draft.documents):
        plant_seeds(work, SITE, seed_documents(draft.site))
