"""What publishing a draft does is shown before, writes nothing until then, and does just that."""

import pytest

from kalip.access import SYSTEM, Actor
from kalip.base.errors import AccessDenied, CompileError, Conflict, PublishConflict
from kalip.designer import (
    Move,
    Publication,
    PutDocument,
    Remove,
    Rename,
    SetValue,
    Site,
    Stale,
    edit_draft,
    open_draft,
    publish_documents,
    publish_draft,
    resolve,
    review,
    review_documents,
    stored_packs,
)
from kalip.designer.drafts import newest_state
from kalip.records import SaveRecord, get_record, run, save_record
from kalip.storage import find_draft, list_revisions
from tests.support.contents import contents_of
from tests.unit.designer.conftest import LEAD, Publish

pytestmark = pytest.mark.usefixtures("crm")
LIST = "entities/lead/views/list"


def contents(site: Site) -> dict[str, list[str]]:
    """All that the database holds."""
    return contents_of(site.services.database.engine)


def a_lead(site: Site, **values: object) -> str:
    saved = run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("lead", values)))
    return saved.id


def test_it_works(site: Site, ada: Actor) -> None:
    lead = a_lead(site, name="Ayşe", email="ayse@example.com")
    edit_draft(
        site,
        ada,
        [
            SetValue(LEAD, "/fields/budget", {"type": "money", "label": "Budget"}),
            Move(LEAD, "/fields/budget", "name"),
            SetValue(LIST, "/columns/budget", {}),
            Rename(LEAD, "/fields/email", "mail"),
        ],
    )
    seen = review(site, ada)
    assert [str(each.wording) for each in seen.changes] == [
        "Field 'Budget' of Entity 'Lead' is new.",
        "Field 'Mail' of Entity 'Lead' is renamed from email to mail.",
        "Column 'Budget' of The list of Lead is new.",
    ]
    assert seen.is_publishable
    assert {step.id for step in seen.steps} >= {"rename_column:lead.email:lead.mail"}
    assert seen.lossy == ()
    done = publish_draft(site, ada, "Budgets")
    assert (done.revision.message, done.revision.actor) == ("Budgets", ada.id)
    assert open_draft(site, ada).draft.is_empty
    model = site.services.runtime.pin().model
    assert list(model.entities["lead"].fields) == ["name", "budget", "mail", "phone"]
    assert run(site.services, SYSTEM, lambda work: get_record(work, "lead", lead))["mail"] == "ayse@example.com"


def test_a_review_writes_nothing(site: Site, ada: Actor) -> None:
    """U4"""
    a_lead(site, name="Ayşe", phone="+90 212 555 01 02", email="ayse@example.com")
    edit_draft(site, ada, [Remove(LEAD, "/fields/phone"), SetValue(LEAD, "/fields/email/type", "text")])
    before = contents(site)
    seen = review(site, ada)
    documents = {f"{LEAD}.json": {"extends": "crm/lead", "fields": {"phone": None}}}
    sent = review_documents(site, ada, documents)
    assert contents(site) == before
    assert [(step.id, step.rows) for step in seen.lossy] == [("retire_column:lead.phone", 1)]
    assert [step.id for step in sent.lossy] == ["retire_column:lead.phone"]
    # What was announced is what is done.
    done = publish_draft(site, ada, "", ["retire_column:lead.phone"])
    assert [(step.id, step.rows) for step in done.plan.steps] == [(step.id, step.rows) for step in seen.steps]


def test_each_lossy_step_is_accepted_by_itself(site: Site, ada: Actor) -> None:
    a_lead(site, name="Ayşe", phone="+90 212 555 01 02", email="ayse@example.com")
    edit_draft(
        site, ada, [Remove(LEAD, "/fields/phone"), Remove(LEAD, "/fields/email"), Remove(LIST, "/columns/email")]
    )
    ids = [step.id for step in review(site, ada).lossy]
    assert ids == ["retire_column:lead.email", "retire_column:lead.phone"]
    before = contents(site)
    for accepted in ([], ids[:1], ids[1:], ["retire_column:lead.name"]):
        with pytest.raises(PublishConflict, match="takes something out of sight"):
            publish_draft(site, ada, "", accepted)
    assert contents(site) == before
    publish_draft(site, ada, "Less", ids)
    assert list(site.services.runtime.pin().model.entities["lead"].fields) == ["name"]


def test_a_faulty_draft_is_reviewed_and_not_published(site: Site, ada: Actor) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/fields/email/type", "emial")])
    seen = review(site, ada)
    assert (seen.plan, seen.is_publishable) == (None, False)
    assert [each.severity for each in seen.diagnostics] == ["error"]
    with pytest.raises(CompileError, match="emial"):
        publish_draft(site, ada, "")
    edit_draft(site, ada, [PutDocument(f"{LEAD}.json", "{")])
    assert not review(site, ada).is_publishable
    with pytest.raises(CompileError, match="not JSON"):
        publish_draft(site, ada, "")
    assert not open_draft(site, ada).draft.is_empty


