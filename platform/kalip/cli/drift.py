"""In what two sites differ, pack by pack: `kalip drift`."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import click

from kalip.base.errors import KalipError
from kalip.cli.command import Command, Environment, Refused
from kalip.cli.pack_sources import installed_packs
from kalip.cli.showing import MOST_CHANGES, change_json
from kalip.metadata import Change, Pack, diff_packs, read_pack
from kalip.metadata.wording import comparison
from kalip.runtime.settings import SITE_FILE

_SAME = "The same packs, to the byte."


@dataclass(frozen=True, slots=True)
class Drift:
    """How one pack differs. `here` and `there` are versions, None where the pack is not.

    `files` are paths that differ though no property does.
    """

    name: str
    here: str | None
    there: str | None
    changes: tuple[Change, ...] = ()
    files: tuple[str, ...] = ()


@click.command("drift", cls=Command)
@click.argument("other", type=click.Path(exists=True, path_type=Path))
@click.option("-a", "--all", "show_all", is_flag=True, help="Show every difference of long ones too.")
@click.pass_obj
def drift(env: Environment, other: Path, show_all: bool) -> None:  # noqa: FBT001 - click calls by name
    """Say in what this site's packs differ from another site's; exits with 1 when they do.

    OTHER is the folder of another site, a pack (compared with the one of its name here), or a folder of packs as
    `kalip pack export --all` writes it.
    """
    with env.site() as site:
        here = {pack.name: pack for pack in installed_packs(site)}
        place = site.settings.database_url
    there, is_whole = _packs_of(env, other, place)
    if not is_whole:
        here = {name: pack for name, pack in here.items() if name in there}
    found = list(drifts(here, there))
    lines = [line for each in found for line in _lines(each, None if show_all else MOST_CHANGES)]
    env.out.show({"same": not found, "packs": [_json(each) for each in found]}, *(lines or [_SAME]))
    if found:
        raise Refused


def drifts(here: Mapping[str, Pack], there: Mapping[str, Pack]) -> Iterator[Drift]:
    """How the packs of two sites differ; nothing of those that are the same to the byte."""
    for name in sorted({*here, *there}):
        one, other = here.get(name), there.get(name)
        if one is None or other is None:
            yield Drift(name, one.version if one else None, other.version if other else None)
        elif one.contents != other.contents:
            changes = diff_packs(one, other)
            yield Drift(name, one.version, other.version, changes, tuple(_files(one, other, changes)))


def _files(one: Pack, other: Pack, changes: Sequence[Change]) -> Iterator[str]:
    """Paths whose bytes differ though no property does: plain files, and documents that are only written otherwise."""
    told = {change.address for change in changes}
    for path in sorted({*one.contents, *other.contents}):
        if one.contents.get(path) != other.contents.get(path) and path.removesuffix(".json") not in told:
            yield path


def _packs_of(env: Environment, other: Path, place: str) -> tuple[dict[str, Pack], bool]:
    """The packs at a path, and whether they are all that the other site has."""
    if (other / SITE_FILE).is_file():
        with env.composition.open(other) as site:
            if site.settings.database_url == place:
                raise KalipError(
                    "Both sites use the same database.",
                    hint="KALIP_DATABASE_URL overrules site.toml: unset it, or compare with an export",
                )
            return {pack.name: pack for pack in installed_packs(site)}, True
    if other.is_file() or (other / "pack.json").is_file():
        pack = read_pack(other)
        return {pack.name: pack}, False
    paths = [path for path in sorted(other.iterdir()) if path.suffix == ".zip" or (path / "pack.json").is_file()]
    packs = [read_pack(path) for path in paths]
    twins = {pack.name for pack in packs if sum(each.name == pack.name for each in packs) > 1}
    if twins or not packs:
        what = f"more than one {', '.join(sorted(twins))}" if twins else "no pack"
        raise KalipError("There is {what} in {folder}.", params={"what": what, "folder": str(other)})
    return {pack.name: pack for pack in packs}, True


def _lines(found: Drift, most: int | None) -> Iterator[str]:
    if found.here is None or found.there is None:
        yield f"{found.name} {found.here or found.there} is only {'here' if found.here else 'there'}"
        return
    versions = found.here if found.here == found.there else f"{found.here} here, {found.there} there"
    yield f"{found.name} {versions}"
    said = [str(comparison(each)) for each in found.changes] + [f"File {path} differs." for path in found.files]
    yield from (f"  {each}" for each in said[:most])
    if most is not None and len(said) > most:
        yield f"  … and {len(said) - most} more: --all shows them"


def _json(found: Drift) -> dict[str, object]:
    return {
        "pack": found.name,
        "here": found.here,
        "there": found.there,
        "changes": [{**change_json(each), "text": str(comparison(each))} for each in found.changes],
        "files": list(found.files),
    }
