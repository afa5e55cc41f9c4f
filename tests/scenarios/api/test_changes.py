"""Batches, moves along a pipeline, repeated calls, and two who change one record at once."""

import threading
from pathlib import Path

from tests.support.rows import Row, play
from tests.support.web_site import a_site

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
CUSTOMERS = "/api/records/customer"
ORDER = "/api/records/order/{order}"
BATCH = f"POST {CUSTOMERS}/batch"

BATCHES = (
    Row(BATCH, 200, {"operations": []}, has=['{"items":[]}']),
    Row(
        BATCH,
        200,
        {
            "operations": [
                {"op": "create", "values": {"name": "Bell"}},
                {"op": "update", "id": "{ada}", "version": 1, "values": {"notes": "first"}},
            ]
        },
        has=['"index":0', '"status":201', '"status":200', '"id":"{ada}"', '"version":2'],
    ),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "update", "id": "{ada}", "values": {"notes": "never"}}, {"op": "create", "values": {}}]},
        has=['"pointer":"/operations/1/values/name","code":"required"', '"code":"R125"', "nothing was changed"],
    ),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "update", "id": "{ada}", "version": 1, "values": {"notes": "never"}}]},
        has=['"pointer":"/operations/0","code":"R112"'],
    ),
    Row(f"GET {CUSTOMERS}/{{ada}}", 200, has=['"notes":"first"', '"version":2']),
    Row(
        BATCH,
        200,
        {
            "atomic": False,
            "operations": [
                {"op": "create", "values": {"name": "Curie"}},
                {"op": "create", "values": {"nam": "Curie"}},
                {"op": "archive", "id": NOBODY},
                {"op": "archive", "id": "{ada}"},
                {"op": "restore", "id": "{ada}"},
            ],
        },
        has=[
            '"index":1,"id":null,"status":422',
            '"index":2,"id":"' + NOBODY + '","status":404',
            '"index":4',
            '"version":4',
        ],
    ),
    Row(f"GET {CUSTOMERS}?filter=name%20%3D%3D%20'Curie'&count=true", 200, has=['"count":1']),
    Row(BATCH, 422, {}, has=['"pointer":"/operations"']),
    Row(BATCH, 422, {"operations": {}}, has=['"pointer":"/operations"']),
    Row(BATCH, 422, {"operations": [5]}, has=['"pointer":"/operations/0"']),
    Row(BATCH, 422, {"operations": [], "atomc": True}, has=['"pointer":"/atomc"']),
    Row(BATCH, 422, {"operations": [], "atomic": "yes"}, has=['"pointer":"/atomic"']),
    Row(BATCH, 422, {"operations": [{"op": ["create"]}]}, has=['"pointer":"/operations/0/op"']),
    Row(BATCH, 422, {"operations": [{"op": "delete", "id": "{ada}"}]}, has=['"pointer":"/operations/0/op"']),
    Row(BATCH, 422, {"operations": [{"op": "update", "id": "x"}]}, has=['"pointer":"/operations/0/id"']),
    Row(BATCH, 422, {"operations": [{"op": "create", "id": "{ada}"}]}, has=['"pointer":"/operations/0/id"']),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "update", "id": "{ada}", "version": True}]},
        has=['"pointer":"/operations/0/version"'],
    ),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "update", "id": "{ada}", "values": []}]},
        has=['"pointer":"/operations/0/values"'],
    ),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "archive", "id": "{ada}", "values": {"name": "x"}}]},
        has=["/operations/0/values"],
    ),
    Row(BATCH, 422, {"operations": [{"op": "create", "a/b": 1}]}, has=['"pointer":"/operations/0/a~1b"']),
    Row(
        BATCH,
        422,
        {"operations": [{"op": "create", "values": {"name": "x"}}] * 1001},
        has=['"pointer":"/operations"', "1000"],
    ),
)

