from kalip.base.text import Text
from kalip.model import Entity, Field, Model

TEXT = Text.of("Lead")
LEAD = Entity("lead", "crm", TEXT, TEXT, "target", "name", {"name": Field("name", "text", TEXT)}, {})
MODEL = Model("r1", {}, {"lead": LEAD}, {}, {}, aliases={"prospect": "lead", "lead.title": "lead.name"})


def test_an_entity_by_every_name() -> None:
    assert MODEL.entity("lead") is MODEL.entity("crm/lead") is MODEL.entity("prospect") is LEAD
    assert MODEL.entity("crm/prospect") is LEAD
    assert MODEL.entity("deal") is None
    assert MODEL.entity("") is None


def test_a_reference_is_sorted_by_what_its_record_is_called() -> None:
    def called(name: str, title: str, **fields: str) -> Entity:
        made = {each: Field(each, "reference", TEXT, target=target) for each, target in fields.items()}
        return Entity(name, "crm", TEXT, TEXT, "target", title, {"code": Field("code", "text", TEXT), **made}, {})

    agent, deal = called("agent", "code"), called("deal", "agent", agent="agent")
    visit, ring = called("visit", "code", deal="deal"), called("ring", "next", next="ring")
    model = Model("r1", {}, {each.name: each for each in (agent, deal, visit, ring)}, {}, {})
    asked = ("code", "deal", "deal.agent", "deal.code", "deal.agent.code", "deal.nothing", "")
    assert [model.order_path(visit, each) for each in asked] == [
        "code", "deal.agent.code", "deal.agent.code", "deal.code", "deal.agent.code", "deal.nothing", "",
    ]  # fmt: skip
    assert model.order_path(ring, "next").startswith("next.next")
    user = called("case", "owner")
    owned = Entity("case", "crm", TEXT, TEXT, "target", "owner", {"owner": Field("owner", "user", TEXT)}, {})
    assert (model.order_path(owned, "owner"), model.order_path(user, "owner")) == ("owner.name", "owner")


def test_a_model_is_itself_alone() -> None:
    assert Model("r1", {}, {}, {}, {}) != Model("r1", {}, {}, {}, {})
