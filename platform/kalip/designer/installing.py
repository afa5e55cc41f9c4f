"""Installs packs: lays them into the stack, publishes, and makes their seeds in the same transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from kalip.designer.proposing import Proposal, propose
from kalip.designer.publishing import Publication, Published, publish
from kalip.designer.site import Site
from kalip.metadata import Kind, Pack
from kalip.records import Work
from kalip.records.provision import plant_seeds


def install_packs(site: Site, packs: Sequence[Pack], publication: Publication) -> tuple[Proposal, Published | None]:
    """Install or upgrade packs; the second answer is None when everything was there already. Commits, all or nothing.

    Raises what `propose` and `publish` raise.
    """
    proposal = propose(site, packs)
    return proposal, install_proposed(site, proposal, publication)


def install_proposed(site: Site, proposal: Proposal, publication: Publication) -> Published | None:
    """Publish a proposal that somebody has looked at, and make the seeds of the packs that it changes.

    None when everything was there already. Without a message the log names the packs. Commits; nothing is
    half-installed, whatever fails. Raises PublishConflict when something was published since it was proposed.
    """
    if proposal.is_empty:
        return None
    changed = {each.name for each in proposal.changes}
    packs = [pack for pack in proposal.packs if pack.name in changed]
    if not publication.message:
        said = ", ".join(f"{pack.name} {pack.version}" for pack in packs)
        publication = replace(publication, message=f"Install {said}" if said else "Bring the tables up to date")

    def seed(work: Work) -> None:
        for pack in packs:
            plant_seeds(work, pack.name, seed_documents(pack))

    return publish(site, proposal, publication, seed)


def seed_documents(pack: Pack, kind: Kind = Kind.SEED) -> Mapping[str, Mapping[str, object]]:
    """The seeds of a pack, or its demo data or tests, by path."""
    return {path: document.data for path, document in pack.documents.items() if document.kind is kind}
