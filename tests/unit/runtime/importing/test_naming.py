"""Valid names of foreign ones."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.base.names import RESERVED_SEGMENTS, is_name
from kalip.runtime.importing.naming import RESERVED_NAMES, Names, entity_name, made_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("CRM Deal", "crm_deal"),
        ("billingAddress", "billing_address"),
        ("sicCode", "sic_code"),
        ("SKU", "sku"),
        ("HTMLField", "html_field"),
        ("Müşteri Adı", "musteri_adi"),
        ("R&D", "r_and_d"),
        ("1-10", "n1_10"),
        ("__x__y", "x_y"),
        ("Счёт", ""),
    ],
)
def test_the_nearest_name(text: str, name: str) -> None:
    assert made_name(text) == name


@given(st.lists(st.text(max_size=80), max_size=30))
def test_every_text_gets_a_valid_name_of_its_own(texts: list[str]) -> None:
    names = Names(RESERVED_NAMES)
    given_names = [names.take(text, "field") for text in texts]
    assert all(is_name(name) and name not in RESERVED_NAMES for name in given_names)
    assert len(set(given_names)) == len(texts)


def test_what_is_taken_or_reserved_gets_a_mark() -> None:
    names = Names(RESERVED_NAMES)
    assert [names.take(each) for each in ("owner", "Owner", "x" * 80, "x" * 80)] == [
        "owner_field",
        "owner_field_2",
        "x" * 60,
        f"{'x' * 58}_2",
    ]
    assert (names.peek("amount"), names.take("amount"), names.peek("amount")) == ("amount", "amount", "amount_2")
    names.keep(["total"])
    assert names.take("total") == "total_2"


@pytest.mark.parametrize(
    ("wanted", "prefix", "name"),
    [
        ("Account", "", "espo_account"),
        ("Account", "our", "our_account"),
        ("kalip x", "", "espo_kalip_x"),
        ("é", "", "e"),
    ],
)
def test_entities_keep_clear_of_what_kalip_uses(wanted: str, prefix: str, name: str) -> None:
    assert entity_name(Names(), wanted, "espo", prefix, RESERVED_SEGMENTS) == name
