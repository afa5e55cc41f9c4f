"""Pages of background work: very many rows change with their progress on the page, administrators see and retry. W09"""

import re
from collections.abc import Iterator, Mapping
from functools import partial

import pytest
from flask.testing import FlaskClient

from kalip.access import SYSTEM
from kalip.jobs import Background, Bell, Crew, Office, Timing
from kalip.records import Hopeless, Job, JobHandler, JobRun, Services, bulk_jobs, bulk_undo, enqueue, run
from kalip.storage import insert_records
from kalip.workflow import bulk_jobs as moves
from tests.support.builders import a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.records import a_row
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

MANY = 250


@pytest.fixture
def site(database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("background")
    note = (
        an_entity("note")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("size", "integer", max=100)
        .with_access(writer="all")
        .with_pipeline("flow", "open", "closed")
        .with_list("name", "size")
    )
    with a_site(database_url, folder, a_pack().with_role("writer").with_entity(note)) as running:
        yield running


@pytest.fixture
def ids(site: Site) -> list[str]:
    place = {"pipeline": "flow", "stage": "open"}
    rows = [a_row(name=f"Note {number:04}", size=number % 100, **place) for number in range(MANY)]
    with site.services.database.write() as session:
        insert_records(session, site.served, "note", rows)
    return [str(row["id"]) for row in rows]


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


def fail(_services: Services, _job: JobRun) -> None:
    """A handler that never succeeds."""
    raise Hopeless("The other side is gone.")


def run_all(site: Site, handlers: Mapping[str, JobHandler] | None = None) -> None:
    """Run what is due, as a server does."""
    background = Background({**bulk_jobs.JOB_HANDLERS, **moves.JOB_HANDLERS, **(handlers or {})})
    crew = Crew(Office(site.services, background, Timing()), Bell(), runners=0)
    while crew.run_next("tester"):
        pass


def asked(client: FlaskClient, action: str, ids: list[str], **values: str) -> str:
    """Ask for a change of rows in the list's dialogue, as htmx does; its answer."""
    opened = client.post(f"/note/bulk/{action}/form", data={"id": ids, "csrf_token": token_of(client), **values})
    form = form_in(opened.text, f"/note/bulk/{action}")
    answer = form.send(client, values, HX_Request="true")
    assert answer.status_code == 200, answer.text
    return answer.text


def token_of(client: FlaskClient) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/note").text)
    assert found is not None
    return found[1]


def watched(text: str) -> str:
    """Where a page asks for the progress again."""
    found = re.search(r'hx-get="(/jobs/[^"]+/progress)" hx-trigger="load delay:1s"', text)
    assert found is not None, text
    return found[1]


@pytest.mark.parametrize(
    ("action", "values", "check"),
    [
        ("edit", {"field": "size", "size": "7"}, "7"),
        ("move", {"stage": "closed"}, "closed"),
        ("archive", {}, ""),
    ],
    ids=["edit", "move", "archive"],
)
def test_very_many_rows_change_in_the_background(
    site: Site, client: FlaskClient, ids: list[str], action: str, values: dict[str, str], check: str
) -> None:
    text = asked(client, action, ids, **values)
    progress = watched(text)
    assert "Waiting for its turn" in text
    assert f'href="{progress.removesuffix("/progress")}"' in text
    run_all(site)
    over = client.get(progress, headers={"HX-Request": "true"}).text
    assert f"{MANY} records changed." in over
    assert "hx-get" not in over
    admin = site.admin.get(f"/api/records/note/{ids[-1]}").json or {}
    if action == "archive":
        assert site.caller("writer").ids("/api/records/note") == []
    else:
        assert str(admin["size" if action == "edit" else "stage"]) == check
    page = client.get(progress.removesuffix("/progress")).text
    assert f"{MANY} records changed." in page


def test_what_was_changed_is_taken_back_on_the_job_s_page(site: Site, client: FlaskClient, ids: list[str]) -> None:
    """As with a few rows: for edits, moves and the archive alike, where the way back is known."""
    job = watched(asked(client, "edit", ids, field="size", size="7")).removesuffix("/progress")
    assert f"{job}/undo" not in client.get(job).text
    run_all(site, bulk_undo.JOB_HANDLERS)
    undoing = form_at(client, job, f"{job}/undo").send(client, HX_Request="true").text
    assert "Waiting for its turn" in undoing
    run_all(site, bulk_undo.JOB_HANDLERS)
    page = client.get(watched(undoing)).text
    assert f"{MANY} records changed." in page
    assert "/undo" not in page
    assert (site.admin.get(f"/api/records/note/{ids[42]}").json or {})["size"] == 42


def test_refused_rows_are_named_with_their_reason(site: Site, client: FlaskClient, ids: list[str]) -> None:
    progress = watched(asked(client, "edit", ids, field="size", size="101"))
    run_all(site)
    over = client.get(progress).text
    assert f"{MANY} records were refused:" in over
    assert over.count('<a href="/note/') == 100
    assert "Note 0000" in over
    assert "and 150 more" in over


def test_without_javascript_the_job_has_a_page(site: Site, client: FlaskClient, ids: list[str]) -> None:
    opened = client.post("/note/bulk/archive/form", data={"id": ids, "csrf_token": token_of(client)})
    answer = form_in(opened.text, "/note/bulk/archive").send(client)
    assert (answer.status_code, answer.location[:6]) == (302, "/jobs/")
    page = client.get(answer.location)
    stop = form_in(page.text, f"{answer.location}/stop")
    stopped = stop.send(client)
    assert (stopped.status_code, stopped.location) == (302, answer.location)
    assert "It was stopped" in client.get(answer.location).text
    run_all(site)
    assert len(site.caller("writer").ids("/api/records/note?limit=300")) == MANY
    # What is over can't be stopped.
    assert stop.send(client).status_code == 409


def test_a_job_is_nobody_elses(site: Site, client: FlaskClient, ids: list[str]) -> None:
    progress = watched(asked(client, "archive", ids))
    other = client_of(site, site.person("writer"))
    assert [other.get(each).status_code for each in (progress, progress.removesuffix("/progress"))] == [404, 404]
    assert client_of(site, site.admin).get(progress).status_code == 200


def test_administrators_see_why_a_job_failed_and_run_it_again(site: Site) -> None:
    job_ids = [run(site.services, SYSTEM, partial(enqueue, job=Job("call", {}, f"call:{n}"))) for n in range(2)]
    run_all(site, {"call": fail})
    admin = client_of(site, site.admin)
    listed = admin.get("/admin/jobs?state=dead").text
    assert listed.count("J102: The other side is gone.") == 2
    one = admin.get(f"/admin/jobs/{job_ids[0]}").text
    assert all(text in one for text in ("The other side is gone.", "call:0", "tester", "failed"))
    form_in(one, f"/admin/jobs/{job_ids[0]}/retry").send(admin)
    run_all(site, {"call": lambda _services, _job: {"answer": 42}})
    one = admin.get(f"/admin/jobs/{job_ids[0]}").text
    assert "42" in one
    assert "/retry" not in one
    listed = admin.get("/admin/jobs").text
    form_in(listed, "/admin/jobs/retry-dead").send(admin)
    waiting = admin.get("/admin/jobs?state=waiting&kind=call").text
    assert "call:1" in waiting
    stop = form_in(admin.get(f"/admin/jobs/{job_ids[1]}").text, f"/admin/jobs/{job_ids[1]}/stop")
    assert stop.send(admin).status_code == 302
    assert "cancelled" in admin.get(f"/admin/jobs/{job_ids[1]}").text


@pytest.mark.parametrize("path", ["/admin/jobs", "/admin/jobs?state=x&kind=y&before=z", "/admin/jobs?before=%00"])
def test_strange_addresses_are_answered(site: Site, path: str) -> None:
    assert client_of(site, site.admin).get(path).status_code in (200, 400)
    assert client_of(site, site.caller("writer")).get(path).status_code in (400, 403)


def test_health_and_metrics_know_the_backlog(site: Site) -> None:
    run(site.services, SYSTEM, lambda work: enqueue(work, Job("call", {}, "one")))
    jobs = (site.admin.get("/health").json or {})["jobs"]
    assert (jobs["waiting"], jobs["running"], jobs["dead"], jobs["stuck"]) == (1, 0, 0, False)
    assert 'kalip_jobs{state="waiting"} 1.0' in site.admin.get("/metrics").text


def test_all_that_match_the_list_are_selected_by_one_tick(site: Site, client: FlaskClient, ids: list[str]) -> None:
    """Also those that are not on the page, and none that the list doesn't show."""
    listed = client.get("/note?filter=size+%3E%3D+20&sort=-name")
    form = form_in(listed.text, "/note/bulk/edit/form")
    assert 'name="matching"' in listed.text
    opened = form.send(client, {"id": ids[20:21], "matching": "1"})
    asked_for = form_in(opened.text, "/note/bulk/edit")
    expected = [each for number, each in enumerate(ids) if number % 100 >= 20]
    assert asked_for.values["id"] == expected[::-1]
    assert f"{len(expected)} records are selected." in opened.text
    # A stranger's list is nobody's selection.
    nothing = client_of(site, site.person())
    assert nothing.post("/note/bulk/edit/form", data={"matching": "1"}).status_code in (400, 403, 404)
