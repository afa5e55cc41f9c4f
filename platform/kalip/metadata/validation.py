"""Validates a value against a schema: quickly when it is right, with people's words when it is not.

jsonschema-rs tells whether a document is right (a hundred times faster); only for one that isn't does
jsonschema say what is wrong. Where the two disagree, jsonschema has the last word.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import jsonschema_rs
from jsonschema import Draft202012Validator, SchemaError, ValidationError
from jsonschema.exceptions import best_match
from jsonschema.validators import extend

from kalip.base.names import did_you_mean, is_name
from kalip.metadata import codes
from kalip.metadata.schemas import TYPE_INDEX, Schema
from kalip.metadata.source import escape

_TYPES = {
    "object": "an object",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
_NAME_RULE = "names are lower-case letters, digits and single underscores, and start with a letter"
_LONGEST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong at a JSON pointer."""

    code: str
    pointer: str
    message: str
    hint: str = ""


class Validator:
    """One schema, compiled for both validators."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._quick = jsonschema_rs.validator_for(schema)
        self._thorough = _Thorough(schema)

    def problems(self, value: Any) -> tuple[Problem, ...]:
        """Everything that is wrong; empty when it is right."""
        if self._accepts(value):
            return ()
        found = {problem: None for error in self._thorough.iter_errors(value) for problem in _problems(error)}
        return tuple(found)

    def _accepts(self, value: Any) -> bool:
        try:
            return self._quick.is_valid(value)
        except (ValueError, OverflowError):
            return False  # it can't say: jsonschema will


def schema_fault(schema: Schema) -> str:
    """What is wrong with a schema that a plugin brings; empty when it can be used."""
    try:
        Draft202012Validator.check_schema(schema)
        Validator(schema)
    except SchemaError as error:
        return error.message
    except ValueError as error:
        return str(error)
    return ""


def value_faults(schema: Schema, value: Any) -> tuple[Problem, ...]:
    """Everything that is wrong with a value under a schema that a plugin brings."""
    return Validator(schema).problems(value)


def _by_type(validator: Any, branches: list[Any], instance: Any, schema: Schema) -> Iterator[ValidationError]:
    """`allOf`, but straight to the one branch that a field's type chooses."""
    index = schema.get(TYPE_INDEX)
    if index is None or not isinstance(instance, dict):
        yield from Draft202012Validator.VALIDATORS["allOf"](validator, branches, instance, schema)
        return
    position = index.get(instance["type"]) if isinstance(instance.get("type"), str) else None
    chosen = branches[-1]["else"] if position is None else branches[position]["then"]
    yield from validator.descend(instance, chosen, schema_path=len(branches) - 1 if position is None else position)


# types-jsonschema leaves `extend` bare.
_Thorough = extend(Draft202012Validator, {"allOf": _by_type})  # type: ignore[no-untyped-call]


@dataclass(frozen=True, slots=True)
class _Error:
    """What jsonschema says of a value: which keyword wanted what of it."""

    path: tuple[str, ...]
    instance: Any
    wanted: Any
    schema: Mapping[str, Any]
    message: str


def _problems(found: ValidationError) -> Iterator[Problem]:
    if found.context and found.validator in ("anyOf", "oneOf"):
        best = best_match(found.context)
        if best is not None:
            yield from _problems(best)
            return
    schema = found.schema if isinstance(found.schema, dict) else {}
    path = tuple(map(str, found.absolute_path))
    error = _Error(path, found.instance, found.validator_value, schema, found.message)
    if "propertyNames" in found.absolute_schema_path:
        yield _bad_name(error)
    else:
        yield from _TRANSLATORS.get(str(found.validator), _other)(error)


def _pointer(error: _Error) -> str:
    return "".join(f"/{escape(step)}" for step in error.path)


def _bad_name(error: _Error) -> Problem:
    name = str(error.instance)
    pointer = f"{_pointer(error)}/{escape(name)}"
    rule = _NAME_RULE
    better = "_".join(name.lower().replace("-", " ").split())
    if "." in str(error.schema.get("pattern", "")) or "/" in str(error.schema.get("pattern", "")):
        rule = _first_sentence(error.schema)
    hint = f"'{better}' would do; {rule}" if better != name and is_name(better) else rule
    return Problem(codes.BAD_NAME, pointer, f"'{_short(name)}' can't stand here as a key", hint)


