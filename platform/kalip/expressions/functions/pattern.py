"""Regular expressions that take time in proportion to the text, whatever the pattern, as RE2's do.

Knows the syntax that CEL's `matches` shares with RE2: literals, classes, groups, alternation, repetition, anchors and a
leading (?i). No back-references and no looking around, which have no such bound.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

MAX_PATTERN: Final = 500
MAX_STEPS: Final = 2_000
MAX_NESTING: Final = 50
MAX_REPEAT: Final = 200
_MAX_REMEMBERED: Final = 2_000

Ranges = tuple[tuple[str, str], ...]

_CLASSES: Final[dict[str, Ranges]] = {
    "d": (("0", "9"),),
    "w": (("0", "9"), ("A", "Z"), ("_", "_"), ("a", "z")),
    "s": (("\t", "\n"), ("\f", "\r"), (" ", " ")),
}
_ESCAPES: Final = {"n": "\n", "r": "\r", "t": "\t", "f": "\f", "v": "\v", "a": "\a"}
_SPECIAL: Final = frozenset("|)*+?{")


class Pattern:
    """A compiled pattern."""

    def __init__(self, steps: "tuple[_Step, ...]") -> None:
        self._steps = steps
        self._moves: dict[tuple[frozenset[int], str], frozenset[int]] = {}

    @staticmethod
    @lru_cache(maxsize=256)
    def of(text: str) -> "Pattern | None":
        """Compile a pattern, or give None for what is none or goes beyond the bounds."""
        try:
            return Pattern(_Compiler(text).program())
        except _NoPattern:
            return None

    def found_in(self, text: str) -> bool:
        """Tell whether any part of a text matches."""
        end = len(self._steps) - 1
        states = self._closed((0,), first=True, last=not text)
        for position, character in enumerate(text, start=1):
            if end in states:
                return True
            states = self._moved(states, character, last=position == len(text))
        return end in states

    def _moved(self, states: frozenset[int], character: str, *, last: bool) -> frozenset[int]:
        if last:
            return self._closed(self._after(states, character), first=False, last=True)
        key = (states, character)
        moved = self._moves.get(key)
        if moved is None:
            moved = self._closed(self._after(states, character), first=False, last=False)
            if len(self._moves) >= _MAX_REMEMBERED:
                self._moves.clear()
            self._moves[key] = moved
        return moved

    def _after(self, states: frozenset[int], character: str) -> list[int]:
        steps = self._steps
        moved = [state + 1 for state in states if steps[state].kind == "take" and steps[state].takes(character)]
        moved.append(0)
        return moved

    def _closed(self, states: Iterable[int], *, first: bool, last: bool) -> frozenset[int]:
        waiting = list(states)
        closed: set[int] = set()
        while waiting:
            state = waiting.pop()
            if state in closed:
                continue
            closed.add(state)
            step = self._steps[state]
            if step.kind == "jump":
                waiting.extend(state + distance for distance in step.jumps)
            elif (step.kind == "begin" and first) or (step.kind == "end" and last):
                waiting.append(state + 1)
        return frozenset(closed)


@dataclass(frozen=True, slots=True)
class _Step:
    kind: str
    ranges: Ranges = ()
    negated: bool = False
    folded: bool = False
    jumps: tuple[int, ...] = ()

    def takes(self, character: str) -> bool:
        variants = {character, character.lower(), character.upper()} if self.folded else (character,)
        within = any(low <= variant <= high for variant in variants for low, high in self.ranges)
        return within is not self.negated


class _NoPattern(Exception):
    pass


_Program = tuple[_Step, ...]


class _Compiler:
    def __init__(self, text: str) -> None:
        self.folded = text.startswith("(?i)")
        self.text = text[4:] if self.folded else text
        self.position = 0
        self.nesting = 0

    def program(self) -> _Program:
        if len(self.text) > MAX_PATTERN:
            raise _NoPattern
        steps = self._alternatives()
        if self.position < len(self.text):
            raise _NoPattern
        return (*steps, _Step("match"))

    def _peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def _next(self) -> str:
        character = self._peek()
        if not character:
            raise _NoPattern
        self.position += 1
        return character

    def _accept(self, text: str) -> bool:
        found = self.text.startswith(text, self.position)
        if found:
            self.position += len(text)
        return found

    def _alternatives(self) -> _Program:
        steps = self._sequence()
        while self._accept("|"):
            other = self._sequence()
            fork = _Step("jump", jumps=(1, len(steps) + 2))
            steps = self._bounded((fork, *steps, _Step("jump", jumps=(len(other) + 1,)), *other))
        return steps

    def _sequence(self) -> _Program:
        steps: _Program = ()
        while self._peek() not in ("", "|", ")"):
            steps = self._bounded((*steps, *self._repeated(self._atom())))
        return steps

    def _bounded(self, steps: _Program) -> _Program:
        if len(steps) > MAX_STEPS:
            raise _NoPattern
        return steps

    def _atom(self) -> _Program:
        character = self._next()
        simple: dict[str, Callable[[], _Program]] = {
            "(": self._group,
            "[": lambda: (self._class(),),
            "\\": lambda: (self._escape(),),
            "^": lambda: (_Step("begin"),),
            "$": lambda: (_Step("end"),),
            ".": lambda: (_Step("take", (("\n", "\n"),), negated=True),),
        }
        if character in simple:
            return simple[character]()
        if character in _SPECIAL:
            raise _NoPattern
        return (self._taking(((character, character),)),)

    def _taking(self, ranges: Ranges, *, negated: bool = False) -> _Step:
        return _Step("take", ranges, negated, self.folded)

    def _group(self) -> _Program:
        self.nesting += 1
        if self.nesting > MAX_NESTING or (not self._accept("?:") and self._peek() == "?"):
            raise _NoPattern
        steps = self._alternatives()
        if not self._accept(")"):
            raise _NoPattern
        self.nesting -= 1
        return steps

    def _escape(self) -> _Step:
        character = self._next()
        if character.lower() in _CLASSES:
            return self._taking(_CLASSES[character.lower()], negated=character.isupper())
        literal = self._literal(character)
        return self._taking(((literal, literal),))

    def _literal(self, character: str) -> str:
        if character.isalnum() and character not in _ESCAPES:
            raise _NoPattern
        return _ESCAPES.get(character, character)

    def _class(self) -> _Step:
        negated = self._accept("^")
        ranges: list[tuple[str, str]] = []
        while not ranges or self._peek() != "]":
            ranges.extend(self._class_part())
        self._next()
        return self._taking(tuple(ranges), negated=negated)

    def _class_part(self) -> Ranges:
        low = self._next()
        if low == "\\":
            escaped = self._next()
            if escaped in _CLASSES:
                return _CLASSES[escaped]
            low = self._literal(escaped)
        if self._peek() != "-" or self.text[self.position + 1 : self.position + 2] in ("]", ""):
            return ((low, low),)
        self._next()
        high = self._next()
        if high == "\\":
            high = self._literal(self._next())
        if high < low:
            raise _NoPattern
        return ((low, high),)

    def _repeated(self, steps: _Program) -> _Program:
        times = self._times()
        if times is None:
            return steps
        # A lazy mark changes what is captured, never whether there is a match.
        self._accept("?")
        if self._peek() and self._peek() in "*+?":
            raise _NoPattern
        least, most = times
        required = steps * least
        if most is None:
            fork, back = _Step("jump", jumps=(1, len(steps) + 2)), _Step("jump", jumps=(-len(steps) - 1,))
            return self._bounded((*required, fork, *steps, back))
        optional: _Program = ()
        for _ in range(most - least):
            optional = self._bounded((_Step("jump", jumps=(1, len(steps) + len(optional) + 1)), *steps, *optional))
        return self._bounded((*required, *optional))

    def _times(self) -> tuple[int, int | None] | None:
        for mark, times in (("*", (0, None)), ("+", (1, None)), ("?", (0, 1))):
            if self._accept(mark):
                return times
        if not self._accept("{"):
            return None
        least = self._count()
        most: int | None = least
        if self._accept(","):
            most = None if self._peek() == "}" else self._count()
        if not self._accept("}") or (most is not None and most < least):
            raise _NoPattern
        return least, most

    def _count(self) -> int:
        digits = ""
        while self._peek() and self._peek() in "0123456789":
            digits += self._next()
        if not digits or len(digits) > 3 or int(digits) > MAX_REPEAT:
            raise _NoPattern
        return int(digits)
