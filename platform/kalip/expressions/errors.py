"""Faults found in an expression, and the error that carries all of them.

Knows places inside one expression text; refuses to know where that text was written.
"""

from dataclasses import dataclass

from kalip.base.errors import KalipError


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in an expression, at `offset` for `length` characters, with the way out in `hint`."""

    message: str
    hint: str = ""
    offset: int = 0
    length: int = 0

    def __str__(self) -> str:
        return f"{self.message}: {self.hint}" if self.hint else self.message


class ExpressionError(KalipError):
    """An expression that can't be compiled; `faults` holds every fault found, in source order."""

    code = "E100"

    def __init__(self, source: str, faults: tuple[Fault, ...]) -> None:
        self.source = source
        self.faults = tuple(sorted(faults, key=lambda fault: fault.offset))
        super().__init__("; ".join(str(fault) for fault in self.faults))
