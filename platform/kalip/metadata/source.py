"""JSON text with places: where each value stands and every fault of the text. Knows no kinds.

The fast decoder reads healthy text; only for a fault, or when a line is asked for, is the text
scanned by the slower scanner here, which keeps positions and never recurses.
"""

import json
import math
import re
from bisect import bisect_right
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

from kalip.metadata import codes

MAX_DEPTH = 64
MAX_DIGITS = 40

_TOKEN = re.compile(
    r"""[ \t\r\n]*(?:
    (?P<text>"[^"\\\x00-\x1f]*(?:\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})[^"\\\x00-\x1f]*)*")
    |(?P<sign>[{}\[\],:])
    |(?P<number>-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![0-9A-Za-z.+-]))
    |(?P<word>(?:true|false|null)(?![0-9A-Za-z_]))
    )""",
    re.VERBOSE,
)
_SCALAR = r'"[^"\\]*(?:\\.[^"\\]*)*"|[-0-9tfn][-+.0-9a-zA-Z]*'
# A key takes a scalar behind it along, so that half of the text makes no match of its own.
_MARK = re.compile(
    rf"""("[^"\\]*(?:\\.[^"\\]*)*")[ \t\r\n]*:(?:[ \t\r\n]*(?:{_SCALAR}))?|{_SCALAR}|[{{}}\[\]]""",
)
_NEWLINE = re.compile("\n")
BACKSLASH = "\\"
_SPACE = re.compile(r"[ \t\r\n]*")
_HALF_PAIR = re.compile(r"[\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong at a place of the text; line and column count from 1."""

    code: str
    message: str
    hint: str
    line: int
    column: int
    pointer: str = ""


@dataclass(slots=True)
class Scan:
    """What the scanner found: `lines` maps each JSON pointer to the line where its key, else its value, starts."""

    lines: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)


class _Doubtful(ValueError):
    """The fast decoder met something that the scanner must look at."""


def parse(text: str) -> tuple[Any, tuple[Fault, ...]]:
    """Decode JSON text strictly: (value, no faults), or (None, all faults).

    Refused: duplicate keys, nesting deeper than MAX_DEPTH, NaN and infinities, numbers that binary
    floating point would change, NUL and half surrogate pairs in texts.
    """
    if "\\u" not in text:
        try:
            value = _DECODER.decode(text)
            if not _deeper_than(value, MAX_DEPTH):
                return value, ()
        except (ValueError, RecursionError):
            pass  # the scanner says where
    faults = scan(text).faults
    if faults:
        return None, tuple(faults)
    return _DECODER.decode(text), ()


def scan(text: str) -> Scan:
    """Read the whole text with places; stops at the first syntax fault, collects the others."""
    return _Scanner(text).run()


def lines_of(text: str) -> dict[str, int]:
    """The line of every JSON pointer of healthy text: where its key, else its value, starts. Fast."""
    ends = [match.end() for match in _NEWLINE.finditer(text)]
    lines = {"": bisect_right(ends, len(text) - len(text.lstrip())) + 1}
    frames: list[tuple[str, int | None]] = []  # pointer of the array or object, index of the next item or None
    inside, item, pointer = "", None, ""
    for mark in _MARK.finditer(text):
        key = mark[1]
        if key is not None:
            name = json.loads(key) if BACKSLASH in key else key[1:-1]
            if "~" in name or "/" in name:
                name = escape(name)
            pointer = f"{inside}/{name}"
            lines[pointer] = bisect_right(ends, mark.start()) + 1
            continue
        token = mark[0]
        if token in ("}", "]"):
            frames.pop()
            inside, item = frames[-1] if frames else ("", None)
            continue
        if item is not None:
            pointer = f"{inside}/{item}"
            item = item + 1
            frames[-1] = (inside, item)
            lines[pointer] = bisect_right(ends, mark.start()) + 1
        if token in ("{", "["):
            inside, item = pointer, None if token == "{" else 0
            frames.append((inside, item))
    return lines


