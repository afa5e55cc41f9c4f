"""People with their place in the organisation from a file of rows. Known by e-mail, so that again changes nothing.

An empty cell says nothing; a hyphen says that there is none (of roles, of groups, no unit).
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import partial
from typing import Final, Literal, TypeVar

from kalip.access import Actor
from kalip.base.errors import BadRequest, KalipError, RecordRejected, Violation
from kalip.base.names import did_you_mean
from kalip.records.accounts.mine import keeping_accounts
from kalip.records.accounts.people import NewUser, enter_details, enter_roles, enter_user, find_person, set_user_active
from kalip.records.organisation.commands import SaveGroup, SavePosition, SaveUnit
from kalip.records.organisation.groups import change_members, make_group
from kalip.records.organisation.leads import positions_held
from kalip.records.organisation.positions import change_position, make_position
from kalip.records.organisation.units import make_unit, unit_with
from kalip.records.services import Services, Work, run
from kalip.records.transfer.tables import SourceTable
from kalip.storage import User, find_user
from kalip.storage.groups import find_group, groups_of
from kalip.storage.organisation import Position, find_unit
from kalip.storage.people import email_key

COLUMNS: Final = ("email", "name", "roles", "unit", "position", "head", "groups", "locale", "timezone", "active")
MOST_ROWS: Final = 100_000
Outcome = Literal["created", "updated", "unchanged", "kept_out", "refused"]
_NONE: Final = "-"
_TRUE: Final = frozenset(("1", "true", "yes", "y", "evet", "e", "да", "д", "x"))
_FALSE: Final = frozenset(("0", "false", "no", "n", "hayır", "h", "нет", "н"))
_DAY: Final = timedelta(days=1)
T = TypeVar("T")


class _Undone(Exception):
    """Takes back what a dry run did."""


@dataclass(frozen=True, slots=True)
class PeopleImport:
    """An import of people. With `make_missing` units and groups that aren't there are made; `dry_run` keeps nothing."""

    table: SourceTable
    make_missing: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What became of a row; `line` is its number in the file, the header being 1."""

    line: int
    email: str
    outcome: Outcome
    faults: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeopleImported:
    """What became of a file: all refused rows, and how many there were of each outcome."""

    counts: Mapping[str, int] = field(default_factory=dict)
    refused: tuple[ImportedRow, ...] = ()


def import_people(services: Services, actor: Actor, command: PeopleImport) -> PeopleImported:
    """Bring people to what a file says, each row in a transaction of its own; a refused row harms no other.

    Administrators only. BadRequest for a file without a column `email`, or with one that is none of `COLUMNS`.
    """
    names = _header(command.table.columns)
    if not command.dry_run:
        rows = (
            run(services, actor, partial(_row, number=number, cells=cells, command=command))
            for number, cells in _letting_in(services, _filled(command.table, names))
        )
        return _summed(rows)

    def bring(work: Work) -> PeopleImported:
        return _summed(_row(work, number, cells, command) for number, cells in _filled(command.table, names))

    return rehearse(services, actor, bring)


def rehearse(services: Services, actor: Actor, command: Callable[[Work], T]) -> T:
    """What a use case gives, run as by `run` in a transaction that is taken back."""
    given: list[T] = []

    def bring(work: Work) -> None:
        given.append(command(work))
        raise _Undone

    with suppress(_Undone):
        run(services, actor, bring)
    return given[-1]


def settle_row(work: Work, line: int, email: str, bring: Callable[[], Outcome]) -> ImportedRow:
    """Bring one person, or nothing of it: what is refused is undone and told."""
    keeping_accounts(work)
    before = len(work.events)
    try:
        with work.session.savepoint():
            return ImportedRow(line, email, bring())
    except RecordRejected as error:
        faults = tuple(each.message for each in error.violations)
    except KalipError as error:
        faults = (str(error),)
    del work.events[before:]
    return ImportedRow(line, email, "refused", faults)


def bring_person(
    work: Work, cells: Mapping[str, str], known: User | None, *, make_missing: bool
) -> tuple[str, Outcome]:
    """Bring a person to what the cells of a row say, a new one unless `known`; the id and what became of it.

    RecordRejected or Conflict when something of it can't be; the caller undoes the rest.
    """
    faults: list[Violation] = []
    flags = {name: _flag(cells, name, faults) for name in ("head", "active")}
    if faults:
        raise RecordRejected(faults)
    before = len(work.events)
    if known is None:
        email = cells.get("email", "")
        name = cells.get("name") or email.partition("@")[0].replace(".", " ").title()
        roles = _list(cells.get("roles", "")) or ()
        locale, timezone = cells.get("locale", "en"), cells.get("timezone", "UTC")
        user_id = enter_user(work, NewUser(name, email, roles, locale=locale, timezone=timezone))
    else:
        user_id = known.id
        _change(work, known, cells)
    if flags["active"] is not None and find_person(work, user_id).active != flags["active"]:
        set_user_active(work, user_id, flags["active"])
    _place(work, user_id, cells, head=flags["head"], make_missing=make_missing)
    _join(work, user_id, cells, make_missing=make_missing)
    if known is None:
        return user_id, "created"
    return user_id, "updated" if len(work.events) > before else "unchanged"


def _summed(rows: Iterable[ImportedRow]) -> PeopleImported:
    counts: Counter[str] = Counter()
    refused = []
    for row in rows:
        counts[row.outcome] += 1
        if row.outcome == "refused":
            refused.append(row)
    return PeopleImported(dict(counts), tuple(refused))


def _header(columns: Sequence[str]) -> list[str]:
    names = [each.strip().casefold() for each in columns]
    for name in names:
        if name not in COLUMNS:
            hint = did_you_mean(name, COLUMNS)
            known = ", ".join(COLUMNS)
            message = "There is no column '{name}' of people. {hint} Known are {known}."
            raise BadRequest(message, code="R102", params={"name": name[:60], "hint": hint, "known": known})
    if "email" not in names:
        raise BadRequest("The file has no column email: people are known by it.", code="R102")
    return names


def _filled(table: SourceTable, names: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    for number, cells in enumerate(table.rows(), 2):
        row = {name: cell.strip() for name, cell in zip(names, cells, strict=True) if cell.strip()}
        if row:
            if number > MOST_ROWS + 1:
                raise BadRequest("At most {limit} people at once.", params={"limit": MOST_ROWS})
            yield number, row


def _letting_in(services: Services, rows: Iterable[T]) -> Iterator[T]:
    """The same rows; who else waits to write is let in between them."""
    turns = services.database.turns()
    for row in rows:
        turns.give_way()
        yield row


def _row(work: Work, number: int, cells: Mapping[str, str], command: PeopleImport) -> ImportedRow:
    email = cells.get("email", "")

    def bring() -> Outcome:
        known = find_user(work.session, email)
        return bring_person(work, cells, known, make_missing=command.make_missing)[1]

    return settle_row(work, number, email, bring)


def _change(work: Work, user: User, cells: Mapping[str, str]) -> None:
    roles = _list(cells.get("roles", ""))
    now = user if roles is None else enter_roles(work, user, roles)
    said = {name: cells[name] for name in ("name", "locale", "timezone") if name in cells}
    if "email" in cells and email_key(cells["email"]) != email_key(now.email):
        said["email"] = cells["email"]
    enter_details(work, replace(now, **said))  # type: ignore[arg-type]


def _place(work: Work, user_id: str, cells: Mapping[str, str], *, head: bool | None, make_missing: bool) -> None:
    """Give the person the place that the row says, and no other one from today on."""
    said = cells.get("unit", "")
    if not said:
        return
    held = positions_held(work, user_id)
    unit = None if said == _NONE else _unit(work, said, make_missing=make_missing)
    today = work.context.today
    for position in held:
        if position.unit != unit:
            _save(work, replace(position, until=today - _DAY))
    if unit is None:
        return
    present = next((each for each in held if each.unit == unit), None)
    if present is None:
        title = cells.get("position", "")
        make_position(work, SavePosition(user_id, unit, title, bool(head), today if held else None))
        return
    leading = present.head if head is None else head
    _save(work, replace(present, title=cells.get("position", present.title), head=leading))


def _save(work: Work, position: Position) -> None:
    since = position.since
    if position.until is not None and since is not None and position.until < since:
        position = replace(position, until=since)  # it began today: it lasts that day
    command = SavePosition(
        position.user_id, position.unit, position.title, position.head, position.since, position.until
    )
    change_position(work, position.id, command)


def _unit(work: Work, said: str, *, make_missing: bool) -> str:
    """A unit by its code, or by a path of codes from the top."""
    parent: str | None = None
    codes = [each.strip() for each in said.split("/")]
    for code in codes:
        found = find_unit(work.session, code)
        if found is None:
            if not make_missing:
                message = "There is no unit '{code}'."
                raise RecordRejected([Violation("/unit", "not_found", message, {"code": code[:60]})])
            parent = make_unit(work, SaveUnit(code, code, parent))
        elif parent is not None and found.parent != parent:
            message = (
                "The unit '{code}' is not below '{above}' but elsewhere: write its code alone, or the path it has."
            )
            params = {"code": code[:60], "above": unit_with(work, parent).code}
            raise RecordRejected([Violation("/unit", "not_eligible", message, params)])
        else:
            parent = found.id
    return str(parent)


def _join(work: Work, user_id: str, cells: Mapping[str, str], *, make_missing: bool) -> None:
    wanted = _list(cells.get("groups", ""))
    if wanted is None:
        return
    present = {each.code: each.id for each in groups_of(work.session, user_id)}
    for code in wanted:
        if code in present:
            continue
        group = find_group(work.session, code)
        if group is None and not make_missing:
            message = "There is no group '{code}'."
            raise RecordRejected([Violation("/groups", "not_found", message, {"code": code[:60]})])
        change_members(work, group.id if group is not None else make_group(work, SaveGroup(code, code)), [user_id])
    for code, group_id in present.items():
        if code not in wanted:
            change_members(work, group_id, (), [user_id])


def _list(cell: str) -> tuple[str, ...] | None:
    if not cell:
        return None
    if cell == _NONE:
        return ()
    return tuple(dict.fromkeys(part.strip() for part in cell.replace(",", ";").split(";") if part.strip()))


def _flag(cells: Mapping[str, str], name: str, faults: list[Violation]) -> bool | None:
    said = cells.get(name, "").casefold()
    if said in _TRUE:
        return True
    if said in _FALSE:
        return False
    if said:
        faults.append(Violation(f"/{name}", "wrong_type", "'{text}' is neither yes nor no.", {"text": said[:60]}))
    return None
