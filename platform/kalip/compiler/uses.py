"""The where-used graph: who names a thing."""

from kalip.model import Model, Use


def where_used(model: Model, address: str) -> tuple[Use, ...]:
    """The edges that lead to a thing (`entity:lead`, `field:lead.email`) or to something inside it, each once."""
    inside = f"{address}."
    found = (use for use in model.uses if use.used == address or use.used.startswith(inside))
    return tuple(dict.fromkeys(found))
