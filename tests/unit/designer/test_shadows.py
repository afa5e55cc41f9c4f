"""What an upgrade changes but a layer above hides is told."""

from kalip.access import SYSTEM
from kalip.designer import Publication, Shadow, Site, install_packs, propose
from tests.support.builders import Json, PackBuilder, a_pack, an_entity

BY_SYSTEM = Publication(SYSTEM, "")


def crm(version: str = "1.0.0", label: str = "Lead", **email: object) -> PackBuilder:
    lead = an_entity("lead").with_field("name", "text").with_field("email", "email", **email)
    return a_pack("crm", version).with_entity(lead.with_keys(title="name", label=label))


def overlay(**keys: Json | str) -> PackBuilder:
    document = {"extends": "crm/lead", **keys}
    return a_pack("site").requiring(crm=">=0").with_document("entities/lead/entity", document)


def hidden(site: Site, pack: PackBuilder) -> tuple[Shadow, ...]:
    (change,) = propose(site, [pack.build()]).changes
    return change.shadows


def test_u3_it_works(site: Site) -> None:
    install_packs(site, [crm().build(), overlay(label="Prospect").build()], BY_SYSTEM)
    (shadow,) = hidden(site, crm("1.1.0", label="Enquiry"))
    assert (shadow.change.before, shadow.change.after, shadow.value) == ("Lead", "Enquiry", "Prospect")
    assert (shadow.layer, shadow.where.file) == ("site", "site/entities/lead/entity.json")
    install_packs(site, [crm("1.1.0", label="Enquiry").build()], BY_SYSTEM)
    assert site.services.runtime.pin().model.entities["lead"].label.get("en") == "Prospect"


def test_u1_both_sides_changes_survive_where_they_touch_different_properties(site: Site) -> None:
    install_packs(site, [crm().build(), overlay(fields={"email": {"help": "At work"}}).build()], BY_SYSTEM)
    after = crm("1.1.0", label="Enquiry", required=True)
    assert hidden(site, after) == ()
    install_packs(site, [after.build()], BY_SYSTEM)
    lead = site.services.runtime.pin().model.entities["lead"]
    assert lead.label.get("en") == "Enquiry"
    assert lead.fields["email"].help.get("en") == "At work"
    assert lead.fields["email"].required


def test_a_field_that_the_site_added_by_the_same_name_is_told(site: Site) -> None:
    install_packs(
        site, [crm().build(), overlay(fields={"tin": {"type": "text", "label": "Tax id"}}).build()], BY_SYSTEM
    )
    after = crm("1.1.0")
    after.documents["entities/lead/entity.json"]["fields"]["tin"] = {"type": "text", "label": "TIN"}
    assert {each.change.pointer for each in hidden(site, after)} == {"/fields/tin"}


def test_what_the_site_took_out_stays_out_and_is_told(site: Site) -> None:
    install_packs(site, [crm(help="Private").build(), overlay(fields={"email": None}).build()], BY_SYSTEM)
    (shadow,) = hidden(site, crm("1.1.0", help="At work"))
    assert (shadow.change.pointer, shadow.value) == ("/fields/email/help", None)


def test_a_pack_on_top_hides_nothing_of_its_own(site: Site) -> None:
    install_packs(site, [crm().build(), overlay(label="Prospect").build()], BY_SYSTEM)
    assert hidden(site, overlay(label="Suspect")) == ()
