"""The shipped field types keep the contract, with the options that change what they do."""

from typing import Any

from kalip.base.text import Text
from kalip.expressions import MappingScope, compile_expression
from kalip.expressions.types import BOOLEAN, DATE, DATETIME, DURATION, INTEGER, TEXT, Type, decimal_of
from kalip.fields import builtin_types
from tests.contract.field_type_contract import Case, FieldTypeContract
from tests.support.fields import a_field

TYPES = builtin_types()
LABELS = {"new": Text((("en", "New"), ("tr", "Yeni"), ("ru", "Новый"))), "old": Text.of("Old, but gold")}
LIST: dict[str, Any] = {"choices": "state", "values": ("new", "in_work"), "retired": ("old",), "labels": LABELS}
SCOPE = {
    "amount": decimal_of(4), "count": INTEGER, "name": TEXT, "open": BOOLEAN, "day": DATE,
    "at": DATETIME, "spent": DURATION,
}  # fmt: skip


def case(type_: str, **keys: Any) -> Case:
    return Case(TYPES[type_], a_field(type_, **keys))


def computed(source: str, expects: Type | None = None, **options: Any) -> Case:
    expression = compile_expression(source, MappingScope(SCOPE), expects=expects)
    return case("computed", computed=expression, expression=source, **options)


CASES = (
    case("text"),
    case("text", max_length=60, min_length=1, required=True),
    case("long_text"),
    case("rich_text"),
    case("integer"),
    case("integer", min=-(2**63), max=2**63 - 1),
    case("decimal"),
    case("decimal", scale=0),
    case("decimal", scale=9, required=True),
    case("money"),
    case("money", currency="TRY", currencies=["TRY", "EUR"], scale=4, required=True),
    case("percent"),
    case("percent", scale=0),
    case("boolean"),
    case("boolean", required=True),
    case("date"),
    case("date", min="0001-01-01", max="9999-12-31"),
    case("datetime"),
    case("time"),
    case("duration"),
    case("choice", **LIST),
    case("choice", required=True, **LIST),
    case("choices", **LIST),
    case("reference", target="company", to="company"),
    case("references", target="company", to="company"),
    case("children", target="deal_line", of="deal_line", via="deal"),
    case("any_reference", targets=("lead", "deal"), to={"lead": {}, "deal": {}}),
    case("user"),
    case("group"),
    case("email"),
    case("phone"),
    case("phone", country="TR"),
    case("url"),
    case("address"),
    case("address", country="TR", required=True),
    case("person_name"),
    case("tax_number"),
    case("tax_number", country="TR"),
    case("tax_number", country="RU"),
    case("tax_number", country="DE"),
    case("tax_number", country="GB"),
    case("tax_number", country="US"),
    case("file"),
    case("files"),
    case("image"),
    case("json"),
    case("json", required=True),
    case("autonumber"),
    case("autonumber", format="L-{year}-{number:06}", period="year"),
    case("location"),
    case("colour"),
    case("rating"),
    case("rating", max=10),
    case("tags"),
    computed("amount * 2.0"),
    computed("amount / 3.0", result={"type": "percent", "scale": 1}),
    computed("count + 1"),
    computed("count + 1", result="decimal"),
    computed("name + '!'"),
    computed("amount > 10.0"),
    computed("addDays(day, 3)"),
    computed("at"),
    computed("spent"),
    case("rollup", of="lines", function="count", result="integer"),
    case("rollup", of="lines", function="sum", field="price", result={"type": "decimal", "scale": 2}),
)


class TestShippedTypes(FieldTypeContract):
    cases = CASES

    def test_every_type_is_tried(self) -> None:
        assert {each.type.name for each in CASES} == set(TYPES)
