"""Checks what packs say about records: seeds, demo data and tests. Makes nothing of them.

Of an entity or field that a layer above has removed a pack may still speak: its records go without.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.fields import value_faults
from kalip.compiler.lists import role_named
from kalip.metadata import Document, Kind
from kalip.model import DIRECTORY, Field

_SEED_SYSTEM = frozenset({"owner", "pipeline", "stage", "created_at"})
_STEPS_WITH_ENTITY = ("create", "preview", "list")


def check_records(bench: Bench) -> None:
    """Check every seed, demo document and test of every pack."""
    for document in bench.stack.own(Kind.SEED):
        _check_seed(bench, document)
    for document in bench.stack.own(Kind.DEMO):
        _check_demo(bench, document)
    for document in bench.stack.own(Kind.TEST):
        _check_test(bench, document)


def _check_seed(bench: Bench, document: Document) -> None:
    spot = Spot(document)
    name = _entity(bench, document.data["entity"], spot.at("entity"))
    if name is None:
        return
    draft = bench.drafts[name]
    for key, values in document.data["records"].items():
        for said, raw in values.items():
            here = spot.at("records", key, said)
            field = None if bench.is_taken_away(name, said) else _field(bench, draft, said, here)
            if field is None:
                continue
            links = [each["seed"] for each in _links(raw, "seed")]
            for link in links:
                _check_seed_link(bench, document, field, link, here)
            if not links and not field.system:
                _check_value(bench, field, raw, here)


def _check_seed_link(bench: Bench, document: Document, field: Field, link: Any, spot: Spot) -> None:
    file, _, key = str(link).rpartition("/")
    layer, own = document.layer, document.names[0]
    target = next(
        (each for each in bench.stack.own(Kind.SEED) if each.names[0] == (file or own) and each.layer == layer), None
    )
    known = list(target.data["records"]) if target is not None else []
    if key not in known:
        bench.desk.unknown(codes.UNKNOWN_RECORD, spot, "seed record", str(link), known)
        return
    entity = str(target.data["entity"]).rpartition("/")[2] if target is not None else ""
    allowed = {field.target, *field.targets} - {None}
    if allowed and entity not in allowed:
        message = f"'{link}' is a record of '{entity}', '{field.name}' leads to {', '.join(sorted(map(str, allowed)))}"
        bench.desk.report(codes.BAD_VALUE, spot, message, "name another record")


def _check_demo(bench: Bench, document: Document) -> None:
    spot = Spot(document)
    for key, user in document.data.get("users", {}).items():
        for role in user.get("roles", ()):
            role_named(bench, role, spot.at("users", key, "roles", role))
    if "entity" not in document.data:
        return
    name = _entity(bench, document.data["entity"], spot.at("entity"))
    _check_names(bench, name, document.data.get("fields", {}), spot.at("fields"))


def _check_test(bench: Bench, document: Document) -> None:
    spot = Spot(document)
    for key, actor in document.data.get("actors", {}).items():
        for role in actor.get("roles", ()):
            role_named(bench, role, spot.at("actors", key, "roles", role))
    _check_given(bench, document.data.get("given", {}), spot.at("given"))
    for name, case in document.data["cases"].items():
        here = spot.at("cases", name)
        _check_given(bench, case.get("given", {}), here.at("given"))
        when = case["when"]
        steps = list(enumerate(when)) if isinstance(when, list) else [("", when)]
        for index, step in steps:
            at = here.at("when") if index == "" else here.at("when", index)
            for verb, what in step.items():
                _check_step(bench, verb, what, at.at(verb))


def _check_given(bench: Bench, given: Mapping[str, Any], spot: Spot) -> None:
    for key, record in given.items():
        _check_values(bench, record, spot.at(key))


def _check_step(bench: Bench, verb: str, what: Mapping[str, Any], spot: Spot) -> None:
    if verb in _STEPS_WITH_ENTITY:
        _check_values(bench, what, spot)


def _check_values(bench: Bench, what: Mapping[str, Any], spot: Spot) -> None:
    """Look whether the entity and the names of the values exist; wrong values may be what a test is about."""
    name = _entity(bench, what["entity"], spot.at("entity"))
    _check_names(bench, name, what.get("values", {}), spot.at("values"))


def _check_names(bench: Bench, entity: str | None, names: Iterable[str], spot: Spot) -> None:
    for said in names if entity is not None else ():
        if not bench.is_taken_away(str(entity), said):
            bench.field_named(bench.drafts[str(entity)], said, spot.at(said))


def _entity(bench: Bench, said: str, spot: Spot) -> str | None:
    """The entity that records are of; None is reported, unless a layer has removed it."""
    return None if bench.is_taken_away(said) else bench.entity_named(said, spot)


def _field(bench: Bench, draft: Draft, name: str, spot: Spot) -> Field | None:
    field = bench.field_named(draft, name, spot)
    if field is None:
        return None
    if (field.system and name not in _SEED_SYSTEM) or not (bench.types[field.type].stored or field.target):
        bench.desk.report(codes.BAD_VALUE, spot, f"'{name}' can't be given: Kalip works it out", "remove the key")
        return None
    return field


def _check_value(bench: Bench, field: Field, raw: Any, spot: Spot) -> None:
    if field.type in ("children", "references", *DIRECTORY):
        return
    for message in value_faults(bench, field, raw):
        bench.desk.report(codes.BAD_VALUE, spot, message, f"write a value of the type '{field.type}' as in REST")


def _links(raw: Any, key: str) -> Iterator[Mapping[str, Any]]:
    """Every `{key: …}` inside a value."""
    pending = [raw]
    while pending:
        value = pending.pop()
        if isinstance(value, dict):
            if set(value) == {key}:
                yield value
            else:
                pending += value.values()
        elif isinstance(value, list):
            pending += value
