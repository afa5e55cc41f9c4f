"""A record of one of several entities."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, tzinfo
from typing import Any, NamedTuple

from kalip.base.names import NAME
from kalip.expressions import TEXT
from kalip.fields.columns import text_column
from kalip.fields.fault import FieldFault, wrong_type
from kalip.fields.field_type import FieldType, Json, Part, Parts, Style
from kalip.fields.ids import SAMPLE_IDS, id_schema, parse_id
from kalip.fields.operators import EMPTINESS, Operator, words
from kalip.fields.options import keys, option
from kalip.model import Field


class AnyReference(NamedTuple):
    """The entity and the id of a record."""

    entity: str
    id: str


class AnyReferenceType(FieldType):
    """A record of one of the entities that `to` lists."""

    name = "any_reference"
    label = words("Reference to any of several", "Birkaç varlıktan birine bağlantı", "Ссылка на один из объектов")
    description = (
        "One record of one of several entities: what an activity is about. In expressions the field itself is the id, "
        "`field.entity` the entity's name."
    )
    widget = "any_reference"
    sortable = False
    options = keys(
        {
            "to": option(
                "Entities",
                "The entities it may point to.",
                type="object",
                minProperties=1,
                additionalProperties={"type": "object"},
            )
        }
    )
    needs = ("to",)

    def samples(self, field: Field) -> tuple[Any, ...]:
        """Ordinary and extreme values."""
        return tuple(AnyReference(entity, SAMPLE_IDS[0]) for entity in field.targets or ("lead", "deal"))

    def parts(self, field: Field) -> tuple[Part, ...]:
        """Id and entity."""
        return (Part("", TEXT, text_column()), Part("entity", TEXT, text_column()))

    def to_parts(self, field: Field, value: Any) -> Parts:
        """Id and entity."""
        return (None, None) if value is None else (value.id, value.entity)

    def from_parts(self, field: Field, parts: Parts) -> Any:
        """None unless both are there."""
        return AnyReference(parts[1], parts[0]) if parts[0] and parts[1] else None

    def parse_value(self, field: Field, raw: Json) -> AnyReference | None:
        """Read an object with entity and id."""
        if not isinstance(raw, Mapping):
            raise wrong_type('an object such as {"entity": "lead", "id": "…"}', raw)
        for key in raw:
            if key not in ("entity", "id"):
                raise FieldFault("unknown_key", "'{key}' is not known here.", {"key": str(key)[:60]})
        for key in ("entity", "id"):
            if raw.get(key) is None:
                raise FieldFault("missing", "The {name} is missing.", {"name": key}, f"/{key}")
        entity = _entity(field, raw["entity"])
        try:
            record = parse_id(raw["id"])
        except FieldFault as fault:
            raise fault.under("/id") from fault
        if record is None:
            raise FieldFault("missing", "The {name} is missing.", {"name": "id"}, "/id")
        return AnyReference(entity, record)

    def parse_written(self, field: Field, text: str, locale: str, timezone: tzinfo) -> AnyReference | None:
        """Read `lead:<id>`."""
        entity, _, record = text.strip()[:200].partition(":")
        return self.parse_value(field, {"entity": entity, "id": record})

    def parse_inputs(
        self, field: Field, inputs: Mapping[str, Sequence[str]], locale: str, timezone: tzinfo = UTC
    ) -> Any:
        """Read the id's input and the entity's."""
        record, entity = (next(iter(inputs.get(name, ())), "").strip() for name in ("", "entity"))
        if not record or ":" in record:
            return self.parse_text(field, record, locale, timezone)
        return self.parse_value(field, {"entity": entity, "id": record})

    def value_schema(self, field: Field, *, write: bool) -> dict[str, Any]:
        """An object with entity and id."""
        name: dict[str, Any] = {"type": "string"}
        if write and field.targets:
            name["enum"] = list(field.targets)
        properties = {"entity": name, "id": id_schema(write=write)}
        return {"type": "object", "properties": properties, "required": ["entity", "id"], "additionalProperties": False}

    def value_to_json(self, field: Field, value: Any) -> Json:
        """An object with entity and id."""
        return {"entity": value.entity, "id": value.id}

    def json_reader(self, field: Field) -> Callable[[Parts], Json]:
        """An object with entity and id."""
        return _read

    def format_value(self, field: Field, value: Any, style: Style) -> str:
        """The record's title."""
        return style.titles.get(value.id, value.id)

    def value_to_text(self, field: Field, value: Any) -> str:
        """Entity and id with a colon."""
        return f"{value.entity}:{value.id}"

    def to_inputs(self, field: Field, value: Any, style: Style) -> dict[str, Sequence[str]]:
        """The id and the entity."""
        return {"": (value.id if value else "",), "entity": (value.entity if value else "",)}

    def operators(self, field: Field) -> tuple[Operator, ...]:
        """Equal, and of which entity."""
        entity = Operator("entity", words("is a", "türü", "тип"), "{path}.entity == {0}", ("text",))
        equal = Operator("is", words("is", "eşit", "равно"), "{path} == {0}")
        return (equal, entity, *EMPTINESS)

    def literal(self, field: Field, value: Any) -> str:
        """The id."""
        return super().literal(field, value.id if isinstance(value, AnyReference) else value)


def _entity(field: Field, raw: Json) -> str:
    if not isinstance(raw, str):
        raise wrong_type("the name of an entity", raw).under("/entity")
    name = raw.rsplit("/", 1)[-1]
    if not NAME.fullmatch(name) or (field.targets and name not in field.targets):
        params = {"entity": raw[:60], "allowed": ", ".join(field.targets)}
        raise FieldFault("wrong_entity", "'{entity}' is not one of: {allowed}.", params, "/entity")
    return name


def _read(parts: Parts) -> Json:
    record, entity = parts
    return {"entity": entity, "id": record} if record and entity else None
