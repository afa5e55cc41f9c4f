from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("tags").json([" vip ", "vip", "", "İstanbul"]) == ("vip", "İstanbul")


def test_text_is_cut_at_commas_semicolons_and_lines() -> None:
    assert Tried("tags").text("a, b; c\nd") == ("a", "b", "c", "d")


def test_a_tag_holds_no_separator() -> None:
    assert Tried("tags").refusal(["a,b"]) == "separator/0"


def test_bounds() -> None:
    assert Tried("tags").refusal([f"t{index}" for index in range(51)]) == "too_many"
    assert Tried("tags").refusal(["x" * 61]) == "too_long/0"