MOVES = (
    Row(
        f"POST {ORDER}/transitions/send?dry_run=true",
        200,
        has=['"allowed":false', "at least one line", '"from":"draft"', '"to":"sent"'],
    ),
    Row(f"POST {ORDER}/transitions/send", 422, has=['"code":"W100"', "at least one line"]),
    Row(
        f"POST {ORDER}/transitions/cancel?dry_run=true",
        200,
        {},
        has=['"missing":["cancelled_because"]', '"asked":["cancelled_because"]', '"allowed":false'],
    ),
    Row(f"POST {ORDER}/transitions/cancel", 422, {}, has=['"pointer":"/cancelled_because"']),
    Row(f"POST {ORDER}/transitions/cancel", 422, {"cancelled_becuase": "x"}, has=["did you mean 'cancelled_because'?"]),
    Row(f"POST {ORDER}/transitions/finish", 422, {}, has=["There is no move"]),
    Row(f"POST {ORDER}/transitions/sned", 404, {}, has=["did you mean 'send'?"]),
    Row(f"POST {ORDER}/transitions/send?dry_run=maybe", 400, {}),
    Row(f"POST {ORDER}/transitions/send", 400, "[1]"),
    Row(f"POST {ORDER}/transitions/send", 415, "x", sends={"Content_Type": "text/plain"}),
    Row(f"PATCH {ORDER}", 200, {"lines": [{"product": "Nut", "price": "1"}]}, tells={"ETag": '"2"'}),
    Row(f"POST {ORDER}/transitions/send", 412, {}, sends={"If_Match": '"1"'}),
    Row(f"POST {ORDER}/transitions/send?dry_run=true", 200, {}, has=['"allowed":true', '"error":null']),
    Row(f"GET {ORDER}", 200, has=['"stage":"draft"']),
    Row(
        f"POST {ORDER}/transitions/send", 200, sends={"If_Match": '"2"'}, has=['"stage":"sent"'], tells={"ETag": '"3"'}
    ),
    Row(
        f"POST {ORDER}/transitions/cancel",
        200,
        {"cancelled_because": "no stock"},
        has=['"stage":"cancelled"', '"rush":false'],
    ),
    Row(
        f"GET {ORDER}/events",
        200,
        has=['"kind":"record.transitioned"', '"field":"stage","old":"sent","new":"cancelled"', '"next":null'],
    ),
    Row(f"GET {ORDER}/events?limit=1", 200, has=['"next":"'], lacks=["record.created"]),
    Row(f"GET {ORDER}/events?limit=0", 400),
    Row(f"GET {ORDER}/events?cursor=zzz", 400),
    Row(f"GET /api/records/order/{NOBODY}/events", 404),
    Row(f"POST /api/records/order/{NOBODY}/transitions/send", 404, {}),
    Row(f"POST {CUSTOMERS}/{{ada}}/transitions/send", 404, {}),
    Row(f"GET {ORDER}/transitions/send", 405),
)

KEY = {"Idempotency_Key": "one"}
REPEATED = (
    Row(f"POST {CUSTOMERS}", 201, {"name": "Once"}, sends=KEY, keep={"once": "id"}),
    Row(
        f"POST {CUSTOMERS}",
        201,
        {"name": "Once"},
        sends=KEY,
        has=['"id":"{once}"'],
        tells={"Idempotent-Replayed": "true", "Location": f"{CUSTOMERS}/{{once}}", "ETag": '"1"'},
    ),
    Row(f"POST {CUSTOMERS}", 422, {"name": "Twice"}, sends=KEY, has=['"code":"R123"']),
    Row(f"POST {CUSTOMERS}", 201, {"name": "Once"}, sends=KEY, who="other"),
    Row(f"PATCH {CUSTOMERS}/{{once}}", 422, {"name": "Once"}, sends=KEY, has=['"code":"R123"']),
    Row(f"POST {CUSTOMERS}", 422, {"nam": "Once"}, sends={"Idempotency_Key": "two"}),
    Row(f"POST {CUSTOMERS}", 201, {"name": "Mended"}, sends={"Idempotency_Key": "two"}),
    Row(f"POST {CUSTOMERS}", 400, {"name": "Once"}, sends={"Idempotency_Key": ""}),
    Row(f"POST {CUSTOMERS}", 400, {"name": "Once"}, sends={"Idempotency_Key": "x" * 201}),
    Row(f"DELETE {CUSTOMERS}/{{once}}", 204, sends={"Idempotency_Key": "three"}, tells={"ETag": '"2"'}),
    Row(
        f"DELETE {CUSTOMERS}/{{once}}",
        204,
        sends={"Idempotency_Key": "three"},
        tells={"Idempotent-Replayed": "true", "ETag": '"2"'},
    ),
    Row(f"GET {CUSTOMERS}?filter=name%20%3D%3D%20'Once'&count=true&archived=include", 200, has=['"count":2']),
)


