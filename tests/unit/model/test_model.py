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


def test_a_model_is_itself_alone() -> None:
    assert Model("r1", {}, {}, {}, {}) != Model("r1", {}, {}, {}, {})
