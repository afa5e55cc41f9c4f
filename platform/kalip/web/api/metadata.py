"""REST of the metadata: the compiled model as the caller may see it, and what was published when."""

from collections.abc import Callable, Mapping

from flask import Blueprint, Response

from kalip.access import Actor
from kalip.base.errors import AccessDenied, NotFound
from kalip.base.names import did_you_mean
from kalip.fields.moments import moment_text
from kalip.records import Work, visible_entity
from kalip.storage import Revision, list_revisions
from kalip.web.api import describing
from kalip.web.api.answers import Answer, read
from kalip.web.api.arguments import Arguments
from kalip.web.api.rights import ByRights
from kalip.web.locale import current_locale

blueprint = Blueprint("api_metadata", __name__)
KINDS = ("entity", "choices", "role", "pack")
HIGHEST_LIMIT = 200
_BIGGEST = 2**31 - 1
Json = dict[str, object]


@blueprint.get("/metadata")
def overview() -> Response:
    """What there is, by name."""
    Arguments()
    return read(_overview)


@blueprint.get("/metadata/revisions")
def revisions() -> Response:
    """Published states, the newest first; for administrators."""
    arguments = Arguments("limit", "before")
    limit = arguments.integer("limit", 50, 1, HIGHEST_LIMIT)
    before = arguments.integer("before", 0, 0, _BIGGEST) or None

    def use(work: Work) -> Answer:
        require_administrator(work.actor)
        found = list_revisions(work.session, limit + 1, before)
        more = found[limit - 1].number if len(found) > limit else None
        return Answer({"items": [_revision(each) for each in found[:limit]], "next": more})

    return read(use)


@blueprint.get("/metadata/<kind>/<name>")
def one(kind: str, name: str) -> Response:
    """One entity, choice list, role or pack."""
    Arguments()
    return read(lambda work: _one(work, kind, name))


def require_administrator(actor: Actor) -> None:
    """Raise AccessDenied for anybody else."""
    if not actor.administrator:
        raise AccessDenied("Only an administrator may do this.")


def _overview(work: Work) -> Answer:
    locale = current_locale()
    served, actor = work.served, work.actor
    return Answer(
        served.project(ByRights).find(actor, ("overview", locale), lambda: describing.overview(served, actor, locale))
    )


def _one(work: Work, kind: str, name: str) -> Answer:
    make = _MAKERS.get(kind)
    if make is None:
        hint = did_you_mean(kind, KINDS) or f"there are: {', '.join(KINDS)}"
        raise NotFound("There is no kind '{kind}'.", hint=hint, params={"kind": kind[:60]})
    return Answer(make(work, name, current_locale()))


def _entity(work: Work, name: str, locale: str) -> Json:
    found = visible_entity(work, name)
    served, actor = work.served, work.actor
    return served.project(ByRights).find(
        actor, ("entity", found.name, locale), lambda: describing.entity(served, actor, found, locale)
    )


def _choices(work: Work, name: str, locale: str) -> Json:
    seen = describing.seen_choices(work.served, work.actor)
    if name not in seen:
        raise _missing("choice list", name, seen)
    return describing.choices(work.model.choices[name], locale)


def _role(work: Work, name: str, locale: str) -> Json:
    seen = work.model.roles if work.actor.administrator else dict.fromkeys(work.actor.roles)
    if name not in seen:
        raise _missing("role", name, seen)
    return describing.role(work.model.roles[name], locale)


def _pack(work: Work, name: str, locale: str) -> Json:
    if name not in work.model.packs:
        raise _missing("pack", name, work.model.packs)
    return describing.pack(work.model.packs[name], locale)


def _missing(what: str, name: str, known: object) -> NotFound:
    names = tuple(map(str, known)) if isinstance(known, Mapping | frozenset) else ()
    return NotFound(
        "There is no {what} '{name}'.", hint=did_you_mean(name, names), params={"what": what, "name": name[:60]}
    )


def _revision(found: Revision) -> Json:
    return {
        "number": found.number,
        "revision": found.hash,
        "base": found.base,
        "actor": found.actor,
        "message": found.message,
        "created_at": moment_text(found.created_at),
        "packs": dict(found.packs),
    }


_MAKERS: Mapping[str, Callable[[Work, str, str], Json]] = {
    "entity": _entity,
    "choices": _choices,
    "role": _role,
    "pack": _pack,
}
