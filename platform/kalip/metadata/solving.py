"""Chooses versions of packs that fit together. Knows manifests and ranges, not where packs come from."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version
from resolvelib import AbstractProvider, BaseReporter, ResolutionImpossible, Resolver
from resolvelib.structs import RequirementInformation

from kalip.base.errors import Diagnostic, MetadataError, Where
from kalip.metadata import codes
from kalip.metadata.dependencies import SITE, order_packs
from kalip.metadata.documents import Pack

_MOST_ROUNDS = 20_000


@dataclass(frozen=True)
class Offer:
    """A pack that could be taken. `place` is where people find it; installed ones are `is_present`."""

    pack: Pack
    place: str
    is_present: bool = False

    def __str__(self) -> str:
        return f"{self.pack.name} {self.pack.version}"


@dataclass(frozen=True)
class Wish:
    """A pack that has to be there, in a range of versions; exactly `offer` when one is given.

    What is not `is_asked` for stays as it is when that fits.
    """

    name: str
    range: str = ""
    offer: Offer | None = None
    is_asked: bool = True


Find = Callable[[str], Sequence[Offer]]
"""Every offer of a pack by name."""


def solve(wishes: Sequence[Wish], find: Find) -> tuple[Offer, ...]:
    """Offers that fulfil all wishes and what these require, from the lowest layer to the highest.

    What was asked for, and what has to change, is taken in the newest version that fits, a finished one before a
    beta. Raises MetadataError with who needs what when nothing fits, and for packs in a circle.
    """
    provider = _Provider(wishes, find)
    try:
        found = Resolver(provider, BaseReporter()).resolve(wishes, max_rounds=_MOST_ROUNDS).mapping
    except ResolutionImpossible as impossible:
        raise _conflict(impossible.causes, provider) from None
    new = {name for name, offer in found.items() if not offer.is_present}
    order = order_packs([offer.pack for offer in found.values()], new)
    if order.diagnostics:
        raise MetadataError("The packs can't lie on each other.", order.diagnostics)
    return tuple(found[pack.name] for pack in order.packs)


def fits(version: str, range_: str) -> bool:
    """Whether a version lies in a range; what can't be compared lies in the empty range only."""
    try:
        return not range_.strip() or SpecifierSet(range_).contains(Version(version), prereleases=True)
    except (InvalidSpecifier, InvalidVersion):
        return False


def newest_first(offers: Iterable[Offer]) -> list[Offer]:
    """Offers by version, finished ones before betas, what can't be compared last."""
    return sorted(offers, key=lambda each: _rank(each.pack.version), reverse=True)


def _rank(version: str) -> tuple[int, Version]:
    try:
        known = Version(version)
    except InvalidVersion:
        return 0, Version("0")
    return (1 if known.is_prerelease else 2), known


class _Provider(AbstractProvider[Wish, Offer, str]):
    def __init__(self, wishes: Sequence[Wish], find: Find) -> None:
        self.known: dict[str, list[Offer]] = {}
        self.find = find
        self.asked = {wish.name for wish in wishes if wish.is_asked}

    def offers(self, name: str) -> list[Offer]:
        """The offers of a name, the preferred first."""
        if name not in self.known:
            found = newest_first(self.find(name))
            if name not in self.asked:
                found.sort(key=lambda each: not each.is_present)
            self.known[name] = found
        return self.known[name]

    def identify(self, requirement_or_candidate: Wish | Offer) -> str:
        each = requirement_or_candidate
        return each.name if isinstance(each, Wish) else each.pack.name

    def get_preference(self, identifier: str, *_: Any, **__: Any) -> tuple[bool, str]:
        # What somebody asked for is settled first, so that the rest bends around it.
        return identifier not in self.asked, identifier

    def find_matches(
        self,
        identifier: str,
        requirements: Mapping[str, Iterator[Wish]],
        incompatibilities: Mapping[str, Iterator[Offer]],
    ) -> list[Offer]:
        wishes = list(requirements[identifier])
        refused = {id(offer) for offer in incompatibilities[identifier]}
        given = [wish.offer for wish in wishes if wish.offer is not None]
        offers = given or self.offers(identifier)
        return [
            offer
            for offer in offers
            if id(offer) not in refused and all(self.is_satisfied_by(wish, offer) for wish in wishes)
        ]

    def is_satisfied_by(self, requirement: Wish, candidate: Offer) -> bool:
        if requirement.offer is not None:
            return requirement.offer is candidate
        return fits(candidate.pack.version, requirement.range)

    def get_dependencies(self, candidate: Offer) -> list[Wish]:
        requires = candidate.pack.manifest.data.get("requires")
        named = requires.items() if isinstance(requires, dict) else ()
        return [Wish(name, str(range_), is_asked=False) for name, range_ in named if name != SITE]


def _conflict(causes: Collection[RequirementInformation[Wish, Offer]], provider: _Provider) -> MetadataError:
    """Who needs what, and what there is."""
    names = sorted({cause.requirement.name for cause in causes})
    said = [_need(cause.requirement, cause.parent) for cause in causes]
    there = [_there(name, [*_given(name, causes), *provider.offers(name)]) for name in names]
    needs = "; ".join(dict.fromkeys(said))
    diagnostics = [
        found
        for cause in causes
        if cause.parent is not None and (found := _diagnostic(cause.requirement, cause.parent, provider))
    ]
    return MetadataError(f"No versions of the packs fit together: {needs}. There {'; '.join(there)}.", diagnostics)


def _given(name: str, causes: Iterable[RequirementInformation[Wish, Offer]]) -> list[Offer]:
    return [each.requirement.offer for each in causes if each.requirement.offer and each.requirement.name == name]


def _need(wish: Wish, parent: Offer | None) -> str:
    what = f"{wish.name} {wish.range}".rstrip()
    if parent is not None:
        return f"{parent} requires {what}"
    if wish.offer is not None:
        return f"{wish.offer} is to be installed"
    return f"{what} was asked for" if wish.is_asked else f"{what} is installed and stays"


def _there(name: str, offers: Sequence[Offer]) -> str:
    if not offers:
        return f"is no pack '{name}'"
    seen = dict.fromkeys(f"{each.pack.version} ({each.place})" for each in offers)
    return f"is {name} {', '.join(seen)}"


def _diagnostic(wish: Wish, parent: Offer, provider: _Provider) -> Diagnostic | None:
    where: Where = parent.pack.manifest.where(f"/requires/{wish.name}")
    offers = provider.offers(wish.name)
    if not offers:
        message = f"the pack '{parent.pack.name}' requires '{wish.name}', which is not there"
        return Diagnostic(codes.PACK_MISSING, message, f"give '{wish.name}' too, or say where packs lie", where)
    message = f"'{parent.pack.name}' requires '{wish.name}' {wish.range}".rstrip()
    hint = "give a version that all allow, or widen this range"
    return Diagnostic(codes.PACK_VERSION, message, hint, where)
