"""What lies beside records and may hold data about a person: counted for a plan, and emptied for good.

Rows are emptied where the site needs them later (a mail was sent, a job ran), deleted where nothing is left of them.
Text of JSON columns is looked into as text: what is searched for is written the way JSON writes it. Nothing commits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

import orjson
from sqlalchemy import ColumnElement, Table, and_, delete, false, func, literal, or_, select, tuple_, update

from kalip.storage.own import (
    Base,
    KalipAttempt,
    KalipConsent,
    KalipConversion,
    KalipConversionResult,
    KalipDisclosure,
    KalipException,
    KalipFile,
    KalipHookAttempt,
    KalipHookDelivery,
    KalipIdempotency,
    KalipImport,
    KalipJob,
    KalipJobAttempt,
    KalipMail,
    KalipMerge,
    KalipMerged,
    KalipNotification,
    KalipReceipt,
    KalipRuleRun,
    KalipSavedView,
    KalipShare,
    KalipStageStep,
    KalipSubjectRequest,
    KalipTask,
    table_of,
)
from kalip.storage.privacy import Key
from kalip.storage.session import Session

GONE: Final = "—"
"""What stands where a text may not be empty."""
NOBODY: Final = "erased.invalid"
"""The domain of addresses that stand where there must be one; it never exists (RFC 2606)."""
SHORTEST: Final = 4
"""How many characters a text has that is looked for inside others: a shorter one would be found everywhere."""
_FILES: Final = table_of(KalipFile)
_ENDED: Final = ("done", "dead", "cancelled")
_AT_ONCE: Final = 200
_INDEX_PAGES: Final = 500
Where = Callable[[Table, "Traces"], ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Traces:
    """What is looked for: records, addresses and numbers in full, and texts that may stand within others.

    Without `deep` ids are not looked for within the texts of jobs and kept answers, which are many.
    """

    keys: tuple[Key, ...]
    addresses: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    deep: bool = True

    @property
    def ids(self) -> tuple[str, ...]:
        """The ids of the records."""
        return tuple(record_id for _, record_id in self.keys)

    @property
    def within(self) -> tuple[str, ...]:
        """What may stand within texts of the system's own."""
        return (*(self.ids if self.deep else ()), *self.texts)


@dataclass(slots=True)
class Scrubbed:
    """What was emptied, counted by noun; `contents` are the hashes of files that nothing names any more."""

    counts: dict[str, int] = field(default_factory=dict)
    contents: set[str] = field(default_factory=set)


def _record(table: Table, traces: Traces) -> ColumnElement[bool]:
    return tuple_(table.c.entity, table.c.record_id).in_(traces.keys) if traces.keys else false()


def _holds(column: ColumnElement[Any], texts: Sequence[str], *, json: bool = False) -> ColumnElement[bool]:
    """Whether a text holds any of these, in whatever case."""
    wanted = {_written(each) if json else each for each in texts if len(each) >= SHORTEST}
    return or_(false(), *(column.icontains(each, autoescape=True) for each in sorted(wanted)))


def _written(text: str) -> str:
    return orjson.dumps(text).decode()[1:-1]


def _mail(table: Table, traces: Traces) -> ColumnElement[bool]:
    sender = (
        func.lower(table.c.sender).in_([each.lower() for each in traces.addresses]) if traces.addresses else false()
    )
    written = _holds(table.c.sender, traces.addresses)
    return or_(_record(table, traces), sender, written, _holds(table.c.recipients, traces.addresses, json=True))


def _receipt(table: Table, traces: Traces) -> ColumnElement[bool]:
    return or_(
        _record(table, traces), _holds(table.c.sender, traces.addresses),
        _holds(table.c.payload, traces.addresses, json=True),
    )  # fmt: skip


def _exception(table: Table, traces: Traces) -> ColumnElement[bool]:
    return func.lower(table.c.value).in_([each.lower() for each in traces.addresses]) if traces.addresses else false()


