"""The marshmallow field made from any field type, by which records check what is written."""

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import marshmallow

from kalip.fields.fault import FieldFault
from kalip.model import Field


class Reader(Protocol):
    """What a marshmallow field needs of a field type."""

    def parse(self, field: Field, raw: Any) -> Any:
        """Read a JSON value. Raises FieldFault."""

    def validate(self, field: Field, value: Any) -> Sequence[FieldFault]:
        """All faults of a parsed value."""

    def to_json(self, field: Field, value: Any) -> Any:
        """The value in REST."""


class ValueField(marshmallow.fields.Field[Any]):
    """Parses and validates by a field type. A `ValidationError` it raises carries `FieldFault`s as its messages.

    It is never required: a partial update leaves fields out, and required is asked after defaults are filled in.
    """

    def __init__(self, reader: Reader, field: Field) -> None:
        super().__init__(allow_none=True)
        self.reader = reader
        self.field = field

    def _deserialize(
        self, value: Any, attr: str | None, data: Mapping[str, Any] | None, *, partial: Any = None, **kwargs: Any
    ) -> Any:
        try:
            parsed = self.reader.parse(self.field, value)
        except FieldFault as fault:
            raise marshmallow.ValidationError([fault]) from fault
        if faults := self.reader.validate(self.field, parsed):
            raise marshmallow.ValidationError(list(faults))
        return parsed

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> Any:
        return self.reader.to_json(self.field, value)
