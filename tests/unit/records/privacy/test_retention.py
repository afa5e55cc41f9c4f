"""Terms: counted first, emptied once in force, held back by holds."""

from kalip.access import SYSTEM
from kalip.records import run
from kalip.records.privacy import (
    empty_due,
    preview,
    previews,
    put_hold,
    put_in_force,
    rules_in_force,
    take_out_of_force,
)
from tests.support.personal import CANARY
from tests.support.site import Site


def test_it_works(both: Site, ids: dict[str, str]) -> None:
    """R14: retention: what falls due is shown, emptied when in force, and stays where it is held."""
    about = {"about": {"entity": "contact", "id": ids["contact"]}, "said": f"{CANARY} again"}
    old, held, young = (
        both.save("ada", "call", {**about, "called_on": day}).id for day in ("2025-01-01", "2025-02-01", "2026-11-01")
    )
    (found,) = both.act("ada", previews, write=False)
    assert (found.count, str(found.before), found.in_force) == (2, "2025-11-24", None)
    assert found.rule.fields == ("said",)
    both.act("ada", lambda work: put_hold(work, [("call", held)], "Lawsuit", person=False))
    seen = both.act("ada", lambda work: preview(work, found.rule.id), write=False)
    assert ({each.id for each in seen.some}, seen.held) == ({old, held}, 1)
    assert both.act("ada", rules_in_force, write=False) == ()
    both.act("ada", lambda work: put_in_force(work, found.rule.id))
    (rule,) = both.act("ada", rules_in_force, write=False)
    assert run(both.services, SYSTEM, lambda work: empty_due(work, rule, "")) == ("", 1)
    said = {each: both.get("ada", "call", each)["said"] for each in (old, held, young)}
    assert (said[old], CANARY in said[held], CANARY in said[young]) == (None, True, True)
    assert run(both.services, SYSTEM, lambda work: empty_due(work, rule, "")) == ("", 0)
    both.act("ada", lambda work: take_out_of_force(work, rule.id))
    assert both.act("ada", rules_in_force, write=False) == ()
