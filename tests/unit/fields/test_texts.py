import pytest

from kalip.fields import FieldFault
from kalip.fields.texts import check_characters, clean_line, clean_text


def test_it_works() -> None:
    assert clean_line("  a\tb ", 10) == "a b"
    assert clean_text("a\r\nb\rc \n", 10) == "a\nb\nc"


def test_spaces_that_are_cut_off_do_not_count() -> None:
    assert clean_line(" " * 100 + "a", 1) == "a"
    with pytest.raises(FieldFault, match="At most 1 char"):
        clean_line(" " * 5000 + "a", 1)


@pytest.mark.parametrize("separator", ["\n", "\r", "\u2028", "\u2029"])
def test_a_line_has_no_line_breaks(separator: str) -> None:
    with pytest.raises(FieldFault, match="one line"):
        clean_line(f"a{separator}b", 10)


def test_the_place_of_a_forbidden_character_is_told() -> None:
    with pytest.raises(FieldFault, match=r"U\+0000 at position 3"):
        check_characters("ab\0")


@pytest.mark.parametrize("fine", ["", "İıŞşğÇ", "🙂", "مرحبا", "a\tb\nc"])
def test_letters_of_the_world_are_fine(fine: str) -> None:
    check_characters(fine)


def test_marks_that_turn_the_direction_of_text_are_left_out() -> None:
    assert clean_line("photo\u202egpj.exe", 50) == "photogpj.exe"
    assert clean_text("\u202a+90 532\u202c \u2067x\u2069", 50) == "+90 532 x"
    assert clean_line("\u200fمرحبا", 50) == "\u200fمرحبا"