def test_a_draft_that_the_database_cannot_hold_says_why(site: Site, ada: Actor) -> None:
    a_lead(site, name="Ayşe")
    a_lead(site, name="Ayşe")
    edit_draft(site, ada, [SetValue(LEAD, "/unique", {"names": {"fields": {"name": {}}}})])
    seen = review(site, ada)
    assert seen.drafted.served is not None, seen.diagnostics
    assert seen.refusal is not None
    assert not seen.is_publishable


def test_nothing_is_overwritten_in_silence(site: Site, ada: Actor, ben: Actor) -> None:
    """U1 U3"""
    edit_draft(site, ada, [SetValue(LEAD, "/label", "Prospect"), SetValue(LEAD, "/fields/email/help", "Where to")])
    edit_draft(site, ben, [SetValue(LEAD, "/label", "Enquiry"), SetValue(LEAD, "/fields/email/required", True)])
    publish_draft(site, ada, "Ada's")
    before = contents(site)
    with pytest.raises(PublishConflict, match="changes of the same properties: entities/lead/entity /label"):
        publish_draft(site, ben, "Ben's")
    assert contents(site) == before
    assert review(site, ben).conflicts[0].theirs == "Prospect"
    resolve(site, ben, LEAD, "/label", "theirs")
    publish_draft(site, ben, "Ben's")
    lead = site.services.runtime.pin().model.entities["lead"]
    assert lead.label.get("en") == "Prospect"
    assert lead.fields["email"].required
    assert lead.fields["email"].help.get("en") == "Where to"


def test_a_draft_saved_while_it_is_published_is_not_lost(site: Site, ada: Actor) -> None:
    edit_draft(site, ada, [SetValue(LEAD, "/label", "A")])
    clock = site.services.clock
    services = site.services
    calls: list[int] = []

    def ticking() -> object:
        if not calls:
            calls.append(1)
            edit_draft(site, ada, [SetValue(LEAD, "/fields/email/help", "Late")])
        return clock()

    object.__setattr__(services, "clock", ticking)
    with pytest.raises(Conflict, match="changed in another window"):
        publish_draft(site, ada, "")
    object.__setattr__(services, "clock", clock)
    assert open_draft(site, ada).stack.documents[LEAD].data["fields"]["email"]["help"] == "Late"


def test_nothing_drafted_is_nothing_to_publish(site: Site, ada: Actor) -> None:
    with pytest.raises(Conflict, match="nothing to publish"):
        publish_draft(site, ada, "")
    assert review(site, ada).steps == ()


def test_taking_all_back_leaves_no_pack_of_the_site(site: Site, ada: Actor) -> None:
    with site.services.database.read() as session:
        first = list_revisions(session, 1)[0].hash
    edit_draft(site, ada, [SetValue(LEAD, "/label", "A")])
    publish_draft(site, ada, "")
    edit_draft(site, ada, [SetValue(LEAD, "/label", "Lead")])
    assert publish_draft(site, ada, "").revision.hash == first
    with site.services.database.read() as session:
        assert [pack.name for pack in stored_packs(session, site.blobs)] == ["crm"]
        assert ada.id is not None
        assert find_draft(session, ada.id) is None


def test_documents_of_a_programme(site: Site, ada: Actor, published: Publish) -> None:
    overlay = {"extends": "crm/lead", "label": "Prospect"}
    with site.services.database.read() as session:
        base, _ = newest_state(site, session)
    assert base is not None
    seen = review_documents(site, ada, {f"{LEAD}.json": overlay}, base.hash)
    assert [str(each.wording) for each in seen.changes] == ["Entity 'Lead' is now called 'Prospect'."]
    done = publish_documents(site, Publication(ada, "By REST"), {f"{LEAD}.json": overlay}, base.hash)
    assert done is not None
    assert publish_documents(site, Publication(ada, "Again"), {f"{LEAD}.json": overlay}, done.revision.hash) is None
    with pytest.raises(Stale) as stale:
        publish_documents(site, Publication(ada, ""), {f"{LEAD}.json": {**overlay, "label": "Enquiry"}}, base.hash)
    assert [(each.pointer, each.mine, each.theirs) for each in stale.value.conflicts] == [
        ("/label", "Enquiry", "Prospect")
    ]
    published(SetValue(LEAD, "/fields/email/help", "Where to"))
    with pytest.raises(Stale) as harmless:
        review_documents(site, ada, {f"{LIST}.json": {"extends": "crm/lead", "columns": {"phone": {}}}}, base.hash)
    assert harmless.value.conflicts == ()
    gone = publish_documents(site, Publication(ada, "Away"), {f"{LEAD}.json": None, "pack.json": None})
    assert gone is not None
    assert site.services.runtime.pin().model.entities["lead"].label.get("en") == "Lead"


def test_only_administrators(site: Site) -> None:
    rep = Actor("nobody", "Rep", "rep@example.com", ("rep",))
    for act in (
        lambda: review(site, rep),
        lambda: publish_draft(site, rep, ""),
        lambda: review_documents(site, rep, {}),
        lambda: publish_documents(site, Publication(rep, ""), {}),
    ):
        with pytest.raises(AccessDenied):
            act()
