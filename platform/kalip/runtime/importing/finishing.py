"""Makes an importer's documents a pack without faults: what Kalip refuses is taken out, told, and looked at again."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from kalip.base.errors import Diagnostic, MetadataError
from kalip.base.text import DEFAULT_LOCALE, Text
from kalip.compiler import compile_packs
from kalip.metadata import Pack, examine_documents, format_at, place_of
from kalip.metadata.bounds import Bounds
from kalip.metadata.source import unescape
from kalip.runtime.extensions import Extensions
from kalip.runtime.importers import Imported, Outcome, ReportLine

_ROUNDS: Final = 40
_CONTAINERS: Final = frozenset({"fields", "columns", "sections", "tabs", "stages", "permissions", "from", "set"})
_EXTRAS: Final = frozenset(
    {
        "required_when", "visible_when", "readonly_when", "default", "default_expression", "filter", "required",
        "unique", "indexed", "readonly", "min", "max", "pattern", "scale", "max_length", "min_length", "currency",
        "currencies", "country", "on_delete", "result", "period", "format", "accept", "help", "label", "placeholder",
    }
)  # fmt: skip
"""What a field can do without."""
_TEXTS = ("label", "help")


@dataclass(frozen=True, slots=True)
class Finished:
    """A pack that compiles, and the whole report."""

    pack: Pack
    lines: tuple[ReportLine, ...]


def finish_import(imported: Imported, extensions: Extensions) -> Finished:
    """Check and compile; each thing that is refused is taken out. MetadataError when that does not help."""
    work = _Work({path: dict(data) for path, data in _plain(imported.documents).items()}, extensions)
    diagnostics: tuple[Diagnostic, ...] = ()
    for _ in range(_ROUNDS):
        pack, diagnostics = work.look()
        if pack is not None and not diagnostics:
            return Finished(pack, (*imported.lines, *work.lines))
        if not work.mend(diagnostics):
            break
    raise MetadataError("The importer made a pack that has faults.", diagnostics)


class _Work:
    def __init__(self, documents: dict[str, dict[str, Any]], extensions: Extensions) -> None:
        self.documents = documents
        self.extensions = extensions
        self.lines: list[ReportLine] = []

    def look(self) -> tuple[Pack | None, tuple[Diagnostic, ...]]:
        """The pack as it is, and what is wrong with it."""
        types = self.extensions.types
        contents = {path: format_at(path, data, types).encode() for path, data in self.documents.items()}
        bounds = Bounds("the pack")
        for path, content in contents.items():
            fault = bounds.refuse(path, len(content))
            if fault is not None:
                raise MetadataError("The pack would be too big.", [fault])
        reading = examine_documents(contents)
        if reading.pack is None or reading.diagnostics:
            return reading.pack, reading.diagnostics
        known = self.extensions
        compiled = compile_packs([reading.pack], types, functions=known.functions, actions=known.actions)
        return reading.pack, compiled.diagnostics

    def mend(self, diagnostics: tuple[Diagnostic, ...]) -> bool:
        """Take out what the diagnostics name; whether anything was."""
        changed = False
        for each in diagnostics:
            if each.where is not None:
                changed = self._take_out(self._path(each.where.file), each.where.pointer, each) or changed
        return changed

    def _path(self, file: str) -> str:
        while file and file not in self.documents:
            file = file.partition("/")[2]
        return file

    def _take_out(self, path: str, pointer: str, diagnostic: Diagnostic) -> bool:
        data = self.documents.get(path)
        if data is None:
            return False
        steps = [unescape(step) for step in pointer.split("/")[1:]]
        if not steps:
            return self._forget(path, diagnostic)
        if path.endswith("/entity.json") and steps[0] == "fields" and len(steps) > 1:
            return self._mend_field(path, data, steps, diagnostic)
        keep = 2 if steps[0] in ("search", "unique", "checks", "duplicates", "transitions", "stages") else len(steps)
        return self._cut(path, steps[:keep], diagnostic)

    def _mend_field(self, path: str, data: dict[str, Any], steps: list[str], diagnostic: Diagnostic) -> bool:
        name, rest = steps[1], steps[2:]
        fields = data["fields"]
        made = fields.get(name)
        if not isinstance(made, dict):
            return False
        if rest and rest[0] in _EXTRAS:
            return self._cut(path, steps[:3], diagnostic)
        if rest and rest[0] in made and made["type"] == "any_reference" and len(rest) > 1 and len(made["to"]) > 1:
            return self._cut(path, steps[:4], diagnostic)
        plain = {"type": "text", **{key: made[key] for key in _TEXTS if key in made}}
        if made == plain:
            return self._cut(path, steps[:2], diagnostic)
        data["fields"] = {**fields, name: plain}
        self._tell(Outcome.DEGRADED, path, f"/fields/{name}", diagnostic, "text")
        return True

    def _cut(self, path: str, steps: list[str], diagnostic: Diagnostic) -> bool:
        """Remove a key, and what is empty without it."""
        data = self.documents[path]
        trail: list[dict[str, Any]] = [data]
        for step in steps[:-1]:
            below = trail[-1].get(step)
            if not isinstance(below, dict):
                return False
            trail[-1][step] = below = dict(below)
            trail.append(below)
        if trail[-1].pop(steps[-1], None) is None:
            return False
        outcome = Outcome.DROPPED if len(steps) == 2 and steps[0] == "fields" else Outcome.DEGRADED
        self._tell(outcome, path, "/" + "/".join(steps), diagnostic)
        is_view = path.startswith("entities/") and not path.endswith("/entity.json")
        for depth in range(len(trail) - 1, 0, -1):
            step, inside = steps[depth - 1], trail[depth]
            is_kept = inside or (step == "fields" and path.endswith("/entity.json"))
            if is_kept and not (is_view and step not in _CONTAINERS and _is_hollow(inside)):
                break
            trail[depth - 1].pop(step)
        if (is_view and _is_hollow(data)) or not data:
            del self.documents[path]
        return True

    def _forget(self, path: str, diagnostic: Diagnostic) -> bool:
        if path == "pack.json":
            return False
        del self.documents[path]
        if path.endswith("/entity.json"):
            folder = path.removesuffix("entity.json")
            for each in [each for each in self.documents if each.startswith(folder)]:
                del self.documents[each]
        self._tell(Outcome.DROPPED, path, "", diagnostic)
        return True

    def _tell(self, outcome: Outcome, path: str, pointer: str, diagnostic: Diagnostic, became: str = "") -> None:
        if path.startswith("lang/"):
            return  # what it translates is told
        subject = f"{path.removesuffix('.json')}{pointer}"
        self.lines.append(ReportLine(outcome, subject, became, f"left out: {diagnostic.message} ({diagnostic.code})"))


def _is_hollow(data: Mapping[str, Any]) -> bool:
    """Whether a view, tab or section has lost all that it was for."""
    wanted = [key for key in ("tabs", "sections", "columns", "fields", "stages", "permissions") if key in data]
    return not any(isinstance(data[key], dict) and data[key] for key in wanted)


def _plain(documents: Mapping[str, Mapping[str, Any]]) -> dict[str, Mapping[str, Any]]:
    """The documents with texts in English, the other languages in documents of their own."""
    languages: dict[str, dict[str, Any]] = {}
    plain: dict[str, Mapping[str, Any]] = {}
    for path, data in documents.items():
        if place_of(path) is None:
            raise MetadataError(f"The importer made '{path}', which is no document of a pack.", ())
        plain[path] = _without_texts(data, (path.removesuffix(".json"),), languages)
    for locale, said in languages.items():
        plain[f"lang/{locale}.json"] = said
    return plain


def _without_texts(value: Any, steps: tuple[str, ...], languages: dict[str, dict[str, Any]]) -> Any:
    if isinstance(value, Text):
        for locale, text in value.pairs:
            if locale != DEFAULT_LOCALE:
                below = languages.setdefault(locale, {})
                for step in steps[:-1]:
                    below = below.setdefault(step, {})
                below[steps[-1]] = text
        return value.get()
    if isinstance(value, Mapping):
        return {key: _without_texts(each, (*steps, key), languages) for key, each in value.items()}
    return value
