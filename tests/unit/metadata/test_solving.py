"""Versions of packs that fit together."""

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.errors import MetadataError
from kalip.metadata.solving import Offer, Wish, fits, newest_first, solve
from tests.support.builders import a_pack, told


class Shelf:
    """Offers by name."""

    def __init__(self, *offers: Offer) -> None:
        self.offers = offers

    def __call__(self, name: str) -> list[Offer]:
        return [each for each in self.offers if each.pack.name == name]


def offer(name: str, version: str = "1.0.0", *, present: bool = False, **requires: str) -> Offer:
    return made(name, version, requires, present=present)


def made(name: str, version: str, requires: dict[str, str], *, present: bool = False) -> Offer:
    place = "installed" if present else f"packs/{name}-{version}.zip"
    return Offer(a_pack(name, version).requiring(**requires).build(), place, is_present=present)


def chosen(wishes: list[Wish], *offers: Offer) -> list[str]:
    return [str(each) for each in solve(wishes, Shelf(*offers))]


def test_it_works() -> None:
    offers = [offer("base", each) for each in ("1.0.0", "1.4.0", "2.0.0")]
    shop = offer("shop", base=">=1.2,<2")
    assert chosen([Wish("shop", offer=shop)], shop, *offers) == ["base 1.4.0", "shop 1.0.0"]


def test_it_goes_back_to_an_older_version_where_the_newest_fits_nothing() -> None:
    offers = [
        offer("crm", "1.0.0", base="<2"),
        offer("crm", "2.0.0", base=">=3"),
        offer("base"),
        offer("base", "2.0.0"),
    ]
    assert chosen([Wish("crm")], *offers) == ["base 1.0.0", "crm 1.0.0"]


def test_what_is_there_stays_unless_it_has_to_change() -> None:
    base = [offer("base", "1.0.0", present=True), offer("base", "1.5.0")]
    kept = Wish("base", is_asked=False)
    assert chosen([kept, Wish("shop")], offer("shop", base=">=1"), *base) == ["base 1.0.0", "shop 1.0.0"]
    assert chosen([kept, Wish("shop")], offer("shop", base=">=1.2"), *base) == ["base 1.5.0", "shop 1.0.0"]
    assert chosen([Wish("base")], *base) == ["base 1.5.0"]


def test_a_beta_is_taken_only_where_nothing_finished_fits() -> None:
    offers = [offer("base", "1.0.0"), offer("base", "1.1.0-beta.1")]
    assert chosen([Wish("base")], *offers) == ["base 1.0.0"]
    assert chosen([Wish("base", ">1.0.0")], *offers) == ["base 1.1.0-beta.1"]


def test_a_conflict_says_who_needs_what_and_what_there_is() -> None:
    offers = [offer("crm", base=">=2"), offer("shop", base="<2"), offer("base", "1.0.0"), offer("base", "2.0.0")]
    with pytest.raises(MetadataError) as caught:
        solve([Wish("crm"), Wish("shop")], Shelf(*offers))
    said = caught.value.message
    assert "crm 1.0.0 requires base >=2" in said
    assert "shop 1.0.0 requires base <2" in said
    assert "base 2.0.0 (packs/base-2.0.0.zip), 1.0.0 (packs/base-1.0.0.zip)" in said
    assert told(caught.value.diagnostics) == [("M131", "/requires/base")] * 2


def test_an_installed_pack_that_would_not_fit_any_more_is_named() -> None:
    house, crm = offer("house", present=True, crm="<2"), offer("crm", "2.0.0")
    kept = [Wish("house", is_asked=False), Wish("crm", is_asked=False)]
    with pytest.raises(MetadataError, match="house 1.0.0 requires crm <2") as caught:
        solve([*kept, Wish("crm", offer=crm)], Shelf(house, offer("crm", present=True), crm))
    assert "crm 2.0.0 is to be installed" in caught.value.message
    newer = offer("house", "1.1.0", crm=">=1")
    assert chosen([*kept, Wish("crm", offer=crm)], house, newer, crm) == ["crm 2.0.0", "house 1.1.0"]


def test_a_missing_pack_is_named() -> None:
    with pytest.raises(MetadataError, match="There is no pack 'base'") as caught:
        solve([Wish("crm")], Shelf(offer("crm", base=">=2")))
    assert told(caught.value.diagnostics) == [("M130", "/requires/base")]
    with pytest.raises(MetadataError, match="crm >=9 was asked for"):
        solve([Wish("crm", ">=9")], Shelf(offer("crm")))


def test_u9_a_circle_is_refused_with_the_requirement_to_drop() -> None:
    known, closing = offer("a", present=True, b=">=1"), offer("b", "1.1.0", a=">=1")
    kept = [Wish("a", is_asked=False), Wish("b", is_asked=False)]
    with pytest.raises(MetadataError) as caught:
        solve([*kept, Wish("b", offer=closing)], Shelf(known, offer("b", present=True), closing))
    assert [each.hint for each in caught.value.diagnostics] == ["drop 'a' from the requires of 'b'"]


@pytest.mark.parametrize(
    ("version", "range_", "fit"), [("1.0.0", "latest", False), ("1.x", "", True), ("1.x", ">0", False)]
)
def test_what_cannot_be_compared(version: str, range_: str, fit: bool) -> None:
    assert fits(version, range_) is fit


def test_order_of_versions() -> None:
    versions = ["1.9.0", "1.10.0", "2.0.0-rc.1", "odd"]
    assert [each.pack.version for each in newest_first(offer("a", each) for each in versions)] == [
        "1.10.0",
        "1.9.0",
        "2.0.0-rc.1",
        "odd",
    ]


RANGES = st.sampled_from(["", ">=1", ">=2", "<2", ">=1,<3", "==3.0.0"])
NAMES = "abcd"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(range(4)), st.integers(1, 3), st.dictionaries(st.sampled_from(range(4)), RANGES, max_size=2)
        ),
        max_size=9,
    )
)
def test_what_is_chosen_fits_and_is_found_whenever_something_fits(shelf: list[tuple[int, int, dict[int, str]]]) -> None:
    offers = [
        # Only packs further on are required, so that there are no circles.
        made(NAMES[at], f"{version}.0.0", {NAMES[need]: range_ for need, range_ in needs.items() if need > at})
        for at, version, needs in shelf
    ]

    def sound(picked: list[Offer]) -> bool:
        versions = {each.pack.name: each.pack.version for each in picked}
        return "a" in versions and all(
            name in versions and fits(versions[name], range_)
            for each in picked
            for name, range_ in each.pack.manifest.data["requires"].items()
        )

    choices = [[None, *Shelf(*offers)(name)] for name in NAMES]
    possible = any(sound([each for each in picked if each]) for picked in product(*choices))
    try:
        found = solve([Wish("a")], Shelf(*offers))
    except MetadataError:
        assert not possible
    else:
        assert sound(list(found))
