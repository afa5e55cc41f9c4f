"""Reads tokens into a syntax tree, by the grammar of CEL.

Knows precedence and the bounds on size; refuses to know any name or type.
"""

from decimal import Decimal
from typing import Final

from kalip.expressions.errors import ExpressionError, Fault
from kalip.expressions.lexer import INTEGER_MAX, Token, tokens_of
from kalip.expressions.nodes import (
    Binary,
    Call,
    Chain,
    Constant,
    Index,
    ListOf,
    MapOf,
    Name,
    Node,
    Select,
    Ternary,
    Unary,
)

MAX_LENGTH: Final = 10_000
MAX_DEPTH: Final = 50
MAX_NODES: Final = 5_000
MAX_ITEMS: Final = 1_000

_RELATIONS: Final = frozenset(("==", "!=", "<", "<=", ">", ">=", "in"))
_LEVELS: Final = (_RELATIONS, frozenset("+-"), frozenset("*/%"))
_WORDS: Final = {
    "and": "write &&",
    "or": "write ||",
    "not": "write !",
    "AND": "write &&",
    "OR": "write ||",
    "is": "write ==",
    "<>": "write !=",
}
_KEYWORDS: Final[dict[str, bool | None]] = {"true": True, "false": False, "null": None}


def parse(source: str) -> Node:
    """Read a source; raises ExpressionError with all lexical faults or with the first of syntax."""
    if len(source) > MAX_LENGTH:
        message = f"the expression is longer than {MAX_LENGTH} characters"
        raise ExpressionError(source[:MAX_LENGTH], (Fault(message, "cut it into several fields", 0, len(source)),))
    tokens, faults = tokens_of(source)
    if faults:
        raise ExpressionError(source, tuple(faults))
    try:
        return _Parser(tokens).whole()
    except _SyntaxFault as stop:
        raise ExpressionError(source, (stop.fault,)) from None


