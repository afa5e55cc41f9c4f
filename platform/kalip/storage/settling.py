"""Where a stored choice, stage or pipeline goes when what a field offers changes. Pure: no row is read here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kalip.storage.terms import Terms

Texts = tuple[str, ...]
Moved = Mapping[str, Mapping[str, str]]
_NONE: Mapping[str, Texts] = {}


@dataclass(frozen=True, slots=True)
class Scope:
    """The pipeline that a row's stage belongs to, before and `into` which it goes; "" for what is no stage."""

    before: str = ""
    into: str = ""


PLAIN = Scope()


@dataclass(frozen=True, slots=True)
class Settling:
    """What was offered before and what is offered now.

    `asides` are the `moved` of columns set aside, the newest first. With `firmly` a value that several became, and that
    is no longer offered, becomes the first of them; otherwise it stays as it is.
    """

    before: Terms | None
    now: Terms
    asides: Sequence[Moved] = ()
    firmly: bool = False

    def offered(self, scope: str) -> Mapping[str, Texts]:
        """What rows of a scope may hold from now on."""
        return self.now.values.get(scope, _NONE)

    def known(self, scope: str) -> Mapping[str, Texts] | None:
        """What rows of a scope could hold before; None when nobody remembers."""
        return None if self.before is None else self.before.values.get(scope, _NONE)

    def settle(self, scope: Scope, value: Any, held: Sequence[Any] = ()) -> Any:
        """The value (a text, or several) that a row will hold; `held` has what it holds in the columns set aside."""
        one = isinstance(value, str)
        for moved, former in zip(self.asides, held, strict=False):
            if former is None or not self.is_back(moved, scope.into, former):
                continue
            if self._replayed(moved, former) == ((value,) if one else tuple(value)):
                return former if one else self._settled(scope, former)
        return self._moved(scope, value) if one else self._settled(scope, value)

    def is_back(self, moved: Moved, scope: str, former: Any) -> bool:
        """Whether all that was moved away from what a column set aside holds is offered again."""
        gone = {old for each in moved.values() for old in each}
        return all(each in self.offered(scope) for each in _items(former) if each in gone)

    def is_spent(self, moved: Moved) -> bool:
        """Whether all that was ever moved away into a column set aside is offered again."""
        return all(old in self.offered(scope) for scope, each in moved.items() for old in each)

    def goes(self, scope: Scope, value: Any) -> Texts:
        """Those of the values that were offered before, are not now, and that nothing takes over."""
        offered, known = self.offered(scope.into), self.known(scope.before)
        return tuple(each for each in _items(value) if each not in offered and (known is None or each in known))

    def _settled(self, scope: Scope, values: Sequence[str]) -> Texts:
        return tuple(dict.fromkeys(self._moved(scope, each) for each in values))

    def _moved(self, scope: Scope, value: str) -> str:
        offered = self.offered(scope.into)
        if value in offered:
            return value
        for present, was in offered.items():
            if value in was:
                return present
        # What it was called before, when that is offered again: a renaming that is undone.
        former = [name for name in (self.known(scope.before) or _NONE).get(value, ()) if name in offered]
        return former[0] if len(former) == 1 or (former and self.firmly) else value

    @staticmethod
    def _replayed(moved: Moved, former: Any) -> Texts:
        flat = {old: new for each in moved.values() for old, new in each.items()}
        return tuple(dict.fromkeys(flat.get(each, each) for each in _items(former)))


def _items(value: Any) -> Sequence[str]:
    return (value,) if isinstance(value, str) else value
