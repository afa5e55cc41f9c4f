"""Which rows of a list are selected: those that were ticked, or all that the list would show."""

from dataclasses import replace
from urllib.parse import parse_qsl, urlsplit

from flask import request
from werkzeug.datastructures import MultiDict

from kalip.base.errors import BadRequest
from kalip.records import Work, list_records, visible_entity
from kalip.records.bulk import MOST_ROWS
from kalip.web.lists.page import command_of
from kalip.web.lists.saved import views_of
from kalip.web.lists.state import state_of
from kalip.web.session import reading

_PAGE = 1_000


def selected_ids() -> tuple[str, ...]:
    """The ids of the selected rows, each once. BadRequest when more match the list than can be changed at once."""
    ticked = tuple(dict.fromkeys(request.form.getlist("id")))
    entity = (request.view_args or {}).get("entity")
    if not request.form.get("matching") or not entity:
        return ticked
    with reading() as work:
        return matching_ids(work, str(entity), request.form.get("back", ""))


def matching_ids(work: Work, entity: str, address: str) -> tuple[str, ...]:
    """The ids of all rows that the list of an entity shows at an address of its own, in the list's order."""
    found = visible_entity(work, entity)
    state = state_of(found.name, MultiDict(parse_qsl(urlsplit(address).query)))
    command = replace(
        command_of(replace(views_of(work, found, state).merged(state), cursor="")), fields=("id",), limit=_PAGE
    )
    ids: list[str] = []
    while True:
        page = list_records(work, command)
        ids += [str(each["id"]) for each in page.items]
        if len(ids) > MOST_ROWS:
            raise BadRequest("The filter matches more than {limit} rows.", params={"limit": MOST_ROWS})
        if page.next is None:
            return tuple(ids)
        command = replace(command, cursor=page.next)
