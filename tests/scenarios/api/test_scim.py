"""SCIM 2.0: another directory makes users and groups, keeps them in step, and takes them away."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.builders import a_pack, an_entity
from tests.support.web_site import Caller, Site, a_site

AT = "/scim/v2"
PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    thing = an_entity("thing").with_field("name", "text").with_access(rep="all")
    with a_site(database_url, tmp_path, a_pack().with_role("rep", "viewer").with_entity(thing)) as running:
        yield running


def sent(by: Caller, method: str, path: str, body: Any = None, status: int = 200) -> dict[str, Any]:
    response = by.call(method, f"{AT}{path}", body, Content_Type="application/scim+json")
    assert response.status_code == status, response.text
    assert response.content_type == "application/scim+json"
    return dict(response.json or {}) if response.data else {}


def patch(by: Caller, path: str, *operations: dict[str, Any], status: int = 200) -> dict[str, Any]:
    return sent(by, "PATCH", path, {"schemas": [PATCH], "Operations": list(operations)}, status)


EDA = {
    "schemas": [USER],
    "userName": "eda@example.org",
    "externalId": "00u1",
    "name": {"givenName": "Eda", "familyName": "Su"},
    "emails": [{"value": "eda@example.org", "primary": True}],
    "title": "Engineer",
    "locale": "tr-TR",
    "timezone": "Europe/Istanbul",
    "roles": [{"value": "rep"}],
    "active": True,
}


def test_it_works(site: Site) -> None:
    admin = site.admin
    made = sent(admin, "POST", "/Users", EDA, 201)
    assert (made["userName"], made["displayName"], made["locale"]) == ("eda@example.org", "Eda Su", "tr")
    assert made["meta"]["location"].endswith(f"{AT}/Users/{made['id']}")
    assert sent(admin, "POST", "/Users", EDA, 409)["scimType"] == "uniqueness"
    assert sent(admin, "GET", f"/Users/{made['id']}") == made
    found = sent(admin, "GET", '/Users?filter=userName eq "EDA@example.org"')
    assert ([each["id"] for each in found["Resources"]], found["totalResults"]) == ([made["id"]], 1)
    assert sent(admin, "GET", '/Users?filter=externalId eq "00u1" and active eq true')["totalResults"] == 1
    assert sent(admin, "GET", '/Users?filter=externalId eq "00u2"')["totalResults"] == 0
    page = sent(admin, "GET", "/Users?startIndex=2&count=1")
    assert (page["totalResults"], page["itemsPerPage"], page["startIndex"]) == (2, 1, 2)
    replaced = sent(admin, "PUT", f"/Users/{made['id']}", {"userName": "eda@example.org", "displayName": "Eda Ak"})
    assert (replaced["displayName"], replaced["roles"], "externalId" in replaced) == (
        "Eda Ak",
        [{"value": "rep"}],
        False,
    )
    off = patch(admin, f"/Users/{made['id']}", {"op": "Replace", "path": "active", "value": "False"})
    assert off["active"] is False
    more = {"active": True, "name.familyName": "Öz", "externalId": "00u9", "phoneNumbers": []}
    assert patch(admin, f"/Users/{made['id']}", {"op": "replace", "value": more})["externalId"] == "00u9"
    none = patch(admin, f"/Users/{made['id']}", {"op": "remove", "path": 'roles[value eq "rep"]'})
    assert none["roles"] == []


def test_a_user_that_is_taken_away_is_kept_out_and_may_come_again(site: Site) -> None:
    made = sent(site.admin, "POST", "/Users", EDA, 201)["id"]
    sent(site.admin, "DELETE", f"/Users/{made}", status=204)
    sent(site.admin, "GET", f"/Users/{made}", status=404)
    sent(site.admin, "DELETE", f"/Users/{made}", status=404)
    assert sent(site.admin, "GET", '/Users?filter=userName eq "eda@example.org"')["totalResults"] == 0
    again = sent(site.admin, "POST", "/Users", EDA, 201)
    assert (again["id"], again["active"]) == (made, True)


def test_groups_are_changed_by_what_is_added_and_removed(site: Site) -> None:
    admin, bora = site.admin, site.person("rep", name="Bora Kaya")
    eda = sent(admin, "POST", "/Users", EDA, 201)["id"]
    group = sent(admin, "POST", "/Groups", {"displayName": "Sales team", "members": [{"value": eda}]}, 201)
    assert [each["display"] for each in group["members"]] == ["Eda Su"]
    at = f"/Groups/{group['id']}"
    grown = patch(admin, at, {"op": "add", "path": "members", "value": [{"value": bora.user_id}]})
    assert len(grown["members"]) == 2
    assert bora.get("/api/organisation/people/me").json["groups"][0]["code"] == "Sales-team"  # type: ignore[index]
    left = patch(admin, at, {"op": "remove", "path": f'members[value eq "{eda}"]'})
    assert [each["value"] for each in left["members"]] == [bora.user_id]
    renamed = patch(admin, at, {"op": "replace", "value": {"displayName": "Sellers", "id": group["id"]}})
    assert renamed["displayName"] == "Sellers"
    found = sent(admin, "GET", '/Groups?filter=displayName eq "sellers"&excludedAttributes=members')
    assert "members" not in found["Resources"][0]
    assert sent(admin, "PUT", at, {"displayName": "Sellers"})["members"] == []
    assert sent(admin, "POST", "/Groups", {"displayName": "X", "members": [{"value": "nobody"}]}, 400)
    sent(admin, "DELETE", at, status=204)
    sent(admin, "GET", at, status=404)


def test_what_is_refused_is_refused_as_scim_says(site: Site) -> None:
    admin = site.admin
    made = sent(admin, "POST", "/Users", EDA, 201)["id"]
    for filter_ in ('userName co "a"', 'password eq "a"', "userName eq", 'userName eq "a" and', "x"):
        assert sent(admin, "GET", f"/Users?filter={filter_}", status=400)["scimType"] == "invalidFilter"
    assert sent(admin, "POST", "/Users", {"userName": "no address"}, 400)["scimType"] == "invalidValue"
    assert sent(admin, "POST", "/Users", {**EDA, "userName": "b@x.org", "roles": ["nobody"]}, 400)
    assert sent(admin, "POST", "/Users", "{", 400)["scimType"] == "invalidSyntax"
    assert sent(admin, "POST", "/Users", {"displayName": "Nobody"}, 400)["detail"] == "userName is required."
    for operation, kind in (
        ({"op": "move"}, "invalidSyntax"),
        ({"op": "remove"}, "noTarget"),
        ({"op": "add", "path": "shoeSize", "value": 1}, "invalidPath"),
        ({"op": "replace", "path": "active", "value": "maybe"}, "invalidValue"),
    ):
        assert patch(admin, f"/Users/{made}", operation, status=400)["scimType"] == kind
    assert sent(admin, "PATCH", f"/Users/{made}", {"Operations": []}, 400)["scimType"] == "invalidSyntax"
    last = patch(admin, f"/Users/{admin.user_id}", {"op": "replace", "path": "active", "value": False}, status=409)
    assert "last administrator" in last["detail"]
    sent(admin, "GET", "/Nothing", status=404)
    sent(site.person("rep"), "GET", "/Users", status=403)
    response = site.app.test_client().get(f"{AT}/Users")
    assert (response.status_code, response.headers["WWW-Authenticate"]) == (401, 'Bearer realm="Kalip"')


def test_what_the_server_says_of_itself(site: Site) -> None:
    admin = site.admin
    assert sent(admin, "GET", "/ServiceProviderConfig")["patch"] == {"supported": True}
    assert [each["id"] for each in sent(admin, "GET", "/ResourceTypes")["Resources"]] == ["User", "Group"]
    assert sent(admin, "GET", "/ResourceTypes/User")["endpoint"] == "/Users"
    names = {each["name"] for each in sent(admin, "GET", f"/Schemas/{USER}")["attributes"]}
    assert {"userName", "emails", "active"} <= names
    sent(admin, "GET", "/Schemas/nothing", status=404)
