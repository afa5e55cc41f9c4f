"""Makes the rules by which records that mean the same thing are found, within an entity and across two."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.labels import text_of
from kalip.model import DuplicateRule, Field

_LISTS: Final = frozenset({"children", "references"})
_OWN_TYPES: Final = {"phone": "phone", "email": "email", "tax_number": "tax_number"}
LENGTH: Final = 8
SIMILARITY: Final = 85
_WORDY: Final = ("starts", "similar")


def duplicate_rules_of(bench: Bench, draft: Draft) -> tuple[DuplicateRule, ...]:
    """The rules of an entity; faults are reported, and what is left of a rule is kept."""
    rules = (_rule(bench, draft, name, data) for name, data in draft.data.get("duplicates", {}).items())
    return tuple(rule for rule in rules if rule is not None)


def _rule(bench: Bench, draft: Draft, name: str, data: Mapping[str, Any]) -> DuplicateRule | None:
    spot = draft.spot.at("duplicates", name)
    _check_contradictions(bench, data, spot)
    methods: dict[str, str] = {}
    for said, method in data["fields"].items():
        found = _comparable(bench, draft, said, method, spot.at("fields", said))
        if found is not None:
            methods[found.name] = method
    target = draft.name
    if "with" in data:
        target = bench.entity_named(data["with"], spot.at("with")) or ""
    if not methods or not target:
        return None
    crossing = target != draft.name
    also = _more(bench, (draft, draft), data.get("also", {}), spot.at("also"), methods)
    pairs = _pairs(bench, (draft, bench.drafts[target]), data, spot, methods) if crossing else {}
    return DuplicateRule(
        name=name,
        fields=MappingProxyType(methods),
        strict=data.get("strict", False),
        label=text_of(data, "label"),
        also=MappingProxyType(also),
        target=target if crossing else None,
        pairs=MappingProxyType(pairs),
        length=data.get("length", LENGTH),
        similarity=data.get("similarity", SIMILARITY),
        archived=data.get("archived", False),
        auto_merge=data.get("auto_merge", False),
        only_visible=data.get("only_visible", False),
    )


def _check_contradictions(bench: Bench, data: Mapping[str, Any], spot: Spot) -> None:
    methods = data["fields"].values()
    if data.get("strict") and "similar" in methods:
        message = "a strict rule can't compare by 'similar': likeness is no proof"
        bench.desk.report(codes.CONTRADICTION, spot.at("strict"), message, "leave out 'strict', or write 'fold'")
    if data.get("auto_merge") and ("similar" in methods or "with" in data):
        message = "records can't be merged by likeness, nor with those of another entity"
        bench.desk.report(codes.CONTRADICTION, spot.at("auto_merge"), message, "leave out 'auto_merge'")
    if "map" in data and "with" not in data:
        message = "'map' says what another entity's fields are compared with, and there is no 'with'"
        bench.desk.report(codes.CONTRADICTION, spot.at("map"), message, "write 'also' for more fields of one record")


def _pairs(
    bench: Bench, drafts: tuple[Draft, Draft], data: Mapping[str, Any], spot: Spot, methods: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """The fields of the other entity: those that are said, else those of the same names."""
    own, other = drafts
    said = data.get("map", {})
    found = _more(bench, drafts, said, spot.at("map"), methods)
    known = {own.old_fields.get(name, name) for name in said}
    for name, method in methods.items():
        if name not in known:
            pair = _comparable(bench, other, name, method, spot.at("fields", name))
            found[name] = () if pair is None else (pair.name,)
    return found


def _more(
    bench: Bench, drafts: tuple[Draft, Draft], said: Mapping[str, Any], spot: Spot, methods: Mapping[str, str]
) -> dict[str, tuple[str, ...]]:
    """Lists of fields of the second draft by those fields of the first that the rule compares."""
    own, other = drafts
    found: dict[str, tuple[str, ...]] = {}
    for name, more in said.items():
        present = own.old_fields.get(name, name)
        if present not in methods:
            message = f"the rule doesn't compare '{name}'"
            bench.desk.report(codes.UNKNOWN_FIELD, spot.at(name), message, f"write one of: {', '.join(methods)}")
            continue
        fields = (_comparable(bench, other, each, methods[present], spot.at(name)) for each in more)
        found[present] = tuple(field.name for field in fields if field is not None)
    return found


def _comparable(bench: Bench, draft: Draft, name: str, method: str, spot: Spot) -> Field | None:
    """A field that a method can compare; None is reported."""
    found = bench.field_named(draft, name, spot)
    if found is None or bench.desk.is_doubtful(found.name):
        return None
    if method in _OWN_TYPES and found.type not in (_OWN_TYPES[method], "text"):
        message = f"'{method}' can't compare '{found.name}', which is of the type '{found.type}'"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "write 'exact' or 'fold'")
        return None
    types = bench.part_types(draft.name, found)
    if found.type in _LISTS or not bench.types[found.type].stored or "" not in types:
        message = f"'{found.name}' can't be compared: it is not stored with the record as one value"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "choose a stored field")
        return None
    if method in _WORDY and types[""].kind != "text":
        message = f"'{method}' can't compare '{found.name}', which is no text"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "write 'exact'")
        return None
    return found
