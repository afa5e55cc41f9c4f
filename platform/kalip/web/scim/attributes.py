"""Resources of SCIM as what is kept of them: read from what is sent, changed by patches, and written again."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.web.scim.documents import GROUP, USER
from kalip.web.scim.errors import ScimFault

Json = dict[str, Any]
MOST_OPERATIONS: Final = 1_000
MOST_MEMBERS: Final = 20_000
_USER_NAMES: Final = {
    "username": "userName",
    "displayname": "displayName",
    "name": "name",
    "name.formatted": "name.formatted",
    "name.givenname": "name.givenName",
    "name.familyname": "name.familyName",
    "externalid": "externalId",
    "active": "active",
    "locale": "locale",
    "preferredlanguage": "locale",
    "timezone": "timezone",
    "roles": "roles",
}
_GROUP_NAMES: Final = {"displayname": "displayName", "externalid": "externalId", "members": "members"}
# Of RFC 7643, and not kept here: directories send them all the same.
_UNKEPT: Final = frozenset(
    (
        "id", "meta", "schemas", "groups", "emails", "phonenumbers", "ims", "photos", "addresses", "entitlements",
        "x509certificates", "nickname", "profileurl", "title", "usertype", "password", "preferredlanguage", "name",
    )
)  # fmt: skip
_PICKED: Final = re.compile(r"""(?P<name>[\w.:\-]+)\[(?P<within>.*)\](?:\.(?P<rest>\w+))?""", re.DOTALL)
_ONE: Final = re.compile(r"""\s*value\s+eq\s+"(?P<value>[^"\\]*)"\s*""", re.IGNORECASE)


def user_attributes(sent: Mapping[str, Any]) -> Json:
    """What is kept of a user that is sent whole; ScimFault for values of another kind."""
    found: Json = {}
    for name, value in sent.items():
        key = _plain(name, USER)
        if key == "name" and isinstance(value, Mapping):
            for part, text in value.items():
                known = _USER_NAMES.get(f"name.{str(part).casefold()}")
                if known is not None:
                    found[known] = _text(known, text)
        elif key in _USER_NAMES and key != "name":
            found[_USER_NAMES[key]] = _kept(_USER_NAMES[key], value)
    return found


def group_attributes(sent: Mapping[str, Any]) -> Json:
    """What is kept of a group that is sent whole."""
    keys = {_plain(name, GROUP): value for name, value in sent.items()}
    return {_GROUP_NAMES[key]: _kept(_GROUP_NAMES[key], value) for key, value in keys.items() if key in _GROUP_NAMES}


def patched(present: Mapping[str, Any], operations: object, *, group: bool = False) -> Json:
    """The attributes after a patch's operations, in their order (RFC 7644, 3.5.2). ScimFault for a faulty one."""
    if not isinstance(operations, Sequence) or isinstance(operations, str) or not operations:
        raise ScimFault("invalidSyntax", "A patch has a list of Operations.")
    if len(operations) > MOST_OPERATIONS:
        raise ScimFault("tooMany", f"A patch has at most {MOST_OPERATIONS} operations.")
    kept = dict(present)
    for each in operations:
        if not isinstance(each, Mapping):
            raise ScimFault("invalidSyntax", "An operation is an object.")
        operation = {str(name).casefold(): value for name, value in each.items()}
        verb, path = str(operation.get("op", "")).casefold(), operation.get("path")
        if verb not in ("add", "replace", "remove"):
            raise ScimFault("invalidSyntax", "An operation adds, replaces or removes.")
        if path is None and verb != "remove":
            value = operation.get("value")
            if not isinstance(value, Mapping):
                raise ScimFault("invalidSyntax", "An operation without a path has an object of attributes.")
            for name, one in value.items():
                _apply(kept, verb, str(name), one, group=group)
        elif isinstance(path, str):
            _apply(kept, verb, path, operation.get("value"), group=group)
        else:
            raise ScimFault("noTarget", "The operation names no attribute.")
    return kept


def display_of(attributes: Mapping[str, Any]) -> str:
    """A user's whole name, from the parts that are there; the address as a last resort."""
    parts = (attributes.get("name.givenName"), attributes.get("name.familyName"))
    joined = " ".join(str(part) for part in parts if part)
    said = attributes.get("displayName") or attributes.get("name.formatted") or joined
    return str(said or attributes.get("userName") or "")


def _apply(kept: Json, verb: str, path: str, value: Any, *, group: bool) -> None:
    picked = _PICKED.fullmatch(path)
    key = _plain(picked["name"] if picked else path, GROUP if group else USER)
    names = _GROUP_NAMES if group else _USER_NAMES
    if key not in names or key == "name":
        if key == "name" and isinstance(value, Mapping) and verb != "remove":
            for part, text in value.items():
                _apply(kept, verb, f"name.{part}", text, group=group)
        elif key.partition(".")[0] not in _UNKEPT and not key.startswith("urn:"):
            raise ScimFault("invalidPath", f"There is no attribute {path[:60]}.")
        return
    name = names[key]
    if picked is not None:
        _apply_picked(kept, verb, name, picked)
    elif name in ("members", "roles"):
        _apply_many(kept, verb, name, value)
    elif verb == "remove":
        kept.pop(name, None)
    else:
        kept[name] = _kept(name, value)
        if name.startswith("name."):
            kept.pop("displayName", None)
            kept.pop("name.formatted", None) if name != "name.formatted" else None


def _apply_picked(kept: Json, verb: str, name: str, picked: re.Match[str]) -> None:
    one = _ONE.fullmatch(picked["within"])
    if verb != "remove" or name not in ("members", "roles") or one is None:
        raise ScimFault("invalidPath", 'Only one of many can be picked, to be removed: members[value eq "…"].')
    kept[name] = tuple(each for each in kept.get(name, ()) if each != one["value"])


def _apply_many(kept: Json, verb: str, name: str, value: Any) -> None:
    present: tuple[str, ...] = tuple(kept.get(name, ()))
    given = () if value is None else _many(name, value)
    if verb == "add":
        kept[name] = tuple(dict.fromkeys((*present, *given)))
    elif verb == "replace":
        kept[name] = given
    else:
        kept[name] = tuple(each for each in present if each not in given) if given else ()


def _kept(name: str, value: Any) -> Any:
    if name in ("members", "roles"):
        return _many(name, value)
    if name == "active":
        return _flag(value)
    return _text(name, value)


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise ScimFault("invalidValue", f"{name} is a text.")


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    # Some directories write it as a text.
    said = str(value).casefold()
    if said in ("true", "false"):
        return said == "true"
    raise ScimFault("invalidValue", "active is true or false.")


def _many(name: str, value: Any) -> tuple[str, ...]:
    items = value if isinstance(value, list) else [value]
    if len(items) > MOST_MEMBERS:
        raise ScimFault("tooMany", f"At most {MOST_MEMBERS} {name} at once.")
    found = []
    for each in items:
        one = each.get("value") if isinstance(each, Mapping) else each
        if not isinstance(one, str):
            raise ScimFault("invalidValue", f"{name} are objects with a value.")
        found.append(one)
    return tuple(dict.fromkeys(found))


def _plain(name: str, schema: str) -> str:
    """An attribute's name in lower case, without the schema that may stand before it."""
    lower = name.casefold()
    return lower.removeprefix(f"{schema.casefold()}:")
