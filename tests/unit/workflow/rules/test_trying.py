"""A dry run says what would happen and writes nothing."""

import pytest

from kalip.base.errors import NotFound
from kalip.storage import events_for, list_jobs
from kalip.workflow.rules import try_rule
from tests.support.ruling import Ruling, a_ruling

DOCUMENT = {
    "rules": {
        "raised": {
            "when": {"changed": {"amount": {}}},
            "if": "amount > old.amount",
            "then": {
                "mark": {"set": {"note": "'from ' + string(old.amount)"}},
                "visit": {"create": {"entity": "visit", "values": {"topic": "name", "deal": "id"}}},
                "call": {"call": {"url": "https://example.com/x", "secret": "shop"}},
            },
        },
        "off": {"active": False, "wait": "P1D", "when": {"created": {}}, "then": {"m": {"set": {"name": "null"}}}},
    }
}


def test_it_says_what_would_happen_and_writes_nothing(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        deal = ruling.make(amount={"amount": "10", "currency": "TRY"})
        ruling.change(deal, amount={"amount": "20", "currency": "TRY"})
        before = _state(ruling, deal)
        trial = try_rule(ruling.site.services, "deal.raised", deal)
        assert (trial.state, [step["action"] for step in trial.steps]) == ("done", ["mark", "visit", "call"])
        assert trial.steps[0]["params"]["values"] == {"note": "from 10"}
        assert [(event.kind, event.entity) for event in trial.changes] == [
            ("record.updated", "deal"),
            ("record.created", "visit"),
        ]
        assert _state(ruling, deal) == before
        ruling.change(deal, amount={"amount": "5", "currency": "TRY"})
        assert try_rule(ruling.site.services, "deal.raised", deal).state == "skipped"


def test_a_rule_that_is_off_may_be_tried_and_a_failure_is_an_answer(database_url: str) -> None:
    with a_ruling(database_url, DOCUMENT) as ruling:
        deal = ruling.make()
        trial = try_rule(ruling.site.services, "deal.off", deal)
        assert trial.state == "failed"
        assert "name" in str(trial.params["reason"])
        with pytest.raises(NotFound, match=r"deal\.rised"):
            try_rule(ruling.site.services, "deal.rised", deal)


def _state(ruling: Ruling, deal: str) -> tuple[object, ...]:
    with ruling.site.services.database.read() as session:
        events = events_for(session, "deal", deal).events
        return ruling.deal(deal), events, len(list_jobs(session)), ruling.runs()
