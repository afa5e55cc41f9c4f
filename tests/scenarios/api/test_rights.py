"""What access.json says holds in every call: lists, counts, single records, search, history, batches, files."""

from pathlib import Path

from kalip.access import new_secret
from kalip.base.ids import new_id
from kalip.storage import Token, create_token
from tests.support.rows import Row, play
from tests.support.web_site import Caller, a_site

LEADS = "/api/records/lead"
LEAD = {"company_name": "Acme", "email": "info@acme.example.com"}

REP = (
    Row(f"GET {LEADS}?count=true", 200, who="rep", has=["{mine}", '"count":1'], lacks=["{foreign}", "Secret"]),
    Row(f"GET {LEADS}?filter=topic%20%3D%3D%20'Secret'&count=true", 200, who="rep", has=['"items":[]', '"count":0']),
    Row(f"GET {LEADS}?sort=topic&fields=topic", 200, who="rep", lacks=["Secret"]),
    Row(f"GET {LEADS}/{{mine}}", 200, who="rep"),
    Row(f"GET {LEADS}/{{foreign}}", 404, who="rep", lacks=["Secret"]),
    Row(f"GET {LEADS}/{{foreign}}/events", 404, who="rep", lacks=["Secret"]),
    Row(f"GET {LEADS}/{{mine}}/events", 200, who="rep", has=["record.created"]),
    Row("GET /api/search?q=Secret", 200, who="rep", has=['"items":[]']),
    Row("GET /api/search?q=Open", 200, who="rep", has=["{mine}"]),
    Row(f"PATCH {LEADS}/{{foreign}}", 404, {"topic": "x"}, who="rep", lacks=["Secret"]),
    Row(f"DELETE {LEADS}/{{foreign}}", 404, who="rep"),
    Row(f"POST {LEADS}/{{foreign}}/transitions/make_contact", 404, {}, who="rep"),
    Row(f"POST {LEADS}/{{foreign}}/transitions/make_contact?dry_run=true", 404, {}, who="rep"),
    Row(f"POST {LEADS}/{{mine}}/restore", 409, who="rep"),
    Row(f"POST {LEADS}/{{foreign}}/restore", 404, who="rep"),
    Row(f"POST {LEADS}/{{mine}}/comments", 201, {"text": "x"}, who="rep"),
    Row(f"POST {LEADS}/{{foreign}}/comments", 404, {"text": "x"}, who="rep", lacks=["Secret"]),
    Row(
        f"POST {LEADS}/batch",
        422,
        {
            "operations": [
                {"op": "update", "id": "{mine}", "values": {"topic": "Changed"}},
                {"op": "archive", "id": "{foreign}"},
            ]
        },
        who="rep",
        has=['"pointer":"/operations/1","code":"R104"'],
    ),
    Row(f"GET {LEADS}/{{mine}}", 200, who="rep", has=['"topic":"Open"']),
    Row(f"PATCH {LEADS}/{{mine}}", 403, {"owner": "{manager}"}, who="rep"),
    Row(f"GET {LEADS}?fields=owner.email&limit=1", 200, who="rep"),
)

MARKETING = (
    Row(f"GET {LEADS}?count=true", 200, who="marketing", has=["{mine}", "{foreign}", '"count":2']),
    Row(f"PATCH {LEADS}/{{foreign}}", 200, {"need": "pumps"}, who="marketing"),
    Row(f"POST {LEADS}/{{foreign}}/transitions/start_qualifying", 403, {}, who="marketing"),
    Row(f"DELETE {LEADS}/{{foreign}}", 403, who="marketing"),
    Row(f"POST {LEADS}/{{foreign}}/restore", 403, who="marketing"),
)

