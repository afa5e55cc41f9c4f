"""A pack with persons in five entities, marked, and what it takes to fill a site with one of them."""

from collections.abc import Mapping
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

from kalip.base.ids import new_id
from kalip.records import comment
from kalip.records.files import attach, find_slot, receive
from kalip.records.transfer.jobs import STAGED
from kalip.storage import Blobs, FileInfo, User, add_file, add_user, find_user
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site

MARK = {"purpose": "Talking to customers", "basis": "contract"}
NAMED = {**MARK, "kind": "identity"}
KEPT = {**MARK, "term": {"for": "P1Y", "after": "called_on"}}
CANARY = "Zümrütkanarya"
MAIL = "zumrutkanarya@canary.example"
PHONE = "+905321112233"


def personal_pack() -> PackBuilder:
    """Contacts with lines, leads that are deleted, tickets and calls about contacts, and orders that need them."""
    contact = (
        an_entity("contact")
        .with_keys(
            title="name",
            search={"name": {}, "email": {}, "notes": {}},
            subject={"by": {"email": {}, "phone": {}}, "name": "name"},
            duplicates={"same": {"fields": {"email": "email"}}},
        )
        .with_field("name", "person_name", required=True, personal=NAMED)
        .with_field("email", "email", required=True, unique=True, personal=MARK)
        .with_field("phone", "phone", country="TR", personal=MARK)
        .with_field("notes", "long_text", personal=MARK)
        .with_field("photo", "file", personal=NAMED)
        .with_field("sector", "text")
        .with_field("places", "children", of="place")
        .with_access(rep={"all": "all"}, viewer={"read": "all"})
    )
    place = (
        an_entity("place")
        .with_keys(owned_by="contact", title="street")
        .with_field("contact", "reference", to="contact", required=True, on_delete="cascade")
        .with_field("street", "text", personal={**MARK, "kind": "location"})
    )
    lead = (
        an_entity("lead")
        .with_keys(title="topic", search={"topic": {}}, subject={"by": {"email": {}}, "erase": "delete"})
        .with_field("topic", "text", required=True)
        .with_field("email", "email", personal=MARK)
        .with_field("paper", "file")
        .with_access(rep={"all": "all"})
    )
    ticket = (
        an_entity("ticket")
        .with_keys(title="subject", search={"subject": {}, "text": {}}, subject={"via": {"asked_by": {}}})
        .with_field("subject", "text", required=True)
        .with_field("text", "long_text", personal={"purpose": "Help"})
        .with_field("asked_by", "reference", to="contact")
        .with_access(rep={"all": "all"})
    )
    call = (
        an_entity("call")
        .with_keys(title="about_what", subject={"via": {"about": {}}, "erase": "delete"})
        .with_field("about_what", "text")
        .with_field("about", "any_reference", to={"contact": {}, "lead": {}})
        .with_field("called_on", "date")
        .with_field("said", "long_text", personal=KEPT)
        .with_access(rep={"all": "all"})
    )
    order = (
        an_entity("order")
        .with_keys(title="number", search={"remark": {}})
        .with_field("number", "text", required=True)
        .with_field("buyer", "reference", to="contact")
        .with_field("remark", "text")
        .with_field("from_lead", "reference", to="lead")
        .with_access(rep={"all": "all"})
    )
    return (
        a_pack("people")
        .with_role("rep", "viewer")
        .with_role("boss", administrator=True)
        .with_role("officer", privacy_officer=True)
        .with_entity(contact, place, lead, ticket, call, order)
    )


def settle_in(site: Site, folder: Path) -> dict[str, str]:
    """Keep files in a folder, and make one person known to the site everywhere; ids of the records by entity."""
    object.__setattr__(site.services, "blobs", Blobs(folder / "files"))

    def make(entity: str, values: Mapping[str, Any]) -> str:
        return site.save("ada", entity, dict(values)).id

    ids = {
        "contact": make("contact", {
            "name": {"first": "Nil", "last": CANARY}, "email": MAIL, "phone": PHONE, "sector": "steel",
            "notes": f"{CANARY} likes tea", "places": [{"street": f"{CANARY} Sokak 7"}],
        }),
        "lead": make("lead", {"topic": f"Looms for Nil {CANARY}", "email": MAIL.replace("zumrut", "Zumrut")}),
    }  # fmt: skip
    ids["ticket"] = make("ticket", {"subject": "It squeaks", "text": f"{CANARY} hears it", "asked_by": ids["contact"]})
    about = {"entity": "lead", "id": ids["lead"]}
    ids["call"] = make("call", {"about_what": "Price", "about": about, "said": f"{CANARY} wants less"})
    ids["order"] = make("order", {"number": "7", "buyer": ids["contact"], "remark": f"Ask Nil {CANARY}"})
    site.save("ada", "contact", {"notes": f"{CANARY} likes coffee"}, ids["contact"])
    site.act("ada", lambda work: comment(work, "contact", ids["contact"], f"Called {CANARY}"))
    put_file(site, "contact", ids["contact"], "photo", f"face of {CANARY}".encode())
    staged = Blobs(folder / "files").write(BytesIO(f"name,mail\nNil {CANARY},{MAIL}\n".encode()))
    with site.services.database.write() as session:
        info = FileInfo(new_id(), "import.csv", "text/csv", staged.size, staged.sha256, site.services.clock(), None)
        add_file(session, replace(info, field=f"{STAGED}contact"))
        gone = User(new_id(), f"Nil {CANARY}", MAIL, (), "en", "UTC", False, None, site.services.clock())
        if find_user(session, MAIL) is None:
            add_user(session, gone)
    put_file(site, "lead", ids["lead"], "paper", f"letter of {CANARY}".encode())
    return ids


def put_file(site: Site, entity: str, record_id: str, field: str, content: bytes) -> str:
    """Put a file into a field."""
    slot = site.act("ada", lambda work: find_slot(work, entity, record_id, field), write=False)
    received = receive(site.services, slot, f"{CANARY}.txt", BytesIO(content))
    return site.act("ada", lambda work: attach(work, slot, received))[0].id
