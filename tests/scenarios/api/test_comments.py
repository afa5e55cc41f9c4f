"""Comments by REST: written, read in the history, taken back, and kept from those who may not see the record."""

from pathlib import Path

from tests.support.builders import a_pack, an_entity
from tests.support.rows import Row, play
from tests.support.web_site import a_site

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
LEAD = "/api/records/lead/{lead}"
COMMENTS = f"{LEAD}/comments"
KEY = {"Idempotency_Key": "once"}

ROWS = (
    Row("POST /api/records/lead", 201, {"name": "Looms"}, who="rep", keep={"lead": "id"}),
    Row(
        f"POST {COMMENTS}",
        201,
        {"text": "  Call @ada\n<b>soon</b> "},
        who="rep",
        has=['"kind":"record.commented"', '"text":"Call @ada\\n<b>soon</b>"', '"removed_by":null', '"changes":[]'],
        keep={"said": "id"},
    ),
    Row(f"GET {LEAD}", 200, has=['"version":1']),
    Row(f"GET {LEAD}/events?limit=1", 200, who="reader", has=['"id":"{said}"', '"text":"Call @ada']),
    Row(f"POST {COMMENTS}", 201, {"text": "I only read"}, who="reader", keep={"theirs": "id"}),
    Row(f"POST {COMMENTS}", 422, {"text": " \n"}, has=['"pointer":"/text","code":"required"']),
    Row(f"POST {COMMENTS}", 422, {}, has=['"pointer":"/text"']),
    Row(f"POST {COMMENTS}", 422, {"text": 5}, has=['"pointer":"/text","code":"wrong_type"']),
    Row(f"POST {COMMENTS}", 422, {"text": "x" * 10_001}, has=['"pointer":"/text","code":"too_long"']),
    Row(f"POST {COMMENTS}", 422, {"text": "x", "a/b": 1}, has=['"pointer":"/a~1b","code":"unknown_field"']),
    Row(f"POST {COMMENTS}", 400, '{"text": "x", "text": "y"}'),
    Row(f"POST {COMMENTS}?x=1", 400, {"text": "x"}),
    Row(f"POST {COMMENTS}", 404, {"text": "x"}, who="foreigner"),
    Row(f"POST {COMMENTS}", 404, {"text": "x"}, who="nobody"),
    Row(f"POST /api/records/lead/{NOBODY}/comments", 404, {"text": "x"}),
    Row("POST /api/records/lead/x/comments", 404, {"text": "x"}),
    Row(f"GET {COMMENTS}", 405),
    Row(f"DELETE {COMMENTS}/{{said}}", 403, who="reader"),
    Row(f"DELETE {COMMENTS}/{{said}}", 404, who="foreigner"),
    Row(f"DELETE {COMMENTS}/first", 404),
    Row(f"DELETE {COMMENTS}/{{said}}", 204, who="rep", sends=KEY),
    Row(f"DELETE {COMMENTS}/{{said}}", 204, who="rep", sends=KEY, tells={"Idempotent-Replayed": "true"}),
    Row(f"DELETE {COMMENTS}/{{said}}", 404, who="rep"),
    Row(f"DELETE {COMMENTS}/{{theirs}}", 204),
    Row(
        f"GET {LEAD}/events",
        200,
        who="rep",
        has=['"text":null,"removed_by":"{rep}"', '"text":null,"removed_by":"{admin}"', '"record.comment_removed"'],
        lacks=["Call @ada", "I only read"],
    ),
    Row(f"DELETE {LEAD}", 204, who="rep"),
    Row(f"POST {COMMENTS}", 201, {"text": "Why was it archived?"}, who="rep"),
)


def test_it_works(database_url: str, tmp_path: Path) -> None:
    lead = an_entity("lead").with_keys(title="name").with_field("name", "text", required=True)
    lead.with_access(rep="all", reader={"read": "all"}, foreigner={"read": "own"})
    pack = a_pack("sales").with_role("rep", "reader", "foreigner", "nobody").with_entity(lead)
    with a_site(database_url, tmp_path, pack) as site:
        callers = {name: site.caller(name) for name in ("rep", "reader", "foreigner", "nobody")}
        callers["admin"] = site.admin
        play(callers, ROWS, {name: caller.user_id for name, caller in callers.items()})
        document = site.caller("reader").get("/api/openapi.json").json or {}
        assert document["paths"]["/api/records/lead/{id}/comments"]["post"]["operationId"] == "lead.comment"
        assert "/api/records/lead/{id}/comments" not in str(site.caller("nobody").get("/api/openapi.json").json)
