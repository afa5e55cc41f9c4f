"""Steps on fields of another type: values converted into new columns, the old ones set aside with what they hold."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, ClassVar, Final, NamedTuple

from sqlalchemy import or_, select, update

from kalip.storage import catalogue
from kalip.storage.catalogue import LiveColumn
from kalip.storage.column_steps import label
from kalip.storage.convert import Unconvertible
from kalip.storage.ddl import Ddl
from kalip.storage.retype import Converted, Retype
from kalip.storage.rowwise import table_of_columns, write_each
from kalip.storage.session import Session
from kalip.storage.step import Kind, Step
from kalip.storage.terms import CONVERTED, RESULT, Terms

_BATCH: Final = 2000
_LONGEST_LINE: Final = 500


@dataclass(frozen=True, slots=True)
class Prior:
    """What the field held when it was of the new type before: its columns, and what converting them had given."""

    columns: tuple[LiveColumn, ...]
    result: LiveColumn


class Turn(NamedTuple):
    """A row's old parts, and what becomes of them: None when they don't convert. `left`: it is in place already."""

    row_id: str
    old: tuple[Any, ...]
    new: Converted | None
    left: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeType(Step):
    """A field of another type. `losses` count values that convert without a part of them, `samples` name failures.

    What the field was before comes back from `prior` wherever nobody changed it since.
    """

    pace: ClassVar[int | None] = 6_000
    old: tuple[LiveColumn, ...]
    new: tuple[LiveColumn, ...]
    retired: tuple[str, ...]
    result: str
    entity: str
    types: tuple[str, str]
    losses: int = 0
    samples: tuple[str, ...] = ()
    prior: Prior | None = None
    retype: Retype = field(compare=False, repr=False)

    @property
    def kind(self) -> Kind:
        """Every row is written; values that don't convert go out of sight."""
        return "lossy" if self.failures or self.losses else "slow"

    @property
    def id(self) -> str:
        """The field and both types."""
        return ":".join(("change_type", label(self.entity, self.new[0]), *self.types))

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say both types and what won't convert."""
        values = {
            "name": label(self.entity, self.new[0]),
            "old": self.types[0],
            "new": self.types[1],
            "rows": self.rows,
            "failures": self.failures,
            "losses": self.losses,
            "samples": "; ".join(self.samples),
        }
        if self.failures:
            text = "convert {name} from {old} to {new}: {failures} of {rows} values don't convert and become empty; "
            return f"{text}the old values are kept: {{samples}}", values
        if self.losses:
            text = "convert {name} from {old} to {new}: {losses} of {rows} values lose a part; the old values are kept"
            return text, values
        return "convert {name} from {old} to {new}: {rows} values", values

    def run(self, session: Session, now: datetime) -> None:
        """Set the old columns aside, make the new ones, convert, and remember what that gave."""
        table = self.new[0].table
        ddl = Ddl(session)
        aside = self._set_aside(ddl, now)
        prior = replace(self.prior, columns=self.new) if self.prior is not None else None
        for number, column in enumerate(self.new):
            if self.prior is not None:
                ddl.rename_column(table, self.prior.columns[number].name, column.name)
                catalogue.change_column(session, self.prior.columns[number].name, column)
            else:
                ddl.add_column(column)
                catalogue.note_column(session, column)
        for batch in turns(session, self.retype, aside, prior):
            write_each(session, self.new, [_row(turn, len(self.new)) for turn in batch if not turn.left])
        self._remember(ddl, now)

    def _set_aside(self, ddl: Ddl, now: datetime) -> tuple[LiveColumn, ...]:
        aside = []
        terms = Terms(self.types[0], {}, aside=CONVERTED, result=self.result).text
        for column, name in zip(self.old, self.retired, strict=True):
            table = self.new[0].table
            # The field may be renamed at once: what it held stays with it.
            waits = replace(column, table=table, name=name, field=self.new[0].field, retired_at=now, terms=terms)
            ddl.rename_column(table, column.name, name)
            catalogue.change_column(ddl.session, column.name, waits)
            aside.append(waits)
        if self.old[0].field != self.new[0].field:
            catalogue.follow_field(ddl.session, self.old[0], self.new[0])
        return tuple(aside)

    def _remember(self, ddl: Ddl, now: datetime) -> None:
        main = self.new[0]
        terms = Terms(self.types[1], {}, aside=RESULT).text
        result = replace(main, name=self.result, target=None, on_delete=None, retired_at=now, terms=terms)
        ddl.add_column(result)
        catalogue.note_column(ddl.session, result)
        known = table_of_columns(main, result)
        ddl.session.write(update(known).values({result.name: known.c[main.name]}))
        if self.prior is not None:
            spent = self.prior.result
            ddl.run(f"ALTER TABLE {ddl.quote(main.table)} DROP COLUMN {ddl.quote(spent.name)}")
            catalogue.forget_column(ddl.session, main.table, spent.name)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeepUnconverted(Step):
    """Values that don't convert, written into a text field of the same record, behind what is there."""

    pace: ClassVar[int | None] = 12_000
    into: LiveColumn
    several_lines: bool
    entity: str
    change: ChangeType = field(repr=False)

    @property
    def kind(self) -> Kind:
        """Rows are written."""
        return "slow"

    def describe_parts(self) -> tuple[str, Mapping[str, object]]:
        """Say which field takes them."""
        values = {
            "name": label(self.entity, self.change.new[0]),
            "into": label(self.entity, self.into),
            "rows": self.rows,
        }
        return "put {rows} values of {name} that don't convert into {into}", values

    def run(self, session: Session, now: datetime) -> None:
        """Write the texts."""
        change = self.change
        table = self.into.table
        aside = tuple(
            replace(column, table=table, name=name) for column, name in zip(change.old, change.retired, strict=True)
        )
        known = table_of_columns(self.into)
        into = known.c[self.into.name]
        for batch in turns(session, change.retype, aside, None):
            lost = {turn.row_id: change.retype.text(turn.old) for turn in batch if turn.new is None}
            query = select(known.c.id, into).where(known.c.id.in_(lost))
            rows_held: Sequence[Any] = session.run(query).all()
            held = {row[0]: row[1] for row in rows_held}
            said = {row_id: self._joined(held.get(row_id), text) for row_id, text in lost.items()}
            write_each(session, (self.into,), [(row_id, (text,)) for row_id, text in said.items() if text is not None])

    def _joined(self, held: str | None, text: str) -> str | None:
        if self.several_lines:
            return f"{held}\n{text}" if held else text
        line = " ".join(text.split())
        line = f"{held}; {line}" if held else line
        return line if len(line) <= _LONGEST_LINE else None


