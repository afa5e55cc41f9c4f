import pytest

from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("url").json("HTTPS://example.com/A?b=c#d") == "https://example.com/A?b=c#d"


def test_people_leave_the_scheme_out() -> None:
    assert Tried("url").text("www.example.com") == "https://www.example.com"
    assert Tried("url").refusal("www.example.com") == "not_a_url"


@pytest.mark.parametrize(
    "wrong",
    [
        "http://[",
        "https://",
        "http:// example.com",
        'https://a"b',
        "https://a:99999",
        "https://<b>",
        "javascript:alert(1)",
        "//x",
    ],
)
def test_others_are_refused(wrong: str) -> None:
    assert Tried("url").refusal(wrong) == "not_a_url"


def test_schemes() -> None:
    assert Tried("url").refusal("ftp://example.com") == "scheme"
    assert Tried("url").refusal("javascript://example.com/%0aalert(1)") == "scheme"
    assert Tried("url", schemes=["ftp"]).refusal("ftp://example.com") == ""
