"""What both writers share: null semantics and rows."""

import pytest

from kalip.expressions import Dialect
from tests.support.expressions import sql

DIALECTS: tuple[Dialect, ...] = ("sqlite", "postgresql")


@pytest.mark.parametrize("dialect", DIALECTS)
def test_it_works(dialect: Dialect) -> None:
    assert sql("name == null", dialect).text == '("name" IS NULL)'
    assert "EXISTS" in sql("lines.exists(l, l.price > 1)", dialect).text


@pytest.mark.parametrize("dialect", DIALECTS)
def test_every_parameter_has_its_place(dialect: Dialect) -> None:
    found = sql("name == 'a' || name == 'b' || amount > 3.5", dialect)
    assert all(f":{name}" in found.text for name in found.params)
    assert len(found.params) >= 2
