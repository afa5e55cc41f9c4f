"""Seeds, demo data and tests of packs."""

from typing import Any

import pytest

from tests.support.builders import PackBuilder, a_pack, an_entity, diagnostics_of, told


def pack() -> PackBuilder:
    company = an_entity("company").with_field("name", "text").with_field("size", "integer", was=["employees"])
    deal = an_entity("deal").with_field("name", "text").with_field("company", "reference", to="company")
    return a_pack().with_entity(company, deal.with_field("number", "autonumber")).with_role("rep")


def faults(path: str, **data: Any) -> list[tuple[str, str]]:
    return told(diagnostics_of(pack().with_document(path, data)))


def test_a_healthy_seed() -> None:
    with_companies = pack().with_document(
        "seed/companies", {"entity": "company", "records": {"acme": {"name": "Acme"}}}
    )
    deals = {"entity": "shop/deal", "records": {"first": {"name": "x", "company": {"seed": "companies/acme"}}}}
    assert told(diagnostics_of(with_companies.with_document("seed/deals", deals))) == []


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"entity": "compny", "records": {}}, ("C101", "/entity")),
        ({"entity": "company", "records": {"a": {"nme": "x"}}}, ("C102", "/records/a/nme")),
        ({"entity": "company", "records": {"a": {"size": "big"}}}, ("C134", "/records/a/size")),
        ({"entity": "company", "records": {"a": {"version": 1}}}, ("C134", "/records/a/version")),
        ({"entity": "company", "records": {"a": {"employees": 5}}}, ("C113", "/records/a/employees")),
        ({"entity": "deal", "records": {"a": {"company": {"seed": "acme"}}}}, ("C110", "/records/a/company")),
        ({"entity": "deal", "records": {"a": {"company": {"seed": "x/acme"}}}}, ("C110", "/records/a/company")),
        ({"entity": "deal", "records": {"a": {"company": {"seed": "a"}}}}, ("C134", "/records/a/company")),
    ],
)
def test_faults_of_seeds(data: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults("seed/x", **data) == [fault]


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({"entity": "dael", "count": 3, "fields": {}}, ("C101", "/entity")),
        ({"entity": "deal", "count": 3, "fields": {"nme": "x"}}, ("C102", "/fields/nme")),
        ({"users": {"a": {"name": "A", "email": "a@b.c", "roles": {"rpe": {}}}}}, ("C107", "/users/a/roles/rpe")),
    ],
)
def test_faults_of_demo_data(data: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults("demo/x", **data) == [fault]


def _case(**step: Any) -> dict[str, Any]:
    return {"cases": {"c": {"when": step, "then": {"refused": True}}}}


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        ({**_case(get={"record": "a"}), "actors": {"a": {"roles": {"rpe": {}}}}}, ("C107", "/actors/a/roles/rpe")),
        ({**_case(get={"record": "a"}), "given": {"a": {"entity": "dael"}}}, ("C101", "/given/a/entity")),
        (_case(create={"entity": "deal", "values": {"nme": 1}}), ("C102", "/cases/c/when/create/values/nme")),
        (_case(list={"entity": "dael"}), ("C101", "/cases/c/when/list/entity")),
    ],
)
def test_faults_of_tests(data: dict[str, Any], fault: tuple[str, str]) -> None:
    assert faults("tests/x", **data) == [fault]


def test_steps_of_a_list_are_looked_at_too() -> None:
    steps = [{"get": {"record": "a"}}, {"create": {"entity": "dael"}}]
    found = faults("tests/x", cases={"c": {"when": steps, "then": {"refused": True}}})
    assert found == [("C101", "/cases/c/when/1/create/entity")]
