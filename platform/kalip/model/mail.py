"""Templates of mail: texts with places that expressions over a record fill."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from kalip.base.text import Text
from kalip.expressions import Expression
from kalip.model.field import Field


@dataclass(frozen=True, slots=True, eq=False)
class Placeholder:
    """A place in a text. `field` is there when the expression is just a field, which says how its values are shown."""

    expression: Expression
    field: Field | None = None


Pieces = tuple[str | Placeholder, ...]
"""A text in its pieces."""


@dataclass(frozen=True, slots=True, eq=False)
class MailTemplate:
    """A mail about a record of `entity`. `subject` and `body` are texts in pieces, by locale.

    `language` gives the locale to write in; `to` are e-mail fields, paths allowed, of which those filled get the mail.
    """

    name: str
    pack: str
    label: Text
    entity: str
    subject: Mapping[str, Pieces]
    body: Mapping[str, Pieces]
    language: Expression | None = None
    to: Mapping[str, Field] = field(default_factory=lambda: MappingProxyType({}))
