"""The form that breaks between fields make: tabs, sections and columns."""

from collections.abc import Callable

from kalip.runtime.plugins import Label, SectionDraft, TabDraft
from plugins.from_frappe.doctypes import DocField, DocType

Condition = Callable[[DocField], str | None]


def lay_out(
    doctype: DocType, path_of: Callable[[DocField], str | None], label: Callable[[str], Label], condition: Condition
) -> list[TabDraft]:
    """The tabs of a form. `path_of` gives the field to show, `condition` what a break depends on."""
    tabs = [TabDraft()]
    for field in doctype.fields:
        if field.type == "Tab Break":
            tabs.append(TabDraft(label(field.text("label")), conditions=_listed(condition(field))))
        elif field.type == "Section Break":
            tabs[-1].begin_section(label(field.text("label")), _listed(condition(field)))
        elif field.type == "Heading":
            tabs[-1].begin_section(label(field.text("label")), _section(tabs[-1]).conditions)
        elif field.type == "Column Break":
            _section(tabs[-1]).begin_column()
        elif field.type == "Fold":
            continue
        else:
            path = path_of(field)
            if path is not None:
                _section(tabs[-1]).add(path)
    return tabs


def _section(tab: TabDraft) -> SectionDraft:
    return tab.sections[-1]


def _listed(condition: str | None) -> list[str]:
    return [condition] if condition else []
