"""DocTypes become entities: first their fields, then what fields say of each other, then how they are shown."""

from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, Imported, PackDraft, Source, made_name, plain_text
from plugins.from_frappe.defaults import set_default
from plugins.from_frappe.doctypes import LAYOUT, DocField, DocType, find_doctypes
from plugins.from_frappe.fields import Made, Place, make_field
from plugins.from_frappe.jobs import Job
from plugins.from_frappe.language import Translations
from plugins.from_frappe.layout import lay_out
from plugins.from_frappe.naming import set_key, set_number
from plugins.from_frappe.relations import relate_fields
from plugins.from_frappe.rights import give_rights
from plugins.from_frappe.stages import make_stages, set_guards, stage_field
from plugins.from_frappe.views import leading_here, mark_field, set_list, set_related, set_search, set_title

_STANDARD: Final = {
    "owner": "created_by",
    "creation": "created_at",
    "modified": "updated_at",
    "modified_by": "updated_by",
    # Until it is saved a record has no name there, and no moment of creation here.
    "name": "created_at",
}
_LOST: Final = {
    "issingle": "Frappe keeps one record of it; here it is a list in which you keep one",
    "is_virtual": "a programme makes its records; here they are kept",
    "is_tree": "the tree is not drawn; the reference to the parent stays",
    "has_web_view": "its pages on the web site are not made",
}


