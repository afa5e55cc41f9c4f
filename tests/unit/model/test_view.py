import pytest

from kalip.base.text import Text
from kalip.model import FormView, Section, Sort, Tab


@pytest.mark.parametrize(
    ("sort", "text"), [(Sort("name"), "name"), (Sort("company.name", descending=True), "-company.name")]
)
def test_a_sort_is_written_as_in_rest(sort: Sort, text: str) -> None:
    assert str(sort) == text


def test_the_fields_of_a_form_are_those_of_all_tabs_in_order() -> None:
    none = Text()
    first = Tab("one", none, (Section("a", none, {"name": 1}), Section("b", none, {"email": 2, "phone": 1})))
    second = Tab("two", none, (Section("c", none, {"note": 2}),))
    assert FormView("form", (first, second)).fields == ("name", "email", "phone", "note")
