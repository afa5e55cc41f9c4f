"""Records over REST: what each call answers, exactly, on both databases."""

from pathlib import Path

from tests.support.rows import Row, play
from tests.support.web_site import a_site

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
CUSTOMERS = "/api/records/customer"
ORDERS = "/api/records/order"
JSON = {"Content_Type": "application/json"}

READING = (
    Row(f"GET {CUSTOMERS}", 200, has=['{"items":[', '"next":null}'], lacks=['"count"', '"hidden"']),
    Row(f"GET {CUSTOMERS}?count=true", 200, has=['"count":3']),
    Row(f"GET {CUSTOMERS}?count=yes", 400, has=['"parameter":"count"', "true or false"]),
    Row(f"GET {CUSTOMERS}?fields=name,kind&sort=name", 200, has=['"name":"Ada"'], lacks=["email", "created_at"]),
    Row(f"GET {CUSTOMERS}?fields=nam", 400, has=["did you mean 'name'?"]),
    Row(f"GET {CUSTOMERS}?fields=name,,kind", 400, has=['"parameter":"fields"']),
    Row(f"GET {CUSTOMERS}?fields=", 400),
    Row(f"GET {CUSTOMERS}?sort=-nane", 400, has=["did you mean 'name'?"]),
    Row(f"GET {CUSTOMERS}?filter=kind%20%3D%3D%20'company'", 200, has=["Babbage"], lacks=["Ada"]),
    Row(f"GET {CUSTOMERS}?filter=kin%20%3D%3D%20'company'", 400, has=['"position":0', "did you mean 'kind'?"]),
    Row(f"GET {CUSTOMERS}?filter=name%20%3D%3D", 400, has=['"position":7']),
    Row(f"GET {CUSTOMERS}?filter=name%20%2B%201", 400, has=['"position"']),
    Row(f"GET {CUSTOMERS}?filter=name", 400, has=['"position"']),
    Row(f"GET {CUSTOMERS}?filter=name%20%3D%3D%20'%00'", 400),
    Row(f"GET {CUSTOMERS}?limit=0", 400, has=["1 to 1000"]),
    Row(f"GET {CUSTOMERS}?limit=1001", 400, has=["1 to 1000"]),
    Row(f"GET {CUSTOMERS}?limit=ten", 400),
    Row(f"GET {CUSTOMERS}?limit=-1", 400),
    Row(f"GET {CUSTOMERS}?limit=2&limit=3", 400, has=["given twice"]),
    Row(f"GET {CUSTOMERS}?limits=2", 400, has=["did you mean 'limit'?"]),
    Row(f"GET {CUSTOMERS}?cursor=garbage", 400),
    Row(f"GET {CUSTOMERS}?cursor=", 400),
    Row(f"GET {CUSTOMERS}?cursor=e30", 400),
    Row(f"GET {CUSTOMERS}?archived=all", 400, has=["exclude, only, include"]),
    Row(f"GET {CUSTOMERS}?view=nothing", 404),
    Row(f"GET {ORDERS}?view=open", 200),
    Row(
        f"GET {ORDERS}?fields=number,customer.name,customer.credit_limit&sort=customer.name",
        200,
        has=['"customer.name":"Ada"'],
    ),
    Row("GET /api/records/custommer", 404, has=["did you mean 'customer'?"]),
    Row("GET /api/records/user", 404),
    Row(f"GET {CUSTOMERS}/{{ada}}", 200, has=['{"id":"{ada}","entity":"customer","version":1,'], tells={"ETag": '"1"'}),
    Row(f"GET {CUSTOMERS}/{{ada}}?fields=name", 200, has=['"version":1', '"name":"Ada"'], lacks=["email"]),
    Row(f"GET {CUSTOMERS}/{{ada}}?field=name", 400, has=["did you mean 'fields'?"]),
    Row(f"GET {CUSTOMERS}/{{ada}}", 304, sends={"If_None_Match": '"1"'}, lacks=["Ada"], tells={"ETag": '"1"'}),
    Row(f"GET {CUSTOMERS}/{{ada}}", 304, sends={"If_None_Match": 'W/"7", "1"'}),
    Row(f"GET {CUSTOMERS}/{{ada}}", 200, sends={"If_None_Match": '"2"'}),
    Row(f"GET {CUSTOMERS}/{NOBODY}", 404, has=['"code":"R104"']),
    Row(f"GET {CUSTOMERS}/42", 404, has=['"code":"R104"']),
    Row(f"GET {CUSTOMERS}/{{ada}}%00", 400),
    Row(f"GET {CUSTOMERS}/{NOBODY.upper()}", 404),
    Row(f"HEAD {CUSTOMERS}/{{ada}}", 200, lacks=["Ada"], tells={"ETag": '"1"', "Kalip-Revision": ""}),
    Row(f"HEAD {CUSTOMERS}", 200, lacks=["Ada"]),
    Row(
        f"PUT {CUSTOMERS}/{{ada}}",
        405,
        {},
        has=['"status":405'],
        tells={"Allow": "PATCH", "Content-Type": "problem+json"},
    ),
    Row(f"DELETE {CUSTOMERS}", 405, tells={"Allow": "POST"}),
    Row(f"GET {CUSTOMERS}/batch", 405, tells={"Allow": "POST"}),
    Row("GET /api/nothing", 404, has=['"status":404'], tells={"Content-Type": "problem+json", "Kalip-Revision": ""}),
    Row("POST /api/processes/onboarding/instances", 404, {}),
    Row("POST /api/messages/paid", 404, {}),
    Row(f"POST {CUSTOMERS}/{{ada}}/conversions/qualify", 404, {}),
)

