"""The codes of this floor's diagnostics: what each means in one line. Knows no document."""

from collections.abc import Mapping
from types import MappingProxyType

NOT_UTF8 = "M101"
NOT_JSON = "M102"
DUPLICATE_KEY = "M103"
TOO_DEEP = "M104"
TOO_BIG = "M105"
BAD_NUMBER = "M106"
BAD_TEXT = "M107"
NO_MANIFEST = "M110"
UNKNOWN_FILE = "M111"
BAD_ARCHIVE = "M112"
BAD_ENTRY = "M113"
TOO_MANY = "M114"
NO_PACK = "M115"
BAD_SIGNATURE = "M116"
BAD_LOCK = "M117"
UNKNOWN_KEY = "M120"
MISSING_KEY = "M121"
WRONG_TYPE = "M122"
BAD_VALUE = "M123"
UNKNOWN_FIELD_TYPE = "M124"
BAD_NAME = "M125"
PACK_MISSING = "M130"
PACK_VERSION = "M131"
PACK_CYCLE = "M132"
PACK_TWICE = "M133"
DANGLING_OVERLAY = "M134"
UNKNOWN_OVERLAY_KEY = "M135"
DEFINED_TWICE = "M136"
BAD_TRANSLATION = "M137"
BAD_PLACE = "M138"
OLD_NAME = "M139"

CODES: Mapping[str, str] = MappingProxyType(
    {
        NOT_UTF8: "The file is not UTF-8 text, or starts with a byte-order mark.",
        NOT_JSON: "The document is not JSON.",
        DUPLICATE_KEY: "An object has the same key twice.",
        TOO_DEEP: "The document is nested deeper than allowed.",
        TOO_BIG: "A file is bigger than allowed.",
        BAD_NUMBER: "A number can't be kept exactly, is infinite or not a number.",
        BAD_TEXT: "A text holds a character that no database can store (NUL, half a surrogate pair).",
        NO_MANIFEST: "The pack has no usable pack.json.",
        UNKNOWN_FILE: "A file of the pack is of no known kind.",
        BAD_ARCHIVE: "The zip archive is damaged, encrypted or packed by an unknown method.",
        BAD_ENTRY: "An entry's path leaves the pack, is absolute, or is a link.",
        TOO_MANY: "The pack has too many files, or they are too big together.",
        NO_PACK: "There is no pack at this place.",
        BAD_SIGNATURE: "A file of a signed pack is not as it was signed.",
        BAD_LOCK: "A lock file is damaged.",
        UNKNOWN_KEY: "An object has a key that its kind doesn't know.",
        MISSING_KEY: "An object lacks a key that its kind requires.",
        WRONG_TYPE: "A value has the wrong JSON type.",
        BAD_VALUE: "A value is outside of what is allowed.",
        UNKNOWN_FIELD_TYPE: "A field names a type that neither Kalip nor a plugin provides.",
        BAD_NAME: "A key that names something is not a valid name.",
        PACK_MISSING: "A pack requires one that is not there.",
        PACK_VERSION: "A pack requires another version of a pack than the one that is there.",
        PACK_CYCLE: "Packs require each other in a circle.",
        PACK_TWICE: "Two packs have the same name.",
        DANGLING_OVERLAY: "An overlay extends a document that is not in the packs below it.",
        UNKNOWN_OVERLAY_KEY: "An overlay removes a key that is not there.",
        DEFINED_TWICE: "Two packs define the same document and neither extends the other's.",
        BAD_TRANSLATION: "A translation names a document or text that is not there.",
        BAD_PLACE: "`after` or `before` names a key that is not there, or stands where order has no meaning.",
        OLD_NAME: "An overlay or translation uses a name that has been renamed.",
    }
)
