"""How many SQL statements a page costs, whatever the number of rows: W10, W14, W17, W25.

Counted at the pages themselves, with the session and its person included, on both databases.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.base.ids import new_id
from kalip.fields.types.address import Address
from kalip.storage import insert_records
from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity
from tests.support.records import a_row
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

MOST = 8
MOST_OF_A_RECORD = 13
BY_THE_CLOCK = ("FROM kalip_revision", "FROM kalip_policy")
TARGETS = tuple(f"target{number}" for number in range(5))
REFERENCES = tuple(f"ref{number}" for number in range(5))
CARD: dict[str, object] = {"fields": {"name": {}, "place.city": {}, **{name: {} for name in REFERENCES}}}


def thing() -> EntityBuilder:
    entity = (
        an_entity("thing")
        .with_keys(title="name", search={"name": {}})
        .with_field("name", "text", required=True)
        .with_field("hidden_note", "text")
        .with_field("amount", "money", currency="TRY")
        .with_field("place", "address")
        .with_field("parts", "children", of="part")
        .with_access(rep="all")
        .with_pipeline("flow", "todo", "doing", "done")
        .with_document("views/card", CARD)
        .with_document("views/board", {"pipeline": "flow", "sum": "amount", "sort": {"name": "asc"}})
    )
    for name, target in zip(REFERENCES, TARGETS, strict=True):
        entity.with_field(name, "reference", to=target)
    return entity.with_list("name", "place.city", *REFERENCES)


def pack() -> PackBuilder:
    rights = {"read": {"scope": "all", "where": "name != 'x'"}}
    targets = [
        an_entity(name).with_keys(title="name", search={"name": {}}).with_field("name", "text").with_access(rep=rights)
        for name in TARGETS
    ]
    part = (
        an_entity("part")
        .with_keys(title="name", owned_by="thing")
        .with_field("name", "text", required=True)
        .with_field("thing", "reference", to="thing", required=True)
        .with_field("made_by", "reference", to="target0")
    )
    return a_pack().with_role("rep").with_entity(*targets, thing(), part)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, pack()) as running:
        yield running


def fill(site: Site, count: int) -> None:
    """Add things, each of which points to records that no other one points to."""
    with site.services.database.write() as session:
        ids = {}
        for name, target in zip(REFERENCES, TARGETS, strict=True):
            rows = [a_row(name=f"{target} number {number:03}") for number in range(count)]
            insert_records(session, site.served, target, rows)
            ids[name] = [row["id"] for row in rows]
        things = [
            a_row(
                name=f"Thing {number:03}",
                hidden_note="not shown",
                place=Address(None, "İzmir", None, None, None),
                pipeline="flow",
                stage=("todo", "doing", "done")[number % 3],
                **{name: ids[name][number] for name in REFERENCES},
            )
            for number in range(count)
        ]
        insert_records(session, site.served, "thing", things)


def statements_of(site: Site, client: FlaskClient, address: str) -> tuple[list[str], str]:
    """What the page runs, and what it shows. Which revision and which policy are in force is asked by the clock."""
    with site.services.database.count_statements() as statements:
        response = client.get(address)
    assert response.status_code == 200, response.text
    return [each for each in statements if not any(name in each for name in BY_THE_CLOCK)], response.text


@pytest.mark.parametrize("role", ["administrator", "rep"])
def test_it_works(site: Site, role: str) -> None:
    client = client_of(site, site.caller(role))
    counts = []
    for more in (10, 90, 200):
        fill(site, more)
        statements, text = statements_of(site, client, "/thing")
        assert "target4 number" in text
        assert "İzmir" in text
        counts.append(len(statements))
    assert max(counts) <= MOST, counts
    assert len(set(counts)) == 1, counts


def test_a_column_that_is_not_shown_is_in_no_statement(site: Site) -> None:
    fill(site, 3)
    client = client_of(site, site.caller("rep"))
    statements, _ = statements_of(site, client, "/thing?columns=name,ref0")
    assert [each for each in statements if "ref0" in each]
    for name in ("hidden_note", "amount", "place", "ref1", "target1"):
        assert not [each for each in statements if name in each], name
    # Counted apart, up to a cap; the frame of each page counts what waits for the person.
    assert not [each for each in statements if "count(" in each.casefold() and "kalip_task" not in each]


@pytest.mark.parametrize("count", [10, 300])
def test_a_board_costs_the_same_with_many_cards(site: Site, count: int) -> None:
    fill(site, count)
    client = client_of(site, site.caller("rep"))
    statements, text = statements_of(site, client, "/thing/board")
    assert len(statements) <= MOST, statements
    assert "target4 number" in text
    assert "İzmir" in text  # a part of a composite field on a card
    assert not [each for each in statements if "hidden_note" in each]


def test_a_picker_asks_the_server_for_a_few(site: Site) -> None:
    fill(site, 300)
    client = client_of(site, site.caller("rep"))
    for typed, first in (("", "target0 number 299"), ("target0 number 1", "target0 number 100")):
        with site.services.database.count_statements() as statements:
            response = client.get("/thing/pick/ref0", query_string={"q": typed})
        titles = [each["title"] for each in (response.json or {})["options"]]
        assert 0 < len(titles) <= 12
        assert titles[0] == first
        assert len(statements) <= MOST
        asked = [each for each in statements if "target0" in each]
        assert asked
        assert all("LIMIT" in each or " IN " in each for each in asked), asked
    unknown = client.get("/thing/pick/ref0", query_string={"q": new_id()})
    assert unknown.json == {"options": [], "create": False}


@pytest.mark.parametrize("count", [2, 60])
def test_a_record_costs_little_with_many_lines_and_changes(site: Site, count: int) -> None:
    fill(site, count)
    rep = site.caller("rep")
    targets = {name: rep.ids(f"/api/records/{target}") for name, target in zip(REFERENCES, TARGETS, strict=True)}
    parts = [{"name": f"Part {at:02}", "made_by": targets["ref0"][at % len(targets["ref0"])]} for at in range(count)]
    record = rep.make("thing", name="Whole", parts=parts, **{name: ids[0] for name, ids in targets.items()})
    address = f"/api/records/thing/{record['id']}"
    for at in range(4):
        change = {"ref1": targets["ref1"][at % 2], "ref2": targets["ref2"][(at + 1) % 2]}
        changed = (rep if at else site.admin).call("PATCH", address, change, If_Match="*")
        assert changed.status_code == 200, changed.text
    statements, text = statements_of(site, client_of(site, rep), f"/thing/{record['id']}")
    assert len(statements) <= MOST_OF_A_RECORD, "\n".join(statements)
    assert f"Part {count - 1:02}" in text
    assert "target4 number" in text
