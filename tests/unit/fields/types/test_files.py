from kalip.fields.ids import SAMPLE_IDS
from tests.support.fields import Tried


def test_it_works() -> None:
    assert Tried("files").json([SAMPLE_IDS[1], SAMPLE_IDS[0]]) == (SAMPLE_IDS[1], SAMPLE_IDS[0])
    assert Tried("files").json([]) is None


def test_faults_say_which_item() -> None:
    assert Tried("files").refusal([SAMPLE_IDS[0], 5]) == "wrong_type/1"


def test_options() -> None:
    assert Tried("files", accept=["pdf"]).option_faults() == ["/accept/0"]


def test_they_are_shown_by_name() -> None:
    assert (
        Tried("files").shown(SAMPLE_IDS[:2], titles={SAMPLE_IDS[0]: "a.pdf", SAMPLE_IDS[1]: "b.pdf"}) == "a.pdf, b.pdf"
    )
