"""An entity of one's own as a process: stages with forms and duties of their own, children, files, rules to switch.

What another pack changes of it is inherited where that says nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, RecordRejected, TransitionRefused
from kalip.records import archive_record, list_records, restore_record, save_record
from kalip.records.commands import ListRecords, SaveRecord
from kalip.records.files import attach, find_slot, receive
from kalip.storage import Blobs
from kalip.workflow import ApplyTransition, apply_transition, moves_of, transition_plan
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site

FLOW: dict[str, Any] = {
    "label": "Claims",
    "default": True,
    "stages": {
        "new": {"label": "New", "visible": {"story": {}}},
        "checked": {"label": "Checked", "required": {"loss": {}}, "readonly": {"story": {}}},
        "paid": {"label": "Paid", "outcome": "won"},
    },
    "transitions": {
        "check": {"label": "Check", "from": {"new": {}}, "to": "checked", "ask": {"loss": {}}},
        "pay": {"label": "Pay", "from": {"checked": {}}, "to": "paid", "roles": {"boss": {}}, "ask": {"paid_on": {}}},
    },
}
QUICK: dict[str, Any] = {
    "label": "Small claims",
    "stages": {"new": {}, "checked": {}, "paid": {"outcome": "won"}},
    "transitions": {
        "check": {"label": "Check", "from": {"new": {}}, "to": "checked"},
        "pay": {"label": "Pay", "from": {"checked": {}}, "to": "paid"},
    },
}
RULES = {
    "rules": {
        "on": {"when": {"created": {}}, "then": {"a": {"set": {"story": "'seen'"}}}},
        "off": {"active": False, "when": {"created": {}}, "then": {"a": {"set": {"story": "'never'"}}}},
    }
}


def claims() -> PackBuilder:
    """Claims with items as lines, about a policy, with papers; two pipelines."""
    policy = an_entity("policy").with_keys(title="number").with_field("number", "text", required=True)
    item = (
        an_entity("item")
        .with_keys(owned_by="claim", title="id")
        .with_field("claim", "reference", to="claim", required=True, on_delete="cascade")
        .with_field("what", "text", required=True)
    )
    claim = (
        an_entity("claim")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("policy", "reference", to="policy")
        .with_field("parent", "reference", to="claim")
        .with_field("story", "text")
        .with_field("loss", "integer")
        .with_field("paid_on", "date")
        .with_field("papers", "files")
        .with_field("items", "children", of="item")
        .with_access(rep="all")
        .with_document("pipelines/full", FLOW)
        .with_document("pipelines/quick", QUICK)
        .with_document("rules", RULES)
    )
    pack = a_pack("claims").with_role("rep", "viewer").with_role("boss", administrator=True)
    return pack.with_entity(policy.with_access(rep="all"), item, claim)


@contextmanager
def a_house(url: str, *more: PackBuilder) -> Iterator[Site]:
    """The site with the claims, and packs above them."""
    with a_site(url, claims(), *more) as site:
        yield site


def move(site: Site, who: str, claim: str, transition: str, **values: Any) -> None:
    command = ApplyTransition("claim", claim, transition, values=values)
    site.act(who, lambda work: apply_transition(work, command))


def test_an_entity_of_ones_own_is_a_process(database_url: str, tmp_path: Path) -> None:
    """BX4, SB1: stages, a parent and children, lines as auxiliary table, recycle bin, documents, rules to switch."""
    with a_house(database_url) as site:
        object.__setattr__(site.services, "blobs", Blobs(tmp_path / "blobs"))
        policy = site.save("ada", "policy", {"number": "P-1"}).id
        parent = site.save("ada", "claim", {"name": "Flood", "policy": policy, "items": [{"what": "Cellar"}]}).id
        child = site.save("ada", "claim", {"name": "Flood, car", "parent": parent}).id
        assert site.get("ada", "claim", parent)["items"][0]["what"] == "Cellar"
        children = ListRecords("claim", fields=("id",), filter=f"parent == '{parent}'")
        assert [row["id"] for row in site.act("ada", lambda work: list_records(work, children)).items] == [child]
        slot = site.act("ada", lambda work: find_slot(work, "claim", parent, "papers"))
        received = receive(site.services, slot, "photo.txt", BytesIO(b"water"))
        site.act("ada", lambda work: attach(work, slot, received))
        assert len(site.get("ada", "claim", parent)["papers"]) == 1
        site.act("ada", lambda work: archive_record(work, "claim", child))
        assert site.act("ada", lambda work: list_records(work, children)).items == ()
        site.act("ada", lambda work: restore_record(work, "claim", child))
        move(site, "ada", child, "check", loss=5)
        assert site.get("ada", "claim", child)["stage"] == "checked"
        rules = site.served.model.entities["claim"].rules
        assert {name: rule.active for name, rule in rules.items()} == {"on": True, "off": False}


def test_a_field_is_mandatory_by_stage_and_pipeline(database_url: str) -> None:
    """BX5: the same stage asks for it in one pipeline and not in the other."""
    with a_house(database_url) as site:
        full = site.save("ada", "claim", {"name": "Fire"}).id
        command = SaveRecord("claim", {"name": "Scratch"}, pipeline="quick")
        quick = site.act("ada", lambda work: save_record(work, command)).id
        with pytest.raises(TransitionRefused) as refused:
            move(site, "ada", full, "check")
        assert [fault.pointer for fault in refused.value.violations] == ["/loss"]
        move(site, "ada", quick, "check")
        move(site, "ada", full, "check", loss=100)
        assert [site.get("ada", "claim", each)["stage"] for each in (full, quick)] == ["checked", "checked"]


def test_possible_stages_are_limited_and_their_list_is_kept(database_url: str) -> None:
    """CR4: only the moves of the present stage; the stages are a list with labels, places and outcomes."""
    with a_house(database_url) as site:
        claim = site.save("ada", "claim", {"name": "Fire"}).id
        moves = site.act("ada", lambda work: moves_of(work, "claim", claim), write=False)
        assert [each.target.name for each in moves] == ["checked"]
        with pytest.raises(TransitionRefused):
            move(site, "ada", claim, "pay")
        stages = site.served.model.entities["claim"].pipelines["full"].stages
        assert [(name, stage.label.get("en"), stage.outcome) for name, stage in stages.items()] == [
            ("new", "New", "open"),
            ("checked", "Checked", "open"),
            ("paid", "Paid", "won"),
        ]


def asked(site: Site, claim: str) -> list[str]:
    """What the move asks for."""
    command = ApplyTransition("claim", claim, "check")
    return [each.name for each in site.act("ada", lambda work: transition_plan(work, command), write=False).asked]


def test_moves_have_roles_and_forms(database_url: str) -> None:
    """SB3: moves by role, a form for each move, and for each stage what is shown and locked."""
    with a_house(database_url) as site:
        claim = site.save("bora", "claim", {"name": "Fire", "story": "It burnt"}).id
        assert asked(site, claim) == ["loss"]
        move(site, "bora", claim, "check", loss=1)
        with pytest.raises(RecordRejected):
            site.save("bora", "claim", {"story": "It rained"}, claim)
        with pytest.raises((AccessDenied, TransitionRefused)):
            move(site, "bora", claim, "pay")
        move(site, "ada", claim, "pay")


def test_a_house_above_overrides_moves(database_url: str) -> None:
    """SB3: another form and other roles for the same move; what it doesn't name stays."""
    stricter = a_pack("house").requiring(claims=">=1,<2")
    change: dict[str, Any] = {"transitions": {"check": {"ask": {"policy": {}}, "roles": {"boss": {}}}}}
    stricter = stricter.with_document("entities/claim/pipelines/full", {"extends": "claims/claim/full", **change})
    with a_house(database_url, stricter) as site:
        claim = site.save("bora", "claim", {"name": "Fire"}).id
        assert asked(site, claim) == ["loss", "policy"]
        with pytest.raises((AccessDenied, TransitionRefused)):
            move(site, "bora", claim, "check", loss=1)
        assert site.served.model.entities["claim"].pipelines["full"].transitions["pay"].roles == ("boss",)


def test_a_pack_above_inherits_what_it_does_not_say(database_url: str) -> None:
    """SB4: roles, the order of fields and defaults; what it says is its own."""
    house = a_pack("house").requiring(claims=">=1,<2")
    house = house.with_document(
        "entities/claim/entity",
        {"extends": "claims/claim", "fields": {"story": {"default": "None yet"}, "branch": {"type": "text"}}},
    )
    with a_house(database_url, house) as site:
        entity = site.served.model.entities["claim"]
        order = [name for name in entity.fields if name != "branch"]
        assert order == ["name", "policy", "parent", "story", "loss", "paid_on", "papers", "items"]
        assert entity.fields["story"].default == "None yet"
        assert {"rep", "boss"} <= site.served.model.roles.keys()
        made = site.save("bora", "claim", {"name": "Fire"}).id
        row = site.get("bora", "claim", made)
        assert (row["story"], row["stage"], row["pipeline"]) == ("None yet", "new", "full")
