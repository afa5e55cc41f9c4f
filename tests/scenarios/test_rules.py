"""Rules over REST and on pages: what they did and why, what one would do, what comes in and goes out."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from kalip.jobs.handlers import all_background
from kalip.jobs.reading import read_events
from kalip.network import Network
from kalip.workflow.rules.hooks.signing import signatures
from tests.support.background import QUICK, Yard
from tests.support.ruled import a_ruled_pack
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

DOCUMENT: dict[str, Any] = {
    "rules": {
        "big": {
            "label": {"en": "Big deals", "tr": "Büyük işler"},
            "description": "Marks what is worth a look.",
            "when": {"changed": {"amount": {}}},
            "if": "amount > 100",
            "then": {"mark": {"set": {"note": "'big'"}}},
        },
        "asks": {
            "when": {"created": {}},
            "parameters": {"why": {"type": "text", "required": True}},
            "then": {"mark": {"set": {"note": "given.why"}}},
        },
        "paid": {"when": {"hook": {"name": "shop"}}, "then": {"mark": {"set": {"note": "'paid'"}}}},
        "tell": {
            "active": False,
            "when": {"created": {}},
            "then": {"out": {"call": {"url": "https://hooks.example.com/x", "secret": "shop"}}},
        },
    },
    "hooks": {"shop": {"secret": "shop", "find": {"name": "string(message.order)"}}},
    "clocks": {
        "answer": {
            "start": "stage == 'new'",
            "stop": "stage == 'won'",
            "targets": {"all": {"within": "PT8H"}},
            "alarms": {"late": {"share": 100, "then": {"mark": {"set": {"note": "'late'"}}}}},
        }
    },
}


@dataclass
class Place:
    """The site, and its background work."""

    site: Site
    yard: Yard

    def work(self) -> None:
        """Do what is due."""
        for _ in range(5):
            read_events(self.site.services, self.yard.consumers)
            self.yard.run_all()


@pytest.fixture
def place(database_url: str, tmp_path: Path) -> Iterator[Place]:
    pack = a_ruled_pack(DOCUMENT)
    pack.documents["entities/deal/access.json"] = {"permissions": {"rep": {"all": "own"}}}
    with a_site(database_url, tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as site:
        kept = replace(site.services, network=Network(secrets={"shop": "secret"}))
        site.services = kept
        site.app.extensions["kalip_site"] = replace(site.app.extensions["kalip_site"], services=kept)
        background = all_background()
        yard = Yard(site, background.handlers, background.consumers, background.recurring, QUICK)  # type: ignore[arg-type]
        place = Place(site, yard)
        place.work()
        yield place


def test_the_run_log_gives_the_reason_of_each_firing_and_non_firing(place: Place) -> None:
    admin = place.site.admin
    deal = admin.make("deal", name="Bolts", amount={"amount": "5", "currency": "TRY"})
    for amount in ("50", "500"):
        admin.call("PATCH", f"/api/records/deal/{deal['id']}", {"amount": {"amount": amount, "currency": "TRY"}})
    place.work()
    answer = admin.get("/api/rules/runs?rule=deal.big").json or {}
    assert [(each["state"], each["reason"]) for each in answer["items"]] == [
        ("done", "Done."),
        ("skipped", "Its condition isn't true: amount > 100 (amount = 50)"),
    ]
    assert answer["items"][0]["steps"] == [
        {"action": "mark", "did": "Set note.", "entity": "deal", "record_id": deal["id"], "values": {"note": "big"}}
    ]
    listed = {each["rule"]: each for each in (admin.get("/api/rules").json or {})["items"]}
    assert listed["deal.big"]["when"] == "When Amount changes"
    assert listed["deal.big"]["runs"] == {"done": 1, "skipped": 1}
    assert admin.get("/api/rules/runs?state=nonsense").status_code == 400
    assert place.site.caller("rep").get("/api/rules").status_code == 403
    clocks = admin.get(f"/api/records/deal/{deal['id']}/clocks").json or {}
    assert [(each["clock"], each["state"], each["target_seconds"]) for each in clocks["items"]] == [
        ("answer", "running", 28_800)
    ]


def test_a_dry_run_is_told_and_writes_nothing(place: Place) -> None:
    admin = place.site.admin
    deal = admin.make("deal", name="Bolts", amount={"amount": "500", "currency": "TRY"})
    answer = admin.call("POST", "/api/rules/deal.big/try", {"record": deal["id"]})
    assert answer.status_code == 200, answer.text
    assert (answer.json or {})["changes"][0]["after"] == {"note": "big"}
    assert (admin.get(f"/api/records/deal/{deal['id']}").json or {})["note"] is None
    for body in ({}, {"record": 5}, {"record": deal["id"], "more": 1}):
        assert admin.call("POST", "/api/rules/deal.big/try", body).status_code == 400
    assert admin.call("POST", "/api/rules/deal.bif/try", {"record": deal["id"]}).status_code == 404
    assert admin.call("POST", "/api/rules/deal.big/try", {"record": "x"}).status_code == 404
    assert place.site.caller("rep").call("POST", "/api/rules/deal.big/try", {"record": deal["id"]}).status_code == 403


def test_what_a_rule_asks_is_answered_over_rest(place: Place) -> None:
    """L58"""
    admin = place.site.admin
    deal = admin.make("deal", name="Bolts")
    place.work()
    (run,) = (admin.get("/api/rules/runs?state=asking").json or {})["items"]
    assert run["reason"] == "Asks for why."
    refused = admin.call("POST", f"/api/rules/runs/{run['id']}/answer", {})
    assert (refused.status_code, (refused.json or {})["violations"][0]["pointer"]) == (422, "/why")
    assert place.site.caller("rep").call("POST", f"/api/rules/runs/{run['id']}/skip").status_code == 404
    assert admin.call("POST", f"/api/rules/runs/{run['id']}/answer", {"why": "a fair"}).status_code == 200
    assert admin.call("POST", f"/api/rules/runs/{run['id']}/skip").status_code == 409
    place.work()
    assert (admin.get(f"/api/records/deal/{deal['id']}").json or {})["note"] == "a fair"
    assert admin.get(f"/api/rules/runs/{run['id']}").json["state"] == "done"  # type: ignore[index]


def test_what_a_rule_asks_is_answered_on_the_page_of_its_record(place: Place) -> None:
    """L58: asked there, wrong answers stay in the form, and who may lets it fall away."""
    admin = place.site.admin
    deals = [admin.make("deal", name=name)["id"] for name in ("Bolts", "Nuts")]
    place.work()
    client = client_of(place.site, admin)
    asked = [client.get(f"/deal/{each}").get_data(as_text=True) for each in deals]
    first, second = (re.findall(r'href="(/deal/[^"]*/questions/[^"]*)"', page)[0] for page in asked)
    assert "asks you something" in asked[0]
    assert "required" in client.get(first).get_data(as_text=True)
    assert client.post(first, data={"why": " "}).status_code == 422
    assert client.post(first.replace(deals[0], deals[1]), data={"why": "x"}).status_code == 404
    assert client.post(first, data={"why": "a fair"}).status_code == 302
    assert client.post(first, data={"why": "again"}).status_code == 409
    assert client.post(f"{second}/skip").status_code == 302
    place.work()
    notes = [(admin.get(f"/api/records/deal/{each}").json or {})["note"] for each in deals]
    assert notes == ["a fair", None]
    assert "/questions/" not in client.get(f"/deal/{deals[0]}").get_data(as_text=True)


def test_a_message_comes_in_once_and_only_proved(place: Place) -> None:
    admin = place.site.admin
    deal = admin.make("deal", name="A-17")
    body = json.dumps({"order": "A-17"}).encode()
    now = datetime.now(UTC)

    def send(key: str = "secret", **more: str) -> Any:
        said = {
            "webhook-id": "m1",
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": signatures([key], "m1", now, body),
            "Content-Type": "application/json",
            **more,
        }
        return place.site.app.test_client().post("/api/hooks/shop", data=body, headers=said)

    assert send("wrong").status_code == 401
    assert send(**{"webhook-timestamp": "1"}).status_code == 401
    first, second = send(), send()
    assert (first.status_code, first.json) == (200, {"id": "m1", "again": False, "found": True})
    assert second.json["again"] is True
    place.work()
    assert (admin.get(f"/api/records/deal/{deal['id']}").json or {})["note"] == "paid"
    assert place.site.app.test_client().post("/api/hooks/nowhere", data=b"{}").status_code == 404
    assert admin.get(f"/api/records/deal/{deal['id']}/events").status_code == 200
    page = client_of(place.site, place.site.admin).get(f"/deal/{deal['id']}")
    assert page.status_code == 200
    assert "took a message of another system" in page.get_data(as_text=True)


def test_administrators_see_rules_runs_and_dry_runs_on_pages(place: Place) -> None:
    admin = place.site.admin
    deal = admin.make("deal", name="Bolts & Nuts", amount={"amount": "5", "currency": "TRY"})
    admin.call("PATCH", f"/api/records/deal/{deal['id']}", {"amount": {"amount": "500", "currency": "TRY"}})
    place.work()
    client = client_of(place.site, admin)
    overview = client.get("/admin/rules").get_data(as_text=True)
    for text in (
        "Big deals",
        "Marks what is worth a look.",
        "When Amount changes",
        "amount &gt; 100",
        "1 fired",
        "off",
    ):
        assert text in overview, text
    log = client.get("/admin/rules/runs?rule=deal.big&state=done").get_data(as_text=True)
    assert "Bolts &amp; Nuts" in log
    assert "Set note." in log
    page = client.get(f"/admin/rules/deal.big?record={deal['id']}").get_data(as_text=True)
    assert "Nothing was written." in page
    assert client.get("/admin/rules/deal.big?record=x").status_code == 200
    assert client.get("/admin/rules/hooks").status_code == 200
    assert client.get("/admin/rules/deal.nothing").status_code == 404
    assert client.get("/admin/rules/runs?before=x&state=y").status_code == 200
    assert client_of(place.site, place.site.caller("rep")).get("/admin/rules").status_code == 403
    turkish = client_of(place.site, place.site.person("administrator", locale="tr"))
    assert "Büyük işler" in turkish.get("/admin/rules").get_data(as_text=True)


def test_rules_of_an_entity_are_begun_in_the_designer(place: Place) -> None:
    """RC2: the stages of a scenario and what it does by itself are pages of their own."""
    client = client_of(place.site, place.site.admin)
    begun = client.post("/designer/parts/company", data={"kind": "rules", "label": ""})
    assert begun.status_code == 302, begun.text
    assert begun.headers["Location"] == "/designer/at/entities/company/rules"
    shown = client.get("/designer/at/entities/company/rules")
    assert shown.status_code == 200
    assert "Clocks" in shown.get_data(as_text=True)
    automation = client.get("/designer/at/entities/deal/rules?at=/rules/big")
    scenario = client.get("/designer/at/entities/deal/pipelines/flow")
    assert (automation.status_code, scenario.status_code) == (200, 200)
    for address in ("/designer/at/entities/deal/rules", "/designer/at/entities/deal/pipelines/flow"):
        assert f'href="{address}"' in automation.text
        assert f'href="{address}"' in scenario.text
    assert client.get("/designer/at/calendars/office").status_code == 200
    assert client.post("/designer/parts/deal", data={"kind": "rules", "label": ""}).status_code == 400
