"""Finds records by the values of one field, many values in one statement: match fields and titles of an import."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from kalip.expressions import Context
from kalip.runtime import Served
from kalip.storage.collation import sort_key, sort_key_sql
from kalip.storage.idlist import id_condition, id_params
from kalip.storage.query import Filter
from kalip.storage.select import Statement, Writer
from kalip.storage.session import Session
from kalip.storage.statements import statements_for


def find_by_texts(
    session: Session,
    served: Served,
    entity: str,
    path: str,
    texts: Sequence[str],
    context: Context,
    filters: Sequence[Filter] = (),
    *,
    folded: bool = False,
) -> dict[str, list[str]]:
    """The ids of records, not archived, whose value at a text path is one of the texts, by that text.

    With `folded` case and accents don't count. Texts that no record has are absent.
    """
    if not texts:
        return {}

    def make() -> Statement:
        writer = Writer(session, served, entity)
        column = writer.frame.places(path)[0].sql
        value = sort_key_sql(column, session.dialect, session.language) if folded else column
        where = [id_condition(value, session.dialect), *writer.where(filters, "exclude")]
        condition = " AND ".join(f"({each})" for each in where)
        return writer.statement(f"SELECT {value}, t0.id FROM {writer.frame.from_sql} WHERE {condition} ORDER BY t0.id")

    key = ("lookup", session.flavour, entity, path, tuple(filters), folded)
    statement = served.project(statements_for).get(key, make)
    wanted: dict[str, list[str]] = defaultdict(list)
    for text in dict.fromkeys(texts):
        wanted[sort_key(text, session.language) if folded else text].append(text)
    rows: Sequence[Any] = session.fetch(
        statement.text, statement.bind(context, session.dialect, **id_params(wanted, session.dialect))
    )
    found: dict[str, list[str]] = {}
    for value, record_id in rows:
        for text in wanted[value]:
            found.setdefault(text, []).append(record_id)
    return found
