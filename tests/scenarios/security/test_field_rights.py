"""Rights on fields over every way to a record: a value that is hidden from somebody is in no answer, whatever is asked.

CR10, DY7. The records hold canaries in all fields that the representative may not see; then everything that the
application can answer is asked for, by the table of its routes, and each answer is searched for them.
"""

import json
from base64 import urlsafe_b64decode
from collections.abc import Iterator
from io import BytesIO
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter
from werkzeug.test import TestResponse

from kalip.access import Actor
from kalip.base.errors import BadRequest
from kalip.records.transfer import ImportPlan, read_table, run_import
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

CANARIES = (
    "KANARYACODE",
    "KANARYANOTE",
    "KANARYAPAPER",
    "KANARYAPERSON",
    "KANARYAVISIT",
    "KANARYALINE",
    "987654",
    "IBAN-SECRET",
)
"""Pieces of hidden values; of the masked one the part that the mask leaves out."""
PARTS = {
    "code": "KANARYACODE 7", "note": "see KANARYANOTE 7", "margin": "987654.25", "iban": "IBAN-SECRET-4711",
    "visited": "KANARYAVISIT 7",
}  # fmt: skip
HIDDEN = ("code", "markup", "note", "margin", "papers", "agent")
FORM: dict[str, Any] = {
    "tabs": {
        "main": {"sections": {"all": {"fields": {name: {} for name in ("name", *HIDDEN, "iban", "visited", "lines")}}}}
    },
}
WIN = {
    "from": {"new": {}},
    "to": "won",
    "ask": {"code": {}, "name": {}},
    "effects": {"tell": {"set": {"note": "'KANARYANOTE ' + code"}}},
}
ACCESS = {
    "permissions": {"rep": {"all": "all", "assign": "all", "share": "all"}},
    "fields": {"rep": {**dict.fromkeys(HIDDEN, "none"), "iban": "mask", "visited": {"write": ["won"]}}},
}


