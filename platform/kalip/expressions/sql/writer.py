"""What both databases say alike.

Two ways to write a condition: `truth`, where null may stand for false so that an index can serve it, and `value`, which
is exactly what evaluation gives. Everything is written so that the one never passes for the other.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from kalip.expressions import typed
from kalip.expressions.context import Dialect, shifted_name
from kalip.expressions.functions.builtin import Builtin
from kalip.expressions.functions.text import SQL_WORDS
from kalip.expressions.sql.columns import Columns, Sql
from kalip.expressions.sql.fragments import Condition, Fragment, Rows, joined, on_integers
from kalip.expressions.types import BOOLEAN, TEXT, Type, is_list_of_records

FALSE: Final = Condition("1 = 0", certain=True)
_FLIPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


class SqlWriter(ABC):
    """Writes the parts of one expression, gathering parameters and names of context values."""

    dialect: Dialect
    same: str
    differs: str
    gather: str

    def __init__(self, columns: Columns, prefix: str) -> None:
        self.prefix = prefix
        self.params: dict[str, object] = {}
        self.context: set[str] = set()
        self.bindings: dict[str, Rows] = {"": Rows("", (), columns=columns)}
        self.aliases = 0
        self.values: dict[type[typed.Node], Callable[[Any], Fragment]] = {
            typed.Literal: lambda node: self.literal(node.value, node.type),
            typed.FieldValue: self._field,
            typed.ContextValue: lambda node: self.context_value(f"ctx_{node.name}", node.type),
            typed.ActorSet: self._actor_set,
            typed.Variable: self._variable,
            typed.ToDecimal: lambda node: self.widened(self.value(node.operand)),
            typed.Invoke: lambda node: self.invoked(node.function, [self.value(part) for part in node.arguments]),
            typed.InvokeCustom: self._custom,
            typed.Arithmetic: self._arithmetic,
            typed.Negate: lambda node: self.negated(node.type, self.value(node.operand)),
            typed.Choose: self._choose,
            typed.Coalesce: self._coalesce,
            typed.Extreme: lambda node: self.extreme(
                node.name, node.type, [self.value(part) for part in node.operands]
            ),
            typed.Aggregate: self._aggregate,
        }
        self.conditions: dict[type[typed.Node], Callable[[Any], Condition]] = {
            typed.Order: self._order,
            typed.Same: self._same,
            typed.Not: self._not,
            typed.Junction: self._junction,
            typed.IsEmpty: self._is_empty,
            typed.Among: self._among,
            typed.Quantifier: self._quantifier,
        }

    @abstractmethod
    def result(self, tree: typed.Node) -> str:
        """Write the whole in the representation of its type."""

    @abstractmethod
    def literal(self, value: Any, type_: Type) -> Fragment:
        """Write a constant."""

    @abstractmethod
    def context_value(self, name: str, type_: Type) -> Fragment:
        """Write a value of the context."""

    @abstractmethod
    def column(self, text: str, type_: Type) -> Fragment:
        """Write a column as a value of its type."""

    @abstractmethod
    def widened(self, operand: Fragment) -> Fragment:
        """Write an integer as a decimal."""

    @abstractmethod
    def united(self, operands: Sequence[Fragment], type_: Type) -> list[Fragment]:
        """Write values that stand for one another in one representation."""

    @abstractmethod
    def invoked(self, function: Builtin, arguments: Sequence[Fragment]) -> Fragment:
        """Write a call of a function of the language."""

    @abstractmethod
    def custom_argument(self, operand: Fragment, type_: Type) -> str:
        """Write an argument of a plugin's function in the representation of its type."""

    @abstractmethod
    def operation(self, node: typed.Arithmetic, left: Fragment, right: Fragment) -> Fragment:
        """Write an arithmetic operator."""

    @abstractmethod
    def negated(self, type_: Type, operand: Fragment) -> Fragment:
        """Write a number or duration with the other sign."""

    @abstractmethod
    def extreme(self, name: str, type_: Type, operands: Sequence[Fragment]) -> Fragment:
        """Write the least or greatest of some values."""

    @abstractmethod
    def aggregated(self, node: typed.Aggregate, rows: Rows, element: Fragment) -> Fragment:
        """Write sum, min, max or avg over rows."""

    @abstractmethod
    def ordered(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an ordered comparison, null when a side is null."""

    @abstractmethod
    def equal(self, operator: str, left: Fragment, right: Fragment, type_: Type) -> str:
        """Write an equality with `=`, or with the operators that treat null as a value."""

    @abstractmethod
    def list_rows(self, value: str, element: Type) -> Rows:
        """Write the elements of a JSON array."""

    def value(self, node: typed.Node) -> Fragment:
        """Write the exact value of a part."""
        writer = self.values.get(type(node))
        if writer is not None:
            return writer(node)
        condition = self.conditions[type(node)](node)
        text = condition.text if condition.certain else f"({condition.text}) IS TRUE"
        return Fragment(f"({text})")

    def truth(self, node: typed.Node) -> Condition:
        """Write a condition of which null counts as false."""
        writer = self.conditions.get(type(node))
        if writer is not None:
            return writer(node)
        return Condition(self.boolean(self.value(node), column=isinstance(node, typed.FieldValue)), not node.nullable)

    def boolean(self, value: Fragment, *, column: bool) -> str:
        """Write a boolean value as a condition."""
        return value.text

    def param(self, value: object) -> str:
        """Bind a constant and give its place."""
        name = f"{self.prefix}{len(self.params) + 1}"
        self.params[name] = value
        return f":{name}"

    def alias(self) -> str:
        """Give a table alias that nothing else has."""
        self.aliases += 1
        return f"{self.prefix}_k{self.aliases}"

    def filled(self, template: str, arguments: Sequence[Fragment]) -> str:
        """Fill a template; an argument that isn't cheap and is said twice is computed once in a subquery."""
        held = {
            position: argument.text
            for position, argument in enumerate(arguments)
            if not argument.atomic and template.count(f"{{{position}}}") > 1
        }
        alias = self.alias() if held else ""
        texts = [f"{alias}.a{at}" if at in held else argument.text for at, argument in enumerate(arguments)]
        words = {word: self.literal(text, TEXT).text for word, text in SQL_WORDS.items() if f"{{{word}}}" in template}
        filled = template.format(*texts, **words)
        if not held:
            return f"({filled})"
        source = ", ".join(f"{text} AS a{position}" for position, text in held.items())
        return f"(SELECT {filled} FROM (SELECT {source}) AS {alias})"  # noqa: S608  our own pieces

    def rows(self, node: typed.Node) -> Rows:
        """Write the elements of a list."""
        match node:
            case typed.Filter():
                rows = self.rows(node.list)
                self.bindings[node.variable] = rows
                return rows.where(self.truth(node.condition).text)
            case typed.Transform():
                rows = self.rows(node.list)
                self.bindings[node.variable] = rows
                return replace(rows, element=self.value(node.value), columns=None)
            case typed.Items():
                return self._item_rows(node)
            case typed.FieldValue() if is_list_of_records(node.type):
                collection = self.bindings[node.root].record.collection(node.path)
                return Rows(collection.from_sql, (collection.where_sql,), columns=collection.columns)
            case typed.ActorSet():
                alias = self.alias()
                distinct = f"SELECT DISTINCT member FROM ({self._members(node)}) AS {self.alias()}"  # noqa: S608  ours
                return Rows(f"({distinct}) AS {alias}", (), Fragment(f"{alias}.member", True))
        return self.list_rows(self.value(node).text, node.type.held)

    def _field(self, node: typed.FieldValue) -> Fragment:
        return self.column(self.bindings[node.root].record.column(node.path), node.type)

    def _members(self, node: typed.ActorSet) -> str:
        """Write the SELECT of a set of the actor."""
        return self._taken(self.bindings[""].record.actor_set(node.name))

    def _taken(self, sql: Sql) -> str:
        """Take over what a piece of storage's SQL binds."""
        self.params.update(sql.params)
        self.context |= sql.context
        return sql.text

    def _actor_set(self, node: typed.ActorSet) -> Fragment:
        array = self.rows(node).select(f"{self.gather}(member)")
        return Fragment(f"COALESCE({array}, '[]')")

    def _variable(self, node: typed.Variable) -> Fragment:
        return self.bindings[node.name].value

    def _item_rows(self, node: typed.Items) -> Rows:
        alias = self.alias()
        element = node.type.held
        if not node.items:
            empty = self.literal(None, element)
            return Rows(
                f"(SELECT {empty.text} AS column1 WHERE 1 = 0) AS {alias}", (), replace(empty, text=f"{alias}.column1")
            )
        items = self.united([self.value(item) for item in node.items], element)
        values = ", ".join(f"({item.text})" for item in items)
        bound = max(item.bound for item in items)
        return Rows(f"(VALUES {values}) AS {alias}", (), Fragment(f"{alias}.column1", True, items[0].scale, bound))

    def _custom(self, node: typed.InvokeCustom) -> Fragment:
        pairs = zip(node.arguments, node.function.parameters, strict=True)
        arguments = [Fragment(self.custom_argument(self.value(part), type_), True) for part, type_ in pairs]
        known = [f"{{{at}}} IS NOT NULL" for at, part in enumerate(node.arguments) if part.nullable]
        places = [f"{{{at}}}" for at in range(len(arguments))]
        call = node.function.written(self.dialect, *places)
        template = f"CASE WHEN {' AND '.join(known)} THEN {call} END" if known else call
        held = [replace(argument, atomic=not known) for argument in arguments]
        return self.column(self.filled(template, held), node.function.result)

    def _arithmetic(self, node: typed.Arithmetic) -> Fragment:
        left, right = node.left, node.right
        if (
            isinstance(left, typed.ContextValue)
            and isinstance(right, typed.Literal)
            and isinstance(right.value, timedelta)
        ):
            by = right.value if node.operator == "+" else -right.value
            return self.context_value(shifted_name("now" if left.name == "now" else "today", by), node.type)
        return self.operation(node, self.value(left), self.value(right))

    def _choose(self, node: typed.Choose) -> Fragment:
        condition = self.truth(node.condition).text
        then, otherwise = self.united([self.value(node.then), self.value(node.otherwise)], node.type)
        text = f"(CASE WHEN {condition} THEN {then.text} ELSE {otherwise.text} END)"
        return Fragment(text, False, then.scale, max(then.bound, otherwise.bound))

    def _coalesce(self, node: typed.Coalesce) -> Fragment:
        operands = self.united([self.value(operand) for operand in node.operands], node.type)
        if len(operands) == 1:
            return operands[0]
        text = f"COALESCE({', '.join(operand.text for operand in operands)})"
        return Fragment(text, False, operands[0].scale, max(operand.bound for operand in operands))

    def _aggregate(self, node: typed.Aggregate) -> Fragment:
        rows = self.rows(node.list)
        if node.name == "size":
            return Fragment(rows.select("COUNT(*)"), bound=10**12)
        return self.aggregated(node, rows, rows.value)

    def _order(self, node: typed.Order) -> Condition:
        certain = not node.left.nullable and not node.right.nullable
        on_integers_ = self._order_on_integers(node)
        if on_integers_ is not None:
            return Condition(on_integers_, certain)
        left, right = self.value(node.left), self.value(node.right)
        return Condition(self.ordered(node.operator, left, right, node.left.type), certain)

    def _order_on_integers(self, node: typed.Order) -> str | None:
        for side, other, operator in (
            (node.left, node.right, node.operator),
            (node.right, node.left, _FLIPPED[node.operator]),
        ):
            if isinstance(other, typed.Literal) and isinstance(other.value, Decimal):
                value, scale = self.as_integer(side)
                if scale is not None:
                    moved, constant = on_integers(operator, other.value, scale)
                    return f"{value.text} {moved} {self.integer(constant)}"
        return None

    def as_integer(self, node: typed.Node) -> tuple[Fragment, int | None]:
        """Write a decimal as the integer that is held for it, with its scale; None when none is."""
        if isinstance(node, typed.ToDecimal):
            return self.value(node.operand), 0
        return Fragment(""), None

    @abstractmethod
    def integer(self, value: int) -> str:
        """Write an integer constant."""

    def _same(self, node: typed.Same, *, negated: bool = False) -> Condition:
        for side, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, typed.Literal):
                if other.value is None:
                    return Condition(f"{self.value(side).text} IS {'NOT ' if negated else ''}NULL", certain=True)
                if isinstance(other.value, Decimal):
                    return self._same_as_decimal(node, side, other, negated=negated)
        return self._same_sides(node, self.value(node.left), self.value(node.right), negated=negated)

    def _same_as_decimal(self, node: typed.Same, side: typed.Node, other: typed.Literal, *, negated: bool) -> Condition:
        value, scale = self.as_integer(side)
        if scale is None:
            return self._same_sides(node, self.value(node.left), self.value(node.right), negated=negated)
        operator, constant = on_integers("=", other.value, scale)
        if operator != "=":
            return Condition("1 = 1", certain=True) if negated else FALSE
        return self._same_sides(node, value, Fragment(self.integer(constant), True), negated=negated)

    def _same_sides(self, node: typed.Same, left: Fragment, right: Fragment, *, negated: bool) -> Condition:
        type_ = node.left.type
        nullable = (node.left.nullable, node.right.nullable)
        if negated:
            return Condition(self.equal(self.differs if any(nullable) else "<>", left, right, type_), certain=True)
        if all(nullable):
            return Condition(self.equal(self.same, left, right, type_), certain=True)
        return Condition(self.equal("=", left, right, type_), not any(nullable))

    def _not(self, node: typed.Not) -> Condition:
        if isinstance(node.operand, typed.Same):
            return self._same(node.operand, negated=True)
        inner = self.truth(node.operand)
        text = f"NOT ({inner.text})" if inner.certain else f"({inner.text}) IS NOT TRUE"
        return Condition(text, certain=True)

    def _junction(self, node: typed.Junction) -> Condition:
        parts = [self.truth(operand) for operand in node.operands]
        text = joined([part.text for part in parts], "AND" if node.operator == "&&" else "OR")
        return Condition(text, all(part.certain for part in parts))

    def _is_empty(self, node: typed.IsEmpty) -> Condition:
        operand = node.operand
        if operand.type.kind == "list":
            return Condition(f"NOT EXISTS {self.rows(operand).select('1')}", certain=True)
        value = self.value(operand)
        if operand.type.kind in ("text", "record"):
            return Condition(f"COALESCE({value.text}, '') = ''", certain=True)
        return Condition(f"{value.text} IS NULL", certain=True)

    def _among(self, node: typed.Among) -> Condition:
        if isinstance(node.list, typed.Items):
            return self._among_items(node, node.list)
        if isinstance(node.list, typed.ActorSet):
            asked = self.bindings[""].record.in_actor_set(node.list.name, self.value(node.item).text)
            return Condition(self._taken(asked), not node.item.nullable)
        variable = f"among{self.alias()}"
        rows = self.rows(node.list)
        self.bindings[variable] = rows
        element = typed.Variable(node.list.span, node.item.type, True, variable)
        same = self._same(typed.Same(node.span, BOOLEAN, False, node.item, element))
        return Condition(f"EXISTS {rows.where(same.text).select('1')}", certain=True)

    def _among_items(self, node: typed.Among, items: typed.Items) -> Condition:
        literals = [item for item in items.items if isinstance(item, typed.Literal) and item.value is not None]
        if len(literals) == len(items.items) and literals and node.item.type.kind != "decimal":
            values = ", ".join(self.literal(item.value, item.type).text for item in literals)
            return Condition(f"{self.value(node.item).text} IN ({values})", not node.item.nullable)
        sames = [self._same(typed.Same(node.span, BOOLEAN, False, node.item, item)) for item in items.items]
        if not sames:
            return FALSE
        return Condition(joined([same.text for same in sames], "OR"), all(same.certain for same in sames))

    def _quantifier(self, node: typed.Quantifier) -> Condition:
        rows = self.rows(node.list)
        self.bindings[node.variable] = rows
        condition = self.truth(node.condition)
        if node.name == "all":
            fails = f"NOT ({condition.text})" if condition.certain else f"({condition.text}) IS NOT TRUE"
            return Condition(f"NOT EXISTS {rows.where(fails).select('1')}", certain=True)
        kept = rows.where(condition.text)
        if node.name == "exists":
            return Condition(f"EXISTS {kept.select('1')}", certain=True)
        return Condition(f"{kept.select('COUNT(*)')} = 1", certain=True)
