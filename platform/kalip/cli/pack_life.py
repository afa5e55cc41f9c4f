"""A pack's life around a site: begun, taken out, brought into files."""

from collections.abc import Sequence
from pathlib import Path

import click

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.base.names import did_you_mean
from kalip.cli.command import Command, Environment
from kalip.cli.pack_sources import installed_packs
from kalip.cli.showing import show_proposal, show_published
from kalip.designer import Publication, Site, propose, publish, stored_packs
from kalip.metadata import Pack, build_zip, new_pack
from kalip.metadata.locking import LOCK_FILE, lock_of, lock_text

_LOSS = click.option("--accept-loss", is_flag=True, help="Let what goes be taken out of sight; its data is kept.")
_DRY = click.option("--dry-run", is_flag=True, help="Only say what would happen.")
_MESSAGE = click.option("-m", "--message", default="", help="What the log says.")


@click.command("new", cls=Command)
@click.argument("name")
@click.argument("entities", nargs=-1, metavar="[ENTITY]...")
@click.option("--into", type=click.Path(path_type=Path), help="The folder to make; the pack's name by default.")
@click.pass_obj
def new(env: Environment, name: str, entities: Sequence[str], into: Path | None) -> None:
    """Begin a pack: a folder with entities, each with list, form, rights and a test, to be changed."""
    folder = into or Path(name)
    _refuse_full(folder)
    pack = new_pack(name, entities or (f"{name}_item",), env.composition.extensions().types)
    _write(pack, folder)
    env.out.show(
        {"folder": str(folder), "files": list(pack.contents)},
        f"{folder}: {len(pack.contents)} files. Next: kalip pack check {folder}",
    )


@click.command("remove", cls=Command)
@click.argument("name")
@_DRY
@_LOSS
@_MESSAGE
@click.pass_obj
def remove(env: Environment, /, name: str, **options: object) -> None:
    """Take a pack out of the stack. Its tables are retired with their data, and come back with it."""
    with env.site() as site:
        installed_pack(site.site, name)
        proposal = propose(site.site, [], removed=[name])
        if options["dry_run"]:
            show_proposal(env.out, proposal)
            return
        done = publish(site.site, proposal, _publication(options, f"Remove {name}"))
    show_published(env.out, proposal, done)


@click.command("export", cls=Command)
@click.argument("name", default="site")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A folder, or a file ending in .zip.")
@click.option("--all", "everything", is_flag=True, help="Write every pack as an archive into the folder, with a lock.")
@click.pass_obj
def export_pack(env: Environment, /, name: str, output: Path | None, *, everything: bool) -> None:
    """Write an installed pack as files, `site` (what was changed here) by default: installable elsewhere as it is."""
    with env.site() as site:
        packs = installed_packs(site) if everything else [installed_pack(site.site, name)]
    if everything:
        _export_all(env, packs, output or Path("packs"))
        return
    (pack,) = packs
    target = output or Path(f"{name}-{pack.version}.zip")
    if target.suffix == ".zip":
        target.write_bytes(build_zip(pack))
    else:
        _refuse_full(target)
        _write(pack, target)
    needs = dict(pack.manifest.data.get("requires", {}))
    said = f"{target}: {pack.name} {pack.version}, {len(pack.contents)} files"
    more = [f"needs {', '.join(f'{each} {range_}' for each, range_ in needs.items())}"] if needs else []
    env.out.show({"file": str(target), "pack": name, "version": pack.version, "requires": needs}, said, *more)


def _export_all(env: Environment, packs: Sequence[Pack], folder: Path) -> None:
    _refuse_full(folder)
    folder.mkdir(parents=True, exist_ok=True)
    files = {pack.name: folder / f"{pack.name}-{pack.version}.zip" for pack in packs}
    for pack in packs:
        files[pack.name].write_bytes(build_zip(pack))
    (folder / LOCK_FILE).write_text(lock_text(lock_of(packs)), encoding="utf-8")
    env.out.show({name: str(file) for name, file in files.items()}, *map(str, files.values()))


def _refuse_full(folder: Path) -> None:
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise KalipError("There is something in {folder} already.", params={"folder": str(folder)}, hint="name another")


def _publication(options: dict[str, object], message: str) -> Publication:
    return Publication(SYSTEM, str(options["message"]) or message, bool(options["accept_loss"]))


def installed_pack(site: Site, name: str) -> Pack:
    """A pack of the site. NotFound with what there is."""
    with site.services.database.read() as session:
        packs = {pack.name: pack for pack in stored_packs(session, site.blobs)}
    if name not in packs:
        hint = did_you_mean(name, packs) or f"there are {', '.join(packs)}"
        raise NotFound("The pack '{name}' is not installed.", params={"name": name}, hint=hint)
    return packs[name]


def _write(pack: Pack, folder: Path) -> None:
    for path, content in pack.contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
