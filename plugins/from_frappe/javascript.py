"""Reads the conditions that Frappe forms evaluate: field names, and the simple part of JavaScript that people write."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from kalip.runtime.plugins import (
    Operand,
    Untranslatable,
    among,
    compares,
    equals,
    is_empty,
    is_falsy,
    is_filled,
    is_truthy,
)

_LONGEST: Final = 2000
_DEEPEST: Final = 40
_NAME = re.compile(r"[A-Za-z_]\w*")
_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>'(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|`[^`$\\]*`)
    |(?P<number>\d+(?:\.\d+)?)
    |(?P<name>[A-Za-z_$][\w$]*)
    |(?P<sign>===|!==|==|!=|<=|>=|&&|\|\||\?\.|[!<>()\[\],.;?:+-])
    )""",
    re.VERBOSE,
)
_SWAPPED: Final = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}
_CASTS: Final = frozenset({"cint", "flt", "cstr", "Number", "Boolean", "parseInt", "parseFloat", "String"})
_NEW_RECORD = ("__islocal", "__unsaved")

Find = Callable[[str], Operand | None]


@dataclass(frozen=True, slots=True)
class _Value:
    """A literal: text, number, yes or no, nothing, or a list of these."""

    value: Any


@dataclass(frozen=True, slots=True)
class _Test:
    """A whole condition, and its opposite."""

    text: str
    opposite: str


_Term = Operand | _Value | _Test


def condition(source: str, find: Find) -> str:
    """A form's condition in Kalip's language. Raises Untranslatable with the reason."""
    text = source.strip()
    if len(text) > _LONGEST:
        raise Untranslatable("it is too long")
    if text.startswith(("fn:", "function")):
        raise Untranslatable("it is a function")
    if text.startswith("eval:"):
        return _Parser(text.removeprefix("eval:"), find).whole()
    if not _NAME.fullmatch(text):
        raise Untranslatable("it is no field name")
    return is_truthy(_found(text, find))


def _found(name: str, find: Find) -> Operand:
    found = find(name)
    if found is None:
        raise Untranslatable(f"'{name}' has no place here")
    return found


