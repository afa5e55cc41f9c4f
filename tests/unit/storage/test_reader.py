"""Every field type: what is written comes back, and the fast JSON of lists is the JSON of the type."""

from collections.abc import Callable
from typing import Any

import pytest

from kalip.expressions import Context
from kalip.fields import FieldType, builtin_types
from kalip.runtime import Served
from kalip.storage import Database, Plan, insert_records, select_many
from tests.support.builders import a_pack, a_served, an_entity
from tests.support.records import a_row

NEEDED: dict[str, dict[str, Any]] = {
    "choice": {"choices": "sizes"},
    "choices": {"choices": "sizes"},
    "any_reference": {"to": {"lead": {}, "deal": {}}},
    "autonumber": {"format": "L-{number:05}"},
    "tax_number": {"country": "TR"},
}
LEFT_OUT = ("reference", "references", "children", "computed", "rollup")
TYPES = [type_ for name, type_ in builtin_types().items() if name not in LEFT_OUT]


@pytest.mark.parametrize("type_", TYPES, ids=lambda type_: type_.name)
def test_json_of_lists_is_json_of_the_type(
    database: Database, publish: Callable[[Served], Plan], context: Context, type_: FieldType
) -> None:
    thing = an_entity("thing").with_field("value", type_.name, **NEEDED.get(type_.name, {}))
    others = (an_entity("lead"), an_entity("deal"))
    served = a_served(a_pack().with_choices("sizes", "big", "small").with_entity(thing, *others))
    publish(served)
    field = served.model.entities["thing"].fields["value"]
    rows = [a_row(value=value) for value in (*type_.samples(field), None)]
    with database.write() as session:
        insert_records(session, served, "thing", rows)
    ids = [row["id"] for row in rows]
    with database.read() as session:
        values = select_many(session, served, "thing", ids, context, ("value",), form="values")
        fast = select_many(session, served, "thing", ids, context, ("value",), form="json")
    for row in rows:
        assert values[row["id"]]["value"] == row["value"]
        assert fast[row["id"]]["value"] == type_.to_json(field, row["value"])
