"""The compiled model as JSON for programmes: what an actor may see of it, labels in one language."""

from collections.abc import Mapping

from kalip.access import Actor, Sight, sight_of
from kalip.model import ChoiceList, DuplicateRule, Entity, Field, FormView, PackInfo, Pipeline, Role, Sort
from kalip.runtime import Served
from kalip.web.api.rights import verbs, visible

Json = dict[str, object]
_FLAGS = ("required", "readonly", "unique", "indexed")
_EXPRESSIONS = ("required_when", "visible_when", "readonly_when", "default_expression", "computed")


def overview(served: Served, actor: Actor, locale: str) -> Json:
    """Everything by name: packs, entities, choice lists, and roles for administrators."""
    model = served.model
    entities = [
        {
            "name": entity.name,
            "label": entity.label.get(locale),
            "plural": entity.plural.get(locale),
            "pack": entity.pack,
            "icon": entity.icon,
            "rights": _rights(served, actor, entity),
        }
        for entity in visible(served, actor)
    ]
    return {
        "revision": model.revision,
        "packs": [pack(each, locale) for each in model.packs.values()],
        "entities": entities,
        "choices": sorted(seen_choices(served, actor)),
        "roles": list(model.roles) if actor.administrator else list(actor.roles),
    }


def seen_choices(served: Served, actor: Actor) -> frozenset[str]:
    """The choice lists of fields that the actor may see; all for an administrator."""
    if actor.administrator:
        return frozenset(served.model.choices)
    entities = visible(served, actor)
    return frozenset(field.choices for entity in entities for field in entity.fields.values() if field.choices)


def entity(served: Served, actor: Actor, found: Entity, locale: str) -> Json:
    """An entity with fields, pipelines and views, as the actor sees it; `hidden` names the fields that aren't shown."""
    sight = sight_of(served, actor, found.name)
    return {
        "name": found.name,
        "pack": found.pack,
        "label": found.label.get(locale),
        "plural": found.plural.get(locale),
        "description": found.description.get(locale),
        "icon": found.icon,
        "title": found.title,
        "owned_by": found.owned_by,
        "was": list(found.was),
        "search": list(found.search),
        "rights": _rights(served, actor, found),
        "fields": {
            name: {**_field(served, each, locale), **_right(sight, name)} for name, each in found.fields.items()
        },
        "hidden": list(sight.hidden),
        "system": {name: _field(served, each, locale) for name, each in found.system.items()},
        "checks": {
            each.name: {"expression": each.expression.source, "message": each.message.get(locale), "field": each.field}
            for each in found.checks
        },
        "unique": {each.name: list(each.fields) for each in found.unique},
        "duplicates": {each.name: _duplicate_rule(each, locale) for each in found.duplicates},
        "pipelines": {name: _pipeline(each, locale) for name, each in found.pipelines.items()},
        "views": _views(found, locale),
    }


def choices(found: ChoiceList, locale: str) -> Json:
    """A choice list."""
    values = {
        value: {"label": each.label.get(locale), "colour": each.colour, "retired": each.retired, "was": list(each.was)}
        for value, each in found.choices.items()
    }
    return {"name": found.name, "label": found.label.get(locale), "choices": values}


def role(found: Role, locale: str) -> Json:
    """A role."""
    return {
        "name": found.name,
        "label": found.label.get(locale),
        "description": found.description.get(locale),
        "administrator": found.administrator,
        "publishes": {each.area.value: each.entities is None or list(each.entities) for each in found.publishes},
    }


def pack(found: PackInfo, locale: str) -> Json:
    """An installed pack."""
    return {
        "name": found.name,
        "version": found.version,
        "title": found.title.get(locale),
        "description": found.description.get(locale),
        "languages": list(found.languages),
    }


def _rights(served: Served, actor: Actor, found: Entity) -> list[str]:
    return sorted(verb.value for verb in verbs(served, actor, found.name))


def _right(sight: Sight, name: str) -> Json:
    """What is narrowed for the actor: a field that is read-only, or that isn't shown whole on every record."""
    told: Json = {}
    if not sight.ever_writes(name) and not sight.ever_writes(name, new=True):
        told["readonly"] = True
    if sight.guards(name):
        told["guarded"] = True
    return told


