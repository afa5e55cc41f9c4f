"""Finds plugins and gathers what they bring. A plugin that fails is named and left out, never fatal."""

import importlib.util
import logging
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from kalip.base.errors import ConfigurationError, Diagnostic, Where
from kalip.expressions import Function
from kalip.fields import FieldTypes, builtin_types
from kalip.model import Model
from kalip.runtime import hookspecs
from kalip.runtime.actions import Action

ENTRY_POINTS = "kalip.plugins"
PLUGIN_FILE = "plugin.py"

T = TypeVar("T")

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Extensions:
    """What the shipped parts and all healthy plugins bring together; `diagnostics` tells of the others."""

    types: FieldTypes
    actions: Mapping[str, Action]
    functions: Mapping[str, Function]
    manager: pluggy.PluginManager
    diagnostics: tuple[Diagnostic, ...] = ()

    def model_loaded(self, model: Model) -> None:
        """Tell the plugins, each by itself: one that fails harms nobody."""
        self._tell("kalip_model_loaded", model=model)

    def record_saved(self, event: Mapping[str, Any]) -> None:
        """Tell the plugins of a committed change."""
        self._tell("kalip_record_saved", event=event)

    def _tell(self, hook: str, **facts: object) -> None:
        for implementation in getattr(self.manager.hook, hook).get_hookimpls():
            wanted = {name: facts[name] for name in implementation.argnames}
            try:
                implementation.function(**wanted)
            except Exception:  # noqa: BLE001 - the change is committed; a listener cannot undo it
                _log.exception("plugin %s failed in %s", implementation.plugin_name, hook)


def load_extensions(folder: Path | None) -> Extensions:
    """Load `<folder>/*/plugin.py` in order of name, then installed packages with the entry point `kalip.plugins`."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    diagnostics: list[Diagnostic] = []
    gathered = _Gathered(builtin_types(), {}, {})
    for name, where, load in (*_in_folder(folder), *_installed()):
        plugin = _guarded(diagnostics, where, load)
        if plugin is not None:
            added = _guarded(diagnostics, where, partial(_register, manager, name, plugin, gathered))
            gathered = added or gathered
    return Extensions(gathered.types, gathered.actions, gathered.functions, manager, tuple(diagnostics))


@dataclass(frozen=True)
class _Gathered:
    types: FieldTypes
    actions: Mapping[str, Action]
    functions: Mapping[str, Function]


def _register(manager: pluggy.PluginManager, name: str, plugin: object, gathered: _Gathered) -> _Gathered:
    together = _Gathered(
        gathered.types.with_types(_brought(plugin, "kalip_field_types")),
        _with_named(gathered.actions, _brought(plugin, "kalip_actions")),
        _with_named(gathered.functions, _brought(plugin, "kalip_functions")),
    )
    manager.register(plugin, name)
    return together


def _in_folder(folder: Path | None) -> Iterator[tuple[str, str, Callable[[], object]]]:
    files = sorted(folder.glob(f"*/{PLUGIN_FILE}")) if folder else []
    for file in files:
        yield file.parent.name, str(file), partial(_import_file, file)


def _installed() -> Iterator[tuple[str, str, Callable[[], object]]]:
    for entry in entry_points(group=ENTRY_POINTS):
        yield entry.name, entry.value, entry.load


def _import_file(file: Path) -> ModuleType:
    name = f"plugins.{file.parent.name}.plugin"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError("{file} can't be imported", params={"file": file})
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _brought(plugin: object, hook: str) -> Sequence[Any]:
    return getattr(plugin, hook)() if hasattr(plugin, hook) else ()


def _with_named(taken: Mapping[str, T], things: Iterable[T]) -> Mapping[str, T]:
    named = dict(taken)
    for thing in things:
        name = str(getattr(thing, "name", ""))
        if not name.isidentifier():
            raise ConfigurationError("'{name}' is not a name", params={"name": name})
        if name in named:
            raise ConfigurationError("the name '{name}' is taken by another plugin", params={"name": name})
        named[name] = thing
    return named


def _guarded(diagnostics: list[Diagnostic], where: str, step: Callable[[], T]) -> T | None:
    try:
        return step()
    except Exception as error:  # noqa: BLE001 - a plugin may fail in any way and must not take the system down
        fault = f"the plugin is left out: {type(error).__name__}: {error}"
        diagnostics.append(Diagnostic("C190", fault, "mend the plugin, or remove it", Where(where)))
        return None
