import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("email").json(" Ada@Example.COM ") == "Ada@example.com"


def test_a_link_is_read() -> None:
    assert Tried("email").text("mailto:ada@example.com") == "ada@example.com"


@pytest.mark.parametrize(
    "wrong", ["ada", "ada@", "@example.com", "a b@example.com", "ada@localhost", "ada@-x.com", "Ada <a@b.co>"]
)
def test_others_are_refused(wrong: str) -> None:
    assert Tried("email").refusal(wrong) == "not_an_email"


@pytest.mark.parametrize("reserved", ["ada@mail.firma.local", "ada@shop.test", "ada@host.invalid"])
def test_names_that_mail_never_reaches_are_refused(reserved: str) -> None:
    assert Tried("email").refusal(reserved) == "not_an_email"
