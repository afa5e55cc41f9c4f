"""Choices that an import brings become the site's own."""

import pytest

from kalip.access import SYSTEM
from kalip.base.errors import NotFound
from kalip.designer import Publication, Site, add_choices, install_packs, name_of_label
from tests.support.builders import a_pack, an_entity

BY_SYSTEM = Publication(SYSTEM, "Choices of a file")


@pytest.mark.parametrize(
    ("label", "taken", "name"),
    [
        ("Health Care", (), "health_care"),
        ("İnşaat & Yapı", (), "insaat_and_yapi"),
        ("Строительство", (), "stroitelstvo"),
        ("4x4", (), "x_4x4"),
        ("???", (), "thing"),
        ("Steel", ("steel", "steel_2"), "steel_3"),
    ],
)
def test_names_are_made_of_labels(label: str, taken: tuple[str, ...], name: str) -> None:
    assert name_of_label(label, taken) == name


def test_it_works(site: Site) -> None:
    company = an_entity("company").with_field("sector", "choice", choices="sector")
    install_packs(site, [a_pack("crm").with_choices("sector", "steel").with_entity(company).build()], BY_SYSTEM)
    done = add_choices(site, {"sector": ["Health Care", "Food"]}, BY_SYSTEM)
    assert done is not None
    model = site.services.runtime.pin().model
    assert list(model.choices["sector"].choices) == ["steel", "health_care", "food"]
    assert model.choices["sector"].choices["food"].label.get("en") == "Food"
    add_choices(site, {"sector": ["Energy"]}, BY_SYSTEM)
    assert list(site.services.runtime.pin().model.choices["sector"].choices) == [
        "steel",
        "health_care",
        "food",
        "energy",
    ]
    assert list(site.services.runtime.pin().model.packs) == ["crm", "site"]


def test_nothing_to_add_publishes_nothing(site: Site) -> None:
    assert add_choices(site, {"sector": []}, BY_SYSTEM) is None


def test_an_unknown_list(site: Site) -> None:
    with pytest.raises(NotFound, match="no choice list 'sector'"):
        add_choices(site, {"sector": ["Food"]}, BY_SYSTEM)
