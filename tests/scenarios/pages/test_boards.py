"""Boards over pages: totals by currency, and a filter that all requests of a board keep. W17."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

ONLY_A = "?filter=name.startsWith('A')"
NAMED_A = '{}?filter=name == "A"'
AMOUNTS = (("A", "12000", "TRY"), ("A", "500", "TRY"), ("A", "900", "EUR"), ("B", "20", "USD"), ("B", "7", "GBP"))


def pack() -> PackBuilder:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("amount", "money", currency="TRY")
        .with_access(rep="all")
        .with_pipeline("flow", "todo", "doing")
        .with_document("views/board", {"pipeline": "flow", "sum": "amount", "sort": {"name": "asc"}})
        .with_document("views/board.more", {"pipeline": "flow", "label": "More"})
    )
    return a_pack().with_role("rep").with_entity(thing)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, pack(), config={"WTF_CSRF_ENABLED": False}) as running:
        for name, amount, currency in AMOUNTS:
            running.admin.make("thing", name=name, amount={"amount": amount, "currency": currency})
        running.admin.make("thing", name="Without an amount")
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def shown(client: FlaskClient, address: str) -> str:
    response = client.get(address)
    assert response.status_code == 200, response.text
    return response.text


def totals_in(text: str) -> list[str]:
    return [plain(each) for each in re.findall(r"data-total>([^<]*)<", text)]


def refreshed(client: FlaskClient, text: str) -> list[str]:
    """The totals that the page asks for after a move."""
    found = re.search(r'data-totals="([^"]+)"', text)
    assert found is not None
    lanes: Mapping[str, Mapping[str, str]] = client.get(unescape(found[1])).json or {}
    return [plain(lanes[stage]["total"]) for stage in ("todo", "doing")]


def more_in(text: str) -> str:
    found = re.search(r'hx-get="([^"]+/cards[^"]*)"', text)
    return unescape(found[1]) if found else ""


def plain(text: str) -> str:
    return unescape(text).replace("\u00a0", " ")


def test_it_works(client: FlaskClient) -> None:
    text = shown(client, f"/thing/board{ONLY_A}")
    assert totals_in(text) == ["TRY 12,500.00 · €900.00", ""]
    assert refreshed(client, text) == totals_in(text)


def test_three_currencies_are_told_and_that_there_are_more(client: FlaskClient) -> None:
    text = shown(client, "/thing/board")
    assert totals_in(text) == ["TRY 12,500.00 · €900.00 · $20.00 · …", ""]
    assert refreshed(client, text) == totals_in(text)


def test_totals_are_written_as_the_person_writes_amounts(site: Site) -> None:
    turk = site.person("rep", locale="tr")
    assert totals_in(shown(client_of(site, turk), f"/thing/board{ONLY_A}")) == ["₺12.500,00 · €900,00", ""]


def test_totals_follow_a_move_and_keep_the_filter(site: Site, client: FlaskClient) -> None:
    text = shown(client, f"/thing/board{ONLY_A}")
    for each in ("A", "B"):
        moved = site.admin.ids(f"/api/records/thing?filter=name == '{each}'")[0]
        answer = client.post(f"/thing/{moved}/move/doing", headers={"Accept": "application/json"})
        assert answer.status_code == 200, answer.text
    after = refreshed(client, text)
    assert after == totals_in(shown(client, f"/thing/board{ONLY_A}"))
    assert after[1] in ("TRY 12,000.00", "TRY 500.00", "€900.00")


def test_more_cards_keep_the_filter(site: Site, client: FlaskClient) -> None:
    for number in range(50):
        site.admin.make("thing", name=f"{'AB'[number % 2]} {number:02}")
    for _ in range(20):
        site.admin.make("thing", name="A")
    text = shown(client, f"/thing/board{ONLY_A}")
    pages = [text]
    while address := more_in(pages[-1]):
        pages.append(shown(client, address))
    assert len(pages) == 3
    cards = re.findall(r'<article class="card" id="([^"]+)"', "".join(pages))
    titles = re.findall(r"draggable=\"false\">([^<]+)<", "".join(pages))
    assert len(set(cards)) == len(cards) == 48
    assert {title[0] for title in titles} == {"A"}


def test_a_filter_is_told_and_goes_along_to_the_other_boards_and_the_list(client: FlaskClient) -> None:
    """W16, W29"""
    text = shown(client, NAMED_A.format("/thing/board"))
    assert "Name is A" in text
    kept = [unescape(each) for each in re.findall(r'href="(/thing(?:/board/\w+)?\?filter=[^"]+)"', text)]
    places = ["/thing", "/thing/board/default", "/thing/board/more"]
    assert sorted(address.partition("?")[0] for address in kept) == places
    for address in kept:
        assert "Name is A" in shown(client, address)
    assert "Name is A" not in shown(client, "/thing/board/default")
    assert 'href="/thing/board?filter=name' in shown(client, NAMED_A.format("/thing"))


def test_a_filter_of_a_board_is_taken_off_part_by_part(client: FlaskClient) -> None:
    text = shown(client, NAMED_A.format("/thing/board") + ' %26%26 name != "B"')
    rest = [unescape(each) for each in re.findall(r'class="chip-remove" href="([^"]+)"', text)]
    assert len(rest) == 2
    assert ["Name is A" in shown(client, address) for address in rest] == [False, True]
