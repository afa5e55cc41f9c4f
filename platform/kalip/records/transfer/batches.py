"""Saves one batch of a file's rows through the save pipeline: all at once, or one by one when they clash."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from zoneinfo import ZoneInfo

from kalip.base.errors import KalipError, RecordRejected, Violation
from kalip.fields import FieldFault
from kalip.model import Verb
from kalip.records.attempting import attempt
from kalip.records.commands import SavedRecord, SaveRecord
from kalip.records.filters import allowed_rows
from kalip.records.rules import REFERENCES, EntityRules, rules_of
from kalip.records.saving import Outcome, draft_commands, prepare, save_drafts, save_record
from kalip.records.services import Work
from kalip.records.transfer.columns import FilledColumn
from kalip.records.transfer.lookups import Lookups
from kalip.records.transfer.plans import ImportPlan
from kalip.records.transfer.tables import Cells
from kalip.storage import UniqueClash, find_by_texts


@dataclass(slots=True)
class RowOutcome:
    """What became of a row: `saved`, or the error that refused it. `choices` are unknown values by choice list."""

    saved: SavedRecord | None = None
    error: KalipError | None = None
    choices: list[tuple[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class BatchImporter:
    """Turns rows into commands and saves them; keeps what it has looked up for the next batch."""

    plan: ImportPlan
    columns: Sequence[FilledColumn]
    lookups: Lookups

    def save(self, work: Work, rows: Sequence[Cells]) -> list[RowOutcome]:
        """Save rows in the work's transaction, in their order; a dry run only checks them."""
        rules = rules_of(work.served, self.plan.entity)
        self._learn(work, rows)
        outcomes: list[RowOutcome | None] = [None] * len(rows)
        commands: dict[int, tuple[str, dict[str, object]]] = {}
        for place, row in enumerate(rows):
            values, faults = self._values(rules, row)
            if faults:
                outcomes[place] = RowOutcome(error=RecordRejected(faults))
            else:
                commands[place] = self._match_text(work, rules, row), values
        for wave in _waves(commands):
            self._save_wave(work, rules, {place: commands[place] for place in wave}, outcomes)
        return [outcome or RowOutcome() for outcome in outcomes]

    def _save_wave(
        self,
        work: Work,
        rules: EntityRules,
        rows: dict[int, tuple[str, dict[str, object]]],
        outcomes: list[RowOutcome | None],
    ) -> None:
        found = self._matches(work, [key for key, _ in rows.values() if key])
        places, commands = [], []
        for place, (key, values) in rows.items():
            ids = found.get(key, [])
            if len(ids) > 1:
                several = Violation(f"/{self.plan.match}", "ambiguous", "Several records have '{text}'.", {"text": key})
                outcomes[place] = RowOutcome(error=RecordRejected([several]))
                continue
            places.append(place)
            accepted = self.plan.accept_duplicates
            record_id = ids[0] if ids else None
            commands.append(SaveRecord(rules.entity.name, values, record_id, source="text", accept_duplicates=accepted))
        for place, command, outcome in zip(places, commands, self._run(work, commands), strict=True):
            outcomes[place] = _row_outcome(rules, command, outcome)

    def _run(self, work: Work, commands: Sequence[SaveRecord]) -> list[Outcome]:
        if not commands:
            return []
        if self.plan.dry_run:
            drafts = draft_commands(work, commands)
            prepare(work, drafts)
            return [
                draft.refusal() or _would_be(draft.entity, draft.id, new=draft.new, idle=draft.is_idle)
                for draft in drafts
            ]
        events = len(work.events)
        try:
            with work.session.savepoint():
                return save_drafts(work, draft_commands(work, commands))
        except UniqueClash:
            del work.events[events:]
        results = (attempt(work, 0, each.id, partial(save_record, work, each)) for each in commands)
        return [result.saved or result.error or KalipError("") for result in results]

    def _learn(self, work: Work, rows: Sequence[Cells]) -> None:
        for column in self.columns:
            if column.refers:
                self.lookups.learn(work, column.path, column.field, [t for row in rows for t in column.texts(row)])

    def _values(self, rules: EntityRules, row: Cells) -> tuple[dict[str, object], list[Violation]]:
        """The raw values of a row by field, and what is wrong with its references. Blank cells say nothing."""
        values: dict[str, object] = {}
        faults: list[Violation] = []
        for column in self.columns:
            text = row[column.place].strip()
            if not text:
                continue
            if column.refers:
                ids = [self._reference(column, each, faults) for each in column.texts(row)]
                known = [each for each in ids if each]
                values[column.field.name] = known if column.field.type == REFERENCES else (known[0] if known else None)
            elif column.part is None:
                values[column.field.name] = text
            else:
                parts = values.setdefault(column.field.name, {})
                if isinstance(parts, dict):
                    parts[column.part] = [text]
        return values, faults

    def _reference(self, column: FilledColumn, text: str, faults: list[Violation]) -> str | None:
        ids = self.lookups.ids(column.path, text)
        if len(ids) == 1:
            return ids[0]
        place, called = f"/{column.path}", {"text": text}
        if ids:
            faults.append(Violation(place, "ambiguous", "Several records are called '{text}'.", called))
        else:
            faults.append(Violation(place, "unknown_reference", "There is no record called '{text}'.", called))
        return None

    def _match_text(self, work: Work, rules: EntityRules, row: Cells) -> str:
        """The text by which a row's record is found, as it is stored; empty when the row has none."""
        column = next((each for each in self.columns if each.path == self.plan.match), None)
        if column is None:
            return ""
        kind, timezone = rules.types[column.field.name], ZoneInfo(work.actor.timezone)
        try:
            value = kind.parse_text(column.field, row[column.place], work.actor.locale, timezone)
        except FieldFault:
            return ""  # the pipeline will say what is wrong with it
        return "" if value is None else str(kind.to_parts(column.field, value)[0])

    def _matches(self, work: Work, keys: Sequence[str]) -> dict[str, list[str]]:
        filters = allowed_rows(work, Verb.READ, self.plan.entity)
        if self.plan.match is None or filters is None or not keys:
            return {}
        return find_by_texts(work.session, work.served, self.plan.entity, self.plan.match, keys, work.context, filters)


def _waves(commands: dict[int, tuple[str, dict[str, object]]]) -> list[list[int]]:
    """Rows in an order in which no two of the same key are saved together: later ones update the first."""
    waves: list[list[int]] = []
    times: dict[str, int] = {}
    for place, (key, _) in commands.items():
        wave = times.get(key, 0) if key else 0
        times[key] = wave + 1
        while len(waves) <= wave:
            waves.append([])
        waves[wave].append(place)
    return waves


def _would_be(entity: str, record_id: str, *, new: bool, idle: bool) -> SavedRecord:
    return SavedRecord(entity, record_id, 0, new, () if idle else ("",))


def _row_outcome(rules: EntityRules, command: SaveRecord, outcome: Outcome) -> RowOutcome:
    if isinstance(outcome, SavedRecord):
        return RowOutcome(saved=outcome)
    choices = []
    for fault in outcome.violations if isinstance(outcome, RecordRejected) else ():
        name = fault.pointer.lstrip("/").split("/")[0]
        target = rules.attributes.get(name)
        if fault.code == "unknown_choice" and target is not None and target.choices:
            choices.append((target.choices, str(fault.params.get("value", command.values.get(name)))))
    return RowOutcome(error=outcome, choices=choices)
