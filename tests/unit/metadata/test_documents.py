"""Documents and packs in memory."""

from kalip.metadata import read_documents


def test_the_line_of_what_is_missing_is_that_of_what_is_around_it() -> None:
    text = b'{\n"label": "x",\n"choices": {\n"web": {}\n}\n}'
    pack = read_documents({"pack.json": b'{"name": "crm", "version": "1.0.0"}', "choices/a.json": text})
    document = pack.documents["choices/a.json"]
    assert document.line("/choices/web/label/tr") == 4
    assert document.line("/nothing") == 1
    assert str(document.where("/choices/web")) == "crm/choices/a.json:4 /choices/web"
    assert document.address == "choices/a"


def test_contents_are_sorted_and_exact() -> None:
    files = {"README.md": b"hi", "pack.json": b'{"name":"crm",  "version":"1.0.0"}'}
    assert list(read_documents(files).contents.items()) == [("README.md", b"hi"), ("pack.json", files["pack.json"])]
