"""The fields that every entity has."""

from kalip.compiler.system import NAMES, system_fields


def test_it_works() -> None:
    fields = system_fields(owned=False, staged=True)
    assert set(fields) == NAMES
    assert fields["owner"].type == "user"
    assert [name for name, field in fields.items() if not field.readonly] == ["owner"]
    assert all(field.system for field in fields.values())
    assert all(dict(field.label.pairs).keys() == {"en", "tr", "ru"} for field in fields.values())


def test_lines_have_no_owner_and_only_pipelines_bring_stages() -> None:
    assert NAMES - set(system_fields(owned=True, staged=False)) == {
        "owner",
        "pipeline",
        "stage",
        "stage_since",
        "stage_due",
    }
