from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("long_text").json("  first\r\nsecond\rthird \n\n") == "  first\nsecond\nthird"


def test_blank_is_none() -> None:
    assert Tried("long_text").json(" \n ") is None
    assert Tried("long_text").text("\n") is None


def test_text_keeps_its_indentation() -> None:
    assert Tried("long_text").text("  indented") == "  indented"


def test_length() -> None:
    assert Tried("long_text", max_length=5).refusal("123456") == "too_long"
    assert Tried("long_text").refusal("x" * 3_000_000) == "too_long"


def test_it_has_no_order_and_no_index() -> None:
    kind = Tried("long_text").type
    assert not kind.sortable
    assert not kind.indexable
