"""The order of packs."""

from itertools import islice, permutations

import pytest

from kalip.metadata import Pack, order_packs
from kalip.metadata.dependencies import required_by
from tests.support.builders import a_pack, told


def pack(name: str, version: str = "1.0.0", **requires: str) -> Pack:
    return a_pack(name, version).requiring(**requires).build()


def test_each_stands_above_what_it_requires_whatever_the_order_given() -> None:
    packs = [pack("site"), pack("c", b=""), pack("b", a=">=1"), pack("a"), pack("d", a="", c=">=1,<2")]
    for shuffled in islice(permutations(packs), 0, 120, 11):
        order = order_packs(shuffled)
        assert ([each.name for each in order.packs], order.diagnostics) == (["a", "b", "c", "d", "site"], ())


@pytest.mark.parametrize(
    ("range_", "version", "fits"),
    [
        ("", "0.1.0", True),
        (">=1.2,<2", "1.2.0", True),
        (">=1.2,<2", "2.0.0", False),
        (">=1.2,<2", "1.3.0-beta.1", True),
        ("^1.2", "1.2.0", False),
        ("latest", "1.2.0", False),
    ],
)
def test_versions(range_: str, version: str, fits: bool) -> None:
    found = told(order_packs([pack("a", version), pack("b", a=range_)]).diagnostics)
    assert found == ([] if fits else [("M131", "/requires/a")])


def test_a_version_that_cannot_be_compared_is_told_where_it_stands() -> None:
    found = order_packs([pack("a", "1.0.0-what.ever"), pack("b", a=">=1")]).diagnostics
    assert [(each.code, each.where.file if each.where else "") for each in found] == [("M131", "a/pack.json")]


def test_a_missing_pack_is_named() -> None:
    found = order_packs([pack("crm_extra", crn=">=1"), pack("crm")]).diagnostics
    assert told(found) == [("M130", "/requires/crn")]
    assert found[0].hint == "did you mean 'crm'?"


def test_a_circle_names_the_edge_to_drop() -> None:
    order = order_packs([pack("a", b=""), pack("b", c=""), pack("c", a=""), pack("d", a="")])
    assert told(order.diagnostics) == [("M132", "/requires/a")]
    assert "a → b → c → a" in order.diagnostics[0].message
    assert order.diagnostics[0].hint == "drop 'a' from the requires of 'c'"
    assert len(order.packs) == 4


def test_u9_the_shortest_fix_is_named() -> None:
    # Two circles through one edge: that edge alone is to be dropped.
    order = order_packs([pack("a", b=""), pack("b", c="", d=""), pack("c", a=""), pack("d", a="")])
    assert [each.hint for each in order.diagnostics] == ["drop 'b' from the requires of 'a'"]


def test_u9_of_a_circle_that_a_new_version_closes_its_own_edge_is_named() -> None:
    packs = [pack("b", a=""), pack("a", b="")]
    assert order_packs(packs, new={"a"}).diagnostics[0].hint == "drop 'b' from the requires of 'a'"
    assert order_packs(packs, new={"b"}).diagnostics[0].hint == "drop 'a' from the requires of 'b'"


def test_u9_circles_apart_are_each_named() -> None:
    letters = "abcdefghij"
    packs = [pack(each, **{letters[at ^ 1]: ""}) for at, each in enumerate(letters)]
    order = order_packs(packs)
    assert len(order.packs) == len(letters)
    assert len(order.diagnostics) == len(letters) // 2


def test_a_pack_that_requires_itself() -> None:
    assert told(order_packs([pack("a", a="")]).diagnostics) == [("M132", "/requires/a")]


def test_the_same_pack_twice() -> None:
    assert told(order_packs([pack("a"), pack("a", "2.0.0")]).diagnostics) == [("M133", "/name")]


def test_requirements_of_requirements() -> None:
    packs = {each.name: each for each in (pack("a"), pack("b", a=""), pack("c", b=""))}
    assert required_by(packs["c"], packs) == {"a", "b"}