class FrappeImport:
    """One run of the importer."""

    def __init__(self, source: Source) -> None:
        title = source.pack.replace("_", " ").capitalize()
        self.draft = PackDraft(source, title, "Imported from Frappe.")
        self.found = find_doctypes(source, self.draft)
        self.label = Translations(source, self.draft).label
        self.entities: dict[str, EntityDraft] = {}
        self.lines_of: dict[tuple[str, str], EntityDraft] = {}
        self.jobs: list[Job] = []

    def run(self) -> Imported:
        """The pack and the report."""
        self._begin()
        for job in self.jobs:
            self._make_fields(job)
        for job in self.jobs:
            relate_fields(job, self.draft, self.entities)
            set_guards(self.draft, job.entity, job.doctype.name, job.guards)
        leading = leading_here(self.jobs)
        by_doctype = {job.doctype.name: job.entity for job in self.jobs if not job.is_copy}
        for job in self.jobs:
            set_related(job, leading.get(job.entity.name, ()), by_doctype)
            self._show(job)
        standing = [job for job in self.jobs if job.parent is None]
        standing.sort(key=lambda job: job.doctype.flag("issingle"))
        self.draft.navigation = [job.entity.name for job in standing]
        return self.draft.finish()

    def _begin(self) -> None:
        """Begin an entity for each DocType, and one for each table of lines: lines belong to one parent here."""
        doctypes = self.found.doctypes
        uses: dict[str, list[tuple[DocType, DocField]]] = {}
        for doctype in doctypes.values():
            for each in doctype.fields if not doctype.is_table else ():
                table = doctypes.get(each.text("options")) if each.type == "Table" else None
                if table is not None and table.is_table:
                    uses.setdefault(table.name, []).append((doctype, each))
        for doctype in doctypes.values():
            if doctype.name not in uses:
                self.entities[doctype.name] = self._job(doctype, doctype.name).entity
        for name, parents in uses.items():
            for number, (parent, each) in enumerate(parents):
                wanted = name if len(parents) == 1 else f"{parent.name} {each.name}"
                job = self._job(doctypes[name], wanted, self.entities[parent.name], is_copy=number > 0)
                self.lines_of[parent.name, each.name] = job.entity

    def _job(self, doctype: DocType, wanted: str, parent: EntityDraft | None = None, *, is_copy: bool = False) -> Job:
        entity = self.draft.entity(doctype.name, wanted)
        job = Job(doctype, entity, parent, is_copy)
        self.jobs.append(job)
        entity.data = {"label": self.label(doctype.name)}
        description = plain_text(doctype.text("description"))
        if description:
            entity.data["description"] = self.label(description)
        entity.known |= _STANDARD
        where = doctype.document.where(doctype.pointer)
        lost = [text for key, text in _LOST.items() if doctype.flag(key)]
        if doctype.is_table and parent is None:
            lost.append("it is a table of lines, but no DocType that holds it is here")
        if lost:
            self.draft.degraded(doctype.name, entity.name, "; ".join(lost), where)
        else:
            said = f"lines of {parent.name}" if parent is not None else ""
            self.draft.mapped(doctype.name, entity.name, said, where)
        return job

    def _make_fields(self, job: Job) -> None:
        doctype = job.doctype
        place = Place(
            self.draft,
            self.found.doctypes,
            self.entities,
            doctype,
            job.entity,
            self.label,
            lambda each: self.lines_of.get((doctype.name, each.name)),
        )
        workflow = self.found.workflows.get(doctype.name)
        stage = stage_field(doctype, workflow) if job.parent is None else None
        if job.parent is None:
            job.guards = make_stages(place, stage, workflow)
        set_number(job, self.draft, self.label("Number" if doctype.text("autoname").lower() != "prompt" else "Name"))
        choosers = {each.text("options") for each in doctype.fields if each.type == "Dynamic Link"}
        for each in sorted(doctype.fields, key=lambda each: each.name in choosers):
            is_made = each.type in LAYOUT or each is stage or each.name == "naming_series"
            if not is_made and not (each.name in choosers and self._is_led(job, each)):
                self._make_field(job, place, each)
        set_key(job, self.draft)
        if job.parent is not None:
            _add_parent(job, job.parent)

    def _is_led(self, job: Job, chooser: DocField) -> bool:
        """Whether a field only says which entity a dynamic link leads to: the link says so itself here."""
        for each in job.doctype.fields:
            name = job.entity.known.get(each.name, "")
            made = job.entity.fields.get(name)
            if made is not None and made["type"] == "any_reference" and each.text("options") == chooser.name:
                job.entity.known[chooser.name] = f"{name}.entity"
                if not job.is_copy:
                    self.draft.mapped(
                        f"{job.doctype.name}.{chooser.name}",
                        f"{job.entity.name}.{name}.entity",
                        "the reference itself says the entity",
                        chooser.document.where(chooser.pointer),
                    )
                return True
        return False

    def _make_field(self, job: Job, place: Place, each: DocField) -> None:
        made = make_field(place, each)
        if each.flag("is_virtual"):
            made = Made(None, "it keeps nothing: a programme finds its value")
        if made.field is None:
            job.drop(self.draft, each, made.lost)
            return
        job.note(each.name, made.lost)
        label = plain_text(each.text("label")) or made_name(each.name, "field").replace("_", " ").capitalize()
        said: dict[str, Any] = {"type": made.field["type"], "label": self.label(label), **made.field}
        for key, source in (("help", "description"), ("placeholder", "placeholder")):
            text = plain_text(each.text(source))
            if text:
                said[key] = self.label(text)
        job.entity.add(each.name, said)
        set_default(job, each, said)
        if each.flag("read_only"):
            said["readonly"] = True
        elif each.flag("set_only_once"):
            said["readonly_when"] = "created_at != null"
        job.note(each.name, mark_field(said, unique=each.flag("unique"), indexed=_is_indexed(each)))
        if each.text("permlevel") not in ("", "0"):
            job.note(each.name, "who may see or change it is who may do so with the record")
        if each.flag("reqd"):
            is_given = "default" in said or "default_expression" in said
            if (each.flag("read_only") or each.flag("hidden")) and not is_given:
                job.note(each.name, "it is not required: a programme fills it there")
            else:
                said["required"] = True

    def _show(self, job: Job) -> None:
        entity = job.entity
        shown = {"created_by", "created_at", "updated_at", "updated_by"}

        def path_of(each: DocField) -> str | None:
            path = entity.known.get(each.name, "")
            return None if each.flag("hidden") or path in shown or path not in entity.fields else path

        tabs = lay_out(job.doctype, path_of, self.label, lambda each: job.conditions.get(each.name))
        first = [name for name, made in entity.fields.items() if made["type"] == "autonumber"]
        first += [entity.key] if entity.key and entity.known.get("name") == entity.key else []
        for name in reversed(first):
            if not any(
                name in column
                for tab in tabs
                for section in tab.sections
                for block in section.blocks
                for column in block
            ):
                tabs[0].sections[0].blocks.insert(0, [[name]])
        entity.tabs = tabs
        set_title(job, self.draft)
        set_search(job)
        set_list(job)
        if job.parent is None:
            give_rights(self.draft, job.doctype, entity)
        job.report(self.draft)


def _add_parent(job: Job, parent: EntityDraft) -> None:
    name = job.entity.names.take("parent")
    job.entity.fields[name] = {
        "type": "reference",
        "label": parent.data["label"],
        "to": parent.name,
        "on_delete": "cascade",
        "required": True,
    }
    job.entity.known["parent"] = name
    job.entity.data["owned_by"] = name


def _is_indexed(each: DocField) -> bool:
    return each.flag("search_index") or each.flag("in_standard_filter")
