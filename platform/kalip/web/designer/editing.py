"""Reads a node's form back: which properties were changed, to what, and what can't be read."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from werkzeug.datastructures import MultiDict

from kalip.metadata import REMOVED
from kalip.metadata.source import parse, value_at
from kalip.web.designer.nodes import Node, Property, texts_of
from kalip.web.locale import gettext

Changes = dict[str, Any]
"""New values by pointer; REMOVED takes a property out."""


def changes_of(node: Node, data: Any, form: MultiDict[str, str]) -> tuple[Changes, dict[str, str]]:
    """The properties that a form changes, and messages by pointer for what can't be read."""
    changes: Changes = {}
    errors: dict[str, str] = {}
    for each in node.properties:
        present = value_at(data, each.pointer)
        if each.widget == "texts":
            changes.update(_texts(each, present, form))
        elif each.pointer in form:
            try:
                value = _value(each, form.getlist(each.pointer)[-1].strip())
            except ValueError as error:
                errors[each.pointer] = str(error)
                continue
            if not _same(value, present, each):
                changes[each.pointer] = value
    return changes, errors


def with_typed(node: Node, form: MultiDict[str, str]) -> Node:
    """The node as it was typed: what can't be read stays in its input, and so does everything beside it."""
    return replace(node, properties=tuple(_typed(each, form) for each in node.properties))


def _typed(each: Property, form: MultiDict[str, str]) -> Property:
    if each.widget == "texts":
        texts = ((locale, name, form.get(f"{each.pointer}/{locale}", text)) for locale, name, text in each.texts)
        return replace(each, texts=tuple(texts))
    if each.pointer not in form:
        return each
    text = form.getlist(each.pointer)[-1]
    options = tuple(replace(option, selected=option.value == text) for option in each.options)
    return replace(each, text=text, options=options)


def _texts(each: Property, present: Any, form: MultiDict[str, str]) -> Iterator[tuple[str, Any]]:
    written = {locale: form.get(f"{each.pointer}/{locale}") for locale, _, _ in each.texts}
    return changed_texts(each.pointer, present, written)


def changed_texts(pointer: str, present: Any, written: Mapping[str, str | None]) -> Iterator[tuple[str, Any]]:
    """What changes of a text when it is written so by locale, by pointer; None: that language was not asked for."""
    before = texts_of(present)
    said = {locale: text.strip().replace("\r\n", "\n") for locale, text in written.items() if text is not None}
    after = {**before, **said}
    after = {locale: text for locale, text in after.items() if text}
    if after == before:
        return
    if isinstance(present, Mapping) and after:
        for locale in {*before, *after}:
            if before.get(locale) != after.get(locale):
                yield f"{pointer}/{locale}", after.get(locale, REMOVED)
    else:
        yield pointer, after or REMOVED


def _value(each: Property, text: str) -> Any:
    if each.widget == "flag":
        return text == "1"
    if not text:
        return REMOVED
    if each.widget == "number":
        return _number(text)
    if each.widget == "json":
        value, faults = parse(text)
        if faults:
            raise ValueError(gettext("This is no JSON: {reason}", reason=faults[0].message))
        return value
    return text.replace("\r\n", "\n")


def _number(text: str) -> int | float:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        return float(text)
    except ValueError:
        raise ValueError(gettext("'{text}' is not a number.", text=text[:40])) from None


def _same(value: Any, present: Any, each: Property) -> bool:
    default = (each.limits or {}).get("default")
    if value is REMOVED:
        return present is None
    if present is None and each.widget in ("flag", "choice"):
        return bool(value == (default if default is not None else False if each.widget == "flag" else ""))
    return type(value) is type(present) and bool(value == present)
