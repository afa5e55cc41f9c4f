"""Metadata of other systems made into packs on the command line."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import click
from rich.console import RenderableType

from kalip.base.bundle import bundle_path
from kalip.base.errors import Diagnostic, KalipError
from kalip.base.names import did_you_mean, is_name
from kalip.base.text import LANGUAGES
from kalip.cli.command import Command, Environment, Refused
from kalip.cli.output import diagnostic_json
from kalip.metadata import SITE
from kalip.metadata.kinds import is_locale
from kalip.runtime.importers import Imported, MetadataImporter, Outcome, ReportLine, Source
from kalip.runtime.importing.finishing import Finished, finish_import
from kalip.runtime.importing.foreign import read_foreign
from kalip.runtime.importing.naming import made_name

_MARKS = {Outcome.MAPPED: "=", Outcome.DEGRADED: "~", Outcome.DROPPED: "-"}
_REPORT = "docs/import.md"


@click.command("import metadata", cls=Command)
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--from", "system", required=True, help="The system that the files come from, such as espocrm or frappe.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="The folder to make; NAME by default.")
@click.option("--name", metavar="PACK", help="The pack's name; made from the folder's name otherwise.")
@click.option("--prefix", default="", help="Put before the names of entities, roles and choice lists.")
@click.option(
    "--languages",
    default=",".join(LANGUAGES),
    show_default=True,
    help="The languages whose texts are taken along, with commas.",
)
@click.option("--all", "all_lines", is_flag=True, help="List what was mapped too, not only what was lost.")
@click.pass_obj
def import_metadata(  # noqa: PLR0913, PLR0917 - one parameter per option, click calls by name
    env: Environment,
    path: Path,
    system: str,
    out: Path | None,
    name: str | None,
    prefix: str,
    languages: str,
    all_lines: bool,  # noqa: FBT001 - as above
) -> None:
    """Make a pack of another system's entities: a folder of its JSON files, or one file.

    Files that can't be read are named, and the rest is imported. The report of what was mapped, degraded and dropped
    also lies in the pack, as docs/import.md.
    """
    importer = _importer(env, system)
    pack = _pack_name(path, name, importer)
    folder = out or Path(pack)
    if folder.exists() and any(folder.iterdir()):
        raise KalipError("There is something in {folder} already.", params={"folder": str(folder)}, hint="name another")
    read = read_foreign(path, importer.wants)
    if not read.documents:
        _refuse(env, read.diagnostics, f"There is nothing to import in {path}.")
    imported = _read(importer, read.source(pack, prefix, _locales(languages)))
    if not any(each.startswith("entities/") for each in imported.documents):
        _refuse(env, read.diagnostics, f"{importer.label} finds no entity in {path}.", imported.lines)
    finished = finish_import(imported, env.composition.extensions())
    _write({**finished.pack.contents, _REPORT: _report(importer, finished).encode()}, folder)
    env.out.diagnostics(() if env.out.as_json else read.diagnostics)
    said = {"folder": str(folder), "pack": pack, "entities": _entities(finished)}
    env.out.show(
        said | _lines_json(finished.lines) | {"diagnostics": [diagnostic_json(each) for each in read.diagnostics]},
        *_shown(finished.lines, all_lines=all_lines),
        f"{folder}: {_counted(finished)}. Next: kalip pack check {folder}",
    )
    if any(each.severity == "error" for each in read.diagnostics):
        raise Refused


def _importer(env: Environment, system: str) -> MetadataImporter:
    importers = env.composition.extensions().importers
    if system not in importers:
        hint = did_you_mean(system, importers) or f"there are {', '.join(sorted(importers)) or 'none'}"
        raise KalipError("No plugin imports from '{system}'.", params={"system": system}, hint=hint)
    return importers[system]


def _pack_name(path: Path, given: str | None, importer: MetadataImporter) -> str:
    if given is not None:
        if not is_name(given) or given == SITE:
            hint = "small letters, digits and single underscores, beginning with a letter; 'site' is taken"
            raise KalipError("'{name}' can't be a pack's name.", params={"name": given}, hint=hint)
        return given
    found = path.resolve()
    made = made_name(found.stem if found.is_file() else found.name, importer.name)
    if made == SITE:
        return importer.name
    is_shipped = (bundle_path("metadata") / made).is_dir()
    return f"{made}_{importer.name}" if is_shipped else made


def _read(importer: MetadataImporter, source: Source) -> Imported:
    try:
        return importer.read(source)
    except KalipError:
        raise
    except Exception as error:
        params = {"importer": importer.label.get(), "reason": f"{type(error).__name__}: {error}"}
        raise KalipError("The importer from {importer} failed: {reason}", params=params) from error


def _locales(given: str) -> tuple[str, ...]:
    locales = tuple(each.strip() for each in given.split(",") if each.strip())
    for each in locales:
        if not is_locale(each):
            raise KalipError("'{locale}' is no language.", params={"locale": each}, hint="write en,tr,ru or pt-BR, say")
    return locales


def _refuse(
    env: Environment, diagnostics: Sequence[Diagnostic], message: str, lines: Sequence[ReportLine] = ()
) -> None:
    env.out.diagnostics(() if env.out.as_json else diagnostics)
    found = [diagnostic_json(each) for each in diagnostics]
    error = {"code": KalipError.code, "message": message}
    env.out.show({"error": error, "diagnostics": found} | _lines_json(lines), *_shown(lines, all_lines=False), message)
    raise Refused


def _shown(lines: Sequence[ReportLine], *, all_lines: bool) -> Iterator[RenderableType]:
    """What people read: by entity of the other system, what was lost with its reason."""
    for subject, group in _grouped(lines).items():
        counts = Counter(each.outcome for each in group)
        yield f"{subject}: {', '.join(f'{counts[each]} {each}' for each in Outcome if counts[each])}"
        for each in group:
            if all_lines or each.outcome is not Outcome.MAPPED:
                yield f"  {_MARKS[each.outcome]} {_said(each)}"


def _grouped(lines: Sequence[ReportLine]) -> Mapping[str, Sequence[ReportLine]]:
    groups: dict[str, list[ReportLine]] = {}
    for each in lines:
        groups.setdefault(each.subject.partition(".")[0], []).append(each)
    return groups


def _said(line: ReportLine) -> str:
    became = f" → {line.became}" if line.became else ""
    reason = f": {line.reason}" if line.reason else ""
    return f"{line.subject}{became}{reason}"


def _report(importer: MetadataImporter, finished: Finished) -> str:
    text = [f"# Imported from {importer.label}", "", f"{_counted(finished)}.", ""]
    for subject, group in _grouped(finished.lines).items():
        text += [f"## {_cell(subject)}", "", "| | there | here | why |", "|---|---|---|---|"]
        text += [
            f"| {each.outcome} | {_cell(each.subject)} | {_cell(each.became)} | {_cell(each.reason)} |"
            for each in group
        ]
        text.append("")
    return "\n".join(text)


def _cell(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def _counted(finished: Finished) -> str:
    counts = Counter(each.outcome for each in finished.lines)
    return f"{len(_entities(finished))} entities; " + ", ".join(f"{counts[each]} {each}" for each in Outcome)


def _entities(finished: Finished) -> list[str]:
    return [path.split("/")[1] for path in finished.pack.documents if path.endswith("/entity.json")]


def _lines_json(lines: Sequence[ReportLine]) -> dict[str, object]:
    counts = Counter(each.outcome for each in lines)
    shown = [
        {
            "outcome": each.outcome,
            "subject": each.subject,
            "became": each.became,
            "reason": each.reason,
            "file": each.where.file if each.where else "",
            "line": each.where.line if each.where else 0,
        }
        for each in lines
    ]
    return {"counts": {each.value: counts[each] for each in Outcome}, "lines": shown}


def _write(contents: Mapping[str, bytes], folder: Path) -> None:
    for path, content in contents.items():
        file = folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
