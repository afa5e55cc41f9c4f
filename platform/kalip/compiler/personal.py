"""Makes the marks of personal data: what is kept of whom, why and how long."""

import re
from collections.abc import Mapping
from typing import Any, Final

from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.model import Personal, Subject, Term

_TERM: Final = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?")
_LEADING: Final = ("reference", "any_reference")
_TELLING: Final = ("email", "phone", "text", "tax_number", "url", "autonumber")
_MOMENTS: Final = ("date", "datetime")
AFTER: Final = "updated_at"
"""What a term is counted from unless the mark says so."""


def personal_marks_of(bench: Bench, draft: Draft) -> tuple[Personal, ...]:
    """The marks of data about persons, in order of the fields."""
    fields: Mapping[str, Any] = draft.data["fields"]
    spot = draft.spot.at("fields")
    return tuple(
        Personal(
            name,
            Text.of(fields[name]["personal"]["purpose"]),
            fields[name]["personal"].get("kind", "contact"),
            fields[name]["personal"].get("basis", ""),
            _term(bench, draft, fields[name]["personal"].get("term"), spot.at(name, "personal", "term")),
        )
        for name in draft.fields
        if "personal" in fields[name]
    )


def subject_of(bench: Bench, draft: Draft) -> Subject | None:
    """Whose data the records hold; None when they are about nobody."""
    data: Mapping[str, Any] | None = draft.data.get("subject")
    if data is None:
        return None
    spot = draft.spot.at("subject")
    by = _fields(bench, draft, data.get("by", {}), spot.at("by"), _TELLING)
    via = _fields(bench, draft, data.get("via", {}), spot.at("via"), _LEADING)
    name = bench.field_named(draft, data["name"], spot.at("name")) if "name" in data else None
    return Subject(by, name.name if name is not None else "", via, data.get("erase", "anonymise"))


def _fields(bench: Bench, draft: Draft, said: Mapping[str, Any], spot: Spot, types: tuple[str, ...]) -> tuple[str, ...]:
    found = []
    for each in said:
        field = bench.field_named(draft, each, spot.at(each))
        if field is None:
            continue
        if field.type in types:
            found.append(field.name)
        else:
            message = f"'{field.name}' is of the type '{field.type}', which can't tell whose data it is"
            bench.desk.report(codes.UNFIT_FIELD, spot.at(each), message, f"name a field of: {', '.join(types)}")
    return tuple(found)


def _term(bench: Bench, draft: Draft, data: Mapping[str, Any] | None, spot: Spot) -> Term | None:
    if data is None:
        return None
    after = data.get("after", AFTER)
    known = bench.field_named(draft, after, spot.at("after"))
    if known is not None and known.type not in _MOMENTS:
        message = f"'{known.name}' is no date to count from"
        bench.desk.report(codes.UNFIT_FIELD, spot.at("after"), message, "name a field of the type 'date' or 'datetime'")
        return None
    found = _TERM.fullmatch(data["for"])
    if known is None or found is None:
        return None  # the schema has said what is wrong with the length
    years, months, weeks, days = (int(each or 0) for each in found.groups())
    return Term(known.name, 12 * years + months, 7 * weeks + days, data["for"])