def _hook_attempt(table: Table, traces: Traces) -> ColumnElement[bool]:
    deliveries = table_of(KalipHookDelivery)
    return table.c.delivery_id.in_(select(deliveries.c.id).where(_record(deliveries, traces)))


def _answer(table: Table, traces: Traces) -> ColumnElement[bool]:
    return _holds(table.c.body, traces.within, json=True)


def _job(table: Table, traces: Traces) -> ColumnElement[bool]:
    columns = (table.c.arguments, table.c.result, table.c.error, table.c.text)
    named = or_(*(_holds(each, traces.within, json=True) for each in columns))
    return and_(table.c.state.in_(_ENDED), named)


def _job_attempt(table: Table, traces: Traces) -> ColumnElement[bool]:
    return _holds(table.c.error, traces.within)


def _notification(table: Table, traces: Traces) -> ColumnElement[bool]:
    tasks = table_of(KalipTask)
    of_task = table.c.task_id.in_(select(tasks.c.id).where(_record(tasks, traces)))
    return or_(_record(table, traces), of_task, _holds(table.c.params, traces.addresses, json=True))


def _merge(table: Table, traces: Traces) -> ColumnElement[bool]:
    return table.c.survivor_id.in_(traces.ids) if traces.ids else false()


def _text_in(column: str, *, json: bool = False) -> Where:
    return lambda table, traces: _holds(table.c[column], traces.texts, json=json)


def _renamed(table: Table) -> ColumnElement[Any]:
    """What stands in place of an identity that may be written once only."""
    return literal("erased:") + table.c.id


@dataclass(frozen=True, slots=True)
class _Place:
    """Where data may lie. Without `empty` rows go as a whole; values that are functions are made of the table."""

    noun: str
    model: type[Base]
    where: Where
    empty: Mapping[str, Any] | None = None


_PLACES: Final = (
    _Place("mails", KalipMail, _mail, {
        "sender": "", "recipients": "[]", "subject": GONE, "body": "", "html": "", "answers": "", "files": "[]",
        "refused": "{}", "error": "", "message_id": _renamed,
    }),
    _Place("receipts", KalipReceipt, _receipt, {
        "sender": "", "subject": "", "payload": "{}", "reason": "", "raw_file": None, "identity": _renamed,
    }),
    _Place("consents", KalipConsent, _record, {"proof": "{}"}),
    _Place("notifications", KalipNotification, _notification),
    _Place("tasks", KalipTask, _record, {"title": GONE, "note": "", "comment": None}),
    _Place("runs of rules", KalipRuleRun, _record, {"params": "{}", "steps": "[]", "given": None}),
    _Place("answers of other systems", KalipHookAttempt, _hook_attempt, {"answer": None, "error": None}),
    _Place("messages to other systems", KalipHookDelivery, _record, {"body": "", "error": None}),
    _Place("conversions", KalipConversion, _record, {"before": "{}"}),
    _Place("results of conversions", KalipConversionResult, _record, {"before": "{}"}),
    _Place("steps", KalipStageStep, _record, {"note": ""}),
    _Place("merges", KalipMerge, _merge),
    _Place("kept answers", KalipIdempotency, _answer),
    _Place("attempts of jobs", KalipJobAttempt, _job_attempt, {"error": None}),
    _Place("jobs", KalipJob, _job, {"arguments": "{}", "result": None, "error": None, "text": ""}),
    _Place("exceptions", KalipException, _exception),
    _Place("saved lists", KalipSavedView, _text_in("body", json=True)),
    _Place("imports", KalipImport, _text_in("source_name"), {"source_name": GONE}),
    _Place("requests", KalipSubjectRequest, _text_in("subject"), {"subject": "", "note": ""}),
    _Place("shares", KalipShare, _record, {"reason": ""}),
    _Place("tried sign-ins", KalipAttempt, _text_in("key")),
    _Place("disclosures", KalipDisclosure, _text_in("recipient"), {"recipient": GONE}),
)  # fmt: skip


