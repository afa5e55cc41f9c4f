"""What pages of the designer show of a draft: its bar, faults at their places, names to choose from."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from flask import url_for

from kalip.base.errors import Diagnostic, NotFound
from kalip.designer import Drafted
from kalip.metadata import Kind, MergedDocument
from kalip.records import Work
from kalip.web.designer.nodes import label_of
from kalip.web.inputs import Option
from kalip.web.locale import current_locale, gettext
from kalip.web.session import site
from kalip.web.shell import Crumb, Shell, shell_of

Lists = Mapping[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Bar:
    """How far the draft is from what is published."""

    count: int
    faults: int
    conflicts: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What keeps a draft from being published, with the page where it is mended."""

    text: str
    hint: str
    href: str
    file: str = ""


def frame(work: Work, title: str, *crumbs: Crumb) -> Shell:
    """The frame of a page of the designer."""
    first = Crumb(gettext("Designer"), url_for("designer.show_overview"))
    return shell_of(work, title, [first, *crumbs, Crumb(title)] if crumbs or title != first.label else [Crumb(title)])


def bar_of(drafted: Drafted) -> Bar:
    """The bar of a draft."""
    return Bar(len(drafted.changes), len(errors_of(drafted)), len(drafted.conflicts))


def errors_of(drafted: Drafted) -> tuple[Diagnostic, ...]:
    """The diagnostics that keep a draft from being published."""
    return tuple(each for each in drafted.diagnostics if each.severity == "error")


def faults_of(drafted: Drafted, document: MergedDocument | None = None) -> tuple[Fault, ...]:
    """The faults of a draft, or of one document of it."""
    return tuple(_faults(drafted, errors_of(drafted), document))


def messages_at(drafted: Drafted, document: MergedDocument) -> dict[str, str]:
    """The faults of a document by pointer."""
    return {
        each.where.pointer: each.message
        for each in errors_of(drafted)
        if each.where is not None and _address(each) == document.address
    }


def page_of(address: str, pointer: str = "") -> str:
    """The page of a place in a document."""
    return url_for("designer.show_node", address=address, at=pointer or None)


def address_of(file: str) -> str:
    """The document of a file as people see it: without the pack before it."""
    return file.partition("/")[2].removesuffix(".json")


def lists_of(drafted: Drafted, document: MergedDocument) -> Lists:
    """Names that inputs of a document offer: entities, and what may be named in this document."""
    entities = tuple((each.names[0], _label(each)) for each in drafted.stack.of_kind(Kind.ENTITY))
    own = drafted.stack.documents.get(f"entities/{document.names[0]}/entity") if document.names else None
    names = [(key, label_of(data, key)) for key, data in (own.data.get("fields", {}) if own else {}).items()]
    names += [(each.names[0], _label(each)) for each in drafted.stack.of_kind(Kind.CHOICES)]
    names += roles_of(drafted, administrators=True).items()
    return {"entities": entities, "names": tuple(names)}


def _faults(drafted: Drafted, errors: Iterable[Diagnostic], document: MergedDocument | None) -> Iterator[Fault]:
    for each in errors:
        address = _address(each)
        if document is None or document.address == address:
            pointer = each.where.pointer if each.where is not None else ""
            href = page_of(address, pointer.rpartition("/")[0]) if address in drafted.stack.documents else ""
            file = f"{each.where.file}:{each.where.line}" if each.where is not None else ""
            yield Fault(each.message, each.hint, href, file)


def _address(diagnostic: Diagnostic) -> str:
    """The document that a diagnostic is about."""
    return address_of(diagnostic.where.file) if diagnostic.where else ""


def _label(document: MergedDocument) -> str:
    return label_of(document.data, document.names[-1])


def document_of(drafted: Drafted, address: str) -> MergedDocument:
    """A document of the draft; NotFound when there is none."""
    found = drafted.stack.documents.get(address)
    if found is None:
        raise NotFound("There is no document '{address}'.", params={"address": address[:200]})
    return found


def entity_of(drafted: Drafted, name: str) -> MergedDocument:
    """The document of an entity; NotFound when there is none."""
    return document_of(drafted, f"entities/{name}/entity")


def roles_of(drafted: Drafted, *, administrators: bool = False) -> dict[str, str]:
    """What roles are called, by name: those that must be told what they may do, or all."""
    return {
        each.names[0]: _label(each)
        for each in drafted.stack.of_kind(Kind.ROLE)
        if administrators or not each.data.get("administrator")
    }


def types_offered() -> tuple[Option, ...]:
    """The field types in the order of their names."""
    types = site().extensions.types
    named = sorted((type_.label.get(current_locale()), name) for name, type_ in types.items())
    return tuple(Option(name, label, name == "text") for label, name in named)
