"""Merged documents to a model: every diagnostic at once, and no model when one of them is an error."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType

from kalip.base.errors import CompileError, Diagnostic
from kalip.base.names import humanize
from kalip.base.text import Text
from kalip.compiler import codes
from kalip.compiler.draft import Draft
from kalip.compiler.entities import check_owners, claim_entity, compile_entity
from kalip.compiler.fields import ComputedFields, complete_fields, declare_fields, link_children
from kalip.expressions import Function
from kalip.fields import FieldTypes
from kalip.metadata import Kind, MergedDocument, Stack
from kalip.model import Choice, ChoiceList, Model, PackInfo, Role

ADMINISTRATOR = "administrator"
_ADMINISTRATOR_LABEL = Text((("en", "Administrator"), ("tr", "Yönetici"), ("ru", "Администратор")))
_OF_ENTITY = (Kind.PIPELINE, Kind.ACCESS, Kind.LIST, Kind.FORM, Kind.CARD, Kind.BOARD)


@dataclass(frozen=True, slots=True)
class Compilation:
    """A model, or the errors why there is none; warnings are among the diagnostics either way."""

    model: Model | None
    diagnostics: tuple[Diagnostic, ...]

    @property
    def errors(self) -> tuple[Diagnostic, ...]:
        """The diagnostics that are no mere warnings."""
        return tuple(each for each in self.diagnostics if each.severity == "error")

    def required(self) -> Model:
        """The model; raises CompileError with every diagnostic when there is none."""
        if self.model is None:
            raise CompileError("The metadata has errors.", self.diagnostics)
        return self.model


def compile_model(
    stack: Stack,
    types: FieldTypes,
    *,
    functions: Mapping[str, Function] | None = None,
    actions: Mapping[str, object] | None = None,
) -> Compilation:
    """Compile a stack. Pure: the same documents, types and functions give the same model."""
    draft = Draft(stack, types, functions or {}, tuple(actions or ()), list(stack.diagnostics))
    draft.resolve_computed = ComputedFields(draft).resolve
    draft.choices = {document.names[0]: _choice_list(document) for document in stack.of_kind(Kind.CHOICES)}
    draft.roles = _roles(stack)
    for document in stack.of_kind(Kind.ENTITY):
        claim_entity(draft, document)
    for step in (declare_fields, link_children):
        _for_each(draft, step)
    check_owners(draft)
    _for_each(draft, complete_fields)
    _report_strays(draft)
    entities = {name: compile_entity(draft, document) for name, document in draft.documents.items()}
    packs = _packs(draft)
    diagnostics = tuple(draft.diagnostics)
    if any(each.severity == "error" for each in diagnostics):
        return Compilation(None, diagnostics)
    model = Model(
        revision=stack.revision,
        packs=packs,
        entities=MappingProxyType(entities),
        choices=MappingProxyType(draft.choices),
        roles=MappingProxyType(draft.roles),
        uses=tuple(draft.uses),
        aliases=MappingProxyType(draft.aliases),
    )
    return Compilation(model, diagnostics)


def _for_each(draft: Draft, step: Callable[[Draft, MergedDocument], None]) -> None:
    for document in draft.documents.values():
        step(draft, document)


def _choice_list(document: MergedDocument) -> ChoiceList:
    choices = {
        value: Choice(
            value=value,
            label=Text.of(data.get("label"), humanize(value)),
            colour=str(data.get("colour", "")),
            retired=bool(data.get("retired", False)),
            was=tuple(data.get("was", ())),
        )
        for value, data in document.data["choices"].items()
    }
    name = document.names[0]
    return ChoiceList(name, Text.of(document.data.get("label"), humanize(name)), MappingProxyType(choices))


def _roles(stack: Stack) -> dict[str, Role]:
    roles = {ADMINISTRATOR: Role(ADMINISTRATOR, _ADMINISTRATOR_LABEL, administrator=True)}
    for document in stack.of_kind(Kind.ROLE):
        name, data = document.names[0], document.data
        roles[name] = Role(
            name=name,
            label=Text.of(data.get("label"), humanize(name)),
            description=Text.of(data.get("description")),
            administrator=bool(data.get("administrator", name == ADMINISTRATOR)),
        )
    return roles


def _report_strays(draft: Draft) -> None:
    for kind in _OF_ENTITY:
        for document in draft.stack.of_kind(kind):
            if document.names[0] not in draft.documents and not draft.stack.is_broken(
                f"entities/{document.names[0]}/entity"
            ):
                message = f"there is no entity '{document.names[0]}' that this could belong to"
                hint = f"add entities/{document.names[0]}/entity.json, or move the file"
                draft.report(document, codes.NO_ENTITY, message, hint)


def _packs(draft: Draft) -> Mapping[str, PackInfo]:
    packs = {}
    for pack in draft.stack.packs:
        manifest = draft.stack.manifests[pack.name]
        find = partial(draft.find_entity, manifest)
        found = (find(name, f"/navigation/{name}") for name in manifest.data.get("navigation", {}))
        packs[pack.name] = PackInfo(
            name=pack.name,
            version=pack.version,
            title=Text.of(manifest.data.get("title"), humanize(pack.name)),
            description=Text.of(manifest.data.get("description")),
            languages=tuple(manifest.data.get("languages", ())),
            navigation=tuple(name for name in found if name is not None),
        )
    return MappingProxyType(packs)