def escape(key: str) -> str:
    """A key as a step of a JSON pointer."""
    return key.replace("~", "~0").replace("/", "~1") if "~" in key or "/" in key else key


def unescape(step: str) -> str:
    """A step of a JSON pointer as key."""
    return step.replace("~1", "/").replace("~0", "~")


def value_at(value: Any, pointer: str) -> Any:
    """What stands at a JSON pointer, or None."""
    for step in pointer.split("/")[1:]:
        if isinstance(value, dict):
            value = value.get(unescape(step))
        elif isinstance(value, list) and step.isdecimal() and int(step) < len(value):
            value = value[int(step)]
        else:
            return None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise _Doubtful
    return result


def _exact(text: str) -> float:
    value = float(text)
    if not _is_exact(text, value):
        raise _Doubtful
    return value


def _bounded(text: str) -> int:
    if len(text) > MAX_DIGITS:
        raise _Doubtful
    return int(text)


def _refuse(_: str) -> None:
    raise _Doubtful


_DECODER = json.JSONDecoder(object_pairs_hook=_unique, parse_float=_exact, parse_int=_bounded, parse_constant=_refuse)


def _is_exact(text: str, value: float) -> bool:
    return math.isfinite(value) and len(text) <= MAX_DIGITS and Decimal(text) == Decimal(repr(value))


def _deeper_than(value: Any, limit: int) -> bool:
    level = [value]
    for _ in range(limit):
        level = [
            child
            for each in level
            if isinstance(each, dict | list)
            for child in (each.values() if isinstance(each, dict) else each)
        ]
        if not level:
            return False
    return any(isinstance(each, dict | list) for each in level)


class _Frame:
    """An open object or array: its pointer, the keys seen, the current index."""

    __slots__ = ("closer", "index", "keys", "pointer")

    def __init__(self, pointer: str, closer: str) -> None:
        self.pointer = pointer
        self.closer = closer
        self.keys: set[str] = set()
        self.index = -1


class _State(Enum):
    """What the grammar allows next."""

    VALUE = "a value"
    FIRST_ITEM = "a value or ']'"
    FIRST_KEY = "a key in double quotes or '}'"
    KEY = "a key in double quotes"
    COLON = "':'"
    NEXT = "',' or the closing bracket"
    END = "the end of the document"


