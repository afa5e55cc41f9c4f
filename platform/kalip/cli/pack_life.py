"""A pack's life around a site: begun, taken out, brought into files."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.base.names import did_you_mean
from kalip.cli.command import Command, Environment
from kalip.cli.composition import OpenSite
from kalip.cli.pack_sources import installed_packs
from kalip.cli.showing import show_proposal, show_published
from kalip.designer import Publication, Site, compile_served, propose, publish, stored_packs
from kalip.metadata import Kind, Pack, build_zip, new_pack
from kalip.metadata.locking import LOCK_FILE, lock_of, lock_text
from kalip.metadata.picking import Missing, Mode, Picks, pick
from kalip.metadata.wording import place_words
from kalip.records import ListRecords
from kalip.records.transfer import ExportFormat, export_records

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
@click.option(
    "--export", "folder", type=click.Path(path_type=Path), help="Write the pack and its records to this folder first."
)
@_DRY
@_LOSS
@_MESSAGE
@click.pass_obj
def remove(env: Environment, /, name: str, folder: Path | None, **options: object) -> None:
    """Take a pack out of the stack. Its tables are retired with their data, and come back with it.

    What is not to come back is dropped by `kalip storage purge`.
    """
    with env.site() as site:
        pack = installed_pack(site.site, name)
        proposal = propose(site.site, [], removed=[name])
        if options["dry_run"]:
            show_proposal(env.out, proposal)
            return
        publication = _publication(options, f"Remove {name}")
        if folder is not None and not publication.refused(proposal.plan):
            _keep(env, site, pack, folder)
        done = publish(site.site, proposal, publication)
        retired = [step for step in done.plan.lossy if step.rows]
    show_published(env.out, proposal, done)
    if retired:
        env.out.aside("The records wait for the pack to come back; `kalip storage purge` drops them for good.")


def _keep(env: Environment, site: OpenSite, pack: Pack, folder: Path) -> None:
    """Write a pack's archive, and the records of each of its entities as a table."""
    _refuse_full(folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{pack.name}-{pack.version}.zip").write_bytes(build_zip(pack))
    for entity in site.services.runtime.refresh().model.entities.values():
        if entity.pack == pack.name:
            chunks = export_records(site.services, SYSTEM, ListRecords(entity.name), ExportFormat("csv", exact=True))
            with (folder / f"{entity.name}.csv").open("wb") as file:
                file.writelines(chunks)
    env.out.aside(f"{folder} has the pack and its records.")


@click.command("export", cls=Command)
@click.argument("name", default="site")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="A folder, or a file ending in .zip.")
@click.option("--all", "everything", is_flag=True, help="Write every pack as an archive into the folder, with a lock.")
@click.option(
    "--pick",
    "kinds",
    multiple=True,
    metavar="KIND=MODE",
    help="Of a kind (role, seed, list…) take all, referenced or none.",
)
@click.option(
    "--only",
    multiple=True,
    metavar="DOCUMENT",
    help="Take this document: roles/clerk, or entities/lead for its whole folder.",
)
@click.pass_obj
def export_pack(env: Environment, /, name: str, output: Path | None, **options: Any) -> None:
    """Write an installed pack as files, `site` (what was changed here) by default: installable elsewhere as it is.

    With --pick or --only it is the documents asked for and what these need, for `kalip pack install --merge`.
    """
    picks = _picks(options["kinds"], options["only"])
    if options["everything"]:
        if picks is not None:
            raise click.UsageError("--all takes everything; --pick and --only are for one pack.")
        with env.site() as site:
            packs = installed_packs(site)
        _export_all(env, packs, output or Path("packs"))
        return
    with env.site() as site:
        pack = installed_pack(site.site, name)
        missing: tuple[Missing, ...] = ()
        if picks is not None:
            uses = compile_served(installed_packs(site), site.site.extensions).model.uses
            pack, missing = pick(pack, picks, uses, site.site.extensions.types)
    if picks is not None and len(pack.documents) == 1:
        raise NotFound(
            "Nothing of {name} was picked.", params={"name": name}, hint="`kalip pack export` takes all of it"
        )
    target = output or Path(f"{name}-{pack.version}.zip")
    if target.suffix == ".zip":
        target.write_bytes(build_zip(pack))
    else:
        _refuse_full(target)
        _write(pack, target)
    _tell_export(env, target, pack, missing)


def _picks(kinds: Sequence[str], only: Sequence[str]) -> Picks | None:
    """What the options ask for; None for everything."""
    modes: dict[Kind, Mode] = {}
    for word in kinds:
        kind, _, mode = word.partition("=")
        if kind not in set(Kind) or mode not in set(Mode):
            hint = did_you_mean(kind, list(Kind)) if kind not in set(Kind) else f"modes are {', '.join(Mode)}"
            raise click.UsageError(f"--pick {word} is no KIND=MODE: {hint or f'kinds are {chr(44).join(Kind)}'}")
        modes[Kind(kind)] = Mode(mode)
    return Picks(modes, [each.removesuffix(".json").rstrip("/") for each in only]) if modes or only else None


def _tell_export(env: Environment, target: Path, pack: Pack, missing: Sequence[Missing]) -> None:
    needs = dict(pack.manifest.data.get("requires", {}))
    lines = [f"{target}: {pack.name} {pack.version}, {len(pack.contents)} files"]
    if needs:
        lines.append(f"needs {', '.join(f'{each} {range_}' for each, range_ in needs.items())}")
    lines += [
        f"without {place_words(each.needed)}, which {place_words(each.by)} needs: it has to be there already"
        for each in missing
    ]
    data = {"file": str(target), "pack": pack.name, "version": pack.version, "requires": needs}
    data["documents"] = [each.address for each in pack.documents.values()]
    data["missing"] = [{"document": each.needed, "needed_by": each.by} for each in missing]
    env.out.show(data, *lines)


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
