"""Entities of EspoCRM become entities here: first their fields, then links, then logic, then how they are shown."""

from collections.abc import Mapping
from typing import Any, Final

from kalip.runtime.plugins import EntityDraft, Imported, PackDraft, Source, builtin_types
from plugins.from_espocrm.fields import NAME_PARTS, PARTS, RANGES, Made, Place, make_field, set_default
from plugins.from_espocrm.jobs import Job
from plugins.from_espocrm.links import LINKS, Relations, is_many, make_link, several
from plugins.from_espocrm.metadata import gather, objects, text
from plugins.from_espocrm.rules import set_duplicates, set_logic, set_order, set_search, set_unique
from plugins.from_espocrm.stages import make_stages, stage_field
from plugins.from_espocrm.views import set_form, set_views
from plugins.from_espocrm.words import Words

_STANDARD: Final = {
    # A record that isn't saved has no moment of creation; its id is known before.
    "id": "created_at",
    "createdAt": "created_at",
    "modifiedAt": "updated_at",
    "createdBy": "created_by",
    "createdById": "created_by",
    "modifiedBy": "updated_by",
    "modifiedById": "updated_by",
    "assignedUser": "owner",
    "assignedUserId": "owner",
    "assignedUserName": "owner",
}
_UNSEEN: Final = frozenset({"id", "deleted", "versionNumber", "streamUpdatedAt"})
_TYPES: Final = builtin_types()


