from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("file").json(SAMPLE_IDS[0]) == SAMPLE_IDS[0]
    assert Tried("file").refusal("report.pdf") == "not_an_id"


def test_it_is_shown_by_name() -> None:
    assert Tried("file").shown(SAMPLE_IDS[0], titles={SAMPLE_IDS[0]: "report.pdf"}) == "report.pdf"


def test_options() -> None:
    assert Tried("file", accept=["image/*", ".pdf", "application/pdf"]).option_faults() == []
    assert Tried("file", accept=[".pdf", "pdf"]).option_faults() == ["/accept/1"]
