"""Puts the documents of each entity together, and says which names are taken."""

from typing import Final

from kalip.base.names import RESERVED_SEGMENTS, did_you_mean
from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.inheriting import inherit_pipelines
from kalip.compiler.system import NAMES as SYSTEM_NAMES
from kalip.metadata import ENTITY_PARTS, Kind
from kalip.model import DIRECTORY

_PREFIXES = ("kalip_", "sqlite_", "pg_")
_RESERVED_ENTITIES = RESERVED_SEGMENTS | {*DIRECTORY, "system"}
_LANGUAGE_WORDS: Final = (
    "actor old true false null in as break const continue else for function if import let loop package namespace "
    "return var void while"
)
RESERVED_FIELDS: Final = SYSTEM_NAMES | frozenset(_LANGUAGE_WORDS.split()) | {"entity", "hidden"}
"""What a field can't be called: system fields, words of the expression language, keys of a record in REST."""


def make_drafts(bench: Bench) -> None:
    """Make a draft of every entity; documents of unknown entities are reported."""
    for document in bench.stack.of_kind(Kind.ENTITY):
        name = document.names[0]
        if name.startswith(_PREFIXES) or name in _RESERVED_ENTITIES:
            message = f"an entity can't be called '{name}'"
            hint = "Kalip uses the name itself: put the pack's name before it, say"
            bench.desk.report(codes.RESERVED_NAME, Spot(document), message, hint)
            bench.desk.doubt(name)
            continue
        bench.drafts[name] = Draft(name, document)
    _claim_former_names(bench)
    for kind in ENTITY_PARTS:
        for document in bench.stack.of_kind(kind):
            draft = bench.drafts.get(document.names[0])
            if draft is not None:
                draft.documents.setdefault(kind, []).append(document)
            elif not bench.desk.is_doubtful(document.names[0]):
                hint = did_you_mean(document.names[0], bench.drafts)
                message = f"there is no entity '{document.names[0]}' (entities/{document.names[0]}/entity.json)"
                bench.desk.report(codes.UNKNOWN_ENTITY, Spot(document), message, hint or "add it, or move this file")
    for draft in bench.drafts.values():
        inherit_pipelines(bench, draft)


def _claim_former_names(bench: Bench) -> None:
    for draft in bench.drafts.values():
        for old in draft.data.get("was", ()):
            other = old if old in bench.drafts else bench.old_entities.get(old)
            if other is not None:
                message = f"'{old}' can't be an earlier name: it belongs to '{other}'"
                bench.desk.report(codes.NAME_TAKEN, draft.spot.at("was"), message, "remove it from `was`")
            else:
                bench.old_entities[old] = draft.name
