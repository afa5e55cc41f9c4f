"""Seeds: made once, with ids that are the same everywhere."""

import pytest

from kalip.base.errors import BadRequest, KalipError
from kalip.base.ids import is_id
from kalip.records.provision import seed_id, seed_pack
from tests.support.site import Site

SEEDS = {
    "seed/a.json": {
        "entity": "company",
        "records": {"acme": {"name": "Acme", "country": "TR"}, "beta": {"name": "Beta"}},
    },
    "seed/b.json": {
        "entity": "deal",
        "records": {"first": {"name": "First", "company": {"seed": "a/acme"}, "lines": [{"quantity": 2}]}},
    },
}


def test_it_works(site: Site) -> None:
    result = seed_pack(site.services, "sales", SEEDS)
    assert (result.made, result.present) == (3, 0)
    deal = site.get("ada", "deal", seed_id("sales", "b", "first"))
    assert deal["company"] == seed_id("sales", "a", "acme")
    assert len(deal["lines"]) == 1
    again = seed_pack(site.services, "sales", SEEDS)
    assert (again.made, again.present) == (0, 3)


def test_what_people_changed_stays(site: Site) -> None:
    seed_pack(site.services, "sales", SEEDS)
    site.save("ada", "company", {"name": "Mine"}, seed_id("sales", "a", "acme"))
    seed_pack(site.services, "sales", SEEDS)
    assert site.get("ada", "company", seed_id("sales", "a", "acme"))["name"] == "Mine"


def test_ids_are_ids() -> None:
    ids = {seed_id(pack, file, key) for pack in "ab" for file in "ab" for key in "ab"}
    assert len(ids) == 8
    assert all(is_id(each) and each[14] == "7" and each[19] in "89ab" for each in ids)


def test_a_dangling_seed(site: Site) -> None:
    with pytest.raises(BadRequest) as caught:
        seed_pack(
            site.services, "sales", {"seed/b.json": {"entity": "deal", "records": {"x": {"company": {"seed": "acme"}}}}}
        )
    assert "There is no seed 'acme'" in caught.value.message


def test_a_refused_seed_is_named_and_nothing_is_made(site: Site) -> None:
    documents = {**SEEDS, "seed/c.json": {"entity": "company", "records": {"bad": {"city": "x"}}}}
    with pytest.raises(KalipError) as caught:
        seed_pack(site.services, "sales", documents)
    assert "'c/bad'" in caught.value.message
    assert seed_pack(site.services, "sales", SEEDS).made == 3
