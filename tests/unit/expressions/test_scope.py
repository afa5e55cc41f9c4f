"""Names that may be said, and suggestions."""

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
