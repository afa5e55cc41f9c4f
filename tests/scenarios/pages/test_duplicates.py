"""Pages of duplicates without scripts: warned on the form, told apart, merged side by side, led on, undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.twins import twins_pack
from tests.support.web_site import Site, a_site

PEOPLE = "/api/records/person"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, twins_pack()) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def person(site: Site, **values: object) -> str:
    made = site.admin.call("POST", f"{PEOPLE}?accept_duplicates=true", values)
    assert made.status_code == 201, made.text
    return str((made.json or {})["id"])


def read(site: Site, record_id: str) -> dict[str, object]:
    return dict(site.admin.get(f"{PEOPLE}/{record_id}").json or {})


def test_it_works(site: Site, client: FlaskClient) -> None:
    """L47, CR11: the form shows who it may be, with a link, and saves all the same when it is told to."""
    ada = person(site, name="Ada", mail="a@x.co")
    form = form_at(client, "/person/new", "/person/new")
    warned = form.send(client, {"name": "Bora", "mail": "A@x.co"})
    assert warned.status_code == 422
    assert "This may be a duplicate" in warned.text
    assert f'href="/person/{ada}"' in warned.text
    assert "Same e-mail" in warned.text
    assert "to correct" not in warned.text
    again = form_in(warned.text, "/person/new")
    assert again.send(client, {}).status_code == 422
    saved = again.send(client, {"_accept_duplicates": "1"})
    assert saved.status_code == 302, saved.text
    assert len(site.admin.ids(PEOPLE)) == 2


def test_what_is_strict_can_only_be_looked_at(site: Site, client: FlaskClient) -> None:
    ada = person(site, name="Ada", number="1")
    form = form_at(client, "/person/new", "/person/new")
    refused = form.send(client, {"name": "Bora", "number": "1", "_accept_duplicates": "1"})
    assert (refused.status_code, f'href="/person/{ada}"' in refused.text) == (422, True)
    assert "There is such a record already" in refused.text
    assert "Save anyway" not in refused.text


def test_what_may_not_be_read_is_told_at_the_field_alone(site: Site) -> None:
    person(site, name="Secret", mail="a@x.co", number="1", city="Gizli")
    rep = client_of(site, site.person("rep"))
    form = form_at(rep, "/person/new", "/person/new")
    refused = form.send(rep, {"name": "Bora", "mail": "a@x.co", "number": "1"})
    assert refused.status_code == 422
    assert "This may be the same as another record." in refused.text
    assert "There is such a record already." in refused.text
    assert "Secret" not in refused.text
    assert "Save anyway" not in refused.text
    warned = form_in(refused.text, "/person/new").send(rep, {"number": ""})
    saved = form_in(warned.text, "/person/new").send(rep, {"_accept_duplicates": "1"})
    assert (warned.status_code, saved.status_code) == (422, 302)


def test_records_are_merged_side_by_side(site: Site, client: FlaskClient) -> None:
    """L52: conflicts are shown, one side wins for each field, the old address leads on, all is undone."""
    ada = person(site, name="Ada", mail="a@x.co", labels=["vip"])
    bora = person(site, name="Bora", mail="b@x.co", city="İzmir", labels=["new"], boss=ada)
    site.admin.make("deal", name="Winter", buyer=bora)
    shown = client.get(f"/person/merge?ids={ada},{bora}")
    assert shown.status_code == 200
    assert "3 fields differ" in shown.text
    assert "Buyer: 1" in shown.text
    form = form_in(shown.text, "/person/merge")
    assert form.values["take.name"] == [ada]
    done = form.send(client, {"take.name": bora})
    assert (done.status_code, done.location) == (302, f"/person/{ada}")
    row = read(site, ada)
    assert (row["name"], row["mail"], row["city"], row["labels"]) == ("Bora", "a@x.co", "İzmir", ["vip", "new"])
    page = client.get(f"/person/{ada}").text
    assert "1 record was merged into this one." in page
    led = client.get(f"/person/{bora}")
    assert (led.status_code, led.location) == (302, f"/person/{ada}")
    assert client.get(f"/person/{bora}?merged").status_code == 200
    own = client.get(f"/person/{ada}/duplicates").text
    assert "Merged into this record" in own
    undone = form_in(own, next(part for part in own.split('"') if part.endswith("/undo"))).send(client, {})
    assert undone.status_code == 302
    assert (read(site, ada)["name"], read(site, bora)["archived_at"]) == ("Ada", None)


def test_another_record_may_stay(site: Site, client: FlaskClient) -> None:
    ada, bora = person(site, name="Ada"), person(site, name="Bora")
    form = form_in(client.get(f"/person/merge?ids={ada},{bora}&survivor={bora}").text, "/person/merge")
    assert form.send(client, {}).location == f"/person/{bora}"


def test_a_merge_from_an_old_page_is_shown_again(site: Site, client: FlaskClient) -> None:
    ada, bora = person(site, name="Ada"), person(site, name="Bora", vat="7")
    form = form_in(client.get(f"/person/merge?ids={ada},{bora}").text, "/person/merge")
    site.admin.call("PATCH", f"{PEOPLE}/{bora}", {"name": "Cem"})
    stale = form.send(client, {})
    assert (stale.status_code, "changed meanwhile" in stale.text, "Cem" in stale.text) == (409, True, True)
    assert form_in(stale.text, "/person/merge").send(client, {}).status_code == 302
    assert client.get(f"/person/merge?ids={ada}").status_code == 400
    assert client.get("/person/merge").status_code == 400


def test_what_stands_in_the_way_of_undoing_is_listed(site: Site, client: FlaskClient) -> None:
    ada, bora = person(site, name="Ada"), person(site, name="Bora")
    merged = site.admin.call("POST", f"{PEOPLE}/merge", {"survivor": ada, "others": [bora], "take": {"name": bora}})
    site.admin.call("PATCH", f"{PEOPLE}/{ada}", {"name": "Somebody"})
    own = client.get(f"/person/{ada}/duplicates").text
    blocked = form_in(own, f"/person/merges/{(merged.json or {})['id']}/undo").send(client, {})
    assert (blocked.status_code, "Name was changed since." in blocked.text) == (409, True)


def test_records_are_told_apart(site: Site, client: FlaskClient) -> None:
    """L51: for everybody, with the author, and taken back."""
    ada, bora = person(site, name="Ada", mail="a@x.co"), person(site, name="Bora", mail="a@x.co")
    own = client.get(f"/person/{ada}/duplicates").text
    assert "Same e-mail" in own
    assert form_in(own, "/person/duplicates/apart").send(client, {}).status_code == 302
    own = client.get(f"/person/{ada}/duplicates").text
    assert "Same e-mail" not in own
    assert "Said not to be the same" in own
    assert form_in(own, "/person/duplicates/alike").send(client, {}).location == f"/person/{ada}/duplicates"
    assert "Same e-mail" in client.get(f"/person/{bora}/duplicates").text


def test_a_scan_is_asked_for_and_its_groups_are_listed(site: Site, client: FlaskClient) -> None:
    """BX6: the page of an entity's duplicates."""
    before = client.get("/person/duplicates").text
    assert "Nobody has looked" in before
    assert "No duplicates" not in before
    started = form_at(client, "/person/duplicates", "/person/duplicates/scan").send(client, {})
    assert started.status_code == 302
    assert "/progress" in client.get(str(started.location)).text
    assert "No rules" in client.get("/note/duplicates").text
    assert client.get("/nothing/duplicates").status_code == 404


def test_rows_picked_on_a_list_are_led_to_their_merge(site: Site, client: FlaskClient) -> None:
    ada, bora = person(site, name="Ada"), person(site, name="Bora")
    form = form_at(client, "/person", "/person/bulk/edit/form")
    chosen = client.post("/person/merge/choose", data={**dict(form.values), "id": [ada, bora]})
    assert chosen.status_code == 302
    assert client.get(str(chosen.location)).status_code == 200