def _unknown_keys(error: _Error) -> Iterator[Problem]:
    known = tuple(error.schema.get("properties", {}))
    patterns = tuple(error.schema.get("patternProperties", {}))
    for key in error.instance:
        if key not in known and not any(re.search(pattern, key) for pattern in patterns):
            listed = ", ".join(known) if known else "none"
            hint = did_you_mean(key, known) or (f"known keys are {listed}" if known else "this object stays empty")
            yield Problem(codes.UNKNOWN_KEY, f"{_pointer(error)}/{escape(key)}", f"unknown key '{_short(key)}'", hint)


def _missing_keys(error: _Error) -> Iterator[Problem]:
    for key in error.wanted:
        if key not in error.instance:
            described = _first_sentence(error.schema.get("properties", {}).get(key, {}))
            yield Problem(codes.MISSING_KEY, _pointer(error), f"the key '{key}' is missing", described)


def _wrong_type(error: _Error) -> Iterator[Problem]:
    wanted = error.wanted if isinstance(error.wanted, list) else [error.wanted]
    names = " or ".join(_TYPES[str(each)] for each in wanted)
    message = f"{_subject(error)} must be {names}, not {_type_of(error.instance)}"
    yield Problem(codes.WRONG_TYPE, _pointer(error), message, _first_sentence(error.schema))


def _not_listed(error: _Error) -> Iterator[Problem]:
    values = [str(each) for each in error.wanted]
    given = error.instance if isinstance(error.instance, str) else _shown(error.instance)
    near = did_you_mean(given, values)
    if len(error.path) > 1 and error.path[-1] == "type" and error.path[0] == "fields":
        hint = near or f"the types are {', '.join(values)}"
        yield Problem(codes.UNKNOWN_FIELD_TYPE, _pointer(error), f"unknown field type '{_short(given)}'", hint)
        return
    message = f"{_subject(error)} can't be {_shown(error.instance)}"
    yield Problem(codes.BAD_VALUE, _pointer(error), message, near or f"it is one of {', '.join(values)}")


def _wrong_pattern(error: _Error) -> Iterator[Problem]:
    message = f"{_subject(error)} can't be {_shown(error.instance)}"
    near = ""
    if "|" in str(error.wanted):
        near = did_you_mean(str(error.instance), str(error.wanted).strip("^$()").split("|"))
    yield Problem(codes.BAD_VALUE, _pointer(error), message, near or _first_sentence(error.schema))


def _bound(words: str) -> Callable[[_Error], Iterator[Problem]]:
    def translate(error: _Error) -> Iterator[Problem]:
        message = f"{_subject(error)} {words.format(error.wanted)}"
        yield Problem(codes.BAD_VALUE, _pointer(error), message, _first_sentence(error.schema))

    return translate


def _empty(error: _Error) -> Iterator[Problem]:
    words = "must not be empty" if error.wanted == 1 else f"needs at least {error.wanted} entries"
    yield Problem(codes.BAD_VALUE, _pointer(error), f"{_subject(error)} {words}", _first_sentence(error.schema))


def _other(error: _Error) -> Iterator[Problem]:
    yield Problem(codes.BAD_VALUE, _pointer(error), _short(error.message, 200), _first_sentence(error.schema))


_TRANSLATORS = {
    "additionalProperties": _unknown_keys,
    "required": _missing_keys,
    "type": _wrong_type,
    "enum": _not_listed,
    "pattern": _wrong_pattern,
    "minLength": _empty,
    "minProperties": _empty,
    "minItems": _empty,
    "maxLength": _bound("is longer than {} characters"),
    "maxProperties": _bound("has more than {} keys"),
    "maxItems": _bound("has more than {} entries"),
    "minimum": _bound("must be {} or more"),
    "maximum": _bound("must be {} or less"),
    "exclusiveMinimum": _bound("must be more than {}"),
    "exclusiveMaximum": _bound("must be less than {}"),
    "uniqueItems": _bound("has an entry twice"),
}


def _subject(error: _Error) -> str:
    path = error.path
    return f"'{_short(str(path[-1]))}'" if path else "the document"


def _first_sentence(schema: Mapping[str, Any]) -> str:
    described = str(schema.get("description", ""))
    sentence = described.split(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _type_of(value: Any) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true or false"
    names = {dict: "an object", list: "a list", str: "text", int: "a number", float: "a number"}
    return names.get(type(value), type(value).__name__)


def _shown(value: Any) -> str:
    return f"'{_short(value)}'" if isinstance(value, str) else _short(str(value))


def _short(text: str, limit: int = _LONGEST_SHOWN) -> str:
    return text if len(text) <= limit else f"{text[:limit]}…"
