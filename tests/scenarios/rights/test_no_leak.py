"""No way to records shows more, or less, than rights permit: every path is asked in random worlds, beside an oracle."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Final, TypeVar

import pytest
from hypothesis import given

from kalip.access import Actor
from kalip.base.errors import AccessDenied, BadRequest, KalipError, NotFound
from kalip.base.ids import new_id
from kalip.model import Verb
from kalip.records import (
    BatchOperation,
    BoardQuery,
    ListPage,
    ListRecords,
    PickQuery,
    SaveRecord,
    Work,
    batch,
    get_record,
    list_records,
    pick,
    record_rights,
    related_page,
    save_record,
    search_records,
    titles_of,
)
from kalip.records.pages import board_page
from kalip.records.services import open_work, unit_of_work
from kalip.records.transfer import export_records
from kalip.workflow import moves_of
from tests.support.nightly import NIGHTLY, searching
from tests.support.worlds import DOCS, FOLDERS, GROUPS, MOVES, OTHER_AMOUNT, STAGES, USERS, Doc, Oracle, World, worlds
from tests.support.worlds_site import Played, Stage, a_stage

WORLDS: Final = 2_000 if NIGHTLY else 60
"""Each is asked as all of its five users: 300 cases a day, 10,000 a night."""
T = TypeVar("T")


@dataclass
class Asking:
    """One user of a world, and the oracle beside."""

    played: Played
    me: Oracle
    actor: Actor

    @property
    def seen(self) -> set[str]:
        """The documents that may be seen."""
        return {name for name in DOCS if self.me.sees(name)}

    @property
    def looked_at(self) -> tuple[str, ...]:
        """The documents whose rights are asked about one by one, which takes many statements: others for each user."""
        place = USERS.index(self.me.user)
        return DOCS[place : place + 2]

    def id(self, name: str) -> str:
        """The id of a record or user."""
        return self.played.stage.ids[name]

    def names(self, ids: Any) -> set[str]:
        """The names of records."""
        return self.played.names(ids)

    def listed(self, work: Work, **asked: Any) -> set[str]:
        """The names in a list."""
        found = _or_none(lambda: list_records(work, ListRecords("doc", limit=100, **asked)).items)
        return self.names(each["id"] for each in found or ())

    def filtered(self, work: Work, text: str) -> set[str]:
        """The names in a filtered list; none where the filter names what is closed."""
        try:
            return self.listed(work, filter=text)
        except BadRequest:
            return set()


def _or_none(ask: Callable[[], T]) -> T | None:
    """What is answered, or nothing where the entity is closed."""
    try:
        return ask()
    except NotFound:
        return None


@pytest.fixture
def stage(database_url: str) -> Any:
    with a_stage(database_url) as made:
        yield made


def test_no_leak(stage: Stage) -> None:
    @searching(WORLDS)
    @given(worlds())
    def agree(world: World) -> None:
        played = stage.play(world)
        for user in USERS:
            asking = Asking(played, Oracle(world, user), played.actor(user))
            with unit_of_work(played.services, asking.actor) as work:
                check_lists(work, asking)
                check_records(work, asking)
                check_ways_in(work, asking)
                check_board(work, asking)
                check_references(work, asking)
            check_export(asking)
            check_changes(asking)

    agree()


def check_lists(work: Work, asking: Asking) -> None:
    """Lists and counts."""
    assert asking.listed(work) == asking.seen
    count = _or_none(lambda: list_records(work, ListRecords("doc", limit=1, count=True)).count)
    assert (count or 0) == len(asking.seen)
    every = [asking.id(name) for name in DOCS]
    assert asking.listed(work, ids=tuple(every)) == asking.seen
    titles = titles_of(work, {"doc": every})
    assert {name for name in DOCS if titles.knows("doc", asking.id(name))} == asking.seen
    lines = _or_none(lambda: list_records(work, ListRecords("doc_line", fields=("text",), limit=100)).items)
    assert {str(each["text"]).removeprefix("line of ") for each in lines or ()} == asking.seen


def check_records(work: Work, asking: Asking) -> None:
    """Single records, rights on them, and what is said of those that aren't there."""
    for name in DOCS:
        record_id = asking.id(name)
        if name not in asking.seen:
            with pytest.raises(NotFound) as refused:
                get_record(work, "doc", record_id)
            nowhere = new_id()
            with pytest.raises(NotFound) as absent:
                get_record(work, "doc", nowhere)
            assert str(refused.value).replace(record_id, "") == str(absent.value).replace(nowhere, "")
            continue
        assert get_record(work, "doc", record_id)["name"] == f"secret {name}"
        if name in asking.looked_at:
            check_rights(work, asking, name)


def check_rights(work: Work, asking: Asking, name: str) -> None:
    """What may be done with a document that is seen."""
    doc, record_id = asking.me.world.docs[name], asking.id(name)
    rights = record_rights(work, "doc", record_id)
    for verb in (Verb.UPDATE, Verb.EXPORT, Verb.SHARE, Verb.ASSIGN):
        assert (verb in rights) == asking.me.may(verb.value, doc, name), (name, verb)
    moves = {each.transition.name: each.allowed for each in moves_of(work, "doc", record_id)}
    named = {move: "transition:go" if move == "go" else "transition" for move in MOVES[doc.stage]}
    assert moves == {move: asking.me.may(verb, doc, name) for move, verb in named.items()}


