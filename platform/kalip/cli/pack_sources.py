"""Where packs come from: files that are named, folders that hold packs, what is shipped, what is installed."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import click
from packaging.specifiers import InvalidSpecifier, SpecifierSet

from kalip.base.bundle import bundle_path
from kalip.base.errors import KalipError
from kalip.cli.command import Environment
from kalip.cli.composition import OpenSite
from kalip.designer import stored_packs
from kalip.metadata import Pack, examine_pack, read_pack
from kalip.metadata.locking import Lock, pack_hash
from kalip.metadata.solving import Find, Offer, Wish, solve

FROM = click.option(
    "--from",
    "folders",
    multiple=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder that holds packs: folders or archives. The site's `packs` and the shipped ones are looked at too.",
)
_PACKS = "packs"
_WORD = re.compile(r"([a-z](?:_?[a-z0-9])*)\s*([<>=!~].*)?")


@dataclass(frozen=True, slots=True)
class Choice:
    """Packs chosen for a site: the whole stack, and those of it that are to be brought in."""

    offers: tuple[Offer, ...]
    asked: frozenset[str]

    @property
    def new(self) -> tuple[Offer, ...]:
        """What is not installed as it is."""
        return tuple(each for each in self.offers if not each.is_present)

    @property
    def packs(self) -> list[Pack]:
        """The packs to bring in."""
        return [each.pack for each in self.new]

    @property
    def brought_along(self) -> tuple[Offer, ...]:
        """What comes only because others need it."""
        return tuple(each for each in self.new if each.pack.name not in self.asked)


def wishes_of(words: Sequence[str]) -> list[Wish]:
    """What the command line asks for: paths of packs, names, and names with a range (`crm>=1.1,<2`)."""
    return [_wish(word) for word in words]


def choose(
    env: Environment, site: OpenSite, wishes: Sequence[Wish], folders: Sequence[Path], lock: Lock | None = None
) -> Choice:
    """Versions of the packs asked for, and of what they need, that fit what is installed. Installs nothing.

    With a lock only what it says to the byte can be chosen. MetadataError says who needs what when nothing fits.
    """
    with site.services.database.read() as session:
        installed = [Offer(pack, "installed", is_present=True) for pack in stored_packs(session, site.site.blobs)]
    asked = frozenset(wish.name for wish in wishes)
    kept = [Wish(each.pack.name, is_asked=False) for each in installed if each.pack.name not in asked]
    find = _finder(env, _homes(env, wishes, folders), [*_given(wishes), *installed])
    return Choice(solve([*wishes, *kept], find if lock is None else _locked(find, lock)), asked)


def installed_packs(site: OpenSite) -> list[Pack]:
    """The packs of a site in stack order, whole."""
    with site.services.database.read() as session:
        return stored_packs(session, site.site.blobs)


def _wish(word: str) -> Wish:
    path = Path(word)
    match = _WORD.fullmatch(word.strip())
    if path.exists() or match is None:
        pack = read_pack(path)
        return Wish(pack.name, offer=Offer(pack, word))
    name, range_ = match[1], match[2] or ""
    try:
        SpecifierSet(range_)
    except InvalidSpecifier:
        raise KalipError(
            "'{range}' is not a range of versions.", params={"range": range_}, hint=f"write '{name}>=1.2,<2'"
        ) from None
    return Wish(name, range_)


def _given(wishes: Sequence[Wish]) -> list[Offer]:
    return [wish.offer for wish in wishes if wish.offer is not None]


def _homes(env: Environment, wishes: Sequence[Wish], folders: Sequence[Path]) -> list[Path]:
    """Folders to look into, the nearest first: those named, the site's, those around what was given, the shipped."""
    around = [Path(offer.place).absolute().parent for offer in _given(wishes)]
    return list(dict.fromkeys([*folders, env.folder / _PACKS, *around, bundle_path("metadata")]))


def _finder(env: Environment, homes: Sequence[Path], known: Sequence[Offer]) -> Find:
    def find(name: str) -> list[Offer]:
        there = [offer for home in homes for offer in _offers(env, home, name)]
        places = {each.place for each in there}
        return [
            *(each for each in known if each.pack.name == name and not each.is_present and each.place not in places),
            *there,
            *(each for each in known if each.pack.name == name and each.is_present),
        ]

    return find


def _offers(env: Environment, home: Path, name: str) -> Iterator[Offer]:
    for path in (home / name, home / f"{name}.zip", *sorted(home.glob(f"{name}-*"))):
        if (path.suffix == ".zip" and path.is_file()) or (path / "pack.json").is_file():
            reading = examine_pack(path)
            if reading.pack is None or reading.diagnostics:
                env.out.aside(f"{path} can't be read and is left out: kalip pack check {path}")
            elif reading.pack.name == name:
                yield Offer(reading.pack, str(path))


def _locked(find: Find, lock: Lock) -> Find:
    """Only what a lock says; what it doesn't name only as it is installed."""

    def locked(name: str) -> list[Offer]:
        wanted = lock.get(name)
        if wanted is None:
            return [each for each in find(name) if each.is_present]
        return [each for each in find(name) if pack_hash(each.pack) == wanted.sha256]

    return locked
