"""Demo data: every generator, the same for the same seed, through the same checks as everything."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kalip.records import ListRecords, list_records
from kalip.records.accounts import list_people
from kalip.records.organisation.absences import absences_shown
from kalip.records.organisation.substituting import substitutions_shown
from kalip.records.organisation.units import tree_of
from kalip.records.provision.demo import DemoError, DemoOptions, make_demo
from kalip.records.sharing import record_shares
from kalip.storage.groups import Group, list_groups
from tests.support.site import NOW, Site, a_site

DOCUMENTS: dict[str, Any] = {
    "demo/people.json": {
        "users": {"efe": {"name": "Efe Er", "email": "efe@demo.example", "roles": {"rep": {}}, "locale": "tr"}}
    },
    "demo/tables.json": {
        "tables": {
            "places": {"tr_TR": [{"city": "İzmir", "weight": 9}, {"city": "Kars"}], "en_US": [{"city": "Reno"}]},
            "kinds": ["Boat", "Ship"],
        }
    },
    "demo/companies.json": {
        "entity": "company",
        "count": 40,
        "locales": {"tr_TR": 3, "en_US": 1},
        "let": {
            "place": {"row": "places", "at": ["{locale}"]},
        },
        "fields": {
            "name": {"fake": "company", "unique": True},
            "city": {"copy": "place.city"},
            "country": {"by": "locale", "cases": {"tr_TR": "TR"}, "else": "US"},
            "sector": {"pick": {"steel": 3, "food": 1}, "chance": 0.8},
            "vat": {"tax_number": "{country}", "unique": True},
            "founded": {"date": ["-30y", "-1y"], "spread": "late"},
            "created_at": {"moment": ["-100d", "-50d"], "working": True},
        },
    },
    "demo/deals.json": {
        "entity": "deal",
        "count": 60,
        "locale_of": "company",
        "let": {"kind": {"pick": "kinds", "each": True}},
        "fields": {
            "company": {"pick_record": "company", "favour": "few", "where": {"country": "TR"}},
            "name": {"template": "{kind} for {company.city}, {language}"},
            "created_at": {"moment": ["{company.created_at}", "now"]},
            "owner": {"user": {"roles": ["rep"]}},
            "amount": {
                "object": {"amount": {"number": [100, 90000], "spread": "low", "round": "0.50"}, "currency": "TRY"}
            },
            "stage": {"pick": {"new": 5, "offer": 2, "won": 1, "lost": 1}},
            "lost_reason": {"by": "stage", "cases": {"lost": {"pick": ["price", "time"]}}},
            "partners": {"list": {"pick_record": "company"}, "count": [0, 2]},
            "secret": {"text": ["One {kind}.", "Two."], "count": [1, 2]},
            "reference": {"pattern": "R-####", "unique": True, "chance": 0.5},
            "discount": {"number": [0, 20], "round": "0.5", "spread": "middle"},
            "lines": {
                "children": {
                    "count": [1, 3],
                    "fields": {
                        "quantity": {"number": [1, 9]},
                        "price": {"multiply": [{"number": [1, 5]}, "{parent.amount}", "0.01"], "round": "0.01"},
                    },
                }
            },
        },
    },
}


def all_of(site: Site, entity: str, *fields: str) -> list[dict[str, Any]]:
    command = ListRecords(entity, fields=fields, sort=("created_at", "name"), limit=1000)
    return list(site.act("ada", lambda work: list_records(work, command), write=False).items)


def test_it_works(site: Site) -> None:
    told: list[tuple[str, int, int]] = []
    options = DemoOptions(now=NOW, password="a demo password 1")
    result = make_demo(site.services, "sales", DOCUMENTS, options, lambda *figures: told.append(figures))
    assert result.counts == {"company": 40, "deal": 60}
    assert result.logins == [("Efe Er", "efe@demo.example", ("rep",))]
    assert told == [("company", 40, 40), ("deal", 60, 60)]
    deals = all_of(
        site,
        "deal",
        "name",
        "number",
        "created_at",
        "stage",
        "stage_since",
        "lost_reason",
        "company.country",
        "total",
        "owner.name",
    )
    assert [deal["number"] for deal in deals] == [f"D-2026-{number:04}" for number in range(1, 61)]
    assert {deal["company.country"] for deal in deals} == {"TR"}
    assert {deal["owner.name"] for deal in deals} == {"Efe Er"}
    assert all(bool(deal["lost_reason"]) == (deal["stage"] == "lost") for deal in deals)
    assert all(deal["stage_since"] == deal["created_at"] <= "2026-11-24T12:00:00Z" for deal in deals)
    assert all(float(deal["total"]) > 0 and deal["name"].endswith(", tr") for deal in deals)


def test_the_same_seed_gives_the_same(tmp_path: Path) -> None:
    made = []
    for number, seed in enumerate((1, 1, 2)):
        with a_site(f"sqlite:///{tmp_path / f'{number}.sqlite3'}") as site:
            make_demo(site.services, "sales", DOCUMENTS, DemoOptions(seed, scale=0.5, now=NOW))
            companies = all_of(site, "company", "name", "city", "vat", "founded", "created_at")
            deals = all_of(site, "deal", "name", "number", "amount", "company.name", "total")
            made.append([[list(row.values())[3:] for row in rows] for rows in (companies, deals)])
    assert made[0] == made[1]
    assert made[0] != made[2]
    assert len(made[0][0]) == 20


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": {"template": "{nmae}"}}, "unknown name 'nmae'"),
        ({"name": {"fake": "companny"}}, "Faker has no 'companny'"),
        ({"name": {"pick": "plces"}}, "there is no table 'plces'"),
        ({"name": "x", "founded": {"date": ["soon", "now"]}}, "'soon' is no moment"),
        ({"name": "x", "colour": "red"}, "There is no field 'colour'"),
        ({"city": "x"}, "/name Name is required."),
        ({"name": {"template": "x", "shape": "round"}}, "unknown shape 'round'"),
    ],
)
def test_faults_are_located(site: Site, fields: Any, told: str) -> None:
    with pytest.raises(DemoError) as caught:
        make_demo(site.services, "sales", {"demo/x.json": {"entity": "company", "count": 1, "fields": fields}})
    assert "demo/x.json" in caught.value.message
    assert told in caught.value.message


def test_documents_that_pick_from_each_other(site: Site) -> None:
    documents = {
        "demo/a.json": {"entity": "company", "fields": {"name": {"pick_record": "deal"}}},
        "demo/b.json": {"entity": "deal", "fields": {"name": {"pick_record": "company"}}},
    }
    with pytest.raises(DemoError, match="circle"):
        make_demo(site.services, "sales", documents)


def test_groups_own_demo_records(site: Site) -> None:
    """DY8"""
    demo: dict[str, dict[str, Any]] = {
        "demo/a.json": {"groups": {"north": {"name": "North", "people": {}}}},
        "demo/b.json": {"entity": "company", "count": 2, "fields": {"name": {"template": "c{index}"}}},
    }
    note: dict[str, Any] = {"let": {"team": {"group": {"north": 1}}}, **demo["demo/b.json"]}
    note["fields"] = {"name": {"template": "c{index}"}, "city": {"copy": "team"}}
    make_demo(site.services, "sales", {**demo, "demo/b.json": note}, DemoOptions(scale=1))
    items = site.act(
        "ada", lambda work: list_records(work, ListRecords("company", fields=("city",))), write=False
    ).items
    assert {row["city"] for row in items} == {group.id for group in groups_of(site)}
    note["let"] = {"team": {"group": {"nroth": 1}}}
    with pytest.raises(DemoError, match="there is no group 'nroth'") as caught:
        make_demo(site.services, "sales", {**demo, "demo/b.json": note}, DemoOptions(scale=1))
    assert caught.value.hint == "did you mean 'north'?"


def groups_of(site: Site) -> list[Group]:
    return site.act("ada", lambda work: list_groups(work.session), write=False)


def test_an_organisation_of_demo_users(site: Site) -> None:
    organisation = {
        "users": {
            key: {"name": key.title(), "email": f"{key}@demo.example", "roles": {"boss": {}}} for key in ("efe", "gul")
        },
        "units": {
            "below": {"name": "Below", "parent": "above", "people": {"efe": {"title": "Rep"}}},
            "above": {"name": "Above", "people": {"gul": {"head": True}}},
        },
        "groups": {"all": {"name": "All", "people": {"efe": {}, "gul": {}}}},
        "absences": {"efe": {"days": 3, "substitute": "gul"}},
        "shares": {"one": {"entity": "company", "owner": "efe", "group": "all", "reason": "help"}},
    }
    company = {
        "entity": "company",
        "count": 2,
        "fields": {"name": {"template": "c{index}"}, "owner": {"user": {}}},
    }
    documents = {"demo/a.json": organisation, "demo/b.json": company}
    for _ in range(2):
        make_demo(site.services, "sales", documents, DemoOptions(scale=5))
    branches = site.act("ada", tree_of, write=False)
    assert [(each.unit.code, each.depth, each.people_below) for each in branches] == [("above", 0, 2), ("below", 1, 1)]
    efe = next(each for each in site.act("ada", list_people, write=False) if each.name == "Efe")
    assert len(site.act("ada", lambda work: absences_shown(work, efe.id), write=False)) == 1
    assert len(site.act("ada", lambda work: substitutions_shown(work, efe.id), write=False)) == 1
    owned = site.act(
        "ada",
        lambda work: list_records(work, ListRecords("company", fields=("id", "owner"), limit=100)),
        write=False,
    ).items
    ask = [partial(record_shares, entity_name="company", record_id=str(row["id"])) for row in owned]
    shared = [each for question in ask for each in site.act("ada", question, write=False)]
    assert [(each.grantee_name, each.by_name) for each in shared] == [("All", "Efe")] * 2
