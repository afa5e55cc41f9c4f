"""Mentions: whom a text means, and where it names them."""

import pytest

from kalip.records import Work, comment
from kalip.records.mentions import Mention, Piece, find_mentions, people_to_mention, pieces_of
from kalip.storage import User, add_user
from tests.support.site import NOW, Site


@pytest.fixture
def company(site: Site) -> str:
    """A company that all but Deniz see, in a firm with more people."""
    more = (("İrem Işık", "irem@example.com"), ("Ada Lovelace", "al@example.com"), ("Ali", "a1@example.com"),
            ("Ali", "a2@example.com"))  # fmt: skip
    with site.services.database.write() as session:
        for number, (name, email) in enumerate(more, 10):
            person = f"01990000-0000-7000-8000-0000000000{number}"
            add_user(session, User(person, name, email, ("rep",), "en", "UTC", True, None, NOW))
    return site.save("ada", "company", {"name": "Acme", "country": "TR"}).id


@pytest.mark.parametrize(
    ("text", "written"),
    [
        pytest.param("Ask @Bora.", ["Bora"], id="a name"),
        pytest.param("@bora, @CEM!", ["bora", "CEM"], id="any case"),
        pytest.param("@irem ışık and @İREM IŞIK", ["irem ışık", "İREM IŞIK"], id="Turkish letters"),
        pytest.param("@Ada Lovelace or @Ada?", ["Ada Lovelace", "Ada"], id="the longest name"),
        pytest.param("@Boran @xBora a@Bora.com @", [], id="parts of words"),
        pytest.param("@Ali @a2@example.com", ["a2@example.com"], id="one name of two people"),
        pytest.param("@Deniz", [], id="who doesn't see the record"),
        pytest.param("no names", [], id="none"),
    ],
)
def test_names_are_found(site: Site, company: str, text: str, written: list[str]) -> None:
    def find(work: Work) -> list[str]:
        return [each.written for each in find_mentions(work, text, "company", company)]

    assert site.act("ada", find, write=False) == written


def test_a_comment_keeps_whom_it_means(site: Site, company: str) -> None:
    """W22"""
    said = site.act("ada", lambda work: comment(work, "company", company, "Ask @bora"))
    assert said.comment is not None
    assert said.comment.mentions == ((site.actors["bora"].id, "bora"),)


def test_those_are_offered_who_see_the_record(site: Site, company: str) -> None:
    def offered(text: str) -> list[str]:
        found = site.act("ada", lambda work: people_to_mention(work, text, "company", company), write=False)
        return [written for _, written in found]

    assert offered("b") == ["Bora"]
    assert offered("ISI") == ["İrem Işık"]
    assert offered("lov") == ["Ada Lovelace"]
    assert offered("deniz") == []
    assert sorted(offered("Ali")) == ["a1@example.com", "a2@example.com"]


def test_a_text_is_cut_at_the_names_it_mentions() -> None:
    mentions = [Mention("1", "Ada"), Mention("2", "Ada Lovelace")]
    assert pieces_of("Hi @Ada Lovelace, @Ada and @Adam", mentions) == (
        Piece("Hi "), Piece("@Ada Lovelace", "2"), Piece(", "), Piece("@Ada", "1"), Piece(" and @Adam"),
    )  # fmt: skip
    assert pieces_of("plain", []) == (Piece("plain"),)
