"""Roles that publish a part of the metadata: that part, with drafts and by documents, and nothing else."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from kalip.access import Actor, limited_to
from kalip.base.errors import AccessDenied
from kalip.designer import (
    Edit,
    Publication,
    PutDocument,
    Rename,
    SetValue,
    Site,
    discard,
    edit_draft,
    may_publish,
    open_draft,
    publish_documents,
    publish_draft,
    publishes_any,
    review_documents,
)
from kalip.metadata import REMOVED
from kalip.model import Area, Model, Publishing, Role
from tests.support.builders import a_model, a_pack
from tests.unit.designer.conftest import LEAD, Publish

LIST = "entities/lead/views/list"
PIPELINE = "entities/lead/pipelines/sales"
ACCESS = "entities/lead/access"
NO_LABEL: dict[str, object] = {"extends": "crm/lead", "label": "Leads"}


def a_publisher(*said: Publishing) -> tuple[Model, Actor]:
    model = a_model(a_pack().with_role("maker"))
    maker = Role("maker", model.roles["maker"].label, publishes=said)
    return replace(model, roles={**model.roles, "maker": maker}), Actor("m", "Mia", "m@example.com", ("maker",))


@pytest.fixture
def mia(administrator: Callable[[str], Actor], published: Publish) -> Actor:
    """Somebody who publishes the views of all entities and the pipelines of leads."""
    published(SetValue("roles/maker", "", {"label": "Maker", "publishes": {"views": True, "processes": ["lead"]}}))
    return replace(administrator("Mia"), roles=("maker",), administrator=False)


def test_it_works(crm: Site, mia: Actor) -> None:
    edits: list[Edit] = [
        SetValue(LIST, "/columns/phone", {}),
        Rename(PIPELINE, "/stages/new", "fresh"),
    ]
    assert edit_draft(crm, mia, edits).draft.documents.keys() == {f"{LIST}.json", f"{PIPELINE}.json", "pack.json"}
    publish_draft(crm, mia, "Telephone numbers in the list", [])
    lead = crm.services.runtime.refresh().model.entities["lead"]
    assert [each.field for each in lead.lists["default"].columns] == ["name", "email", "phone"]
    assert "fresh" in lead.pipelines["sales"].stages


@pytest.mark.parametrize(
    "edit",
    [
        SetValue(LEAD, "/fields/email/required", True),
        SetValue(ACCESS, "", {"permissions": {"maker": {"all": "all"}}}),
        SetValue("roles/maker", "/administrator", True),
        SetValue("roles/maker", "/publishes/structure", True),
        SetValue("roles/maker", "/label", REMOVED),
        PutDocument("pack.json", '{"name": "site", "version": "1.0.0", "navigation": ["lead"]}'),
        PutDocument("seed/leads.json", "{}"),
        PutDocument(f"{ACCESS}.json", "no json"),
    ],
)
def test_other_areas_are_closed_and_so_are_rights_roles_packs_and_seeds(crm: Site, mia: Actor, edit: Edit) -> None:
    with pytest.raises(AccessDenied, match="No role of yours publishes"):
        edit_draft(crm, mia, [SetValue(LIST, "/columns/phone", {}), edit])
    assert open_draft(crm, mia).draft.is_empty


def test_documents_that_a_programme_sends_are_asked_about_alike(crm: Site, mia: Actor) -> None:
    base = crm.services.runtime.pin().model.revision
    publication = Publication(mia, "By REST")
    sent = {f"{LEAD}.json": NO_LABEL}
    assert review_documents(crm, mia, sent).is_publishable
    with pytest.raises(AccessDenied, match="publishes entities/lead/entity"):
        publish_documents(crm, publication, sent, base)
    views = {f"{LIST}.json": {"extends": "crm/lead", "columns": {"phone": {}}}}
    assert publish_documents(crm, publication, views, base) is not None


def test_what_was_drafted_before_is_not_published_after_the_right_has_gone(
    crm: Site, mia: Actor, published: Publish
) -> None:
    edit_draft(crm, mia, [SetValue(LIST, "/columns/phone", {})])
    published(SetValue("roles/maker", "/publishes/views", False))
    with pytest.raises(AccessDenied, match="entities/lead/views/list"):
        publish_draft(crm, mia, "Too late", [])
    discard(crm, mia)
    assert open_draft(crm, mia).draft.is_empty
    published(SetValue("roles/maker", "/publishes", REMOVED))
    with pytest.raises(AccessDenied):
        open_draft(crm, mia)


def test_who_only_reads_publishes_nothing(crm: Site, ada: Actor) -> None:
    """A token that only reads, and an administrator who looks with another's eyes."""
    base = crm.services.runtime.pin().model.revision
    edit_draft(crm, ada, [SetValue(LIST, "/columns/phone", {})])
    for reader in (replace(ada, read_only=True), replace(ada, read_only=True, on_behalf="somebody")):
        with pytest.raises(AccessDenied):
            publish_draft(crm, reader, "By a reader", [])
        with pytest.raises(AccessDenied):
            publish_documents(crm, Publication(reader, "By a reader"), {f"{LEAD}.json": NO_LABEL}, base)
    assert crm.services.runtime.refresh().model.revision == base


def test_areas_and_entities() -> None:
    model, mia = a_publisher(Publishing(Area.STRUCTURE, ("lead",)), Publishing(Area.PROCESSES))
    may = {
        address: may_publish(model, mia, address)
        for address in (
            "entities/lead/entity", "entities/deal/entity", "entities/lead/conversions/open", "choices/source",
            "entities/lead/views/list.mine", "entities/deal/pipelines/main", "entities/deal/rules", "mails/hello",
            "calendars/office", "lang/tr", "entities/lead/access", "roles/maker", "pack", "seed/x", "nothing/at/all",
        )
    }  # fmt: skip
    assert [address for address, yes in may.items() if yes] == [
        "entities/lead/entity",
        "entities/lead/conversions/open",
        "entities/deal/pipelines/main",
        "entities/deal/rules",
        "mails/hello",
        "calendars/office",
    ]
    assert publishes_any(model, mia)
    assert not publishes_any(model, replace(mia, roles=("gone",)))


def test_a_token_for_some_entities_records_publishes_nothing() -> None:
    model, mia = a_publisher(Publishing(Area.VIEWS))
    narrowed = limited_to(mia, ["lead"])
    assert may_publish(model, mia, LIST)
    assert not publishes_any(model, narrowed)
    assert not may_publish(model, narrowed, LIST)


def test_who_acts_for_an_administrator_publishes_no_rights(crm: Site, ada: Actor, ben: Actor) -> None:
    acting = replace(ben, on_behalf=ada.id)
    assert not edit_draft(crm, acting, [SetValue(LEAD, "/label", "Prospect")]).draft.is_empty
    for edit in (SetValue(ACCESS, "", {"fields": {}}), SetValue("roles/rep", "/label", "X")):
        with pytest.raises(AccessDenied, match="No role of yours publishes"):
            edit_draft(crm, acting, [edit])
    edit_draft(crm, ben, [SetValue("roles/rep", "/administrator", True)])
    with pytest.raises(AccessDenied):
        publish_draft(crm, acting, "More for me", [])
