"""Pipelines over pages: the standing of a record, steps, queues, other pipelines, boards and many rows at once."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.support.cases import case_pack
from tests.support.clock import StandingClock
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, case_pack(), config={"WTF_CSRF_ENABLED": False}) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("rep"))


def case(site: Site, **values: object) -> str:
    return str(site.caller("rep").make("case", **{"name": "Broken cup", **values})["id"])


def own_question(site: Site, **values: object) -> str:
    """A question that did not go into the queue."""
    return case(site, kind="question", owner=site.caller("rep").user_id, **values)


def examined(site: Site, client: FlaskClient, **values: object) -> str:
    made = case(site, amount="5", note="x", **values)
    assert client.post(f"/case/{made}/move/examined", data={"_asked": "1"}).status_code == 302
    return made


def text_of(response: TestResponse) -> str:
    return unescape(re.sub(r"<[^>]+>", " ", response.text))


def test_a_record_says_where_it_stands(site: Site, client: FlaskClient) -> None:
    """L01, CR2"""
    text = client.get(f"/case/{examined(site, client)}").text
    assert 'aria-current="step"' in text
    assert "Complaints" in text
    assert "left" in text
    assert "0 of 3 done" in text
    assert "These steps must be done first: Call the customer, Write the report." in unescape(text)
    assert 'name="amount"' not in text  # locked in this stage
    assert re.search(r'<div class="field" id="field-f-refund"[^>]* hidden', text)
    assert not re.search(r'<div class="field" id="field-f-note"[^>]* hidden', text)


def test_steps_are_ticked_off_in_place(site: Site, client: FlaskClient) -> None:
    """CR2"""
    made = examined(site, client)
    answer = client.post(f"/case/{made}/steps/call", data={"state": "done"}, headers=HTMX)
    assert "1 of 3 done" in answer.text
    assert answer.text.lstrip().startswith('<div class="standing"')
    refused = client.post(f"/case/{made}/steps/call", data={"state": "skipped"}, headers=HTMX)
    assert "can't be skipped" in json.loads(refused.headers["HX-Trigger"])["kalip:toast"]["message"]
    added = client.post(f"/case/{made}/steps", data={"title": "Ask the baker", "required": "true"}, headers=HTMX)
    assert "Ask the baker" in added.text
    assert "1 of 4 done" in added.text
    name = re.findall(r"/steps/([0-9a-f-]{36})/remove", added.text)[0]
    gone = client.post(f"/case/{made}/steps/{name}/remove", headers=HTMX)
    assert "1 of 3 done" in gone.text
    plain = client.post(f"/case/{made}/steps/report", data={"state": "done"})
    assert plain.status_code == 302
    assert client.post(f"/case/{made}/steps/report", data={"state": "never"}).status_code == 302
    assert "none of open, done, skipped" in client.get(f"/case/{made}").text


def test_another_pipeline_asks_and_refuses_with_the_reason(site: Site, client: FlaskClient) -> None:
    """CR3"""
    made = own_question(site)
    assert "fits the pipeline" not in client.get(f"/case/{made}").text
    dialogue = client.get(f"/case/{made}/pipeline/long")
    assert "There is nothing to examine." in text_of(dialogue)
    refused = client.post(f"/case/{made}/pipeline/long", headers=HTMX)
    assert (refused.status_code, "There is nothing to examine." in text_of(refused)) == (422, True)
    site.caller("rep").call("PATCH", f"/api/records/case/{made}", {"kind": "complaint", "amount": "5"})
    done = client.post(f"/case/{made}/pipeline/long", data={"_asked": "1"})
    assert done.status_code == 302
    page = client.get(f"/case/{made}").text
    assert "Moved to Complaints." in page
    site.caller("rep").call("PATCH", f"/api/records/case/{made}", {"kind": "question", "note": "x"})
    assert "fits the pipeline Questions" in text_of(client.get(f"/case/{made}"))
    assert client.get(f"/case/{made}/pipeline/nothing").status_code == 404


def test_a_board_hears_of_a_change_of_pipeline(site: Site, client: FlaskClient) -> None:
    made = case(site)
    page = client.get("/case/board").text
    assert f"/case/{made}/pipeline/short" in page
    answer = client.post(f"/case/{made}/pipeline/short", headers=JSON)
    assert answer.json == {"ok": True, "message": "Moved to Questions."}
    again = client.post(f"/case/{made}/pipeline/short", headers=JSON)
    assert (again.status_code, (again.json or {})["ok"]) == (403, False)  # it waits in the queue, and is nobody's
    assert made not in client.get("/case/board").text


def test_records_are_taken_from_the_queue(site: Site) -> None:
    """SB2"""
    made = case(site, kind="question")
    viewer = client_of(site, site.caller("viewer"))
    assert "Take it" in viewer.get(f"/case/{made}").text
    assert viewer.post(f"/case/{made}/take").status_code == 302
    assert "Take it" not in viewer.get(f"/case/{made}").text
    other = client_of(site, site.admin)
    assert other.post(f"/case/{made}/take").status_code == 409


def test_the_stages_of_a_record_are_listed(site: Site, client: FlaskClient) -> None:
    """DY3"""
    made = examined(site, client)
    client.post(f"/case/{made}/move/opened", data={"_asked": "1"})
    said = text_of(client.get(f"/case/{made}/stages"))
    assert [said.index(each) for each in ("Opened", "Examined")]
    assert client.get(f"/case/{made}/stages", headers=HTMX).text.lstrip().startswith('<div id="stays">')
    assert client_of(site, site.person()).get(f"/case/{made}/stages").status_code == 404


def test_closing_asks_for_the_outcome_and_a_reason_that_fits(site: Site, client: FlaskClient) -> None:
    """L02, L03, L05"""
    made = case(site, note="x")
    board = client.post(f"/case/{made}/move/dropped", headers=JSON)
    assert (board.json or {})["ok"] is False
    dialogue = client.get((board.json or {})["dialog"])
    assert "How did it end?" in text_of(dialogue)
    offered = re.findall(r'<option value="([a-z]*)"', dialogue.text)
    assert [each for each in offered if each] == ["price", "time"]
    assert 'name="_leaving" value="opened"' in dialogue.text
    without = client.post(f"/case/{made}/move/dropped", data={"_asked": "1", "reason": ""}, headers=HTMX)
    assert without.status_code == 422
    assert site.caller("rep").get(f"/api/records/case/{made}").json["stage"] == "opened"  # type: ignore[index]
    done = client.post(f"/case/{made}/move/dropped", data={"_asked": "1", "reason": "time"}, headers=JSON)
    assert (done.json or {})["ok"] is True


def test_whoever_comes_second_is_told_who_was_first(site: Site, client: FlaskClient) -> None:
    made = case(site, amount="5", note="x")
    other = client_of(site, site.admin)
    first = client.post(f"/case/{made}/move/examined", data={"_asked": "1", "_leaving": "opened"}, headers=JSON)
    assert (first.json or {})["ok"] is True
    late = other.post(
        f"/case/{made}/move/dropped", data={"_asked": "1", "_leaving": "opened", "reason": "time"}, headers=JSON
    )
    assert late.status_code == 409
    assert "has moved the record meanwhile: it is in 'Examined' now." in (late.json or {})["message"]
    assert 'data-stage="examined"' in client.get(f"/case/board/default/card?id={made}").text


def test_cards_show_limits_and_steps(site: Site, client: FlaskClient) -> None:
    """BX10, CR2"""
    made = examined(site, client)
    client.post(f"/case/{made}/steps/call", data={"state": "done"})
    text = text_of(client.get(f"/case/board/default/card?id={made}"))
    assert "1/3" in text
    assert "days left" in text


def test_a_new_record_may_be_put_into_a_pipeline(site: Site, client: FlaskClient) -> None:
    """BX1, L15"""
    page = client.get("/case/new").text
    options = re.findall(r'<option value="([a-z]*)"[^>]*>', page.split('name="pipeline"')[1].split("</select>")[0])
    assert options == ["", "long", "short"]
    made = client.post("/case/new", data={"name": "x", "kind": "complaint", "pipeline": "short"})
    assert made.status_code == 302
    assert "Questions" in client.get(made.location).text
    left = client.post("/case/new", data={"name": "x", "kind": "question", "pipeline": ""})
    assert "Questions" in client.get(left.location).text


def test_the_designer_draws_where_tunnels_lead(site: Site) -> None:
    """BX2"""
    admin = client_of(site, site.admin)
    text = admin.get("/designer/at/entities/case/pipelines/long").text
    assert 'at=/stages/settled/tunnels/follow">Settled</a> → <code>follow_up/calls</code>' in text
    stage = text_of(admin.get("/designer/at/entities/case/pipelines/long?at=/stages/examined"))
    for said in ("Time limit: Within", "Entry conditions", "Steps by hand", "Call the customer", "Responsible"):
        assert said in stage


def test_many_rows_change_their_pipeline(site: Site, client: FlaskClient) -> None:
    """BX2"""
    good, bad = own_question(site, amount="5"), own_question(site)
    assert "/case/bulk/pipeline/form" in client.get("/case").text
    form = client.post("/case/bulk/pipeline/form", data={"id": [good, bad]})
    assert "2 records are selected." in form.text
    assert client.post("/case/bulk/pipeline", data={"id": [good]}).status_code == 422
    assert client.post("/case/bulk/pipeline", data={"pipeline": "long"}).status_code == 422
    assert client.post("/case/bulk/pipeline", data={"id": [good], "pipeline": "archive"}).status_code == 422
    result = text_of(client.post("/case/bulk/pipeline", data={"id": [good, bad], "pipeline": "long"}))
    assert "1 record changed." in result
    assert "There is nothing to examine." in result
    assert client.get("/case/bulk/pipeline").status_code == 302


def test_a_list_shows_what_is_overdue(database_url: str, tmp_path: Path) -> None:
    """BX7"""
    clock = StandingClock(datetime(2026, 11, 24, 12, tzinfo=UTC))
    with a_site(database_url, tmp_path, case_pack(), clock=clock, config={"WTF_CSRF_ENABLED": False}) as site:
        made = case(site)
        client = client_of(site, site.caller("rep"))
        assert "tone-red" not in client.get("/case").text.split('data-id="')[1]
        overdue = "/case?filter=stage_due%20%3C%20now()"
        assert made not in client.get(overdue).text
        clock.move(hours=25)
        client = client_of(site, site.caller("rep"))  # one is signed in for a day
        assert "tone-red" in client.get("/case").text.split('data-id="')[1]
        assert made in client.get(overdue).text
        assert "Overdue by" in client.get(f"/case/{made}").text
        assert "card-overdue" in client.get(f"/case/board/default/card?id={made}").text
