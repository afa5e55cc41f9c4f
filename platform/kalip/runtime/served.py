"""A model in service, with what belongs to it: types, actions, functions and its projections."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TypeVar, cast

from kalip.base.errors import Diagnostic
from kalip.expressions import Function
from kalip.fields import FieldTypes
from kalip.model import Model
from kalip.runtime.actions import Action

T = TypeVar("T")


@dataclass(frozen=True, eq=False)
class Served:
    """One compiled model and everything computed from it, all with the same lifetime.

    `warnings` are the diagnostics that did not stop the model from being compiled.
    """

    model: Model
    types: FieldTypes
    actions: Mapping[str, Action] = field(default_factory=lambda: MappingProxyType({}))
    functions: Mapping[str, Function] = field(default_factory=lambda: MappingProxyType({}))
    warnings: tuple[Diagnostic, ...] = ()
    _projections: dict[object, object] = field(default_factory=dict, init=False, repr=False)
    _lock: threading.RLock = field(default_factory=threading.RLock, init=False, repr=False)

    def project(self, make: "Callable[[Served], T]") -> T:
        """`make(self)`, computed once; threads that ask meanwhile wait for it."""
        if make not in self._projections:
            with self._lock:
                if make not in self._projections:
                    self._projections[make] = make(self)
        return cast("T", self._projections[make])
