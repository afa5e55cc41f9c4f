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
    """Install or upgrade packs; the second answer is None when everything was there already.

    Without a message the log names the packs. Nothing is half-installed, whatever fails.
    """
    proposal = propose(site, packs)
    if proposal.is_empty:
        return proposal, None
    if not publication.message:
        said = ", ".join(f"{pack.name} {pack.version}" for pack in packs)
        publication = replace(publication, message=f"Install {said}")
    changed = {each.name for each in proposal.changes}

    def seed(work: Work) -> None:
        for pack in proposal.packs:
            if pack.name in changed:
                plant_seeds(work, pack.name, seed_documents(pack))

    return proposal, publish(site, proposal, publication, seed)


def seed_documents(pack: Pack, kind: Kind = Kind.SEED) -> Mapping[str, Mapping[str, object]]:
    """The seeds of a pack, or its demo data or tests, by path."""
    return {path: document.data for path, document in pack.documents.items() if document.kind is kind}
