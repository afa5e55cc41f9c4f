"""What publishing a changed stack would do: the model, the changes, the plan. Writes nothing."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kalip.base.errors import MetadataError
from kalip.designer.following import following
from kalip.designer.loading import compile_served
from kalip.designer.shadows import Shadow, shadows
from kalip.designer.site import Site
from kalip.designer.stored import stored_packs
from kalip.metadata import SITE, Change, Pack, Stack, diff, order_packs, stack
from kalip.runtime import Served
from kalip.storage import Plan, Session, current_revision, plan


@dataclass(frozen=True, slots=True)
class PackChange:
    """What happens to one pack. `before` and `after` are versions; None where the pack isn't in the stack.

    `shadows` are those changes that a layer above hides.
    """

    name: str
    before: str | None
    after: str | None
    changes: tuple[Change, ...]
    shadows: tuple[Shadow, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """A stack that compiles and can be published onto `base`. `packs` is all of it, in stack order.

    `plan` is as of now: publishing makes it anew under the lock.
    """

    base: str | None
    packs: tuple[Pack, ...]
    served: Served
    changes: tuple[PackChange, ...]
    plan: Plan

    @property
    def is_empty(self) -> bool:
        """Whether everything is published already; even the empty system has to be, before people can be added."""
        return self.base is not None and not self.changes and self.plan.is_empty


def propose(site: Site, packs: Sequence[Pack], removed: Collection[str] = ()) -> Proposal:
    """Lay packs into the installed stack, in place of those of their names, and say what that would do.

    Raises CompileError with every diagnostic, PlanRefused when the database can't hold the model, and MetadataError
    when two of the packs have one name.
    """
    _refuse_twins(packs)
    with site.services.database.read() as session:
        return propose_in(session, site, packs, removed)


def propose_in(session: Session, site: Site, packs: Sequence[Pack], removed: Collection[str] = ()) -> Proposal:
    """The same in a session that has read more of the present state."""
    base = current_revision(session)
    present = {pack.name: pack for pack in stored_packs(session, site.blobs)}
    wanted = {name: pack for name, pack in present.items() if name not in removed}
    wanted |= {pack.name: pack for pack in packs}
    given = {pack.name for pack in packs}
    if SITE in present and SITE in wanted and given and SITE not in given:
        uses = site.services.runtime.refresh().model.uses
        types = site.extensions.types
        wanted[SITE] = following(present[SITE], tuple(present.values()), tuple(wanted.values()), uses, types)
    served = compile_served(tuple(wanted.values()), site.extensions, given)
    ordered = order_packs(tuple(wanted.values())).packs
    return Proposal(base, ordered, served, tuple(_changes(present, wanted, stack(ordered))), plan(session, served))


def _refuse_twins(packs: Sequence[Pack]) -> None:
    names = [pack.name for pack in packs]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise MetadataError(f"Two of the packs are named '{twins[0]}': install one of them.", ())


def _changes(present: dict[str, Pack], wanted: dict[str, Pack], stacked: Stack) -> list[PackChange]:
    found = []
    for name in sorted({*present, *wanted}):
        before, after = present.get(name), wanted.get(name)
        if before is None or after is None or before.contents != after.contents:
            versions = [each.version if each is not None else None for each in (before, after)]
            changes = diff(_data(before), _data(after))
            hidden = shadows(name, changes, stacked) if before is not None and after is not None else ()
            found.append(PackChange(name, versions[0], versions[1], changes, hidden))
    return found


def _data(pack: Pack | None) -> dict[str, Mapping[str, object]]:
    documents = pack.documents.values() if pack is not None else ()
    return {document.address: document.data for document in documents}
