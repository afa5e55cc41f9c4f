"""Packs brought into a site: chosen so that they fit, checked against lock and keys, shown, then installed at once."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import click
from packaging.version import Version

from kalip.access import SYSTEM
from kalip.base.errors import KalipError, NotFound
from kalip.cli.command import Command, Environment, Refused
from kalip.cli.composition import OpenSite
from kalip.cli.output import table
from kalip.cli.pack_keys import check_signatures
from kalip.cli.pack_sources import FROM, Choice, choose, installed_packs, wishes_of
from kalip.cli.showing import show_proposal, show_published
from kalip.designer import Proposal, Publication, install_proposed, propose, seed_documents
from kalip.metadata import SITE, Kind, Pack
from kalip.metadata.locking import LOCK_FILE, Lock, lock_faults, lock_of, lock_text, parse_lock
from kalip.metadata.picking import merge as merge_packs
from kalip.metadata.solving import Wish
from kalip.workflow import run_pack_tests

_OPTIONS = (
    FROM,
    click.option("--dry-run", is_flag=True, help="Only say what would happen."),
    click.option("--ask", is_flag=True, help="Say what would happen, then ask."),
    click.option("--accept-loss", is_flag=True, help="Let what goes be taken out of sight; its data is kept."),
    click.option("--test", "tested", is_flag=True, help="Run the packs' tests first."),
    click.option(
        "--require-signed", is_flag=True, help="Refuse what no trusted key has signed, whatever site.toml says."
    ),
    click.option("-m", "--message", default="", help="What the log says."),
)


@dataclass(frozen=True, slots=True)
class _Wanted:
    folders: Sequence[Path]
    dry_run: bool
    ask: bool
    accept_loss: bool
    tested: bool
    require_signed: bool
    message: str


@click.command("install", cls=Command)
@click.argument("words", nargs=-1, metavar="[PACK]...")
@click.option(
    "--locked",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Install only what this lock file says, all of it without PACK.",
)
@click.option(
    "--merge", is_flag=True, help="Add to the installed pack of that name and replace in it; take nothing out."
)
@click.pass_obj
def install(env: Environment, /, words: Sequence[str], locked: Path | None, *, merge: bool, **options: object) -> None:
    """Install packs or put them in place of older versions: tables, forms, lists and API at once, or nothing.

    A pack is a folder, an archive, or a name with or without a range of versions: "crm>=1.1,<2". What it requires is
    found in the folders that hold packs and comes along.
    """
    lock = _read_lock(locked) if locked is not None else None
    if not words and lock is None:
        raise click.UsageError("Name a pack, or a lock file by --locked.")
    if merge and lock is not None:
        raise click.UsageError("A lock says whole packs: --merge and --locked don't go together.")
    wishes = wishes_of(words) or [Wish(name) for name in lock or ()]
    wanted = _wanted(env, options)
    with env.site() as site:
        if lock is not None:
            _check_lock(_given(wishes), lock, locked)
        given = _given(wishes)
        if merge:
            wishes = _merged(site, wishes)
        choice = choose(env, site, wishes, wanted.folders, lock)
        # What was merged is nobody's signed pack any more; what was given to merge may be.
        signed = [*given, *(each.pack for each in choice.brought_along)] if merge else choice.packs
        check_signatures(env, site.settings, signed, required=wanted.require_signed)
        _bring_in(env, site, choice, wanted)


@click.command("upgrade", cls=Command)
@click.argument("words", nargs=-1, required=True, metavar="PACK...")
@click.pass_obj
def upgrade(env: Environment, /, words: Sequence[str], **options: object) -> None:
    """Put newer versions in place of installed packs; says first what layers above hide of them.

    A name alone is the newest version that fits.
    """
    wishes = wishes_of(words)
    wanted = _wanted(env, options)
    with env.site() as site:
        present = {pack.name: pack.version for pack in installed_packs(site)}
        for wish in wishes:
            _check_newer(wish, present.get(wish.name))
        choice = choose(env, site, wishes, wanted.folders)
        check_signatures(env, site.settings, choice.packs, required=wanted.require_signed)
        named = ", ".join(str(each) for each in choice.new)
        _bring_in(env, site, choice, wanted, f"Upgrade to {named}")


for _option in reversed(_OPTIONS):
    _option(install)
    _option(upgrade)


@click.command("lock", cls=Command)
@click.argument("words", nargs=-1, metavar="[PACK]...")
@FROM
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    help="The lock file; packs.lock in the site's folder by default.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit with 1 when what is installed differs.")
@click.pass_obj
def lock_packs(env: Environment, /, words: Sequence[str], folders: Sequence[Path], **options: Path | bool) -> None:
    """Write which versions are installed, to the byte, or which would be with packs that are named.

    The site's own changes are not locked.
    """
    target = Path(str(options["output"] or env.folder / LOCK_FILE))
    with env.site() as site:
        packs = (
            [each.pack for each in choose(env, site, wishes_of(words), folders).offers]
            if words
            else installed_packs(site)
        )
    packs = [pack for pack in packs if pack.name != SITE]
    if options["only_check"]:
        _tell_differences(env, packs, _read_lock(target), target)
        return
    lock = lock_of(packs)
    target.write_text(lock_text(lock), encoding="utf-8")
    env.out.show(
        {
            "file": str(target),
            "packs": {name: {"version": each.version, "sha256": each.sha256} for name, each in lock.items()},
        },
        table(("pack", "version", "sha256"), [(name, each.version, each.sha256) for name, each in lock.items()]),
        str(target),
    )


def _wanted(env: Environment, options: dict[str, Any]) -> _Wanted:
    wanted = _Wanted(**options)
    if wanted.ask and env.out.as_json:
        raise click.UsageError("--ask is for people, --json for programmes.")
    return wanted


def _given(wishes: Sequence[Wish]) -> list[Pack]:
    return [wish.offer.pack for wish in wishes if wish.offer is not None]


def _merged(site: OpenSite, wishes: Sequence[Wish]) -> list[Wish]:
    """The wishes with packs that were given laid into the installed ones of their names."""
    present = {pack.name: pack for pack in installed_packs(site)}
    types = site.site.extensions.types
    return [
        replace(wish, offer=replace(wish.offer, pack=merge_packs(present[wish.name], wish.offer.pack, types)))
        if wish.offer is not None and wish.name in present
        else wish
        for wish in wishes
    ]


def _bring_in(env: Environment, site: OpenSite, choice: Choice, wanted: _Wanted, message: str = "") -> None:
    for offer in choice.brought_along:
        env.out.aside(f"{offer} comes along, from {offer.place}")
    proposal = propose(site.site, choice.packs)
    if wanted.tested:
        _test(proposal, choice.packs)
    if wanted.dry_run:
        show_proposal(env.out, proposal)
        return
    if proposal.is_empty:
        show_published(env.out, proposal, None)
        return
    if wanted.ask:
        _ask(env, proposal)
    publication = Publication(SYSTEM, wanted.message or message, wanted.accept_loss)
    done = install_proposed(site.site, proposal, publication)
    show_published(env.out, proposal, done, is_shown=wanted.ask)


def _ask(env: Environment, proposal: Proposal) -> None:
    show_proposal(env.out, proposal)
    if not click.confirm("Go on?", err=True):
        env.out.aside("Nothing was changed.")
        raise Refused


def _test(proposal: Proposal, packs: Sequence[Pack]) -> None:
    failed = [
        f"{pack.name}/{result.file} {result.case} ({result.title}): {result.message}"
        for pack in packs
        for result in run_pack_tests(proposal.served, seed_documents(pack, Kind.TEST))
        if not result.passed
    ]
    if failed:
        params = {"number": len(failed), "failed": "; ".join(failed)}
        raise KalipError("Nothing is installed, as {number} tests fail: {failed}", params=params)


def _check_newer(wish: Wish, present: str | None) -> None:
    if present is None:
        raise NotFound(
            "The pack '{name}' is not installed.",
            params={"name": wish.name},
            hint="`kalip pack install` brings it in",
        )
    if wish.offer is not None and Version(wish.offer.pack.version) <= Version(present):
        raise KalipError(
            "{name} {version} is not newer than {present}, which is installed.",
            params={"name": wish.name, "version": wish.offer.pack.version, "present": present},
            hint="`kalip pack install` puts any version in place",
        )


def _read_lock(file: Path) -> Lock:
    try:
        text = file.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise KalipError(
            "The lock file {file} can't be read: {error}", params={"file": str(file), "error": str(error)}
        ) from None
    return parse_lock(text, str(file))


def _check_lock(packs: Sequence[Pack], lock: Lock, file: Path | None) -> None:
    faults = lock_faults(packs, lock)
    if faults:
        raise KalipError(
            "This is not what {file} says: {faults}.",
            params={"file": str(file), "faults": "; ".join(faults)},
            hint="get the packs that were locked, or write the lock anew by `kalip pack lock`",
        )


def _tell_differences(env: Environment, packs: Sequence[Pack], lock: Lock, file: Path) -> None:
    names = {pack.name for pack in packs}
    faults = lock_faults(packs, lock) + [
        f"{name} {each.version} is not installed" for name, each in lock.items() if name not in names
    ]
    env.out.show({"ok": not faults, "faults": faults}, *(faults or [f"as {file} says"]))
    if faults:
        raise Refused