WRITING = (
    Row(
        f"POST {CUSTOMERS}",
        201,
        {"name": "Cantor", "credit_limit": {"amount": "12.5", "currency": "TRY"}},
        has=[
            '"credit_limit":{"amount":"12.50","currency":"TRY"}',
            '"version":1',
            '"kind":"person"',
            '"created_at":"2026-',
        ],
        tells={"Location": f"{CUSTOMERS}/", "ETag": '"1"', "Content-Type": "application/json"},
        keep={"cantor": "id"},
    ),
    Row(
        f"POST {CUSTOMERS}",
        422,
        {"name": "X", "naem": 1},
        has=['"pointer":"/naem"', "unknown_field", "did you mean 'name'?"],
    ),
    Row(f"POST {CUSTOMERS}", 422, {}, has=['{"pointer":"/name","code":"required"']),
    Row(f"POST {CUSTOMERS}", 422, {"name": 5}, has=['"pointer":"/name"', "wrong_type"]),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "kind": "reseller"}, has=['"pointer":"/kind"']),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "kind": "compny"}, has=["did you mean 'company'?"]),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "email": "ada@example.org"}, has=['"pointer":"/email"']),
    Row(
        f"POST {CUSTOMERS}",
        422,
        {"name": "X", "credit_limit": {"amount": "-1", "currency": "TRY"}},
        has=["/credit_limit"],
    ),
    Row(
        f"POST {CUSTOMERS}",
        422,
        {"name": "X", "credit_limit": {"amount": "1", "currency": "XXQ"}},
        has=['"pointer":"/credit_limit/currency"'],
    ),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "version": 3}, has=['"pointer":"/version"', "readonly"]),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "id": NOBODY}, has=['"pointer":"/id"']),
    Row(f"POST {CUSTOMERS}", 422, {"name": "x" * 201}, has=['"pointer":"/name"']),
    Row(f"POST {CUSTOMERS}", 422, {"name": "X", "kind": "company"}, has=['"pointer":"/tax_number"']),
    Row(f"POST {ORDERS}", 422, {"customer": NOBODY}, has=['"pointer":"/customer"']),
    Row(f"POST {ORDERS}", 422, {"customer": "{ada}", "stage": "done"}, has=['"pointer":"/stage"', "use_transition"]),
    Row(f"POST {ORDERS}", 422, {"customer": "{ada}", "discount": "60"}, has=['"pointer":"/discount"', "at most half"]),
    Row(
        f"POST {ORDERS}",
        422,
        {"customer": "{ada}", "lines": [{"product": "Nut", "price": "x"}]},
        has=['"pointer":"/lines/0/price"'],
    ),
    Row(f"POST {ORDERS}", 422, {"customer": "{ada}", "lines": {"delete": []}}, has=['"pointer":"/lines/delete"']),
    Row(
        f"POST {ORDERS}",
        201,
        {
            "customer": "{ada}",
            "lines": [{"product": "Nut", "price": "1.10", "quantity": 3}, {"product": "Bolt", "price": 2}],
        },
        has=['"line_count":2', '"total":"5.30"', '"number":"O-2026-', '"stage":"draft"'],
        keep={"order": "id"},
    ),
    Row(
        f"PATCH {ORDERS}/{{order}}", 200, {"lines": {"add": [{"product": "Cog", "price": "7"}]}}, has=['"line_count":3']
    ),
    Row(
        f"PATCH {ORDERS}/{{order}}", 200, {"lines": {"set": [{"product": "Cog", "price": "7"}]}}, has=['"line_count":1']
    ),
    Row(f"PATCH {ORDERS}/{{order}}", 422, {"lines": {"set": [], "add": []}}, has=["ambiguous"]),
    Row(
        f"PATCH {CUSTOMERS}/{{cantor}}",
        200,
        {"notes": "infinite"},
        has=['"version":2', "infinite"],
        tells={"ETag": '"2"'},
    ),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 200, {}, has=['"version":2']),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 412, {"notes": "finite"}, sends={"If_Match": '"1"'}, has=['"code":"R112"']),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 412, {"notes": "finite"}, sends={"If_Match": '"abc"'}),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 412, {"notes": "finite"}, sends={"If_Match": 'W/"2"'}),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 412, {"notes": "finite"}, sends={"If_Match": '""'}),
    Row(
        f"PATCH {CUSTOMERS}/{{cantor}}", 200, {"notes": "aleph"}, sends={"If_Match": '"9", "2"'}, tells={"ETag": '"3"'}
    ),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 200, {"notes": "omega"}, sends={"If_Match": "*"}, tells={"ETag": '"4"'}),
    Row(f"PATCH {CUSTOMERS}/{NOBODY}", 404, {"notes": "x"}, sends={"If_Match": "*"}),
    Row(f"PATCH {CUSTOMERS}/{NOBODY}", 404, {"notes": "x"}, sends={"If_Match": '"1"'}),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 422, {"name": None}, has=['"pointer":"/name"', "required"]),
    Row(f"DELETE {CUSTOMERS}/{{cantor}}", 412, sends={"If_Match": '"1"'}),
    Row(f"DELETE {CUSTOMERS}/{{cantor}}", 204, sends={"If_Match": '"4"'}, tells={"ETag": '"5"'}),
    Row(f"DELETE {CUSTOMERS}/{{cantor}}", 409),
    Row(f"GET {CUSTOMERS}/{{cantor}}", 200, has=['"archived_at":"2026-']),
    Row(f"GET {CUSTOMERS}", 200, lacks=["{cantor}"]),
    Row(f"GET {CUSTOMERS}?archived=only", 200, has=["{cantor}"], lacks=["{ada}"]),
    Row(f"GET {CUSTOMERS}?archived=include", 200, has=["{cantor}", "{ada}"]),
    Row(f"PATCH {CUSTOMERS}/{{cantor}}", 409, {"notes": "x"}),
    Row(f"POST {CUSTOMERS}/{{cantor}}/restore", 400, {"name": "x"}),
    Row(f"POST {CUSTOMERS}/{{cantor}}/restore", 200, has=['"archived_at":null'], tells={"ETag": '"6"'}),
    Row(f"POST {CUSTOMERS}/{{cantor}}/restore", 409),
    Row(f"POST {CUSTOMERS}/{NOBODY}/restore", 404),
    Row(f"DELETE {CUSTOMERS}/{NOBODY}", 404),
)

