"""The model as somebody sees it: without the fields that are hidden, and without what could only be shown by them."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, TypeVar

from kalip.access.actor import Actor
from kalip.access.fields import Sight, Sights, roles_of
from kalip.expressions import Expression
from kalip.model import (
    DIRECTORY,
    BoardView,
    CalendarView,
    CardView,
    Entity,
    Field,
    FormView,
    ListView,
    Model,
    Pipeline,
    Sort,
)
from kalip.runtime import Served

_NAMING: Final = ("autonumber", "text", "person_name", "email", "phone")
"""Types of fields that can name a record whose own title is hidden."""
V = TypeVar("V")


class Views:
    """The models that sets of roles see, made when first asked for. Administrators see the model itself."""

    def __init__(self, served: Served) -> None:
        self._served = served
        self._sights = served.project(Sights)
        self._seen: dict[tuple[str, ...], Model] = {}
        self._comparable: dict[tuple[str, ...], Model] = {}

    def seen(self, actor: Actor) -> Model:
        """The model with what the actor may see, even if only in part."""
        if actor.administrator or not self._sights.matters:
            return self._served.model
        roles = roles_of(actor)
        if roles not in self._seen:
            eyes = Eyes(self._served, lambda name: self._sights.of(roles, name))
            self._seen[roles] = _with(self._served.model, eyes.entity)
        return self._seen[roles]

    def comparable(self, actor: Actor) -> Model:
        """The model with what the actor may filter and sort by: fields that are shown whole on every record."""
        if actor.administrator or not self._sights.matters:
            return self._served.model
        roles = roles_of(actor)
        if roles not in self._comparable:
            self._comparable[roles] = _with(
                self._served.model, lambda entity: _whole_fields(self._sights.of(roles, entity.name))
            )
        return self._comparable[roles]


def seen_model(served: Served, actor: Actor) -> Model:
    """The model as the actor sees it: a `Model` of its own, or the served one where nothing is hidden."""
    return served.project(Views).seen(actor)


def comparable_model(served: Served, actor: Actor) -> Model:
    """The model with the fields that the actor may filter and sort by."""
    return served.project(Views).comparable(actor)


class Eyes:
    """Trims entities to what is shown. `look` gives the sight of an entity by name."""

    def __init__(self, served: Served, look: Callable[[str], Sight]) -> None:
        self._model = served.model
        self._look = look

    def entity(self, entity: Entity) -> Entity:
        """The entity as it is seen; itself where all of it is."""
        sight = self._look(entity.name)
        fields = {name: each for name, each in entity.fields.items() if not sight.hides(name)}
        lists = _kept(entity.lists, lambda each: self._list(entity, each))
        boards = _kept(entity.boards, lambda each: self._board(entity, each))
        made = replace(
            entity,
            fields=MappingProxyType(fields) if len(fields) < len(entity.fields) else entity.fields,
            title=_title(entity, sight),
            search=tuple(name for name in entity.search if not sight.hides(name.partition(".")[0])),
            unique=tuple(each for each in entity.unique if not any(map(sight.hides, each.fields))),
            checks=tuple(each for each in entity.checks if self.shows_expression(entity, each.expression)),
            duplicates=tuple(each for each in entity.duplicates if not any(map(sight.hides, each.fields))),
            pipelines=_kept(entity.pipelines, lambda each: _pipeline(sight, each)),
            lists=lists,
            boards=boards,
            forms=_kept(entity.forms, lambda each: self._form(entity, sight, each)),
            calendars=_kept(entity.calendars, lambda each: self._calendar(entity, each)),
            cards=_kept(entity.cards, lambda each: self._card(entity, each)),
        )
        return entity if made == entity else made

    def shows(self, entity: Entity, path: str) -> bool:
        """Whether something of what a path leads to is shown."""
        return all(not self._look(owner).hides(field.name) for owner, field in self._steps(entity, path))

    def compares(self, entity: Entity, path: str) -> bool:
        """Whether all of what a path leads to is shown, on every record."""
        return all(self._look(owner).shows_all(field.name) for owner, field in self._steps(entity, path))

    def compares_expression(self, entity: Entity, expression: Expression | None) -> bool:
        """Whether an expression reads only what may be compared."""
        return expression is None or self._all(entity, expression, self.compares)

    def shows_expression(self, entity: Entity, expression: Expression) -> bool:
        """Whether an expression names only what is shown."""
        return self._all(entity, expression, self.shows)

    def _all(self, entity: Entity, expression: Expression, asked: Callable[[Entity, str], bool]) -> bool:
        paths = (*expression.paths, *expression.element_paths)
        if not all(asked(entity, path.removeprefix("old.")) for path in paths):
            return False
        for collection, inner in expression.element_paths.items():
            field = entity.attribute(collection.removeprefix("old.").partition(".")[0])
            target = self._model.entities.get(str(field.target)) if field is not None else None
            if target is not None and not all(asked(target, path) for path in inner):
                return False
        return True

    def _steps(self, entity: Entity, path: str) -> Iterable[tuple[str, Field]]:
        """The fields on the way of a path, each with its entity."""
        owner: Entity | None = entity
        for step in path.split("."):
            field = owner.attribute(step) if owner is not None else None
            if owner is None or field is None:
                return
            yield owner.name, field
            owner = None if field.type in DIRECTORY else self._model.entities.get(str(field.target))

    def _sorts(self, entity: Entity, sort: Iterable[Sort]) -> tuple[Sort, ...]:
        return tuple(each for each in sort if self.compares(entity, self._model.order_path(entity, each.field)))

    def _list(self, entity: Entity, view: ListView) -> ListView | None:
        if not self.compares_expression(entity, view.filter):
            return None
        columns = tuple(each for each in view.columns if self.shows(entity, each.field))
        return replace(view, columns=columns, sort=self._sorts(entity, view.sort)) if columns else None

    def _board(self, entity: Entity, view: BoardView) -> BoardView | None:
        if not self.compares_expression(entity, view.filter):
            return None
        total = view.sum if view.sum is not None and self._sums(entity, view.sum) else None
        return replace(view, card=self._card(entity, view.card), sum=total, sort=self._sorts(entity, view.sort))

    def _sums(self, entity: Entity, path: str) -> bool:
        # A sum is of one stage, so that a right by stage on the record's own field can be obeyed.
        own = entity.fields.get(path.partition(".")[0])
        return self.compares(entity, path) or (
            own is not None and own.target is None and bool(self._look(entity.name).rights[own.name].read)
        )

    def _card(self, entity: Entity, view: CardView) -> CardView:
        return replace(view, fields=tuple(each for each in view.fields if self.shows(entity, each)))

    def _calendar(self, entity: Entity, view: CalendarView) -> CalendarView | None:
        if not self.compares_expression(entity, view.filter) or not self.compares(entity, view.start):
            return None

        def left(path: str | None, asked: Callable[[Entity, str], bool]) -> str | None:
            return path if path is not None and asked(entity, path) else None

        title = view.title if self.shows(entity, view.title) else _title(entity, self._look(entity.name))
        return replace(
            view,
            end=left(view.end, self.compares),
            day=left(view.day, self.compares),
            title=title,
            colour=left(view.colour, self.shows),
            about=left(view.about, self.compares),
        )

    def _form(self, entity: Entity, sight: Sight, view: FormView) -> FormView:
        tabs = []
        for tab in view.tabs:
            sections = tuple(
                replace(
                    each,
                    fields=MappingProxyType({name: n for name, n in each.fields.items() if not sight.hides(name)}),
                )
                for each in tab.sections
            )
            kept = tuple(
                each for each, was in zip(sections, tab.sections, strict=True) if each.fields or not was.fields
            )
            if kept or not tab.sections:
                tabs.append(replace(tab, sections=kept))
        related = tuple(name for name in view.related if self._relates(entity, name))
        return replace(view, tabs=tuple(tabs), related=related)

    def _relates(self, entity: Entity, name: str) -> bool:
        """Whether a list of related records is reached by a field that is shown: `contact.company`, or `contact`."""
        owner_name, _, field_name = name.partition(".")
        owner = self._model.entity(owner_name)
        if owner is None:
            return True
        known = (
            each.name
            for each in owner.fields.values()
            if (each.target == entity.name or entity.name in each.targets) and field_name in ("", each.name)
        )
        first = next(known, None)
        return first is None or self.compares(owner, first)


def _with(model: Model, trim: Callable[[Entity], Entity]) -> Model:
    entities = {name: trim(entity) for name, entity in model.entities.items()}
    if all(entities[name] is entity for name, entity in model.entities.items()):
        return model
    return replace(model, entities=MappingProxyType(entities))


def _whole_fields(sight: Sight) -> Entity:
    entity = sight.entity
    if all(sight.shows_all(name) for name in sight.rights):
        return entity
    return replace(
        entity,
        fields=MappingProxyType({name: each for name, each in entity.fields.items() if sight.shows_all(name)}),
    )


def _kept(found: Mapping[str, V], trim: Callable[[V], V | None]) -> Mapping[str, V]:
    made = {name: trimmed for name, each in found.items() if (trimmed := trim(each)) is not None}
    return found if made == dict(found) else MappingProxyType(made)


def _title(entity: Entity, sight: Sight) -> str:
    if not sight.hides(entity.title):
        return entity.title
    fitting = (name for name, field in entity.fields.items() if field.type in _NAMING and sight.shows_all(name))
    return next(fitting, "id")


def _pipeline(sight: Sight, pipeline: Pipeline) -> Pipeline:
    """The pipeline whose moves ask only for fields that are shown."""
    transitions = _kept(
        pipeline.transitions,
        lambda each: replace(each, ask=tuple(name for name in each.ask if not sight.hides(name))),
    )
    return pipeline if transitions is pipeline.transitions else replace(pipeline, transitions=transitions)