def turns(session: Session, retype: Retype, old: Sequence[LiveColumn], prior: Prior | None) -> Iterator[list[Turn]]:
    """What becomes of each row that holds something, in batches; `prior` under the names that its columns have now."""
    extra = (*prior.columns, prior.result) if prior is not None else ()
    table = table_of_columns(*old, *extra)
    columns = [table.c[each.name] for each in (*old, *extra)]
    held = [columns[0].is_not(None)]
    if prior is not None:
        held.append(columns[len(old)].is_not(None))
    query = select(table.c.id, *columns).where(or_(*held)).order_by(table.c.id).limit(_BATCH)
    last = ""
    while rows := session.run(query.where(table.c.id > last)).all():
        yield [_turn(retype, tuple(row), len(old), prior) for row in rows]
        last = rows[-1][0]


def _turn(retype: Retype, row: tuple[Any, ...], width: int, prior: Prior | None) -> Turn:
    row_id, parts, rest = row[0], row[1 : 1 + width], row[1 + width :]
    if prior is not None and parts[0] == rest[-1]:
        return Turn(row_id, parts, Converted(rest[:-1]), left=True)
    if parts[0] is None:
        return Turn(row_id, parts, Converted((None,) * len(rest[:-1])))
    try:
        return Turn(row_id, parts, retype(parts))
    except Unconvertible:
        return Turn(row_id, parts, None)


def _row(turn: Turn, width: int) -> tuple[str, tuple[Any, ...]]:
    return turn.row_id, turn.new.parts if turn.new is not None else (None,) * width
