"""Choice lists and roles."""

from kalip.model import Area, Publishing
from tests.support.builders import a_model, a_pack, an_entity, diagnostics_of, told


def test_choices() -> None:
    pack = a_pack().with_choices(
        "source", "web", old={"retired": True, "label": "Old one", "colour": "red", "was": ["ancient"]}
    )
    choices = a_model(pack).choices["source"].choices
    assert list(choices) == ["web", "old"]
    assert (str(choices["web"].label), choices["web"].retired) == ("Web", False)
    assert (str(choices["old"].label), choices["old"].colour, choices["old"].was) == ("Old one", "red", ("ancient",))


def test_an_earlier_name_that_something_else_has_now() -> None:
    pack = a_pack().with_choices("source", "web", net={"was": ["web"]})
    assert told(diagnostics_of(pack)) == [("C112", "/choices/net/was")]


def test_the_administrator_is_always_there_and_may_be_described() -> None:
    assert a_model(a_pack()).roles["administrator"].administrator
    described = a_model(a_pack().with_document("roles/administrator", {"label": "Boss"})).roles["administrator"]
    assert (str(described.label), described.administrator) == ("Boss", True)
    assert not a_model(a_pack().with_role("rep")).roles["rep"].administrator


def test_a_role_may_want_a_second_factor() -> None:
    pack = a_pack().with_role("rep").with_role("boss", second_factor="required")
    roles = a_model(pack).roles
    assert [roles[name].second_factor for name in ("administrator", "rep", "boss")] == [False, False, True]


def test_a_role_publishes_areas_of_the_metadata() -> None:
    lead = an_entity("lead").with_field("name", "text")
    pack = (
        a_pack().with_entity(lead).with_role("maker", publishes={"views": True, "processes": ["lead"], "texts": False})
    )
    roles = a_model(pack).roles
    assert roles["maker"].publishes == (Publishing(Area.VIEWS), Publishing(Area.PROCESSES, ("lead",)))
    assert roles["administrator"].publishes == ()
    unknown = a_pack().with_entity(lead).with_role("maker", publishes={"views": ["lead", "leed"]})
    assert told(diagnostics_of(unknown)) == [("C101", "/publishes/views/1")]
    other = a_pack().with_role("maker", publishes={"access": True})
    assert [pointer for _, pointer in told(diagnostics_of(other))] == ["/publishes/access"]
