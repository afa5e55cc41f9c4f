"""The model: one compiled, immutable state of the whole system."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from kalip.base.text import Text
from kalip.model.access import Role
from kalip.model.calendar import Calendar
from kalip.model.choices import ChoiceList
from kalip.model.entity import Entity
from kalip.model.field import DIRECTORY
from kalip.model.intake import WebForm
from kalip.model.mail import MailTemplate

_DEEPEST_TITLE: Final = 4
"""How many references may be titled by the next."""


@dataclass(frozen=True, slots=True)
class PackInfo:
    """An installed pack as the model knows it."""

    name: str
    version: str
    title: Text
    description: Text
    languages: tuple[str, ...]
    navigation: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """An edge of the where-used graph: `user` (an address such as `crm/lead/views/list`) uses `used`.

    Addresses: `entity:lead`, `field:lead.email`, `choices:source`, `choice:source.web`,
    `stage:lead.inbound.new`, `pipeline:lead.inbound`, `role:sales_rep`, `calendar:office`, `mail:welcome`.
    """

    user: str
    used: str
    file: str = ""
    line: int = 0
    pointer: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Model:
    """Everything the runtime serves. `revision` is the hash of the canonical merged documents.

    Packs and entities are in stack order. `aliases` maps old names kept alive by `was` to the
    present ones: `lead` for entities, `lead.email` for fields.
    """

    revision: str
    packs: Mapping[str, PackInfo]
    entities: Mapping[str, Entity]
    choices: Mapping[str, ChoiceList]
    roles: Mapping[str, Role]
    uses: tuple[Use, ...] = ()
    aliases: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    calendars: Mapping[str, Calendar] = field(default_factory=lambda: MappingProxyType({}))
    mails: Mapping[str, MailTemplate] = field(default_factory=lambda: MappingProxyType({}))

    def entity(self, name: str) -> Entity | None:
        """An entity by name, by `pack/name`, or by a name it had before."""
        short = name.rsplit("/", 1)[-1]
        return self.entities.get(short) or self.entities.get(self.aliases.get(short, ""))

    def order_path(self, entity: Entity, path: str) -> str:
        """The path whose value decides where records are sorted by `path`: a reference goes by its title."""
        owner: Entity | None = entity
        found = None
        for step in path.split("."):
            found = owner.attribute(step) if owner is not None else None
            if found is None:
                return path
            owner = self.entities.get(str(found.target))
        for _ in range(_DEEPEST_TITLE):
            if found is not None and found.type in DIRECTORY:
                return f"{path}.name"
            if found is None or found.type != "reference" or owner is None:
                break
            path, found = f"{path}.{owner.title}", owner.attribute(owner.title)
            owner = self.entities.get(str(found.target)) if found is not None else None
        return path

    @property
    def administrators(self) -> tuple[str, ...]:
        """The names of the roles that may do everything."""
        return tuple(name for name, role in self.roles.items() if role.administrator)

    def webform(self, name: str) -> WebForm | None:
        """A public form by name, whichever entity it belongs to."""
        return next((each.webforms[name] for each in self.entities.values() if name in each.webforms), None)