class _Scanner:
    """A state machine over tokens; `pointer` is where the value being read stands."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.result = Scan()
        self.frames: list[_Frame] = []
        self.position = 0
        self.line = 1
        self.counted = 0
        self.pointer = ""

    def run(self) -> Scan:
        state: _State | None = _State.VALUE
        while state is not None:
            token = _TOKEN.match(self.text, self.position)
            if token is None:
                self._leave(state)
                return self.result
            kind = token.lastgroup or ""
            start = token.start(kind)
            self.line += self.text.count("\n", self.counted, start)
            self.counted = start
            following = self._step(state, kind, token[kind])
            if following is None:
                self.position = start
                self._syntax_fault(state)
                return self.result
            self.position = token.end()
            state = None if len(self.frames) > MAX_DEPTH else following
        self._fault(codes.TOO_DEEP, f"nested deeper than {MAX_DEPTH} levels", "flatten the document", self.position - 1)
        return self.result

    def _step(self, state: _State, kind: str, token: str) -> _State | None:
        if state in (_State.VALUE, _State.FIRST_ITEM) and token != "]":
            return self._value(kind, token)
        if state in (_State.KEY, _State.FIRST_KEY) and kind == "text":
            return self._key(token)
        if state is _State.COLON and token == ":":
            return _State.VALUE
        if state is _State.NEXT and token == ",":
            return self._comma()
        closes = state in (_State.NEXT, _State.FIRST_ITEM, _State.FIRST_KEY)
        if closes and token == self.frames[-1].closer:
            self.frames.pop()
            return self._after_value()
        return None

    def _value(self, kind: str, token: str) -> _State | None:
        frame = self.frames[-1] if self.frames else None
        if frame is None or frame.closer == "]":
            if frame is not None:
                frame.index += 1
                self.pointer = f"{frame.pointer}/{frame.index}"
            self.result.lines[self.pointer] = self.line
        if kind == "sign":
            if token not in "{[":
                return None
            self.frames.append(_Frame(self.pointer, "}" if token == "{" else "]"))
            return _State.FIRST_KEY if token == "{" else _State.FIRST_ITEM
        if kind == "number":
            self._check_number(token)
        elif kind == "text":
            self._check_text(token)
        return self._after_value()

    def _key(self, token: str) -> _State:
        frame = self.frames[-1]
        self._check_text(token)
        key = json.loads(token) if "\\" in token else token[1:-1]
        self.pointer = f"{frame.pointer}/{escape(key)}"
        if key in frame.keys:
            first = self.result.lines[self.pointer]
            hint = f"the first one is on line {first}: keep one of them"
            self._fault(codes.DUPLICATE_KEY, f"duplicate key '{key[:60]}'", hint, self.counted)
        else:
            frame.keys.add(key)
            self.result.lines[self.pointer] = self.line
        return _State.COLON

    def _comma(self) -> _State:
        return _State.KEY if self.frames[-1].closer == "}" else _State.VALUE

    def _after_value(self) -> _State:
        return _State.NEXT if self.frames else _State.END

    def _check_number(self, token: str) -> None:
        if len(token) > MAX_DIGITS or (not token.lstrip("-").isdigit() and not _is_exact(token, float(token))):
            hint = "write it as text in quotes, or with fewer digits"
            self._fault(codes.BAD_NUMBER, f"the number {token[:50]} can't be kept exactly", hint, self.counted)

    def _check_text(self, token: str) -> None:
        if "\\u" in token:
            text = json.loads(token)
            if "\0" in text or _HALF_PAIR.search(text):
                message = "the text holds a NUL character or half of a surrogate pair"
                self._fault(codes.BAD_TEXT, message, "remove the \\u escape", self.counted)

    def _leave(self, state: _State) -> None:
        space = _SPACE.match(self.text, self.position)
        self.position = space.end() if space else self.position
        if self.position < len(self.text) or state is not _State.END:
            self._syntax_fault(state)

    def _syntax_fault(self, state: _State) -> None:
        rest = self.text[self.position : self.position + 9]
        if rest.lstrip("-").startswith(("NaN", "Infinity")):
            message, hint = f"{rest.strip()} is not a JSON number", "leave the key out, or give a number"
            self._fault(codes.BAD_NUMBER, message, hint, self.position)
            return
        found = f"{rest[0]!r}" if rest else "the end of the file"
        message = f"not JSON: expected {state.value}, found {found}"
        self._fault(codes.NOT_JSON, message, self._syntax_hint(state, rest), self.position)

    def _syntax_hint(self, state: _State, rest: str) -> str:
        if not rest:
            return (
                f"{len(self.frames)} brackets are still open" if self.frames else "the document is empty or ends early"
            )
        if rest[0] in "}]" and state in (_State.KEY, _State.VALUE):
            return "remove the comma before it"
        if rest[0] == "'":
            return "JSON texts stand in double quotes"
        if rest[0] == "/" or rest[0] == "#":
            return "JSON has no comments"
        if rest[0] == '"' and state is _State.NEXT:
            return "is a comma missing before it?"
        if rest[0] == '"':
            return "the text is not closed on its line, or has a bad escape (a backslash is written twice)"
        return ""

    def _fault(self, code: str, message: str, hint: str, position: int) -> None:
        line = self.line + self.text.count("\n", self.counted, position)
        column = position - self.text.rfind("\n", 0, position)
        self.result.faults.append(Fault(code, message, hint, line, column, self.pointer))
