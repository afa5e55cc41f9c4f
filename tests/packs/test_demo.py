"""The demo data of shipped packs: as much as promised, accepted by every rule, and believable."""

from pathlib import Path
from typing import Any

import pytest

from kalip.base.bundle import bundle_path
from kalip.metadata import read_pack
from kalip.records.provision.demo import DemoOptions, make_demo
from tests.support.web_site import a_site

PROMISED = {
    "crm": {"company": 3000, "contact": 8000, "lead": 5000, "deal": 4000, "activity": 6000, "campaign": 24},
    "helpdesk": {"requester": 300, "ticket": 1500, "service": 12, "agreement": 12, "article": 16},
}
SCALES = {"crm": 0.01, "helpdesk": 0.05}


def demo_of(name: str) -> dict[str, Any]:
    documents = read_pack(bundle_path("metadata") / name).documents
    return {path: document.data for path, document in documents.items() if path.startswith("demo/")}


@pytest.mark.parametrize("name", PROMISED)
def test_it_promises_enough(name: str) -> None:
    counts = {data["entity"]: data["count"] for data in demo_of(name).values() if "entity" in data}
    assert counts.items() >= PROMISED[name].items()


@pytest.mark.slow
@pytest.mark.parametrize("name", PROMISED)
def test_every_record_is_accepted(tmp_path: Path, name: str) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, name) as site:
        result = make_demo(site.services, name, demo_of(name), DemoOptions(scale=SCALES[name]))
        people = {roles for _, _, roles in result.logins}
        assert len(people) > 1
        for entity, count in PROMISED[name].items():
            made = result.counts[entity]
            assert made in {count, round(count * SCALES[name])}
            assert (site.admin.get(f"/api/records/{entity}?limit=1&count=true").json or {})["count"] == made


@pytest.mark.slow
def test_deals_have_the_amount_of_their_lines(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "crm") as site:
        make_demo(site.services, "crm", demo_of("crm"), DemoOptions(scale=0.01))
        fields = "fields=name,amount,net_total,line_count,closed_on,stage,company.name"
        deals = (site.admin.get(f"/api/records/deal?limit=200&{fields}").json or {})["items"]
        assert len({deal["company.name"] for deal in deals}) > len(deals) // 4
        for deal in deals:
            if deal["line_count"]:
                assert deal["amount"]["amount"] == deal["net_total"], deal
            assert (deal["closed_on"] is not None) == (deal["stage"] in {"won", "lost", "renewed", "churned"}), deal


@pytest.mark.slow
def test_tickets_are_about_their_service_and_end_after_they_begin(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, "helpdesk") as site:
        make_demo(site.services, "helpdesk", demo_of("helpdesk"), DemoOptions(scale=0.05))
        fields = "fields=subject,received_at,answered_at,solved_at,stage,service.code,requester.language"
        tickets = (site.admin.get(f"/api/records/ticket?limit=200&{fields}").json or {})["items"]
        texts = demo_of("helpdesk")["demo/texts.json"]["tables"]["subjects"]
        services = {row["text"]: row["service"] for kinds in texts.values() for rows in kinds.values() for row in rows}
        for ticket in tickets:
            assert services[ticket["subject"]] == ticket["service.code"]
            assert (ticket["solved_at"] is not None) == (ticket["stage"] in {"solved", "closed"})
            for later in ("answered_at", "solved_at"):
                assert ticket[later] is None or ticket[later] >= ticket["received_at"], ticket
