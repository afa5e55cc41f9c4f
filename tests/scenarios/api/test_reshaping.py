"""The metadata is planned and published by REST: in words and steps, by administrators, never over somebody else's."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.web_site import Caller, Site, a_site

PLAN, PUBLISH = "/api/metadata/plan", "/api/metadata/publish"
CUSTOMER = "entities/customer/entity.json"
OVERLAY: dict[str, Any] = {
    "extends": "tiny/customer",
    "label": "Client",
    "fields": {"nickname": {"type": "text", "label": "Nickname"}},
}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The tiny shop."""
    with a_site(database_url, tmp_path, "tiny") as made:
        yield made


def base(caller: Caller) -> str:
    """The revision that is published."""
    answer = caller.get("/api/metadata/revisions?limit=1").json or {}
    return str(answer["items"][0]["revision"])


def body_of(documents: dict[str, Any], revision: str, **rest: Any) -> dict[str, Any]:
    return {"documents": documents, "base_revision": revision, **rest}


def test_it_works(site: Site) -> None:
    """U4"""
    admin, first = site.admin, base(site.admin)
    planned = admin.call("POST", PLAN, body_of({CUSTOMER: OVERLAY}, first, message="Clients", accept=[]))
    assert planned.status_code == 200, planned.text
    said = planned.json or {}
    assert [each["text"] for each in said["changes"]] == [
        "Entity 'Customer' is now called 'Client'.",
        "Field 'Nickname' of Entity 'Client' is new.",
    ]
    assert [(each["id"], each["kind"]) for each in said["steps"] if each["id"].startswith("add")] == [
        ("add_column:customer.nickname", "safe")
    ]
    assert (said["base_revision"], said["diagnostics"], base(admin)) == (first, [], first)
    published = admin.call("POST", PUBLISH, body_of({CUSTOMER: OVERLAY}, first, message="Clients"))
    assert published.status_code == 200, published.text
    done = published.json or {}
    assert (done["published"], done["number"]) == (True, 2)
    assert done["revision"] == base(admin) == published.headers["Kalip-Revision"] != first
    assert admin.make("customer", name="Ada", nickname="A")["nickname"] == "A"
    again = admin.call("POST", PUBLISH, body_of({CUSTOMER: OVERLAY}, done["revision"]))
    assert (again.status_code, (again.json or {})["published"]) == (200, False)


def test_what_goes_out_of_sight_is_accepted_step_by_step(site: Site) -> None:
    admin = site.admin
    admin.call("POST", PUBLISH, body_of({CUSTOMER: OVERLAY}, base(admin)))
    admin.make("customer", name="Ada", nickname="A")
    gone = body_of({CUSTOMER: None}, base(admin))
    said = admin.call("POST", PLAN, gone).json or {}
    lossy = [each for each in said["steps"] if each["kind"] == "lossy"]
    assert [(each["id"], each["rows"]) for each in lossy] == [("retire_column:customer.nickname", 1)]
    refused = admin.call("POST", PUBLISH, gone)
    assert (refused.status_code, (refused.json or {})["code"]) == (409, "D100")
    accepted = admin.call("POST", PUBLISH, {**gone, "accept": [lossy[0]["id"]]})
    assert accepted.status_code == 200, accepted.text


def test_faults_are_told_at_their_places(site: Site) -> None:
    faulty = {**OVERLAY, "fields": {"nickname": {"type": "tekst"}, "nmae": {"required": True}}}
    for address in (PLAN, PUBLISH):
        answer = site.admin.call("POST", address, body_of({CUSTOMER: faulty}, base(site.admin)))
        problem = answer.json or {}
        assert (answer.status_code, problem["code"]) == (422, "C100")
        places = {(each["document"], each["pointer"]) for each in problem["violations"]}
        assert (f"site/{CUSTOMER}", "/fields/nickname/type") in places
        assert any(pointer.startswith("/fields/nmae") for _, pointer in places)
    unknown = site.admin.call("POST", PLAN, {"documents": {"entitis/x.json": {}}})
    assert (unknown.status_code, (unknown.json or {})["violations"][0]["document"]) == (422, "site/entitis/x.json")


def test_what_was_published_meanwhile_is_not_overwritten(site: Site) -> None:
    admin, first = site.admin, base(site.admin)
    assert admin.call("POST", PUBLISH, body_of({CUSTOMER: OVERLAY}, first)).status_code == 200
    mine = {"extends": "tiny/customer", "label": "Patron"}
    for address in (PLAN, PUBLISH):
        stale = admin.call("POST", address, body_of({CUSTOMER: mine}, first))
        problem = stale.json or {}
        assert (stale.status_code, problem["code"]) == (409, "D112")
        assert problem["conflicts"] == [
            {
                "address": CUSTOMER.removesuffix(".json"),
                "pointer": "/label/en",
                "base": "Customer",
                "mine": "Patron",
                "theirs": "Client",
            }
        ]
    unknown = admin.call("POST", PLAN, body_of({}, "abcdef123456"))
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("body", "pointers"),
    [
        ({}, ["/documents", "/base_revision"]),
        ({"documents": [], "base_revision": 5, "accept": "x", "message": 1}, None),
        ({"documents": {CUSTOMER: "x"}, "base_revision": "x"}, [f"/documents/{CUSTOMER.replace('/', '~1')}"]),
        ({"documents": {}, "base_revision": "x", "dokuments": {}}, ["/dokuments"]),
        ({"documents": {}, "base_revision": "x", "accept": [1], "message": "x" * 501}, ["/message", "/accept"]),
    ],
)
def test_a_body_of_another_shape(tmp_path: Path, body: Any, pointers: list[str] | None) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        answer = site.admin.call("POST", PUBLISH, body)
        found = [each["pointer"] for each in (answer.json or {})["violations"]]
        assert answer.status_code == 422
        assert found == (pointers or ["/documents", "/base_revision", "/message", "/accept"])


def test_only_administrators(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "tiny") as site:
        for address in (PLAN, PUBLISH):
            assert site.caller("manager").call("POST", address, {"documents": {}}).status_code == 403
            assert site.app.test_client().post(address, json={"documents": {}}).status_code == 401
