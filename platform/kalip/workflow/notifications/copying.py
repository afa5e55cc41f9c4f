"""Who gets copies of what others are told: those who stand in for them now, directly or over others who stand in."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from kalip.records import Work
from kalip.records.standing_in import LONGEST_CHAIN
from kalip.storage.substitutions import stand_ins_of


@dataclass(frozen=True, slots=True)
class Copy:
    """That `substitute` is told what `absent` is told, about records of `entities`; None means about everything."""

    absent: str
    substitute: str
    entities: frozenset[str] | None

    def reaches(self, entity: str | None) -> bool:
        """Whether a notification about a record of an entity, or about nothing, is copied."""
        return self.entities is None or entity in self.entities


def copies_of(work: Work, people: Collection[str]) -> tuple[Copy, ...]:
    """The copies that are due for these people now; those told themselves get none. One statement for each link."""
    found: dict[tuple[str, str], Copy] = {}
    ahead: Mapping[str, list[Copy]] = {each: [Copy(each, each, None)] for each in people}
    for _ in range(LONGEST_CHAIN):
        standing = stand_ins_of(work.session, ahead, work.now)
        following: dict[str, list[Copy]] = {}
        for at, substitutions in standing.items():
            for link in substitutions:
                for so_far in ahead[at]:
                    reach = _common(so_far.entities, frozenset(link.entities) or None)
                    key = (so_far.absent, link.substitute)
                    if link.substitute in (so_far.absent, *people) or key in found or reach == frozenset():
                        continue
                    found[key] = Copy(so_far.absent, link.substitute, reach)
                    following.setdefault(link.substitute, []).append(found[key])
        if not following:
            break
        ahead = following
    return tuple(found.values())


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other
