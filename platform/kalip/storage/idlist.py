"""A list of ids as one parameter, so that a statement's text does not depend on how many there are."""

from collections.abc import Iterable

import orjson

from kalip.expressions import Dialect


def id_condition(column: str, dialect: Dialect) -> str:
    """The condition that a column is one of the ids bound by `id_params`."""
    if dialect == "sqlite":
        return f"{column} IN (SELECT value FROM json_each(:ids))"
    return f"{column} = ANY (:ids)"


def id_params(ids: Iterable[str], dialect: Dialect) -> dict[str, object]:
    """The parameter of `id_condition`."""
    some = list(ids)
    return {"ids": orjson.dumps(some).decode() if dialect == "sqlite" else some}
