"""Duplicates and merges by REST: warned of and accepted, refused, told apart, merged, led on, undone."""

from pathlib import Path

from tests.support.rows import Row, play
from tests.support.twins import twins_pack
from tests.support.web_site import a_site

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
PEOPLE = "/api/records/person"
KEY = {"Idempotency_Key": "once"}
PAIR = {"survivor": "{a}", "others": ["{b}"]}

ROWS = (
    Row(f"POST {PEOPLE}", 201, {"name": "Ada", "mail": "a@x.co", "number": "1"}, keep={"a": "id"}),
    Row(
        f"POST {PEOPLE}",
        422,
        {"name": "Bora", "mail": "A@x.co"},
        has=['"code":"possible_duplicate"', '"rule":"same_mail"', '"id":"{a}"', '"title":"Ada"', '"strict":false'],
    ),
    Row(f"POST {PEOPLE}?accept_duplicates=yes", 400, {"name": "Bora", "mail": "A@x.co"}),
    Row(
        f"POST {PEOPLE}?accept_duplicates=true",
        201,
        {"name": "Bora", "mail": "A@x.co", "city": "İzmir"},
        keep={"b": "id"},
    ),
    Row(
        f"POST {PEOPLE}?accept_duplicates=true",
        422,
        {"name": "Cem", "number": "1"},
        has=['"code":"duplicate"', '"strict":true'],
    ),
    Row(f"POST {PEOPLE}", 201, {"name": "Cem"}, keep={"c": "id"}),
    Row(f"PATCH {PEOPLE}/{{c}}", 422, {"mail": "a@x.co"}, has=['"records":[{']),
    Row(f"PATCH {PEOPLE}/{{c}}?accept_duplicates=true", 200, {"mail": "a@x.co"}),
    Row(f"GET {PEOPLE}/{{a}}/duplicates", 200, has=['"id":"{b}"', '"id":"{c}"', '"label":"Same e-mail"']),
    Row(f"GET {PEOPLE}/{NOBODY}/duplicates", 404),
    Row(f"POST {PEOPLE}/told_apart", 200, {"ids": ["{a}", "{c}"]}, has=['"pairs":1']),
    Row(f"POST {PEOPLE}/told_apart", 400, {"ids": ["{a}"]}),
    Row(f"POST {PEOPLE}/told_apart", 422, {"ids": ["x"]}, has=['"pointer":"/ids"']),
    Row(f"POST {PEOPLE}/told_apart", 422, {"id": ["{a}"]}, has=['"pointer":"/id"']),
    Row(f"GET {PEOPLE}/{{a}}/duplicates", 200, lacks=["{c}"]),
    Row(f"DELETE {PEOPLE}/told_apart?ids={{a}},{{c}}", 200, has=['"pairs":1']),
    Row(f"GET {PEOPLE}/{{a}}/duplicates", 200, has=["{c}"]),
    Row(
        f"POST {PEOPLE}/batch",
        200,
        {
            "atomic": False,
            "operations": [
                {"op": "create", "values": {"name": "Deniz", "mail": "a@x.co"}},
                {"op": "create", "values": {"name": "Deniz", "mail": "a@x.co"}, "accept_duplicates": True},
            ],
        },
        has=['"index":0,"id":null,"status":422', '"index":1', '"status":201', "possible_duplicate"],
    ),
    Row(f"POST {PEOPLE}/batch", 422, {"operations": [{"op": "create", "accept_duplicates": 1}]}),
    Row(
        f"POST {PEOPLE}/merge?dry_run=true",
        200,
        PAIR,
        has=['"name":{"values":{"{a}":"Ada","{b}":"Bora"},"take":"{a}","conflict":true,"open":true}', '"moves":[]'],
    ),
    Row(f"POST {PEOPLE}/merge?dry_run=true", 200, PAIR, who="viewer", has=['"code":"denied"']),
    Row(f"POST {PEOPLE}/merge", 403, PAIR, who="viewer"),
    Row(f"POST {PEOPLE}/merge", 404, {"survivor": "{a}", "others": [NOBODY]}),
    Row(f"POST {PEOPLE}/merge", 400, {**PAIR, "take": {"nothing": "{a}"}}),
    Row(f"POST {PEOPLE}/merge", 400, {"survivor": "{a}", "others": ["{a}"]}),
    Row(f"POST {PEOPLE}/merge", 422, {"survivor": "x", "others": [], "take": [], "versions": 1, "more": 1}),
    Row(f"POST {PEOPLE}/merge", 200, {**PAIR, "take": {"name": "{b}"}}, sends=KEY, keep={"merge": "id"}),
    Row(
        f"POST {PEOPLE}/merge", 200, {**PAIR, "take": {"name": "{b}"}}, sends=KEY, tells={"Idempotent-Replayed": "true"}
    ),
    Row(f"POST {PEOPLE}/merge", 409, PAIR),
    Row(
        f"GET {PEOPLE}/{{b}}",
        200,
        has=['"id":"{a}"', '"name":"Bora"', '"city":"İzmir"'],
        tells={"Kalip-Merged-Into": "{a}", "Content-Location": f"{PEOPLE}/{{a}}"},
    ),
    Row(f"GET {PEOPLE}/{{b}}?fields=name", 200, tells={"Kalip-Merged-Into": "{a}"}),
    Row(f"PATCH {PEOPLE}/{{b}}", 409, {"name": "x"}),
    Row("POST /api/records/deal", 201, {"name": "Winter", "buyer": "{b}"}, has=['"buyer":"{a}"'], keep={"deal": "id"}),
    Row(f"GET {PEOPLE}/{{a}}/events", 200, has=["record.absorbed", "record.merged"]),
    Row(f"PATCH {PEOPLE}/{{a}}", 200, {"name": "Somebody"}),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo?dry_run=true", 200, has=['"possible":false', "Name was changed since."]),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo", 409, has=['"code":"R140"', "Name was changed since."]),
    Row(f"PATCH {PEOPLE}/{{a}}", 200, {"name": "Bora"}),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo?dry_run=true", 200, has=['"possible":true']),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo", 403, who="viewer"),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo", 400, {"x": 1}),
    Row(f"POST {PEOPLE}/merges/{NOBODY}/undo", 404),
    Row(f"POST {PEOPLE}/merges/x/undo", 404),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo", 200, has=['"restored":["{b}"]']),
    Row(f"POST {PEOPLE}/merges/{{merge}}/undo", 409),
    Row(f"GET {PEOPLE}/{{b}}", 200, has=['"id":"{b}"', '"archived_at":null']),
)


def test_it_works(database_url: str, tmp_path: Path) -> None:
    """L47, L50, L51, L52, CR11."""
    with a_site(database_url, tmp_path, twins_pack()) as site:
        callers = {"admin": site.admin, "viewer": site.caller("viewer")}
        names = play(callers, ROWS)
        stale = {"survivor": names["a"], "others": [names["b"]], "versions": {names["b"]: 99}}
        assert site.admin.call("POST", f"{PEOPLE}/merge", stale).status_code == 412
        document = site.admin.get("/api/openapi.json").json or {}
        assert document["paths"][f"{PEOPLE}/merge"]["post"]["operationId"] == "person.merge"
        assert f"{PEOPLE}/merge" not in (callers["viewer"].get("/api/openapi.json").json or {})["paths"]
