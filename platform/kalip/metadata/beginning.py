"""The pack that one begins with: small, sound, and worth changing."""

from collections.abc import Mapping, Sequence
from typing import Any

from kalip.base.errors import MetadataError
from kalip.metadata.documents import Pack
from kalip.metadata.formatting import format_at
from kalip.metadata.kinds import place_of
from kalip.metadata.reader import read_documents
from kalip.metadata.schemas import Types


def new_pack(name: str, entities: Sequence[str], types: Types) -> Pack:
    """A pack with entities that can be listed, edited and tested. MetadataError for a name that can't be one."""
    for each in (name, *entities):
        if place_of(f"roles/{each}.json") is None:
            message = f"'{each}' can't be a name: names are lower-case letters, digits and single underscores."
            raise MetadataError(message, ())
    documents: dict[str, Mapping[str, Any]] = {
        "pack.json": {
            "name": name,
            "version": "0.1.0",
            "title": _label(name),
            "navigation": {entity: {} for entity in entities},
        },
        f"roles/{name}_user.json": {"label": f"{_label(name)} user"},
    }
    for entity in entities:
        documents |= _entity(entity, f"{name}_user")
    files = {path: format_at(path, data, types).encode() for path, data in documents.items()}
    files["README.md"] = _README.format(title=_label(name), name=name).encode()
    return read_documents(files, name)


_README = """# {title}

Check with `kalip pack check {name}`, install with `kalip pack install {name}`, build with `kalip pack build {name}`.
"""


def _entity(name: str, role: str) -> dict[str, Mapping[str, Any]]:
    label = _label(name)
    case = {
        "title": f"A user makes a {label.lower()} and may change it",
        "actor": "user",
        "when": [
            {"create": {"entity": name, "values": {"name": "First"}, "as": "made"}},
            {"update": {"record": "made", "values": {"note": "Remember"}}},
        ],
        "then": {"values": {"note": "Remember"}},
    }
    return {
        f"entities/{name}/entity.json": {
            "label": label,
            "plural": _label(f"{name}s"),
            "title": "name",
            "search": {"name": {}},
            "fields": {
                "name": {"type": "text", "label": "Name", "required": True},
                "note": {"type": "long_text", "label": "Note"},
            },
        },
        f"entities/{name}/access.json": {"permissions": {role: {"all": "all"}}},
        f"entities/{name}/views/list.json": {"columns": {"name": {}, "owner": {}, "updated_at": {}}},
        f"entities/{name}/views/form.json": {
            "tabs": {"main": {"sections": {"general": {"fields": {"name": {}, "note": {"span": 2}}}}}}
        },
        f"tests/{name}.json": {"actors": {"user": {"roles": {role: {}}}}, "cases": {"made_and_changed": case}},
    }


def _label(name: str) -> str:
    return name.replace("_", " ").capitalize()