NOBODY = (
    Row(f"GET {LEADS}", 404, who="nobody"),
    Row(f"GET {LEADS}/{{mine}}", 404, who="nobody"),
    Row(f"POST {LEADS}", 404, LEAD, who="nobody"),
    Row("GET /api/metadata", 200, who="nobody", has=['"entities":[]', '"choices":[]']),
    Row("GET /api/metadata/entity/lead", 404, who="nobody"),
    Row("GET /api/metadata/choices/source", 404, who="nobody"),
    Row("GET /api/openapi.json", 200, who="nobody", lacks=["/api/records/", '"lead"', '"Lead"', "_lead"]),
    Row("GET /api/search?q=Open", 200, who="nobody", has=['"items":[]']),
    Row("GET /api/search?q=Open&entities=lead", 404, who="nobody"),
    Row("GET /api/metadata/revisions", 403, who="nobody"),
)


def test_everybody_sees_and_does_what_access_says(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "crm") as site:
        people = {
            "rep": site.person("sales_rep"),
            "manager": site.person("sales_manager"),
            "marketing": site.person("marketing"),
            "nobody": site.person(),
        }
        names = {
            "mine": people["rep"].make("lead", topic="Open", **LEAD)["id"],
            "foreign": people["manager"].make("lead", topic="Secret", **{**LEAD, "email": "secret@acme.example.com"})[
                "id"
            ],
            "manager": people["manager"].user_id,
        }
        for rows in (REP, MARKETING, NOBODY):
            play(people, rows, names)


def test_a_line_is_seen_only_with_its_parent(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        clerk, other = site.person("clerk"), site.person("clerk")
        customer = clerk.make("customer", name="Ada")
        order = clerk.make("order", customer=customer["id"], lines=[{"product": "Nut", "price": "2"}])
        line = order["lines"][0]["id"]
        rows = (
            Row("GET /api/records/order_line", 200, who="clerk", has=[line]),
            Row("GET /api/records/order_line", 200, who="other", lacks=[line]),
            Row(f"GET /api/records/order_line/{line}", 404, who="other"),
            Row(f"PATCH /api/records/order_line/{line}", 404, {"quantity": 2}, who="other"),
            Row(f"PATCH /api/records/order_line/{line}", 200, {"quantity": 2}, who="clerk"),
            Row("GET /api/records/order_line?fields=order.number", 200, who="clerk", has=["O-20"]),
        )
        play({"clerk": clerk, "other": other}, rows)


def test_the_path_through_a_reference_hides_what_may_not_be_seen(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "crm") as site:
        rep, manager = site.person("sales_rep"), site.person("sales_manager")
        lead = rep.make("lead", topic="Open", **LEAD)
        seen = rep.get(f"{LEADS}?fields=topic,campaign.name").json or {}
        assert seen["items"][0]["id"] == lead["id"]
        assert manager.ids(LEADS) == [lead["id"]]


def told(caller: Caller) -> tuple[list[str], bool]:
    """The entities that the metadata lists, and whether the OpenAPI document speaks of leads."""
    overview = caller.get("/api/metadata").json or {}
    return [each["name"] for each in overview["entities"]], "/api/records/lead" in caller.get("/api/openapi.json").text


def test_what_one_is_told_of_the_metadata_is_not_told_to_others_with_the_same_roles(
    database_url: str, tmp_path: Path
) -> None:
    """Narrow tokens and shares are rights too, whoever of the same roles asked first."""
    with a_site(database_url, tmp_path, "crm") as site:
        rep = site.person("sales_rep")
        with site.services.database.write() as session:
            secret, now = new_secret("kalip_"), site.services.clock()
            create_token(
                session, Token(new_id(), secret.hash, rep.user_id, "t", None, now, None, None, entities=("company",))
            )
        narrow = Caller(site.app.test_client(), rep.user_id, secret.text)
        assert told(narrow) == (["company"], False)
        entities, leads = told(rep)
        assert leads
        assert {"company", "lead", "deal"} <= set(entities)
        assert told(narrow) == (["company"], False)
        guest, stranger = site.person(), site.person()
        manager = site.person("sales_manager")
        lead = manager.make("lead", topic="Shared", **LEAD)["id"]
        share = {"user": guest.user_id, "verbs": ["read"], "reason": "Look"}
        assert site.admin.call("POST", f"{LEADS}/{lead}/shares", share).status_code == 201
        assert told(guest) == (["lead", "lead_line"], True)
        assert told(stranger) == ([], False)
