"""An importer's documents become a pack without faults."""

from typing import Any

import pytest

from kalip.base.errors import MetadataError
from kalip.base.text import Text
from kalip.compiler import compile_packs
from kalip.runtime import load_extensions
from kalip.runtime.importers import Imported, Outcome, ReportLine
from kalip.runtime.importing.finishing import Finished, finish_import

EXTENSIONS = load_extensions(None)
ENTITY = "entities/deal/entity.json"
FORM = "entities/deal/views/form.json"


def finished(fields: dict[str, Any], **documents: Any) -> Finished:
    """A pack of one entity, with other documents by `views_form` for `entities/deal/views/form.json`."""
    more = {f"entities/deal/{path.replace('_', '/')}.json": data for path, data in documents.items()}
    entity = more.pop("entities/deal/entity.json", {})
    made = {"pack.json": {"name": "p", "version": "1.0.0"}, ENTITY: {**entity, "fields": fields}, **more}
    found = finish_import(Imported(made, (ReportLine(Outcome.MAPPED, "Deal"),)), EXTENSIONS)
    assert compile_packs([found.pack], EXTENSIONS.types).diagnostics == ()
    return found


def told(found: Finished) -> list[tuple[str, str]]:
    return [(each.outcome, each.subject) for each in found.lines[1:]]


def test_a_sound_pack_stays_as_it_is() -> None:
    found = finished({"name": {"type": "text"}}, views_list={"columns": {"name": {}}})
    assert told(found) == []
    assert set(found.pack.documents) == {"pack.json", ENTITY, "entities/deal/views/list.json"}


def test_what_a_field_can_do_without_is_taken_out() -> None:
    field = {"type": "text", "visible_when": "gone == 1", "default": 5, "label": "Name", "max_length": 9000}
    found = finished({"name": field})
    assert found.pack.documents[ENTITY].data["fields"] == {"name": {"type": "text", "label": "Name"}}
    assert {subject.rpartition("/")[2] for _, subject in told(found)} == {"visible_when", "default", "max_length"}
    assert "left out: " in found.lines[-1].reason


def test_what_a_field_needs_makes_it_text() -> None:
    found = finished({"city": {"type": "reference", "to": "city", "label": "City"}, "x": {"type": "strange"}})
    assert found.pack.documents[ENTITY].data["fields"] == {
        "city": {"type": "text", "label": "City"},
        "x": {"type": "text"},
    }
    assert [outcome for outcome, _ in told(found)] == ["degraded", "degraded"]


def test_a_field_that_can_not_be_goes_with_all_that_shows_it() -> None:
    form = {
        "tabs": {
            "one": {"sections": {"a": {"fields": {"owner": {}, "id": {}}}, "b": {"fields": {"gone": {}}}}},
            "two": {"sections": {"c": {"fields": {"gone": {}}}}},
        },
        "related": {"lead.deal": {}},
    }
    found = finished(
        {"version": {"type": "text"}, "name": {"type": "text"}},
        entity={"title": "gone", "search": {"gone": {}, "name": {}}},
        views_form=form,
        views_list={"columns": {"gone": {}}, "sort": {"name": "asc"}},
        access={"permissions": {"gone": {"all": "all"}}},
    )
    assert set(found.pack.documents) == {"pack.json", ENTITY, FORM}
    assert list(found.pack.documents[ENTITY].data["fields"]) == ["name"]
    assert found.pack.documents[FORM].data == {
        "tabs": {"one": {"sections": {"a": {"fields": {"owner": {}, "id": {}}}}}}
    }
    assert ("dropped", "entities/deal/entity/fields/version") in told(found)


def test_texts_in_other_languages_lie_apart_and_go_with_what_they_translate() -> None:
    label = Text((("en", "Name"), ("tr", "Ad")))
    found = finished({"name": {"type": "text", "label": label}, "note": {"type": "text", "label": label}})
    assert found.pack.documents["lang/tr.json"].data == {
        "entities/deal/entity": {"fields": {"name": {"label": "Ad"}, "note": {"label": "Ad"}}}
    }
    gone = finished({"name": {"type": "text"}, "version": {"type": "text", "label": label}})
    assert "lang/tr.json" not in gone.pack.documents
    assert told(gone) == [("dropped", "entities/deal/entity/fields/version")]


def test_a_pack_that_is_too_big_is_refused() -> None:
    roles: dict[str, Any] = {f"roles/r{number}.json": {} for number in range(10_001)}
    with pytest.raises(MetadataError, match="too big"):
        finish_import(Imported({"pack.json": {"name": "p", "version": "1.0.0"}, **roles}), EXTENSIONS)


@pytest.mark.parametrize("documents", [{"../up.json": {}}, {"pack.json": {"name": "No name", "version": "x"}}])
def test_what_no_taking_out_can_mend_is_refused(documents: dict[str, Any]) -> None:
    with pytest.raises(MetadataError):
        finish_import(Imported(documents), EXTENSIONS)
