"""Makes a proposal live: tables, packs and revision in one transaction under the publisher's lock, then the swap."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from kalip.access import SYSTEM, Actor
from kalip.base.errors import PublishConflict
from kalip.designer.going_on import jobs_of, wait_for_builders
from kalip.designer.proposing import Proposal
from kalip.designer.site import Site
from kalip.designer.stored import revision_paths, store_packs
from kalip.records import Work, enqueue_all
from kalip.records.journal import make_event
from kalip.records.services import announce, open_work, require_writing
from kalip.storage import (
    Event,
    NewRevision,
    Plan,
    Revision,
    Step,
    append_events,
    apply,
    current_revision,
    plan,
    save_revision,
)

Then = Callable[[Work], None]
PUBLISHED = "metadata.published"
_MOST_STEPS = 200


@dataclass(frozen=True, slots=True)
class Publication:
    """Who publishes and what the log shall say.

    `accepted` are ids of lossy steps, which take fields and tables out of sight; `accept_loss` accepts them all.
    """

    actor: Actor
    message: str
    accept_loss: bool = False
    accepted: frozenset[str] = frozenset()

    def refused(self, steps: Plan) -> tuple[Step, ...]:
        """The lossy steps that were not accepted."""
        return () if self.accept_loss else tuple(step for step in steps.lossy if step.id not in self.accepted)


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish did: the revision and the steps that were run."""

    revision: Revision
    plan: Plan


def publish(site: Site, proposal: Proposal, publication: Publication, then: Then | None = None) -> Published:
    """Publish a proposal, all or nothing, and put its model in service; other processes follow within a second.

    `then` writes records under the new model in the same transaction. Raises PublishConflict when something else was
    published since the proposal was made, or the plan takes something out of sight and that isn't accepted. What goes
    on of the plan is done by jobs. AccessDenied for an actor who only reads.
    """
    require_writing(publication.actor)
    services, actor = site.services, publication.actor
    now = services.clock()
    served = proposal.served
    wait_for_builders(services.database)
    with services.database.publish() as session:
        present = current_revision(session)
        if present != proposal.base:
            raise PublishConflict(
                "Something else was published meanwhile: revision {revision}.",
                params={"revision": (present or "none")[:12]},
                hint="look at the changes again and repeat",
            )
        steps = plan(session, served, quick=True)
        if refused := publication.refused(steps):
            raise PublishConflict(
                "The plan takes something out of sight: {steps}.",
                params={"steps": "; ".join(step.describe() for step in refused)},
                hint="accept the loss; what goes is retired and comes back with its field",
            )
        apply(session, steps, now, background=True)
        store_packs(session, site.blobs, proposal.packs, now, actor.id)
        versions = {pack.name: pack.version for pack in proposal.packs}
        documents = revision_paths(proposal.packs)
        revision = save_revision(
            session,
            NewRevision(served.model.revision, now, actor.id, publication.message, documents, versions, proposal.base),
        )
        work = open_work(services, served, session, SYSTEM)
        append_events(session, [_event(work, revision, publication, steps)])
        enqueue_all(work, jobs_of(steps, revision.number, actor.id))
        if then is not None:
            then(work)
    services.runtime.swap(served)
    services.database.learn()
    announce(work)
    return Published(revision, steps)


def _event(work: Work, revision: Revision, publication: Publication, steps: Plan) -> Event:
    told: dict[str, object] = {
        "revision": revision.hash,
        "message": publication.message,
        "steps": [step.describe() for step in steps.steps][:_MOST_STEPS],
    }
    event = make_event(work, PUBLISHED, "metadata", str(revision.number), (None, told))
    return replace(event, actor=publication.actor.id, on_behalf=publication.actor.on_behalf)


def settle(site: Site) -> Plan:
    """Bring the database to the model in service, as after a restore: no step of that takes anything out of sight."""
    services = site.services
    served = services.runtime.refresh()
    with services.database.publish() as session:
        steps = plan(session, served)
        if steps.lossy:
            raise PublishConflict(
                "The database holds more than its metadata says: {steps}.",
                params={"steps": "; ".join(step.describe() for step in steps.lossy)},
                hint="publish the metadata that the database was made with",
            )
        apply(session, steps, services.clock())
    services.database.learn()
    return steps
