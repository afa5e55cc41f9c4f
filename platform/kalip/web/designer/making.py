"""New things: an entity with its fields, stages, board and rights from one form; choice lists and roles."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final

from werkzeug.datastructures import MultiDict

from kalip.base.errors import BadRequest
from kalip.base.names import RESERVED_SEGMENTS
from kalip.designer import Drafted, name_of_label
from kalip.metadata import MergedDocument
from kalip.model import Model
from kalip.runtime.importing.naming import RESERVED_NAMES
from kalip.web.locale import current_locale, gettext

ROWS: Final = 6
STAGES: Final = 4
_TONES: Final = ("blue", "cyan", "teal", "green", "lime", "orange", "purple", "pink")
_LONGEST: Final = 200

Documents = dict[str, dict[str, Any]]
"""Documents of the site pack by address."""


@dataclass(frozen=True, slots=True)
class Made:
    """What a form describes: documents by address, the first of them to be opened, and messages by input."""

    documents: Documents
    first: str
    errors: Mapping[str, str]


def made(kind: str, form: MultiDict[str, str], model: Model) -> Made:
    """The documents of a new thing of a kind: entity, choices or role."""
    label = form.get("label", "").strip()
    if not label or len(label) > _LONGEST:
        return Made({}, "", {"label": gettext("A name is needed, of at most {most} letters.", most=_LONGEST)})
    if kind == "choices":
        name = name_of_label(label, tuple(model.choices))
        address = f"choices/{name}"
        return Made({address: {"label": _text(label), "choices": _named(_lines(form, "choice"))}}, address, {})
    if kind == "role":
        address = f"roles/{name_of_label(label, tuple(model.roles))}"
        return Made({address: {"label": _text(label)}}, address, {})
    return _entity(label, form, model)


def _entity(label: str, form: MultiDict[str, str], model: Model) -> Made:
    reserved = name_of_label(label, ()) in RESERVED_SEGMENTS
    name = name_of_label(f"{label} record" if reserved else label, tuple(model.entities))
    address = f"entities/{name}/entity"
    data: dict[str, Any] = {"label": _text(label)}
    if plural := form.get("plural", "").strip():
        data["plural"] = _text(plural)
    if icon := form.get("icon", "").strip():
        data["icon"] = icon
    data["fields"] = dict(_fields(form)) or {
        "name": {"type": "text", "label": _text(gettext("Name")), "required": True}
    }
    title = next((key for key, field in data["fields"].items() if field["type"] == "text"), None)
    if title is not None:
        data["search"] = {title: {}}
    documents: Documents = {address: data}
    stages = _named(_lines(form, "stage"))
    if stages:
        for each, tone in zip(stages.values(), _TONES * len(stages), strict=False):
            each["colour"] = tone
        names = list(stages)
        moves = {f"to_{stage}": {"to": stage, "label": stages[stage]["label"]} for stage in names}
        documents[f"entities/{name}/pipelines/main"] = {"stages": stages, "transitions": moves}
        board = gettext("{name} board", name=label)
        documents[f"entities/{name}/views/board"] = {"label": _text(board), "pipeline": "main"}
    if roles := [role for role in form.getlist("role") if role in model.roles]:
        scope = "own" if form.get("scope") == "own" else "all"
        documents[f"entities/{name}/access"] = {
            "permissions": {role: {"all": scope} for role in roles},
            # The site's own fields are closed until granted: whoever may work with the entity may fill it in.
            "fields": {role: dict.fromkeys(data["fields"], "write") for role in roles},
        }
    return Made(documents, address, {})


def _fields(form: MultiDict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    taken: list[str] = []
    rows = zip_longest(form.getlist("field"), form.getlist("type"), fillvalue="text")
    required = frozenset(form.getlist("required"))
    for number, (written, type_) in enumerate(rows):
        label = written.strip()[:_LONGEST]
        if label:
            name = field_name(label, taken)
            taken.append(name)
            field: dict[str, Any] = {"type": type_, "label": _text(label)}
            if str(number) in required:
                field["required"] = True
            yield name, field


def field_name(label: str, taken: Sequence[str]) -> str:
    """A name for a field that has a label: none of those taken, and no word that means something to Kalip itself."""
    reserved = name_of_label(label, ()) in RESERVED_NAMES
    return name_of_label(f"{label} field" if reserved else label, taken)


def _named(labels: Sequence[str]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for label in labels:
        found[name_of_label(label, tuple(found))] = {"label": _text(label)}
    return found


def _lines(form: MultiDict[str, str], key: str) -> list[str]:
    written = (line.strip()[:_LONGEST] for text in form.getlist(key) for line in text.splitlines())
    return [line for line in written if line]


def _text(label: str) -> dict[str, str]:
    """A text in the language in which it was written."""
    return {current_locale(): label}


def _first_date(owner: MergedDocument) -> str:
    """The field by which a calendar begins: the first date with a time, else the first date, else when it was made."""
    types = {name: data.get("type") for name, data in owner.data.get("fields", {}).items() if isinstance(data, dict)}
    dated = [name for wanted in ("datetime", "date") for name, found in types.items() if found == wanted]
    return next(iter(dated), "created_at")


def part_labels() -> dict[str, str]:
    """The kinds of parts that are added to an entity, as people call them."""
    return {
        "list": gettext("List"),
        "board": gettext("Board"),
        "calendar": gettext("Calendar"),
        "card": gettext("Card"),
        "pipeline": gettext("Pipeline"),
        "rules": gettext("Rules"),
    }


def part_address(entity: str, kind: str) -> str:
    """Where a part of a kind would lie, were it the first of its kind."""
    folder = f"entities/{entity}"
    if kind == "rules":
        return f"{folder}/rules"
    return f"{folder}/pipelines/main" if kind == "pipeline" else f"{folder}/views/{kind}"


def new_part(drafted: Drafted, owner: MergedDocument, kind: str, label: str) -> tuple[str, dict[str, Any]]:
    """The address and data of a new view or pipeline of an entity. BadRequest for any other kind."""
    folder = f"entities/{owner.names[0]}"
    present = {each for each in drafted.stack.documents if each.startswith(f"{folder}/")}
    text: dict[str, Any] = {"label": _text(label)} if label else {}
    if kind == "pipeline":
        name = name_of_label(label or kind, tuple(each.rpartition("/")[2] for each in present))
        stages = _named([gettext("New"), gettext("Done")])
        return f"{folder}/pipelines/{name}", {**text, "stages": stages}
    if kind == "rules":
        if f"{folder}/rules" in present:
            raise BadRequest("The rules of an entity stand together: add one to those that are there.")
        return f"{folder}/rules", {"rules": {}}
    if kind not in ("list", "board", "calendar", "card"):
        raise BadRequest("There is no part of the kind '{kind}'.", params={"kind": kind[:40]})
    plain = f"{folder}/views/{kind}"
    taken = tuple(each.rpartition(".")[2] for each in present)
    address = plain if plain not in present else f"{plain}.{name_of_label(label or kind, taken)}"
    fields: dict[str, Any] = {name: {} for name, _ in zip(owner.data.get("fields", {}), range(4), strict=False)}
    if kind == "list":
        return address, {**text, "columns": fields}
    if kind == "card":
        return address, {"fields": fields}
    if kind == "calendar":
        return address, {**text, "start": _first_date(owner)}
    pipelines = [each.rpartition("/")[2] for each in present if "/pipelines/" in each]
    return address, {**text, "pipeline": next(iter(sorted(pipelines)), "")}
