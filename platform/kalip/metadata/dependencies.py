"""Orders packs so that each stands above those that it requires. Knows manifests only."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import combinations

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean
from kalip.metadata import codes
from kalip.metadata.documents import Pack

SITE = "site"
"""The name of the administrator's own pack: always on top."""

_MOST_TRIED = 3


@dataclass(frozen=True, slots=True)
class Order:
    """Packs from the lowest to the highest. With errors among the diagnostics the order is as good as it gets."""

    packs: tuple[Pack, ...]
    diagnostics: tuple[Diagnostic, ...]


def order_packs(packs: Sequence[Pack], new: Collection[str] = ()) -> Order:
    """Order packs by what they require, ties by name; `site` is last whatever it requires.

    Of a circle the requirement to drop is told, one of a `new` pack (by name) where there is one.
    """
    diagnostics: list[Diagnostic] = []
    known: dict[str, Pack] = {}
    for pack in packs:
        if pack.name in known:
            message = f"the pack '{pack.name}' is there twice"
            hint = f"the other one is version {known[pack.name].version}: keep one of them"
            diagnostics.append(pack.manifest.diagnostic(codes.PACK_TWICE, message, hint, "/name"))
        else:
            known[pack.name] = pack
    for pack in known.values():
        diagnostics += _requirement_faults(pack, known)
    names, circles = _sorted(known, new)
    diagnostics += circles
    return Order(tuple(known[name] for name in names), tuple(diagnostics))


def required_by(pack: Pack, packs: Mapping[str, Pack]) -> frozenset[str]:
    """The packs that one requires, directly or through others."""
    found: set[str] = set()
    pending = list(_requires(pack))
    while pending:
        name = pending.pop()
        if name not in found and name in packs:
            found.add(name)
            pending += _requires(packs[name])
    return frozenset(found)


def _requires(pack: Pack) -> Mapping[str, str]:
    requires = pack.manifest.data.get("requires")
    return requires if isinstance(requires, dict) else {}


def _requirement_faults(pack: Pack, known: Mapping[str, Pack]) -> list[Diagnostic]:
    diagnostics: list[Diagnostic] = []
    for name, range_ in _requires(pack).items():
        pointer = f"/requires/{name}"
        if name not in known:
            hint = did_you_mean(name, known) or f"install '{name}' too"
            message = f"the pack '{pack.name}' requires '{name}', which is not there"
            diagnostics.append(pack.manifest.diagnostic(codes.PACK_MISSING, message, hint, pointer))
            continue
        try:
            fits = SpecifierSet(range_).contains(Version(known[name].version), prereleases=True)
        except InvalidSpecifier:
            message = f"'{range_}' is not a range of versions"
            diagnostics.append(pack.manifest.diagnostic(codes.PACK_VERSION, message, "write '>=1.2,<2'", pointer))
            continue
        except InvalidVersion:
            message = f"the version '{known[name].version}' of '{name}' can't be compared"
            hint = "write it as '1.4.0' or '1.4.0-beta.1'"
            diagnostics.append(known[name].manifest.diagnostic(codes.PACK_VERSION, message, hint, "/version"))
            continue
        if not fits:
            message = f"'{pack.name}' requires '{name}' {range_}, there is {known[name].version}"
            hint = "install a fitting version, or widen the range"
            diagnostics.append(pack.manifest.diagnostic(codes.PACK_VERSION, message, hint, pointer))
    return diagnostics


def _sorted(known: Mapping[str, Pack], new: Collection[str]) -> tuple[list[str], list[Diagnostic]]:
    """Names in order, as if the requirements that close circles were not there; a diagnostic for each of these."""
    pending = {
        name: {each for each in _requires(pack) if each in known and each != SITE}
        for name, pack in known.items()
        if name != SITE
    }
    diagnostics: list[Diagnostic] = []
    for name, required in closing_edges(pending, new):
        circle = [*_way(pending, required, name), required]
        diagnostics.append(_circle_diagnostic(circle, known))
        pending[name].discard(required)
    names: list[str] = []
    while pending:
        free = min(name for name, needs in pending.items() if needs <= set(names))
        names.append(free)
        del pending[free]
    return [*names, *(SITE for name in known if name == SITE)], diagnostics


def closing_edges(requires: Mapping[str, Collection[str]], new: Collection[str] = ()) -> tuple[tuple[str, str], ...]:
    """The fewest requirements (pack, required) without which no pack requires itself through others.

    Of equally few, those of `new` packs: what was there before them was no circle. Beyond three the answer may hold
    more than the fewest.
    """
    edges = [(name, each) for name in requires for each in requires[name] if _way(requires, each, name)]
    edges.sort(key=lambda edge: (edge[0] in new, edge), reverse=True)
    for size in range(min(_MOST_TRIED, len(edges)) + 1):
        for dropped in combinations(edges, size):
            if _is_free_of_circles(requires, dropped):
                return dropped
    first = edges[0]
    rest = {name: [each for each in needs if (name, each) != first] for name, needs in requires.items()}
    return (first, *closing_edges(rest, new))


def _is_free_of_circles(requires: Mapping[str, Collection[str]], dropped: Collection[tuple[str, str]]) -> bool:
    sorter = TopologicalSorter(
        {name: [each for each in needs if (name, each) not in dropped] for name, needs in requires.items()}
    )
    try:
        sorter.prepare()
    except CycleError:
        return False
    return True


def _way(requires: Mapping[str, Collection[str]], start: str, end: str) -> list[str]:
    """The shortest way from a pack to one that it requires through others, both included; empty without one."""
    ways = {start: [start]}
    pending = [start]
    for name in pending:
        if name == end:
            return ways[name]
        for each in sorted(requires.get(name, ())):
            if each not in ways:
                ways[each] = [*ways[name], each]
                pending.append(each)
    return []


def _circle_diagnostic(circle: list[str], known: Mapping[str, Pack]) -> Diagnostic:
    last, first = circle[-2], circle[-1]
    message = f"packs require each other in a circle: {' → '.join(circle)}"
    hint = f"drop '{first}' from the requires of '{last}'"
    return known[last].manifest.diagnostic(codes.PACK_CYCLE, message, hint, f"/requires/{first}")