def test_batches(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada")["id"]}
        play({"admin": site.admin}, BATCHES, names)


def test_moves(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada")["id"]}
        names["order"] = site.admin.make("order", customer=names["ada"], rush=True, rush_reason="now")["id"]
        play({"admin": site.admin}, MOVES, names)


def test_a_call_given_twice_under_a_key_is_done_once(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        play({"admin": site.admin, "other": site.person("manager")}, REPEATED)


def test_of_many_at_once_under_one_key_one_is_done(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        callers = [site.admin for _ in range(6)]
        statuses = at_once([lambda each=each: post_once(each) for each in callers])
        assert set(statuses) <= {201, 409}
        assert statuses.count(201) >= 1
        assert len(site.admin.ids(CUSTOMERS)) == 1


def test_of_two_with_one_tag_one_is_told_and_nothing_is_lost(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        ada = site.admin.make("customer", name="Ada")
        path = f"{CUSTOMERS}/{ada['id']}"
        for version in range(1, 11):
            changes = [{"notes": f"note {version}"}, {"email": f"ada{version}@example.org"}]
            statuses = at_once(
                [
                    lambda body=body, version=version: (
                        site.admin.call("PATCH", path, body, If_Match=f'"{version}"').status_code
                    )
                    for body in changes
                ]
            )
            assert sorted(statuses) == [200, 412]
            now = site.admin.get(path).json or {}
            assert now["version"] == version + 1
            winner = changes[statuses.index(200)]
            loser = changes[statuses.index(412)]
            assert {name: now[name] for name in winner} == winner
            assert {name: now[name] for name in loser} != loser


def test_changes_of_different_fields_without_a_tag_all_survive(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        ada = site.admin.make("customer", name="Ada")
        path = f"{CUSTOMERS}/{ada['id']}"
        changes = [
            {"notes": "note"},
            {"email": "ada@example.org"},
            {"name": "Ada L."},
            {"credit_limit": {"amount": "1", "currency": "TRY"}},
        ]
        statuses = at_once([lambda body=body: site.admin.call("PATCH", path, body).status_code for body in changes])
        assert statuses == [200] * 4
        now = site.admin.get(path).json or {}
        assert (now["notes"], now["email"], now["name"], now["version"]) == ("note", "ada@example.org", "Ada L.", 5)


def post_once(caller: object) -> int:
    """Make a customer under one key."""
    return caller.call("POST", CUSTOMERS, {"name": "Once"}, Idempotency_Key="race").status_code  # type: ignore[attr-defined,no-any-return]


def at_once(calls: list[object]) -> list[int]:
    """Run calls in threads that start together; their results in order."""
    results = [0] * len(calls)
    gate = threading.Barrier(len(calls))

    def go(place: int) -> None:
        gate.wait()
        results[place] = calls[place]()  # type: ignore[operator]

    threads = [threading.Thread(target=go, args=(place,)) for place in range(len(calls))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
