"""From stacked documents to the model: the order of the steps, and all diagnostics at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from kalip.base.errors import CompileError, Diagnostic
from kalip.base.text import Text
from kalip.compiler.bench import Bench, Draft, HasParameters
from kalip.compiler.calendar_views import calendar_views_of
from kalip.compiler.calendars import make_calendars
from kalip.compiler.clocks import clocks_of
from kalip.compiler.conversions import conversions_of
from kalip.compiler.derived import Settler
from kalip.compiler.desk import Spot
from kalip.compiler.drafts import make_drafts
from kalip.compiler.duplicates import duplicate_rules_of
from kalip.compiler.entities import (
    check_owner,
    check_owner_circles,
    checks_of,
    search_of,
    title_of,
    unique_keys_of,
)
from kalip.compiler.field_rights import field_rights_of
from kalip.compiler.fields import finish_fields, make_fields
from kalip.compiler.intakes import intake_of, webforms_of
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import make_choice_lists, make_roles
from kalip.compiler.mails import mails_of
from kalip.compiler.permissions import check_clearances, confidentiality_of, owners_of, permissions_of
from kalip.compiler.personal import personal_marks_of, subject_of
from kalip.compiler.pipelines import pipelines_of
from kalip.compiler.records import check_records
from kalip.compiler.rules import hooks_of, rules_of
from kalip.compiler.views import boards_of, cards_of, forms_of, lists_of
from kalip.expressions import Function
from kalip.fields import FieldTypes
from kalip.metadata import MergedDocument, Pack, Stack, checked, sound, stack
from kalip.model import Entity, Model, PackInfo

_NO_FUNCTIONS: Mapping[str, Function] = MappingProxyType({})
_NO_ACTIONS: Mapping[str, HasParameters] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Compilation:
    """The model, or None when a diagnostic is an error; warnings don't stand in the way."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that stand in the way."""
        return tuple(each for each in self.diagnostics if each.severity == "error")

    def required(self) -> Model:
        """The model. Raises CompileError with every diagnostic when there is none."""
        if self.model is None:
            raise CompileError("The metadata has errors.", self.diagnostics)
        return self.model


def compile_packs(
    packs: Sequence[Pack],
    types: FieldTypes,
    *,
    functions: Mapping[str, Function] = _NO_FUNCTIONS,
    actions: Mapping[str, HasParameters] = _NO_ACTIONS,
) -> Compilation:
    """Check, stack and compile packs, with the diagnostics of all steps together."""
    results = [checked(pack, types) for pack in packs]
    compilation = compile_model(stack([each.pack for each in results]), types, functions=functions, actions=actions)
    found = [diagnostic for each in results for diagnostic in each.diagnostics]
    if not found:
        return compilation
    return Compilation(None, _in_order((*found, *compilation.diagnostics)))


def compile_model(
    stacked: Stack,
    types: FieldTypes,
    *,
    functions: Mapping[str, Function] = _NO_FUNCTIONS,
    actions: Mapping[str, HasParameters] = _NO_ACTIONS,
) -> Compilation:
    """Compile stacked documents. Faults of the stack itself and of its schemas are told too."""
    revision = stacked.revision
    bench = Bench(sound(stacked, types), types, functions, actions)
    model = _model(bench, revision)
    diagnostics = _in_order((*bench.stack.diagnostics, *bench.desk.diagnostics))
    compilation = Compilation(model, diagnostics)
    return Compilation(None, diagnostics) if compilation.errors else compilation


