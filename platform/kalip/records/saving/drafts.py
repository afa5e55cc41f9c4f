"""A record on its way through the save pipeline, and what the house may add to a save."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from kalip.base.errors import KalipError, RecordRejected, Violation
from kalip.base.ids import new_id
from kalip.expressions import Expression
from kalip.model import Stage, Verb
from kalip.records.commands import Record, SaveRecord, nothing
from kalip.records.rules import EntityRules
from kalip.records.services import Work
from kalip.storage.likeness import Side


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why a save is made, when it is more than somebody's plain change.

    `verb` is the right it needs, `kind` the event it leaves. `forced` are Python values that
    the house itself sets (an archiving moment, say): not asked for rights to the field, validated
    all the same. `decide` is called once the record as it will be is known: it may set more values
    and refuse; `reads` and `fields` are what it needs of the record, `sets` what it may change,
    `whole` asks for all of it.
    `given` are fields of the command's own values that metadata gives, so that nobody needs a right to them.
    `named` is the transition or conversion that the right is asked for.
    `placed`: the record is put into its stage whatever the stage demands. `start` is the stage of its pipeline where
    a new record starts (the first one when empty).
    """

    verb: Verb = Verb.UPDATE
    kind: str = ""
    forced: Mapping[str, object] = field(default_factory=nothing)
    decide: "Callable[[Work, Draft], None] | None" = None
    reads: tuple[Expression, ...] = ()
    fields: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    whole: bool = False
    given: frozenset[str] = frozenset()
    placed: bool = False
    start: str = ""
    named: str = ""


PLAIN = Grounds()


@dataclass(slots=True)
class LineChange:
    """What becomes of the lines of a children field: drafts to save and ids to archive."""

    drafts: "list[Draft]" = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    existing: dict[str, Record] = field(default_factory=dict)

    @property
    def is_empty(self) -> bool:
        """Whether nothing changes."""
        return not self.removed and all(draft.is_idle for draft in self.drafts)

    def rows(self) -> list[Record]:
        """The lines as they will be, as path to part value: untouched ones first, in their order."""
        saved = {draft.id: {**self.existing.get(draft.id, {}), **draft.after} for draft in self.drafts}
        kept = [saved.pop(line_id, row) for line_id, row in self.existing.items() if line_id not in self.removed]
        return [*kept, *saved.values()]


@dataclass(slots=True)
class Draft:
    """One record between the command and the row.

    `values` are the Python values that differ from what is stored, by field name. `before` and
    `after` are the record as path to part value, as far as the rules need it. `related` are
    rows of records referred to, by entity and id. Faults in the values gather in `violations`;
    `error` is a refusal of another kind. `entering` is the stage that the record moves to: all of
    its required fields must be filled, and those that the move `demanded`; what the move `asked` for may be changed
    even where the stage that it leaves locks it. `late` are values that the house sets once rights have been asked
    for: a record may go into a queue, and so out of its owner's hands. `named` is the transition or conversion that is
    made, once it is known. `given_away`: the actor may give the record to another owner. `said_pipeline` is where a new
    record was told to start. `keys` are what duplicates of the record are found by, as far as they change;
    `shared_keys` those that others have too.
    """

    rules: EntityRules
    command: SaveRecord
    id: str
    new: bool
    grounds: Grounds = PLAIN
    pointer: str = ""
    parent: "Draft | None" = None
    via: str = ""
    values: Record = field(default_factory=dict)
    explicit: set[str] = field(default_factory=set)
    before: Record = field(default_factory=dict)
    after: Record = field(default_factory=dict)
    raw_lines: dict[str, object] = field(default_factory=dict)
    raw_links: dict[str, object] = field(default_factory=dict)
    lines: dict[str, LineChange] = field(default_factory=dict)
    links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    old_links: dict[str, tuple[str, ...]] = field(default_factory=dict)
    related: dict[tuple[str, str], Record] = field(default_factory=dict)
    violations: list[Violation] = field(default_factory=list)
    error: KalipError | None = None
    unchecked_in_python: bool = False
    entering: Stage | None = None
    asked: frozenset[str] = frozenset()
    demanded: tuple[str, ...] = ()
    late: Record = field(default_factory=dict)
    named: str = ""
    given_away: bool = False
    said_pipeline: str = ""
    keys: dict[Side, tuple[str, ...]] = field(default_factory=dict)
    shared_keys: frozenset[str] = frozenset()

    @property
    def entity(self) -> str:
        """The entity's name."""
        return self.rules.entity.name

    @property
    def verb(self) -> Verb:
        """The right that the save needs."""
        return Verb.CREATE if self.new else self.grounds.verb

    @property
    def changed(self) -> set[str]:
        """The names of the fields that will change."""
        lines = (name for name, change in self.lines.items() if not change.is_empty)
        return {*self.values, *self.links, *lines}

    @property
    def is_idle(self) -> bool:
        """Whether there is nothing to write."""
        return not self.new and not self.changed

    @property
    def is_sound(self) -> bool:
        """Whether nothing speaks against it so far, in its lines neither."""
        return self.error is None and not self.violations and all(line.is_sound for line in self.line_drafts())

    def line_drafts(self) -> "list[Draft]":
        """The drafts of all its lines."""
        return [draft for change in self.lines.values() for draft in change.drafts]

    def blame(self, name: str, code: str, template: str, /, **params: object) -> None:
        """Add a violation on a field; "" means the whole record."""
        pointer = f"{self.pointer}/{name}" if name else self.pointer
        self.violations.append(Violation(pointer, code, template, params))

    def faults(self) -> list[Violation]:
        """All violations, those of its lines after its own."""
        return [*self.violations, *(fault for line in self.line_drafts() for fault in line.faults())]

    def refusal(self) -> KalipError | None:
        """The error that says why it is refused, or None."""
        if self.error is not None:
            return self.error
        for line in self.line_drafts():
            if line.error is not None:
                return line.error
        faults = self.faults()
        return RecordRejected(faults) if faults else None


def put(draft: Draft, values: Mapping[str, object]) -> None:
    """Set values on a draft whose rules have been worked out; what follows from them is worked out anew."""
    rules = draft.rules
    for name, value in values.items():
        if not draft.new and rules.value_of(name, draft.before) == value:
            draft.values.pop(name, None)
        else:
            draft.values[name] = value
        draft.after.update(rules.flatten({name: value}))
    for name in rules.derived:
        draft.after.pop(name, None)


def make_draft(rules: EntityRules, command: SaveRecord, grounds: Grounds = PLAIN) -> Draft:
    """Start a draft; a new record gets its id here."""
    return Draft(rules, command, command.id or new_id(), command.id is None, grounds, named=grounds.named)


def sound(drafts: Iterable[Draft]) -> list[Draft]:
    """Those against which nothing speaks so far."""
    return [draft for draft in drafts if draft.is_sound]


def label_of(work: Work, draft: Draft, name: str) -> str:
    """What the actor calls a field."""
    return draft.rules.attributes[name].label.get(work.actor.locale)
