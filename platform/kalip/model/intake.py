"""How messages from outside become records: who their senders are, what they fill, and forms that anybody may send."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from kalip.base.text import Text


@dataclass(frozen=True, slots=True)
class Receiving:
    """What a message makes. `role` is whose rights count; `fields` maps parts of a message to fields.

    `values` are the same for every record made of mail. `known` says what a known client's message makes when nothing
    is open: a new `record`, or an entry with the `client` itself.
    """

    role: str
    fields: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    values: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    pipeline: str | None = None
    known: str = "record"


@dataclass(frozen=True, slots=True)
class ClientHistory:
    """A choice field that the system sets when a record is made, by what its client had before.

    `none` when there was nothing, `earlier` when there were records, `won` when one of them was won.
    """

    field: str
    none: str
    earlier: str
    won: str


@dataclass(frozen=True, slots=True)
class Intake:
    """An entity's intake. `clients` are reference fields to whom a record belongs, the most exact first."""

    clients: tuple[str, ...] = ()
    receive: Receiving | None = None
    history: ClientHistory | None = None


@dataclass(frozen=True, slots=True)
class FormField:
    """A field that a public form asks for; `required` also where the entity doesn't require it."""

    name: str
    label: Text
    help: Text = Text()
    required: bool = False


@dataclass(frozen=True, slots=True)
class HiddenField:
    """A field that a public form fills by itself: by a value, or by a parameter of the page's address."""

    name: str
    value: Any = None
    parameter: str = ""


@dataclass(frozen=True, slots=True)
class ConsentText:
    """Something to agree to. A changed text needs another `version`; `field` is a yes-or-no field that keeps it too."""

    name: str
    text: Text
    version: str
    required: bool = False
    field: str = ""


@dataclass(frozen=True, slots=True)
class WebForm:
    """A form that anybody may send. `origins` are sites that may show it within their pages."""

    name: str
    entity: str
    title: Text
    intro: Text
    fields: Mapping[str, FormField]
    hidden: Mapping[str, HiddenField]
    consents: Mapping[str, ConsentText]
    button: Text
    thanks: Text
    origins: tuple[str, ...] = ()
    pipeline: str | None = None
