"""The save pipeline: what is refused and why, what is written, with which event."""

from typing import Any

import pytest

from kalip.base.errors import AccessDenied, KalipError, NotFound, RecordRejected, StaleVersion
from kalip.records import SaveRecord, get_record, record_events, save_record
from tests.support.site import Site


def refusal(
    site: Site, who: str, entity: str, values: dict[str, Any], record_id: str | None = None
) -> list[tuple[str, str]]:
    with pytest.raises(RecordRejected) as caught:
        site.save(who, entity, values, record_id)
    return sorted((fault.pointer, fault.code) for fault in caught.value.violations)


def test_it_works(site: Site) -> None:
    saved = site.save("bora", "deal", {"name": "First", "amount": {"amount": "5.00"}})
    record = site.get("bora", "deal", saved.id)
    assert list(record)[:3] == ["id", "entity", "version"]
    assert record["name"] == "First"
    assert record["amount"] == {"amount": "5.00", "currency": "TRY"}
    assert record["number"] == "D-2026-0001"
    assert record["owner"] == site.actors["bora"].id
    assert (record["pipeline"], record["stage"], record["version"]) == ("sales", "new", 1)


def test_all_faults_are_told_at_once(site: Site) -> None:
    values = {"nmae": "x", "discount": "70", "amount": {"amount": "x"}, "rush": True, "stage": "won", "id": "1"}
    assert refusal(site, "bora", "deal", values) == [
        ("/amount/amount", "not_a_number"),
        ("/discount", "check"),
        ("/id", "readonly"),
        ("/name", "required"),
        ("/nmae", "unknown_field"),
        ("/rush_reason", "required"),
        ("/stage", "use_transition"),
    ]


def test_an_unknown_field_says_what_was_meant(site: Site) -> None:
    with pytest.raises(RecordRejected) as caught:
        site.save("bora", "deal", {"name": "x", "amuont": None})
    assert caught.value.violations[0].message == "There is no field 'amuont': did you mean 'amount'?"


def test_a_check_speaks_the_actors_language(site: Site) -> None:
    site.actors["bora"] = site.actors["bora"].__class__(
        site.actors["bora"].id, "Bora", "bora@example.com", ("rep",), "tr"
    )
    with pytest.raises(RecordRejected) as caught:
        site.save("bora", "deal", {"name": "x", "discount": "60"})
    assert caught.value.violations[0].message == "İndirim en çok yarısıdır."


def test_nothing_changed_is_no_new_version_and_no_event(site: Site) -> None:
    saved = site.save("bora", "deal", {"name": "First"})
    again = site.save("bora", "deal", {"name": "First", "rush": None}, saved.id)
    assert (again.version, again.changed) == (1, ())
    assert site.save("bora", "deal", {}, saved.id).version == 1
    events = site.act("bora", lambda work: record_events(work, "deal", saved.id), write=False)
    assert [event.kind for event in events.items] == ["record.created"]


def test_a_change_keeps_before_and_after(site: Site) -> None:
    saved = site.save("bora", "deal", {"name": "First", "discount": "5"})
    site.save("bora", "deal", {"name": "Second", "discount": "5"}, saved.id)
    event = site.act("bora", lambda work: record_events(work, "deal", saved.id), write=False).items[0]
    assert [(change.name, change.old, change.new) for change in event.changes] == [("name", "First", "Second")]
    assert event.actor_name == "Bora"


def test_a_stale_version_is_refused(site: Site) -> None:
    saved = site.save("bora", "deal", {"name": "First"})
    site.save("bora", "deal", {"name": "Second"}, saved.id)
    with pytest.raises(StaleVersion) as caught:
        site.act("bora", lambda work: save_record(work, SaveRecord("deal", {"name": "x"}, saved.id, version=1)))
    assert caught.value.current == 2


