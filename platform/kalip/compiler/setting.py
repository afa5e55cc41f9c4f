"""Expressions that give fields their values: over the records of one entity, for the fields of another or the same."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.fields import settable_type
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.expressions import Expression

UNSETTABLE: Final = frozenset({"computed", "rollup", "autonumber"})


@dataclass(frozen=True, slots=True)
class Setting:
    """Where fields get their values: `source`'s records give them, `target`'s take them.

    `place` says what the expressions may name beside the record.
    """

    bench: Bench
    source: Draft
    target: Draft
    place: Wanted = field(default_factory=Wanted)

    def values(self, said: Mapping[str, str], spot: Spot) -> Mapping[str, Expression]:
        """Fields with their expressions; those with faults are reported and left out."""
        pairs = (self._value(name, text, spot.at(name)) for name, text in said.items())
        return MappingProxyType(dict(pair for pair in pairs if pair is not None))

    def _value(self, name: str, text: str, spot: Spot) -> tuple[str, Expression] | None:
        bench = self.bench
        known = bench.field_named(self.target, name, spot)
        if known is None:
            return None
        wanted = settable_type(bench, self.target, known)
        if (known.system and known.readonly) or known.type in UNSETTABLE or wanted is None:
            bench.desk.report(codes.BAD_EFFECT, spot, f"'{name}' can't be set by an expression", "set another field")
            return None
        expression = compile_formula(bench, self.source.name, text, spot, replace(self.place, type=wanted.type))
        if expression is None:
            return None
        if known.choices is not None:
            _check_choice(bench, known.choices, expression, spot)
        return known.name, expression


def _check_choice(bench: Bench, choices: str, expression: Expression, spot: Spot) -> None:
    value = getattr(expression.tree, "value", None)
    if not isinstance(value, str):
        return
    list_ = bench.choices[choices]
    if value in list_.choices:
        bench.desk.use(spot, f"choice:{choices}.{value}")
    else:
        bench.desk.unknown(codes.UNKNOWN_CHOICE, spot, f"choice of '{choices}'", value, list(list_.choices))
