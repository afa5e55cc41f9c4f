"""Conditional requests (RFC 9110): a record's version as its entity tag."""

from flask import request

from kalip.base.errors import BadRequest
from kalip.records import Work, get_record

NEVER = 0
"""A version that no record has: a tag that isn't ours never matches."""
MOST_TAGS = 16


def etag(version: object) -> str:
    """The strong tag of a version."""
    return f'"{version}"'


def expected_version(work: Work, entity: str, record_id: str) -> int | None:
    """The version that If-Match asks for, None for any. Several tags are settled by reading the record."""
    if "If-Match" not in request.headers:
        return None
    tags = request.if_match
    if tags.star_tag:
        return None
    versions = [_version(tag or "") for tag in tags]  # Werkzeug reads the empty tag as None
    if len(versions) > MOST_TAGS:
        raise BadRequest("If-Match names at most {limit} tags.", params={"limit": MOST_TAGS})
    if not versions:
        return NEVER
    if len(versions) == 1:
        return versions[0]
    current = get_record(work, entity, record_id, ("version",))["version"]
    return next((each for each in versions if each == current), NEVER)


def is_known(version: object) -> bool:
    """Whether If-None-Match says that the caller has this version already."""
    if "If-None-Match" not in request.headers:
        return False
    tags = request.if_none_match
    return tags.star_tag or tags.contains_weak(str(version))


def _version(tag: str) -> int:
    return int(tag) if tag.isascii() and tag.isdecimal() and len(tag) < 19 else NEVER
