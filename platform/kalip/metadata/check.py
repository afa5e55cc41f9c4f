"""Checks documents against the JSON Schema of their kind. Knows shapes, not what names mean."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from kalip.base.errors import Diagnostic
from kalip.metadata import codes
from kalip.metadata.documents import Document, Pack
from kalip.metadata.kinds import OVERLAID, Kind, place_of
from kalip.metadata.schemas import HasOptions, Types, document_schema, overlay_schema, translation_schema
from kalip.metadata.source import escape
from kalip.metadata.validation import Problem, Validator

MARKS = ("after", "before")


def check(pack: Pack, types: Types) -> tuple[Diagnostic, ...]:
    """Everything that the schemas find wrong in a pack, by file and line. Field types bring their own options."""
    known = tuple(types.items())
    found = [
        document.diagnostic(problem.code, problem.message, problem.hint, problem.pointer)
        for document in pack.documents.values()
        for problem in document_problems(document, known)
    ]
    return tuple(sorted(found, key=lambda each: (each.where.file, each.where.line) if each.where else ("", 0)))


def document_problems(document: Document, types: tuple[tuple[str, HasOptions], ...]) -> tuple[Problem, ...]:
    """What is wrong with one document."""
    if document.kind is Kind.LANGUAGE:
        return _language_problems(document, types)
    if "extends" in document.data:
        if document.kind not in OVERLAID:
            message = f"a {document.kind} document can't extend another"
            return (Problem(codes.UNKNOWN_KEY, "/extends", message, "put what is new into a document of its own"),)
        return _validator(document.kind, "overlay", types).problems(without_marks(document.data))
    if "removed" in document.data and document.kind in OVERLAID:
        message = "only an overlay can say that a document is removed"
        return (Problem(codes.UNKNOWN_KEY, "/removed", message, "delete the file, or say what it extends"),)
    return merged_problems(document.kind, document.data, types)


def merged_problems(
    kind: Kind, data: Mapping[str, Any], types: tuple[tuple[str, HasOptions], ...]
) -> tuple[Problem, ...]:
    """What is wrong with a whole document."""
    return _validator(kind, "whole", types).problems(data)


def without_marks(value: Any) -> Any:
    """An overlay without its nulls and its `after` and `before`: what its schema is about."""
    if not isinstance(value, dict):
        return value
    return {
        key: without_marks(each)
        for key, each in value.items()
        if each is not None and not (key in MARKS and isinstance(each, str))
    }


def _language_problems(document: Document, types: tuple[tuple[str, HasOptions], ...]) -> tuple[Problem, ...]:
    problems = list(_validator(Kind.LANGUAGE, "whole", types).problems(document.data))
    for address, texts in document.data.items():
        place = place_of(f"{address}.json")
        prefix = f"/{escape(address)}"
        if place is None or place.kind in (Kind.LANGUAGE, Kind.SEED, Kind.DEMO, Kind.TEST):
            hint = "write a document's path without .json: 'entities/lead/entity'"
            problems.append(Problem(codes.BAD_TRANSLATION, prefix, f"'{address[:60]}' is no translated document", hint))
        elif isinstance(texts, dict):
            found = _validator(place.kind, "translation", types).problems(texts)
            problems += [Problem(each.code, prefix + each.pointer, each.message, each.hint) for each in found]
    return tuple(problems)


@lru_cache(maxsize=256)
def _validator(kind: Kind, variant: str, types: tuple[tuple[str, HasOptions], ...]) -> Validator:
    makers = {"whole": document_schema, "overlay": overlay_schema, "translation": translation_schema}
    return Validator(makers[variant](kind, dict(types)))