def check_ways_in(work: Work, asking: Asking) -> None:
    """Search, autocompletion and lists of related records."""
    assert asking.names(hit.id for hit in search_records(work, "secret", limit=100)) == asking.seen
    picked = _or_none(lambda: pick(work, PickQuery("doc", "secret", limit=100)))
    assert asking.names(hit.id for hit in picked or ()) == asking.seen
    for folder in FOLDERS:
        inside = {name for name in asking.seen if asking.me.world.docs[name].folder == folder}
        if asking.me.sees_folder(folder):
            page = _or_none(partial(_related, work, asking.id(folder)))
            rows = page.rows if page is not None else ()
            assert asking.names(row.id for row in rows) <= inside
            assert (page.count if page is not None else 0) == len(inside)


def _related(work: Work, folder_id: str) -> ListPage:
    return related_page(work, "folder", folder_id, "doc.folder").page


def check_board(work: Work, asking: Asking) -> None:
    """The cards of a board, their number and the sum over them."""
    board = _or_none(lambda: board_page(work, BoardQuery("doc", per_stage=100)))
    if board is None:
        assert not asking.seen
        return
    docs = asking.me.world.docs
    for stage, column in zip(STAGES, board.columns, strict=True):
        here = {name for name in asking.seen if docs[name].stage == stage}
        assert asking.names(row.id for row in column.cards) == here
        assert column.count == len(here)
        assert sum(int(str(each or 0)) for each in column.totals) == sum(docs[name].amount or 0 for name in here)


def check_references(work: Work, asking: Asking) -> None:
    """What paths through references show, and what filters through them tell."""
    me, docs = asking.me, asking.me.world.docs
    folders = {name for name in FOLDERS if me.sees_folder(name)}
    shown = _or_none(lambda: list_records(work, ListRecords("doc", limit=100)).items)
    for row in shown or ():
        (name,) = asking.names([row["id"]])
        folder = docs[name].folder
        assert row.get("folder.name") == (folder if folder in folders else None), (name, row)
    in_order = _or_none(lambda: list_records(work, ListRecords("doc", sort=("folder",), limit=100)).items)
    held = [docs[name].folder for row in in_order or () for name in asking.names([row["id"]])]
    told = [folder if folder in folders else None for folder in held]
    assert told == [*sorted(filter(None, told)), *(None for each in told if each is None)]
    # Each condition is another statement to be written: each user asks by another one.
    for folder in FOLDERS[USERS.index(me.user) % len(FOLDERS) :][:1]:
        by_path = asking.filtered(work, f'folder.name == "{folder}"')
        assert by_path == {name for name in asking.seen if docs[name].folder == folder and folder in folders}, folder
        by_tag = asking.filtered(work, f'tags.exists(t, t.name == "{folder}")')
        assert by_tag == {name for name in asking.seen if folder in docs[name].tags and folder in folders}


def check_export(asking: Asking) -> None:
    """What a file would hold."""
    command = ListRecords("doc", fields=("name",))
    try:
        written = b"".join(export_records(asking.played.services, asking.actor, command)).decode()
    except (NotFound, AccessDenied):
        written = ""
    assert {name for name in DOCS if f"secret {name}" in written} == {name for name in DOCS if asking.me.exports(name)}


class _Undone(Exception):
    """Nothing that was tried stays."""


def check_changes(asking: Asking) -> None:
    """Batches: what may be changed and given away, and what is said of the rest."""
    me, docs, services = asking.me, asking.me.world.docs, asking.played.services
    other = USERS[0] if me.user != USERS[0] else USERS[1]
    changes: tuple[tuple[dict[str, Any], dict[str, Any], Callable[[str, Doc, Doc], bool]], ...] = (
        ({"amount": OTHER_AMOUNT}, {"amount": OTHER_AMOUNT}, me.changes),
        ({"owner": asking.id(other)}, {"owner": other}, me.gives_away),
        ({"team": asking.id(GROUPS[0])}, {"team": GROUPS[0]}, me.sets_team),
    )
    with suppress(_Undone), services.database.write() as session:
        work = open_work(services, asking.played.served, session, asking.actor)
        for values, said, rule in changes:
            operations = [BatchOperation("update", asking.id(name), values=values) for name in DOCS]
            with suppress(_Undone), session.savepoint():
                for name, result in zip(DOCS, batch(work, "doc", operations, atomic=False), strict=True):
                    after = replace(docs[name], **said)
                    if after != docs[name]:
                        assert (result.error is None) == rule(name, docs[name], after), (name, said, result.error)
                    if name not in asking.seen:
                        assert _says_nothing(work, result.error, asking.id(name), values)
                raise _Undone
        raise _Undone


def _says_nothing(work: Work, error: KalipError | None, record_id: str, values: Mapping[str, object]) -> bool:
    """Whether the refusal is the same as that of a record which isn't there."""
    nowhere = new_id()
    with pytest.raises(KalipError) as absent:
        save_record(work, SaveRecord("doc", values, nowhere))
    said = (type(error), str(error).replace(record_id, ""))
    return said == (type(absent.value), str(absent.value).replace(nowhere, ""))
