"""Merged documents know their layers."""

from kalip.metadata import stack
from tests.support.builders import a_pack, an_entity


def test_a_diagnostic_stands_where_the_property_was_set() -> None:
    crm = a_pack("crm").with_entity(an_entity("lead"))
    site = a_pack("site").with_entity(an_entity("lead").with_keys(extends="crm/lead").with_field("vip", "boolean"))
    merged = stack([crm.build(), site.build()]).documents["entities/lead/entity"]
    at = {
        pointer: merged.diagnostic("X", "x", pointer=pointer).where for pointer in ("/fields/vip/help", "/fields/name")
    }
    assert {pointer: where.file.split("/")[0] for pointer, where in at.items() if where} == {
        "/fields/vip/help": "site",
        "/fields/name": "crm",
    }
    assert merged.base.layer == "crm"


def test_a_property_that_nobody_set_has_the_origin_of_what_is_around_it() -> None:
    merged = stack([a_pack("crm").with_entity(an_entity("lead")).build()]).documents["entities/lead/entity"]
    assert [each.line for each in merged.history("/fields/name/help")] == [merged.origin("/fields/name").line]
