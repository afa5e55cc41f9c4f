"""What a plugin's action may ask about other records, always with the rights of the actor that runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from kalip.records import ListRecords, Work, list_records
from kalip.storage import list_users


class ActorRecords:
    """Reads records inside the work of a transition."""

    def __init__(self, work: Work) -> None:
        self._work = work

    def find(
        self,
        entity: str,
        *,
        where: str = "",
        fields: Sequence[str] = (),
        sort: Sequence[str] = (),
        limit: int = 50,
    ) -> Sequence[Mapping[str, Any]]:
        """Records that match the expression `where`, as JSON values by path."""
        command = ListRecords(
            entity, fields=tuple(fields) or ("id",), filter=where or None, sort=tuple(sort), limit=limit
        )
        return list_records(self._work, command).items

    def count(self, entity: str, *, where: str = "") -> int:
        """How many records match the expression `where`."""
        command = ListRecords(entity, fields=("id",), filter=where or None, limit=1, count=True, count_cap=None)
        return list_records(self._work, command).count or 0

    def users(self, role: str = "") -> Sequence[Mapping[str, str]]:
        """Active users (id, name, email) with a role, ordered by name; everybody without one."""
        found = list_users(self._work.session, active=True)
        wanted = [user for user in found if not role or role in user.roles]
        people = sorted(wanted, key=lambda user: (user.name.casefold(), user.id))
        return [{"id": user.id, "name": user.name, "email": user.email} for user in people]
