"""Lists and single records: columns, filters, order, pages, counts; and what rights make of them."""

from functools import partial
from typing import Any

import pytest

from kalip.base.errors import BadRequest, NotFound
from kalip.records import ListRecords, get_record, list_records, record_rights
from tests.support.site import Site


@pytest.fixture
def companies(site: Site) -> dict[str, str]:
    rows = (("Acme", "Ankara", "TR"), ("Beta", "Berlin", "DE"), ("Çelik", "Ankara", "TR"), ("Delta", None, "TR"))
    return {
        name: site.save("ada", "company", {"name": name, "city": city, "country": land}).id for name, city, land in rows
    }


def names(site: Site, who: str, **asked: Any) -> list[str]:
    command = ListRecords("company", **{"fields": ("name",), "sort": ("name",), **asked})
    return [str(item["name"]) for item in site.act(who, lambda work: list_records(work, command), write=False).items]


@pytest.mark.usefixtures("companies")
class TestLists:
    def test_it_works(self, site: Site) -> None:
        assert names(site, "bora") == ["Acme", "Beta", "Çelik", "Delta"]
        assert names(site, "bora", sort=("-name",))[0] == "Delta"

    def test_a_filter_narrows(self, site: Site) -> None:
        assert names(site, "bora", filter="city == 'Ankara' && name != 'Acme'") == ["Çelik"]
        assert names(site, "bora", filter="city == null") == ["Delta"]

    @pytest.mark.parametrize(
        ("filter_text", "hint", "position"),
        [("cty == 'x'", "did you mean 'city'?", 0), ("name == ", "", 8), ("name > 5", "", 0)],
    )
    def test_a_faulty_filter_is_located(self, site: Site, filter_text: str, hint: str, position: int) -> None:
        with pytest.raises(BadRequest) as caught:
            names(site, "bora", filter=filter_text)
        assert hint in caught.value.hint
        assert abs(int(str(caught.value.params["position"])) - position) <= 1

    @pytest.mark.parametrize(
        "asked",
        [{"fields": ("nam",)}, {"sort": ("nam",)}, {"cursor": "x"}, {"limit": 0}, {"limit": 5000}, {"archived": "all"}],
    )
    def test_what_is_not_understood_is_refused(self, site: Site, asked: dict[str, Any]) -> None:
        with pytest.raises(BadRequest):
            names(site, "bora", **asked)

    def test_an_unknown_view_or_entity_is_not_found(self, site: Site) -> None:
        with pytest.raises(NotFound):
            names(site, "bora", view="nothing")
        with pytest.raises(NotFound):
            site.act("bora", lambda work: list_records(work, ListRecords("compny")), write=False)

    def test_pages_follow_each_other(self, site: Site) -> None:
        seen, cursor = [], None
        for _ in range(4):
            command = ListRecords(
                "company", fields=("name",), sort=("city", "name"), limit=1, cursor=cursor, count=True
            )
            page = site.act("bora", partial(list_records, command=command), write=False)
            assert (page.count, page.count_capped) == (4, False)
            seen += [item["name"] for item in page.items]
            cursor = page.next
        assert sorted(map(str, seen)) == ["Acme", "Beta", "Delta", "Çelik"]
        assert cursor is None

    def test_a_count_stops_at_its_cap(self, site: Site) -> None:
        command = ListRecords("company", fields=("name",), count=True, count_cap=2)
        page = site.act("bora", lambda work: list_records(work, command), write=False)
        assert (page.count, page.count_capped) == (2, True)

    def test_a_row_condition_narrows_lists_and_counts(self, site: Site) -> None:
        assert names(site, "cem") == ["Acme", "Çelik", "Delta"]
        page = site.act("cem", lambda work: list_records(work, ListRecords("company", count=True)), write=False)
        assert page.count == 3

    def test_without_a_right_the_entity_is_not_there(self, site: Site) -> None:
        with pytest.raises(NotFound):
            names(site, "deniz")


class TestRelated:
    def test_paths_lead_through_references(self, site: Site, companies: dict[str, str]) -> None:
        site.save("bora", "deal", {"name": "x", "company": companies["Acme"], "amount": {"amount": "5"}})
        command = ListRecords("deal", fields=("name", "company.city", "amount.currency", "country", "owner.name"))
        (item,) = site.act("bora", lambda work: list_records(work, command), write=False).items
        assert item["company.city"] == "Ankara"
        assert (item["amount.currency"], item["country"], item["owner.name"]) == ("TRY", "TR", "Bora")

    def test_an_invisible_entity_is_an_unknown_path(self, site: Site) -> None:
        command = ListRecords("deal_line", fields=("product.name",))
        with pytest.raises(BadRequest):
            site.act("cem", lambda work: list_records(work, command), write=False)

    def test_what_is_invisible_there_is_blank_and_not_asked_about(self, site: Site, companies: dict[str, str]) -> None:
        # Cem may see deals of Turkish companies; the partner's country is not his business.
        for name in ("Acme", "Beta"):
            site.save("bora", "deal", {"name": name, "company": companies[name]})
        command = ListRecords("deal", fields=("name", "company.name"))
        items = site.act("cem", lambda work: list_records(work, command), write=False).items
        assert [(item["name"], item["company.name"]) for item in items] == [("Acme", "Acme")]
        asked = ListRecords("deal", fields=("name",), filter="company.country != 'TR'")
        assert site.act("cem", lambda work: list_records(work, asked), write=False).items == ()
        assert len(site.act("ada", lambda work: list_records(work, asked), write=False).items) == 1


def test_a_whole_record_has_its_lines(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x", "lines": [{"quantity": 2, "price": "3"}]})
    record = site.get("bora", "deal", deal.id)
    assert list(record)[:7] == ["id", "entity", "version", "pipeline", "stage", "stage_since", "stage_due"]
    assert record["lines"][0]["total"] == "6.00"
    part = site.act("bora", lambda work: get_record(work, "deal", deal.id, ("name", "total")), write=False)
    assert part == {"id": deal.id, "entity": "deal", "version": 1, "name": "x", "total": "6.00"}


def test_rights_on_one_record(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x"})
    assert {
        verb.value for verb in site.act("bora", lambda work: record_rights(work, "deal", deal.id), write=False)
    } >= {
        "read",
        "update",
        "archive",
    }
    assert site.act("deniz", lambda work: record_rights(work, "deal", deal.id), write=False) == frozenset()
