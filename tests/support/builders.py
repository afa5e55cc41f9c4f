"""Builders of packs and models for tests: say what matters, the rest is filled in.

`an_entity("deal").with_field("amount", "money")` builds metadata as a pack's author writes it, so that
every model in tests has gone through reading, checking, stacking and compiling.
"""

import json
from collections.abc import Mapping
from itertools import pairwise
from typing import Any, Self

from kalip.base.errors import Diagnostic
from kalip.compiler import Compilation, compile_packs
from kalip.compiler.bench import HasParameters
from kalip.expressions import Function
from kalip.fields import FieldTypes, builtin_types
from kalip.metadata import Pack, read_documents
from kalip.model import Model
from kalip.runtime import Served

Json = dict[str, Any]


class EntityBuilder:
    """An entity with its documents. Without fields it has one: a required text `name`."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.data: Json = {}
        self.fields: Json = {}
        self.documents: dict[str, Json] = {}

    def with_field(self, name: str, type_: str, **options: Any) -> Self:
        """Add a field; `to_`, `from_` and the like lose their underscore."""
        self.fields[name] = {"type": type_, **{key.rstrip("_"): value for key, value in options.items()}}
        return self

    def with_keys(self, **keys: Any) -> Self:
        """Set keys of entity.json: label, title, unique, checks…"""
        self.data |= keys
        return self

    def with_pipeline(self, name: str, *stages: str, **keys: Any) -> Self:
        """Add a pipeline with plain stages and, unless given, a move from each to the next."""
        moves = {f"to_{after}": {"from": {before: {}}, "to": after} for before, after in pairwise(stages)}
        data: Json = {"stages": {stage: {} for stage in stages}, "transitions": moves, **keys}
        return self.with_document(f"pipelines/{name}", data)

    def with_access(self, **roles: Any) -> Self:
        """Set permissions by role: `with_access(rep="own")` is short for every verb."""
        verbs = {role: {"all": said} if isinstance(said, str) else said for role, said in roles.items()}
        return self.with_document("access", {"permissions": verbs})

    def with_list(self, *columns: str, name: str = "", **keys: Any) -> Self:
        """Add a list view."""
        data: Json = {"columns": {column: {} for column in columns}, **keys}
        return self.with_document(f"views/list{'.' if name else ''}{name}", data)

    def with_document(self, path: str, data: Json) -> Self:
        """Add a document of the entity: its path in the entity's folder without `.json`."""
        self.documents[path] = data
        return self

    def contents(self) -> dict[str, Json]:
        """The documents by their path in the pack."""
        fields = self.fields or ({} if "extends" in self.data else {"name": {"type": "text", "required": True}})
        entity = {**self.data, "fields": fields} if fields else dict(self.data)
        documents = {"entity": entity, **self.documents}
        return {f"entities/{self.name}/{path}.json": data for path, data in documents.items()}


class PackBuilder:
    """A pack of entities, choice lists, roles and anything else."""

    def __init__(self, name: str, version: str) -> None:
        self.manifest: Json = {"name": name, "version": version}
        self.documents: dict[str, Json] = {}
        self.raw: dict[str, bytes] = {}

    def requiring(self, **ranges: str) -> Self:
        """Require other packs."""
        self.manifest["requires"] = ranges
        return self

    def with_manifest(self, **keys: Any) -> Self:
        """Set keys of pack.json."""
        self.manifest |= keys
        return self

    def with_entity(self, *entities: EntityBuilder) -> Self:
        """Add entities."""
        for entity in entities:
            self.documents |= entity.contents()
        return self

    def with_choices(self, name: str, *values: str, **keys: Any) -> Self:
        """Add a choice list with plain values; keys are further values with their data."""
        return self.with_document(f"choices/{name}", {"choices": {**{value: {} for value in values}, **keys}})

    def with_role(self, *names: str, **keys: Any) -> Self:
        """Add roles."""
        for name in names:
            self.with_document(f"roles/{name}", dict(keys))
        return self

    def with_document(self, path: str, data: Json) -> Self:
        """Add a document by its path without `.json`."""
        self.documents[f"{path}.json"] = data
        return self

    def with_file(self, path: str, content: bytes) -> Self:
        """Add a file as it is."""
        self.raw[path] = content
        return self

    def files(self) -> dict[str, bytes]:
        """The pack's files as they would lie on a disk."""
        documents = {"pack.json": self.manifest, **self.documents}
        texts = {
            path: (json.dumps(data, indent=2, ensure_ascii=False) + "\n").encode() for path, data in documents.items()
        }
        return texts | self.raw

    def build(self) -> Pack:
        """The pack. Raises MetadataError when it can't be read."""
        return read_documents(self.files(), self.manifest["name"])


def an_entity(name: str = "thing") -> EntityBuilder:
    """Start an entity."""
    return EntityBuilder(name)


def a_pack(name: str = "shop", version: str = "1.0.0") -> PackBuilder:
    """Start a pack."""
    return PackBuilder(name, version)


def a_compilation(
    *parts: PackBuilder | EntityBuilder,
    types: FieldTypes | None = None,
    functions: Mapping[str, Function] | None = None,
    actions: Mapping[str, HasParameters] | None = None,
) -> Compilation:
    """Compile packs; entities alone become a pack of their own."""
    packs = [part for part in parts if isinstance(part, PackBuilder)]
    entities = [part for part in parts if isinstance(part, EntityBuilder)]
    if entities:
        packs.append(a_pack().with_entity(*entities))
    built = [pack.build() for pack in packs]
    return compile_packs(built, types or builtin_types(), functions=functions or {}, actions=actions or {})


def a_model(*parts: PackBuilder | EntityBuilder, types: FieldTypes | None = None) -> Model:
    """The model of packs and entities. Raises CompileError with every diagnostic."""
    return a_compilation(*parts, types=types).required()


def a_served(*parts: PackBuilder | EntityBuilder, types: FieldTypes | None = None) -> Served:
    """The model in service, with the field types that it was compiled with."""
    known = types or builtin_types()
    return Served(a_model(*parts, types=known), known)


def diagnostics_of(*parts: PackBuilder | EntityBuilder) -> tuple[Diagnostic, ...]:
    """All diagnostics of packs and entities."""
    return a_compilation(*parts).diagnostics


def told(diagnostics: tuple[Diagnostic, ...]) -> list[tuple[str, str]]:
    """Code and pointer of each diagnostic: what most tests look at."""
    return [(each.code, each.where.pointer if each.where else "") for each in diagnostics]
