"""The addresses of the SCIM server. Callers show a bearer token of an administrator; browsers' sessions don't count."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException, NotFound

from kalip.base.errors import KalipError, NotAuthenticated
from kalip.metadata.source import parse
from kalip.records import Work, run
from kalip.records.organisation.directory import (
    DirectoryUser,
    KnownGroup,
    KnownUser,
    bring_group,
    bring_user,
    change_directory_group,
    change_directory_user,
    known_group,
    known_groups,
    known_user,
    known_users,
    people_of,
    take_user_away,
)
from kalip.records.organisation.groups import remove_group
from kalip.records.titles import titles_of
from kalip.storage.groups import groups_of
from kalip.web.api.bodies import MEBIBYTE, read_bytes
from kalip.web.api.identity import identify
from kalip.web.locale import LOCALES
from kalip.web.scim.attributes import Json, display_of, group_attributes, patched, user_attributes
from kalip.web.scim.documents import GROUP, LIST, MOST_RESULTS, USER, configuration, resource_types, schemas
from kalip.web.scim.errors import MEDIA_TYPE, ScimFault, answer, refuse_error, refuse_fault, refuse_http
from kalip.web.scim.filters import read_filter
from kalip.web.security import csrf
from kalip.web.session import actor, services

blueprint = Blueprint("scim", __name__, url_prefix="/scim/v2")
csrf.exempt(blueprint)
blueprint.register_error_handler(ScimFault, refuse_fault)
blueprint.register_error_handler(KalipError, refuse_error)
blueprint.register_error_handler(HTTPException, refuse_http)
T = TypeVar("T", KnownUser, KnownGroup)
_LIMIT = 4 * MEBIBYTE
_MEDIA = (MEDIA_TYPE, "application/json")


@blueprint.before_request
def _enter() -> None:
    if "Authorization" not in request.headers:
        raise NotAuthenticated("Send a token: Authorization: Bearer <token>.")
    identify()


@blueprint.get("/ServiceProviderConfig")
def show_configuration() -> Response:
    """What this server can do."""
    return answer(configuration(_base()))


@blueprint.get("/ResourceTypes")
@blueprint.get("/ResourceTypes/<name>")
def show_types(name: str = "") -> Response:
    """Users and groups."""
    return _described(resource_types(_base()), name)


@blueprint.get("/Schemas")
@blueprint.get("/Schemas/<name>")
def show_schemas(name: str = "") -> Response:
    """The attributes that are kept."""
    return _described(schemas(_base()), name)


@blueprint.get("/Users")
def list_users() -> Response:
    """Users, those that a filter leaves."""
    asked = read_filter(
        request.args.get("filter"), frozenset(("username", "externalid", "id", "active", "emails", "emails.value"))
    )

    def use(work: Work) -> Response:
        email = asked.get("username") or asked.get("emails") or asked.get("emails.value")
        found = [each for each in known_users(work, email, asked.get("externalid")) if _fits(each, asked)]
        return _page(found, lambda each: _user(work, each))

    return _read(use)


@blueprint.post("/Users")
def add_user() -> Response:
    """Make a user."""
    sent = user_attributes(_body())

    def use(work: Work) -> Response:
        made = _user(work, known_user(work, bring_user(work, _wanted(sent))))
        return answer(made, 201, Location=made["meta"]["location"])

    return _write(use)


@blueprint.get("/Users/<user_id>")
def get_user(user_id: str) -> Response:
    """One user."""
    return _read(lambda work: answer(_user(work, known_user(work, user_id))))


@blueprint.put("/Users/<user_id>")
def replace_user(user_id: str) -> Response:
    """Bring a user to what is sent."""
    sent = user_attributes(_body())
    return _write(lambda work: _changed_user(work, user_id, sent))


@blueprint.patch("/Users/<user_id>")
def patch_user(user_id: str) -> Response:
    """Change some attributes of a user."""
    body = _body()
    operations = _operations(body)

    def use(work: Work) -> Response:
        return _changed_user(work, user_id, patched(_attributes(known_user(work, user_id)), operations))

    return _write(use)


@blueprint.delete("/Users/<user_id>")
def delete_user(user_id: str) -> Response:
    """Keep a user out whom the directory has no more."""

    def use(work: Work) -> Response:
        take_user_away(work, user_id)
        return answer(None, 204)

    return _write(use)


@blueprint.get("/Groups")
def list_groups() -> Response:
    """Groups, those that a filter leaves."""
    asked = read_filter(request.args.get("filter"), frozenset(("displayname", "externalid", "id")))

    def use(work: Work) -> Response:
        found = known_groups(work, asked.get("displayname"), asked.get("externalid"))
        left = [each for each in found if asked.get("id", each.group.id) == each.group.id]
        return _page(left, lambda each: _group(work, each))

    return _read(use)


@blueprint.post("/Groups")
def add_group() -> Response:
    """Make a group."""
    sent = group_attributes(_body())

    def use(work: Work) -> Response:
        name = str(sent.get("displayName") or "")
        made = bring_group(work, name, sent.get("externalId"), sent.get("members") or ())
        shown = _group(work, known_group(work, made))
        return answer(shown, 201, Location=shown["meta"]["location"])

    return _write(use)


@blueprint.get("/Groups/<group_id>")
def get_group(group_id: str) -> Response:
    """One group."""
    return _read(lambda work: answer(_group(work, known_group(work, group_id))))


@blueprint.put("/Groups/<group_id>")
def replace_group(group_id: str) -> Response:
    """Bring a group to what is sent."""
    sent = group_attributes(_body())
    return _write(lambda work: _changed_group(work, group_id, {"members": (), **sent}))


@blueprint.patch("/Groups/<group_id>")
def patch_group(group_id: str) -> Response:
    """Change a group's name, or some of its people."""
    operations = _operations(_body())

    def use(work: Work) -> Response:
        known, people = known_group(work, group_id), tuple(people_of(work, group_id))
        present = {"displayName": known.group.name, "externalId": known.external, "members": people}
        return _changed_group(work, group_id, patched(present, operations, group=True))

    return _write(use)


