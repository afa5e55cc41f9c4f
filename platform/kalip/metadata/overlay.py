"""Lays one document over another: the merge rules, and nothing about where the documents come from.

Maps merge by key at any depth, scalars and lists replace, null removes, an entry may say `after` or
`before` another. A map of locales over a plain text keeps that text as the English one.
"""

from collections.abc import Mapping
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.base.names import did_you_mean
from kalip.base.text import DEFAULT_LOCALE
from kalip.metadata import codes
from kalip.metadata.check import MARKS
from kalip.metadata.documents import Document
from kalip.metadata.kinds import is_locale
from kalip.metadata.merged import Setter
from kalip.metadata.source import escape

Map = dict[str, Any]


class Merge:
    """One overlay being laid over data; collects who set what, and what is wrong."""

    def __init__(self, overlay: Document, setters: Mapping[str, tuple[Setter, ...]]) -> None:
        self.overlay = overlay
        self.setters = dict(setters)
        self.diagnostics: list[Diagnostic] = []

    def lay(self, base: Mapping[str, Any]) -> Map:
        """The merged data; `base` is not changed."""
        over = {key: value for key, value in self.overlay.data.items() if key not in ("extends", "removed")}
        for mark in MARKS:
            if isinstance(over.get(mark), str):
                message = f"'{mark}' has no meaning here: a document's keys have no order"
                self._report(codes.BAD_PLACE, message, "put it into the entry that you place", f"/{mark}")
                del over[mark]
        return self._maps(dict(base), over, "", "")

    def _maps(self, base: Map, over: Mapping[str, Any], at: str, source: str) -> Map:
        for key, value in over.items():
            if key in MARKS and isinstance(value, str):
                continue
            pointer = f"{source}/{escape(key)}"
            name = self._present_name(base, key, pointer)
            target = f"{at}/{escape(name)}"
            if value is None:
                self._remove(base, name, target, pointer)
            else:
                base[name] = self._value(base.get(name), value, target, pointer)
        return self._placed(base, over, source)

    def _value(self, below: Any, value: Any, target: str, pointer: str) -> Any:
        if isinstance(value, dict):
            if isinstance(below, str) and value and all(map(is_locale, value)):
                below = {DEFAULT_LOCALE: below}
            if isinstance(below, dict):
                return self._maps(dict(below), value, target, pointer)
            self._set(target, pointer)
            return self._maps({}, value, target, pointer)
        self._set(target, pointer)
        return value

    def _remove(self, base: Map, name: str, target: str, pointer: str) -> None:
        if name in base:
            del base[name]
            self._set(target, pointer)
            return
        hint = did_you_mean(name, base) or "remove the line"
        self._report(codes.UNKNOWN_OVERLAY_KEY, f"there is no '{name}' to remove", hint, pointer)

    def _placed(self, base: Map, over: Mapping[str, Any], source: str) -> Map:
        """The entries in order, after those that say `after` or `before` have moved."""
        for key, value in over.items():
            marks = [mark for mark in MARKS if isinstance(value, dict) and isinstance(value.get(mark), str)]
            if not marks:
                continue
            pointer = f"{source}/{escape(key)}/{marks[0]}"
            anchor = present_name(base, value[marks[0]])
            name = present_name(base, key)
            if len(marks) > 1:
                self._report(codes.BAD_PLACE, "an entry can't say both 'after' and 'before'", "keep one", pointer)
            elif anchor not in base or anchor == name:
                hint = did_you_mean(anchor, base) or f"there are {', '.join(base)}"
                self._report(codes.BAD_PLACE, f"there is no other '{anchor}' here", hint, pointer)
            else:
                base = _moved(base, name, anchor, after=marks[0] == "after")
        return base

    def _present_name(self, base: Map, key: str, pointer: str) -> str:
        name = present_name(base, key)
        if name != key:
            message = f"'{key}' is now called '{name}'"
            warning = self.overlay.diagnostic(codes.OLD_NAME, message, f"write '{name}'", pointer, "warning")
            self.diagnostics.append(warning)
        return name

    def _set(self, target: str, pointer: str) -> None:
        self.setters[target] = (*self.setters.get(target, ()), (self.overlay, pointer))

    def _report(self, code: str, message: str, hint: str, pointer: str) -> None:
        self.diagnostics.append(self.overlay.diagnostic(code, message, hint, pointer))


def present_name(entries: Mapping[str, Any], name: str) -> str:
    """The name that an entry has now, if it had this one before."""
    if name in entries:
        return name
    for present, entry in entries.items():
        if isinstance(entry, dict) and isinstance(entry.get("was"), list) and name in entry["was"]:
            return present
    return name


def _moved(entries: Map, name: str, anchor: str, *, after: bool) -> Map:
    order = [key for key in entries if key != name]
    order.insert(order.index(anchor) + after, name)
    return {key: entries[key] for key in order}