_TOLD: Final[Mapping[str, tuple[str, ...]]] = {
    "mails": ("created_at", "direction", "sender", "recipients", "subject", "body"),
    "receipts": ("at", "channel", "source", "sender", "subject", "payload"),
    "tasks": ("created_at", "title", "note", "state", "comment"),
    "messages to other systems": ("created_at", "url", "body"),
    "exceptions": ("created_at", "kind", "value", "note"),
}
_AS_JSON: Final = ("recipients", "payload")


def count_traces(session: Session, traces: Traces) -> dict[str, int]:
    """How many rows of each kind lie beside these records; files count by the records that they belong to."""
    counts: dict[str, int] = {}
    for part in _parts(traces):
        for place in _PLACES:
            table = table_of(place.model)
            query = select(func.count()).select_from(table).where(place.where(table, part))
            _count(counts, place.noun, int(session.run(query).scalar_one()))
        query = select(func.count()).select_from(_FILES).where(_record(_FILES, part))
        _count(counts, "files", int(session.run(query).scalar_one()))
    return counts


def kept_beside(session: Session, traces: Traces) -> dict[str, list[dict[str, Any]]]:
    """What people would read of what lies beside records, by noun, oldest first; JSON text is given as values."""
    found: dict[str, list[dict[str, Any]]] = {}
    for part in _parts(traces):
        for place in _PLACES:
            names = _TOLD.get(place.noun)
            if names is None:
                continue
            table = table_of(place.model)
            query = select(*(table.c[name] for name in names)).where(place.where(table, part)).order_by(table.c.id)
            rows = [_plain(dict(row)) for row in session.run(query).mappings()]
            if rows:
                found.setdefault(place.noun, []).extend(rows)
    return found


def scrub(session: Session, traces: Traces, *, files: Sequence[str] = ()) -> Scrubbed:
    """Empty or delete what lies beside records, and forget `files` (ids) with those of mails and receipts."""
    done = Scrubbed()
    for part in _parts(traces):
        _forget_files(session, [*_sent_files(session, part)], done)
        _stop_sending(session, part)
        for place in _PLACES:
            table = table_of(place.model)
            condition = place.where(table, part)
            if place.empty is None:
                statement: Any = delete(table).where(condition)
            else:
                values = {name: each(table) if callable(each) else each for name, each in place.empty.items()}
                statement = update(table).where(condition).values(values)
            _count(done.counts, place.noun, session.write(statement).rowcount)
        titled = table_of(KalipStageStep)
        session.write(update(titled).where(_record(titled, part), titled.c.title.is_not(None)).values(title=GONE))
    _forget_files(session, files, done)
    return done


def files_of_records(session: Session, keys: Sequence[Key], fields: Mapping[str, Sequence[str]]) -> list[str]:
    """The ids of files of records; of entities named in `fields` only those of these fields, and those of none."""
    found: list[str] = []
    for part in _parts(Traces(tuple(keys))):
        for row in session.run(select(_FILES).where(_record(_FILES, part))):
            wanted = fields.get(row.entity)
            if wanted is None or row.field is None or row.field in wanted:
                found.append(row.id)
    return found


def tasks_of_records(session: Session, keys: Sequence[Key]) -> list[str]:
    """The ids of tasks about records."""
    tasks = table_of(KalipTask)
    return [
        each
        for part in _parts(Traces(tuple(keys)))
        for each in session.run(select(tasks.c.id).where(_record(tasks, part))).scalars()
    ]


def unfinished(session: Session, keys: Sequence[Key]) -> dict[str, int]:
    """How many tasks and conversions of records are open, by noun."""
    counts: dict[str, int] = {}
    for part in _parts(Traces(tuple(keys))):
        for noun, table in (("tasks", table_of(KalipTask)), ("conversions", table_of(KalipConversion))):
            query = select(func.count()).select_from(table).where(_record(table, part), table.c.state == "open")
            _count(counts, noun, int(session.run(query).scalar_one()))
    return counts