def test_a_retired_choice_may_stay_but_not_be_chosen(site: Site) -> None:
    assert refusal(site, "ada", "company", {"name": "A", "sector": "old"}) == [("/sector", "retired_choice")]
    saved = site.save("ada", "company", {"name": "A", "sector": "food"})
    with site.services.database.write() as session:
        quoted = "UPDATE company SET sector = 'old'"
        session.connection.exec_driver_sql(quoted)
    changed = site.save("ada", "company", {"name": "B", "sector": "old"}, saved.id)
    assert changed.changed == ("name",)


def test_a_choice_that_is_gone_may_stay_however_it_is_sent(site: Site) -> None:
    """U11"""
    saved = site.save("ada", "company", {"name": "A", "sector": "food"})
    with site.services.database.write() as session:
        session.connection.exec_driver_sql("UPDATE company SET sector = 'gone'")
    assert site.save("ada", "company", {"name": "B", "sector": "gone"}, saved.id).changed == ("name",)
    form = SaveRecord("company", {"name": {"": ["C"]}, "sector": {"": ["gone"]}}, saved.id, source="text")
    assert site.act("ada", lambda work: save_record(work, form)).changed == ("name",)
    assert refusal(site, "ada", "company", {"name": "D", "sector": "other"}, saved.id) == [
        ("/sector", "unknown_choice")
    ]
    assert site.save("ada", "company", {"sector": "food"}, saved.id).changed == ("sector",)


def test_a_unique_value_is_taken_once(site: Site) -> None:
    first = site.save("ada", "company", {"name": "A", "vat": "1"})
    assert refusal(site, "ada", "company", {"name": "B", "vat": "1"}) == [("/vat", "not_unique")]
    site.save("ada", "company", {"name": "A2", "vat": "1"}, first.id)
    site.save("ada", "company", {"name": "N1"})
    site.save("ada", "company", {"name": "N2"})


def test_a_unique_key_of_several_fields(site: Site) -> None:
    company = site.save("ada", "company", {"name": "A"}).id
    site.save("bora", "deal", {"name": "x", "company": company, "reference": "r"})
    assert refusal(site, "bora", "deal", {"name": "y", "company": company, "reference": "r"}) == [
        ("/company", "not_unique")
    ]
    site.save("bora", "deal", {"name": "y", "company": company})
    site.save("bora", "deal", {"name": "z", "company": company})


def test_a_reference_must_be_there_and_visible(site: Site) -> None:
    missing = "0199aaaa-0000-7000-8000-000000000000"
    assert refusal(site, "bora", "deal", {"name": "x", "company": missing}) == [("/company", "not_found")]
    assert refusal(site, "bora", "deal", {"name": "x", "partners": [missing]}) == [("/partners", "not_found")]
    assert refusal(site, "ada", "deal", {"name": "x", "owner": missing}) == [("/owner", "not_found")]


def test_a_references_filter_is_obeyed(site: Site) -> None:
    old = site.save("ada", "product", {"name": "Old", "active": False}).id
    values = {"name": "x", "lines": [{"product": old}]}
    assert refusal(site, "bora", "deal", values) == [("/lines/0/product", "not_eligible")]


def test_readonly_and_readonly_when(site: Site) -> None:
    assert refusal(site, "bora", "deal", {"name": "x", "won_at": "2026-01-01T00:00:00Z"}) == [("/won_at", "readonly")]
    saved = site.save("bora", "deal", {"name": "x", "secret": "a"})
    site.save("bora", "deal", {"locked": True, "secret": "b"}, saved.id)
    # A locked record is not unlocked and changed in one go.
    assert refusal(site, "bora", "deal", {"locked": False, "secret": "c"}, saved.id) == [("/secret", "readonly")]
    site.save("bora", "deal", {"locked": False}, saved.id)
    site.save("bora", "deal", {"secret": "c"}, saved.id)


