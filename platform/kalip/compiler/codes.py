"""The codes of this floor's diagnostics: what each means in one line. Knows no model."""

from collections.abc import Mapping
from types import MappingProxyType

UNKNOWN_ENTITY = "C101"
UNKNOWN_FIELD = "C102"
UNKNOWN_CHOICES = "C103"
UNKNOWN_CHOICE = "C104"
UNKNOWN_PIPELINE = "C105"
UNKNOWN_STAGE = "C106"
UNKNOWN_ROLE = "C107"
UNKNOWN_ACTION = "C108"
UNKNOWN_VIEW = "C109"
UNKNOWN_RECORD = "C110"
RESERVED_NAME = "C111"
NAME_TAKEN = "C112"
OLD_NAME = "C113"
BAD_EXPRESSION = "C120"
NOT_IN_SQL = "C121"
BAD_OPTION = "C122"
BAD_DEFAULT = "C123"
BAD_ROLLUP = "C124"
BAD_CHILDREN = "C125"
BAD_OWNER = "C126"
BAD_ARGUMENTS = "C127"
BAD_EFFECT = "C128"
BAD_TRANSITION = "C129"
CIRCLE = "C130"
UNFIT_FIELD = "C131"
CONTRADICTION = "C132"
UNUSED = "C133"
BAD_VALUE = "C134"
UNKNOWN_STEP = "C150"
BAD_TUNNEL = "C151"
BAD_LIMIT = "C152"
UNKNOWN_TARGET = "C160"
BAD_MAP = "C161"
UNFILLED = "C162"
UNKNOWN_CONVERSION = "C163"
UNKNOWN_TRANSITION = "C164"
BAD_PLACE = "C170"
BAD_INTAKE = "C171"
UNKNOWN_CALENDAR = "C170"
BAD_CALENDAR = "C171"
BAD_RULE = "C172"
BAD_CLOCK = "C173"
UNKNOWN_HOOK = "C174"
UNKNOWN_MAIL = "C175"
PLUGIN_FAULT = "C190"

CODES: Mapping[str, str] = MappingProxyType(
    {
        UNKNOWN_ENTITY: "Something names an entity that is in no pack.",
        UNKNOWN_FIELD: "Something names a field that its entity doesn't have.",
        UNKNOWN_CHOICES: "A field names a choice list that is in no pack.",
        UNKNOWN_CHOICE: "A value is not in its choice list.",
        UNKNOWN_PIPELINE: "Something names a pipeline that the entity doesn't have.",
        UNKNOWN_STAGE: "Something names a stage that the pipeline doesn't have.",
        UNKNOWN_ROLE: "Something names a role that is in no pack.",
        UNKNOWN_ACTION: "An effect names an action that no plugin provides.",
        UNKNOWN_VIEW: "Something names a view that the entity doesn't have.",
        UNKNOWN_RECORD: "A seed or test names a record that is not there.",
        RESERVED_NAME: "The name belongs to Kalip or to the expression language.",
        NAME_TAKEN: "Two things claim the same name, present or earlier.",
        OLD_NAME: "Something uses a name that has been renamed.",
        BAD_EXPRESSION: "An expression has a fault, or gives another type than its place wants.",
        NOT_IN_SQL: "An expression stands where the database must evaluate it, and can't be said in SQL.",
        BAD_OPTION: "A field's options contradict each other or its type.",
        BAD_DEFAULT: "A default is no valid value of its field.",
        BAD_ROLLUP: "A rollup can't be made of this field by this function.",
        BAD_CHILDREN: "A children field and its child entity don't fit together.",
        BAD_OWNER: "`owned_by` names no reference to another entity.",
        BAD_ARGUMENTS: "An action's arguments are not what it takes.",
        BAD_EFFECT: "An effect sets what can't be set, or does nothing or two things.",
        BAD_TRANSITION: "A transition can never be made.",
        CIRCLE: "Computed fields or owners depend on each other in a circle.",
        UNFIT_FIELD: "A field of this type can't stand here.",
        CONTRADICTION: "Two properties contradict each other.",
        UNUSED: "Something is written that never has an effect.",
        BAD_VALUE: "A seed's, test's or demo's value is no valid value of its field.",
        UNKNOWN_STEP: "A step follows one that its stage doesn't have.",
        BAD_TUNNEL: "A tunnel leads nowhere, or makes a record that nothing can become of.",
        BAD_LIMIT: "A time limit is no time at all.",
        UNKNOWN_TARGET: "Something names a target that the conversion doesn't have.",
        BAD_MAP: "A conversion fills a field with what it can't hold.",
        UNFILLED: "A conversion fills a required field with nothing, so that it has to be asked for.",
        UNKNOWN_CONVERSION: "Something names a conversion that the entity doesn't have.",
        UNKNOWN_TRANSITION: "Something names a move that no pipeline of the entity has.",
        BAD_PLACE: "A text has a place that nothing can fill.",
        BAD_INTAKE: "Messages or public forms can make no record as it stands.",
        UNKNOWN_CALENDAR: "Something names a calendar that is in no pack.",
        BAD_CALENDAR: "A calendar's time zone, hours, dates or countries are none.",
        BAD_RULE: "A rule can never run, or says what can't be done at its occasion.",
        BAD_CLOCK: "A clock can never start or stop, or an alarm has no moment.",
        UNKNOWN_HOOK: "A rule names a hook that its entity doesn't have.",
        UNKNOWN_MAIL: "A rule names a mail template that is in no pack.",
        PLUGIN_FAULT: "A plugin can't be loaded, or brings something unusable; it is left out.",
    }
)
