"""Archive and restore, alone and with what a record owns."""

import pytest

from kalip.base.errors import Conflict, NotFound, RecordRejected
from kalip.records import ListRecords, archive_record, list_records, restore_record, search_records
from tests.support.site import Site


def test_what_a_record_owns_goes_and_comes_back_with_it(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "Boat", "lines": [{"quantity": 1}, {"quantity": 2}]})
    first = site.get("bora", "deal", deal.id)["lines"][0]["id"]
    site.save("bora", "deal", {"lines": {"remove": [first]}}, deal.id)
    site.clock.move(days=1)
    archived = site.act("bora", lambda work: archive_record(work, "deal", deal.id))
    assert archived.version == 3
    assert site.get("bora", "deal", deal.id)["lines"] == ()
    assert site.act("bora", lambda work: list_records(work, ListRecords("deal")), write=False).items == ()
    assert site.act("bora", lambda work: search_records(work, "boat"), write=False) == ()
    only = ListRecords("deal", fields=("name",), archived="only")
    assert len(site.act("bora", lambda work: list_records(work, only), write=False).items) == 1
    site.act("bora", lambda work: restore_record(work, "deal", deal.id))
    # The line removed before stays removed.
    assert [line["quantity"] for line in site.get("bora", "deal", deal.id)["lines"]] == [2]
    assert len(site.act("bora", lambda work: search_records(work, "boat"), write=False)) == 1


def test_an_archived_record_is_not_changed(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "x"})
    site.act("bora", lambda work: archive_record(work, "deal", deal.id))
    with pytest.raises(Conflict):
        site.save("bora", "deal", {"name": "y"}, deal.id)
    with pytest.raises(Conflict):
        site.act("bora", lambda work: archive_record(work, "deal", deal.id))
    site.act("bora", lambda work: restore_record(work, "deal", deal.id))
    with pytest.raises(Conflict):
        site.act("bora", lambda work: restore_record(work, "deal", deal.id))


def test_references_to_it_stay_but_are_not_made_anew(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme"}).id
    deal = site.save("bora", "deal", {"name": "x", "company": company})
    site.act("ada", lambda work: archive_record(work, "company", company))
    site.save("bora", "deal", {"name": "y"}, deal.id)
    assert site.get("bora", "deal", deal.id)["company"] == company
    with pytest.raises(RecordRejected) as caught:
        site.save("bora", "deal", {"name": "z", "company": company})
    assert [fault.code for fault in caught.value.violations] == ["archived"]


def test_a_unique_value_is_free_meanwhile(site: Site) -> None:
    first = site.save("ada", "company", {"name": "A", "vat": "1"})
    site.act("ada", lambda work: archive_record(work, "company", first.id))
    site.save("ada", "company", {"name": "B", "vat": "1"})
    with pytest.raises(RecordRejected) as caught:
        site.act("ada", lambda work: restore_record(work, "company", first.id))
    assert [fault.code for fault in caught.value.violations] == ["not_unique"]


def test_rights_are_asked(site: Site) -> None:
    deal = site.save("ada", "deal", {"name": "x"})
    with pytest.raises(NotFound):
        site.act("bora", lambda work: archive_record(work, "deal", deal.id))