def test_a_hidden_field_is_not_required(site: Site) -> None:
    saved = site.save("bora", "deal", {"name": "x", "rush": False})
    assert refusal(site, "bora", "deal", {"rush": True}, saved.id) == [("/rush_reason", "required")]
    site.save("bora", "deal", {"rush": True, "rush_reason": "because"}, saved.id)


def test_numbers_have_no_gap(site: Site) -> None:
    site.save("bora", "deal", {"name": "a"})
    refusal(site, "bora", "deal", {"name": ""})
    second = site.save("bora", "deal", {"name": "b"})
    assert site.get("bora", "deal", second.id)["number"] == "D-2026-0002"


def test_text_is_read_in_the_actors_language(site: Site) -> None:
    values = {"name": " x ", "amount": {"": ["1,234.50"], "currency": ["EUR"]}, "discount": "12.5", "company": ""}
    saved = site.act("bora", lambda work: save_record(work, SaveRecord("deal", values, source="text")))
    record = site.get("bora", "deal", saved.id)
    assert record["amount"] == {"amount": "1234.50", "currency": "EUR"}
    assert record["name"] == "x"
    assert record["company"] is None


class TestRights:
    def test_own_scope(self, site: Site) -> None:
        mine = site.save("bora", "deal", {"name": "mine"})
        other = site.save("ada", "deal", {"name": "other"})
        assert site.get("bora", "deal", mine.id)["name"] == "mine"
        with pytest.raises(NotFound):
            site.get("bora", "deal", other.id)
        with pytest.raises(NotFound):
            site.save("bora", "deal", {"name": "x"}, other.id)

    def test_nobody_moves_a_record_out_of_his_scope(self, site: Site) -> None:
        mine = site.save("bora", "deal", {"name": "mine"})
        with pytest.raises(AccessDenied):
            site.save("bora", "deal", {"owner": site.actors["ada"].id}, mine.id)
        assert site.get("ada", "deal", mine.id)["owner"] == site.actors["bora"].id

    def test_what_may_be_seen_may_not_always_be_changed(self, site: Site) -> None:
        company = site.save("ada", "company", {"name": "A", "country": "TR"})
        assert site.get("cem", "company", company.id)["name"] == "A"
        with pytest.raises(AccessDenied):
            site.save("cem", "company", {"name": "B"}, company.id)

    def test_an_entity_without_rights_is_not_there(self, site: Site) -> None:
        for who in ("cem", "deniz"):
            with pytest.raises(NotFound):
                site.save(who, "product", {"name": "x"})

    def test_a_line_follows_its_parent(self, site: Site) -> None:
        mine = site.save("bora", "deal", {"name": "mine"})
        other = site.save("ada", "deal", {"name": "other"})
        line = site.save("bora", "deal_line", {"deal": mine.id, "quantity": 2})
        # The other deal can't even be seen, so it can't be referred to.
        assert refusal(site, "bora", "deal_line", {"deal": other.id}) == [("/deal", "not_found")]
        assert refusal(site, "bora", "deal_line", {"deal": other.id}, line.id) == [("/deal", "not_found")]
        hidden = site.save("ada", "deal_line", {"deal": other.id, "quantity": 2})
        with pytest.raises(NotFound):
            site.get("bora", "deal_line", hidden.id)


