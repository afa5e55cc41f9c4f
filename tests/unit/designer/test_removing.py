"""Whole documents of a pack that the site takes out, and brings back with all that was in them."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import CompileError
from kalip.designer import Edit, Publication, Remove, Restore, SetValue, Site, install_packs, propose, stored_packs
from kalip.designer.commands import apply_edits
from kalip.metadata import Pack, SiteEditor
from kalip.model import Model
from kalip.records import SaveRecord, get_record, list_records, run, save_record
from kalip.records.commands import ListRecords
from tests.support.builders import a_pack, an_entity
from tests.support.contents import contents_of
from tests.unit.designer.conftest import LEAD, Publish

VIEWS = "entities/lead/views/list"


def the_site(site: Site, *edits: Edit) -> Pack:
    """The site's pack after edits."""
    with site.services.database.read() as session:
        editor = SiteEditor(stored_packs(session, site.blobs), site.extensions.types)
    apply_edits(editor, edits)
    return editor.pack()


@pytest.mark.parametrize(
    ("address", "is_there"),
    [
        ("roles/rep", lambda site: "rep" in model_of(site).roles),
        ("choices/source", lambda site: "source" in model_of(site).choices),
        (LEAD, lambda site: "lead" in model_of(site).entities),
        (VIEWS, lambda site: len(model_of(site).entities["lead"].lists["default"].columns) == 2),
        ("entities/lead/pipelines/sales", lambda site: bool(model_of(site).entities["lead"].pipelines)),
    ],
    ids=["role", "choices", "entity", "view", "pipeline"],
)
def test_each_kind_goes_and_comes_back(crm: Site, published: Publish, address: str, is_there: object) -> None:
    """U11"""
    assert callable(is_there)
    assert is_there(crm)
    published(Remove(address, ""))
    assert not is_there(crm)
    published(Restore(address))
    assert is_there(crm)


def test_an_entity_comes_back_with_its_records_and_what_the_site_said(crm: Site, published: Publish) -> None:
    """U6, U11"""
    published(SetValue(LEAD, "/label", "Client"))
    kept = run(crm.services, SYSTEM, lambda work: save_record(work, SaveRecord("lead", {"name": "Ayşe"}))).id
    before = leads_in(crm)
    published(Remove(LEAD, ""))
    assert leads_in(crm) == {}
    published(Restore(LEAD))
    assert leads_in(crm) == before
    assert model_of(crm).entities["lead"].label.get("en") == "Client"
    record = run(crm.services, SYSTEM, lambda work: get_record(work, "lead", kept), write=False)
    assert record["name"] == "Ayşe"


def test_what_is_still_used_cannot_go_and_the_diagnostic_says_who_wants_it_away(crm: Site) -> None:
    """U11"""
    deal = an_entity("deal").with_field("lead", "reference", to="lead")
    sales = a_pack("sales").requiring(crm=">=1").with_entity(deal)
    install_packs(crm, [sales.build()], Publication(SYSTEM, ""))
    with pytest.raises(CompileError) as refused:
        propose(crm, [the_site(crm, Remove(LEAD, ""))])
    (fault,) = refused.value.diagnostics
    assert fault.hint == "'site' has removed it"
    assert fault.where is not None
    assert fault.where.pointer.startswith("/fields/lead/")


def goods(version: str, *names: str) -> Pack:
    """A shop whose seeds say a weight, and shelves on which goods stand."""
    records = {name: {"name": name, "weight": "0.01"} for name in names}
    good = an_entity("good").with_field("name", "text").with_field("weight", "decimal", scale=2)
    shelf = an_entity("shelf").with_field("name", "text")
    shop = a_pack("shop", version).with_entity(good, shelf).with_manifest(navigation={"good": {}, "shelf": {}})
    shelves = {"entity": "shelf", "records": {name: {"name": name} for name in names}}
    case = {"when": {"create": {"entity": "shelf", "values": {"name": "x"}}}, "then": {"version": 1}}
    shop = shop.with_document("seed/goods", {"entity": "good", "records": records})
    shop = shop.with_document("demo/shelf", {"entity": "shelf", "count": 1, "fields": {"name": "x"}})
    return shop.with_document("seed/shelves", shelves).with_document("tests/x", {"cases": {"one": case}}).build()


def test_a_new_version_of_a_pack_leaves_out_the_seeds_of_what_the_site_has_removed(site: Site) -> None:
    """U11"""
    install_packs(site, [goods("1.0.0", "nail")], Publication(SYSTEM, ""))
    gone = the_site(site, Remove("entities/good/entity", "/fields/weight"), Remove("entities/shelf/entity", ""))
    install_packs(site, [gone], Publication(SYSTEM, "", accept_loss=True))
    install_packs(site, [goods("1.1.0", "nail", "screw")], Publication(SYSTEM, ""))
    query = ListRecords("good", ("name",), sort=("name",))
    found = run(site.services, SYSTEM, lambda work: list_records(work, query), write=False)
    assert [each["name"] for each in found.items] == ["nail", "screw"]
    assert list(model_of(site).packs["shop"].navigation) == ["good"]


def leads_in(site: Site) -> dict[str, list[str]]:
    """The table of leads with its rows."""
    return {name: rows for name, rows in contents_of(site.services.database.engine).items() if name.startswith("lead ")}


def model_of(site: Site) -> Model:
    return site.services.runtime.refresh().model
