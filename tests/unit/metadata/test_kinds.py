"""Which document lies where."""

import pytest

from kalip.metadata.kinds import Kind, Place, is_locale, is_plain_file, path_hint, place_of


@pytest.mark.parametrize(
    ("path", "kind", "names"),
    [
        ("pack.json", Kind.PACK, ()),
        ("choices/source.json", Kind.CHOICES, ("source",)),
        ("roles/sales_rep.json", Kind.ROLE, ("sales_rep",)),
        ("entities/lead/entity.json", Kind.ENTITY, ("lead",)),
        ("entities/lead/access.json", Kind.ACCESS, ("lead",)),
        ("entities/lead/pipelines/inbound.json", Kind.PIPELINE, ("lead", "inbound")),
        ("entities/lead/conversions/qualify.json", Kind.CONVERSION, ("lead", "qualify")),
        ("entities/lead/views/list.json", Kind.LIST, ("lead", "default")),
        ("entities/lead/views/list.mine.json", Kind.LIST, ("lead", "mine")),
        ("entities/lead/views/form.json", Kind.FORM, ("lead", "default")),
        ("entities/lead/views/card.small.json", Kind.CARD, ("lead", "small")),
        ("entities/lead/views/board.json", Kind.BOARD, ("lead", "default")),
        ("lang/tr.json", Kind.LANGUAGE, ("tr",)),
        ("lang/en-GB.json", Kind.LANGUAGE, ("en-GB",)),
        ("seed/sources.json", Kind.SEED, ("sources",)),
        ("demo/leads.json", Kind.DEMO, ("leads",)),
        ("tests/leads.json", Kind.TEST, ("leads",)),
    ],
)
def test_places(path: str, kind: Kind, names: tuple[str, ...]) -> None:
    assert place_of(path) == Place(kind, names)


@pytest.mark.parametrize(
    ("path", "hint"),
    [
        ("entities/lead/views/lst.json", "did you mean 'list'?"),
        ("entities/lead/entty.json", "did you mean 'entity.json'?"),
        ("entites/lead/entity.json", "did you mean 'entities'?"),
        ("Pack.json", "did you mean 'pack.json'?"),
        ("choices/My List.json", "choices/<name>.json"),
        ("choices/a.yaml", "end with .json"),
        ("wholly/else.json", "a pack holds"),
        ("entities/lead/conversion/a.json", "did you mean 'conversions'?"),
    ],
)
def test_strangers_get_a_hint(path: str, hint: str) -> None:
    assert place_of(path) is None
    assert not is_plain_file(path)
    assert hint in path_hint(path)


@pytest.mark.parametrize("path", ["README.md", "LICENSE", "CHANGELOG.md", "templates/offer.docx", "docs/a/b.png"])
def test_plain_files(path: str) -> None:
    assert is_plain_file(path)


def test_locales() -> None:
    assert is_locale("tr")
    assert is_locale("en-GB")
    assert not is_locale("scope")
