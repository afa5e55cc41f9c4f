"""Running numbers: counted up in the transaction that uses them, so that none is lost and none given twice."""

from typing import Final

from sqlalchemy.dialects import postgresql, sqlite

from kalip.storage.own import KalipCounter, table_of
from kalip.storage.session import Session

_COUNTERS: Final = table_of(KalipCounter)


def next_number(session: Session, counter: str) -> int:
    """Give the next number of a counter, from 1 on; writers of the same counter wait for each other."""
    return next_numbers(session, counter, 1)


def next_numbers(session: Session, counter: str, count: int) -> int:
    """Take `count` numbers of a counter at once and give the first of them."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    statement = dialect.insert(_COUNTERS).values(name=counter, value=count)
    counted = statement.on_conflict_do_update(
        index_elements=[_COUNTERS.c.name], set_={"value": _COUNTERS.c.value + statement.excluded.value}
    ).returning(_COUNTERS.c.value)
    return int(session.write(counted).scalar_one()) - count + 1
