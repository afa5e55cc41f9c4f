"""What a role may do with one field of an entity, everywhere or in some stages only."""

from dataclasses import dataclass
from typing import Final

Stages = frozenset[str] | None
"""Stages as `pipeline.stage`: None is everywhere, records without a stage included; an empty set is nowhere."""
NOWHERE: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class FieldRight:
    """Where the field is read whole, where only its last characters are, where it is filled in and where changed.

    `create` is about records that are being made, by the stage in which they start.
    """

    read: Stages = NOWHERE
    mask: Stages = NOWHERE
    create: Stages = NOWHERE
    update: Stages = NOWHERE


CLOSED: Final = FieldRight()
OPEN: Final = FieldRight(read=None, create=None, update=None)


def covers(stages: Stages, place: str) -> bool:
    """Whether a right holds in a stage (`pipeline.stage`, or empty text for a record without one)."""
    return stages is None or place in stages


def joined(one: Stages, other: Stages) -> Stages:
    """The stages of two rights together."""
    return None if one is None or other is None else one | other


def together(one: FieldRight, other: FieldRight) -> FieldRight:
    """What two roles add up to."""
    return FieldRight(
        joined(one.read, other.read),
        joined(one.mask, other.mask),
        joined(one.create, other.create),
        joined(one.update, other.update),
    )
