import pytest
from email_validator import EmailNotValidError, validate_email
from hypothesis import given
from hypothesis import strategies as st

from kalip.fields import FieldFault
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


@given(st.from_regex(r"[aZ0._+-]{1,70}@[aZ0._-]{1,70}(\.com)?", fullmatch=True))
def test_plain_addresses_are_judged_as_the_library_judges_all(address: str) -> None:
    try:
        found = validate_email(address, check_deliverability=False, globally_deliverable=False)
        wanted = found.normalized if "." in found.domain else None
    except EmailNotValidError:
        wanted = None
    assert judged(address) == wanted


def judged(address: str) -> object:
    try:
        return Tried("email").json(address)
    except FieldFault:
        return None
