"""Where faults are put down."""

from kalip.compiler.desk import Desk, Spot
from kalip.metadata import stack
from tests.support.builders import a_pack, an_entity


def desk_and_spot() -> tuple[Desk, Spot]:
    stacked = stack([a_pack().with_entity(an_entity("lead")).build()])
    return Desk(stacked), Spot(stacked.documents["entities/lead/entity"])


def test_a_spot_is_escaped() -> None:
    _, spot = desk_and_spot()
    assert spot.at("a/b", 3, "~").pointer == "/a~1b/3/~0"


def test_an_unknown_name_is_told_with_a_suggestion_or_the_names_there_are() -> None:
    desk, spot = desk_and_spot()
    desk.unknown("C102", spot, "field of 'lead'", "nme", ["name"])
    desk.unknown("C102", spot, "role", "zzz", [f"r{number}" for number in range(20)])
    desk.unknown("C102", spot, "role", "zzz", [])
    assert [(each.message, each.hint) for each in desk.diagnostics] == [
        ("'lead' has no field 'nme'", "did you mean 'name'?"),
        ("unknown role 'zzz'", "there are r0, r1, r2, r3, r4, r5, r6, r7, r8, r9, r10, r11, …"),
        ("unknown role 'zzz'", "there are none"),
    ]


def test_what_follows_from_a_fault_is_kept_back() -> None:
    desk, spot = desk_and_spot()
    desk.doubt("amount")
    desk.unknown("C102", spot, "field", "amount", [])
    assert desk.diagnostics == []
    assert desk.is_doubtful("total > amount + 1")
    assert not desk.is_doubtful("total > amounts")


def test_a_use_is_put_down_once() -> None:
    desk, spot = desk_and_spot()
    desk.use(spot.at("label"), "entity:lead")
    desk.use(spot.at("label"), "entity:lead")
    assert [(use.user, use.used, use.file) for use in desk.uses] == [
        ("shop/lead/entity", "entity:lead", "shop/entities/lead/entity.json")
    ]
