"""What a field type is: storage, parsing, validation, formatting, widget and filter operators of one kind of value."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from types import MappingProxyType
from typing import Any, ClassVar

import marshmallow
from sqlalchemy.types import TypeEngine

from kalip.base.text import Text
from kalip.expressions import Type
from kalip.fields.fault import FieldFault
from kalip.fields.literals import literal_of, text_literal
from kalip.fields.operators import Operator
from kalip.fields.schema import ValueField
from kalip.model import Field

Json = Any
Parts = tuple[Any, ...]
OptionFault = tuple[str, str, str]
"""Pointer inside the field's document, what is wrong, the way out."""
_EMPTY: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Part:
    """A column of a field: "" is the field's own column; others are `<field>__<name>`, in paths `<field>.<name>`."""

    name: str
    type: Type
    column: TypeEngine[Any]


@dataclass(frozen=True, slots=True)
class Style:
    """How a person reads: locale, time zone, labels of choices (list name → value → label), titles by record id."""

    locale: str = "en"
    timezone: tzinfo = UTC
    choices: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: _EMPTY)
    titles: Mapping[str, str] = field(default_factory=lambda: _EMPTY)


class FieldType(ABC):
    """A field type: one stateless instance serves every field of the type.

    Values are Python objects or None; None never reaches the `*_value` methods that a type implements.
    """

    name: ClassVar[str]
    label: ClassVar[Text]
    description: ClassVar[str]
    options: ClassVar[Mapping[str, Mapping[str, Any]]] = _EMPTY
    """JSON Schema `properties` of the type's own metadata keys, each with title and description."""
    needs: ClassVar[tuple[str, ...]] = ()
    """Metadata keys without which a field of the type means nothing."""
    widget: ClassVar[str]
    """Folder `templates/fields/<widget>/`."""
    stored: ClassVar[bool] = True
    """False: computed in the SELECT, or kept in another table."""
    readonly: ClassVar[bool] = False
    """True: nobody writes it; the system does."""
    searchable: ClassVar[bool] = False
    sortable: ClassVar[bool] = True
    sums: ClassVar[bool] = False
    indexable: ClassVar[bool] = True
    """Whether every value fits in an index of PostgreSQL (about 2,700 bytes)."""

    @abstractmethod
    def samples(self, field: Field) -> tuple[Any, ...]:
        """Valid values for a field, ordinary and extreme: the contract tests put each through every way."""

    # --- storage ---

    @abstractmethod
    def parts(self, field: Field) -> tuple[Part, ...]:
        """The columns, the default one first; for what is not stored, the type of its path."""

    def to_parts(self, field: Field, value: Any) -> Parts:
        """Column values in the order of `parts`."""
        return (value,)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """The value that columns hold."""
        return parts[0]

    # --- reading and checking ---

    def parse(self, field: Field, raw: Json) -> Any:
        """Read a JSON value. Raises FieldFault."""
        return None if raw is None else self.parse_value(field, raw)

    @abstractmethod
    def parse_value(self, field: Field, raw: Json) -> Any:
        """Read a JSON value that is not null. Raises FieldFault."""

    def parse_text(self, field: Field, text: str, locale: str = "en", timezone: tzinfo = UTC) -> Any:
        """Read what a person typed or a CSV cell holds; blank is None. Raises FieldFault."""
        return None if not text.strip() else self.parse_written(field, text, locale, timezone)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> Any:
        """Read text that is not blank. Raises FieldFault."""
        return self.parse(field, text.strip())

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read a form's inputs: part name ("" for the main one) to submitted texts. Raises FieldFault."""
        texts = inputs.get("", ())
        return self.parse_text(field, texts[0], locale, timezone) if texts else None

    def validate(self, field: Field, value: Any) -> tuple[FieldFault, ...]:
        """All faults of a parsed value against the field's options."""
        return () if value is None else tuple(self.check_value(field, value))

    def check_value(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """Faults of a value that is not None."""
        return ()

    def schema(self, field: Field) -> marshmallow.fields.Field[Any]:
        """A marshmallow field that parses and validates; its messages are `FieldFault`s."""
        return ValueField(self, field)

    # --- JSON ---

    def json_schema(self, field: Field, *, write: bool = False) -> dict[str, Any]:
        """JSON Schema (2020-12) of what `to_json` answers, or with `write` of what `parse` and `validate` accept.

        Only the latter states limits: a record older than a limit is still answered.
        """
        schema = self.value_schema(field, write=write)
        if write and field.required:
            return schema
        return _nullable(schema)

    @abstractmethod
    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """The schema of a value that is not null."""

    def to_json(self, field: Field, value: Any) -> Json:
        """The value in REST."""
        return None if value is None else self.value_to_json(field, value)

    def value_to_json(self, field: Field, value: Any) -> Json:
        """A value that is not None in REST."""
        return value

    def json_reader(self, field: Field) -> Callable[[Parts], Json] | None:
        """A fast way from processed column values to JSON; None when the first part is the JSON already."""
        return None

    # --- text ---

    def format(self, field: Field, value: Any, style: Style) -> str:
        """The value for people."""
        return "" if value is None else self.format_value(field, value, style)

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """A value that is not None for people."""
        return self.value_to_text(field, value)

    def to_text(self, field: Field, value: Any) -> str:
        """Exact text that `parse_text(…, "en")` reads back."""
        return "" if value is None else self.value_to_text(field, value)

    def value_to_text(self, field: Field, value: Any) -> str:
        """Exact text of a value that is not None."""
        return str(value)

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """The texts that a form shows for editing, so that `parse_inputs` in the same locale reads the value back."""
        return {"": (self.to_text(field, value),)}

    # --- filters ---

    @abstractmethod
    def operators(self, field: Field) -> tuple[Operator, ...]:
        """What the filter builder offers."""

    def literal(self, field: Field, value: Any) -> str:
        """The value as a literal of the expression language."""
        return literal_of(value)

    def filter(self, field: Field, path: str, operator: str, operands: Sequence[Json]) -> str:
        """The expression for an operator's name and raw operands (JSON). Raises FieldFault."""
        chosen = next((each for each in self.operators(field) if each.name == operator), None)
        if chosen is None:
            raise FieldFault("unknown_operator", "There is no operator '{operator}' here.", {"operator": operator})
        if not chosen.many and len(operands) != len(chosen.operands):
            raise FieldFault("operands", "This operator takes {count} values.", {"count": len(chosen.operands)})
        kinds = chosen.operands * len(operands) if chosen.many else chosen.operands
        return chosen.expression(path, [self._operand(field, *pair) for pair in zip(kinds, operands, strict=True)])

    def _operand(self, field: Field, kind: str, raw: Json) -> str:
        if kind == "value":
            return self.literal(field, self.parse_operand(field, raw))
        if kind == "text":
            if not isinstance(raw, str) or len(raw) > 1000:
                raise FieldFault("wrong_type", "Expected a short text.")
            return text_literal(raw)
        if isinstance(raw, bool) or not isinstance(raw, int) or not 0 <= raw <= 36525:
            raise FieldFault("wrong_type", "Expected a number of days.")
        return str(raw)

    def parse_operand(self, field: Field, raw: Json) -> Any:
        """Read the value to compare with. Raises FieldFault."""
        return self.parse(field, raw)

    # --- metadata ---

    def check_options(self, field: Field) -> tuple[OptionFault, ...]:
        """Faults of the field's options beyond their JSON Schema."""
        return ()


def _nullable(schema: dict[str, Any]) -> dict[str, Any]:
    kind = schema.get("type")
    if isinstance(kind, str) and "enum" not in schema:
        return {**schema, "type": [kind, "null"]}
    if isinstance(kind, list) and "enum" not in schema:
        return {**schema, "type": [*kind, "null"]}
    if not schema:
        return schema
    return {"anyOf": [schema, {"type": "null"}]}
