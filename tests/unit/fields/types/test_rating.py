from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("rating").json(3) == 3


def test_bounds() -> None:
    assert [Tried("rating").refusal(stars) for stars in (0, 1, 5, 6)] == ["too_small", "", "", "too_large"]
    assert Tried("rating", max=10).refusal(10) == ""


def test_it_is_shown_out_of_the_most() -> None:
    assert Tried("rating", max=10).shown(7) == "7/10"
