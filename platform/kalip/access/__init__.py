"""Floor 8: who may do what, as a decision or a row filter. Knows no SQL, no HTTP and no sessions' storage."""

from kalip.access.actor import NOTHING_GIVEN, SYSTEM, Actor, Identity, in_place_of, limited_to, make_actor, recalling
from kalip.access.explaining import Explanation, Grant, Part, explain, term_expression, term_pieces
from kalip.access.fields import PLACE, Sight, is_narrowed, place_of, sight_of
from kalip.access.lockout import counts, locked_until
from kalip.access.masking import Masked, mask
from kalip.access.passwords import (
    MINIMUM_LENGTH,
    hash_password,
    needs_rehash,
    password_faults,
    verify_password,
)
from kalip.access.permissions import RowFilter, Ruling, denied, may, require, row_filters, ruling_for
from kalip.access.secrets import Secret, hash_secret, new_secret
from kalip.access.seen import comparable_model, seen_model
from kalip.access.terms import ANY, Terms, deciding_entity, granted, source_of, speaks_of, terms_of

__all__ = [
    "ANY",
    "MINIMUM_LENGTH",
    "NOTHING_GIVEN",
    "PLACE",
    "SYSTEM",
    "Actor",
    "Explanation",
    "Grant",
    "Identity",
    "Masked",
    "Part",
    "RowFilter",
    "Ruling",
    "Secret",
    "Sight",
    "Terms",
    "comparable_model",
    "counts",
    "deciding_entity",
    "denied",
    "explain",
    "granted",
    "hash_password",
    "hash_secret",
    "in_place_of",
    "is_narrowed",
    "limited_to",
    "locked_until",
    "make_actor",
    "mask",
    "may",
    "needs_rehash",
    "new_secret",
    "password_faults",
    "place_of",
    "recalling",
    "require",
    "row_filters",
    "ruling_for",
    "seen_model",
    "sight_of",
    "source_of",
    "speaks_of",
    "term_expression",
    "term_pieces",
    "terms_of",
    "verify_password",
]
