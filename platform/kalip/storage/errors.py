"""What storage refuses, and what its callers may try again."""

from collections.abc import Mapping

from kalip.base.errors import StorageError


class RevisionChanged(StorageError):
    """Another model was published meanwhile; `current` is its revision. Pin it and try again."""

    code = "S110"

    def __init__(self, current: str | None) -> None:
        super().__init__("the model was changed meanwhile", hint="try again")
        self.current = current


class Unavailable(StorageError):
    """The database is busy, broke a deadlock or went away: nothing was written, and trying again may help."""

    code = "S111"


class TooSlow(StorageError):
    """A statement took longer than the setting `statement_seconds` lets it: it was stopped, and nothing was written."""

    code = "S113"

    def __init__(self) -> None:
        super().__init__("this takes the database too long, and was stopped", hint="ask for less at once")


class ReadOnlySession(StorageError):
    """A write in a session that was opened for reading."""

    code = "S112"


class UniqueClash(StorageError):
    """Another record holds the same values of a unique key; found by the database itself, after a race."""

    code = "S120"

    def __init__(self, entity: str, fields: tuple[str, ...]) -> None:
        super().__init__(
            "another {entity} has the same {fields}", params={"entity": entity, "fields": ", ".join(fields)}
        )
        self.entity = entity
        self.fields = fields


class Claimed(StorageError):
    """Another record was given a duplicate key that is held alone, after a race: everything can be tried again."""

    code = "S125"

    def __init__(self) -> None:
        super().__init__("another record was made alike meanwhile", hint="try again")


class Dangling(StorageError):
    """A reference points to a record that is not there."""

    code = "S121"

    def __init__(self, entity: str) -> None:
        super().__init__("a reference of {entity} points to a record that is not there", params={"entity": entity})
        self.entity = entity


class DeleteRestricted(StorageError):
    """Other records refer to the one to be deleted; `uses` counts them by (entity, field)."""

    code = "S122"

    def __init__(self, entity: str, record_id: str, uses: Mapping[tuple[str, str], int]) -> None:
        places = ", ".join(f"{count} in {owner}.{field}" for (owner, field), count in uses.items())
        super().__init__(
            "{entity} {id} is referred to: {places}", params={"entity": entity, "id": record_id, "places": places}
        )
        self.uses = dict(uses)


class TooLarge(StorageError):
    """A record that does not fit: PostgreSQL bounds a row at 8 kB (long texts aside) and an index entry at 2.7 kB."""

    code = "S124"


class PlanRefused(StorageError):
    """The database can't hold the model; `reasons` says every why."""

    code = "S130"

    def __init__(self, reasons: tuple[str, ...]) -> None:
        super().__init__("the database can't hold this model: {reasons}", params={"reasons": "; ".join(reasons)})
        self.reasons = reasons
