"""Packs on the command line: checked, formatted, tested, built, installed, compared."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import click

from kalip.base.errors import Diagnostic, MetadataError
from kalip.cli.command import Environment, Group, Refused
from kalip.cli.output import diagnostic_json
from kalip.cli.pack_install import install, lock_packs, upgrade
from kalip.cli.pack_keys import key, read_key
from kalip.cli.pack_life import export_pack, installed_pack, new, remove
from kalip.cli.reading import Examined, examine, find_pack
from kalip.cli.showing import change_json, change_lines
from kalip.designer import compile_served, seed_documents
from kalip.metadata import Kind, Pack, build_zip, diff_packs, format_document, read_pack
from kalip.metadata.locking import pack_hash
from kalip.metadata.signing import sign, signer
from kalip.storage import list_packs
from kalip.workflow import CaseResult, run_pack_tests

_PATHS = click.argument("paths", nargs=-1, required=True, metavar="PACK...")


@click.group(cls=Group)
def pack() -> None:
    """Work with packs: folders or archives of metadata."""


for _command in (new, install, upgrade, lock_packs, remove, export_pack, key):
    pack.add_command(_command)


@pack.command("check")
@_PATHS
@click.pass_obj
def check_packs(env: Environment, paths: Sequence[str]) -> None:
    """Print everything that is wrong with packs, with file and line; files changed after signing are told too."""
    found = examine(env, paths)
    unlike = [each for pack in found.asked for each in _signature_faults(pack)]
    found = replace(found, diagnostics=(*found.diagnostics, *unlike))
    _tell(env, found)
    if found.is_faulty:
        raise Refused


@pack.command("format")
@_PATHS
@click.option("--check", "only_check", is_flag=True, help="Change nothing; exit with 1 when something would change.")
@click.pass_obj
def format_packs(env: Environment, paths: Sequence[str], only_check: bool) -> None:  # noqa: FBT001 - click calls by name
    """Put packs into the canonical form: order of keys, two spaces, defaults left out."""
    types = env.composition.extensions().types
    changed = []
    for path in paths:
        folder = find_pack(path)
        for document in read_pack(folder).documents.values():
            text = format_document(document.data, document.kind, types)
            if text != document.text:
                changed.append(f"{folder}/{document.path}")
                if not only_check:
                    (folder / document.path).write_text(text, encoding="utf-8")
    said = "not canonical" if only_check else "formatted"
    env.out.show({"changed": changed}, *(f"{said}: {each}" for each in changed), f"{len(changed)} files {said}")
    if only_check and changed:
        raise Refused


@pack.command("test")
@_PATHS
@click.pass_obj
def test_packs(env: Environment, paths: Sequence[str]) -> None:
    """Run the tests that packs bring, on a throw-away database."""
    found = examine(env, paths)
    if found.is_faulty:
        _tell(env, found)
        raise Refused
    results = []
    for each in found.asked:
        results += [(each.name, result) for result in _run_tests(env, found, each)]
    failed = [(name, result) for name, result in results if not result.passed]
    env.out.show(
        {"passed": len(results) - len(failed), "failed": len(failed), "cases": [_case(*each) for each in results]},
        *(f"✗ {name}/{result.file} {result.case}: {result.title}\n    {result.message}" for name, result in failed),
        f"{len(results) - len(failed)} passed, {len(failed)} failed",
    )
    if failed:
        raise Refused


@pack.command("build")
@click.argument("path", metavar="PACK")
@click.option("-o", "--output", type=click.Path(path_type=Path), help="The archive; NAME-VERSION.zip by default.")
@click.option("--sign", "key_file", type=click.Path(dir_okay=False, path_type=Path), help="Sign with this private key.")
@click.pass_obj
def build_pack(env: Environment, path: str, output: Path | None, key_file: Path | None) -> None:
    """Check a pack and build its archive: the same pack gives the same bytes, everywhere."""
    found = examine(env, [path])
    if found.is_faulty:
        _tell(env, found)
        raise Refused
    built = found.asked[0]
    if key_file is not None:
        built = sign(built, read_key(key_file))
    public = signer(built)
    target = output or Path(f"{built.name}-{built.version}.zip")
    content = build_zip(built)
    target.write_bytes(content)
    env.out.show(
        {"file": str(target), "bytes": len(content), "sha256": pack_hash(built), "signed_by": public},
        f"{target}, {len(content)} bytes",
        f"sha256 {pack_hash(built)}",
        *([f"signed by {public}"] if public else []),
    )


@pack.command("list")
@click.pass_obj
def show_packs(env: Environment) -> None:
    """List the installed packs in stack order."""
    with env.site() as site:
        model = site.services.runtime.pin().model
        with site.services.database.read() as session:
            installed = list_packs(session)
    entities = {name: sum(e.pack == name for e in model.entities.values()) for name in model.packs}
    rows = [(p.name, p.version, entities.get(p.name, 0), len(p.documents), p.installed_at) for p in installed]
    columns = ("pack", "version", "entities", "documents", "installed")
    env.out.rows(columns, rows)


@pack.command("diff")
@click.argument("before")
@click.argument("after", required=False)
@click.pass_obj
def show_difference(env: Environment, before: str, after: str | None) -> None:
    """Compare two packs, or one with the installed pack of its name."""
    new = read_pack(find_pack(after or before))
    old = read_pack(find_pack(before)) if after else _installed(env, new.name)
    changes = diff_packs(old, new)
    env.out.show([change_json(each) for each in changes], *(change_lines(changes) or ["no differences"]))


def _installed(env: Environment, name: str) -> Pack:
    with env.site() as site:
        return installed_pack(site.site, name)


def _signature_faults(pack: Pack) -> Sequence[Diagnostic]:
    try:
        signer(pack)
    except MetadataError as error:
        return error.diagnostics
    return ()


def _tell(env: Environment, found: Examined) -> None:
    env.out.diagnostics(found.diagnostics if not env.out.as_json else ())
    errors = sum(each.severity == "error" for each in found.diagnostics)
    warnings = len(found.diagnostics) - errors
    said = f"{errors} errors, {warnings} warnings" if found.diagnostics else "no faults"
    env.out.show(
        {"ok": not found.is_faulty, "diagnostics": [diagnostic_json(each) for each in found.diagnostics]},
        f"{', '.join(each.name for each in found.asked) or 'no pack'}: {said}",
    )


def _run_tests(env: Environment, found: Examined, asked: Pack) -> tuple[CaseResult, ...]:
    served = compile_served(found.packs, env.composition.extensions())
    return run_pack_tests(served, seed_documents(asked, Kind.TEST))


def _case(name: str, result: CaseResult) -> dict[str, object]:
    said = {"pack": name, "file": result.file, "case": result.case, "title": result.title}
    return said | {"passed": result.passed, "message": result.message}
