"""Scaled integers of SQLite: from the places that one side has to those that the other wants."""

from kalip.expressions.types import DEFAULT_SCALE, Type


def rescaled(text: str, held: Type, wanted: Type) -> str:
    """Bring the SQL of a decimal to the scale wanted, half away from zero; other types are left as they are."""
    if held.kind != "decimal" or wanted.kind != "decimal":
        return text
    have = DEFAULT_SCALE if held.scale is None else held.scale
    want = DEFAULT_SCALE if wanted.scale is None else wanted.scale
    if have == want:
        return text
    if have < want:
        return f"({text}) * {10 ** (want - have)}"
    factor = 10 ** (have - want)
    return f"(({text}) + CASE WHEN ({text}) < 0 THEN -{factor // 2} ELSE {factor // 2} END) / {factor}"
