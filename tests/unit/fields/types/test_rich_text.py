import pytest

from kalip.fields.types.rich_text import plain_text
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("rich_text").json("<p>Hello <strong>you</strong></p>") == "<p>Hello <strong>you</strong></p>"


@pytest.mark.parametrize(
    ("hostile", "clean"),
    [
        ("<p>a<script>alert(1)</script></p>", "<p>a</p>"),
        ('<p onclick="x()">a</p>', "<p>a</p>"),
        ('<p style="color:red">a</p>', "<p>a</p>"),
        ('<p>a<img src="x" onerror="y()"></p>', "<p>a</p>"),
        ('<a href="javascript:alert(1)">a</a>', '<a rel="noopener noreferrer">a</a>'),
        ("<svg><script>x</script></svg><p>a</p>", "<p>a</p>"),
        ("<p>a<iframe src='//evil'></iframe></p>", "<p>a</p>"),
    ],
)
def test_it_is_sanitised(hostile: str, clean: str) -> None:
    assert Tried("rich_text").json(hostile) == clean


def test_plain_text_becomes_paragraphs() -> None:
    assert Tried("rich_text").json("a & b\nc\n\nd <x") == "<p>a &amp; b<br>c</p><p>d &lt;x</p>"


@pytest.mark.parametrize("empty", ["<p></p>", "<script>x</script>", "<p>&nbsp;</p>", "<br>"])
def test_markup_without_words_is_none(empty: str) -> None:
    assert Tried("rich_text").json(empty) is None


def test_people_see_the_words() -> None:
    assert plain_text("<h2>One</h2><ul><li>a &amp; b</li><li>c</li></ul>") == "One\na & b\nc"
    assert Tried("rich_text").shown("<p>a &lt; b</p>") == "a < b"
