"""Rights on fields: where they hold, and how two of them add up."""

from kalip.model.field_right import CLOSED, NOWHERE, OPEN, FieldRight, covers, joined, together

NEW, WON = frozenset({"sales.new"}), frozenset({"sales.won"})


def test_it_works() -> None:
    assert covers(None, "")
    assert covers(NEW, "sales.new")
    assert not covers(NEW, "")
    assert not covers(NOWHERE, "sales.new")


def test_rights_add_up() -> None:
    assert joined(NEW, WON) == frozenset({"sales.new", "sales.won"})
    assert joined(NEW, None) is None
    assert together(CLOSED, OPEN) == OPEN
    assert together(FieldRight(read=NEW), FieldRight(read=WON, mask=None)) == FieldRight(read=NEW | WON, mask=None)
