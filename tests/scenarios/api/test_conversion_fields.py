"""Fields that administrators gave leads: offered to the targets that lack them, made there, or declined for good."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import PackBuilder, a_pack
from tests.support.converting import SalesSite, a_sales_site

FIELDS = "/api/records/lead/conversions/qualify/fields"


def site_pack(**fields: Any) -> PackBuilder:
    """The site's own layer: fields that an administrator made."""
    lead = {"extends": "crm/lead", "fields": {name: {**each} for name, each in fields.items()}}
    machines = {"label": "Machines", "choices": {"loom": {"label": "Loom"}, "press": {"label": "Press"}}}
    return (
        a_pack("site")
        .requiring(crm=">=1,<2")
        .with_document("entities/lead/entity", lead)
        .with_document("choices/machine", machines)
    )


MACHINE = {"type": "choice", "label": "Machine", "choices": "machine"}
HALLS = {"type": "integer", "label": "Halls", "min": 0, "required_when": "machine == 'loom'"}
NUMBER = {"type": "integer", "label": "Number"}


@pytest.fixture
def sales(database_url: str, tmp_path: Path) -> Iterator[SalesSite]:
    with a_sales_site(database_url, tmp_path, site_pack(machine=MACHINE, halls=HALLS, number=NUMBER)) as site:
        yield site


def gaps(sales: SalesSite, lead: str, who: Any = None) -> dict[str, set[str]]:
    answer = (who or sales.boss).call("POST", f"/api/records/lead/{lead}/conversions/qualify?dry_run=true", {})
    found: dict[str, set[str]] = {}
    for each in (answer.json or {})["gaps"]:
        found.setdefault(each["target"], set()).add(each["field"])
    return found


def test_a_field_is_made_and_carried(sales: SalesSite) -> None:
    """L32 L34 L36"""
    lead = sales.lead(machine="loom", halls=3)
    assert gaps(sales, lead)["deal"] == {"machine", "halls", "number"}
    made = sales.boss.call("POST", FIELDS, {"carry": {"deal": ["machine", "halls"], "contact": ["machine"]}})
    assert (made.status_code, (made.json or {})["published"]) == (200, True), made.text
    assert gaps(sales, lead)["deal"] == {"number"}
    done = sales.rep.call("POST", f"/api/records/lead/{lead}/conversions/qualify", {}).json or {}
    results = {each["target"]: each["id"] for each in done["results"]}
    deal, contact = sales.get("deal", results["deal"]), sales.get("contact", results["contact"])
    assert (deal["machine"], deal["halls"], contact["machine"]) == ("loom", 3, "loom")
    form = sales.site.served.model.entities["deal"].forms["default"].fields
    assert {"machine", "halls"} <= set(form)
    entities = sales.site.served.model.entities
    assert {entities[name].fields["machine"].choices for name in ("lead", "deal", "contact")} == {"machine"}
    body = {
        "documents": {"choices/machine.json": {"choices": {"loom": {"label": "Big loom"}, "press": {"retired": True}}}},
        "base_revision": sales.site.served.model.revision,
        "message": "One list",
    }
    assert sales.boss.call("POST", "/api/metadata/publish", body).status_code == 200
    entities = sales.site.served.model.entities
    labels = [entities[name].fields["machine"].options["labels"]["loom"].get() for name in ("lead", "deal", "contact")]
    assert labels == ["Big loom"] * 3


def test_only_who_may_change_the_metadata_is_offered_any(sales: SalesSite) -> None:
    """L37"""
    lead = sales.lead(machine="press")
    assert gaps(sales, lead, sales.rep) == {}
    for who in (sales.rep, sales.manager):
        assert who.call("POST", FIELDS, {"carry": {"deal": ["machine"]}}).status_code == 403
        assert who.call("POST", FIELDS, {"decline": ["deal"]}).status_code == 403
    lost = {each.field.name for each in sales.plan(lead).lost}
    assert "machine" not in lost  # closed: nobody has let the representative in
    assert "timeframe" in lost


def test_declined_until_the_set_of_fields_changes(sales: SalesSite) -> None:
    """L33"""
    lead = sales.lead()
    assert sales.boss.call("POST", FIELDS, {"decline": ["deal", "company"]}).status_code == 200
    assert set(gaps(sales, lead)) == {"contact"}
    other = sales.site.person("administrator")
    assert set(gaps(sales, lead, other)) == {"contact"}
    fields = {"machine": MACHINE, "halls": HALLS, "number": NUMBER, "colour": {"type": "text", "label": "Colour"}}
    body = {
        "documents": {"entities/lead/entity.json": {"extends": "crm/lead", "fields": fields}},
        "base_revision": sales.site.served.model.revision,
        "message": "One more",
    }
    assert sales.boss.call("POST", "/api/metadata/publish", body).status_code == 200
    assert gaps(sales, lead)["deal"] == {"machine", "halls", "number", "colour"}


def test_what_clashes_or_is_not_there_is_refused(sales: SalesSite) -> None:
    """L34 L35"""
    lead = sales.lead(number=7)
    plan = sales.boss.call("POST", f"/api/records/lead/{lead}/conversions/qualify?dry_run=true", {}).json or {}
    clashing = [each for each in plan["gaps"] if each["clashing"]]
    assert clashing == [{"target": "deal", "field": "number", "clashing": True}]
    assert {"field": "number", "value": 7} in plan["lost"]
    for wishes, pointer in (
        ({"deal": ["number"]}, "/carry/deal"),
        ({"deal": ["need"]}, "/carry/deal"),
        ({"dael": ["machine"]}, "/targets"),
        ({"deal": "machine"}, "/carry/deal"),
    ):
        answer = sales.boss.call("POST", FIELDS, {"carry": wishes})
        assert answer.status_code == 422, answer.text
        assert [each["pointer"] for each in (answer.json or {})["violations"]] == [pointer]
