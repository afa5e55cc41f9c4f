"""What is more confidential than one's clearance is not there, not even as a duplicate."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from kalip.base.errors import AccessDenied, NotFound, RecordRejected
from kalip.records import archive_record, purge_record
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.site import Site, a_site


def pack() -> PackBuilder:
    letter = (
        an_entity("letter")
        .with_keys(title="name", duplicates={"alike": {"fields": {"name": "exact"}}, "same": DUE})
        .with_field("name", "text", required=True)
        .with_field("number", "text")
        .with_field("secrecy", "choice", choices="secrecy")
        .with_document(
            "access",
            {
                "confidentiality": {"field": "secrecy"},
                "permissions": {"rep": {"all": "all", "purge": "all"}, "viewer": {"all": "all"}},
            },
        )
    )
    made = a_pack("office").with_choices("secrecy", "internal", "secret").with_role("boss", administrator=True)
    return made.with_role("rep", clearance="internal").with_role("viewer").with_entity(letter)


DUE: dict[str, Any] = {"fields": {"number": "exact"}, "strict": True}


@pytest.fixture
def office(database_url: str) -> Iterator[Site]:
    with a_site(database_url, pack()) as site:
        yield site


def faults(site: Site, who: str, **values: Any) -> list[tuple[str, str, object]]:
    with pytest.raises(RecordRejected) as caught:
        site.save(who, "letter", values)
    return [(each.code, each.message, each.params["records"]) for each in caught.value.violations]


def test_it_works(office: Site) -> None:
    """R12"""
    plain = office.save("ada", "letter", {"name": "Menu"}).id
    internal = office.save("ada", "letter", {"name": "Salaries", "secrecy": "internal"}).id
    secret = office.save("ada", "letter", {"name": "Merger", "secrecy": "secret"}).id
    seen = {"ada": (plain, internal, secret), "bora": (plain, internal), "cem": (plain,)}
    for who, some in seen.items():
        for letter in (plain, internal, secret):
            if letter in some:
                assert office.get(who, "letter", letter)["id"] == letter
            else:
                with pytest.raises(NotFound):
                    office.get(who, "letter", letter)


def test_nobody_puts_a_record_out_of_ones_own_sight(office: Site) -> None:
    letter = office.save("bora", "letter", {"name": "Menu"}).id
    with pytest.raises(AccessDenied):
        office.save("bora", "letter", {"secrecy": "secret"}, letter)
    office.save("bora", "letter", {"secrecy": "internal"}, letter)
    with pytest.raises(NotFound):
        office.save("cem", "letter", {"name": "Mine"}, letter)


def test_nobody_purges_what_is_out_of_ones_sight(office: Site) -> None:
    for secrecy, refused in (("secret", True), ("internal", False)):
        letter = office.save("ada", "letter", {"name": "Merger", "secrecy": secrecy}).id
        office.act("ada", partial(archive_record, entity="letter", record_id=letter))
        purge = partial(office.act, "bora", partial(purge_record, entity_name="letter", record_id=letter))
        if refused:
            with pytest.raises(NotFound):
                purge()
        else:
            purge()


def test_what_is_alike_in_secret_is_not_told(office: Site) -> None:
    office.save("ada", "letter", {"name": "Merger", "number": "7", "secrecy": "secret"})
    assert office.save("bora", "letter", {"name": "Merger"}).created
    strict = faults(office, "bora", name="Another", number="7")
    assert strict == [("duplicate", "There is such a record already.", ())]
    (told,) = faults(office, "ada", name="Merger")
    assert told[0] == "possible_duplicate"
