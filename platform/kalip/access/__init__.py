"""Floor 8: who may do what, as a decision or a row filter. Knows no SQL, no HTTP and no sessions' storage."""

from kalip.access.actor import NOTHING_GIVEN, SYSTEM, Actor, Identity, in_place_of, limited_to, make_actor
from kalip.access.explaining import Explanation, Grant, explain
from kalip.access.lockout import counts, locked_until
from kalip.access.passwords import (
    MINIMUM_LENGTH,
    hash_password,
    needs_rehash,
    password_faults,
    verify_password,
)
from kalip.access.permissions import RowFilter, Ruling, denied, may, require, row_filters, ruling_for
from kalip.access.secrets import Secret, hash_secret, new_secret

__all__ = [
from kalip.access.terms import ANY, Terms, deciding_entity, granted, source_of, speaks_of, terms_of
    "MINIMUM_LENGTH",
    "SYSTEM",
    "Actor",
    "ANY",
    "Explanation",
    "NOTHING_GIVEN",
    "Grant",
    "Identity",
    "RowFilter",
    "Ruling",
    "Secret",
    "counts",
    "deciding_entity",
    "denied",
    "explain",
    "hash_password",
    "Terms",
    "hash_secret",
    "in_place_of",
    "limited_to",
    "locked_until",
    "make_actor",
    "may",
    "granted",
    "needs_rehash",
    "new_secret",
    "password_faults",
    "require",
    "row_filters",
    "ruling_for",
    "verify_password",
]
    "source_of",
    "speaks_of",
    "terms_of",
