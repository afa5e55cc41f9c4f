"""Imports and exports over REST: a job at once, its progress, its file, and what was refused. W09"""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from werkzeug.test import TestResponse

from kalip.access import SYSTEM
from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.records import run
from kalip.records.accounts import TokenScope, set_user_roles
from kalip.records.transfer import jobs as transfers
from tests.support.builders import a_pack, an_entity
from tests.support.web_site import Caller, Site, a_site

FILE = "Title,Pieces\nBolts,5\nNuts,many\n"


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    note = (
        an_entity("note")
        .with_keys(title="title")
        .with_field("title", "text", required=True)
        .with_field("pieces", "integer")
        .with_access(writer="all", reader={"read": "all"}, clerk={"all": "own", "create": "all"})
    )
    other = an_entity("other").with_field("name", "text").with_access(writer="all", clerk="all")
    pack = a_pack().with_role("writer", "reader", "clerk").with_entity(note, other)
    with a_site(database_url, tmp_path, pack) as running:
        yield running


def send(site: Site, caller: Caller, plan: Any = None, text: str = FILE, key: str = "k", **more: Any) -> TestResponse:
    data = {"file": (BytesIO(text.encode()), "notes.csv"), **more}
    if plan is not None:
        data["plan"] = plan if isinstance(plan, str) else json.dumps(plan)
    headers = {"Authorization": f"Bearer {caller.token}", "Idempotency-Key": key}
    return site.app.test_client().post("/api/records/note/imports", data=data, headers=headers)


def run_all(site: Site) -> None:
    crew = Crew(Office(site.services, Background(dict(transfers.JOB_HANDLERS)), Timing()), Bell(), runners=0)
    while crew.run_next("tester"):
        pass


def test_a_file_is_imported_as_a_job(site: Site) -> None:
    writer = site.caller("writer")
    begun = send(site, writer)
    job = begun.json or {}
    address = f"/api/jobs/{job['id']}"
    assert (begun.status_code, begun.headers["Location"], job["state"], job["total"]) == (202, address, "waiting", 0)
    assert (send(site, writer).json or {})["id"] == job["id"]
    run_all(site)
    done = writer.get(address).json or {}
    result = done["result"]
    assert (done["state"], done["done"], result["created"], result["refusals"]) == ("done", 2, 1, 1)
    (refused,) = result["refused"]
    assert (refused["line"], [each["pointer"] for each in refused["violations"]]) == (3, ["/pieces"])
    assert refused["reasons"] == ["Pieces: 'many' is not a number; write it like 1,234.5."]
    turkish = (writer.get(address, Accept_Language="tr").json or {})["result"]["refused"][0]
    assert turkish["reasons"] == ["Pieces: 'many' bir sayı değil; şöyle yazın: 1,234.5."]
    assert (done["file"], done["can_undo"]) == (None, False)
    other = site.person("writer")
    assert other.get(address).status_code == 404
    assert writer.get(f"{address}/file").status_code == 404
    assert writer.call("POST", f"{address}/stop").status_code == 409
    assert writer.call("POST", f"{address}/undo").status_code == 409


def test_what_is_wrong_is_told_before(site: Site) -> None:
    writer = site.caller("writer")
    wrong = (
        ("{", 400),
        ("[]", 400),
        ({"nonsense": 1}, 422),
        ({"mapping": {"Title": 5}}, 422),
        ({"dry_run": "yes"}, 422),
        ({"mapping": {"Title": "titel"}}, 400),
        ({"mapping": {"Title": "title"}, "match": "pieces"}, 400),
    )
    assert [(plan, send(site, writer, plan).status_code) for plan, _ in wrong] == list(wrong)
    assert send(site, writer, more="x").status_code == 400
    assert send(site, site.caller("reader")).status_code == 403
    assert writer.call("POST", "/api/records/note/imports", {}).status_code == 415


def test_a_list_is_exported_as_a_job(site: Site) -> None:
    writer = site.caller("writer")
    for number in range(3):
        writer.make("note", title=f"Note {number}", pieces=number)
    asked = {"fields": ["title", "pieces"], "filter": "pieces > 0", "sort": ["-title"], "exact": True}
    begun = writer.call("POST", "/api/records/note/exports", asked)
    assert (begun.status_code, (begun.json or {})["total"]) == (202, 2)
    address = begun.headers["Location"]
    run_all(site)
    assert (writer.get(address).json or {})["file"] == f"{address}/file"
    file = writer.get(f"{address}/file")
    assert file.get_data().decode("utf-8-sig").splitlines() == ["title,pieces", "Note 2,2", "Note 1,1"]
    refused = [
        writer.call("POST", "/api/records/note/exports", body).status_code
        for body in ({"format": "pdf"}, {"sort": [1]}, {"filter": "nothing =="}, {"view": "none"}, {"x": 1})
    ]
    assert refused == [422, 422, 400, 404, 422]
    assert site.caller("reader").call("POST", "/api/records/note/exports", {}).status_code == 403


def test_a_token_for_a_part_of_the_rights_gets_no_more_by_jobs(site: Site) -> None:
    """Whatever it has done in the background reaches as far as itself, and so do the files of others' jobs."""
    site.caller("writer").make("note", title="Theirs", pieces=1)
    whole = site.person("writer", "clerk")
    clerk, noted = (site.narrowed(whole, scope) for scope in (TokenScope("clerk"), TokenScope(entities=("other",))))
    clerk.make("note", title="Own", pieces=1)

    def exported(caller: Caller, entity: str = "note") -> str:
        begun = caller.call("POST", f"/api/records/{entity}/exports", {"exact": True})
        assert begun.status_code == 202, begun.text
        run_all(site)
        return begun.headers["Location"]

    theirs, everything = exported(clerk), exported(whole)
    lines = clerk.get(f"{theirs}/file").get_data().decode()
    assert ("Own" in lines, "Theirs" in lines) == (True, False)
    assert "Theirs" in whole.get(f"{everything}/file").get_data().decode()
    assert [whole.get(theirs).status_code, clerk.get(theirs).status_code] == [200, 200]
    for caller in (clerk, noted):
        for path in ("", "/file"):
            assert caller.get(f"{everything}{path}").status_code == 404
        assert caller.call("POST", f"{everything}/stop").status_code == 404
    assert noted.get(theirs).status_code == 404
    assert noted.get(f"{exported(noted, 'other')}/file").status_code == 200
    for title, state in (("Own", 1), ("Theirs", 0)):
        text = f"Title,Pieces\n{title},7\n"
        begun = send(site, clerk, {"match": "title"}, text, key=title)
        run_all(site)
        result = (clerk.get(begun.headers["Location"]).json or {})["result"]
        assert (result["updated"], result["created"]) == (state, 1 - state), result


def test_a_file_is_for_who_may_export_still(site: Site) -> None:
    writer = site.person("writer")
    writer.make("note", title="Bolts", pieces=1)
    address = writer.call("POST", "/api/records/note/exports", {}).headers["Location"]
    run_all(site)
    assert writer.get(f"{address}/file").status_code == 200
    for roles, status in ((("reader",), 403), ((), 404), (("writer",), 200)):
        run(site.services, SYSTEM, lambda work, roles=roles: set_user_roles(work, writer.user_id, roles))  # type: ignore[misc]
        assert writer.get(f"{address}/file").status_code == status, roles
