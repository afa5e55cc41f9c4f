"""Makes the rights on single fields of an entity, and says which fields are closed until somebody is let in.

What the pack of an entity brings along is open to the roles that may do something with the entity. A field that a layer
above has added is closed, as is every field of the site: nobody has thought yet of who may see it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from kalip.compiler import codes
from kalip.compiler.bench import Bench, Draft
from kalip.compiler.desk import Spot
from kalip.compiler.lists import role_named
from kalip.metadata import SITE, Kind, MergedDocument
from kalip.metadata.source import escape
from kalip.model import FieldRight
from kalip.model.field_right import CLOSED, NOWHERE, OPEN, Stages, joined

MASKABLE: Final = frozenset({"text", "email", "phone", "url", "tax_number", "autonumber"})
"""The types of one line of text, of which the last characters still mean something."""
_WORDS: Final[Mapping[str, FieldRight]] = MappingProxyType(
    {
        "none": CLOSED,
        "mask": FieldRight(mask=None),
        "read": FieldRight(read=None),
        "create": FieldRight(read=None, create=None),
        "write": OPEN,
    }
)


@dataclass(frozen=True, slots=True)
class FieldRights:
    """`said` is what roles may do with fields, by role and field; `closed` are the fields open to named roles only."""

    said: Mapping[tuple[str, str], FieldRight]
    closed: frozenset[str] = frozenset()


def field_rights_of(bench: Bench, draft: Draft) -> FieldRights:
    """The rights on fields that the entity's access says, and the fields that a layer has left closed."""
    said: dict[tuple[str, str], FieldRight] = {}
    layers = {pack.name: place for place, pack in enumerate(bench.stack.packs)}
    added = added_fields(draft.document, layers)
    for document in draft.of(Kind.ACCESS):
        spot = Spot(document).at("fields")
        for role, fields in document.data.get("fields", {}).items():
            if not _is_role(bench, role, spot.at(role)):
                continue
            for written, data in fields.items():
                here = spot.at(role, written)
                name = _field(bench, draft, written, here)
                # A layer below knows nothing of the field: it has only said a name that came to be one.
                if name is not None and (name not in added or _layer(document, here, layers) >= layers[added[name]]):
                    said[role, name] = _right(bench, draft, data, here)
                    _check_mask(bench, draft, name, said[role, name], here)
    return FieldRights(MappingProxyType(said), frozenset(added))


def added_fields(document: MergedDocument, layers: Container[str]) -> dict[str, str]:
    """The fields of an entity's document that a layer above its pack, or the site, has added: name to layer."""
    base, found = document.base, {}
    first = base.data.get("fields", {})
    for name, data in document.data.get("fields", {}).items():
        # A field that only has another name by now is none that was added.
        known = any(each in first for each in (name, *data.get("was", ())))
        setters = () if known else document.setters.get(f"/fields/{escape(name)}", ())
        layer = setters[0][0].layer if setters else base.layer
        if (layer == SITE or layer != base.layer) and layer in layers and name != document.data.get("owned_by"):
            found[name] = layer
    return found


def _layer(document: MergedDocument, spot: Spot, layers: Mapping[str, int]) -> int:
    """The place of the highest layer that speaks of a right."""
    return max(layers.get(setter.layer, -1) for setter, _ in document.setters_of(spot.pointer))


def _is_role(bench: Bench, role: str, spot: Spot) -> bool:
    if role_named(bench, role, spot) is None:
        return False
    if bench.roles[role].administrator:
        message = f"'{role}' is an administrator and may see and change every field"
        bench.desk.report(codes.UNUSED, spot, message, "remove it here", "warning")
        return False
    return True


def _field(bench: Bench, draft: Draft, written: str, spot: Spot) -> str | None:
    field = bench.field_named(draft, written, spot)
    if field is None:
        return None
    if field.system:
        message = f"'{field.name}' is kept by Kalip and belongs to every record"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "name a field of the entity's own")
        return None
    if field.name == draft.data.get("owned_by"):
        message = f"'{field.name}' says whose line this is: whoever sees the line knows it"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, "remove the line")
        return None
    return field.name


def _right(bench: Bench, draft: Draft, data: Any, spot: Spot) -> FieldRight:
    if isinstance(data, str):
        return _WORDS[data]
    stages = {word: _stages(bench, draft, said, spot.at(word)) for word, said in data.items()}
    write = stages.get("write", NOWHERE)
    return FieldRight(
        read=joined(stages.get("read", NOWHERE), write),
        mask=stages.get("mask", NOWHERE),
        create=joined(stages.get("create", NOWHERE), write),
        update=joined(stages.get("update", NOWHERE), write),
    )


def _stages(bench: Bench, draft: Draft, said: Any, spot: Spot) -> Stages:
    if isinstance(said, bool):
        return None if said else NOWHERE
    return frozenset(place for each in said for place in _places(bench, draft, each, spot))


def _places(bench: Bench, draft: Draft, said: str, spot: Spot) -> Iterable[str]:
    """The stages that a name means: `stage` in every pipeline that has it, or `pipeline.stage`."""
    known = list(_known(draft))
    found = [place for place in known if said in (place, place.partition(".")[2])]
    if not found:
        names = list(dict.fromkeys(place.partition(".")[2] for place in known))
        bench.desk.unknown(codes.UNKNOWN_STAGE, spot, f"stage of '{draft.name}'", said, names)
    return found


def _known(draft: Draft) -> Iterator[str]:
    for pipeline, document in draft.pipelines.items():
        yield from (f"{pipeline}.{stage}" for stage in document.data.get("stages", {}))


def _check_mask(bench: Bench, draft: Draft, name: str, right: FieldRight, spot: Spot) -> None:
    kind = draft.fields[name].type
    if right.mask != NOWHERE and kind not in MASKABLE:
        message = f"'{name}' is of the type '{kind}': nothing of it can be shown without showing all of it"
        bench.desk.report(codes.UNFIT_FIELD, spot, message, 'write "none" or "read"')
