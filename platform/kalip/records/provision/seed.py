"""The records that come with a pack: made once, the same ids on every site, never touched again.

A seed's id follows from pack, file and key, in the shape of every id but with one fixed moment, so that making it twice
is seen and a reference from another seed is known before the record is there.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from kalip.access import SYSTEM
from kalip.base.errors import BadRequest, KalipError
from kalip.base.names import did_you_mean
from kalip.records.commands import SaveRecord
from kalip.records.naming import find_entity
from kalip.records.rules import rules_of
from kalip.records.saving import make_draft, save_drafts
from kalip.records.services import Services, Work, run
from kalip.storage import select_many

# 2020-01-01T00:00:00Z: before any record that people make.
EPOCH_MILLISECONDS: Final = 1_577_836_800_000
AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Seed:
    """One record of a seed document."""

    file: str
    key: str
    entity: str
    id: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class SeedResult:
    """How many records were made, and how many were there already."""

    made: int
    present: int


def seed_id(pack: str, file: str, key: str) -> str:
    """The id of a seed: a UUIDv7 of a fixed moment whose random part is a digest of the key."""
    digest = int.from_bytes(hashlib.sha256(f"{pack}/{file}/{key}".encode()).digest()[:10], "big")
    fraction, tail = (digest >> 62) & 0xFFF, digest & ((1 << 62) - 1)
    value = (EPOCH_MILLISECONDS << 80) | (7 << 76) | (fraction << 64) | (2 << 62) | tail
    text = f"{value:032x}"
    return f"{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"


def read_seeds(pack: str, documents: Mapping[str, Mapping[str, object]]) -> list[Seed]:
    """The records of seed documents by path (`seed/<name>.json`), in the order written, files by name.

    BadRequest for a seed that refers to one that isn't there.
    """
    raw: list[tuple[str, str, str, Mapping[str, object]]] = []
    for path, data in sorted(documents.items()):
        file = path.rsplit("/", 1)[-1].removesuffix(".json")
        records = data.get("records")
        if isinstance(records, Mapping):
            raw += [(file, str(key), str(data.get("entity")), values) for key, values in records.items()]
    known = {f"{file}/{key}" for file, key, _, _ in raw}
    return [
        Seed(file, key, entity, seed_id(pack, file, key), _resolved(pack, file, known, values))
        for file, key, entity, values in raw
    ]


def seed_pack(services: Services, pack: str, documents: Mapping[str, Mapping[str, object]]) -> SeedResult:
    """Make the seeds that are not there yet, archived ones counting as there; one transaction for all."""
    return run(services, SYSTEM, lambda work: plant_seeds(work, pack, documents))


def plant_seeds(work: Work, pack: str, documents: Mapping[str, Mapping[str, object]]) -> SeedResult:
    """As `seed_pack`, in the transaction of the work. What a layer has removed of the model is left out."""
    seeds = [seed for seed in read_seeds(pack, documents) if _is_known(work, seed.entity)]
    made = 0
    for entity, group in _runs(seeds):
        name = find_entity(work, entity).name
        rules = rules_of(work.served, name)
        there = select_many(work.session, work.served, name, [seed.id for seed in group], work.context, ("id",))
        drafts = []
        for seed in group:
            if seed.id not in there:
                known = {said: value for said, value in seed.values.items() if _is_known(work, name, said)}
                draft = make_draft(rules, SaveRecord(name, known))
                draft.id = seed.id
                drafts.append((seed, draft))
        for (seed, _), outcome in zip(drafts, save_drafts(work, [draft for _, draft in drafts]), strict=True):
            if isinstance(outcome, KalipError):
                raise _refused(seed, outcome)
        made += len(drafts)
    return SeedResult(made, len(seeds) - made)


def _is_known(work: Work, entity: str, field: str = "") -> bool:
    """Whether the model has what the pack was checked with."""
    model, name = work.model, entity.rpartition("/")[2]
    if not field:
        return name in model.entities or name in model.aliases
    return model.entities[name].attribute(field) is not None or f"{name}.{field}" in model.aliases


def _runs(seeds: list[Seed]) -> Iterable[tuple[str, list[Seed]]]:
    """Neighbours of one entity together, since later seeds may refer to earlier ones only."""
    group: list[Seed] = []
    for seed in seeds:
        if group and (group[0].entity != seed.entity or len(group) >= AT_ONCE or _refers_into(seed, group)):
            yield group[0].entity, group
            group = []
        group.append(seed)
    if group:
        yield group[0].entity, group


def _refers_into(seed: Seed, group: list[Seed]) -> bool:
    ids = {each.id for each in group}
    return any(value in ids for value in seed.values.values() if isinstance(value, str))


def _resolved(pack: str, file: str, known: set[str], values: Mapping[str, object]) -> dict[str, object]:
    return {name: _value(pack, file, known, value) for name, value in values.items()}


def _value(pack: str, file: str, known: set[str], value: object) -> object:
    if isinstance(value, list):
        return [_value(pack, file, known, each) for each in value]
    if not isinstance(value, Mapping):
        return value
    if set(value) != {"seed"}:
        return {key: _value(pack, file, known, each) for key, each in value.items()}
    said = str(value["seed"])
    full = said if "/" in said else f"{file}/{said}"
    if full not in known:
        raise BadRequest("There is no seed '{seed}'.", hint=did_you_mean(full, known), params={"seed": said})
    return seed_id(pack, *full.split("/", 1))


def _refused(seed: Seed, error: KalipError) -> KalipError:
    faults = "; ".join(f"{fault.pointer} {fault.message}" for fault in getattr(error, "violations", ()))
    return KalipError(
        "The seed '{file}/{key}' is refused: {reason}",
        code="R130",
        params={"file": seed.file, "key": seed.key, "reason": faults or error.message},
    )
