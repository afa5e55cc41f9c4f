"""Questions to the where-used graph of a model."""

from kalip.model import Model, Use


def where_used(model: Model, address: str) -> tuple[Use, ...]:
    """Who uses a thing: `entity:lead`, `field:lead.email`, `choice:source.web`, `stage:lead.inbound.new`.

    With a thing, what is inside it is asked for too: an entity's fields and stages, a list's choices.
    """
    kind, _, name = address.partition(":")
    inside = {
        "entity": (f"field:{name}.", f"stage:{name}.", f"pipeline:{name}."),
        "choices": (f"choice:{name}.",),
        "pipeline": (f"stage:{name}.",),
    }.get(kind, ())
    return tuple(use for use in model.uses if use.used == address or use.used.startswith(inside or ("\0",)))
