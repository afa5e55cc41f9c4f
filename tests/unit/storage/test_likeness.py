"""Keys of duplicate rules: alike values share one, others don't."""

from collections.abc import Sequence

import pytest

from kalip.storage.likeness import Side, keys_of, score, sides_of
from tests.support.builders import a_pack, a_served, an_entity


def side(method: str, **keys: object) -> Side:
    entity = (
        an_entity("a")
        .with_field("x", "text")
        .with_field("y", "text")
        .with_field("n", "integer")
        .with_keys(duplicates={"r": {"fields": {"x": method}, **keys}})
    )
    return sides_of(a_served(a_pack("p").with_entity(entity)), "a")[0]


@pytest.mark.parametrize(
    ("method", "alike", "other"),
    [
        ("exact", ("Ada", "Ada"), "ada"),
        ("fold", ("İzmir  Ilık-Su", "izmir ILIK su", "IZMIRILIKSU"), "izmir"),
        ("fold", ("Ёлка", "елка"), "елки"),
        ("email", (" Ada@Example.com", "ada@example.com"), "ada@example.org"),
        ("phone", ("+90 532 111 22 33", "0090 (532) 111-2233", "905321112233"), "05321112233"),
        ("phone", ("0532 111 22 33", "532 111 22 33"), "532 111 22 34"),
        ("tax_number", ("TR 454.053-6920", "tr4540536920"), "4540536921"),
        ("starts", ("Marmara Tekstil", "MARMARA TEks"), "Marmara Gıda"),
    ],
)
def test_it_works(method: str, alike: Sequence[str], other: str) -> None:
    rule = side(method)
    assert len({keys_of(rule, {"x": text}) for text in alike}) == 1
    assert keys_of(rule, {"x": other}) != keys_of(rule, {"x": alike[0]})


@pytest.mark.parametrize("method", ["exact", "fold", "email", "phone", "tax_number", "starts", "similar"])
@pytest.mark.parametrize("nothing", [None, "", "--- !"])
def test_nothing_is_like_nothing(method: str, nothing: str | None) -> None:
    if method not in ("exact", "email") or not nothing:
        assert keys_of(side(method), {"x": nothing}) == ()


def test_any_of_several_fields_counts() -> None:
    rule = side("fold", also={"x": ["y"]})
    both = keys_of(rule, {"x": "one", "y": "two"})
    assert set(keys_of(rule, {"y": "ONE"})) | set(keys_of(rule, {"x": "TWO"})) == set(both)
    assert len(keys_of(rule, {"x": "one", "y": "One"})) == 1


def test_a_definition_has_its_own_keys() -> None:
    values = {"x": "Marmara Tekstil"}
    assert keys_of(side("starts", length=5), values) != keys_of(side("starts", length=6), values)
    assert side("fold").id != side("fold", strict=True).id
    assert side("fold").id == side("fold").id


def test_likeness_is_judged_by_the_best_of_the_names() -> None:
    rule = side("similar", also={"x": ["y"]})
    one, two = {"x": "Robert Bosch GmbH"}, {"x": "something", "y": "Bosch Robert"}
    assert score(rule, one, rule, two) == 100
    assert score(rule, one, rule, {"x": "Rabert Bosh"}) in range(80, 100)
    assert score(rule, one, rule, {"x": "Siemens"}) < 50
    assert score(rule, one, rule, {}) == 0
