"""Rules and clocks."""

from kalip.base.text import Text
from kalip.model import BY_EVENT, On, Rule, When


def test_a_rule_has_an_address_in_the_model() -> None:
    rule = Rule("overdue", "deal", Text(), When(On.REACHED, date="expected_close"), ())
    assert rule.address == "deal.overdue"
    assert rule.when.on not in BY_EVENT
    assert rule.active
