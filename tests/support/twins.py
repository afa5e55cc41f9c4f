"""A pack in which people, companies and leads can mean the same: rules of every method, strict ones and warnings."""

from typing import Any

from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity

RULES: dict[str, Any] = {
    "same_mail": {"label": {"en": "Same e-mail", "tr": "Aynı e-posta"}, "fields": {"mail": "email"}},
    "same_phone": {"fields": {"phone": "phone"}, "also": {"phone": ["mobile"]}},
    "same_number": {"fields": {"number": "tax_number"}, "strict": True, "also": {"number": ["old_number"]}},
    "like_name": {"fields": {"name": "similar", "city": "fold"}, "similarity": 80},
}


def person(**keys: Any) -> EntityBuilder:
    """People with calls as lines."""
    return (
        an_entity("person")
        .with_keys(title="name", search={"name": {}}, **{"duplicates": RULES, **keys})
        .with_field("name", "text", required=True)
        .with_field("mail", "email")
        .with_field("phone", "phone", country="TR")
        .with_field("mobile", "phone", country="TR")
        .with_field("number", "text")
        .with_field("old_number", "text")
        .with_field("city", "text")
        .with_field("notes", "long_text")
        .with_field("boss", "reference", to="person", on_delete="clear")
        .with_field("friends", "references", to="person")
        .with_field("code", "autonumber", format="P-{number:04}")
        .with_field("locked", "text", readonly=True)
        .with_field("born", "date")
        .with_field("vat", "text", unique=True)
        .with_field("labels", "tags")
        .with_field("photo", "file")
        .with_field("papers", "files")
        .with_field("calls", "children", of="call")
        .with_access(
            rep={"all": "own", "create": "all", "read": {"scope": "all", "where": "city == null || city != 'Gizli'"}},
            viewer={"read": "all"},
        )
    )


def twins_pack(**keys: Any) -> PackBuilder:
    """People, their calls, deals that name them, notes about anything, and leads compared with people."""
    call = (
        an_entity("call")
        .with_keys(owned_by="person", title="subject")
        .with_field("person", "reference", to="person", required=True, on_delete="cascade")
        .with_field("subject", "text")
    )
    deal = (
        an_entity("deal")
        .with_keys(title="name", duplicates={"again": {"fields": {"buyer": "exact", "name": "fold"}}})
        .with_field("name", "text", required=True)
        .with_field("buyer", "reference", to="person")
        .with_field("others", "references", to="person")
        .with_access(rep={"all": "own", "create": "all"})
    )
    note = (
        an_entity("note")
        .with_field("about", "any_reference", to={"person": {}, "deal": {}})
        .with_access(rep={"all": "own", "create": "all"})
    )
    lead = (
        an_entity("lead")
        .with_keys(
            title="topic",
            duplicates={
                "known": {"with": "person", "fields": {"email": "email"}, "map": {"email": ["mail"]}, "archived": True},
                "beginning": {"fields": {"topic": "starts"}, "length": 5},
            },
        )
        .with_field("topic", "text", required=True)
        .with_field("email", "email")
        .with_access(rep={"all": "own", "create": "all"})
    )
    return (
        a_pack("twins")
        .with_role("rep", "viewer")
        .with_role("boss", administrator=True)
        .with_entity(person(**keys), call, deal, note, lead)
    )
