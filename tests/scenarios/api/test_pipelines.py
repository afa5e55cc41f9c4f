"""Pipelines by REST: standing, another pipeline, queues, steps, stays, and many at once with a result for each."""

from pathlib import Path

from tests.support.cases import case_pack
from tests.support.rows import Row, play
from tests.support.web_site import a_site

CASES = "/api/records/case"
CASE = f"{CASES}/{{case}}"
QUESTION = f"{CASES}/{{question}}"
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"

ROWS = (
    Row(f"POST {CASES}", 201, {"name": "Broken cup", "amount": "5"}, who="rep", keep={"case": "id"}),
    Row(
        f"GET {CASE}/pipeline",
        200,
        who="rep",
        has=[
            '"pipeline":"long","stage":"opened"',
            '"transition":"examine","to":"examined","label":"Examine","allowed":true',
            '"pipelines":[{"pipeline":"short"',
            '"suited":null',
            '"takeable":false',
        ],
    ),
    Row(f"POST {CASE}/transitions/examine", 200, {}, who="rep", has=['"stage":"examined"', '"chance":"50"']),
    Row(
        f"POST {CASE}/transitions/settle?dry_run=true",
        200,
        {"note": "Fine."},
        who="rep",
        has=['"allowed":false', "These steps must be done first"],
    ),
    Row(f"GET {CASE}/steps", 200, who="rep", has=['"blocking":["call","report"]', '"open_ended":true', '"done":0']),
    Row(f"PATCH {CASE}/steps/report", 422, {"state": "done"}, who="rep", has=["Call the customer", '"code":"W100"']),
    Row(f"PATCH {CASE}/steps/call", 200, {"state": "done", "note": "They agree."}, who="rep", has=['"state":"done"']),
    Row(f"PATCH {CASE}/steps/call", 422, {"stat": "done"}, who="rep", has=['"pointer":"/stat"', '"pointer":"/state"']),
    Row(f"PATCH {CASE}/steps/call", 422, {"state": 5}, who="rep", has=['"pointer":"/state"']),
    Row(f"PATCH {CASE}/steps/call", 400, {"state": "perhaps"}, who="rep"),
    Row(f"POST {CASE}/transitions/drop?dry_run=true", 200, {}, who="rep", has=['"missing":["reason"]', "Write down"]),
    Row(f"PATCH {CASE}/steps/cal", 404, {"state": "done"}, who="rep", has=["did you mean 'call'?"]),
    Row(f"POST {CASE}/steps", 201, {"title": "Ask the baker"}, who="rep", keep={"added": "name"}, has=['"added":true']),
    Row(f"POST {CASE}/steps", 422, {"titel": "x"}, who="rep", has=['"pointer":"/titel"']),
    Row(f"DELETE {CASE}/steps/{{added}}", 204, who="rep"),
    Row(f"DELETE {CASE}/steps/{{added}}", 404, who="rep"),
    Row(
        f"POST {CASE}/pipeline?dry_run=true",
        200,
        {"pipeline": "short"},
        who="rep",
        has=['"allowed":false', "Write down"],
    ),
    Row(f"PATCH {CASE}", 200, {"note": "Fine.", "kind": "question"}, who="rep"),
    Row(f"GET {CASE}/pipeline", 200, who="rep", has=['"suited":"short"']),
    Row(f"POST {CASE}/pipeline", 422, {"pipelin": "short"}, who="rep", has=['"pointer":"/pipelin"', '"/pipeline"']),
    Row(f"POST {CASE}/pipeline", 404, {"pipeline": "shrt"}, who="rep", has=["did you mean 'short'?"]),
    Row(f"POST {CASE}/pipeline", 412, {"pipeline": "short"}, who="rep", sends={"If_Match": '"1"'}),
    Row(f"POST {CASE}/pipeline", 422, {"pipeline": "archive"}, who="rep", has=["Only Boss"]),
    Row(f"POST {CASE}/pipeline", 200, {"pipeline": "short"}, who="rep", has=['"stage":"asked"', '"owner":null']),
    Row(
        f"GET {CASE}/stages",
        200,
        who="rep",
        has=['"pipeline":"long","stage":"examined"', '"pipeline":"short","stage":"asked"', '"until":null'],
    ),
    Row(f"POST {CASE}/take", 403, who="rep"),
    Row(f"POST {CASE}/take", 200, who="viewer", has=['"owner":"']),
    Row(f"POST {CASE}/take", 409, has=["has taken the record already"]),
    Row(f"POST {CASE}/take", 422, {"who": "me"}, who="viewer"),
    Row(f"GET {CASES}/pipelines/long/times", 200, who="rep", has=['"stage":"opened","ended":1', '"going":0']),
    Row(f"GET {CASES}/pipelines/lnog/times", 404, who="rep", has=["did you mean 'long'?"]),
    Row(f"GET {CASES}/{NOBODY}/pipeline", 404, who="rep"),
    Row(f"GET {CASES}/{NOBODY}/steps", 404, who="rep"),
    Row(f"POST {CASES}/nonsense/take", 404, who="rep"),
)

MANY = (
    Row(f"POST {CASES}", 201, {"name": "a", "amount": "5"}, who="rep", keep={"a": "id"}),
    Row(f"POST {CASES}", 201, {"name": "b"}, who="rep", keep={"b": "id"}),
    Row(
        f"POST {CASES}/transitions/examine",
        200,
        {"ids": ["{a}", "{b}", NOBODY]},
        who="rep",
        has=['"index":0,"id":"{a}","status":200,"version":2', "nothing to examine", '"status":404', '"refused":2'],
    ),
    Row(
        f"POST {CASES}/transitions/examine",
        200,
        {"filter": "name == 'b'", "values": {"amount": "7"}},
        who="rep",
        has=['"refused":0', '"status":200'],
    ),
    Row(
        f"POST {CASES}/pipelines/short",
        200,
        {"ids": ["{a}", "{b}"], "values": {"note": "x"}},
        who="rep",
        has=['"refused":0', '"index":1,"id":"{b}","status":200'],
    ),
    Row(f"POST {CASES}/pipelines/short", 200, {"ids": ["{a}"]}, has=["is in Questions already"]),
    Row(f"POST {CASES}/pipelines/short", 422, {"ids": "all"}, who="rep", has=['"pointer":"/ids"']),
    Row(f"POST {CASES}/pipelines/short", 422, {"ids": ["x"]}, who="rep", has=['"pointer":"/ids"']),
    Row(f"POST {CASES}/pipelines/short", 422, {"id": ["{a}"], "stage": 5}, who="rep", has=['"/id"', '"/stage"']),
    Row(f"POST {CASES}/pipelines/short", 400, {}, who="rep", has=["Nothing is selected"]),
    Row(f"POST {CASES}/transitions/examine", 422, {"ids": ["{a}"], "values": 5}, who="rep", has=['"/values"']),
)


def test_one_record(database_url: str, tmp_path: Path) -> None:
    """CR2, CR3, DY3, SB2"""
    with a_site(database_url, tmp_path, case_pack()) as site:
        people = {"admin": site.admin, "rep": site.person("rep"), "viewer": site.person("viewer")}
        play(people, ROWS)


def test_many_records(database_url: str, tmp_path: Path) -> None:
    """BX2"""
    with a_site(database_url, tmp_path, case_pack()) as site:
        play({"admin": site.admin, "rep": site.person("rep")}, MANY)
