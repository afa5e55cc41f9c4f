from kalip.fields.types.image import ACCEPTED
from tests.support.fields import Tried


def test_only_pictures_are_accepted() -> None:
    assert Tried("image", accept=["image/png", ".png"]).option_faults() == []
    assert Tried("image", accept=["image/png", "application/pdf"]).option_faults() == ["/accept/1"]


def test_no_picture_runs_a_script() -> None:
    assert "image/svg+xml" not in ACCEPTED
