"""Names that may be said, and suggestions."""

import pytest

from kalip.expressions import DECIMAL, TEXT, MappingScope
from kalip.expressions.scope import suggestion


def test_it_works() -> None:
    scope = MappingScope({"name": TEXT, "company.name": TEXT, "amount": DECIMAL}, old=True)
    assert scope.lookup(("company", "name")) == TEXT
    assert scope.lookup(("old", "amount")) == DECIMAL
    assert scope.lookup(("nothing",)) is None


def test_what_may_follow_a_path() -> None:
    scope = MappingScope({"name": TEXT, "company.name": TEXT, "company.city": TEXT})
    assert scope.names(()) == ("name", "company")
    assert scope.names(("company",)) == ("name", "city")


def test_suggestions() -> None:
    assert suggestion("nmae", ("name", "amount")) == "did you mean 'name'?"
    assert suggestion("zzz", ("name", "amount")) == ""


def test_elements_have_scopes_of_their_own() -> None:
    lines = MappingScope({"price": DECIMAL})
    scope = MappingScope({"name": TEXT}, {"line": lines})
    assert scope.element("line") is lines
    assert scope.lookup(("price",)) is None
    assert scope.lookup(("old", "name")) is None
    with pytest.raises(KeyError):
        scope.element("order")
