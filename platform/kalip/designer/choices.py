"""Adds choices to lists as the site's own change, for values that an import brings."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence

from kalip.base.errors import NotFound
from kalip.designer.proposing import propose
from kalip.designer.publishing import Publication, Published, publish
from kalip.designer.site import Site
from kalip.designer.stored import stored_packs
from kalip.metadata import Pack, SiteEditor
from kalip.model import Model
from kalip.runtime import Extensions

_ONE_LETTER = dict(zip("ıłøđабвгдезийклмнопрстуфыэё", "ilodabvgdeziyklmnoprstufyee", strict=True))
_SEVERAL = {"ж": "zh", "х": "kh", "ц": "ts", "ч": "ch", "ш": "sh", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"}
_LETTERS = str.maketrans({**_ONE_LETTER, **_SEVERAL, "ß": "ss", "&": " and "})


def add_choices(site: Site, values: Mapping[str, Sequence[str]], publication: Publication) -> Published | None:
    """Publish new choices by list, labelled with the values as they are; None when there is nothing to add."""
    model = site.services.runtime.refresh().model
    wanted = {name: labels for name, labels in values.items() if labels}
    if not wanted:
        return None
    with site.services.database.read() as session:
        packs = stored_packs(session, site.blobs)
    proposal = propose(site, [_with_choices(packs, model, wanted, site.extensions)])
    return publish(site, proposal, publication)


def name_of_label(label: str, taken: Sequence[str]) -> str:
    """A name for what has a label: its letters and digits in ASCII, made unlike the names taken."""
    plain = unicodedata.normalize("NFKD", label.lower().translate(_LETTERS))
    words = re.findall(r"[a-z0-9]+", "".join(each for each in plain if not unicodedata.combining(each)))
    name = "_".join(words)[:50].rstrip("_") or "thing"
    name = name if name[0].isalpha() else f"x_{name}"
    return next(each for each in _variants(name) if each not in taken)


def _variants(name: str) -> Iterator[str]:
    yield name
    number = 2
    while True:
        yield f"{name}_{number}"
        number += 1


def _with_choices(
    packs: Sequence[Pack], model: Model, wanted: Mapping[str, Sequence[str]], extensions: Extensions
) -> Pack:
    """The site's pack with an overlay, or a list of its own made longer."""
    editor = SiteEditor(packs, extensions.types)
    for name, labels in wanted.items():
        found = model.choices.get(name)
        if found is None:
            raise NotFound("There is no choice list '{name}'.", params={"name": name})
        taken = list(found.choices)
        for label in labels:
            taken.append(name_of_label(label, taken))
            editor.set(f"choices/{name}", f"/choices/{taken[-1]}", {"label": label})
    return editor.pack()