class EspoImport:
    """One run of the importer."""

    def __init__(self, source: Source) -> None:
        title = source.pack.replace("_", " ").capitalize()
        self.draft = PackDraft(source, title, "Imported from EspoCRM.")
        self.found = gather(source, self.draft)
        self.words = Words(source, self.found)
        self.jobs: dict[str, Job] = {}
        self.made: dict[str, dict[str, str]] = {}
        self.inverse: list[tuple[Job, str, str]] = []

    def run(self) -> Imported:
        """The pack and the report."""
        self._begin()
        relations = Relations(self.jobs)
        for job in self.jobs.values():
            self._make_fields(Place(job, self.words, self.jobs), relations)
        for job in self.jobs.values():
            self._make_links(Place(job, self.words, self.jobs), relations)
        for job in self.jobs.values():
            self._follow(job)
            set_logic(job)
        self._tell_inverse()
        for job in self.jobs.values():
            self._show(job)
        self.draft.navigation = [
            job.entity.name for job in self.jobs.values() if job.scope.get("tab", True) is not False
        ]
        return self.draft.finish()

    def _begin(self) -> None:
        for name in self.found.entity_defs:
            scope = self.found.scopes.get(name, {})
            if not isinstance(self.found.entity_defs[name].get("fields"), dict):
                self.draft.dropped(name, "its definition has no fields")
            elif scope.get("disabled") is True or scope.get("entity") is False:
                self.draft.dropped(name, "the scope is disabled, or no entity")
            else:
                self.jobs[name] = Job(name, self.draft.entity(name), self.draft, self.found)
        for job in self.jobs.values():
            entity = job.entity
            plural = self.words.entities(job.name)
            entity.data = {"label": self.words.entity(job.name), **({"plural": plural} if plural else {})}
            entity.known |= _STANDARD
            self.draft.mapped(job.name, entity.name, text(job.scope.get("type")))

    def _make_fields(self, place: Place, relations: Relations) -> None:
        job = place.job
        self.made[job.name] = {}
        stage = stage_field(job)
        parts = self._parts(job)
        if stage is not None:
            make_stages(place, stage)
        for name, said in job.fields.items():
            if name in _STANDARD and name != "id":
                job.map(name, f"{job.entity.name}.{_STANDARD[name]}", "every entity has it")
            elif name in parts:
                if parts[name]:
                    job.map(name, f"{job.entity.name}.{parts[name]}")
            elif name not in _UNSEEN and name != stage:
                self._make_field(place, relations, name, said)
        for name, path in parts.items():
            if path:
                self._know_part(job, name, path)
                made = job.entity.fields.get(path.partition(".")[0], {})
                if job.fields.get(name, {}).get("required") is True and made.get("type") == "person_name":
                    made["required"] = True

    def _make_field(self, place: Place, relations: Relations, name: str, said: Mapping[str, Any]) -> None:
        job, kind, made = place.job, text(said.get("type")), self.made[place.job.name]
        reason = _reason_to_skip(name, said)
        if reason:
            job.drop(name, reason)
        elif kind in RANGES:
            self._make_range(place, name, said, made)
        elif kind in LINKS:
            self._put(place, name, said, make_link(place, relations, name, said), made)
            self._remember(job, relations, name)
        elif kind != "foreign":
            self._put(place, name, said, make_field(place, name, said), made)

    def _put(self, place: Place, name: str, said: Mapping[str, Any], done: Made, made: dict[str, str]) -> None:
        job = place.job
        if done.field is None:
            if done.lost.startswith("\0"):
                self.inverse.append((job, name, done.lost[1:]))
            else:
                job.drop(name, done.lost)
            return
        job.note(name, done.lost)
        field: dict[str, Any] = {"type": done.field["type"], "label": place.label(name), **done.field}
        tooltip = self.words.tooltip(job.name, text(said.get("tooltip")) or name) if said.get("tooltip") else ""
        if tooltip:
            field["help"] = tooltip
        here = made[name] = job.entity.add(name, field)
        if field["type"] == "computed":
            return
        set_default(job, name, said, field)
        _set_marks(job, name, said, field)
        for suffix, part in (("Id", ""), ("Name", ""), ("Type", ".entity"), ("Ids", ""), ("Names", "")):
            if text(said.get("type")) in LINKS:
                job.entity.known.setdefault(f"{name}{suffix}", f"{here}{part}")

    def _remember(self, job: Job, relations: Relations, name: str) -> None:
        here = job.entity.known.get(name, "")
        if job.entity.fields.get(here, {}).get("type") == "references":
            relations.made.setdefault(relations.key(job, name), f"{job.name}.{name}")

    def _make_range(self, place: Place, name: str, said: Mapping[str, Any], made: dict[str, str]) -> None:
        """A range is two fields: `fromX` and `toX`."""
        for end in ("from", "to"):
            attribute = f"{end}{name[:1].upper()}{name[1:]}"
            if attribute not in place.job.fields:
                kind = RANGES[text(said["type"])]
                self._put(
                    place, attribute, {**said, "type": kind}, make_field(place, attribute, {**said, "type": kind}), made
                )
        place.job.map(name, f"{place.job.entity.name}: two fields", "from and to")

    def _parts(self, job: Job) -> dict[str, str]:
        """Attributes that are parts of other fields, with their paths here; empty for those that mean nothing."""
        found: dict[str, str] = {}
        for name, said in job.fields.items():
            kind = text(said.get("type"))
            here = job.entity.names.peek(name)
            for suffix, part in PARTS.get(kind, {}).items():
                found[f"{name}{suffix}"] = f"{here}.{part}" if part else ""
            if kind == "personName":
                for before, part in NAME_PARTS.items():
                    found[f"{before}{name[:1].upper()}{name[1:]}"] = f"{here}.{part}"
        return found

    def _know_part(self, job: Job, name: str, path: str) -> None:
        if path.partition(".")[0] in job.entity.fields:
            job.entity.known.setdefault(name, path)

    def _make_links(self, place: Place, relations: Relations) -> None:
        """Links without a field: many-to-many ones get one, those of other entities are seen as lists."""
        job = place.job
        for name, link in job.links.items():
            if name in job.fields or name in _STANDARD:
                continue
            target = text(link.get("entity"))
            if target not in self.jobs:
                if target != "User":
                    job.drop(name, f"'{target}' is not among what is imported" if target else "it leads nowhere")
            elif is_many(relations, job, name):
                self._put(
                    place, name, {"type": "linkMultiple"}, several(place, relations, name, {}), self.made[job.name]
                )
                self._remember(job, relations, name)
            elif link.get("type") == "belongsTo":
                self._put(
                    place,
                    name,
                    {"type": "link"},
                    make_link(place, relations, name, {"type": "link"}),
                    self.made[job.name],
                )
            else:
                self.inverse.append((job, name, f"{target}.{text(link.get('foreign'))}"))

    def _follow(self, job: Job) -> None:
        """Fields that show a field of a linked record."""
        for name, said in job.fields.items():
            if text(said.get("type")) != "foreign" or _reason_to_skip(name, {**said, "notStorable": False}):
                continue
            link, attribute = job.entity.known.get(text(said.get("link")), ""), text(said.get("field"))
            to = job.entity.fields.get(link, {}).get("to")
            target = self.draft.entities.get(to) if isinstance(to, str) else None
            path = target.known.get(attribute, "") if target is not None else ""
            if target is None or path not in target.fields:
                job.drop(name, f"it shows '{said.get('link')}.{attribute}', which is not here")
                continue
            result = _shown_as(target, path)
            label = self.words.field(job.name, name)
            field = {"type": "computed", "label": label, "expression": f"{link}.{path}", **result}
            self.made[job.name][name] = job.entity.add(name, field)
        for field in job.entity.fields.values():
            start, end = (job.entity.known.get(each, "") for each in field.pop("between", ("", "")))
            if start and end:
                field["expression"] = f"{end} - {start}"
            elif field["type"] == "computed" and not field["expression"]:
                field["type"] = "duration"
                del field["expression"]

    def _tell_inverse(self) -> None:
        """Tell where records of to-many links are seen, and show them there."""
        for job, name, path in self.inverse:
            other_name, _, foreign = path.partition(".")
            other = self.jobs[other_name].entity
            here = other.known.get(foreign, "")
            made = other.fields.get(here, {})
            to = made.get("to", "")
            if job.entity.name == to or (isinstance(to, dict) and job.entity.name in to):
                job.entity.related.append(f"{other.name}.{here}")
                job.map(name, f"{other.name}.{here}", "seen as a list below the record")
            else:
                job.drop(name, f"no field of '{other_name}' leads here")

    def _show(self, job: Job) -> None:
        self._drop_filters(job)
        set_search(job)
        set_order(job)
        set_unique(job)
        set_duplicates(job)
        set_form(job, self.words)
        set_views(job)
        entity = job.entity
        entity.related = list(dict.fromkeys(entity.related))
        pack = self.draft.source.pack
        role = self.draft.role(f"{pack} user", f"{self.draft.source.pack.replace('_', ' ').capitalize()} user")
        entity.permissions = {role: {"all": "all"}}
        job.report(self.made[job.name])

    @staticmethod
    def _drop_filters(job: Job) -> None:
        filters = job.found.client_defs.get(job.name, {}).get("filterList")
        for each in filters if isinstance(filters, list) else ():
            name = text(each.get("name")) if isinstance(each, dict) else text(each)
            if name:
                job.drop(f"filter {name}", "a programme finds its records; make a list with a filter")


