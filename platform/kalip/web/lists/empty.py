"""What a list without rows says: why, and the way on."""

from dataclasses import dataclass, replace

from flask import url_for

from kalip.model import Entity, Verb
from kalip.web.lists.state import ListState
from kalip.web.locale import current_locale, gettext
from kalip.web.shell import icon_of, plural_of


@dataclass(frozen=True, slots=True)
class Empty:
    """What an empty list says, and the way on."""

    icon: str
    title: str
    text: str
    action: str = ""
    href: str = ""
    sign: str = "plus"


def empty_of(entity: Entity, state: ListState, rights: frozenset[Verb]) -> Empty:
    """Why the list is empty, as far as its state and the person's rights tell."""
    locale = current_locale()
    plural = plural_of(entity)
    if state.filter:
        return Empty(
            "filter-off",
            gettext("Nothing matches"),
            gettext("No record fits this filter. Loosen or clear it."),
            gettext("Clear the filter"),
            replace(state, filter="", cursor="").address(),
            "filter-off",
        )
    if state.archived == "only":
        return Empty(
            "archive", gettext("The archive is empty"), gettext("What you archive is kept here and can be restored.")
        )
    text = gettext("They will be listed here as soon as there are any that you may see.")
    if Verb.CREATE not in rights:
        return Empty(icon_of(entity), gettext("No {entities} yet", entities=plural), text)
    return Empty(
        icon_of(entity),
        gettext("No {entities} yet", entities=plural),
        gettext("Make the first one, or import a table by the command line."),
        gettext("New {entity}", entity=entity.label.get(locale)),
        url_for("record.new", entity=entity.name),
    )
