"""L58: rules that start by themselves with parameters ask, run once, and can be skipped by a caller with the right."""

import pytest

from kalip.base.errors import Conflict, NotFound, RecordRejected
from kalip.workflow.rules import answer_run, skip_run
from tests.support.ruling import a_ruling

DOCUMENT = {
    "rules": {
        "discount": {
            "when": {"created": {}},
            "parameters": {"percent": {"type": "integer", "required": True}, "why": {"type": "text"}},
            "skip": {"rep": {}},
            "then": {"m": {"set": {"note": "string(given.percent) + ' ' + (given.why == null ? '-' : given.why)"}}},
        }
    }
}


def test_a_rule_asks_and_runs_once_when_it_is_answered(database_url: str) -> None:
    """L58"""
    with a_ruling(database_url, DOCUMENT) as ruling:
        deal = ruling.make()
        ruling.work()
        (run,) = ruling.runs("discount")
        assert (run.state, run.params["fields"]) == ("asking", ["percent"])
        assert ruling.deal(deal)["note"] is None
        with pytest.raises(RecordRejected) as refused:
            ruling.site.act("ada", lambda work: answer_run(work, run.id, {"percent": "x", "who": 1}))
        assert [fault.pointer for fault in refused.value.violations] == ["/who", "/percent"]
        ruling.site.act("ada", lambda work: answer_run(work, run.id, {"percent": 5}))
        with pytest.raises(Conflict):
            ruling.site.act("ada", lambda work: answer_run(work, run.id, {"percent": 6}))
        ruling.work()
        assert ruling.deal(deal)["note"] == "5 -"
        assert ruling.states("discount") == ["done"]
        with pytest.raises(Conflict):
            ruling.site.act("ada", lambda work: answer_run(work, run.id, {"percent": 6}))


def test_who_has_the_right_lets_it_fall_away(database_url: str) -> None:
    """L58"""
    with a_ruling(database_url, DOCUMENT) as ruling:
        ruling.make()
        ruling.work()
        (run,) = ruling.runs("discount")
        with pytest.raises(NotFound):
            ruling.site.act("deniz", lambda work: skip_run(work, run.id))
        ruling.site.act("ada", lambda work: skip_run(work, run.id))
        (skipped,) = ruling.runs("discount")
        assert (skipped.state, skipped.params) == ("skipped", {"user": "Ada"})