class TestLines:
    def test_lines_are_made_changed_and_removed_in_one_save(self, site: Site) -> None:
        pen = site.save("ada", "product", {"name": "Pen", "price": "2.50"}).id
        deal = site.save(
            "bora", "deal", {"name": "x", "lines": [{"product": pen, "quantity": 3}, {"quantity": 2, "price": "10"}]}
        )
        record = site.get("bora", "deal", deal.id)
        assert [(line["quantity"], line["price"], line["total"]) for line in record["lines"]] == [
            (3, "2.50", "7.50"),
            (2, "10.00", "20.00"),
        ]
        assert (record["total"], record["line_count"]) == ("27.50", 2)
        first, second = (line["id"] for line in record["lines"])
        saved = site.save("bora", "deal", {"lines": [{"id": first, "quantity": 10}, {"price": "1"}]}, deal.id)
        assert saved.version == 2
        record = site.get("bora", "deal", deal.id)
        assert [(line["quantity"], line["total"]) for line in record["lines"]] == [(10, "25.00"), (1, "1.00")]
        archived = site.act("bora", lambda work: get_record(work, "deal_line", second), write=False)
        assert archived["archived_at"] is not None

    def test_lines_are_added_and_removed_by_word(self, site: Site) -> None:
        deal = site.save("bora", "deal", {"name": "x", "lines": [{"quantity": 1}, {"quantity": 2}]})
        first, second = (line["id"] for line in site.get("bora", "deal", deal.id)["lines"])
        words = {"add": [{"quantity": 3}], "update": [{"id": second, "quantity": 20}], "remove": [first]}
        site.save("bora", "deal", {"lines": words}, deal.id)
        assert [line["quantity"] for line in site.get("bora", "deal", deal.id)["lines"]] == [20, 3]

    def test_a_fault_of_a_line_is_located(self, site: Site) -> None:
        values = {"name": "x", "lines": [{"quantity": 1}, {"quantity": 0, "colour": "red"}, "line"]}
        assert refusal(site, "bora", "deal", values) == [
            ("/lines/1/colour", "unknown_field"),
            ("/lines/1/quantity", "too_small"),
            ("/lines/2", "wrong_type"),
        ]

    def test_a_check_counts_the_lines_as_they_will_be(self, site: Site) -> None:
        deal = site.save("bora", "deal", {"name": "x", "lines": [{"quantity": 1}] * 3})
        assert refusal(site, "bora", "deal", {"lines": {"add": [{"quantity": 1}]}}, deal.id) == [("", "check")]

    def test_a_foreign_line_is_not_taken_over(self, site: Site) -> None:
        first = site.save("bora", "deal", {"name": "x", "lines": [{"quantity": 1}]})
        line = site.get("bora", "deal", first.id)["lines"][0]["id"]
        second = site.save("bora", "deal", {"name": "y"})
        assert refusal(site, "bora", "deal", {"lines": [{"id": line, "quantity": 5}]}, second.id) == [
            ("/lines/0/id", "not_found")
        ]


class TestReferences:
    def test_links_are_set_added_and_removed(self, site: Site) -> None:
        one, two, three = (site.save("ada", "company", {"name": name}).id for name in "ABC")
        deal = site.save("bora", "deal", {"name": "x", "partners": [two, one]})
        assert site.get("bora", "deal", deal.id)["partners"] == [two, one]
        site.save("bora", "deal", {"partners": {"add": [three], "remove": [two]}}, deal.id)
        assert site.get("bora", "deal", deal.id)["partners"] == [one, three]
        assert site.save("bora", "deal", {"partners": {"add": [one]}}, deal.id).changed == ()
        site.save("bora", "deal", {"partners": None}, deal.id)
        assert site.get("bora", "deal", deal.id)["partners"] == []

    def test_words_are_not_mixed(self, site: Site) -> None:
        assert refusal(site, "bora", "deal", {"name": "x", "partners": {"set": [], "add": []}}) == [
            ("/partners", "ambiguous")
        ]
        assert refusal(site, "bora", "deal", {"name": "x", "partners": "x"}) == [("/partners", "wrong_type")]


@pytest.mark.parametrize(
    "values", [{"name": 5}, {"name": "\x00"}, {"amount": []}, {"lines": {"drop": []}}, {"rush": "yes"}]
)
def test_wrong_shapes_are_violations(site: Site, values: dict[str, Any]) -> None:
    with pytest.raises(KalipError) as caught:
        site.save("bora", "deal", {"name": "x", **values})
    assert isinstance(caught.value, RecordRejected)
