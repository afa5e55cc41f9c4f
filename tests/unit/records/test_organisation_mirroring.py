"""Groups and units of a directory: the same under another name, kept apart, made where they are wanted."""

from dataclasses import replace

from kalip.records.organisation import SaveUnit, hang_unit, make_unit, remove_unit
from kalip.records.organisation.commands import GROUP
from kalip.runtime.directories import DirectoryGroup, DirectoryPerson
from kalip.storage import events_for
from kalip.storage.groups import list_groups
from kalip.storage.organisation import positions_of
from tests.support.directories import CAN, CREW, EDA, SELLERS, Office


def test_it_works(office: Office) -> None:
    """Units of one name in different places are two."""
    office.people = (EDA, replace(CAN, unit="Other/sales"), DirectoryPerson("3", "dora@x.co", unit="Other"))
    office.sync()
    assert office.units() == {"acme": "", "sales": "acme", "Other": "", "Other-sales": "Other"}
    assert (office.unit_of("eda@x.co"), office.unit_of("can@x.co")) == ("sales", "Other-sales")
    office.people = (replace(EDA, unit="ACME/Sales"), replace(CAN, unit="other/sales"), office.people[2])
    assert office.sync().counts == {"unchanged": 3}


def test_a_unit_stays_what_it_is_where_administrators_hang_it(office: Office) -> None:
    head = office.site.act("ada", lambda work: make_unit(work, SaveUnit("head", "Head")))
    office.site.act("ada", lambda work: make_unit(work, SaveUnit("acme", "ACME Ltd", head)))
    office.sync()
    assert office.units() == {"head": "", "acme": "head", "sales": "acme"}
    sales = office.site.act("ada", lambda work: hang_unit(work, office.unit("sales").id, head)).id
    assert office.sync().counts == {"unchanged": 2}
    with office.site.services.database.read() as session:
        (place,) = positions_of(session, office.user("eda@x.co").id)
    assert place.unit == sales


def test_units_that_are_not_there_are_not_made_unasked(office: Office) -> None:
    office.directory = replace(office.directory, make_missing=False)
    office.site.act("ada", lambda work: make_unit(work, SaveUnit("sales", "Sales")))
    done = office.sync()
    assert done.people[0].faults == ("There is no unit 'acme'.",)
    office.site.act("ada", lambda work: make_unit(work, SaveUnit("acme", "ACME")))
    assert office.sync().people[0].faults == ("There is no unit 'sales' below 'acme'.",)
    office.site.act("ada", lambda work: hang_unit(work, office.unit("sales").id, office.unit("acme").id))
    assert office.sync().counts == {"unchanged": 1, "created": 1}


def test_a_unit_that_was_taken_away_is_made_anew(office: Office) -> None:
    office.sync()
    office.people = (replace(EDA, unit="board"), CAN)
    office.sync()
    office.people = (EDA, CAN)
    office.site.clock.move(days=2)
    for code in ("sales", "acme"):
        office.site.act("ada", lambda work, code=code: remove_unit(work, office.unit(code).id))  # type: ignore[misc]
    assert office.sync().counts == {"unchanged": 1, "updated": 1}
    assert office.units() == {"acme": "", "sales": "acme", "board": ""}


def test_a_group_is_the_same_under_another_name(office: Office) -> None:
    office.sync()
    office.groups = (replace(CREW, name="Everybody"), replace(SELLERS, id="g3", name="The crew"))
    office.sync(let_go=True)
    with office.site.services.database.read() as session:
        found = {each.code: each.name for each in list_groups(session)}
    assert found == {"The-crew": "Everybody", "The-crew-2": "The crew", "Sellers": "Sellers"}


def test_many_groups_are_brought_a_few_to_a_transaction(office: Office) -> None:
    office.groups = tuple(DirectoryGroup(f"n{each}", f"Team {each}") for each in range(60))
    office.directory = replace(office.directory, roles={})
    office.people = (CAN,)
    office.sync()
    with office.site.services.database.read() as session:
        found = [events_for(session, GROUP, each.id).events for each in list_groups(session)]
    assert (len(found), len({event.correlation for events in found for event in events})) == (60, 2)
