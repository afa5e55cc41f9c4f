"""Finds plugins and gathers what they bring. A plugin that fails is named and left out, never fatal."""

import importlib.util
import logging
import sys
import traceback
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import entry_points
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

import pluggy

from kalip.base.errors import ConfigurationError, Diagnostic, Where
from kalip.compiler.codes import PLUGIN_FAULT
from kalip.expressions import Function
from kalip.fields import FieldType, FieldTypes, builtin_types
from kalip.metadata import options_schema, schema_fault
from kalip.model import Model
from kalip.runtime import hookspecs
from kalip.runtime.actions import Action
from kalip.runtime.directories import DirectoryKind
from kalip.runtime.importers import MetadataImporter

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
    importers: Mapping[str, MetadataImporter] = field(default_factory=dict)
    directories: Mapping[str, DirectoryKind] = field(default_factory=dict)

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
    gathered = _Gathered(builtin_types(), {}, {}, {}, {})
    for name, where, load in (*_in_folder(folder), *_installed()):
        plugin = _guarded(diagnostics, where, load)
        if plugin is not None:
            added = _guarded(diagnostics, where, partial(_register, manager, name, plugin, gathered))
            gathered = added or gathered
    return Extensions(
        gathered.types,
        gathered.actions,
        gathered.functions,
        manager,
        tuple(diagnostics),
        gathered.importers,
        gathered.directories,
    )


@dataclass(frozen=True)
class _Gathered:
    types: FieldTypes
    actions: Mapping[str, Action]
    functions: Mapping[str, Function]
    importers: Mapping[str, MetadataImporter]
    directories: Mapping[str, DirectoryKind]


def _register(manager: pluggy.PluginManager, name: str, plugin: object, gathered: _Gathered) -> _Gathered:
    """Take a plugin in whole or not at all."""
    _refuse_unmarked(manager, plugin)
    manager.register(plugin, name)
    try:
        manager.check_pending()  # raises for a hook that Kalip doesn't have
        types = _brought(plugin, "kalip_field_types", FieldType)
        actions = _brought(plugin, "kalip_actions", Action)
        directories = _brought(plugin, "kalip_directories", DirectoryKind)
        described = (*(each.options for each in (*types, *directories)), *(each.parameters for each in actions))
        for options in described:
            _refuse_bad_schema(options)
        return _Gathered(
            gathered.types.with_types(types),
            _with_named(gathered.actions, actions),
            _with_named(gathered.functions, _brought(plugin, "kalip_functions", Function)),
            _with_named(gathered.importers, _brought(plugin, "kalip_metadata_importers", MetadataImporter)),
            _with_named(gathered.directories, directories),
        )
    except BaseException:
        manager.unregister(plugin)
        raise


def _refuse_unmarked(manager: pluggy.PluginManager, plugin: object) -> None:
    for hook in vars(hookspecs):
        is_hook = hook.startswith(f"{hookspecs.PROJECT}_") and hasattr(plugin, hook)
        if is_hook and manager.parse_hookimpl_opts(plugin, hook) is None:
            raise ConfigurationError("'{hook}' is not marked: write @hookimpl above it", params={"hook": hook})


def _refuse_bad_schema(options: Mapping[str, Any]) -> None:
    fault = schema_fault(options_schema(options))
    if fault:
        raise ConfigurationError("the options are no JSON Schema properties: {fault}", params={"fault": fault})


def _in_folder(folder: Path | None) -> Iterator[tuple[str, str, Callable[[], object]]]:
    files = sorted(folder.glob(f"*/{PLUGIN_FILE}")) if folder else []
    for file in files:
        yield file.parent.name, str(file), partial(_import_file, file)


def _installed() -> Iterator[tuple[str, str, Callable[[], object]]]:
    for entry in entry_points(group=ENTRY_POINTS):
        yield entry.name, entry.value, entry.load


def _import_file(file: Path) -> ModuleType:
    package = f"plugins.{file.parent.name}"
    name = f"{package}.plugin"
    _forget(package)
    # A package of its own, so that a plugin of several files imports them as `from .other import …`.
    home = ModuleType(package)
    home.__path__ = [str(file.parent)]
    sys.modules[package] = home
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ConfigurationError("{file} can't be imported", params={"file": file})
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def _forget(package: str) -> None:
    """Let a plugin's files be read anew: another folder may hold a plugin of the same name."""
    for name in [name for name in sys.modules if name == package or name.startswith(f"{package}.")]:
        del sys.modules[name]


def _brought(plugin: object, hook: str, kind: type[object]) -> tuple[Any, ...]:
    things = tuple(getattr(plugin, hook)() if hasattr(plugin, hook) else ())
    for thing in things:
        if not isinstance(thing, kind):
            params = {"hook": hook, "kind": kind.__name__, "thing": repr(thing)[:80]}
            raise ConfigurationError("{hook} must give {kind} objects, not {thing}", params=params)
    return things


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
    except (Exception, SystemExit) as error:  # noqa: BLE001 - a plugin may fail in any way and must not take the system down
        fault = f"the plugin is left out: {type(error).__name__}: {error}"
        place = Where(where, _line_in(error, where))
        diagnostics.append(Diagnostic(PLUGIN_FAULT, fault, "mend the plugin, or remove it", place))
        return None


def _line_in(error: BaseException, file: str) -> int:
    """The line of the plugin's file that an error came from; 0 when it came from elsewhere."""
    if isinstance(error, SyntaxError) and error.filename == file:
        return error.lineno or 0
    frames = traceback.extract_tb(error.__traceback__)
    return next((frame.lineno or 0 for frame in reversed(frames) if frame.filename == file), 0)