def _field(served: Served, field: Field, locale: str) -> Json:
    told: Json = {
        "type": field.type,
        "label": field.label.get(locale),
        "help": field.help.get(locale),
        "unit": field.unit.get(locale),
        **{name: getattr(field, name) for name in _FLAGS},
        **{name: each.source for name in _EXPRESSIONS if (each := getattr(field, name)) is not None},
        "schema": served.types[field.type].json_schema(field),
    }
    optional = {
        "default": field.default,
        "target": field.target,
        "targets": list(field.targets) or None,
        "via": field.via,
        "choices": field.choices,
        "was": list(field.was) or None,
    }
    return {**told, **{name: value for name, value in optional.items() if value is not None}}


def _pipeline(found: Pipeline, locale: str) -> Json:
    stages: Mapping[str, Json] = {
        name: {
            "label": each.label.get(locale),
            "outcome": each.outcome.value,
            "colour": each.colour,
            "probability": each.probability,
            "required": list(each.required),
            "limit": each.limit,
            "ageing_days": each.ageing_days,
        }
        for name, each in found.stages.items()
    }
    transitions: Mapping[str, Json] = {
        name: {
            "label": each.label.get(locale),
            "from": list(each.sources),
            "to": each.target,
            "guard": each.guard.source if each.guard is not None else None,
            "guard_message": each.guard_message.get(locale),
            "roles": list(each.roles),
            "ask": list(each.ask),
            "confirm": each.confirm.get(locale),
        }
        for name, each in found.transitions.items()
    }
    return {
        "label": found.label.get(locale),
        "default": found.default,
        "stages": stages,
        "transitions": transitions,
    }


def _views(found: Entity, locale: str) -> Json:
    lists: Mapping[str, Json] = {
        name: {
            "label": each.label.get(locale),
            "columns": [column.field for column in each.columns],
            "sort": _sort(each.sort),
            "filter": each.filter.source if each.filter is not None else None,
        }
        for name, each in found.lists.items()
    }
    boards: Mapping[str, Json] = {
        name: {
            "label": each.label.get(locale),
            "pipeline": each.pipeline,
            "card": list(each.card.fields),
            "sum": each.sum,
            "sort": _sort(each.sort),
            "filter": each.filter.source if each.filter is not None else None,
        }
        for name, each in found.boards.items()
    }
    calendars: Mapping[str, Json] = {
        name: {
            "label": each.label.get(locale),
            **{key: getattr(each, key) for key in ("start", "end", "day", "title", "colour", "about")},
            "filter": each.filter.source if each.filter is not None else None,
        }
        for name, each in found.calendars.items()
    }
    return {
        "lists": lists,
        "boards": boards,
        "calendars": calendars,
        "forms": {name: _form(each, locale) for name, each in found.forms.items()},
        "cards": {name: list(each.fields) for name, each in found.cards.items()},
    }


def _form(found: FormView, locale: str) -> Json:
    tabs: Mapping[str, Json] = {
        tab.name: {
            "label": tab.label.get(locale),
            "sections": {
                each.name: {
                    "label": each.label.get(locale),
                    "columns": each.columns,
                    "fields": dict(each.fields),
                    "visible_when": each.visible_when.source if each.visible_when is not None else None,
                }
                for each in tab.sections
            },
        }
        for tab in found.tabs
    }
    return {"tabs": tabs, "related": list(found.related)}


def _sort(keys: tuple[Sort, ...]) -> list[str]:
    return [str(each) for each in keys]


def _duplicate_rule(rule: DuplicateRule, locale: str) -> Json:
    return {
        "label": rule.title.get(locale),
        "fields": dict(rule.fields),
        "also": {name: list(more) for name, more in rule.also.items()},
        "with": rule.target,
        "map": {name: list(pairs) for name, pairs in rule.pairs.items()},
        "archived": rule.archived,
        "strict": rule.strict,
        "only_visible": rule.only_visible,
    }
