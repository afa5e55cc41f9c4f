"""The privacy desk by page and by REST: find, look, hand out, plan, erase, prove; policy and cookies; who may."""

import os
import re
from collections.abc import Iterator

import pytest
from flask.testing import FlaskClient

from kalip.web import locale, session
from tests.support.personal import CANARY, MAIL, personal_pack
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

DESK = "/admin/privacy/"


@pytest.fixture(scope="module")
def site(made_sqlite: object, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("privacy")
    with a_site(
        f"sqlite:///{folder / 'site.db'}", folder, personal_pack(), config={"WTF_CSRF_ENABLED": False}
    ) as running:
        yield running


@pytest.fixture(scope="module")
def caring(site: Site) -> Caller:
    """Somebody who looks after personal data and has no right on any record."""
    return site.person("officer", name="Oya", locale="tr")


@pytest.fixture
def officer(site: Site, caring: Caller) -> FlaskClient:
    return client_of(site, caring)


def a_person(site: Site, mail: str = MAIL) -> str:
    made = site.admin.make("contact", name={"first": "Nil", "last": CANARY}, email=mail, notes=f"{CANARY} drinks tea")
    return str(made["id"])


def test_it_works(site: Site, officer: FlaskClient) -> None:
    """Found, looked at, planned, erased, proven; the officer needs no right on records."""
    key = f"contact:{a_person(site)}"
    assert CANARY in officer.post(DESK, data={"text": MAIL}).text
    page = officer.get("/admin/privacy/person", query_string={"record": key}).text
    assert f"Nil {CANARY}" in page
    plan = officer.get("/admin/privacy/plan", query_string={"record": key}).text
    token = plan.split('name="plan" value="')[1].split('"')[0]
    refused = officer.post("/admin/privacy/erase", data={"record": key, "plan": token, "reason": ""})
    assert refused.status_code == 422
    stale = officer.post("/admin/privacy/erase", data={"record": key, "plan": "another", "reason": "İstedi"})
    assert stale.status_code == 409
    done = officer.post("/admin/privacy/erase", data={"record": key, "plan": token, "reason": "İstedi"})
    proof = officer.get(done.location).text
    assert "Bu kanıt yapıldığı gibidir" in proof
    assert CANARY not in proof
    assert CANARY not in officer.post(DESK, data={"text": CANARY}).text.replace(f'value="{CANARY}"', "")


def test_a_person_is_handed_out(site: Site, officer: FlaskClient) -> None:
    key = f"contact:{a_person(site, 'second@canary.example')}"
    given = {"record": key, "recipient": "kişinin kendisi", "purpose": "İstedi"}
    pdf = officer.post("/admin/privacy/person/export", data={**given, "format": "pdf"})
    assert (pdf.content_type, pdf.data[:5]) == ("application/pdf", b"%PDF-")
    found = officer.post("/admin/privacy/person/export", data=given)
    assert (found.json or {})["known_by"] == ["second@canary.example"]
    assert "kişinin kendisi" in officer.get("/admin/privacy/disclosures").text
    assert officer.post("/admin/privacy/person/export", data={**given, "purpose": ""}).status_code == 422


def test_holds_terms_requests_and_breaches(site: Site, officer: FlaskClient) -> None:
    contact = a_person(site, "third@canary.example")
    held = {"record": f"contact:{contact}", "reason": "Dava 7", "until": "2099-01-01", "scope": "person"}
    assert officer.post("/admin/privacy/person/hold", data=held).status_code == 302
    page = officer.get("/admin/privacy/holds").text
    assert "Dava 7" in page
    plan = officer.get("/admin/privacy/plan", query_string={"record": f"contact:{contact}"}).text
    assert "şu anda hiçbir şey silinemez" in plan
    released = page.split('action="/admin/privacy/holds/')[1].split('"')[0]
    officer.post(f"/admin/privacy/holds/{released}")
    assert "Dava 7" not in officer.get("/admin/privacy/holds").text
    assert "1 süre, birinin yürürlüğe koymasını bekliyor." in officer.get("/admin/privacy/").text
    terms = officer.get("/admin/privacy/terms").text
    assert "1 yıl" in terms
    officer.post(re.search(r'/admin/privacy/terms/[^"]+', terms)[0], data={"what": "force"})  # type: ignore[index]
    assert "bekliyor" not in officer.get("/admin/privacy/").text
    officer.post("/admin/privacy/requests", data={"kind": "erase", "subject": "Nil Hanım", "days": "30"})
    assert "Nil Hanım" in officer.get("/admin/privacy/requests").text
    for days in ("²", "9" * 5_000, "366"):
        body = {"kind": "erase", "subject": "Nil Hanım", "days": days}
        assert officer.post("/admin/privacy/requests", data=body).status_code == 422, days
    made = officer.post("/admin/privacy/breaches", data={
        "title": "Kayıp dizüstü", "discovered": "2026-01-01T10:00", "entity": ["contact"]
    })  # fmt: skip
    shown = officer.get(made.location).text
    assert "saat gecikti" in shown
    officer.post(made.location, data={"what": "authority", "measures": "Uzaktan silindi"})
    assert "Uzaktan silindi" in officer.get(made.location).text
    assert officer.get("/admin/privacy/register.csv").text.startswith("\ufeffentity,")


def test_only_officers_may(site: Site) -> None:
    """Closed by default: with every right on records one may still not look into the desk."""
    seller = client_of(site, site.caller("rep"))
    for path in (DESK, "/admin/privacy/person?record=contact:x", "/admin/privacy/holds", "/admin/privacy/register.csv"):
        assert seller.get(path).status_code == 403, path
    assert seller.post("/admin/privacy/erase", data={"record": "contact:x"}).status_code == 403
    for path in ("search", "export", "erase", "erase?dry_run=true"):
        body = {"text": "x"} if path == "search" else {"records": [{"entity": "contact", "id": _ID}], "purpose": "x"}
        body = body if path != "erase" and "dry" not in path else {"records": body["records"]}
        assert site.caller("rep").call("POST", f"/api/privacy/{path}", body).status_code == 403, path


_ID = "01990000-0000-7000-8000-000000000001"


def test_by_rest(site: Site, caring: Caller) -> None:
    contact = a_person(site, "fourth@canary.example")
    found = caring.call("POST", "/api/privacy/search", {"text": "fourth@canary.example"}).json or {}
    records = [{"entity": each["entity"], "id": each["id"]} for each in found["items"]]
    assert records == [{"entity": "contact", "id": contact}]
    given = caring.call("POST", "/api/privacy/export", {"records": records, "purpose": "Asked"})
    assert (given.json or {})["records"][0]["values"]["email"] == "fourth@canary.example"
    body = {"records": records, "reason": "Asked"}
    plan = caring.call("POST", "/api/privacy/erase?dry_run=true", body).json or {}
    assert [each["action"] for each in plan["steps"]] == ["empty"]
    assert caring.call("POST", "/api/privacy/erase", body).status_code == 409
    done = caring.call("POST", "/api/privacy/erase", {**body, "plan": plan["plan"]})
    assert done.status_code == 201
    proof = caring.get(f"/api/privacy/proofs/{(done.json or {})['id']}").json
    assert proof == done.json
    assert caring.call("POST", "/api/privacy/search", {"text": "a", "more": 1}).status_code == 422
    assert caring.get("/api/privacy/register").status_code == 200
    assert "/api/privacy/erase" in (caring.get("/api/openapi.json").json or {})["paths"]
    assert "/api/privacy/erase" not in (site.caller("rep").get("/api/openapi.json").json or {})["paths"]


def test_a_new_policy_is_asked_for_once(site: Site, officer: FlaskClient) -> None:
    """R14: the version of the policy that somebody accepted is known."""
    anybody = site.app.test_client()
    assert anybody.get("/privacy").status_code == 200
    told = anybody.get("/privacy/cookies").text
    cookies = [value for module in (session, locale) for name, value in vars(module).items() if name.endswith("COOKIE")]
    assert [each for each in cookies if each not in told] == []
    assert len(cookies) > 3
    officer.post("/admin/privacy/policy", data={"version": os.urandom(4).hex(), "text-tr": "Az tutarız.\n\nHep."})
    asked = officer.get("/")
    assert asked.location.startswith("/privacy/accept")
    page = officer.get(asked.location).text
    assert "<p>Az tutarız.</p>" in page
    policy = page.split('name="policy" value="')[1].split('"')[0]
    followed = officer.post("/privacy/accept", data={"policy": policy, "next": "//elsewhere.example"})
    assert followed.location == "/"
    assert officer.get("/").status_code == 200
