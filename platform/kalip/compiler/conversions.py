"""Makes conversions: their targets in the order in which they need each other, conditions, and what goes along."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.formulas import Wanted, compile_formula
from kalip.compiler.labels import label_of, text_of
from kalip.compiler.lists import role_named
from kalip.compiler.mapping import MapMaker, leads_to
from kalip.expressions import BOOLEAN, Expression
from kalip.metadata import Kind, MergedDocument
from kalip.model import Conversion, ConversionTarget, FieldMap, RelatedMap

Targets = Mapping[str, str]


def conversions_of(bench: Bench, draft: Draft) -> Mapping[str, Conversion]:
    """The conversions of an entity by name; a move is made by one conversion at most."""
    made = {document.names[1]: _Maker(bench, draft, document).conversion() for document in draft.of(Kind.CONVERSION)}
    movers: dict[str, str] = {}
    for document in draft.of(Kind.CONVERSION):
        name = document.names[1]
        move = made[name].transition
        if move and move in movers:
            message = f"the move '{move}' is made by the conversion '{movers[move]}' already"
            bench.desk.report(codes.CONTRADICTION, Spot(document).at("transition"), message, "name another move")
        elif move:
            movers[move] = name
    return MappingProxyType(made)


@dataclass(frozen=True, slots=True)
class _Maker:
    """Makes one conversion."""

    bench: Bench
    draft: Draft
    document: MergedDocument

    def conversion(self) -> Conversion:
        data, spot, name = self.document.data, Spot(self.document), self.document.names[1]
        entities = self._entities(data["targets"], spot.at("targets"))
        targets = {
            target: self._target(target, entity, entities, spot.at("targets", target))
            for target, entity in entities.items()
        }
        roles = [role_named(self.bench, role, spot.at("unlocked_for", role)) for role in data.get("unlocked_for", ())]
        if roles and not data.get("locks", False):
            message = "the conversion locks nothing that could be unlocked"
            self.bench.desk.report(codes.UNUSED, spot.at("unlocked_for"), message, "add 'locks'", "warning")
        return Conversion(
            name=name,
            entity=self.draft.name,
            label=label_of(data, name),
            description=text_of(data, "description"),
            targets=MappingProxyType(self._in_order(targets, spot.at("targets"))),
            when=self._condition(self.draft.name, data, "when", spot),
            when_message=text_of(data, "when_message"),
            transition=self._move_named(self.draft, data.get("transition", ""), spot.at("transition")),
            related=tuple(self._related(entities, data.get("related", {}), spot.at("related"))),
            automatic=data.get("automatic", False),
            on_create=data.get("on_create", False),
            needs_owner=data.get("needs_owner", False) and "owner" in self.draft.system,
            locks=data.get("locks", False),
            unlocked_for=tuple(each for each in roles if each is not None),
            undo_days=data.get("undo_days", 30),
            comments=data.get("comments", False),
            origin=self.document.origin(),
        )

    def _entities(self, said: Mapping[str, Any], spot: Spot) -> Targets:
        found: dict[str, str] = {}
        for name, data in said.items():
            entity = self.bench.entity_named(data["entity"], spot.at(name, "entity"))
            if entity is None:
                self.bench.desk.doubt(name)
            elif "owned_by" in self.bench.drafts[entity].data:
                message = f"a record of '{entity}' exists only as part of another"
                hint = "make its parent, and map its lines"
                self.bench.desk.report(codes.UNFIT_FIELD, spot.at(name, "entity"), message, hint)
            else:
                found[name] = entity
        return found

    def _target(self, name: str, entity: str, entities: Targets, spot: Spot) -> ConversionTarget:
        data = self.document.data["targets"][name]
        target = self.bench.drafts[entity]
        maker = MapMaker(self.bench, self.draft, target, entities, name)
        fields = maker.fields(data, spot)
        ask = tuple(
            found.name
            for each in data.get("ask", ())
            if (found := self.bench.field_named(target, each, spot.at("ask", each))) is not None
        )
        maker.check_filled(fields, {*ask, *data.get("ask", ())}, spot.at("fields") if "fields" in data else spot)
        pipelines = tuple(self._pipelines(target, data, spot))
        preset = self._pipeline_named(target, data["pipeline"], spot.at("pipeline")) if "pipeline" in data else ""
        if preset and pipelines and preset not in pipelines:
            message = f"'{preset}' is not among the pipelines to choose from"
            self.bench.desk.report(codes.CONTRADICTION, spot.at("pipeline"), message, "add it to 'pipelines'")
        return ConversionTarget(
            name=name,
            entity=entity,
            label=label_of(data, name) if "label" in data else label_of(target.data, entity),
            fields=MappingProxyType(fields),
            step=data.get("step", 1),
            when=self._condition(self.draft.name, data, "when", spot),
            chosen_when=self._condition(self.draft.name, data, "chosen_when", spot),
            existing=self._reference(data, "existing", entity, spot),
            choose=data.get("choose", True),
            result=self._reference(data, "result", entity, spot),
            again=data.get("again", False),
            duplicates=data.get("duplicates", "ask"),
            pipeline=preset,
            pipelines=pipelines,
            ask=ask,
        )

    def _reference(self, data: Mapping[str, Any], key: str, entity: str, spot: Spot) -> str:
        """A field of the source that refers to records of the target's entity."""
        if key not in data:
            return ""
        field = self.bench.field_named(self.draft, data[key], spot.at(key))
        if field is None:
            return ""
        if field.type not in ("reference", "any_reference") or not leads_to(field, entity):
            message = f"'{field.name}' is no reference to '{entity}'"
            self.bench.desk.report(codes.UNFIT_FIELD, spot.at(key), message, "name a field of the type 'reference'")
            return ""
        return field.name

    def _pipelines(self, target: Draft, data: Mapping[str, Any], spot: Spot) -> Iterable[str]:
        for name in data.get("pipelines", ()):
            found = self._pipeline_named(target, name, spot.at("pipelines", name))
            if found:
                yield found

    def _pipeline_named(self, target: Draft, name: str, spot: Spot) -> str:
        known = target.pipelines
        if name not in known:
            present = next((each for each, doc in known.items() if name in doc.data.get("was", ())), None)
            if present is None:
                what = f"pipeline of '{target.name}'"
                self.bench.desk.unknown(codes.UNKNOWN_PIPELINE, spot, what, name, list(known))
                return ""
            self.bench.desk.old(spot, name, present)
            name = present
        self.bench.desk.use(spot, f"pipeline:{target.name}.{name}")
        return name

    def _move_named(self, draft: Draft, name: str, spot: Spot) -> str:
        if not name:
            return ""
        known = [move for document in draft.pipelines.values() for move in document.data.get("transitions", {})]
        if name not in known:
            self.bench.desk.unknown(codes.UNKNOWN_TRANSITION, spot, f"move of '{draft.name}'", name, known)
            return ""
        return name

    def _condition(self, entity: str, data: Mapping[str, Any], key: str, spot: Spot) -> Expression | None:
        if key not in data:
            return None
        return compile_formula(self.bench, entity, data[key], spot.at(key), Wanted(BOOLEAN))

    def _related(self, entities: Targets, said: Mapping[str, Any], spot: Spot) -> Iterable[RelatedMap]:
        for path, data in said.items():
            found = self._related_one(entities, path, data, spot.at(path))
            if found is not None:
                yield found

    def _related_one(self, entities: Targets, path: str, data: Mapping[str, Any], spot: Spot) -> RelatedMap | None:
        name, _, said = path.partition(".")
        entity = self.bench.entity_named(name, spot)
        draft = self.bench.drafts[entity] if entity is not None else None
        field = self.bench.field_named(draft, said, spot) if draft is not None else None
        if draft is None or field is None:
            return None
        desk = self.bench.desk
        if not leads_to(field, self.draft.name):
            message = f"'{path}' doesn't refer to '{self.draft.name}'"
            desk.report(codes.UNFIT_FIELD, spot, message, "name a reference to the converted entity")
            return None
        if ("to" in data) == ("transition" in data):
            message = "related records either go to a target or make a move"
            desk.report(codes.CONTRADICTION, spot, message, "write one of 'to' and 'transition'")
            return None
        to: list[str] = []
        for target in data.get("to", ()):
            if target not in entities:
                desk.unknown(codes.UNKNOWN_TARGET, spot.at("to", target), "target", target, list(entities))
            elif not leads_to(field, entities[target]):
                message = f"'{path}' can't refer to '{entities[target]}'"
                desk.report(codes.UNFIT_FIELD, spot.at("to", target), message, f"let '{path}' lead there too")
            else:
                to.append(target)
        transition = self._move_named(draft, data.get("transition", ""), spot.at("transition"))
        when = self._condition(draft.name, data, "when", spot)
        also = MappingProxyType(dict(self._also(draft, entities, data.get("also", {}), spot.at("also"))))
        return RelatedMap(draft.name, field.name, when, tuple(to), data.get("copies", False), transition, also)

    def _also(self, draft: Draft, entities: Targets, said: Mapping[str, str], spot: Spot) -> Iterable[tuple[str, str]]:
        """Further fields of related records, each with the target that it is to refer to."""
        for name, target in said.items():
            field = self.bench.field_named(draft, name, spot.at(name))
            if field is None:
                continue
            if target not in entities:
                self.bench.desk.unknown(codes.UNKNOWN_TARGET, spot.at(name), "target", target, list(entities))
            elif field.type == "references" or not leads_to(field, entities[target]):
                message = f"'{name}' can't refer to '{entities[target]}'"
                self.bench.desk.report(codes.UNFIT_FIELD, spot.at(name), message, "name a reference that leads there")
            else:
                yield field.name, target

    def _in_order(self, targets: Mapping[str, ConversionTarget], spot: Spot) -> dict[str, ConversionTarget]:
        """Targets after those that they refer to; within that as written, earlier steps first."""
        waiting = dict(sorted(targets.items(), key=lambda pair: pair[1].step))
        ordered: dict[str, ConversionTarget] = {}
        while waiting:
            ready = next((name for name, each in waiting.items() if not (_needed(each) & set(waiting))), None)
            if ready is None:
                names = ", ".join(waiting)
                message = f"the targets {names} need each other in a circle"
                hint = "let one of them be linked by hand afterwards"
                self.bench.desk.report(codes.CIRCLE, spot.at(next(iter(waiting))), message, hint)
                ordered.update(waiting)
                break
            for needed in _needed(waiting[ready]):
                if needed in ordered and ordered[needed].step > waiting[ready].step:
                    message = f"'{ready}' needs '{needed}', which is made in a later step"
                    self.bench.desk.report(codes.CONTRADICTION, spot.at(ready, "step"), message, "change the steps")
            ordered[ready] = waiting.pop(ready)
        return ordered


def _needed(target: ConversionTarget) -> set[str]:
    return {each.target for each in _maps(target.fields.values()) if each.target and each.target != target.name}


def _maps(fields: Iterable[FieldMap]) -> Iterable[FieldMap]:
    for each in fields:
        yield each
        if each.lines is not None:
            yield from each.lines.fields.values()
