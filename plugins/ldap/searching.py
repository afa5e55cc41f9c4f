"""Searches that give everything or fail: page by page (RFC 2696), and values that come in ranges put together."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from ldap3 import BASE, DEREF_NEVER, SUBTREE, Connection

from kalip.runtime.plugins import DirectoryFailed
from plugins.ldap.options import NOW, Options

_PAGES: Final = "1.2.840.113556.1.4.319"
_RANGE: Final = ";range="
_ANYTHING: Final = "(objectClass=*)"
_COUNTED_SINCE: Final = datetime(1601, 1, 1, tzinfo=UTC)

Values = Mapping[str, Sequence[bytes]]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry: its distinguished name, and the values of its attributes as bytes, by their names in small letters."""

    place: str
    values: Values

    def texts(self, name: str) -> list[str]:
        """All values of an attribute."""
        return [each.decode(errors="replace").strip() for each in self.values.get(name.lower(), ())]

    def first(self, names: Sequence[str]) -> str:
        """The first value of the first attribute that is filled."""
        return next((text for name in names for text in self.texts(name) if text), "")


def search_entries(
    connection: Connection, options: Options, base: str, wanted: str, attributes: Sequence[str]
) -> Iterator[Entry]:
    """All entries. What is cut off by a limit of the server is refused: it would be taken for gone."""
    cookie = None
    while True:
        connection.search(
            base,
            wrapped(wanted.strip()),
            SUBTREE,
            dereference_aliases=DEREF_NEVER,
            attributes=list(dict.fromkeys(attributes)),
            paged_size=options.page_size,
            paged_cookie=cookie,
        )
        # Kept before anything is given: whoever takes it may search, too.
        found, result = _entries(connection), connection.result
        # The library raises for every other result, but not for these: limits of size and time.
        if result["result"]:
            message = "the server stopped in the middle of '{filter}': {reason}"
            params = {"filter": wanted, "reason": result["description"]}
            raise DirectoryFailed(message, params=params, hint="let the account read without limits")
        for place, values in found:

            def fetch(attribute: str, place: str = place) -> Values:
                connection.search(place, _ANYTHING, BASE, attributes=[attribute])
                return dict(_entries(connection)).get(place, {})

            yield Entry(place, whole_values(values, fetch))
        cookie = (result.get("controls") or {}).get(_PAGES, {}).get("value", {}).get("cookie")
        if not cookie:
            return


def whole_values(values: Values, fetch: Callable[[str], Values]) -> Values:
    """The values by names in small letters. Active Directory gives `member;range=0-1499`; the rest is fetched."""
    whole: dict[str, list[bytes]] = {}
    for named, found in values.items():
        name, ranged, limits = named.partition(_RANGE)
        known = whole.setdefault(name.lower(), [])
        known.extend(found)
        while ranged and not limits.endswith("*"):
            start = int(limits.partition("-")[2]) + 1
            rest = {key: more for key, more in fetch(f"{name}{_RANGE}{start}-*").items() if _RANGE in key}
            if not rest:
                message = "{name} has more than {count} values, and the server doesn't give the others."
                raise DirectoryFailed(message, params={"name": name, "count": len(known)})
            key, more = next(iter(rest.items()))
            limits = key.partition(_RANGE)[2]
            known.extend(more)
    return whole


def disabled_now(options: Options) -> str:
    """The filter of those who are kept out at this time."""
    steps = (datetime.now(UTC) - _COUNTED_SINCE) // timedelta(microseconds=1) * 10
    return wrapped(options.disabled_filter.replace(NOW, str(steps)))


def wrapped(text: str) -> str:
    """A filter in brackets, so that it can be joined with others."""
    return text if text.startswith("(") else f"({text})"


def _entries(connection: Connection) -> list[tuple[str, dict[str, Any]]]:
    answers = connection.response or ()
    return [(each["dn"], dict(each["raw_attributes"])) for each in answers if each["type"] == "searchResEntry"]
