"""Keyset paging: the order and the condition that says where a page goes on.

Nulls come last in either direction, on both databases. When nulls can come in the first key, the rows that have it and
those that lack it are two statements, so that an index over the key serves both.
"""

from collections.abc import Sequence
from typing import Literal

from kalip.storage.select import SortKey

Phase = Literal["all", "filled", "empty"]


def first_phase(keys: Sequence[SortKey]) -> Phase:
    """Where a list begins."""
    return "filled" if keys[0].nullable else "all"


def phase_condition(keys: Sequence[SortKey], phase: Phase) -> str | None:
    """The condition that keeps a phase to its rows."""
    if phase == "all":
        return None
    return f"{keys[0].place.sql} IS {'NOT NULL' if phase == 'filled' else 'NULL'}"


def order_sql(keys: Sequence[SortKey], phase: Phase) -> str:
    """What follows ORDER BY."""
    return ", ".join(
        key.sql + (" DESC" if key.descending else "") + (" NULLS LAST" if nullable else "")
        for _place, key, nullable in _varying(keys, phase)
    )


def after_sql(keys: Sequence[SortKey], phase: Phase, nulls: Sequence[bool]) -> str:
    """The condition on rows after the one whose values are bound as `:key0`, `:key1` …; `nulls` says which are null."""
    varying = _varying(keys, phase)
    plain = not any(nullable for _place, _key, nullable in varying)
    if plain and len({key.descending for _place, key, _nullable in varying}) == 1:
        sign = "<" if varying[0][1].descending else ">"
        left = ", ".join(key.sql for _place, key, _nullable in varying)
        right = ", ".join(f":key{place}" for place, _key, _nullable in varying)
        if len(varying) == 1:
            return f"{left} {sign} {right}"
        # The first key once more by itself: SQLite seeks in an index over an expression only so.
        place, key, _nullable = varying[0]
        return f"{key.sql} {sign}= :key{place} AND ({left}) {sign} ({right})"
    alternatives = []
    equal: list[str] = []
    for place, key, nullable in varying:
        if not nulls[place]:
            sign = "<" if key.descending else ">"
            beyond = f"{key.sql} {sign} :key{place}"
            if nullable:
                beyond = f"({beyond} OR {key.place.sql} IS NULL)"
            alternatives.append(" AND ".join((*equal, beyond)))
        equal.append(f"{key.place.sql} IS NULL" if nulls[place] else f"{key.sql} = :key{place}")
    return " OR ".join(f"({each})" for each in alternatives)


def _varying(keys: Sequence[SortKey], phase: Phase) -> list[tuple[int, SortKey, bool]]:
    """The keys that differ between the rows of a phase: place, key, whether nulls can come."""
    if phase == "empty":
        return [(place, key, key.nullable) for place, key in enumerate(keys) if place > 0]
    return [(place, key, key.nullable and not (place == 0 and phase == "filled")) for place, key in enumerate(keys)]
