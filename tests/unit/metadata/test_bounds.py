"""How big packs may be."""

from kalip.metadata.bounds import Bounds, Limit


def test_documents_are_smaller_than_files() -> None:
    bounds = Bounds("crm")
    assert bounds.refuse("templates/a.docx", Limit.DOCUMENT + 1) is None
    fault = bounds.refuse("seed/a.json", Limit.DOCUMENT + 1)
    assert fault is not None
    assert fault.code == "M105"


def test_sizes_add_up() -> None:
    bounds = Bounds("crm")
    faults = [bounds.refuse(f"files/{number}", Limit.FILE) for number in range(5)]
    assert [fault.code if fault else None for fault in faults] == [None, None, None, None, "M114"]
    assert bounds.is_exhausted


def test_paths_are_bounded() -> None:
    fault = Bounds("crm").refuse("files/" + "x" * 300, 1)
    assert fault is not None
    assert fault.code == "M113"
