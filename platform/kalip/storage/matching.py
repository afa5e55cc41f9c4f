"""Which live thing becomes which wanted one: by name, by the names it had before (`was`), by what was retired."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

_NOTHING: Final[Mapping[str, Collection[str]]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Match:
    """`held` maps a wanted name to the live one it continues, `revived` to the retired one; `new` have none.

    `held` is in an order in which renaming one after the other never hits a taken name.
    """

    held: Mapping[str, str]
    revived: Mapping[str, str]
    new: tuple[str, ...]


def match(
    wanted: Mapping[str, tuple[str, ...]],
    live: Collection[str],
    retired: Collection[str],
    remembered: Mapping[str, Collection[str]] = _NOTHING,
) -> Match:
    """Match wanted names, each with the names it had before, to live and retired ones.

    `remembered` has the names that live things had before: one that is wanted no more, but whose earlier name is, gets
    that name back, as when its renaming is undone.

    A name that is there already stays itself. A name that is not there continues an old one, even when the old name
    is wanted for something else (which then has to look for its own). What was retired under the name comes back,
    rather than taking over an old name that is in use.
    """
    own = {name: name for name in wanted if name in live}
    claims: dict[str, str] = {}
    pending = [name for name in wanted if name not in own]
    unmatched = []
    while pending:
        name = pending.pop(0)
        source = _claim(name, wanted, live, retired, claims)
        if source is None:
            unmatched.append(name)
            continue
        claims[name] = source
        if own.pop(source, None):
            pending.append(source)
    for name in list(unmatched):
        taken = {*own, *claims.values()}
        renamed = next((each for each in live if each not in taken and name in remembered.get(each, ())), None)
        if renamed is not None:
            claims[name] = renamed
            unmatched.remove(name)
    revived: dict[str, str] = {}
    for name in unmatched:
        former = next(
            (each for each in (name, *wanted[name]) if each in retired and each not in revived.values()), None
        )
        if former is not None:
            revived[name] = former
    return Match({**claims, **own}, revived, tuple(name for name in unmatched if name not in revived))


def _claim(
    name: str,
    wanted: Mapping[str, tuple[str, ...]],
    live: Collection[str],
    retired: Collection[str],
    claims: Mapping[str, str],
) -> str | None:
    taken = set(claims.values())
    for former in wanted[name]:
        if former in live and former not in taken and not (name in retired and former in wanted):
            return former
    return None
