"""A site that follows a directory, which says what a test wants it to say."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from kalip.base.errors import KalipError
from kalip.base.text import Text
from kalip.records import Services
from kalip.records.organisation.syncing import PeopleSynced, SyncPeople, Watch, sync_people
from kalip.runtime.directories import (
    Directory,
    DirectoryContents,
    DirectoryGroup,
    DirectoryKind,
    DirectoryPerson,
)
from kalip.storage import User, find_user
from kalip.storage.groups import group_codes
from kalip.storage.organisation import Unit, get_unit, list_units, positions_of
from tests.support.site import Site

EDA = DirectoryPerson("1", "eda@x.co", "Eda Su", unit="acme/sales", position="Seller", locale="tr-TR", groups=("g1",))
CAN = DirectoryPerson("2", "can@x.co", "Can")
CREW, SELLERS = DirectoryGroup("g1", "The crew"), DirectoryGroup("g2", "Sellers", "cn=sellers,dc=x")


@dataclass
class Office:
    """A site and the directory that it follows; `people` and `groups` are what that says now."""

    site: Site
    people: Sequence[DirectoryPerson] = (EDA, CAN)
    groups: Sequence[DirectoryGroup] = (CREW, SELLERS)
    fault: KalipError | None = None
    directory: Directory = field(init=False)

    def __post_init__(self) -> None:
        kind = DirectoryKind("list", Text.of("List"), lambda _options: self.read())
        roles = {"cn=SELLERS,dc=x": ("rep", "viewer")}
        self.directory = Directory("office", "list", make_missing=True, roles=roles, reader=kind)

    def read(self) -> DirectoryContents:
        if self.fault is not None:
            raise self.fault
        return DirectoryContents(tuple(self.people), tuple(self.groups))

    @property
    def services(self) -> Services:
        return replace(self.site.services, directories={"office": self.directory})

    def sync(
        self, who: str = "ada", *, dry_run: bool = False, let_go: bool = False, watch: Watch = lambda _done, _all: False
    ) -> PeopleSynced:
        return sync_people(self.services, self.site.actors[who], SyncPeople("office", dry_run, let_go), watch)

    def user(self, email: str) -> User:
        with self.site.services.database.read() as session:
            found = find_user(session, email)
        assert found is not None
        return found

    def unit(self, code: str) -> Unit:
        with self.site.services.database.read() as session:
            return next(each for each in list_units(session) if each.code == code)

    def units(self) -> dict[str, str]:
        """The codes of the units, each with that of the one above it."""
        with self.site.services.database.read() as session:
            found = {each.id: each for each in list_units(session)}
        return {each.code: found[each.parent].code if each.parent else "" for each in found.values()}

    def unit_of(self, email: str) -> str:
        with self.site.services.database.read() as session:
            (place,) = positions_of(session, self.user(email).id)
            found = get_unit(session, place.unit)
        assert found is not None
        return found.code

    def groups_of(self, email: str) -> tuple[str, ...]:
        with self.site.services.database.read() as session:
            return group_codes(session, self.user(email).id)
