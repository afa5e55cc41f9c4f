"""Orders packs so that each stands above those that it requires. Knows manifests only."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean
from kalip.metadata import codes
from kalip.metadata.documents import Pack

SITE = "site"
"""The name of the administrator's own pack: always on top."""


@dataclass(frozen=True, slots=True)
class Order:
    """Packs from the lowest to the highest. With errors among the diagnostics the order is as good as it gets."""

    packs: tuple[Pack, ...]
    diagnostics: tuple[Diagnostic, ...]


def order_packs(packs: Sequence[Pack]) -> Order:
    """Order packs by what they require, ties by name; `site` is last whatever it requires."""
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
    names, circles = _sorted(known)
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


def _sorted(known: Mapping[str, Pack]) -> tuple[list[str], list[Diagnostic]]:
    """Names in order; packs in a circle follow by name, with a diagnostic for the circle."""
    pending = {
        name: {each for each in _requires(pack) if each in known and each != SITE}
        for name, pack in known.items()
        if name != SITE
    }
    names: list[str] = []
    diagnostics: list[Diagnostic] = []
    while pending:
        free = min((name for name, needs in pending.items() if needs <= set(names)), default=None)
        if free is None:
            circle = _circle(pending, set(names))
            diagnostics.append(_circle_diagnostic(circle, known))
            pending[circle[-2]].discard(circle[-1])
            continue
        names.append(free)
        del pending[free]
    return [*names, *(SITE for name in known if name == SITE)], diagnostics


def _circle(pending: Mapping[str, set[str]], done: set[str]) -> list[str]:
    """A way through what blocks each other that ends where it began."""
    trail = [min(pending)]
    while trail.count(trail[-1]) == 1:
        trail.append(min(pending[trail[-1]] - done))
    return trail[trail.index(trail[-1]) :]


def _circle_diagnostic(circle: list[str], known: Mapping[str, Pack]) -> Diagnostic:
    last, first = circle[-2], circle[-1]
    message = f"packs require each other in a circle: {' → '.join(circle)}"
    hint = f"drop '{first}' from the requires of '{last}'"
    return known[last].manifest.diagnostic(codes.PACK_CYCLE, message, hint, f"/requires/{first}")
