"""What an expression may know beside the record: the moment, the day and who acts.

Knows how these are bound in SQL; refuses to read a clock.
"""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Literal, Protocol

from kalip.expressions.encoding import EPOCH, microseconds_of

Dialect = Literal["sqlite", "postgresql"]

_SHIFTED: Final = re.compile(r"ctx_(now|today)_(plus|minus)_(\d+)")
_BOUND: Final = {"ctx_grantees": "grantees", "ctx_units": "units"}
"""Sets that are bound as arrays."""


@dataclass(frozen=True, slots=True)
class ActorContext:
    """Who acts: `id` is a user's id, empty for nobody; no part of it is ever null. `groups` are codes of groups."""

    id: str = ""
    email: str = ""
    roles: tuple[str, ...] = ()
    locale: str = ""
    groups: tuple[str, ...] = ()


class ActorSets(Protocol):
    """What stands in other tables about the actor, as sets of texts by name."""

    def members(self, name: str) -> frozenset[str]:
        """Give the members of a set, such as the ids of the users that `team` has."""


class NoSets:
    """The sets of one about whom nothing is written: all are empty."""

    def members(self, name: str) -> frozenset[str]:
        """Give no members."""
        return frozenset()


NO_SETS: Final = NoSets()


@dataclass(frozen=True, slots=True)
class Context:
    """The moment of evaluation (aware, UTC), the day it is for the actor, the actor, and the sets of the actor.

    `sets` are asked by an evaluation in Python; SQL has them as subqueries, but for those of `_BOUND`, in which the
    actor is.
    """

    now: datetime
    today: date
    actor: ActorContext = ActorContext()
    sets: ActorSets = field(default=NO_SETS, compare=False, repr=False)

    def members(self, name: str) -> frozenset[str]:
        """Give the members of one of the actor's sets."""
        return self.sets.members(name)


def context_params(context: Context, names: Iterable[str], dialect: Dialect) -> dict[str, object]:
    """Give the values to bind for the context names of a `Sql`, in the representation of the dialect."""
    return {name: _value(context, name, dialect) for name in names}


def shifted_name(root: Literal["now", "today"], by: timedelta) -> str:
    """Name the parameter that holds now or today moved by a constant."""
    amount = microseconds_of(by) if root == "now" else int(by / timedelta(days=1))
    return f"ctx_{root}_{'minus' if amount < 0 else 'plus'}_{abs(amount)}"


def _value(context: Context, name: str, dialect: Dialect) -> object:
    shifted = _SHIFTED.fullmatch(name)
    if shifted is not None:
        root, sign, amount = shifted.groups()
        return _moved(context, root, int(amount) * (-1 if sign == "minus" else 1), dialect)
    if name == "ctx_now":
        return _moment(context.now, dialect)
    if name == "ctx_today":
        return _day(context.today, dialect)
    if name in _BOUND:
        members = sorted(context.members(_BOUND[name]))
        return json.dumps(members) if dialect == "sqlite" else members
    value = getattr(context.actor, name.removeprefix("ctx_actor_"))
    return json.dumps(list(value), ensure_ascii=False) if isinstance(value, tuple) else str(value)


def _moved(context: Context, root: str, amount: int, dialect: Dialect) -> object:
    try:
        if root == "now":
            return _moment(context.now + timedelta(microseconds=amount), dialect)
        return _day(context.today + timedelta(days=amount), dialect)
    except OverflowError:
        return None


def _moment(moment: datetime, dialect: Dialect) -> object:
    return microseconds_of(moment - EPOCH) if dialect == "sqlite" else moment


def _day(day: date, dialect: Dialect) -> object:
    return day.isoformat() if dialect == "sqlite" else day
