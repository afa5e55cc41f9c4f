"""Boards tell nothing of related records that their reader may not see: neither by a total nor by an order."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from kalip.access import Actor
from kalip.compiler import ADMINISTRATOR
from kalip.records import BoardQuery, board_page
from kalip.records.services import unit_of_work
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.web_site import Caller, Site, a_site


def a_shop() -> PackBuilder:
    company = (
        an_entity("company")
        .with_field("name", "text")
        .with_field("revenue", "decimal", scale=2)
        .with_field("worth", "money", currency="EUR")
        .with_access(rep="own")
    )
    deal = (
        an_entity("deal")
        .with_field("name", "text", required=True)
        .with_field("company", "reference", to="company")
        .with_pipeline("sales", "new", "won")
        .with_access(rep="all")
        .with_document("views/board", {"pipeline": "sales", "sum": "company.revenue"})
        .with_document("views/board.worth", {"pipeline": "sales", "sum": "company.worth"})
        .with_document("views/board.sorted", {"pipeline": "sales", "sort": {"company.revenue": "desc"}})
    )
    return a_pack().with_role("rep").with_entity(company, deal)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, a_shop()) as running:
        yield running


def test_it_works(site: Site) -> None:
    rep, admin = site.caller("rep"), site.admin
    own = rep.make("company", name="Mine", revenue="5", worth={"amount": "5", "currency": "EUR"})
    other = admin.make("company", name="Hidden", revenue="900", worth={"amount": "900", "currency": "EUR"})
    for name, company in (("A", own), ("B", other), ("C", own)):
        admin.make("deal", name=name, company=company["id"])
    assert shown(site, admin, ADMINISTRATOR, "board") == (3, "910.00", ["C", "B", "A"])
    assert shown(site, rep, "rep", "board") == (3, "10.00", ["C", "B", "A"])
    assert [shown(site, *who, "worth")[1] for who in ((admin, ADMINISTRATOR), (rep, "rep"))] == ["910.00", "10.00"]
    # As in lists, what is sorted by a record that may not be seen drops out.
    assert shown(site, admin, ADMINISTRATOR, "sorted") == (3, "", ["B", "C", "A"])
    assert shown(site, rep, "rep", "sorted") == (2, "", ["C", "A"])


def shown(site: Site, who: Caller, role: str, board: str) -> tuple[int, str, list[str]]:
    """The count, total and cards of the first column."""
    actor = Actor(who.user_id, "Who", "who@example.org", (role,), administrator=role == ADMINISTRATOR)
    with unit_of_work(site.services, actor) as work:
        name = None if board == "board" else board
        column = board_page(work, BoardQuery("deal", board=name)).columns[0]
    totals = "".join(str(getattr(each, "amount", each)) for each in column.totals)
    return column.count, totals, [row.title for row in column.cards]
