"""Whole screens: what they show, and in how many statements, whatever the number of rows."""

from decimal import Decimal

import pytest

from kalip.fields import Money
from kalip.records import BoardQuery, ListRecords, board_page, list_page, record_page, related_page
from tests.support.builders import a_pack, an_entity
from tests.support.site import Site, a_site


def make_deals(site: Site, count: int) -> str:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    deal = None
    for number in range(count):
        deal = site.save(
            "bora",
            "deal",
            {
                "name": f"Deal {number}",
                "company": company,
                "amount": {"amount": str(number)},
                "lines": [{"quantity": 1}],
            },
        )
    assert deal is not None
    return deal.id


@pytest.mark.parametrize("count", [1, 12])
@pytest.mark.parametrize("who", ["ada", "bora", "cem"])
def test_a_list_has_titles_in_few_statements(site: Site, who: str, count: int) -> None:
    make_deals(site, count)
    with site.services.database.count_statements() as statements:
        page = site.act(who, lambda work: list_page(work, ListRecords("deal", count=True)), write=False)
    assert len(statements) <= 4
    row = page.rows[0]
    assert page.titles.of("company", str(row.values["company"])) == "Acme"
    assert page.titles.of("user", str(row.values["owner"])) == "Bora"
    assert (row.title, row.version, row.archived, page.count) == ("Deal 0", 1, False, count)
    assert [column.path for column in page.columns][:2] == ["name", "company"]


def test_columns_that_are_not_shown_are_not_fetched(site: Site) -> None:
    make_deals(site, 1)
    with site.services.database.count_statements() as statements:
        site.act("bora", lambda work: list_page(work, ListRecords("deal", fields=("name",))), write=False)
    assert "amount" not in statements[0]
    assert "secret" not in statements[0]


def test_a_record_page_in_few_statements(site: Site) -> None:
    deal_id = make_deals(site, 3)
    with site.services.database.count_statements() as statements:
        page = site.act("bora", lambda work: record_page(work, "deal", deal_id), write=False)
    assert len(statements) <= 8
    assert page.record.values["total"] is None or page.record.title == "Deal 2"
    assert [line.values["quantity"] for line in page.children["lines"]] == [1]
    assert [event.kind for event in page.events.items] == ["record.created"]
    assert {"read", "update", "transition"} <= {verb.value for verb in page.rights}


def test_rights_on_the_page_are_those_on_the_row(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    page = site.act("cem", lambda work: record_page(work, "company", company), write=False)
    assert {verb.value for verb in page.rights} == {"read"}


def test_related_records(site: Site) -> None:
    make_deals(site, 7)
    company = site.act("ada", lambda work: list_page(work, ListRecords("company")), write=False).rows[0].id
    related = site.act("bora", lambda work: related_page(work, "company", company, "deal.company"), write=False)
    assert (related.page.count, len(related.page.rows)) == (7, 5)


def test_a_board_in_few_statements(site: Site) -> None:
    make_deals(site, 5)
    with site.services.database.count_statements() as statements:
        page = site.act("bora", lambda work: board_page(work, BoardQuery("deal", per_stage=2)), write=False)
    assert len(statements) <= 3
    columns = {column.stage.name: column for column in page.columns}
    assert list(columns) == ["new", "offer", "won", "lost"]
    assert (columns["new"].count, columns["new"].totals, len(columns["new"].cards)) == (
        5,
        (Money(Decimal(10), "TRY"),),
        2,
    )
    assert (columns["offer"].count, columns["offer"].totals) == (0, ())
    more = site.act("bora", lambda work: board_page(work, BoardQuery("deal", stage="new", per_stage=3)), write=False)
    assert [card.title for card in more.columns[0].cards] == ["Deal 0", "Deal 1", "Deal 2"]
    last = BoardQuery("deal", stage="new", per_stage=3, cursor=more.columns[0].next)
    rest = site.act("bora", lambda work: board_page(work, last), write=False).columns[0]
    assert ([card.title for card in rest.cards], rest.next, rest.count) == (["Deal 3", "Deal 4"], None, 5)


def test_a_column_has_a_total_for_each_currency(site: Site) -> None:
    amounts = (("900", "EUR"), ("12000", "TRY"), ("500.50", "TRY"), ("1", "USD"))
    for amount, currency in amounts:
        site.save("bora", "deal", {"name": currency, "amount": {"amount": amount, "currency": currency}})
    site.save("bora", "deal", {"name": "Without an amount"})
    with site.services.database.count_statements() as statements:
        page = site.act("bora", lambda work: board_page(work, BoardQuery("deal")), write=False)
    assert len(statements) <= 3
    assert (page.columns[0].count, page.columns[0].totals) == (
        5,
        (Money(Decimal("12500.50"), "TRY"), Money(Decimal(900), "EUR"), Money(Decimal(1), "USD")),
    )


def test_a_hundred_rows_with_five_references_stay_within_eight_statements(database_url: str) -> None:
    targets = [
        an_entity(f"target{number}").with_access(rep={"read": {"scope": "all", "where": "name != 'x'"}})
        for number in range(5)
    ]
    entity = an_entity("thing").with_keys(title="name").with_field("name", "text").with_access(rep="all")
    for number in range(5):
        entity.with_field(f"ref{number}", "reference", to=f"target{number}")
    pack = a_pack().with_role("rep").with_role("boss", administrator=True)
    pack.with_entity(*targets, entity.with_list("name", *(f"ref{number}" for number in range(5))))
    with a_site(database_url, pack) as site:
        ids = {f"ref{number}": site.save("ada", f"target{number}", {"name": f"T{number}"}).id for number in range(5)}
        for number in range(100):
            site.save("bora", "thing", {"name": f"N{number}", **ids})
        for who in ("ada", "bora"):
            with site.services.database.count_statements() as statements:
                page = site.act(
                    who, lambda work: list_page(work, ListRecords("thing", limit=100, count=True)), write=False
                )
            assert len(page.rows) == 100
            assert page.titles.of("target4", ids["ref4"]) == "T4"
            assert len(statements) <= 7  # and one for the session
