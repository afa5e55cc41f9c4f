"""Archives and restores records: nothing is deleted, what a record owns goes and comes back with it.

References to an archived record stay; lists and pages show it as archived. It can't be chosen anew.
"""

from kalip.model import Verb
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.journal import ARCHIVED, RESTORED
from kalip.records.saving import Grounds, save_record
from kalip.records.services import Work


def archive_record(work: Work, entity: str, record_id: str, version: int | None = None) -> SavedRecord:
    """Archive a record with everything it owns. Conflict when it is archived already."""
    grounds = Grounds(verb=Verb.ARCHIVE, kind=ARCHIVED, forced={"archived_at": work.now})
    return save_record(work, SaveRecord(entity, id=record_id, version=version), grounds)


def restore_record(work: Work, entity: str, record_id: str, version: int | None = None) -> SavedRecord:
    """Bring an archived record back, with what was archived together with it.

    RecordRejected when another record took a unique value meanwhile; Conflict when it is not archived.
    """
    grounds = Grounds(verb=Verb.RESTORE, kind=RESTORED, forced={"archived_at": None})
    return save_record(work, SaveRecord(entity, id=record_id, version=version), grounds)
