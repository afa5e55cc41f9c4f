"""Finds records that hold the same values: unique keys exactly, duplicate rules by the method of each field."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.base.errors import BadRequest
from kalip.runtime import Served
from kalip.storage.collation import sort_key, sort_key_sql
from kalip.storage.kinds import type_of
from kalip.storage.select import driver_text
from kalip.storage.session import Session
from kalip.storage.tables import tables_for

_FOLDING: Final = ("fold", "email")


def find_unique(
    session: Session,
    served: Served,
    entity: str,
    fields: Sequence[str],
    values: Mapping[str, Any],
    exclude_id: str | None = None,
) -> str | None:
    """The id of another record, not archived, with the same values in all fields; a null among them equals nothing."""
    found = find_duplicates(session, served, entity, dict.fromkeys(fields, "exact"), values, exclude_id, limit=1)
    return found[0] if found else None


def find_duplicates(
    session: Session,
    served: Served,
    entity: str,
    fields: Mapping[str, str],
    values: Mapping[str, Any],
    exclude_id: str | None = None,
    limit: int = 10,
) -> list[str]:
    """The ids of records, not archived, that are alike in all fields, each by its method; nulls are like nothing.

    Methods: `exact`, `phone` and `tax_number` compare the stored value, `fold` and `email` without regard to case and
    accents.
    """
    table = served.project(tables_for).of(entity)
    quote = session.sql.identifier_preparer.quote
    conditions = ["archived_at IS NULL"]
    params: dict[str, object] = {"count": limit}
    for place, (name, method) in enumerate(fields.items()):
        parts = table.fields.get(name)
        if not parts:
            raise BadRequest("{entity} stores no '{field}'", params={"entity": entity, "field": name}, code="R105")
        if values.get(name) is None:
            return []
        value = table.types[name].to_parts(parts[0].field, values[name])[0]
        column = quote(parts[0].name)
        if method in _FOLDING and parts[0].kind == "text":
            column, value = sort_key_sql(column, session.dialect, session.language), sort_key(value, session.language)
        bind = type_of(parts[0].kind).dialect_impl(session.sql).bind_processor(session.sql)
        params[f"v{place}"] = bind(value) if bind else value
        conditions.append(f"{column} = :v{place}")
    if exclude_id is not None:
        conditions.append("id <> :self")
        params["self"] = exclude_id
    text = f"SELECT id FROM {quote(table.name)} WHERE {' AND '.join(conditions)} ORDER BY id LIMIT :count"
    return [row[0] for row in session.fetch(driver_text(text, session.dialect), params)]
