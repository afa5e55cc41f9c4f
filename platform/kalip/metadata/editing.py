"""Changes of effective documents as the site's own: what stands in the `site` pack so that a property becomes another.

A pack's document is overlaid by as little as will do; what is the site's alone is changed where it stands.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from kalip.base.errors import BadRequest, NotFound
from kalip.base.names import did_you_mean
from kalip.metadata.dependencies import SITE
from kalip.metadata.difference import MISSING
from kalip.metadata.documents import Document, Pack
from kalip.metadata.formatting import format_document
from kalip.metadata.kinds import OVERLAID, Kind, Place, path_hint, place_of
from kalip.metadata.layering import REMOVED, changed, inner, is_same, key_for, ordered, overlaid
from kalip.metadata.merged import MergedDocument
from kalip.metadata.overlay import Merge, present_name
from kalip.metadata.reader import read_documents
from kalip.metadata.schemas import Types
from kalip.metadata.source import escape, unescape, value_at
from kalip.metadata.stack import extends_of, stack

SITE_TITLE: Final = "This site"
_MANIFEST: Final = "pack.json"


def edit(packs: Sequence[Pack], types: Types, address: str, pointer: str, value: Any) -> Pack:
    """The `site` pack with which one property of the effective document is `value`; REMOVED takes it out."""
    editor = SiteEditor(packs, types)
    editor.set(address, pointer, value)
    return editor.pack()


def move(packs: Sequence[Pack], types: Types, address: str, pointer: str, after: str | None) -> Pack:
    """The `site` pack with which an entry of a map stands behind another; None: first."""
    editor = SiteEditor(packs, types)
    editor.move(address, pointer, after)
    return editor.pack()


def rename(packs: Sequence[Pack], types: Types, address: str, pointer: str, name: str) -> Pack:
    """The `site` pack with which an entry has another name, in its place; who says the old one still finds it."""
    editor = SiteEditor(packs, types)
    editor.rename(address, pointer, name)
    return editor.pack()


class SiteEditor:
    """Many changes of one stack. `packs` are all of it, `site` as it is among them if it is there.

    Raises BadRequest for what can't be said in metadata, NotFound for what is not there. Pointers may use old names.
    """

    def __init__(self, packs: Sequence[Pack], types: Types) -> None:
        self._types = types
        self._site = next((pack for pack in packs if pack.name == SITE), None)
        self._below = stack([pack for pack in packs if pack.name != SITE]).documents
        self._documents: dict[str, Mapping[str, Any]] = {}
        self._texts: dict[str, bytes] = {}
        self._paths: dict[str, str] = {}
        if self._site is not None:
            self._documents = {path: document.data for path, document in self._site.documents.items()}
            stacked = stack(packs)
            for merged in (*stacked.documents.values(), *stacked.removed.values()):
                if merged.layers[-1].layer == SITE:
                    self._paths[merged.address] = merged.layers[-1].path

    def effective(self, address: str) -> Mapping[str, Any] | None:
        """A document as it is with the changes made so far; None when there is none, or the site has removed it."""
        below, own = self._below.get(address), self._documents.get(self._path(address))
        if own is not None and own.get("removed") is True:
            return None
        if own is None or below is None or "extends" not in own:
            data = own if own is not None else below.data if below is not None else None
            return None if data is None else {key: value for key, value in data.items() if key != "extends"}
        place = self._place(address)
        return Merge(Document(self._path(address), place.kind, place.names, own, "", SITE), {}).lay(below.data)

    def is_layered(self, address: str) -> bool:
        """Whether a pack below the site has the document."""
        return address in self._below

    def set(self, address: str, pointer: str, value: Any) -> None:
        """Set a property, or with pointer "" the whole document; REMOVED takes it out.

        What comes to be as the layers below have it is no more said by the site. What it says of a pack's document
        that it removes is kept until `restore`.
        """
        steps = self._steps(address, pointer)
        if steps and isinstance(value, Mapping):
            # An entry set as a whole under a name that another gave up is a new one.
            steps[-1] = unescape(pointer.rpartition("/")[2])
        below = self._under(address)
        if not steps and value is REMOVED and below is not None:
            self._keep(address, {"extends": extends_of(below), "removed": True, **self._own(address)})
            return
        if not steps and value is not REMOVED and not isinstance(value, Mapping):
            raise BadRequest("A document is an object.", params={})
        if steps and self._say_in_language(address, steps, value):
            return
        over, data = self._own(address), below.data if below is not None else MISSING
        if steps:
            made = self._changed(over, data, steps, value, pointer)
        elif below is None:
            made = value
        else:
            part = overlaid(data, value, is_root=True)
            made = {"extends": over["extends"], **(part if isinstance(part, Mapping) else {})}
        self._keep(address, made)

    def move(self, address: str, pointer: str, after: str | None) -> None:
        """Put an entry of a map behind another one, or first."""
        around, name, entries = self._entry(address, pointer)
        order = [key for key in entries if key != name]
        anchor = present_name(entries, after) if after is not None else None
        if anchor is not None and anchor not in order:
            hint = did_you_mean(str(after), order) or f"there are {', '.join(order)}"
            raise NotFound("There is no other '{name}' here.", params={"name": after}, hint=hint)
        order.insert(order.index(anchor) + 1 if anchor is not None else 0, name)
        self._order(address, around, order)

    def arrange(self, address: str, pointer: str, order: Sequence[str]) -> None:
        """Bring the entries of a map into an order; it names them all."""
        self._order(address, self._steps(address, pointer), order)

    def rename(self, address: str, pointer: str, name: str) -> None:
        """Give an entry of a map another name: it keeps its place, and what it was called."""
        around, old, entries = self._entry(address, pointer)
        if name == old:
            return
        if name in entries:
            raise BadRequest("There is a '{name}' here already.", params={"name": name})
        entry = entries[old]
        if isinstance(entry, Mapping):
            said = entry.get("was")
            was = [old, *(each for each in said if each not in (old, name))] if isinstance(said, list) else [old]
            below = self._below.get(address)
            original = value_at(below.data, _pointer([*around, name])) if below is not None else None
            entry = {key: value for key, value in entry.items() if key != "was"}
            if original is None:
                entry["was"] = was
            elif isinstance(original, Mapping) and "was" in original:
                entry["was"] = original["was"]
        self.set(address, _pointer([*around, old]), REMOVED)
        self.set(address, _pointer([*around, name]), entry)
        self._order(address, around, [name if key == old else key for key in entries])

    def restore(self, address: str) -> None:
        """Bring back a pack's document that the site has removed, as it was then; NotFound for another."""
        own = self._documents.get(self._path(address), {})
        if own.get("removed") is not True:
            raise NotFound("The site has not removed '{address}'.", params={"address": address})
        self._keep(address, {key: value for key, value in own.items() if key != "removed"})

    def reset(self, address: str, pointer: str = "") -> None:
        """Take back what the site says of a property or, with pointer "", of a document; NotFound when it is alone."""
        below = self._under(address)
        if below is None:
            raise NotFound("No pack says anything of '{address}'.", params={"address": address})
        if not pointer:
            self._drop(self._path(address))
            return
        steps = self._steps(address, pointer)
        under: Any = below.data
        for step in steps:
            under = inner(under, step).get(step, MISSING)
        made = changed(self._own(address), below.data, steps, REMOVED if under is MISSING else under)
        self._keep(address, _unmarked(made, below.data, steps))

    def put_text(self, path: str, text: str | None) -> None:
        """Put a file of the site pack as it is written, or take it out."""
        self._place(path.removesuffix(".json"))
        self._drop(path)
        if text is not None:
            pack = read_documents({_MANIFEST: b'{"name": "site", "version": "1"}', path: text.encode()}, SITE)
            self._documents[path] = pack.documents[path].data
            self._texts[path] = text.encode()

    def pack(self) -> Pack:
        """The site's pack with all changes; it requires the packs that it overlays. MetadataError for no JSON."""
        files = dict(self._site.files) if self._site is not None else {}
        manifest = dict(self._documents.get(_MANIFEST, {"name": SITE, "version": "1.0.0", "title": SITE_TITLE}))
        owners = [str(each["extends"]).split("/")[0] for each in self._documents.values() if "extends" in each]
        requires = dict(manifest.get("requires", {}))
        requires |= {owner: ">=0" for owner in owners if owner not in requires}
        if requires and self._documents.keys() - {_MANIFEST}:
            manifest["requires"] = requires
        elif "requires" in manifest:
            del manifest["requires"]
        for path, data in {**self._documents, _MANIFEST: manifest}.items():
            before = self._site.documents.get(path) if self._site is not None else None
            if before is not None and is_same(before.data, data):
                files[path] = self._texts.get(path, before.text.encode())
            else:
                files[path] = self._texts.get(path) or self._formatted(path, data)
        return read_documents(files, SITE)

    def _formatted(self, path: str, data: Mapping[str, Any]) -> bytes:
        return format_document(data, self._place(path.removesuffix(".json")).kind, self._types).encode()

    def _path(self, address: str) -> str:
        return self._paths.get(address, f"{address}.json")

    def _place(self, address: str) -> Place:
        place = place_of(f"{address}.json")
        if place is None:
            hint = path_hint(f"{address}.json")
            raise BadRequest("'{address}' is no document of a pack.", params={"address": address}, hint=hint)
        return place

    def _under(self, address: str) -> MergedDocument | None:
        """What the site's document lies over; None when it stands alone."""
        own = self._documents.get(self._path(address))
        if self._place(address).kind not in OVERLAID or (own is not None and "extends" not in own):
            return None
        return self._below.get(address)

    def _own(self, address: str) -> Mapping[str, Any]:
        below = self._under(address)
        own = self._documents.get(self._path(address))
        return own if own is not None else {"extends": extends_of(below)} if below is not None else {}

    def _keep(self, address: str, data: Any) -> None:
        path = self._path(address)
        self._drop(path)
        is_empty = not isinstance(data, Mapping) or (
            self._below.get(address) is not None and data.keys() <= {"extends"}
        )
        if not is_empty:
            self._documents[path] = data

    def _drop(self, path: str) -> None:
        self._documents.pop(path, None)
        self._texts.pop(path, None)

    def _steps(self, address: str, pointer: str) -> list[str]:
        """The steps of a pointer under the present names."""
        if pointer and not pointer.startswith("/"):
            raise BadRequest("'{pointer}' is no JSON pointer.", params={"pointer": pointer}, hint="write /fields/email")
        value: Any = self.effective(address)
        steps = []
        for step in map(unescape, pointer.split("/")[1:]):
            name = present_name(value, step) if isinstance(value, Mapping) else step
            steps.append(name)
            value = value_at(value, _pointer([name]))
        return steps

    def _entry(self, address: str, pointer: str) -> tuple[list[str], str, Mapping[str, Any]]:
        """The steps to a map, the name of an entry in it, and the map."""
        steps = self._steps(address, pointer)
        entries = value_at(self.effective(address), _pointer(steps[:-1])) if steps else None
        if not isinstance(entries, Mapping) or steps[-1] not in entries:
            hint = did_you_mean(steps[-1], entries) if isinstance(entries, Mapping) else ""
            raise NotFound(
                "There is no '{pointer}' in {address}.", params={"pointer": pointer, "address": address}, hint=hint
            )
        return steps[:-1], steps[-1], entries

    def _order(self, address: str, around: Sequence[str], order: Sequence[str]) -> None:
        below = self._under(address)
        made = ordered(self._own(address), below.data if below is not None else MISSING, around, order)
        self._keep(address, made)
        entries = value_at(self.effective(address), _pointer(around))
        if isinstance(entries, Mapping) and list(entries) != list(order) and set(entries) == set(order):
            # Inside of a list, which an overlay replaces whole.
            self.set(address, _pointer(around), {key: entries[key] for key in order})

    def _changed(self, over: Any, below: Any, steps: Sequence[str], value: Any, pointer: str) -> Any:
        try:
            return changed(over, below, steps, value)
        except IndexError:
            raise NotFound("There is no '{pointer}'.", params={"pointer": pointer}) from None

    def _say_in_language(self, address: str, steps: Sequence[str], value: Any) -> bool:
        """Change a text where the site's language documents have it, as these lie over all else."""
        for path, document in tuple(self._documents.items()):
            place = place_of(path)
            if place is None or place.kind is not Kind.LANGUAGE:
                continue
            if steps[-1] == place.names[0] and isinstance(value_at(document, _pointer([address, *steps[:-1]])), str):
                self._keep(path.removesuffix(".json"), changed(document, MISSING, [address, *steps[:-1]], value))
                return True
            if isinstance(value_at(document, _pointer([address, *steps])), str):
                self._keep(path.removesuffix(".json"), changed(document, MISSING, [address, *steps], REMOVED))
        return False


def _pointer(steps: Sequence[str]) -> str:
    return "".join(f"/{escape(step)}" for step in steps)


def _unmarked(over: Any, below: Any, steps: Sequence[str]) -> Any:
    """The overlay where the entry at some steps has no place of its own any more."""
    if not isinstance(over, Mapping):
        return over
    inside = inner(below, steps[0])
    key = key_for(over, inside, steps[0])
    part = over.get(key, MISSING)
    if len(steps) > 1:
        part = _unmarked(part, inside.get(steps[0], MISSING), steps[1:])
    elif isinstance(part, Mapping):
        part = {name: value for name, value in part.items() if name not in ("after", "before")} or MISSING
    if part is MISSING or part == {}:
        return {name: value for name, value in over.items() if name != key}
    return {**over, key: part}
