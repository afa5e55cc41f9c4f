"""Makes valid names of foreign ones: small letters, digits, single underscores; none taken, none reserved."""

import re
import unicodedata
from collections.abc import Container, Iterable
from typing import Final

from kalip.base.names import is_name
from kalip.compiler.drafts import RESERVED_FIELDS

LONGEST: Final = 60
_PLAIN = str.maketrans({"ı": "i", "ø": "o", "ł": "l", "đ": "d", "æ": "ae", "œ": "oe", "ß": "ss", "&": " and "})
_HUMPS = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_NO_ENTITIES = re.compile(r"(kalip|sqlite|pg)_.*")

RESERVED_NAMES: Final[Container[str]] = RESERVED_FIELDS
"""What no field can be called."""


def made_name(text: str, fallback: str = "") -> str:
    """The valid name that is nearest to a text; the fallback when nothing of it can be said in a name."""
    plain = unicodedata.normalize("NFKD", text[: 4 * LONGEST].translate(_PLAIN)).encode("ascii", "ignore").decode()
    name = "_".join(re.findall(r"[a-z0-9]+", _HUMPS.sub(" ", plain).lower()))
    if not name:
        return fallback
    if name[0].isdigit():
        name = f"n{name}"
    return name[:LONGEST].rstrip("_")


class Names:
    """Gives each thing of one kind a name of its own."""

    def __init__(self, reserved: Container[str] = (), mark: str = "field") -> None:
        """`mark` is put behind a reserved name."""
        self._reserved = reserved
        self._mark = mark
        self._taken: set[str] = set()

    def take(self, wanted: str, fallback: str = "") -> str:
        """A free name near to the wanted one."""
        name = made_name(wanted) or made_name(fallback) or self._mark
        if name in self._reserved:
            name = _joined(name, self._mark)
        free, count = name, 1
        while free in self._taken or free in self._reserved:
            count += 1
            free = _joined(name, str(count))
        self._taken.add(free)
        return free

    def peek(self, wanted: str, fallback: str = "") -> str:
        """The name that `take` would give."""
        name = self.take(wanted, fallback)
        self._taken.discard(name)
        return name

    def keep(self, names: Iterable[str]) -> None:
        """Let nothing else be called so."""
        self._taken |= set(names)


def entity_name(names: Names, wanted: str, pack: str, prefix: str, reserved: Container[str]) -> str:
    """A free name for an entity: with the prefix, or with the pack's name before it where Kalip uses the name."""
    name = made_name(f"{prefix} {wanted}", "entity")
    if name in reserved or _NO_ENTITIES.fullmatch(name):
        name = made_name(f"{pack} {name}")
    if name in reserved or _NO_ENTITIES.fullmatch(name):
        name = made_name(f"my {name}")
    return names.take(name)


def _joined(name: str, mark: str) -> str:
    joined = f"{name[: LONGEST - len(mark) - 1].rstrip('_')}_{mark}"
    return joined if is_name(joined) else mark
