"""What the catalogue remembers of a field beside its columns: the type, and the closed values that it offered.

Without it nobody could tell which choice or stage a model no longer has, nor that two types of one kind of column
differ.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Self

import orjson

from kalip.model import Entity, Field

Values = Mapping[str, Mapping[str, tuple[str, ...]]]
"""Scope to value to the names that the value had before. Stages have their pipelines as scopes, the rest has ""."""
_NOWHERE = ""
MOVED: Final = "moved"
FILLED: Final = "filled"
CONVERTED: Final = "converted"
RESULT: Final = "result"


@dataclass(frozen=True, slots=True)
class Terms:
    """A field as it was published last. `backfill` is the expression that filled its empty rows.

    `was` are the names that it had before; those of the field `id` are the entity's, and `links` has those of its
    `references`, which have no columns.

    `aside` marks a retired column beside a living field: it holds what rows held before their values were MOVED (then
    `moved` says, by scope, which became which), what was FILLED in, or what a field held before it was CONVERTED (then
    the column `result` holds what that gave, its own aside being RESULT).
    """

    type: str
    values: Values
    required: bool = False
    backfill: str = ""
    aside: str = ""
    moved: Mapping[str, Mapping[str, str]] | None = None
    result: str = ""
    was: tuple[str, ...] = ()
    links: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def read(cls, text: str | None) -> Self | None:
        """Read what `text` wrote; None when the catalogue knows nothing."""
        if text is None:
            return None
        data: dict[str, Any] = orjson.loads(text)
        values = {
            scope: {value: tuple(was) for value, was in each.items()} for scope, each in data.get("values", {}).items()
        }
        return cls(
            data["type"],
            values,
            data.get("required", False),
            data.get("backfill", ""),
            data.get("aside", ""),
            data.get("moved"),
            data.get("result", ""),
            tuple(data.get("was", ())),
            {name: tuple(was) for name, was in data.get("links", {}).items()},
        )

    @property
    def text(self) -> str:
        """The terms as the catalogue keeps them."""
        data: dict[str, Any] = {"type": self.type}
        if self.values:
            data["values"] = self.values
        for name in ("required", "backfill", "aside", "moved", "result", "was", "links"):
            if getattr(self, name):
                data[name] = getattr(self, name)
        return orjson.dumps(data).decode()

    def following(self, before: "Terms | None") -> "Terms":
        """These terms with the earlier names that are no longer written but that values still have had."""
        if before is None:
            return self
        values = {scope: _with_names(each, before, scope) for scope, each in self.values.items()}
        links = {
            name: tuple(dict.fromkeys((*was, *(old for each in (name, *was) for old in before.links.get(each, ())))))
            for name, was in self.links.items()
        }
        return replace(self, values=values, was=tuple(dict.fromkeys((*self.was, *before.was))), links=links)


def terms_of(entity: Entity, field: Field) -> Terms:
    """What a field's type is, which values it offers, and what it was called before."""
    found = _own_terms(entity, field)
    if not field.system or field.name != "id":
        return replace(found, was=field.was)
    links = {each.name: each.was for each in entity.fields.values() if each.type == "references"}
    return replace(found, was=entity.was, links=links)


def _own_terms(entity: Entity, field: Field) -> Terms:
    backfill = field.backfill.source if field.backfill is not None else ""
    if field.choices is not None and "values" in field.options:
        former: Mapping[str, str] = field.options.get("former", {})
        names = (*field.options["values"], *field.options.get("retired", ()))
        offered = {value: tuple(old for old, new in former.items() if new == value) for value in names}
        return Terms(field.type, {_NOWHERE: offered}, field.required, backfill)
    if field.system and field.name == "pipeline":
        return Terms(field.type, {_NOWHERE: {name: each.was for name, each in entity.pipelines.items()}})
    if field.system and field.name == "stage":
        stages = {
            name: {stage.name: stage.was for stage in each.stages.values()} for name, each in entity.pipelines.items()
        }
        return Terms(field.type, stages)
    return Terms(field.type, {}, field.required, backfill)


def is_aside(text: str | None) -> bool:
    """Whether the terms are those of a column that was set aside."""
    found = Terms.read(text)
    return found is not None and bool(found.aside)


def _with_names(offered: Mapping[str, tuple[str, ...]], before: Terms, scope: str) -> Mapping[str, tuple[str, ...]]:
    known = before.values.get(scope, {})
    return {
        value: tuple(dict.fromkeys(name for name in (*was, *known.get(value, ())) if name not in offered))
        for value, was in offered.items()
    }
