"""Finds packs by name or path, with those they require beside them, and gathers all that is wrong with them."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from kalip.base.bundle import bundle_path
from kalip.base.errors import Diagnostic
from kalip.cli.command import Environment
from kalip.compiler import compile_packs
from kalip.metadata import SITE, Pack, examine_pack


@dataclass(frozen=True, slots=True)
class Examined:
    """Packs that were asked about, all that they stand on, and every fault."""

    asked: tuple[Pack, ...]
    packs: tuple[Pack, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def is_faulty(self) -> bool:
        """Whether a fault is more than a warning."""
        return any(each.severity == "error" for each in self.diagnostics)


def find_pack(name: str) -> Path:
    """The folder or archive that a path, or the name of a shipped pack, means."""
    path = Path(name)
    shipped = bundle_path("metadata") / name
    return shipped if not path.exists() and name.isidentifier() and shipped.is_dir() else path


def examine(env: Environment, names: Sequence[str]) -> Examined:
    """Read, check and compile packs together with those they require."""
    diagnostics: list[Diagnostic] = []
    asked: list[Pack] = []
    homes: list[Path] = []
    for path in map(find_pack, names):
        reading = examine_pack(path)
        diagnostics += reading.diagnostics
        if reading.pack is not None:
            asked.append(reading.pack)
            homes.append(path.absolute().parent)
    packs = {id(pack): pack for pack in asked}
    names_known = {pack.name for pack in asked}
    pending = list(asked)
    while pending:
        for name in _required(pending.pop()):
            found = None if name in names_known else _beside(name, homes)
            if found is not None:
                names_known.add(name)
                packs[id(found)] = found
                pending.append(found)
    extensions = env.composition.extensions()
    whole = tuple(packs.values())
    if whole:
        compilation = compile_packs(whole, extensions.types, functions=extensions.functions, actions=extensions.actions)
        diagnostics += compilation.diagnostics
    return Examined(tuple(asked), whole, (*extensions.diagnostics, *diagnostics))


def _required(pack: Pack) -> Sequence[str]:
    requires = pack.manifest.data.get("requires", {})
    return [name for name in requires if name != SITE] if isinstance(requires, dict) else []


def _beside(name: str, homes: Sequence[Path]) -> Pack | None:
    """A required pack: a folder beside those asked about, else a shipped one."""
    for home in (*dict.fromkeys(homes), bundle_path("metadata")):
        if (home / name / "pack.json").is_file():
            return examine_pack(home / name).pack
    return None
