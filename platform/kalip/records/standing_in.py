"""For whom a person stands in at a moment, directly or over others who stand in themselves.

B stands in for A and is away too, and C stands in for B: then C stands in for A, with what both links leave of kind and
entities. A circle ends where it began.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from kalip.records.services import Work
from kalip.storage import Session
from kalip.storage.substitutions import Substitution, SubstitutionKind, standing_edges

RANKS: Final[Mapping[SubstitutionKind, int]] = {"inform": 0, "tasks": 1, "all": 2}
LONGEST_CHAIN: Final = 8
_MEMORY: Final = "standing_in"


@dataclass(frozen=True, slots=True)
class Standing:
    """That a person stands in for `principal` until `ends`; no `entities` means every entity.

    `via` are those between, from the one whom the person stands in for directly; empty for a direct substitution.
    """

    principal: str
    kind: SubstitutionKind
    ends: datetime
    entities: frozenset[str] | None = None
    via: tuple[str, ...] = ()

    def gives(self, kind: SubstitutionKind, entity: str | None = None) -> bool:
        """Whether it gives what a kind gives, on records of an entity when one is named."""
        reaches = entity is None or self.entities is None or entity in self.entities
        return RANKS[self.kind] >= RANKS[kind] and reaches


def standings_of(session: Session, user_id: str, now: datetime) -> tuple[Standing, ...]:
    """For whom a person stands in, in one statement; one principal may be there more than once."""
    leading: dict[str, list[Substitution]] = {}
    for each in standing_edges(session, user_id, now):
        leading.setdefault(each.substitute, []).append(each)
    return tuple(_walk(leading, user_id, None, (user_id,))) if leading else ()


def my_standings(work: Work) -> tuple[Standing, ...]:
    """For whom the actor's own person stands in, read once in a unit of work."""
    if work.actor.id is None:
        return ()
    found: tuple[Standing, ...] | None = work.memory.get(_MEMORY)
    if found is None:
        found = work.memory[_MEMORY] = standings_of(work.session, work.actor.id, work.now)
    return found


def stands_in(
    standings: Iterable[Standing], principal: str | None, kind: SubstitutionKind, entity: str | None = None
) -> bool:
    """Whether one of these gives what a kind gives for a principal, on records of an entity when one is named."""
    return any(each.principal == principal and each.gives(kind, entity) for each in standings)


def reach_of(standings: Sequence[Standing], principal: str, kind: SubstitutionKind) -> frozenset[str] | None:
    """The entities that these reach together for a principal; None means every entity. LookupError for none at all."""
    found = [each.entities for each in standings if each.principal == principal and each.gives(kind)]
    if not found:
        raise LookupError(principal)
    known = [each for each in found if each is not None]
    return None if len(known) < len(found) else frozenset().union(*known)


def chain_of(substitutions: Sequence[Substitution], new: Substitution) -> tuple[str, ...]:
    """The circle that a new substitution would close among those that count meanwhile; empty when there is none.

    It begins and ends with the one who is absent.
    """
    onward: dict[str, list[Substitution]] = {}
    for each in substitutions:
        if each.id != new.id and each.starts < new.ends and new.starts < each.over:
            onward.setdefault(each.absent, []).append(each)
    paths: list[tuple[str, ...]] = [(new.absent, new.substitute)]
    seen = {new.substitute}
    while paths:
        path = paths.pop(0)
        if path[-1] == new.absent:
            return path
        for each in onward.get(path[-1], ()):
            if each.substitute not in seen or each.substitute == new.absent:
                seen.add(each.substitute)
                paths.append((*path, each.substitute))
    return ()


def _walk(
    leading: Mapping[str, Sequence[Substitution]], at: str, so_far: Standing | None, met: tuple[str, ...]
) -> Iterator[Standing]:
    for each in leading.get(at, ()):
        if each.absent in met or len(met) > LONGEST_CHAIN:
            continue
        link = Standing(each.absent, each.kind, each.over, frozenset(each.entities) or None)
        found = link if so_far is None else _joined(so_far, link)
        if found.entities is None or found.entities:
            yield found
            yield from _walk(leading, each.absent, found, (*met, each.absent))


def _joined(nearer: Standing, link: Standing) -> Standing:
    known = [each for each in (nearer.entities, link.entities) if each is not None]
    return Standing(
        link.principal,
        min(nearer.kind, link.kind, key=lambda kind: RANKS[kind]),
        min(nearer.ends, link.ends),
        frozenset.intersection(*known) if known else None,
        (*nearer.via, nearer.principal),
    )
