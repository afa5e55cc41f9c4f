"""Where a merged record is now: its id keeps leading to what it went into."""

from kalip.records.services import Work
from kalip.storage.merging import roots_of


def resolve(work: Work, record_id: str) -> str:
    """The id of the record that this one went into, through all merges; its own when it went into none."""
    return roots_of(work.session, [record_id]).get(record_id, record_id)