class _Parser:
    def __init__(self, source: str, find: Find) -> None:
        self.find = find
        self.tokens = list(_tokens(source))
        self.at = 0
        self.depth = 0

    def whole(self) -> str:
        test = self._test(self._or())
        self._take(";")
        if self.at < len(self.tokens):
            raise Untranslatable(f"'{self.tokens[self.at][1][:30]}' is not understood")
        return test.text

    def _or(self) -> _Term:
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Untranslatable("it is nested too deep")
        parts = [self._and()]
        while self._take("||"):
            parts.append(self._and())
        self.depth -= 1
        if len(parts) == 2 and isinstance(parts[0], Operand) and isinstance(parts[1], _Value) and not parts[1].value:
            return parts[0]  # `doc.x || 0`: the value, where there is one
        return parts[0] if len(parts) == 1 else self._joined(parts, " || ", " && ")

    def _and(self) -> _Term:
        parts = [self._unary()]
        while self._take("&&"):
            parts.append(self._unary())
        return parts[0] if len(parts) == 1 else self._joined(parts, " && ", " || ")

    def _joined(self, parts: Sequence[_Term], sign: str, opposite: str) -> _Test:
        tests = [self._test(part) for part in parts]
        return _Test(
            f"({sign.join(test.text for test in tests)})", f"({opposite.join(test.opposite for test in tests)})"
        )

    def _unary(self) -> _Term:
        negations = 0
        while self._take("!"):
            negations += 1
        if not negations:
            return self._comparison()
        test = self._test(self._operand())
        return test if negations % 2 == 0 else _Test(test.opposite, test.text)

    def _comparison(self) -> _Term:
        left = self._operand()
        sign = self._sign(("===", "!==", "==", "!=", "<", "<=", ">", ">="))
        if sign is None:
            return left
        negations = 0
        while self._take("!"):
            negations += 1
        right = self._operand()
        if negations:
            raise Untranslatable("it compares with an opposite")
        return self._compared(left, sign[:2] if sign[0] in "=!" else sign, right)

    def _compared(self, left: _Term, sign: str, right: _Term) -> _Test:
        if isinstance(left, _Value) and isinstance(right, Operand):
            left, right, sign = right, left, _SWAPPED.get(sign, sign)
        if isinstance(left, Operand) and isinstance(right, Operand):
            if left.kind != right.kind or left.kind in ("list", "other", "choice"):
                raise Untranslatable("it compares fields of different kinds")
            opposite = {"==": "!=", "!=": "=="}.get(sign)
            text = f"{left.path} {sign} {right.path}"
            return _Test(text, f"{left.path} {opposite} {right.path}" if opposite else f"!({text})")
        if isinstance(left, _Test) and isinstance(right, _Value):
            return left if bool(right.value) is (sign == "==") else _Test(left.opposite, left.text)
        if not isinstance(left, Operand) or not isinstance(right, _Value) or isinstance(right.value, list):
            raise Untranslatable("it compares what is no field")
        if sign in ("==", "!="):
            return self._same(left, right.value, negated=sign == "!=")
        text = compares(left, sign, right.value)  # type: ignore[arg-type]  # the sign is an order here
        return _Test(text, f"!({text})")

    def _same(self, field: Operand, value: object, *, negated: bool) -> _Test:
        yes, no = equals(field, value), equals(field, value, negated=True)
        return _Test(no, yes) if negated else _Test(yes, no)

    def _operand(self) -> _Term:
        kind, text = self._next()
        if text == "(":
            inner = self._or()
            self._expect(")")
            return self._member(inner)
        if text == "[":
            return self._member(_Value(self._items("]")))
        if text == "-" and self.at < len(self.tokens) and self.tokens[self.at][0] == "number":
            return _Value(f"-{self._next()[1]}")
        if kind == "text":
            return _Value(_unescaped(text[1:-1]))
        if kind == "number":
            return _Value(int(text) if text.isdigit() and len(text) < 16 else text)
        if kind == "name":
            return self._named(text)
        raise Untranslatable(f"'{text[:30]}' is not understood")

    def _named(self, name: str) -> _Term:
        words = {"true": True, "false": False, "null": None, "undefined": None}
        if name in words:
            return _Value(words[name])
        if name == "in_list":
            self._expect("(")
            items = self._list(self._or())
            self._expect(",")
            item = self._or()
            self._expect(")")
            return self._contained(items, item)
        if name in _CASTS:
            self._expect("(")
            inner = self._or()
            self._expect(")")
            return inner
        if name == "doc" and self._take("."):
            return self._member(self._field(self._name()))
        if name == "frappe" or name in ("cur_frm", "frm", "me", "this", "parent"):
            raise Untranslatable(f"'{name}' is of the browser, not of the record")
        raise Untranslatable(f"'{name}' is not understood")

    def _field(self, name: str) -> _Term:
        if name in _NEW_RECORD:
            return _Test("created_at == null", "created_at != null")
        return _found(name, self.find)

    def _member(self, term: _Term) -> _Term:
        """What follows a dot: the length of lines, or whether a list holds something."""
        if not (self._take(".") or self._take("?.")):
            return term
        name = self._name()
        if name == "length" and isinstance(term, Operand) and term.kind == "list":
            return self._sized(term)
        if name == "length" and isinstance(term, Operand) and term.kind == "text":
            return _Test(is_filled(term), is_empty(term))
        if name in ("includes", "indexOf") and isinstance(term, _Value) and isinstance(term.value, list):
            self._expect("(")
            item = self._or()
            self._expect(")")
            test = self._contained(term.value, item)
            return test if name == "includes" else self._indexed(test)
        raise Untranslatable(f"'.{name}' is not understood")

    def _sized(self, field: Operand) -> _Term:
        sign = self._sign((">", "===", "==", "!==", "!=", ">="))
        filled = _Test(is_filled(field), is_empty(field))
        if sign is None:
            return filled
        number = self._next()[1]
        if (sign, number) in ((">", "0"), (">=", "1"), ("!=", "0"), ("!==", "0")):
            return filled
        if (sign, number) in (("==", "0"), ("===", "0")):
            return _Test(filled.opposite, filled.text)
        raise Untranslatable("it counts lines")

    def _indexed(self, test: _Test) -> _Test:
        """`indexOf(…) != -1` and the like."""
        sign = self._sign((">=", ">", "!==", "!=", "===", "=="))
        number = ("-" if self._take("-") else "") + self._next()[1]
        if (sign, number) in ((">=", "0"), (">", "-1"), ("!=", "-1"), ("!==", "-1")):
            return test
        if (sign, number) in (("==", "-1"), ("===", "-1")):
            return _Test(test.opposite, test.text)
        raise Untranslatable("it asks for a position")

    def _contained(self, items: Sequence[object], item: _Term) -> _Test:
        if not isinstance(item, Operand):
            raise Untranslatable("it looks for what is no field")
        return _Test(among(item, items), among(item, items, negated=True))

    def _list(self, term: _Term) -> list[Any]:
        if isinstance(term, _Value) and isinstance(term.value, list):
            return term.value
        raise Untranslatable("it looks into what is no list")

    def _items(self, closer: str) -> list[Any]:
        items: list[Any] = []
        while not self._take(closer):
            item = self._operand()
            if not isinstance(item, _Value) or isinstance(item.value, list):
                raise Untranslatable("its list holds more than values")
            items.append(item.value)
            if not self._take(","):
                self._expect(closer)
                break
        return items

    def _test(self, term: _Term) -> _Test:
        if isinstance(term, _Test):
            return term
        if isinstance(term, Operand):
            return _Test(is_truthy(term), is_falsy(term))
        return _Test("true", "false") if term.value else _Test("false", "true")

    def _next(self) -> tuple[str, str]:
        if self.at >= len(self.tokens):
            raise Untranslatable("it ends too early")
        self.at += 1
        return self.tokens[self.at - 1]

    def _name(self) -> str:
        kind, text = self._next()
        if kind != "name":
            raise Untranslatable(f"'{text[:30]}' is not understood")
        return text

    def _take(self, sign: str) -> bool:
        if self.at < len(self.tokens) and self.tokens[self.at] == ("sign", sign):
            self.at += 1
            return True
        return False

    def _sign(self, signs: Sequence[str]) -> str | None:
        return next((sign for sign in signs if self._take(sign)), None)

    def _expect(self, sign: str) -> None:
        if not self._take(sign):
            raise Untranslatable(f"'{sign}' is missing")


def _tokens(source: str) -> list[tuple[str, str]]:
    tokens: list[tuple[str, str]] = []
    position = 0
    text = source.strip()
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise Untranslatable(f"'{text[position : position + 10].strip()}' is not understood")
        tokens.append((str(match.lastgroup), match[match.lastgroup or 0]))
        position = match.end()
    return tokens


def _unescaped(text: str) -> str:
    return re.sub(r"\\(.)", lambda match: {"n": "\n", "t": "\t", "r": "\r"}.get(match[1], match[1]), text)
