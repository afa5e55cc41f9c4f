"""Who may change which metadata: administrators everything, others the areas that their roles publish."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

from kalip.access import Actor
from kalip.base.errors import AccessDenied
from kalip.designer.drafts import NO_SITE, Draft
from kalip.designer.site import Site
from kalip.metadata import SITE, Kind, place_of
from kalip.metadata.source import parse
from kalip.model import Area, Model

AREAS: Final[Mapping[Kind, Area]] = {
    Kind.ENTITY: Area.STRUCTURE,
    Kind.CONVERSION: Area.STRUCTURE,
    Kind.CHOICES: Area.STRUCTURE,
    Kind.FORM: Area.VIEWS,
    Kind.LIST: Area.VIEWS,
    Kind.CARD: Area.VIEWS,
    Kind.BOARD: Area.VIEWS,
    Kind.CALENDAR_VIEW: Area.VIEWS,
    Kind.PIPELINE: Area.PROCESSES,
    Kind.RULES: Area.PROCESSES,
    Kind.INTAKE: Area.PROCESSES,
    Kind.WEBFORM: Area.PROCESSES,
    Kind.MAIL: Area.PROCESSES,
    Kind.CALENDAR: Area.PROCESSES,
    Kind.LANGUAGE: Area.TEXTS,
}
"""The kinds of documents that may be given away. Who publishes rights, roles, packs or seeds would give oneself the
rest, so these are left out."""
_MANIFEST: Final = "pack.json"
_NEW_SITE: Final[Mapping[str, Any]] = parse(NO_SITE[_MANIFEST].decode())[0]
_OF_NO_ENTITY: Final = frozenset({Kind.CHOICES, Kind.MAIL, Kind.CALENDAR, Kind.LANGUAGE})


def publishes_any(model: Model, actor: Actor) -> bool:
    """Whether an actor may change any metadata at all; a token for some entities' records may not."""
    if actor.administrator:
        return True
    roles = model.roles
    return actor.entities is None and any(roles[name].publishes for name in actor.roles if name in roles)


def may_publish(model: Model, actor: Actor, address: str) -> bool:
    """Whether an actor may change and publish the document at an address such as `entities/deal/views/list`.

    Who acts in an administrator's place publishes every area, but gives no rights that would outlast it.
    """
    if actor.administrator and actor.on_behalf is None:
        return True
    place = place_of(f"{address}.json")
    area = AREAS.get(place.kind) if place is not None else None
    if place is None or area is None or not publishes_any(model, actor):
        return False
    if actor.administrator:
        return True
    entity = None if place.kind in _OF_NO_ENTITY else place.names[0]
    said = (each for name in actor.roles if name in model.roles for each in model.roles[name].publishes)
    return any(each.area is area and (each.entities is None or entity in each.entities) for each in said)


def require_designer(site: Site, actor: Actor) -> str:
    """The id of an actor who may change some metadata. Raises AccessDenied for anybody else."""
    if actor.id is None or not publishes_any(site.services.runtime.pin().model, actor):
        raise AccessDenied("Only administrators, and roles that publish metadata, may do this.")
    return actor.id


def require_administrator(actor: Actor) -> None:
    """Raise AccessDenied for anybody but an administrator."""
    if not actor.administrator or actor.id is None:
        raise AccessDenied("Only administrators may do this.")


def require_documents(site: Site, actor: Actor, draft: Draft, paths: Iterable[str]) -> None:
    """Raise AccessDenied unless an actor may publish what a draft says at all of these paths of the site's pack."""
    model = site.services.runtime.pin().model
    for path in paths:
        address = path.removesuffix(".json")
        if not may_publish(model, actor, address) and not (path == _MANIFEST and _is_as_it_was(draft)):
            raise AccessDenied(
                "No role of yours publishes {address}.",
                params={"address": address[:200]},
                hint="an administrator may change it, or widen what your role publishes",
            )


def _is_as_it_was(draft: Draft) -> bool:
    """Whether the site's manifest says nothing new but which packs the site stands on, which follows from the rest."""
    published = next((pack.manifest.data for pack in draft.present if pack.name == SITE), _NEW_SITE)
    drafted = draft.site.manifest.data if draft.site is not None else published
    return _without_requires(drafted) == _without_requires(published)


def _without_requires(manifest: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in manifest.items() if key != "requires"}
