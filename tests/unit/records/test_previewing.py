"""Live rules of a form: shown, required, locked, computed; nothing is written."""

import pytest

from kalip.base.errors import AccessDenied
from kalip.model import Verb
from kalip.records import SaveRecord, archive_record, preview_record
from tests.support.site import Site


def test_it_works(site: Site) -> None:
    values = {"name": "", "rush": True, "lines": [{"quantity": 2, "price": "3"}, {"price": "1"}], "discount": "80"}
    preview = site.act("bora", lambda work: preview_record(work, SaveRecord("deal", values)), write=False)
    assert {"rush_reason", "name"} <= preview.required
    assert "rush_reason" in preview.visible
    assert {"won_at", "number", "total"} <= preview.readonly
    assert str(preview.computed["total"]) == "7.00"
    assert preview.computed["line_count"] == 2
    assert [str(line["total"]) for line in preview.lines["lines"]] == ["6.00", "1.00"]
    assert {fault.pointer for fault in preview.violations} == {"/name", "/rush_reason", "/discount"}


def test_only_touched_fields_are_blamed(site: Site) -> None:
    command = SaveRecord("deal", {"discount": "80"})
    preview = site.act("bora", lambda work: preview_record(work, command, {"discount"}), write=False)
    assert {fault.pointer for fault in preview.violations} == {"/discount"}


def test_of_an_existing_record(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    other = site.save("ada", "company", {"name": "Beta", "country": "DE"}).id
    deal = site.save("bora", "deal", {"name": "x", "company": company, "lines": [{"price": "5"}]})
    site.save("bora", "deal", {"locked": True}, deal.id)
    command = SaveRecord("deal", {"rush": False, "company": other}, deal.id, version=99)
    preview = site.act("bora", lambda work: preview_record(work, command), write=False)
    assert "secret" in preview.readonly
    assert "rush_reason" not in preview.visible
    assert preview.computed["country"] == "DE"
    assert str(preview.computed["total"]) == "5.00"
    assert preview.values["name"] == "x"
    assert site.get("bora", "deal", deal.id)["version"] == 2


def test_text_of_a_form_is_read(site: Site) -> None:
    command = SaveRecord("deal", {"name": "x", "discount": "12,x"}, source="text")
    preview = site.act("bora", lambda work: preview_record(work, command), write=False)
    assert [fault.pointer for fault in preview.violations] == ["/discount"]


def test_who_only_reads_looks_at_the_form(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    command = SaveRecord("company", {}, company)
    looked = site.act("cem", lambda work: preview_record(work, command, verb=Verb.READ), write=False)
    assert looked.values["name"] == "Acme"
    assert "name" in looked.required
    with pytest.raises(AccessDenied):
        site.act("cem", lambda work: preview_record(work, command), write=False)


def test_the_rules_of_an_archived_record_still_hold(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x", "lines": [{"price": "5"}]}).id
    site.act("bora", lambda work: archive_record(work, "deal", deal))
    command = SaveRecord("deal", {}, deal)
    looked = site.act("bora", lambda work: preview_record(work, command, verb=Verb.READ), write=False)
    assert looked.values["name"] == "x"
    assert "rush_reason" not in looked.visible
    assert "name" in looked.visible


def test_a_form_names_other_records_by_their_ids(site: Site) -> None:
    ids = [site.save("ada", "company", {"name": name, "country": "TR"}).id for name in ("Acme", "Beta")]

    def linked(*chosen: str) -> object:
        command = SaveRecord("deal", {"name": "x", "partners": {"": chosen}}, source="text")
        preview = site.act("bora", lambda work: preview_record(work, command), write=False)
        assert preview.violations == ()
        return preview.values.get("partners", ())

    assert linked(*ids, "") == tuple(ids)
    assert linked("") == ()
