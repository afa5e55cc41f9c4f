"""Search, metadata, health and metrics over REST."""

from pathlib import Path

from tests.support.rows import Row, play
from tests.support.web_site import a_site

SEARCH = "GET /api/search"
METADATA = "GET /api/metadata"

ROWS = (
    Row(f"{SEARCH}?q=lovelace", 200, has=["{ada}", '"entity":"customer"', '"title":"Ada Lovelace"']),
    Row(f"{SEARCH}?q=love", 200, has=["{ada}"]),
    Row(f"{SEARCH}?q=lovelace&entities=order", 200, has=['"items":[]']),
    Row(f"{SEARCH}?q=lovelace&entities=customer,order", 200, has=["{ada}"]),
    Row(f"{SEARCH}?q=", 200, has=['"items":[]']),
    Row(f"{SEARCH}?q=%22%27%28%29*%20OR%20%3A%3A", 200),
    Row(f"{SEARCH}?q=nobody", 200, has=['"items":[]']),
    Row(SEARCH, 400, has=['"parameter":"q"']),
    Row(f"{SEARCH}?q={'x' * 201}", 400),
    Row(f"{SEARCH}?q=%00", 400),
    Row(f"{SEARCH}?q=x&limit=201", 400),
    Row(f"{SEARCH}?q=x&entities=custommer", 404, has=["did you mean 'customer'?"]),
    Row(f"{SEARCH}?query=x", 400),
    Row(METADATA, 200, has=['"revision":"', '"name":"customer"', '"label":"Customer"', '"roles":[']),
    Row(
        METADATA,
        200,
        sends={"Accept_Language": "tr"},
        has=['"label":"M\u00fc\u015fteri"'],
        lacks=['"label":"Customer"'],
    ),
    Row(
        f"{METADATA}/entity/order",
        200,
        has=['"pipelines":{"flow":', '"guard":"size(lines) > 0"', '"rights":[', '"views":'],
    ),
    Row(f"{METADATA}/entity/custommer", 404, has=["did you mean 'customer'?"]),
    Row(f"{METADATA}/choices/customer_kind", 200, has=['"company":{"label":"Company"', '"retired":true']),
    Row(f"{METADATA}/choices/customer_kin", 404, has=["did you mean 'customer_kind'?"]),
    Row(f"{METADATA}/role/clerk", 200, has=['"label":"Clerk"']),
    Row(f"{METADATA}/role/clerk", 404, who="manager"),
    Row(f"{METADATA}/pack/tiny", 200, has=['"version":"1.0.0"']),
    Row(f"{METADATA}/pack/tinny", 404, has=["did you mean 'tiny'?"]),
    Row(f"{METADATA}/enttiy/order", 404, has=["did you mean 'entity'?"]),
    Row(f"{METADATA}/revisions", 200, has=['"items":[{"number":1', '"message":"test"', '"next":null']),
    Row(f"{METADATA}/revisions?limit=0", 400),
    Row(f"{METADATA}/revisions", 403, who="manager"),
    Row(f"{METADATA}?x=1", 400),
    Row("GET /api/openapi.json", 200, has=['"openapi":"3.1.0"', '"/api/records/order/{id}/transitions/send"']),
    Row("GET /api/openapi.json?x=1", 400),
    Row(
        "GET /api/openapi.json",
        200,
        who="clerk",
        has=['"/api/records/order"'],
        lacks=["/api/records/customer/{id}/restore", "/api/metadata/revisions"],
    ),
)


def test_search_and_metadata(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        names = {"ada": site.admin.make("customer", name="Ada Lovelace")["id"]}
        people = {"admin": site.admin, "manager": site.caller("manager"), "clerk": site.caller("clerk")}
        play(people, ROWS, names)


def test_the_document_is_the_same_until_rights_or_the_model_change(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        first = site.admin.get("/api/openapi.json")
        again = site.admin.get("/api/openapi.json", If_None_Match=first.headers["ETag"])
        assert (again.status_code, again.data) == (304, b"")
        assert site.caller("clerk").get("/api/openapi.json").headers["ETag"] != first.headers["ETag"]


def test_health_tells_when_the_database_is_gone(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, "tiny") as site:
        client = site.app.test_client()
        well = client.get("/health")
        assert (well.status_code, (well.json or {})["status"]) == (200, "ok")
        assert client.get("/health/live").status_code == 200


def test_health_without_a_database_is_not_ready(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        site.services.database.dispose()
        for file in tmp_path.glob("x.db*"):
            file.unlink()
        ill = site.app.test_client().get("/health")
        assert ill.status_code == 503
        assert (ill.json or {})["checks"]["database"] != "ok"
        assert site.app.test_client().get("/health/live").status_code == 200


def test_metrics_count_by_route_and_never_by_what_callers_send(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        site.admin.get("/api/records/customer/secret-word")
        site.admin.get("/api/records/customer")
        site.admin.call("BREW", "/api/records/customer")
        text = site.app.test_client().get("/metrics").text
        assert 'kalip_requests_total{method="GET",route="/api/records/<entity>",status="200"} 1.0' in text
        assert 'route="/api/records/<entity>/<record_id>",status="404"' in text
        assert f'kalip_model_info{{revision="{site.served.model.revision}"}} 1.0' in text
        assert 'kalip_database_connections{state="idle"}' in text
        assert "secret-word" not in text
        assert "BREW" not in text
