"""Plans the tables of a model: which entities and `references` fields stay, come, go or come back."""

from collections.abc import Sequence
from dataclasses import replace

from kalip.model import Entity
from kalip.storage.catalogue import LiveTable, column_entry
from kalip.storage.column_planner import match_columns
from kalip.storage.draft import Draft
from kalip.storage.matching import Match, match
from kalip.storage.rewrite import count_rows
from kalip.storage.table_steps import (
    AddForeignKeys,
    CreateLinks,
    CreateTable,
    PutForeignKeys,
    RenameTable,
    RetireLinks,
    RetireTable,
    ReviveLinks,
    ReviveTable,
)
from kalip.storage.tables import EntityTable, Tables
from kalip.storage.terms import Terms


def match_tables(draft: Draft, wanted: Tables, entities: Sequence[Entity]) -> None:
    """Plan the tables of entities with their columns, then those of links."""
    live = {each.entity: each for each in draft.tables if not each.field and not each.retired_at}
    retired = {each.entity: each for each in reversed(draft.tables) if not each.field and each.retired_at}
    remembered = {name: terms.was for name, table in live.items() if (terms := _terms(draft, table.name))}
    found = match({entity.name: entity.was for entity in entities}, live, retired, remembered)
    draft.renamed.update({old: new for new, old in found.held.items()})
    for name, old in found.held.items():
        _rename_table(draft, live[old], LiveTable(wanted[name].name, name))
        match_columns(draft, wanted[name], live[old])
    for name, old in found.revived.items():
        _revive_table(draft, wanted[name], retired[old])
    for name in found.new:
        _create_table(draft, wanted[name])
    for name, table in live.items():
        if name not in draft.renamed:
            _retire_table(draft, table)
    _match_all_links(draft, wanted, found)


def _match_all_links(draft: Draft, wanted: Tables, found: Match) -> None:
    for table in wanted.values():
        name = table.entity.name
        _match_links(draft, table, found.held.get(name) or found.revived.get(name) or name)
    for each in draft.tables:
        if each.field and not each.retired_at and each.entity not in draft.renamed:
            _retire_table(draft, each)


def _terms(draft: Draft, table: str) -> Terms | None:
    """What the catalogue remembers of an entity: the terms of its ids."""
    return next((Terms.read(each.terms) for each in draft.columns[table] if each.field == "id"), None)


def _create_table(draft: Draft, wanted: EntityTable) -> None:
    name = wanted.name
    columns = tuple(column_entry(wanted, part) for part in wanted.parts.values())
    draft.steps.append(CreateTable(table=LiveTable(name, wanted.entity.name), columns=columns))
    references = tuple(column for column in columns if column.target)
    if references and draft.session.dialect == "postgresql":
        draft.steps.append(AddForeignKeys(entity=wanted.entity.name, columns=references))


def _rename_table(draft: Draft, old: LiveTable, new: LiveTable) -> None:
    if replace(old, retired_at=None) != new:
        draft.steps.append(RenameTable(old=old, new=new))


def _retire_table(draft: Draft, old: LiveTable) -> None:
    rows, new_name = count_rows(draft.session, old.name), draft.retired(old.name)
    if old.field is not None:
        draft.steps.append(RetireLinks(old=old, new_name=new_name, rows=rows))
        return
    references = tuple(column for column in draft.columns[old.name] if column.target and column.retired_at is None)
    draft.steps.append(RetireTable(old=old, new_name=new_name, references=references, rows=rows))


def _revive_table(draft: Draft, wanted: EntityTable, old: LiveTable) -> None:
    new = LiveTable(wanted.name, wanted.entity.name)
    draft.steps.append(ReviveTable(old=old, new=new, rows=count_rows(draft.session, old.name)))
    kept = match_columns(draft, wanted, old)
    if references := tuple(column for column in kept if column.target):
        draft.steps.append(PutForeignKeys(entity=wanted.entity.name, columns=references))


def _match_links(draft: Draft, wanted: EntityTable, former: str) -> None:
    entity = wanted.entity.name
    mine = [each for each in draft.tables if each.field and each.entity == former]
    live = {each.field: each for each in mine if each.field and not each.retired_at}
    retired = {each.field: each for each in reversed(mine) if each.field and each.retired_at}
    fitting = {
        name: each
        for name, each in retired.items()
        if any(draft.target_of(each.target) == link.target for link in wanted.links.values())
    }
    main = next(
        (each for each in draft.tables if each.entity == former and not each.field and not each.retired_at), None
    )
    terms = _terms(draft, main.name) if main is not None else None
    remembered = terms.links if terms is not None else {}
    found = match({name: link.field.was for name, link in wanted.links.items()}, live, fitting, remembered)
    gone = set(live) - set(found.held.values())
    for name, link in wanted.links.items():
        new = LiveTable(link.name, entity, name, link.target)
        if name in found.held:
            old = live[found.held[name]]
            if draft.target_of(old.target) == link.target:
                if replace(old, target=link.target) != new:
                    draft.steps.append(RenameTable(old=old, new=new))
                continue
            gone.add(found.held[name])
        if name in found.revived:
            back = fitting[found.revived[name]]
            draft.steps.append(ReviveLinks(old=back, new=new, rows=count_rows(draft.session, back.name)))
        else:
            draft.steps.append(CreateLinks(table=new))
    for name in gone:
        _retire_table(draft, live[name])
