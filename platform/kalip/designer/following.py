"""Takes the site's pack along when packs below it rename fields: what it says of a field goes on meaning that one.

A name that was given up may be used again for something else: data follows by `was`, and so must what the site says.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from kalip.expressions import names_replaced
from kalip.metadata import SITE, Kind, Pack, Stack, Types, followed, format_at, read_documents, renamings, stack
from kalip.metadata.source import unescape
from kalip.model import Use

_FIELD: Final = "field:"


def following(site: Pack, before: Sequence[Pack], after: Sequence[Pack], uses: Sequence[Use], types: Types) -> Pack:
    """The site's pack as it must be on top of `after`, when it lay on `before`; `uses` are those of the present model.

    The same where nothing was renamed.
    """
    was, now = (stack([pack for pack in packs if pack.name != SITE]) for packs in (before, after))
    renamed = dict(_renamed_fields(was, now))
    documents = {path: document.data for path, document in site.documents.items()}
    for use in uses:
        # An entry that a pack names is named by the overlay too that says more of it.
        path = use.file.partition("/")[2]
        name = use.used.removeprefix(_FIELD)
        if name in renamed and path in documents:
            old, new = name.rpartition(".")[2], renamed[name]
            is_own = site.documents[path].names[:1] == (name.partition(".")[0],)
            documents[path] = _said_anew(documents[path], use.pointer, old, new, is_own=is_own)
    for path, document in site.documents.items():
        below, present = was.documents.get(document.address), now.documents.get(document.address)
        if "extends" in document.data and below is not None and present is not None:
            documents[path] = followed(documents[path], below.data, present.data)
    files = dict(site.contents)
    for path, data in documents.items():
        if data != site.documents[path].data:
            files[path] = format_at(path, data, types).encode()
    return read_documents(files, SITE)


def _renamed_fields(before: Stack, after: Stack) -> Iterator[tuple[str, str]]:
    """`lead.mail` with the field's new name."""
    for document in after.of_kind(Kind.ENTITY):
        below = before.documents.get(document.address)
        if below is not None:
            names = renamings(below.data.get("fields", {}), document.data.get("fields", {}))
            yield from ((f"{document.names[0]}.{old}", new) for old, new in names.items())


def _said_anew(data: Any, pointer: str, old: str, new: str, *, is_own: bool) -> Any:
    """A document that says a field's new name at a place: a key, a name or path, or in an expression."""
    step, _, rest = pointer[1:].partition("/")
    key = unescape(step)
    if isinstance(data, list) and key.isdecimal() and int(key) < len(data):
        place = int(key)
        return [*data[:place], _inside(data[place], rest, old, new, is_own=is_own), *data[place + 1 :]]
    if not isinstance(data, Mapping) or key not in data:
        return data
    name = key if rest else names_replaced(key, old, new, at_head=is_own)
    name = key if name in data else name
    return {
        (name if each == key else each): _inside(value, rest, old, new, is_own=is_own) if each == key else value
        for each, value in data.items()
    }


def _inside(value: Any, rest: str, old: str, new: str, *, is_own: bool) -> Any:
    if rest:
        return _said_anew(value, f"/{rest}", old, new, is_own=is_own)
    return names_replaced(value, old, new, at_head=is_own) if isinstance(value, str) else value
