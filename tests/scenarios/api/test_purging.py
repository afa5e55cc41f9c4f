"""Purging by REST: closed by default, planned, refused with the reason, done once."""

from pathlib import Path

from tests.support.builders import a_pack, an_entity
from tests.support.rows import Row, play
from tests.support.web_site import a_site

THINGS = "/api/records/thing"
KEY = {"Idempotency_Key": "once"}

ROWS = (
    Row(f"POST {THINGS}", 201, {"name": "Ada", "parts": [{"text": "a"}]}, keep={"a": "id"}),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 409, has=["archive it first"]),
    Row(f"DELETE {THINGS}/{{a}}?dry_run=true", 400),
    Row(f"DELETE {THINGS}/{{a}}?purge=1", 400),
    Row(f"POST {THINGS}", 201, {"name": "Bora", "other": "{a}"}, keep={"b": "id"}),
    Row(f"DELETE {THINGS}/{{a}}", 204),
    Row(
        f"DELETE {THINGS}/{{a}}?purge=true&dry_run=true",
        200,
        has=['"along":{"part":1}', '"version":2', '"code":"referred_to"', "(Thing: 1)"],
    ),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 422, has=['"code":"referred_to"']),
    Row(f"DELETE {THINGS}/{{b}}", 204),
    Row(f"POST {THINGS}/batch", 422, {"operations": [{"op": "purge", "id": "{b}", "values": {"name": "x"}}]}),
    Row(f"POST {THINGS}/batch", 200, {"operations": [{"op": "purge", "id": "{b}"}]}, has=['"status":200']),
    Row(f"GET {THINGS}/{{b}}", 404),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 412, sends={"If_Match": '"1"'}),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 204, sends={"If_Match": '"2"', **KEY}),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 204, sends={"If_Match": '"2"', **KEY}),
    Row(f"DELETE {THINGS}/{{a}}?purge=true", 404),
)


def test_it_works(database_url: str, tmp_path: Path) -> None:
    thing = (
        an_entity("thing")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("other", "reference", to="thing")
        .with_field("parts", "children", of="part")
        .with_access(keeper={"all": "all", "purge": "all"}, writer="all")
    )
    part = (
        an_entity("part")
        .with_keys(owned_by="thing", title="text")
        .with_field("thing", "reference", to="thing", required=True)
        .with_field("text", "text")
    )
    pack = a_pack().with_role("keeper", "writer").with_entity(thing, part)
    with a_site(database_url, tmp_path, pack) as site:
        play({"admin": site.caller("keeper")}, ROWS)
        made = site.admin.make("thing", name="x")
        writer, keeper = site.caller("writer"), site.caller("keeper")
        address = f"{THINGS}/{made['id']}"
        assert writer.call("DELETE", address).status_code == 204
        for rest in ("?purge=true", "?purge=true&dry_run=true"):
            assert writer.call("DELETE", address + rest).status_code == 403
        told = [each.get("/api/openapi.json").text for each in (writer, keeper)]
        assert ["delete it for good" in text for text in told] == [False, True]
