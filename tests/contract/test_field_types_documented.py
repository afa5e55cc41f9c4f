"""The field type that the documentation shows keeps the contract."""

import re
from types import ModuleType

from tests.contract.field_type_contract import Case, FieldTypeContract
from tests.support.fields import a_field
from tests.support.source import ROOT

PAGE = (ROOT / "docs" / "how-to" / "add-a-field-type.md").read_text(encoding="utf-8")


def shown_module() -> ModuleType:
    """The page's Python as a module."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code is not None
    module = ModuleType("iban")
    exec(compile(code[1], "add-a-field-type.md", "exec"), module.__dict__)  # noqa: S102 - our own page
    return module


IBAN = shown_module().IbanType()


class TestDocumentedType(FieldTypeContract):
    cases = (Case(IBAN, a_field("iban")), Case(IBAN, a_field("iban", country="TR")))

    def test_it_reads_what_people_write(self) -> None:
        field = a_field("iban", country="TR")
        value = IBAN.parse(field, "TR33 0006 1005 1978 6457 8413 26")
        assert value == "TR330006100519786457841326"
        assert IBAN.validate(field, value) == ()
        assert [fault.code for fault in IBAN.validate(field, "GB82WEST12345698765432")] == ["wrong_country"]
