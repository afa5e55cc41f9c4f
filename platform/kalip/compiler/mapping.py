"""Makes the field maps of conversions: what fills a field, checked for its type when the pack is compiled."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.fields import settable_type
from kalip.compiler.formulas import compile_formula
from kalip.model import FILE_KINDS, Field, FieldMap, LineMap, MapSource

_KEPT_BY_SYSTEM = frozenset({"computed", "rollup", "autonumber"})
_LISTS = frozenset({"children", "references"})
RECORD = "id"
"""The source record itself, as a value."""


@dataclass(frozen=True, slots=True)
class MapMaker:
    """Makes the maps from one entity to another. `entities` are those of the conversion's targets, by target."""

    bench: Bench
    source: Draft
    target: Draft
    entities: Mapping[str, str]
    own: str = ""

    def fields(self, data: Mapping[str, Any], spot: Spot) -> dict[str, FieldMap]:
        """The maps by field: those written down, then those of fields that are alike in both."""
        found: dict[str, FieldMap] = {}
        for name, said in data.get("fields", {}).items():
            made = self._map(name, said, spot.at("fields", name))
            if made is not None:
                found[made.field] = made
        left = {self.target.old_fields.get(each, each) for each in data.get("leave", ())}
        for name in data.get("leave", ()):
            self.bench.field_named(self.target, name, spot.at("leave", name))
        if data.get("alike", True):
            spoken = {*data.get("fields", {}), *found, *left}
            for name in self.target.fields:
                if name not in spoken and self._is_alike(name):
                    # No use: nothing is written that would have to go when one of the two fields does.
                    found[name] = FieldMap(name, (MapSource(name),), alike=True)
        if "owner" in self.target.system and "owner" in self.source.system and not {"owner"} & {*found, *left}:
            found["owner"] = FieldMap("owner", (MapSource("owner"),), alike=True)
        return found

    def check_filled(self, fields: Mapping[str, FieldMap], asked: Collection[str], spot: Spot) -> None:
        """Warn of required fields that nothing fills: people have to be asked, and machines are refused."""
        for name, field in self.target.fields.items():
            if not field.required or name in fields or name in asked or self._fills_itself(field):
                continue
            message = f"nothing fills '{name}' of '{self.target.name}', which is required"
            hint = "add it to 'fields', or to 'ask' for people to fill in"
            self.bench.desk.report(codes.UNFILLED, spot, message, hint, "warning")

    def _fills_itself(self, field: Field) -> bool:
        owner = self.target.data.get("owned_by")
        has_default = field.default is not None or field.default_expression is not None
        return has_default or field.type in _KEPT_BY_SYSTEM or field.name == owner

    def _map(self, name: str, said: Any, spot: Spot) -> FieldMap | None:
        field = self.bench.field_named(self.target, name, spot)
        if field is None:
            return None
        if (field.system and field.readonly) or field.type in _KEPT_BY_SYSTEM:
            message = f"'{field.name}' is kept by the system and can't be filled"
            self.bench.desk.report(codes.BAD_MAP, spot, message, "fill another field")
            return None
        if not isinstance(said, dict):
            return FieldMap(field.name, self._sources(field, said, spot))
        if "lines" in said:
            return self._lines(field, said, spot)
        linked = self._linked(field, said["target"], spot.at("target")) if "target" in said else ""
        sources = self._sources(field, said["first"], spot.at("first")) if "first" in said else ()
        if not ("target" in said or "first" in said):
            message = "nothing says where the value comes from"
            self.bench.desk.report(codes.BAD_MAP, spot, message, "write 'first', 'target' or 'lines'")
            return None
        return FieldMap(field.name, sources, linked)

    def _linked(self, field: Field, target: str, spot: Spot) -> str:
        if target not in self.entities or target == self.own:
            known = [each for each in self.entities if each != self.own]
            self.bench.desk.unknown(codes.UNKNOWN_TARGET, spot, "target", target, known)
            return ""
        if not leads_to(field, self.entities[target]):
            message = f"'{field.name}' can't refer to a record of '{self.entities[target]}'"
            self.bench.desk.report(codes.BAD_MAP, spot, message, "name a target that it can refer to")
            return ""
        return target

    def _sources(self, field: Field, said: Any, spot: Spot) -> tuple[MapSource, ...]:
        many = isinstance(said, list)
        found = [
            self._source(field, each, spot.at(index) if many else spot)
            for index, each in enumerate(said if many else [said])
        ]
        return tuple(each for each in found if each is not None)

    def _source(self, field: Field, said: str, spot: Spot) -> MapSource | None:
        """A whole value where a field is named that fits; else an expression that gives what the field takes."""
        text = said.strip()
        present = self.source.old_fields.get(text, text)
        if present == RECORD and leads_to(field, self.source.name):
            return MapSource(RECORD)
        own = self.source.attribute(present)
        if own is not None and fits(own, field):
            self.bench.field_named(self.source, text, spot)
            return MapSource(present)
        if own is not None and own.type in (*FILE_KINDS, *_LISTS):
            message = f"'{own.name}' ({own.type}) doesn't fit into '{field.name}' ({field.type})"
            self.bench.desk.report(codes.BAD_MAP, spot, message, "map 'lines', or name a field of the same type")
            return None
        wanted = settable_type(self.bench, self.target, field)
        if wanted is None:
            if not self.bench.desk.is_doubtful(field.name):
                message = f"'{field.name}' ({field.type}) can only be filled with a whole field of the same type"
                hint = f"name a field of '{self.source.name}' of the type '{field.type}'"
                self.bench.desk.report(codes.BAD_MAP, spot, message, hint)
            return None
        expression = compile_formula(self.bench, self.source.name, said, spot, type(wanted)(wanted.type))
        if expression is None:
            return None
        entity = expression.type.entity
        if field.target is not None and entity is not None and entity != field.target:
            message = f"this is a record of '{entity}', where one of '{field.target}' is wanted"
            self.bench.desk.report(codes.BAD_MAP, spot, message, f"lead on to a reference to '{field.target}'")
            return None
        return MapSource("", expression)

    def _lines(self, field: Field, said: Mapping[str, Any], spot: Spot) -> FieldMap | None:
        lines = self.bench.field_named(self.source, said["lines"], spot.at("lines"))
        if lines is None:
            return None
        if lines.type != "children" or field.type != "children" or lines.target is None or field.target is None:
            message = f"'{lines.name}' and '{field.name}' don't both hold lines"
            self.bench.desk.report(codes.BAD_MAP, spot.at("lines"), message, "name fields of the type 'children'")
            return None
        inner = MapMaker(self.bench, self.bench.drafts[lines.target], self.bench.drafts[field.target], {})
        fields = inner.fields(said, spot)
        fields.pop(str(inner.target.data.get("owned_by")), None)
        inner.check_filled(fields, (), spot)
        return FieldMap(field.name, lines=LineMap(lines.name, lines.target, MappingProxyType(fields)))

    def _is_alike(self, name: str) -> bool:
        mine, theirs = self.source.fields.get(name), self.target.fields[name]
        if mine is None or theirs.type in (*_KEPT_BY_SYSTEM, "children") or name == self.target.data.get("owned_by"):
            return False
        return mine.type == theirs.type and fits(mine, theirs)


def fits(source: Field, target: Field) -> bool:
    """Whether a field can hold every value of another as it is."""
    if source.type == "children" or source.type in _KEPT_BY_SYSTEM:
        return False
    if source.type == "reference" and target.type in ("references", "any_reference"):
        return leads_to(target, str(source.target))
    if source.type != target.type:
        return (source.type, target.type) in {("file", "files"), ("image", "files"), ("image", "file")}
    if source.choices != target.choices:
        return False
    return set(ends_of(source)) <= set(ends_of(target)) if target.target or target.targets else True


def leads_to(field: Field, entity: str) -> bool:
    """Whether a field may refer to records of an entity."""
    return field.type in ("reference", "references", "any_reference") and entity in ends_of(field)


def ends_of(field: Field) -> Iterable[str]:
    """The entities whose records a field may refer to."""
    return tuple(each for each in (field.target, *field.targets) if each is not None)