def _reason_to_skip(name: str, said: Mapping[str, Any]) -> str:
    if said.get("disabled") is True:
        return "it is disabled there"
    if said.get("utility") is True:
        return "it only helps a programme"
    kind = text(said.get("type"))
    if said.get("notStorable") is True and kind not in (
        "foreign",
        "personName",
        "address",
        "email",
        "phone",
        "duration",
        "currencyConverted",
    ):
        return "it keeps nothing: a programme finds its value"
    return "" if name else "it has no name"


def _set_marks(job: Job, name: str, said: Mapping[str, Any], field: dict[str, Any]) -> None:
    acl = objects(job.found.entity_acl.get(job.name, {}).get("fields")).get(name, {})
    if said.get("readOnly") is True or acl.get("readOnly") is True:
        field["readonly"] = True
    elif said.get("readOnlyAfterCreate") is True:
        field["readonly_when"] = "created_at != null"
    if any(acl.get(key) is True for key in ("forbidden", "internal", "onlyAdmin", "nonAdminReadOnly")):
        job.note(name, "who may see or change it is who may do so with the record")
    if field["type"] == "autonumber":
        field.pop("readonly", None)
        return
    if said.get("required") is True:
        is_given = "default" in field or "default_expression" in field
        if field.get("readonly") and not is_given:
            job.note(name, "it is not required: a programme fills it there")
        else:
            field["required"] = True
    type_ = _TYPES[field["type"]]
    if said.get("index") is True and type_.stored and type_.indexable and field["type"] != "references":
        field["indexed"] = True
    if said.get("isPersonalData") is True:
        field["personal"] = {"purpose": "Marked as personal data in EspoCRM."}


def _shown_as(target: EntityDraft, path: str) -> dict[str, Any]:
    made = target.fields[path]
    kind = made["type"]
    if kind == "choice":
        return {"result": {"type": "choice", "choices": made["choices"]}}
    if kind in ("decimal", "money"):
        return {"result": {"type": "decimal", "scale": made.get("scale", 2)}}
    return {"result": kind} if kind in ("percent", "email", "phone", "url", "long_text", "duration", "colour") else {}