def a_shop() -> PackBuilder:
    person = (
        an_entity("agent")
        .with_field("code", "text")
        .with_field("nick", "text")
        .with_document(
            "access", {"permissions": {"rep": {"all": "all"}}, "fields": {"rep": {"code": "none", "nick": "read"}}}
        )
        .with_keys(title="code", search={"code": {}, "nick": {}})
    )
    line = (
        an_entity("line")
        .with_keys(owned_by="deal")
        .with_field("deal", "reference", to="deal", required=True)
        .with_field("what", "text")
        .with_field("cost", "text")
        .with_document("access", {"fields": {"rep": {"cost": "none"}}})
    )
    note = (
        an_entity("visit")
        .with_field("title", "text")
        .with_field("deal", "reference", to="deal")
        .with_field("day", "date")
        .with_access(rep="all")
        .with_list("title", "deal", "deal.code", "deal.iban", "deal.visited")
        .with_document("views/calendar", {"start": "day", "about": "deal"})
    )
    deal = (
        an_entity("deal")
        .with_keys(search={"name": {}, "code": {}, "iban": {}}, duplicates={"code": {"fields": {"code": "exact"}}})
        .with_field("name", "text", required=True)
        .with_field("code", "text")
        .with_field("iban", "text")
        .with_field("note", "long_text")
        .with_field("margin", "decimal", scale=2)
        .with_field("markup", "computed", expression="margin * 2", result="decimal")
        .with_field("papers", "files")
        .with_field("visited", "text")
        .with_field("agent", "reference", to="agent")
        .with_field("partner", "reference", to="agent")
        .with_field("lines", "children", of="line", via="deal")
        .with_pipeline("sales", "new", "won", transitions={"win": WIN})
        .with_list("name", *HIDDEN[:3], "iban", "visited", "agent.nick", "partner", sort={"margin": "desc"})
        .with_list("name", name="rich", filter="margin > 10")
        .with_list("name", "partner", name="by_partner", sort={"partner": "asc"})
        .with_document("views/form", FORM)
        .with_document("views/card", {"fields": {"name": {}, "code": {}, "iban": {}, "visited": {}}})
        .with_document("views/board", {"pipeline": "sales", "sum": "margin", "sort": {"margin": "desc"}})
        .with_document("access", ACCESS)
    )  # fmt: skip
    mail = {
        "entity": "deal",
        "subject": "{{ name }} {{ code }}",
        "body": "{{ note }} {{ margin }} {{ iban }} {{ agent }}",
    }
    shop = a_pack().with_role("rep").with_entity(person, line, note, deal)
    return shop.with_document("mails/offer", mail)


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Site]:
    """The shop: on both databases for the tests that ask for one, else on SQLite."""
    both = "database_url" in request.fixturenames
    database = request.getfixturevalue("database_url") if both else f"sqlite:///{tmp_path / 'shop.sqlite3'}"
    with a_site(database, tmp_path, a_shop(), config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def rep(site: Site) -> Caller:
    return site.caller("rep")


@pytest.fixture
def page(site: Site, rep: Caller) -> FlaskClient:
    return client_of(site, rep)


@pytest.fixture
def records(site: Site) -> dict[str, str]:
    """The ids of a deal, its twin, an agent, a visit and the paper."""
    admin = site.admin
    agent = admin.make("agent", code="KANARYAPERSON 7", nick="Nick")
    made = {"agent": agent["id"]}
    for key in ("deal", "twin"):
        lines = [{"what": "Loom", "cost": "KANARYALINE 7"}]
        values = {"name": f"Loom {key}", "agent": agent["id"], "partner": agent["id"], "lines": lines, **PARTS}
        response = admin.call("POST", "/api/records/deal?accept_duplicates=true", values)
        assert response.status_code == 201, response.text
        made[key] = (response.json or {})["id"]
    made["visit"] = admin.make("visit", title="Visit", deal=made["deal"], day="2026-11-27")["id"]
    changed = admin.call("PATCH", f"/api/records/deal/{made['deal']}", {"note": "later KANARYANOTE 8", "name": "Loom"})
    assert changed.status_code == 200, changed.text
    sent = admin.client.post(
        f"/api/records/deal/{made['deal']}/files/papers",
        data={"file": (BytesIO(b"KANARYAPAPER"), "KANARYAPAPER.txt")},
        headers={"Authorization": f"Bearer {admin.token}"},
    )
    assert sent.status_code in (200, 201), sent.text
    files = (admin.get(f"/api/records/deal/{made['deal']}").json or {})["papers"]
    return {**made, "file": files[0]}


def tells(response: TestResponse) -> list[str]:
    """The canaries in an answer, its headers included."""
    said = response.get_data() + str(response.headers).encode()
    return [each for each in CANARIES if each.encode() in said]


def addresses(site: Site, records: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Every GET of the application with what its places may hold, for all records."""
    names: dict[str, tuple[str, ...]] = {
        "field": ("code", "agent", "partner", "papers", "iban"),
        "path": ("code", "name", "iban", "visited"),
        "target": ("won", "new"),
        "form": ("default",),
        "kind": ("csv", "xlsx", "entity"),
        "pipeline": ("sales",),
        "stage": ("new",),
        "board": ("board", "default"),
        "file_id": (records["file"],),
        "page": ("1",),
    }
    pairs = [("deal", records["deal"]), ("agent", records["agent"]), ("visit", records["visit"])]
    for rule in site.app.url_map.iter_rules():
        if "GET" not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        free = [each for each in sorted(rule.arguments) if each not in ("entity", "record_id")]
        for entity, record_id in pairs if {"entity", "record_id"} & set(rule.arguments) else pairs[:1]:
            known = {key: each.items for key, each in rule._converters.items() if isinstance(each, AnyConverter)}
            usual = {**names, "name": ("offer",), **known}
            for chosen in product(*(usual.get(each, ("deal",)) for each in free)):
                values = {**dict(zip(free, chosen, strict=True)), "entity": entity, "record_id": record_id}
                with site.app.test_request_context():
                    built = site.app.url_map.bind("localhost").build(
                        rule.endpoint, {key: values[key] for key in rule.arguments}
                    )
                yield rule.endpoint, built


ASKED = (
    "/search?q=KANARYACOD", "/search/suggest?q=KANARYAPERSO", "/api/search?q=KANARYACOD", "/api/search?q=IBAN",
    "/deal?columns=name,code", "/deal?columns=name,agent.code", "/deal?sort=-margin", "/deal?filter=code!=''",
    "/deal?filter=agent.code.startsWith('K')", "/deal?view=rich", "/deal/board?filter=margin>5",
    "/deal/quick?path=iban",
    "/api/records/deal?fields=code", "/api/records/deal?fields=agent.code", "/api/records/deal?sort=margin",
    "/api/records/deal?filter=margin>5", "/api/records/deal?filter=iban.startsWith('I')", "/api/records/deal?view=rich",
    "/api/records/deal?filter=lines.exists(l, l.cost != '')", "/api/records/visit?fields=deal.code,deal.iban",
    "/api/records/visit?fields=deal.iban,deal.visited,deal.name", "/api/records/deal?count=true&archived=include",
    "/deal/pick/partner?q=KANARYA", "/visit/pick/deal?q=Loom", "/deal/export.csv", "/deal/export.xlsx",
    "/visit/export.csv",
    "/deal/filter?filter=code!=''", "/deal/columns", "/deal/duplicates", "/visit/calendar?day=2026-11-27",
)  # fmt: skip


@pytest.mark.usefixtures("database_url")
def test_no_answer_of_any_route_tells_a_hidden_value(
    site: Site, rep: Caller, page: FlaskClient, records: dict[str, str]
) -> None:
    told, seen = [], 0
    deal, twin = records["deal"], records["twin"]
    more = (*ASKED, f"/deal/merge?ids={deal},{twin}", f"/deal/{deal}/mails/new?template=offer", f"/deal?peek={deal}")
    for endpoint, address in [*addresses(site, records), *(("asked", each) for each in more)]:
        answer = (rep if address.startswith("/api/") else page).get(address)
        seen += answer.status_code == 200
        assert answer.status_code < 500, f"{address}: {answer.text[:500]}"
        if found := tells(answer):
            told.append(f"{endpoint} {address}: {found}")
    assert told == []
    assert seen > 100
    # The same questions do find the values for whoever may see them.
    administrator = client_of(site, site.admin)
    assert sum(bool(tells(administrator.get(each))) for each in ASKED) > len(ASKED) / 3


@pytest.mark.usefixtures("database_url")
def test_no_answer_to_a_change_or_a_plan_tells_one(
    site: Site, rep: Caller, page: FlaskClient, records: dict[str, str]
) -> None:
    deal, twin = records["deal"], records["twin"]
    at = f"/api/records/deal/{deal}"
    merge = {"survivor": deal, "others": [twin]}
    calls: list[tuple[str, str, Any]] = [
        ("PATCH", at, {"name": "Loom 2"}),
        ("PATCH", at, {"code": "x"}),
        ("PATCH", at, {"iban": "••••4711"}),
        ("POST", f"{at}/transitions/win?dry_run=true", {}),
        ("POST", "/api/records/deal/merge?dry_run=true", merge),
        ("POST", f"{at}/comments", {"text": "hello"}),
        ("POST", "/api/records/deal/batch", {"operations": [{"op": "update", "id": deal, "values": {"name": "L"}}]}),
    ]
    told = [f"{method} {path}" for method, path, body in calls if tells(rep.call(method, path, body))]
    forms = (
        (f"/deal/{deal}/preview", {"name": "X", "code": "guess", "_tab": "main"}),
        (f"/deal/{deal}", {"name": "Y", "_version": "1", "_tab": "main"}),
        ("/deal/bulk/edit/form", {"id": deal, "field": "code"}),
        ("/deal/bulk/export.csv", {"id": deal}),
        ("/deal/merge/choose", {"id": [deal, twin]}),
    )
    told += [path for path, sent in forms if tells(page.post(path, data=sent))]
    assert told == []
    # The stage that comes opens one of the fields; what the move writes into another stays hidden.
    won = rep.call("POST", f"{at}/transitions/win", {"name": "Loom 3"})
    assert won.status_code == 200, won.text
    opened = (won, rep.get(at), rep.get(f"{at}/events"), page.get(f"/deal/{deal}"))
    assert [tells(each) for each in opened] == [["KANARYAVISIT"]] * 4
    assert site.admin.get(at).json["note"] == "KANARYANOTE KANARYACODE 7"  # type: ignore[index]


def test_a_record_names_what_is_hidden(rep: Caller, records: dict[str, str]) -> None:
    found = dict(rep.get(f"/api/records/deal/{records['deal']}").json or {})
    assert set(found["hidden"]) == {*HIDDEN, "visited"}
    assert not set(found["hidden"]) & set(found)
    assert found["iban"] == "••••4711"
    listed = dict(rep.get("/api/records/deal").json or {})
    assert set(listed["hidden"]) == set(HIDDEN)
    assert all(set(HIDDEN).isdisjoint(each) and each["hidden"] == ["visited"] for each in listed["items"])


def test_unknown_and_hidden_names_are_refused_alike(rep: Caller, records: dict[str, str]) -> None:
    del records
    for query in ("fields={}", "sort={}", "filter={}=='x'", "sort=agent.{}", "fields=agent.{}", "fields=partner.{}"):
        hidden, unknown = (rep.get(f"/api/records/deal?{query.format(name)}") for name in ("code", "codx"))
        assert (hidden.status_code, unknown.status_code) == (400, 400), query
        told = [str((each.json or {})["detail"]).replace("codx", "code") for each in (hidden, unknown)]
        assert told[0] == told[1]


@pytest.mark.usefixtures("database_url")
def test_the_order_of_rows_and_its_cursor_tell_no_hidden_title(
    site: Site, rep: Caller, records: dict[str, str]
) -> None:
    """A reference is sorted by its title, which cursors hold."""
    del records
    asked = (
        "deal?fields=name&sort=partner&limit=1",
        "visit?fields=title&sort=deal.partner",
        "deal?view=by_partner&limit=1",
    )
    told = [rep.get(f"/api/records/{each}") for each in asked]
    assert [each.status_code for each in told] == [400, 400, 200]
    cursors = [str((caller.get(f"/api/records/{asked[2]}").json or {})["next"]) for caller in (rep, site.admin)]
    held = [urlsafe_b64decode(each + "=" * (-len(each) % 4)) for each in cursors]
    assert [b"KANARYAPERSON" in each for each in held] == [False, True]
    page = client_of(site, rep).get("/deal?view=by_partner").text
    assert "sort=name" in page
    assert "sort=partner" not in page


def test_writing_without_the_right_is_a_violation_that_tells_nothing(
    site: Site, rep: Caller, records: dict[str, str]
) -> None:
    at = f"/api/records/deal/{records['deal']}"
    answers = [rep.call("PATCH", at, {"code": code, "name": "N"}) for code in (PARTS["code"], "other", 7)]
    bodies = [json.loads(each.text) for each in answers]
    assert [each.status_code for each in answers] == [422] * 3
    assert bodies[0]["violations"] == bodies[1]["violations"] == bodies[2]["violations"]
    assert [each["pointer"] for each in bodies[0]["violations"]] == ["/code"]
    made = rep.call("POST", "/api/records/deal", {"name": "New", "margin": "5"})
    assert (made.status_code, [each["pointer"] for each in (made.json or {})["violations"]]) == (422, ["/margin"])
    assert site.admin.get(at).json["code"] == PARTS["code"]  # type: ignore[index]


def test_a_stage_opens_a_field(rep: Caller, site: Site, records: dict[str, str]) -> None:
    """R6, CR9: rights on operations, records and fields hold together."""
    at = f"/api/records/deal/{records['deal']}"
    assert rep.call("PATCH", at, {"visited": "me"}).status_code == 422
    assert site.admin.call("POST", f"{at}/transitions/win", {}).status_code == 200
    assert (rep.get(at).json or {})["visited"] == PARTS["visited"]
    assert rep.call("PATCH", at, {"visited": "me"}).status_code == 200
    assert "visited" not in (rep.get(at).json or {}).get("hidden", ())


def test_merging_keeps_what_is_hidden(rep: Caller, site: Site, records: dict[str, str]) -> None:
    bare = rep.make("deal", name="Bare")
    merged = rep.call("POST", "/api/records/deal/merge", {"survivor": bare["id"], "others": [records["twin"]]})
    assert merged.status_code in (200, 201), merged.text
    assert site.admin.get(f"/api/records/deal/{bare['id']}").json["code"] == PARTS["code"]  # type: ignore[index]


def test_an_import_fills_no_hidden_field(rep: Caller, site: Site, tmp_path: Path) -> None:
    path = tmp_path / "deals.csv"
    path.write_text("name,code,iban\nA,B,C\n", encoding="utf-8")
    actor = Actor(rep.user_id, "Rep", "rep@example.org", ("rep",))

    def imported(**mapping: str) -> int:
        plan = ImportPlan("deal", read_table(path), {"name": "name", **mapping})
        return run_import(site.services, actor, plan).created

    for column in ("code", "iban"):
        with pytest.raises(BadRequest, match="An import can't fill"):
            imported(**{column: column})
    assert imported() == 1
