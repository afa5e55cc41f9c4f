"""A record's history in the words of the model."""

import pytest

from kalip.base.errors import NotFound
from kalip.records import record_events, require_visible
from tests.support.site import Site


def test_references_have_titles(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Acme", "country": "TR"}).id
    deal = site.save("bora", "deal", {"name": "x"})
    site.save("bora", "deal", {"company": company, "partners": [company]}, deal.id)
    page = site.act("bora", lambda work: record_events(work, "deal", deal.id), write=False)
    changes = {change.name: change for change in page.items[0].changes}
    assert changes["company"].new == company
    assert changes["company"].label.get() == "Company"
    assert page.titles.of("company", company) == "Acme"


def test_it_is_read_in_pages(site: Site) -> None:
    deal = site.save("bora", "deal", {"name": "0"})
    for number in range(1, 5):
        site.save("bora", "deal", {"name": str(number)}, deal.id)
    first = site.act("bora", lambda work: record_events(work, "deal", deal.id, limit=3), write=False)
    rest = site.act("bora", lambda work: record_events(work, "deal", deal.id, limit=3, cursor=first.next), write=False)
    assert [event.changes[0].new for event in (*first.items, *rest.items)] == ["4", "3", "2", "1", "0"]
    assert rest.next is None


def test_what_may_not_be_seen_has_no_history(site: Site) -> None:
    deal = site.save("ada", "deal", {"name": "x"})
    with pytest.raises(NotFound):
        site.act("bora", lambda work: require_visible(work, "deal", deal.id), write=False)