@blueprint.delete("/Groups/<group_id>")
def delete_group(group_id: str) -> Response:
    """Forget a group."""

    def use(work: Work) -> Response:
        remove_group(work, group_id)
        return answer(None, 204)

    return _write(use)


@blueprint.route("/", defaults={"rest": ""}, methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
@blueprint.route("/<path:rest>", methods=["GET", "POST", "PUT", "PATCH", "DELETE"])
def nothing(rest: str) -> Response:
    """There is no other address here."""
    del rest
    raise NotFound


def _read(use: Callable[[Work], Response]) -> Response:
    return run(services(), actor(), use, write=False)


def _write(use: Callable[[Work], Response]) -> Response:
    return run(services(), actor(), use)


def _base() -> str:
    return f"{request.url_root.rstrip('/')}/scim/v2"


def _body() -> Json:
    raw = read_bytes(_LIMIT)
    if request.mimetype not in _MEDIA:
        raise ScimFault("invalidSyntax", f"Send the body as {MEDIA_TYPE}.")
    try:
        value, faults = parse(raw.decode())
    except UnicodeDecodeError:
        raise ScimFault("invalidSyntax", "The body is not UTF-8 text.") from None
    if faults or not isinstance(value, dict):
        raise ScimFault("invalidSyntax", faults[0].message if faults else "The body must be a JSON object.")
    return value


def _operations(body: Mapping[str, Any]) -> Any:
    return next((value for name, value in body.items() if name.casefold() == "operations"), None)


def _described(documents: Sequence[Json], name: str) -> Response:
    if not name:
        found = {"schemas": [LIST], "totalResults": len(documents), "startIndex": 1, "itemsPerPage": len(documents)}
        return answer({**found, "Resources": list(documents)})
    one = next((each for each in documents if each["id"] == name), None)
    if one is None:
        raise NotFound
    return answer(one)


def _page(found: Sequence[T], shown: Callable[[T], Json]) -> Response:
    start = max(_number("startIndex", 1), 1)
    count = min(max(_number("count", MOST_RESULTS), 0), MOST_RESULTS)
    some = found[start - 1 : start - 1 + count]
    body = {"schemas": [LIST], "totalResults": len(found), "startIndex": start, "itemsPerPage": len(some)}
    return answer({**body, "Resources": [shown(each) for each in some]})


def _number(name: str, default: int) -> int:
    text = request.args.get(name, "")
    if not text:
        return default
    if len(text) > 9 or not text.removeprefix("-").isdecimal() or not text.isascii():
        raise ScimFault("invalidValue", f"{name} is a number.")
    return int(text)


def _fits(known: KnownUser, asked: Mapping[str, str]) -> bool:
    user = known.user
    said = {"id": user.id, "externalid": known.external or "", "active": "true" if user.active else "false"}
    mail = user.email.casefold()
    wanted = {name: value.casefold() if name == "active" else value for name, value in asked.items()}
    return all(said[name] == value if name in said else value.casefold() == mail for name, value in wanted.items())


def _wanted(sent: Mapping[str, Any]) -> DirectoryUser:
    email = str(sent.get("userName") or "").strip()
    if not email:
        raise ScimFault("invalidValue", "userName is required.")
    language = str(sent.get("locale") or "").replace("_", "-").partition("-")[0].lower()
    roles = sent.get("roles")
    return DirectoryUser(
        email=email,
        name=display_of(sent).strip(),
        external=sent.get("externalId") or None,
        active=sent.get("active") is not False,
        locale=language if language in LOCALES else None,
        timezone=sent.get("timezone") or None,
        roles=None if roles is None else tuple(roles),
    )


def _attributes(known: KnownUser) -> Json:
    user = known.user
    return {
        "userName": user.email,
        "displayName": user.name,
        "externalId": known.external,
        "active": user.active,
        "locale": user.locale,
        "timezone": user.timezone,
        "roles": user.roles,
    }


def _changed_user(work: Work, user_id: str, sent: Mapping[str, Any]) -> Response:
    change_directory_user(work, user_id, _wanted(sent))
    return answer(_user(work, known_user(work, user_id)))


def _changed_group(work: Work, group_id: str, sent: Mapping[str, Any]) -> Response:
    # What the directory adds and takes out, not the whole: two who change a group at once both come through.
    present, wanted = set(people_of(work, group_id)), set(sent.get("members") or ())
    called = (str(sent.get("displayName") or ""), sent.get("externalId") or None)
    change_directory_group(work, group_id, called, wanted - present, present - wanted)
    return answer(_group(work, known_group(work, group_id)))


def _user(work: Work, known: KnownUser) -> Json:
    user = known.user
    given, _, family = user.name.rpartition(" ")
    groups = [] if _without("groups") else groups_of(work.session, user.id)
    body: Json = {
        "schemas": [USER],
        "id": user.id,
        "userName": user.email,
        "displayName": user.name,
        "name": {"formatted": user.name, "givenName": given or family, "familyName": family if given else ""},
        "emails": [{"value": user.email, "type": "work", "primary": True}],
        "active": user.active,
        "locale": user.locale,
        "timezone": user.timezone,
        "roles": [{"value": each} for each in user.roles],
        "groups": [{"value": each.id, "display": each.name, "$ref": f"{_base()}/Groups/{each.id}"} for each in groups],
        "meta": {
            "resourceType": "User",
            "created": user.created_at.isoformat(),
            "location": f"{_base()}/Users/{user.id}",
        },
    }
    return {**body, "externalId": known.external} if known.external else body


def _group(work: Work, known: KnownGroup) -> Json:
    group = known.group
    body: Json = {
        "schemas": [GROUP],
        "id": group.id,
        "displayName": group.name,
        "meta": {"resourceType": "Group", "location": f"{_base()}/Groups/{group.id}"},
    }
    if not _without("members"):
        people = people_of(work, group.id)
        titles = titles_of(work, {"user": people})
        body["members"] = [
            {"value": each, "display": titles.of("user", each), "$ref": f"{_base()}/Users/{each}"} for each in people
        ]
    return {**body, "externalId": known.external} if known.external else body


def _without(name: str) -> bool:
    """Whether the caller asks to leave an attribute out, or names others alone."""
    left_out = {each.strip().casefold() for each in request.args.get("excludedAttributes", "").split(",")}
    named = {each.strip().casefold().partition(".")[0] for each in request.args.get("attributes", "").split(",")} - {""}
    return name in left_out or (bool(named) and name not in named)
