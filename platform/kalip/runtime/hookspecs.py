"""The hooks that a plugin may implement. docs/reference/hooks.md describes each; a test compares."""

from collections.abc import Mapping, Sequence
from typing import Any

import pluggy

from kalip.expressions import Function
from kalip.fields import FieldType
from kalip.model import Model
from kalip.runtime.actions import Action
from kalip.runtime.directories import DirectoryKind
from kalip.runtime.importers import MetadataImporter

PROJECT = "kalip"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def kalip_field_types() -> Sequence[FieldType]:  # type: ignore[empty-body]  # plugins give the body
    """Field types to add, under names of their own."""


@hookspec
def kalip_actions() -> Sequence[Action]:  # type: ignore[empty-body]  # plugins give the body
    """Actions that transitions may call by name."""


@hookspec
def kalip_functions() -> Sequence[Function]:  # type: ignore[empty-body]  # plugins give the body
    """Functions to add to the expression language."""


@hookspec
def kalip_metadata_importers() -> Sequence[MetadataImporter]:  # type: ignore[empty-body]  # plugins give the body
    """Importers that make packs of another system's metadata, by the system's name."""


@hookspec
def kalip_directories() -> Sequence[DirectoryKind]:  # type: ignore[empty-body]  # plugins give the body
    """Kinds of directories that people, with their units, groups and roles, can be kept in step with."""


@hookspec
def kalip_model_loaded(model: Model) -> None:
    """Called in each process after a model has come into service."""


@hookspec
def kalip_record_saved(event: Mapping[str, Any]) -> None:
    """Called after the commit of each change of a record: kind, entity, record_id, actor, before, after, at."""
