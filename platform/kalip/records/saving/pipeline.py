"""The one way in which records are made and changed, for one as for many, whoever asks.

resolve → parse → default → authorize → validate → write → event → index. All drafts of a call are
of one entity, so that each step asks the database once for all of them.
"""

from collections.abc import Sequence
from datetime import datetime

from kalip.access import require
from kalip.base.errors import KalipError, NotFound
from kalip.model import Verb
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.naming import find_entity, permitted
from kalip.records.rules import rules_of
from kalip.records.saving.authorizing import authorize_after, authorize_before, authorize_written
from kalip.records.saving.clients import note_history
from kalip.records.saving.defaults import fill_defaults
from kalip.records.saving.drafts import PLAIN, Draft, Grounds, make_draft, put, sound
from kalip.records.saving.duplicates import validate_duplicates
from kalip.records.saving.evaluation import work_out
from kalip.records.saving.lines import plan_lines, plan_links
from kalip.records.saving.loading import load_before, load_collections
from kalip.records.saving.locking import refuse_locked
from kalip.records.saving.naming_files import check_files
from kalip.records.saving.needs import Needs, needs_of
from kalip.records.saving.parsing import parse
from kalip.records.saving.placing import due_at
from kalip.records.saving.references import check_references
from kalip.records.saving.uniqueness import blame_clash, validate_unique
from kalip.records.saving.validation import validate
from kalip.records.saving.writing import next_version, write
from kalip.records.services import Work
from kalip.storage import UniqueClash

Outcome = SavedRecord | KalipError


def save_record(work: Work, command: SaveRecord, grounds: Grounds = PLAIN) -> SavedRecord:
    """Make or change one record in the work's transaction; commits nothing.

    Raises NotFound, AccessDenied, StaleVersion, Conflict or RecordRejected with all violations;
    the caller's unit of work then undoes everything.
    """
    (draft,) = draft_commands(work, [command], grounds)
    outcome = save_drafts(work, [draft])[0]
    if isinstance(outcome, KalipError):
        raise outcome
    return outcome


def draft_commands(work: Work, commands: Sequence[SaveRecord], grounds: Grounds = PLAIN) -> list[Draft]:
    """Start drafts for commands on one entity; NotFound or AccessDenied when the entity itself is closed."""
    entity = find_entity(work, commands[0].entity)
    if not permitted(work, entity.name, (Verb.READ, Verb.CREATE)):
        raise NotFound("There is no entity '{entity}'.", params={"entity": commands[0].entity})
    for verb in {grounds.verb if command.id else Verb.CREATE for command in commands}:
        require(work.served, work.actor, verb, entity.name)
    rules = rules_of(work.served, entity.name)
    return [make_draft(rules, command, grounds) for command in commands]


def save_drafts(work: Work, drafts: Sequence[Draft]) -> list[Outcome]:
    """Take drafts of one entity through the pipeline; what was refused is answered, not raised.

    Raises UniqueClash only for more than one draft: the caller undoes and saves them one by one.
    """
    prepare(work, drafts)
    good = sound(drafts)
    try:
        write(work, good)
    except UniqueClash as clash:
        if len(drafts) > 1:
            raise
        blame_clash(work, drafts[0], clash)
    authorize_written(work, [draft for draft in good if draft.error is None])
    return [_outcome(draft) for draft in drafts]


def prepare(work: Work, drafts: Sequence[Draft]) -> None:
    """Do everything but write: afterwards a draft is sound, or says what is wrong with it."""
    needs = Needs()
    for draft in drafts:
        parse(work, draft)
        needs.merge(needs_of(work, draft))
    load_before(work, drafts, needs)
    if drafts and drafts[0].parent is None:
        authorize_before(work, drafts)
        refuse_locked(work, drafts)
    open_drafts = [draft for draft in drafts if draft.error is None]
    load_collections(work, open_drafts, needs)
    for draft in open_drafts:
        _force(work, draft)
        plan_links(draft)
    check_references(work, open_drafts, needs)
    check_files(work, open_drafts)
    _settle(work, open_drafts, needs)
    _prepare_lines(work, open_drafts)
    note_history(work, open_drafts)
    for draft in open_drafts:
        if draft.grounds.decide is not None:
            draft.grounds.decide(work, draft)
    for draft in open_drafts:
        validate(work, draft)
    validate_unique(work, open_drafts)
    validate_duplicates(work, open_drafts)
    if drafts and drafts[0].parent is None:
        authorize_after(work, open_drafts)
    for draft in sound(open_drafts):
        put(draft, draft.late)


def _force(work: Work, draft: Draft) -> None:
    for name, value in draft.grounds.forced.items():
        if draft.new or draft.rules.value_of(name, draft.before) != value:
            draft.values[name] = value
        else:
            draft.values.pop(name, None)
    stage = draft.rules.stage(draft.grounds.forced.get("pipeline"), draft.grounds.forced.get("stage"))
    since = draft.grounds.forced.get("stage_since", work.now)
    if stage is not None and isinstance(since, datetime) and "stage_due" not in draft.grounds.forced:
        draft.values["stage_due"] = due_at(work, stage, since)


def _settle(work: Work, drafts: Sequence[Draft], needs: Needs) -> None:
    defaulted: set[str] = set()
    for draft in drafts:
        draft.after = {**draft.before, "id": draft.id, **draft.rules.flatten(draft.values)}
        # What is worked out from other fields is worked out anew.
        for name in draft.rules.derived:
            draft.after.pop(name, None)
        for path in [path for path in draft.after if draft.rules.is_hop(path) and path.split(".")[0] in draft.values]:
            del draft.after[path]
        if draft.new:
            defaulted |= fill_defaults(work, draft)
    given = {"owner"} - needs.hops.keys()  # whom nothing is asked about, the actor, is there
    fresh = defaulted & set(drafts[0].rules.references) - given if drafts else set()
    if fresh:
        check_references(work, [draft for draft in drafts if draft.new], needs, fresh)


def _prepare_lines(work: Work, drafts: Sequence[Draft]) -> None:
    for draft in drafts:
        plan_lines(work, draft)
    for name in drafts[0].rules.children if drafts else ():
        lines = [line for draft in drafts if name in draft.lines for line in draft.lines[name].drafts]
        if lines:
            prepare(work, lines)
            for line in lines:
                work_out(work, line)


def _outcome(draft: Draft) -> Outcome:
    refusal = draft.refusal()
    if refusal is not None:
        return refusal
    return SavedRecord(draft.entity, draft.id, next_version(draft), draft.new, tuple(sorted(draft.changed)))
