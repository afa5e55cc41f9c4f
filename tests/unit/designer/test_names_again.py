"""U7: a name that was given up and is used again for something else, on the site and in packs, through upgrades."""

from kalip.access import SYSTEM
from kalip.designer import (
    Edit,
    Publication,
    Rename,
    SetValue,
    Site,
    install_packs,
    propose,
    publish,
    stored_packs,
)
from kalip.designer.commands import apply_edits
from kalip.metadata import Pack, SiteEditor
from kalip.records import SaveRecord, get_record, run, save_record
from tests.support.builders import a_pack, an_entity

ENTITY = "entities/client/entity"
MESSAGE = Publication(SYSTEM, "", accept_loss=True)


def pack(version: str, **fields: dict[str, object]) -> Pack:
    entity = an_entity("client").with_keys(title="name").with_field("name", "text")
    for name, options in fields.items():
        entity.with_field(name, "text", **options)
    return a_pack("crm", version).with_entity(entity).build()


def edited(site: Site, *edits: Edit) -> None:
    """Publish edits of the site."""
    with site.services.database.read() as session:
        editor = SiteEditor(stored_packs(session, site.blobs), site.extensions.types)
    apply_edits(editor, edits)
    publish(site, propose(site, [editor.pack()]), MESSAGE)


def put(site: Site, record_id: str | None = None, **values: object) -> str:
    return run(site.services, SYSTEM, lambda work: save_record(work, SaveRecord("client", values, record_id))).id


def values_of(site: Site, record_id: str) -> dict[str, object]:
    """The texts of a record that are not empty, by field."""
    record = run(site.services, SYSTEM, lambda work: get_record(work, "client", record_id), write=False)
    return {name: record[name] for name in site.services.runtime.pin().model.entities["client"].fields if record[name]}


def test_the_site_renames_a_field_of_a_pack_uses_its_name_again_and_is_upgraded(site: Site) -> None:
    """U7"""
    install_packs(site, [pack("1.0.0", mail={"label": "Mail"})], MESSAGE)
    one = put(site, name="A", mail="private")
    edited(
        site,
        Rename(ENTITY, "/fields/mail", "home_mail"),
        SetValue(ENTITY, "/fields/mail", {"type": "text", "label": "Work mail"}),
    )
    put(site, one, mail="work")
    install_packs(site, [pack("1.1.0", mail={"label": "E-mail", "max_length": 200}, phone={})], MESSAGE)
    assert values_of(site, one) == {"name": "A", "home_mail": "private", "mail": "work"}
    fields = site.services.runtime.pin().model.entities["client"].fields
    assert fields["mail"].label.get("en") == "Work mail"
    assert "phone" in fields


def test_a_pack_renames_a_field_and_uses_its_name_again(site: Site) -> None:
    """U7: what the site said of the field goes with it, whether the versions between were installed or not."""
    install_packs(site, [pack("1.0.0", mail={})], MESSAGE)
    one = put(site, name="A", mail="private")
    edited(site, SetValue(ENTITY, "/fields/mail/label", "Post at home"), SetValue(ENTITY, "/title", "mail"))
    install_packs(site, [pack("2.0.0", home_mail={"was": ["mail"]}, mail={"label": "Work"})], MESSAGE)
    put(site, one, mail="work")
    assert values_of(site, one) == {"name": "A", "home_mail": "private", "mail": "work"}
    entity = site.services.runtime.pin().model.entities["client"]
    assert entity.fields["home_mail"].label.get("en") == "Post at home"
    assert entity.fields["mail"].label.get("en") == "Work"
    assert entity.title == "home_mail"


def test_the_same_in_two_steps(site: Site) -> None:
    """U7"""
    install_packs(site, [pack("1.0.0", mail={})], MESSAGE)
    one = put(site, name="A", mail="private")
    edited(site, SetValue(ENTITY, "/fields/mail/label", "Post at home"))
    install_packs(site, [pack("1.1.0", home_mail={"was": ["mail"]})], MESSAGE)
    install_packs(site, [pack("1.2.0", home_mail={"was": ["mail"]}, mail={"label": "Work"})], MESSAGE)
    put(site, one, mail="work")
    assert values_of(site, one) == {"name": "A", "home_mail": "private", "mail": "work"}
    fields = site.services.runtime.pin().model.entities["client"].fields
    assert (fields["home_mail"].label.get("en"), fields["mail"].label.get("en")) == ("Post at home", "Work")


def test_all_that_the_site_says_of_a_field_goes_along(site: Site) -> None:
    """U7: views, conditions and paths through references, on overlays and documents of its own."""
    order = an_entity("order").with_keys(title="name").with_field("name", "text")
    order.with_field("client", "reference", to="client")

    def shop(version: str, **fields: dict[str, object]) -> Pack:
        client = an_entity("client").with_keys(title="name").with_field("name", "text").with_list("name", *fields)
        for name, options in fields.items():
            client.with_field(name, "text", **options)
        return a_pack("crm", version).with_entity(client, order).build()

    install_packs(site, [shop("1.0.0", mail={})], MESSAGE)
    edited(
        site,
        SetValue(ENTITY, "/fields/name/required_when", 'mail != null && mail != "mail"'),
        SetValue("entities/client/views/list", "/columns/mail/width", 120),
        SetValue("entities/client/views/list.mine", "", {"columns": {"mail": {}}, "sort": {"mail": "asc"}}),
        SetValue(
            "entities/order/views/list.mine", "", {"columns": {"client.mail": {}}, "filter": "client.mail != null"}
        ),
    )
    install_packs(site, [shop("2.0.0", home_mail={"was": ["mail"]}, mail={})], MESSAGE)
    model = site.services.runtime.pin().model
    client, orders = model.entities["client"], model.entities["order"].lists["mine"]
    condition = client.fields["name"].required_when
    assert condition is not None
    assert condition.source == 'home_mail != null && home_mail != "mail"'
    widths = {column.field: column.width for column in client.lists["default"].columns}
    assert (widths["home_mail"], widths["mail"]) == (120, None)
    mine = client.lists["mine"]
    assert ([each.field for each in mine.columns], [each.field for each in mine.sort]) == (["home_mail"], ["home_mail"])
    assert [each.field for each in orders.columns] == ["client.home_mail"]
    assert orders.filter is not None
    assert orders.filter.source == "client.home_mail != null"
    assert propose(site, []).is_empty
