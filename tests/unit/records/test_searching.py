"""Search over all entities, and picking what a reference may point to."""

from kalip.records import PickQuery, pick, search_records
from tests.support.site import Site


def test_search_finds_what_the_actor_may_see(site: Site) -> None:
    site.save("ada", "company", {"name": "Işık Gemi", "city": "İstanbul", "country": "TR"})
    site.save("ada", "company", {"name": "Işık Berlin", "country": "DE"})
    site.save("bora", "deal", {"name": "Işık için gemi"})

    def found(who: str, text: str) -> set[tuple[str, str]]:
        hits = site.act(who, lambda work: search_records(work, text), write=False)
        return {(hit.entity, hit.title) for hit in hits}

    assert found("bora", "ışık gem") == {("company", "Işık Gemi"), ("deal", "Işık için gemi")}
    assert found("cem", "ışık") == {("company", "Işık Gemi")}
    assert found("deniz", "ışık") == set()
    assert found("bora", "istanbul") == {("company", "Işık Gemi")}
    assert found("bora", "  ") == set()


def test_a_changed_title_is_found_anew(site: Site) -> None:
    company = site.save("ada", "company", {"name": "Alpha", "country": "TR"})
    site.save("ada", "company", {"name": "Omega"}, company.id)
    assert site.act("ada", lambda work: search_records(work, "alpha"), write=False) == ()
    assert len(site.act("ada", lambda work: search_records(work, "omega"), write=False)) == 1


def test_picking(site: Site) -> None:
    for name in ("Acme", "Beta", "Acorn"):
        site.clock.move(minutes=1)
        site.save("ada", "company", {"name": name, "city": "Acmeville", "country": "TR"})
    old = site.save("ada", "product", {"name": "Old", "active": False}).id
    new = site.save("ada", "product", {"name": "New"}).id

    def picked(who: str, query: PickQuery) -> list[str]:
        return [hit.title for hit in site.act(who, lambda work: pick(work, query), write=False)]

    assert picked("bora", PickQuery("company")) == ["Acorn", "Beta", "Acme"]
    assert picked("bora", PickQuery("deal", "ac", "company"))[:2] == ["Acme", "Acorn"]
    assert picked("bora", PickQuery("company", "acmeville bet")) == ["Beta"]
    assert set(picked("bora", PickQuery("company", "acmeville"))) == {"Acme", "Beta", "Acorn"}
    assert picked("bora", PickQuery("deal_line", "", "product")) == ["New"]
    assert picked("bora", PickQuery("deal", "bor", "owner")) == ["Bora"]
    assert picked("deniz", PickQuery("deal", "", "company")) == []
    assert old != new
