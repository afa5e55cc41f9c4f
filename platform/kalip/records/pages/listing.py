"""The record list: columns, rows, titles and counts in a bounded number of statements."""

from kalip.records.commands import ListColumn, ListPage, ListRecords
from kalip.records.naming import visible_entity
from kalip.records.pages.rows import extra_fields, make_column, make_row
from kalip.records.queries import find_view, plan_list
from kalip.records.reading import count_rows, rights_of
from kalip.records.services import Work
from kalip.storage import select_page


def list_page(work: Work, command: ListRecords) -> ListPage:
    """Read a list for the screen, in Python values.

    Statements: one for rows, one for the count, and one for the titles of each entity whose records are not all
    visible to the actor.
    """
    entity = visible_entity(work, command.entity)
    plan = plan_list(work, command, extra=extra_fields(entity), titled=True)
    page = select_page(work.session, work.served, plan.query, work.context, form="values")
    plan.concealment.apply(page.rows)
    total, capped = count_rows(work, plan, command)
    return ListPage(
        entity=entity,
        view=plan.view,
        columns=tuple(make_column(work, plan.entity, path, plan.view) for path in plan.columns),
        rows=tuple(make_row(work, entity, row) for row in page.rows),
        titles=plan.titles.read(page.rows),
        sort=plan.query.sort,
        filter=plan.filter,
        next=page.next,
        count=total,
        count_capped=capped,
        rights=rights_of(work, entity.name),
    )


def list_columns(work: Work, command: ListRecords) -> tuple[ListColumn, ...]:
    """The columns a list would show, without reading any row."""
    plan = plan_list(work, command)
    view = find_view(plan.entity, command)
    return tuple(make_column(work, plan.entity, path, view) for path in plan.columns)
