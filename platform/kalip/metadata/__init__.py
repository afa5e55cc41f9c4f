"""Floor 5: packs. Reads them, checks their shape, lays them over each other, formats and compares them.

Knows what documents look like and where everything came from; refuses to know what any of it means.
"""

from kalip.metadata.archive import build_zip
from kalip.metadata.beginning import new_pack
from kalip.metadata.check import check
from kalip.metadata.codes import CODES
from kalip.metadata.dependencies import SITE, order_packs
from kalip.metadata.difference import Change, ChangeKind, diff, diff_packs
from kalip.metadata.documents import Document, Pack
from kalip.metadata.editing import SiteEditor, edit, move, rename
from kalip.metadata.following import followed, renamings
from kalip.metadata.formatting import format_at, format_document
from kalip.metadata.kinds import ENTITY_PARTS, OVERLAID, Kind, Place, place_of
from kalip.metadata.layering import REMOVED
from kalip.metadata.merged import MergedDocument
from kalip.metadata.reader import Reading, examine_documents, examine_pack, read_documents, read_pack
from kalip.metadata.repair import Checked, checked, shaped, sound
from kalip.metadata.schemas import (
    Types,
    document_schema,
    options_schema,
    overlay_schema,
    source_schema,
    translation_schema,
)
from kalip.metadata.stack import Stack, check_stack, stack
from kalip.metadata.undoing import undo
from kalip.metadata.validation import Problem, Validator, schema_fault, value_faults

__all__ = [
    "CODES",
    "ENTITY_PARTS",
    "OVERLAID",
    "REMOVED",
    "SITE",
    "Change",
    "ChangeKind",
    "Checked",
    "Document",
    "Kind",
    "MergedDocument",
    "Pack",
    "Place",
    "Problem",
    "Reading",
    "SiteEditor",
    "Stack",
    "Types",
    "Validator",
    "build_zip",
    "check",
    "check_stack",
    "checked",
    "diff",
    "diff_packs",
    "document_schema",
    "edit",
    "examine_documents",
    "examine_pack",
    "followed",
    "format_at",
    "format_document",
    "move",
    "new_pack",
    "options_schema",
    "order_packs",
    "overlay_schema",
    "place_of",
    "read_documents",
    "read_pack",
    "rename",
    "renamings",
    "schema_fault",
    "shaped",
    "sound",
    "source_schema",
    "stack",
    "translation_schema",
    "undo",
    "value_faults",
]
