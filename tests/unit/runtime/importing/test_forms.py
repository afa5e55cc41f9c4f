"""The layout of forms."""

from kalip.runtime.importing.forms import SectionDraft, TabDraft, all_of, form_document

TYPES = {"a": "text", "b": "text", "c": "text", "d": "text", "note": "long_text"}


def test_columns_become_rows() -> None:
    tab = TabDraft()
    section = tab.sections[0]
    for name in ("a", "b"):
        section.add(name)
    section.begin_column()
    section.add("c")
    tab.begin_section()
    section.add("note")
    form = form_document([tab], TYPES, ["lead.about"])
    assert form == {
        "tabs": {"details": {"sections": {"details": {"fields": {"a": {}, "c": {}, "b": {}, "note": {"span": 2}}}}}},
        "related": {"lead.about": {}},
    }


def test_sections_with_headings_or_conditions_stand_apart() -> None:
    tab = TabDraft("General", conditions=["x == 1"])
    tab.sections[0].add("a")
    tab.begin_section("Money", ["y == 2"]).add("b")
    tab.begin_section("", ["z == 3"]).add("c")
    assert form_document([tab, TabDraft("Empty")], TYPES) == {
        "tabs": {
            "general": {
                "label": "General",
                "sections": {
                    "details": {"columns": 1, "visible_when": "x == 1", "fields": {"a": {}}},
                    "money": {
                        "label": "Money",
                        "columns": 1,
                        "visible_when": "(x == 1) && (y == 2)",
                        "fields": {"b": {}},
                    },
                    "more": {"label": "", "columns": 1, "visible_when": "(x == 1) && (z == 3)", "fields": {"c": {}}},
                },
            }
        }
    }


def test_a_field_stands_once_and_only_if_it_is_there() -> None:
    tab = TabDraft(sections=[SectionDraft("", [[["a", "a", "gone"]]])])
    assert form_document([tab], TYPES) == {
        "tabs": {"details": {"sections": {"details": {"columns": 1, "fields": {"a": {}}}}}}
    }
    assert form_document([TabDraft()], TYPES) is None
    assert TabDraft().sections[0].is_empty


def test_an_empty_name_keeps_its_place() -> None:
    section = SectionDraft("", [[["a"], ["b"]], [["c"], [""]], [["d"]]])
    assert form_document([TabDraft(sections=[section])], TYPES) == {
        "tabs": {"details": {"sections": {"details": {"fields": {"a": {}, "b": {}, "c": {}, "d": {"span": 2}}}}}}
    }
    assert SectionDraft("", [[[""]]]).is_empty


def test_the_fifth_column_goes_on_below() -> None:
    section = SectionDraft()
    for name in ("a", "b", "c", "d", "note"):
        section.add(name)
        section.begin_column()
    assert section.blocks == [[["a"], ["b"], ["c"], ["d", "note"]]]


def test_conditions_together() -> None:
    assert all_of(["a"]) == "a"
