"""What the SCIM server says of itself: its configuration, its kinds of resources and their schemas."""

from typing import Any, Final

Json = dict[str, Any]
USER: Final = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"
LIST: Final = "urn:ietf:params:scim:api:messages:2.0:ListResponse"
PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
ERROR: Final = "urn:ietf:params:scim:api:messages:2.0:Error"
_CORE: Final = "urn:ietf:params:scim:schemas:core:2.0"
MOST_RESULTS: Final = 200


def configuration(base: str) -> Json:
    """What this server can do."""
    return {
        "schemas": [f"{_CORE}:ServiceProviderConfig"],
        "patch": {"supported": True},
        "bulk": {"supported": False, "maxOperations": 0, "maxPayloadSize": 0},
        "filter": {"supported": True, "maxResults": MOST_RESULTS},
        "changePassword": {"supported": False},
        "sort": {"supported": False},
        "etag": {"supported": False},
        "authenticationSchemes": [
            {
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "A token of an administrator or of a service account with an administrator's role.",
                "primary": True,
            }
        ],
        "meta": {"resourceType": "ServiceProviderConfig", "location": f"{base}/ServiceProviderConfig"},
    }


def resource_types(base: str) -> list[Json]:
    """Users and groups."""
    return [_type(base, "User", "/Users", USER), _type(base, "Group", "/Groups", GROUP)]


def schemas(base: str) -> list[Json]:
    """The attributes of users and groups that are kept."""
    return [
        {
            "schemas": [f"{_CORE}:Schema"],
            "id": USER,
            "name": "User",
            "description": "A person who may sign in",
            "attributes": _user_attributes(),
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{USER}"},
        },
        {
            "schemas": [f"{_CORE}:Schema"],
            "id": GROUP,
            "name": "Group",
            "description": "People who belong together",
            "attributes": _group_attributes(),
            "meta": {"resourceType": "Schema", "location": f"{base}/Schemas/{GROUP}"},
        },
    ]


def _user_attributes() -> list[Json]:
    value = _attribute("value", "An e-mail address: the user name again.")
    mails = _attribute("emails", "The address by which one signs in.", kind="complex", many=True, within=[value])
    formatted = _attribute("formatted", "The whole name.")
    parts = [formatted, _attribute("givenName", "The first name."), _attribute("familyName", "The last name.")]
    role = _attribute("value", "The name of a role in the site's metadata.")
    member = _attribute("value", "The group's id.", mutability="readOnly")
    shown = _attribute("display", "The group's name.", mutability="readOnly")
    return [
        _attribute("userName", "The e-mail address.", required=True, unique="server"),
        _attribute("displayName", "The name."),
        _attribute("name", "The name in parts.", kind="complex", within=parts),
        mails,
        _attribute("active", "Whether the person may sign in.", kind="boolean"),
        _attribute("locale", "The language: en, tr or ru."),
        _attribute("timezone", "The time zone, such as Europe/Istanbul."),
        _attribute("roles", "Roles; left as they are when not sent.", kind="complex", many=True, within=[role]),
        _attribute(
            "groups", "Groups.", kind="complex", many=True, within=[member, shown], mutability="readOnly"
        ),
    ]  # fmt: skip


def _group_attributes() -> list[Json]:
    members = [_attribute("value", "A user's id."), _attribute("display", "The user's name.", mutability="readOnly")]
    return [
        _attribute("displayName", "The name.", required=True),
        _attribute("members", "People.", kind="complex", many=True, within=members),
    ]


def _attribute(
    name: str, description: str, *, kind: str = "string", within: list[Json] | None = None, **more: Any
) -> Json:
    made: Json = {
        "name": name,
        "type": kind,
        "multiValued": bool(more.get("many")),
        "description": description,
        "required": bool(more.get("required")),
        "caseExact": False,
        "mutability": more.get("mutability", "readWrite"),
        "returned": "default",
        "uniqueness": more.get("unique", "none"),
    }
    return made if within is None else {**made, "subAttributes": within}


def _type(base: str, name: str, endpoint: str, schema: str) -> Json:
    return {
        "schemas": [f"{_CORE}:ResourceType"],
        "id": name,
        "name": name,
        "endpoint": endpoint,
        "schema": schema,
        "meta": {"resourceType": "ResourceType", "location": f"{base}/ResourceTypes/{name}"},
    }
