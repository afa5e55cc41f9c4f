"""A pack as large as one likes, for tests and measurements of what grows with the model."""

from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity

_TYPES = ("text", "integer", "money", "date", "decimal", "boolean", "email", "datetime", "long_text", "percent")


def a_big_pack(entities: int, fields: int) -> PackBuilder:
    """Entities in a ring of references, each with `fields` fields, one reference, one computed field and one rule."""
    return (
        a_pack("big").with_role("rep").with_entity(*(_entity(number, entities, fields) for number in range(entities)))
    )


def _entity(number: int, entities: int, fields: int) -> EntityBuilder:
    entity = an_entity(f"e{number}").with_keys(label=f"Entity {number}").with_access(rep="all").with_list("f0", "f1")
    for field in range(fields):
        entity.with_field(f"f{field}", _TYPES[field % 10], label=f"Field {field} of {number}", help="A sentence.")
    entity.with_field("next", "reference", to=f"e{(number + 1) % entities}")
    entity.with_field("double", "computed", expression="f1 * 2")
    entity.fields["f7"]["visible_when"] = "f1 > 10 && f3 != null"
    return entity
