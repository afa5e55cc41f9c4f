"""Gives targets of a conversion the fields that they lack, on the site's layer, with a place on the form."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.access import Actor
from kalip.designer.areas import require_administrator
from kalip.designer.drafts import newest_state
from kalip.designer.proposing import propose_in
from kalip.designer.publishing import Publication, Published, publish
from kalip.designer.site import Site
from kalip.metadata import REMOVED, SiteEditor
from kalip.model import Conversion
from kalip.records import run
from kalip.workflow.conversions import checked_wishes

# What speaks of other fields of its entity, or would be broken by records that are there already.
_OWN_ALONE: Final = frozenset(
    {
        "required", "required_when", "visible_when", "readonly_when", "readonly", "default_expression", "backfill",
        "unique", "was", "unconverted", "unconverted_into", "after", "before",
    }
)  # fmt: skip
SECTION: Final = "carried"
LABEL: Final = {"en": "More", "tr": "Diğer", "ru": "Ещё"}


def carry_fields(
    site: Site, actor: Actor, entity: str, conversion: str, wishes: Mapping[str, Sequence[str]]
) -> Published | None:
    """Give targets of a conversion fields of its source, by target, and publish that; None when nothing is wished.

    A field keeps its type, options and choice list, which stays one and the same, and the roles that see or change it
    everywhere do so there too; the conversion carries it from then on. Raises AccessDenied for anybody but
    administrators, as rights are among it, RecordRejected for fields that can't be made there, PublishConflict when
    something else was published meanwhile.
    """
    require_administrator(actor)
    wanted = {name: list(dict.fromkeys(fields)) for name, fields in wishes.items() if fields}
    made: Conversion = run(
        site.services, actor, lambda work: checked_wishes(work, entity, conversion, wanted), write=False
    )
    if not wanted:
        return None
    with site.services.database.read() as session:
        _, present = newest_state(site, session)
        editor = SiteEditor(present, site.extensions.types)
        known = (editor.effective(f"entities/{made.entity}/entity") or {})["fields"]
        for target, names in wanted.items():
            for name in names:
                _give(editor, made, target, name, known[name])
        proposal = propose_in(session, site, [editor.pack()])
    fields = ", ".join(dict.fromkeys(name for names in wanted.values() for name in names))
    message = f"Fields carried by {made.entity}/{made.name}: {fields}"
    return publish(site, proposal, Publication(actor, message))


def _give(editor: SiteEditor, conversion: Conversion, target: str, name: str, field: Mapping[str, Any]) -> None:
    entity = conversion.targets[target].entity
    kept = {key: value for key, value in field.items() if key not in _OWN_ALONE}
    editor.set(f"entities/{entity}/entity", f"/fields/{name}", kept)
    document = f"entities/{conversion.entity}/conversions/{conversion.name}"
    said = (editor.effective(document) or {})["targets"][target]
    if name in said.get("leave", {}):
        editor.set(document, f"/targets/{target}/leave/{name}", REMOVED)
    if not said.get("alike", True):
        editor.set(document, f"/targets/{target}/fields/{name}", name)
    _open(editor, conversion.entity, entity, name)
    _show(editor, entity, name)


def _open(editor: SiteEditor, source: str, target: str, name: str) -> None:
    """Give the new field the rights of the one that it is made like; those by stage are of other stages."""
    said = (editor.effective(f"entities/{source}/access") or {}).get("fields", {})
    rights = {role: fields[name] for role, fields in said.items() if isinstance(fields.get(name), str)}
    access = f"entities/{target}/access"
    if rights and editor.effective(access) is None:
        editor.set(access, "", {"fields": {}})
    for role, right in rights.items():
        editor.set(access, f"/fields/{role}/{name}", right)


def _show(editor: SiteEditor, entity: str, name: str) -> None:
    """Put the field on the entity's form, where one is written; forms that are made by themselves show it anyway."""
    form = f"entities/{entity}/views/form"
    tabs = (editor.effective(form) or {}).get("tabs") or {}
    first = next(iter(tabs), None)
    if first is None:
        return
    if SECTION not in tabs[first]["sections"]:
        editor.set(form, f"/tabs/{first}/sections/{SECTION}", {"label": LABEL, "fields": {name: {}}})
    else:
        editor.set(form, f"/tabs/{first}/sections/{SECTION}/fields/{name}", {})