class _SyntaxFault(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


class _Parser:
    def __init__(self, tokens: list[Token]) -> None:
        self.tokens = tokens
        self.position = 0
        self.depth = 0
        self.nodes = 0
        self.depths: dict[int, int] = {}

    def whole(self) -> Node:
        if self._token.kind == "end":
            raise _SyntaxFault(Fault("the expression is empty", "write true to always hold", 0, 0))
        node = self._expression()
        if self._token.kind != "end":
            raise self._unexpected("an operator or the end")
        return node

    @property
    def _token(self) -> Token:
        return self.tokens[self.position]

    def _expression(self) -> Node:
        self._enter()
        start = self._token.offset
        node = self._chain("||")
        if self._accept("?"):
            then = self._chain("||")
            if self._token.value == "?" and self._token.kind == "symbol":
                raise self._unexpected("':'", "put the inner choice in parentheses: a ? (b ? 1 : 2) : 3")
            self._expect(":")
            otherwise = self._expression()
            node = self._built(Ternary(start, self._end - start, node, then, otherwise), node, then, otherwise)
        self.depth -= 1
        return node

    def _enter(self) -> None:
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise self._too_deep(self._token.offset)

    def _too_deep(self, offset: int) -> _SyntaxFault:
        return _SyntaxFault(Fault(f"nested deeper than {MAX_DEPTH} levels", "cut it into several fields", offset, 1))

    def _built(self, node: Node, *children: Node) -> Node:
        """Count a node, and refuse a tree too deep or too large for those that walk it."""
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise _SyntaxFault(
                Fault(f"more than {MAX_NODES} parts", "cut it into several fields", node.offset, node.length)
            )
        depth = 1 + max((self.depths.pop(id(child), 1) for child in children), default=0)
        if depth > MAX_DEPTH:
            raise self._too_deep(node.offset)
        self.depths[id(node)] = depth
        return node

    def _chain(self, operator: str) -> Node:
        start = self._token.offset
        operands = [self._operand_of(operator)]
        while self._accept(operator):
            operands.append(self._operand_of(operator))
        if len(operands) == 1:
            return operands[0]
        return self._built(Chain(start, self._end - start, operator, tuple(operands)), *operands)

    def _operand_of(self, operator: str) -> Node:
        return self._chain("&&") if operator == "||" else self._binary(0)

    def _binary(self, level: int) -> Node:
        if level == len(_LEVELS):
            return self._unary()
        start = self._token.offset
        left = self._binary(level + 1)
        while (operator := self._operator(_LEVELS[level])) is not None:
            right = self._binary(level + 1)
            left = self._built(Binary(start, self._end - start, operator, left, right), left, right)
        return left

    def _operator(self, among: frozenset[str]) -> str | None:
        token = self._token
        if token.value in among and (token.kind == "symbol" or (token.kind == "name" and token.bare)):
            self.position += 1
            return str(token.value)
        return None

    def _unary(self) -> Node:
        operators: list[Token] = []
        while self._token.kind == "symbol" and self._token.value in ("-", "!"):
            operators.append(self._token)
            self.position += 1
        number = self._token.value
        if operators and operators[-1].value == "-" and isinstance(number, (int, Decimal)):
            node = self._member(self._negative(operators.pop(), number))
        else:
            node = self._member(self._primary())
        for token in reversed(operators):
            length = node.offset + node.length - token.offset
            node = self._built(Unary(token.offset, length, str(token.value), node), node)
        return node

    def _negative(self, sign: Token, number: int | Decimal) -> Node:
        self.position += 1
        return self._built(Constant(sign.offset, self._end - sign.offset, -number))

    def _member(self, node: Node) -> Node:
        start = node.offset
        while True:
            if self._accept("."):
                node = self._selected(node, start)
            elif self._accept("["):
                index = self._expression()
                self._expect("]")
                node = self._built(Index(start, self._end - start, node, index), node, index)
            else:
                return node

    def _selected(self, node: Node, start: int) -> Node:
        token = self._name()
        name = str(token.value)
        if not self._accept("("):
            return self._built(Select(start, token.end - start, node, name, token.offset), node)
        arguments = self._list(")")
        call = Call(start, self._end - start, name, token.offset, node, arguments)
        return self._built(call, node, *arguments)

    def _name(self) -> Token:
        token = self._token
        if token.kind != "name":
            raise self._unexpected("a name")
        self.position += 1
        return token

    def _primary(self) -> Node:
        token = self._token
        if token.kind in ("integer", "decimal", "text"):
            self.position += 1
            if token.kind == "integer" and isinstance(token.value, int) and token.value > INTEGER_MAX:
                message = "the number does not fit in 64 bits"
                raise _SyntaxFault(Fault(message, "write it as a decimal, with .0", token.offset, token.length))
            return self._built(Constant(token.offset, token.length, token.value))
        if self._accept("("):
            node = self._expression()
            self._expect(")")
            return node
        if self._accept("["):
            items = self._list("]")
            return self._built(ListOf(token.offset, self._end - token.offset, items), *items)
        if self._accept("{"):
            return self._map(token)
        self._accept(".")
        return self._named()

    def _named(self) -> Node:
        token = self._token
        if token.kind != "name" or (token.value == "in" and token.bare):
            raise self._unexpected("a value")
        self.position += 1
        name = str(token.value)
        if name in _KEYWORDS and token.bare:
            return self._built(Constant(token.offset, token.length, _KEYWORDS[name]))
        if self._accept("("):
            arguments = self._list(")")
            call = Call(token.offset, self._end - token.offset, name, token.offset, None, arguments)
            return self._built(call, *arguments)
        return self._built(Name(token.offset, token.length, name))

    def _list(self, closing: str) -> tuple[Node, ...]:
        items: list[Node] = []
        while not self._accept(closing):
            items.append(self._expression())
            if len(items) > MAX_ITEMS:
                raise _SyntaxFault(Fault(f"more than {MAX_ITEMS} items in one list", "", items[-1].offset, 1))
            if not self._accept(","):
                self._expect(closing)
                break
        return tuple(items)

    def _map(self, opening: Token) -> Node:
        entries: list[tuple[Node, Node]] = []
        while not self._accept("}"):
            key = self._expression()
            self._expect(":")
            entries.append((key, self._expression()))
            if not self._accept(","):
                self._expect("}")
                break
        node = MapOf(opening.offset, self._end - opening.offset, tuple(entries))
        return self._built(node, *(part for entry in entries for part in entry))

    @property
    def _end(self) -> int:
        return self.tokens[self.position - 1].end

    def _accept(self, symbol: str) -> bool:
        token = self._token
        if token.kind == "symbol" and token.value == symbol:
            self.position += 1
            return True
        return False

    def _expect(self, symbol: str) -> None:
        if not self._accept(symbol):
            raise self._unexpected(f"'{symbol}'")

    def _unexpected(self, wanted: str, hint: str = "") -> _SyntaxFault:
        token = self._token
        if token.kind == "end":
            return _SyntaxFault(Fault("the expression ends too early", f"expected {wanted}", token.offset, 0))
        hint = hint or _WORDS.get(str(token.value), f"expected {wanted}")
        return _SyntaxFault(Fault(f"unexpected '{token.value}'", hint, token.offset, token.length))