BODIES = (
    Row(f"POST {CUSTOMERS}", 400, '{"name": "X",\n "kind": }', has=['"line":2', '"column":10', '"code":"R108"']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": "X", "name": "Y"}', has=['"line":1', "/name"]),
    Row(f"POST {CUSTOMERS}", 400, '{"name": "X", "credit_limit": {"amount": "1", "amount": "2"}}', has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, b'{"name": "X\xff"}', has=["UTF-8", '"line":1', '"column":12']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": "X\\u0000"}', has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": "\\ud800"}', has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": NaN}', has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": 1e999}', has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": ' + "9" * 5000 + "}", has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, '{"name": ' + "[" * 10_000 + "]" * 10_000 + "}", has=["nested"]),
    Row(f"POST {CUSTOMERS}", 400, "[]", has=["must be a JSON object"]),
    Row(f"POST {CUSTOMERS}", 400, '"text"', has=["must be a JSON object"]),
    Row(f"POST {CUSTOMERS}", 400, "", has=['"line":1']),
    Row(f"POST {CUSTOMERS}", 400, "\ufeff{}", has=['"line":1']),
    Row(
        f"POST {CUSTOMERS}",
        415,
        "name=X",
        sends={"Content_Type": "application/x-www-form-urlencoded"},
        tells={"Content-Type": "problem+json"},
    ),
    Row(f"POST {CUSTOMERS}", 415, '{"name": "X"}', sends={"Content_Type": "text/plain"}),
    Row(f"POST {CUSTOMERS}", 413, '{"name": "' + "x" * 5_000_000 + '"}', has=['"status":413']),
    Row(f"POST {CUSTOMERS}?dry_run=true", 400, {"name": "X"}),
    Row(f"PATCH {CUSTOMERS}/{{ada}}", 400, "{", has=['"line":1']),
    Row(f"PATCH {CUSTOMERS}/{{ada}}", 200, '{"notes": "x"}', sends={"Content_Type": "application/merge-patch+json"}),
    Row(f"PATCH {CUSTOMERS}/not-an-id", 404, "{"),
)


def test_reading(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada", email="ada@example.org")["id"]}
        site.admin.make("customer", name="Babbage", kind="company", tax_number="1")
        site.admin.make("customer", name="Emmy")
        site.admin.make("order", customer=names["ada"])
        play({"admin": site.admin}, READING, names)


def test_writing(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada", email="ada@example.org")["id"]}
        play({"admin": site.admin}, WRITING, names)


def test_bodies(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada")["id"]}
        play({"admin": site.admin}, BODIES, names)
        assert len(site.admin.ids(CUSTOMERS)) == 1


def test_pages_follow_each_other_without_gaps(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        made = {site.admin.make("customer", name=f"Name {number % 3}")["id"] for number in range(11)}
        seen: list[str] = []
        path = f"{CUSTOMERS}?limit=4&sort=name&fields=name"
        cursor = ""
        while True:
            body = site.admin.get(path + (f"&cursor={cursor}" if cursor else "")).json or {}
            seen += [each["id"] for each in body["items"]]
            if body["next"] is None:
                break
            cursor = body["next"]
        assert len(seen) == 11
        assert set(seen) == made


def test_a_cursor_of_another_order_is_refused(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        for number in range(3):
            site.admin.make("customer", name=f"Name {number}")
        cursor = (site.admin.get(f"{CUSTOMERS}?limit=1&sort=name").json or {})["next"]
        assert site.admin.get(f"{CUSTOMERS}?limit=1&sort=-created_at&cursor={cursor}").status_code == 400


def test_every_answer_tells_the_revision(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        for path in (CUSTOMERS, f"{CUSTOMERS}/x", "/api/nothing", "/api/openapi.json", "/api/metadata"):
            assert site.admin.get(path).headers["Kalip-Revision"] == site.served.model.revision
