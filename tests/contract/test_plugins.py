"""The shipped plugins: their types keep the contract of field types, their actions work on a real database."""

import pytest

from kalip.access import Identity, make_actor
from kalip.base.bundle import bundle_path
from kalip.base.errors import TransitionRefused
from kalip.runtime import load_extensions
from kalip.storage import User, add_user
from kalip.workflow import ApplyTransition, apply_transition
from tests.contract.field_type_contract import Case, FieldTypeContract
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.fields import a_field
from tests.support.site import NOW, Site, a_site

EXTENSIONS = load_extensions(bundle_path("plugins"))
IBAN = EXTENSIONS.types["iban"]


def test_they_load_without_a_fault() -> None:
    assert EXTENSIONS.diagnostics == ()
    assert "assign_by_load" in EXTENSIONS.actions


class TestIban(FieldTypeContract):
    cases = (Case(IBAN, a_field("iban")), Case(IBAN, a_field("iban", country="TR")))

    def test_it_reads_what_people_write(self) -> None:
        field = a_field("iban", country="TR")
        value = IBAN.parse(field, "tr33 0006 1005 1978 6457 8413 26")
        assert value == "TR330006100519786457841326"
        assert IBAN.validate(field, value) == ()
        assert [fault.code for fault in IBAN.validate(field, "GB82WEST12345698765432")] == ["wrong_country"]


def repairs() -> PackBuilder:
    """Repairs that are assigned to mechanics."""

    def move(role: str) -> dict[str, object]:
        arguments = {"role": role, "open": "stage != 'done'"}
        return {"to": "assigned", "effects": {"load": {"action": "assign_by_load", "arguments": arguments}}}

    repair = (
        an_entity("repair")
        .with_field("name", "text")
        .with_access(boss="all", rep="all")
        .with_document(
            "pipelines/work",
            {
                "stages": {"new": {}, "assigned": {}, "done": {"outcome": "won"}},
                "transitions": {
                    "assign": move("rep"),
                    "assign_nobody": move("spare"),
                    "finish": {"to": "done"},
                },
            },
        )
    )
    roles = a_pack("garage").with_role("rep", "viewer", "spare").with_role("boss", administrator=True)
    return roles.with_entity(repair)


def apply(site: Site, record: str, name: str) -> str:
    """Make a move as Ada; gives the owner's name afterwards."""
    site.act("ada", lambda work: apply_transition(work, ApplyTransition("repair", record, name)))
    owner = site.get("ada", "repair", record)["owner"]
    return next(name for name, actor in site.actors.items() if actor.id == owner)


def test_the_one_with_the_fewest_open_records_is_chosen(database_url: str) -> None:
    with a_site(database_url, repairs(), actions=EXTENSIONS.actions) as site:
        zeynep = Identity("01990000-0000-7000-8000-000000000009", "Zeynep", "zeynep@example.com")
        with site.services.database.write() as session:
            add_user(session, User(zeynep.id, zeynep.name, zeynep.email, ("rep",), "en", "UTC", True, None, NOW))
        site.actors["zeynep"] = make_actor(site.served.model, zeynep, ("rep",))
        first, second, third = (site.save("ada", "repair", {"name": name}).id for name in ("One", "Two", "Three"))
        assert apply(site, first, "assign") == "bora"
        assert apply(site, second, "assign") == "zeynep"
        apply(site, second, "finish")
        assert apply(site, third, "assign") == "zeynep"


def test_without_anybody_of_the_role_the_move_is_refused_with_the_reason(database_url: str) -> None:
    with a_site(database_url, repairs(), actions=EXTENSIONS.actions) as site:
        record = site.save("ada", "repair", {"name": "One"}).id
        with pytest.raises(TransitionRefused) as caught:
            apply(site, record, "assign_nobody")
        faults = [fault.message for fault in caught.value.violations]
        assert faults == ["Nobody has the role 'spare': give it to somebody first."]
        assert site.get("ada", "repair", record)["stage"] == "new"
