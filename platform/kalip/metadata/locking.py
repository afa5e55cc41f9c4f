"""Which versions of packs belong together, to the byte. Knows hashes of archives, not where packs come from."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from kalip.base.canonical import pretty_text
from kalip.base.errors import Diagnostic, MetadataError, Where
from kalip.metadata import codes
from kalip.metadata.archive import build_zip
from kalip.metadata.documents import Pack
from kalip.metadata.source import parse

LOCK_FILE = "packs.lock"
"""What a lock file is called unless somebody names another."""

_HASH = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Locked:
    """A version of a pack and the SHA-256 of the archive that it builds."""

    version: str
    sha256: str


Lock = Mapping[str, Locked]
"""What each pack, by name, has to be."""


def pack_hash(pack: Pack) -> str:
    """The SHA-256 of the pack's archive: the same on every machine, wherever the pack came from."""
    return hashlib.sha256(build_zip(pack)).hexdigest()


def lock_of(packs: Iterable[Pack]) -> dict[str, Locked]:
    """What these packs are, in their order."""
    return {pack.name: Locked(pack.version, pack_hash(pack)) for pack in packs}


def lock_text(lock: Lock) -> str:
    """A lock as the text of its file."""
    packs = {name: {"version": each.version, "sha256": each.sha256} for name, each in lock.items()}
    return pretty_text({"packs": packs})


def parse_lock(text: str, file: str) -> dict[str, Locked]:
    """The lock that a file's text holds. MetadataError when it holds none."""
    value, faults = parse(text)
    packs = value.get("packs") if isinstance(value, dict) and not faults else None
    if not isinstance(packs, dict) or not all(map(_is_entry, packs.values())):
        hint = "write it anew by `kalip pack lock`"
        fault = Diagnostic(codes.BAD_LOCK, "this is no lock file", hint, Where(file))
        raise MetadataError(f"{file} can't be read.", [fault])
    return {name: Locked(each["version"], each["sha256"]) for name, each in packs.items()}


def lock_faults(packs: Iterable[Pack], lock: Lock) -> list[str]:
    """In what packs differ from a lock, one sentence each; what the lock doesn't name differs too."""
    faults = []
    for pack in packs:
        wanted = lock.get(pack.name)
        if wanted is None:
            faults.append(f"{pack.name} {pack.version} is not in it")
        elif wanted.version != pack.version:
            faults.append(f"{pack.name} is {wanted.version} there, not {pack.version}")
        elif (found := pack_hash(pack)) != wanted.sha256:
            faults.append(
                f"{pack.name} {pack.version} has other contents: {wanted.sha256[:12]}… there, {found[:12]}… here"
            )
    return faults


def _is_entry(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("version"), str)
        and isinstance(value.get("sha256"), str)
        and _HASH.fullmatch(value["sha256"]) is not None
    )