def _model(bench: Bench, revision: str) -> Model:
    make_choice_lists(bench)
    make_calendars(bench)
    make_drafts(bench)
    make_roles(bench)
    for draft in bench.drafts.values():
        bench.restage(draft, owned="owned_by" in draft.data)
    for draft in bench.drafts.values():
        make_fields(bench, draft)
    found = {draft.name: check_owner(bench, draft) for draft in bench.drafts.values()}
    owners = check_owner_circles(bench, {name: owner for name, owner in found.items() if owner is not None})
    bench.settle = Settler()
    for draft in bench.drafts.values():
        finish_fields(bench, draft)
    for draft in bench.drafts.values():
        draft.title = title_of(bench, draft)
    entities = {draft.name: _entity(bench, draft, owners.get(draft.name)) for draft in bench.drafts.values()}
    check_clearances(bench, entities.values())
    packs = {name: _pack_info(bench, document, entities) for name, document in bench.stack.manifests.items()}
    check_records(bench)
    mails = mails_of(bench)
    return Model(
        revision,
        MappingProxyType(packs),
        MappingProxyType(entities),
        MappingProxyType(bench.choices),
        MappingProxyType(bench.roles),
        tuple(bench.desk.uses),
        MappingProxyType(_aliases(bench)),
        MappingProxyType(bench.calendars),
        mails=mails,
    )


def _entity(bench: Bench, draft: Draft, owner: str | None) -> Entity:
    data = draft.data
    pipelines = pipelines_of(bench, draft)
    cards = cards_of(bench, draft)
    permissions = permissions_of(bench, draft, pipelines, owned="owned_by" in data)
    field_rights = field_rights_of(bench, draft)
    intake = intake_of(bench, draft, permissions)
    hooks = hooks_of(bench, draft)
    rules = rules_of(bench, draft, hooks)
    return Entity(
        name=draft.name,
        pack=draft.document.base.layer,
        label=label_of(data, draft.name),
        plural=label_of(data, draft.name, "plural" if "plural" in data else "label"),
        icon=data.get("icon", "table"),
        title=draft.title,
        fields=MappingProxyType(draft.fields),
        system=draft.system,
        search=search_of(bench, draft),
        owned_by=owner,
        unique=unique_keys_of(bench, draft),
        checks=checks_of(bench, draft),
        duplicates=duplicate_rules_of(bench, draft),
        personal=personal_marks_of(bench, draft),
        subject=subject_of(bench, draft),
        pipelines=pipelines,
        permissions=permissions,
        confidentiality=confidentiality_of(bench, draft, owned="owned_by" in data),
        owners=owners_of(bench, draft, owned="owned_by" in data),
        field_rights=field_rights.said,
        closed_fields=field_rights.closed,
        intake=intake,
        webforms=webforms_of(bench, draft, intake),
        lists=lists_of(bench, draft),
        forms=forms_of(bench, draft),
        boards=boards_of(bench, draft, pipelines, cards),
        calendars=calendar_views_of(bench, draft),
        cards=cards,
        rules=rules,
        clocks=clocks_of(bench, draft),
        hooks=hooks,
        conversions=conversions_of(bench, draft),
        was=tuple(data.get("was", ())),
        origin=draft.document.origin(),
        description=text_of(data, "description"),
    )


def _pack_info(bench: Bench, manifest: MergedDocument, entities: Mapping[str, Entity]) -> PackInfo:
    data = manifest.data
    name = data["name"]
    navigation = [each.name for each in entities.values() if each.pack == name and each.owned_by is None]
    if "navigation" in data:
        spot = Spot(manifest).at("navigation")
        found = [
            bench.entity_named(each, spot.at(each)) for each in data["navigation"] if not bench.is_taken_away(each)
        ]
        navigation = [each for each in found if each is not None]
    title, description = label_of(data, name, "title"), Text.of(data.get("description"))
    languages = tuple(data.get("languages", ()))
    return PackInfo(name, data["version"], title, description, languages, tuple(navigation))


def _aliases(bench: Bench) -> dict[str, str]:
    fields = {
        f"{draft.name}.{old}": f"{draft.name}.{present}"
        for draft in bench.drafts.values()
        for old, present in draft.old_fields.items()
    }
    return {**bench.old_entities, **fields}


def _in_order(diagnostics: Sequence[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Each diagnostic once, by file and line."""
    unique = dict.fromkeys(diagnostics)
    return tuple(sorted(unique, key=lambda each: (each.where.file, each.where.line) if each.where else ("", 0)))
