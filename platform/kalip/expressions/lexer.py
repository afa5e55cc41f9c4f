"""Cuts the text of an expression into tokens, by the lexical grammar of CEL.

Knows literals, escapes and comments; refuses to know what the tokens mean together.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from kalip.expressions.errors import Fault

INTEGER_MIN: Final = -(2**63)
INTEGER_MAX: Final = 2**63 - 1
MAX_EXPONENT: Final = 50

_TOKEN: Final = re.compile(
    r"""
    (?P<space>(?:\s|//[^\n]*)+)
  | (?P<bytes>(?:[bB][rR]?|[rR][bB])(?=["']))
  | (?P<raw>[rR](?=["']))
  | (?P<quote>\"{3}|'{3}|"|')
  | (?P<number>0[xX][0-9a-fA-F]+[uU]?|(?:[0-9]+(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[uU]?)
  | (?P<name>[_a-zA-Z][_a-zA-Z0-9]*)
  | (?P<quoted>`[^`\n]*`)
  | (?P<symbol>==|!=|<=|>=|<>|&&|\|\||[-+*/%!<>()\[\]{}.,?:])
    """,
    re.VERBOSE,
)
_ESCAPE: Final = re.compile(
    r"\\(?:x(?P<x>[0-9a-fA-F]{2})|u(?P<u>[0-9a-fA-F]{4})|U(?P<U>[0-9a-fA-F]{8})|(?P<o>[0-3][0-7]{2})|(?P<c>.))",
    re.DOTALL,
)
_SIMPLE_ESCAPES: Final = {
    "a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
    '"': '"', "'": "'", "`": "`", "\\": "\\", "?": "?",
}  # fmt: skip
_MISTAKES: Final = {"=": "write ==", "&": "write &&", "|": "write ||", "“": 'write "', "”": 'write "'}


@dataclass(frozen=True, slots=True)
class Token:
    """A token: `kind` is name, integer, decimal, text, symbol or end; `value` is the literal or the symbol."""

    kind: str
    value: str | int | Decimal
    offset: int
    length: int

    @property
    def end(self) -> int:
        """Give the offset just behind the token."""
        return self.offset + self.length

    @property
    def bare(self) -> bool:
        """Tell whether a name stands without backquotes, so that it may be a word of the language."""
        return self.length == len(str(self.value))


def tokens_of(source: str) -> tuple[list[Token], list[Fault]]:
    """Cut a source into tokens, the last of kind end, with all lexical faults."""
    lexer = _Lexer(source)
    lexer.run()
    return lexer.tokens, lexer.faults


class _Lexer:
    def __init__(self, source: str) -> None:
        self.source = source
        self.offset = 0
        self.tokens: list[Token] = []
        self.faults: list[Fault] = []

    def run(self) -> None:
        while self.offset < len(self.source):
            match = _TOKEN.match(self.source, self.offset)
            if match is None:
                self._mistake()
                continue
            start, self.offset = self.offset, match.end()
            kind = str(match.lastgroup)
            if kind in ("quote", "raw", "bytes"):
                self.offset = start
                self._text(kind)
            elif kind == "number":
                self._number(match.group(), start)
            elif kind == "quoted":
                self._add("name", match.group()[1:-1], start)
            elif kind != "space":
                self._add(kind, match.group(), start)
        self._add("end", "", len(self.source))

    def _add(self, kind: str, value: str | int | Decimal, start: int) -> None:
        self.tokens.append(Token(kind, value, start, self.offset - start))

    def _fault(self, message: str, hint: str, start: int, length: int) -> None:
        self.faults.append(Fault(message, hint, start, length))

    def _mistake(self) -> None:
        character = self.source[self.offset]
        hint = _MISTAKES.get(character, "")
        self._fault(f"unexpected character {character!r}", hint, self.offset, 1)
        self.offset += 1

    def _number(self, text: str, start: int) -> None:
        if text[-1] in "uU":
            self._fault(f"unsigned number {text}", f"write {text[:-1]}", start, len(text))
            text = text[:-1]
        if text[:2].lower() == "0x":
            self._integer(int(text, 16), start)
        elif text.isdigit():
            # int() refuses very long texts by itself, so length is looked at first.
            self._integer(int(text) if len(text) <= 40 else INTEGER_MAX + 2, start)
        else:
            self._decimal(text, start)

    def _integer(self, value: int, start: int) -> None:
        # One more than the largest is let through: the parser accepts it under a minus sign.
        if value > INTEGER_MAX + 1:
            self._fault(
                "the number does not fit in 64 bits", "write it as a decimal, with .0", start, self.offset - start
            )
            value = 0
        self._add("integer", value, start)

    def _decimal(self, text: str, start: int) -> None:
        mantissa, _, exponent = text.lower().partition("e")
        if len(mantissa) > 2 * MAX_EXPONENT or len(exponent) > 4 or abs(int(exponent or "0")) > MAX_EXPONENT:
            self._fault("the number is too large or too fine", "", start, len(text))
            text = "0.0"
        self._add("decimal", Decimal(text), start)

    def _text(self, kind: str) -> None:
        start = self.offset
        if kind == "bytes":
            self._fault("bytes are not known here", "write a text, without b", start, 1)
        raw = False
        while self.source[self.offset] not in "\"'":
            raw = raw or self.source[self.offset] in "rR"
            self.offset += 1
        quote = self.source[self.offset]
        if self.source.startswith(quote * 3, self.offset):
            quote *= 3
        self.offset += len(quote)
        body = self._body(quote, start, raw=raw)
        value = body if raw else _ESCAPE.sub(lambda match: self._unescaped(match, start), body)
        if "\x00" in value:
            self._fault("a text cannot hold the NUL character", "", start, self.offset - start)
        elif any(0xD800 <= ord(character) <= 0xDFFF for character in value):
            self._fault("a text cannot hold half of a surrogate pair", "", start, self.offset - start)
        self._add("text", value, start)

    def _body(self, quote: str, start: int, *, raw: bool) -> str:
        begin = self.offset
        while self.offset < len(self.source):
            if self.source.startswith(quote, self.offset):
                body = self.source[begin : self.offset]
                self.offset += len(quote)
                return body
            if len(quote) == 1 and self.source[self.offset] in "\r\n":
                break
            self.offset += 2 if self.source[self.offset] == "\\" and not raw else 1
        self.offset = min(self.offset, len(self.source))
        self._fault("the text is not closed", f"end it with {quote}", start, self.offset - start)
        return ""

    def _unescaped(self, match: re.Match[str], start: int) -> str:
        code = match.group("x") or match.group("u") or match.group("U")
        if code is not None:
            return self._character(int(code, 16), match.group(), start)
        if match.group("o") is not None:
            return chr(int(match.group("o"), 8))
        character = match.group("c")
        if character not in _SIMPLE_ESCAPES:
            self._fault(f"unknown escape \\{character}", "write \\\\ for a backslash", start, self.offset - start)
        return _SIMPLE_ESCAPES.get(character, "")

    def _character(self, code: int, written: str, start: int) -> str:
        if code > 0x10FFFF:
            self._fault(f"no such character {written}", "", start, self.offset - start)
            return ""
        return chr(code)
