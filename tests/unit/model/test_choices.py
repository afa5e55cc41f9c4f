from kalip.base.text import Text
from kalip.model import Choice, ChoiceList


def test_it_works() -> None:
    web, fax = Choice("web", Text.of("Web")), Choice("fax", Text.of("Fax"), retired=True)
    source = ChoiceList("source", Text.of("Source"), {"web": web, "fax": fax})
    assert list(source.choices) == ["web", "fax"]
    assert [each.value for each in source.choices.values() if not each.retired] == ["web"]