def merged_into(session: Session, ids: Sequence[str]) -> list[Key]:
    """The records that were merged into some, at any depth."""
    merged = table_of(KalipMerged)
    found: list[Key] = []
    for start in range(0, len(ids), _AT_ONCE):
        query = select(merged.c.entity, merged.c.record_id).where(
            merged.c.root_id.in_(list(ids[start : start + _AT_ONCE]))
        )
        found += [(row.entity, row.record_id) for row in session.run(query)]
    return found


def forget_deeply(session: Session) -> None:
    """Have SQLite write over what is deleted in this session's connection; PostgreSQL's vacuum frees it by itself."""
    if session.dialect == "sqlite":
        session.connection.exec_driver_sql("PRAGMA secure_delete = ON")


def settle_index(session: Session, *, first: bool) -> bool:
    """Write a portion of SQLite's search index anew, which keeps deleted words until then; whether there is more.

    To be called with `first`, then without until it says no, each time in a transaction of its own.
    """
    if session.dialect != "sqlite":
        return False
    connection = session.connection

    def changes() -> int:
        return int(connection.exec_driver_sql("SELECT total_changes()").scalar_one())

    before = changes()
    pages = -_INDEX_PAGES if first else _INDEX_PAGES
    connection.exec_driver_sql(
        "INSERT INTO kalip_search_words (kalip_search_words, rank) VALUES ('merge', ?)", (pages,)
    )
    return changes() - before >= 2


def _parts(traces: Traces) -> list[Traces]:
    """The same in portions; addresses and texts are asked for once."""
    keys = traces.keys
    first = replace(traces, keys=keys[:_AT_ONCE])
    rest = replace(traces, addresses=(), texts=())
    return [first, *(replace(rest, keys=keys[at : at + _AT_ONCE]) for at in range(_AT_ONCE, len(keys), _AT_ONCE))]


def _plain(row: dict[Any, Any]) -> dict[str, Any]:
    """A row as plain JSON, without what is empty."""
    made: dict[str, Any] = {}
    for name, value in row.items():
        if name in _AS_JSON:
            made[str(name)] = orjson.loads(value)
        elif value not in (None, ""):
            made[str(name)] = value.isoformat() if isinstance(value, datetime) else value
    return made


def _count(counts: dict[str, int], noun: str, number: int) -> None:
    if number:
        counts[noun] = counts.get(noun, 0) + number


def _sent_files(session: Session, traces: Traces) -> list[str]:
    """The files of mails and receipts that no record's field names."""
    mails, receipts = table_of(KalipMail), table_of(KalipReceipt)
    ids: list[str] = []
    for text in session.run(select(mails.c.files).where(_mail(mails, traces))).scalars():
        ids += orjson.loads(text)
    query = select(receipts.c.raw_file).where(_receipt(receipts, traces), receipts.c.raw_file.is_not(None))
    ids += session.run(query).scalars()
    if not ids:
        return []
    found = select(_FILES.c.id).where(_FILES.c.id.in_(ids), or_(_FILES.c.field.is_(None), _record(_FILES, traces)))
    return list(session.run(found).scalars())


def _stop_sending(session: Session, traces: Traces) -> None:
    """What is about to be sent or tried again has nothing left to say."""
    mails, receipts = table_of(KalipMail), table_of(KalipReceipt)
    waiting = and_(_mail(mails, traces), mails.c.state.in_(("queued", "waiting")))
    session.write(update(mails).where(waiting).values(state="failed"))
    open_ = and_(_receipt(receipts, traces), receipts.c.state.in_(("new", "failed")))
    session.write(update(receipts).where(open_).values(state="ignored"))


def _forget_files(session: Session, ids: Sequence[str], done: Scrubbed) -> None:
    for start in range(0, len(ids), _AT_ONCE):
        mine = _FILES.c.id.in_(list(ids[start : start + _AT_ONCE]))
        done.contents.update(session.run(select(_FILES.c.sha256).where(mine)).scalars())
        _count(done.counts, "files", session.write(delete(_FILES).where(mine)).rowcount)
