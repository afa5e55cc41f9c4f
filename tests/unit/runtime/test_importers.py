"""What importers of metadata give and take."""

from kalip.base.errors import Where
from kalip.runtime.importers import Source, SourceDocument


def test_a_document_knows_its_places() -> None:
    document = SourceDocument("app/a.json", {"fields": [{}]}, '{\n "fields": [\n  {}\n ]\n}', "there/app/a.json")
    assert document.where("/fields/0") == Where("there/app/a.json", 3, "/fields/0")
    assert document.where("/fields/0/label/en").line == 3
    assert document.where("/nothing").line == 1
    assert SourceDocument("app/a.json", {}).where("/x") == Where("app/a.json", 0, "/x")


def test_a_source_needs_nothing_but_documents() -> None:
    source = Source(())
    assert (dict(source.files), source.languages) == ({}, ("en", "tr", "ru"))
