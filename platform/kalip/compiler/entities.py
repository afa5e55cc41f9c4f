"""Makes an entity's own rules: title, owner, search, unique keys, checks."""

from collections.abc import Mapping
from dataclasses import replace

from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.expressions import BOOLEAN
from kalip.model import Check, Field, UniqueKey

_LISTS = frozenset({"children", "references"})
_SELF_NAMING = ("name", "title", "subject")


def check_owner(bench: Bench, draft: Draft) -> str | None:
    """The field that leads to the parent; None for an entity that stands by itself, or a fault that is reported.

    A line without parent would belong to nobody, so the field is required and lines go with their parent.
    """
    said = draft.data.get("owned_by")
    if said is None:
        return None
    spot = draft.spot.at("owned_by")
    owner = bench.field_named(draft, said, spot)
    if owner is None:
        return None
    if owner.type != "reference" or owner.target is None:
        if not bench.desk.is_doubtful(owner.name):
            message = f"'{owner.name}' is no reference to another entity"
            bench.desk.report(codes.BAD_OWNER, spot, message, "name a field of the type 'reference'")
        return None
    on_delete = owner.options.get("on_delete", "cascade")
    draft.fields[owner.name] = replace(owner, required=True, on_delete=on_delete)
    return owner.name


def check_owner_circles(bench: Bench, owners: Mapping[str, str]) -> dict[str, str]:
    """The owners without those that lead back to where they began, which are reported."""
    kept = dict(owners)
    for name in owners:
        trail = [name]
        while trail[-1] in kept and trail.count(trail[-1]) == 1:
            target = bench.drafts[trail[-1]].fields[kept[trail[-1]]].target
            trail.append(str(target))
        if trail.count(trail[-1]) > 1 and trail[-1] == name:
            message = f"entities own each other in a circle: {' → '.join(trail)}"
            bench.desk.report(codes.CIRCLE, bench.drafts[name].spot.at("owned_by"), message, "remove one 'owned_by'")
            del kept[name]
    return kept


def title_of(bench: Bench, draft: Draft) -> str:
    """The field that names a record to people."""
    said = draft.data.get("title")
    if said is not None:
        found = bench.field_named(draft, said, draft.spot.at("title"))
        if found is None:
            return "id"
        if found.type in _LISTS:
            message = f"'{found.name}' holds many records and can't name one"
            bench.desk.report(codes.UNFIT_FIELD, draft.spot.at("title"), message, "choose a field of one value")
        return found.name
    for name in _SELF_NAMING:
        if name in draft.fields and draft.fields[name].type not in _LISTS:
            return name
    fitting = (field.name for field in draft.fields.values() if _names_records(bench, draft, field))
    return next(fitting, "id")


def search_of(bench: Bench, draft: Draft) -> tuple[str, ...]:
    """The fields that full-text search looks into."""
    names: list[str] = []
    for said in draft.data.get("search", ()):
        spot = draft.spot.at("search", said)
        found = bench.field_named(draft, said, spot)
        if found is not None and not bench.types[found.type].searchable:
            message = f"search can't look into '{found.name}', which is of the type '{found.type}'"
            bench.desk.report(codes.UNFIT_FIELD, spot, message, "choose a field that holds text")
        elif found is not None:
            names.append(found.name)
    return tuple(names)


def unique_keys_of(bench: Bench, draft: Draft) -> tuple[UniqueKey, ...]:
    """The unique keys: those of fields that say `unique`, then the named ones."""
    spot = draft.spot.at("unique")
    keys = []
    for name, data in draft.data.get("unique", {}).items():
        fields = [_key_field(bench, draft, each, spot.at(name, "fields", each)) for each in data["fields"]]
        keys.append(UniqueKey(name, tuple(each for each in fields if each is not None)))
    for field in draft.fields.values():
        if field.unique:
            _check_key_field(bench, field, draft.spot.at("fields", field.name, "unique"))
    return tuple(key for key in keys if key.fields)


def checks_of(bench: Bench, draft: Draft) -> tuple[Check, ...]:
    """The rules over whole records."""
    checks = []
    for name, data in draft.data.get("checks", {}).items():
        spot = draft.spot.at("checks", name)
        wanted = Wanted(BOOLEAN, old=True)
        expression = compile_formula(bench, draft.name, data["expression"], spot.at("expression"), wanted)
        field = bench.field_named(draft, data["field"], spot.at("field")) if "field" in data else None
        if expression is not None:
            checks.append(Check(name, expression, Text.of(data["message"]), field.name if field else ""))
    return tuple(checks)


def _names_records(bench: Bench, draft: Draft, field: Field) -> bool:
    types = bench.part_types(draft.name, field)
    return (
        bench.types[field.type].searchable and types[""].kind == "text" and field.type not in ("long_text", "rich_text")
    )


def _key_field(bench: Bench, draft: Draft, name: str, spot: Spot) -> str | None:
    found = bench.field_named(draft, name, spot)
    if found is None or not _check_key_field(bench, found, spot):
        return None
    return found.name


def _check_key_field(bench: Bench, field: Field, spot: Spot) -> bool:
    type_ = bench.types[field.type]
    if type_.stored and type_.indexable and field.type not in _LISTS:
        return True
    message = f"'{field.name}' can't be part of a unique key: the type '{field.type}' can't be indexed"
    bench.desk.report(codes.UNFIT_FIELD, spot, message, "choose a stored field of one short value")
    return False
