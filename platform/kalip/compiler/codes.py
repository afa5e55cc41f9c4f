"""The codes of this floor's diagnostics: what each means in one line."""

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN_ENTITY = "C101"
UNKNOWN_FIELD = "C102"
UNKNOWN_CHOICES = "C103"
UNKNOWN_ROLE = "C104"
UNKNOWN_PIPELINE = "C105"
UNKNOWN_STAGE = "C106"
UNKNOWN_ACTION = "C107"
UNKNOWN_CARD = "C108"
RESERVED_NAME = "C110"
NAME_TAKEN = "C111"
BAD_OPTION = "C120"
BAD_DEFAULT = "C121"
BAD_EXPRESSION = "C130"
NOT_IN_SQL = "C131"
COMPUTED_CIRCLE = "C132"
OWNER_CIRCLE = "C133"
BAD_OWNER = "C134"
NO_ENTITY = "C135"
BAD_PATH = "C136"
BAD_EFFECT = "C137"
OLD_NAME = "C140"
PLUGIN = "C190"

CODES: Mapping[str, str] = MappingProxyType(
    {
        UNKNOWN_ENTITY: "A document names an entity that no pack has.",
        UNKNOWN_FIELD: "A document names a field that its entity doesn't have.",
        UNKNOWN_CHOICES: "A field names a choice list that no pack has.",
        UNKNOWN_ROLE: "A document names a role that no pack has.",
        UNKNOWN_PIPELINE: "A board names a pipeline that its entity doesn't have.",
        UNKNOWN_STAGE: "A transition names a stage that its pipeline doesn't have.",
        UNKNOWN_ACTION: "An effect names an action that no plugin brings.",
        UNKNOWN_CARD: "A board names a card view that its entity doesn't have.",
        RESERVED_NAME: "The name is taken by Kalip itself.",
        NAME_TAKEN: "Two things have, or had, the same name.",
        BAD_OPTION: "An option of a field doesn't fit its type.",
        BAD_DEFAULT: "A default is not a value of its field.",
        BAD_EXPRESSION: "An expression has a fault.",
        NOT_IN_SQL: "An expression is needed as SQL and says something that SQL can't.",
        COMPUTED_CIRCLE: "Computed fields depend on each other in a circle.",
        OWNER_CIRCLE: "Entities own each other in a circle.",
        BAD_OWNER: "`owned_by`, `of` or `via` doesn't lead from lines to their owner.",
        NO_ENTITY: "A file belongs to an entity that no pack has.",
        BAD_PATH: "A field can't stand at this place.",
        BAD_EFFECT: "An effect must either set fields or run an action.",
        OLD_NAME: "A name is used that has been changed.",
        PLUGIN: "A plugin failed and was left out.",
    }
)
