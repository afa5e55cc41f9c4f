"""Five hundred random packs come out of a site as they went in, to the byte, and their differences can be read."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kalip.designer import Site, stored_packs
from kalip.designer.stored import store_packs
from kalip.fields import builtin_types
from kalip.metadata import ChangeKind, Pack, build_zip, check, diff_packs, format_at, read_documents, read_pack
from kalip.metadata.wording import comparison, sentences

NOW = datetime(2026, 11, 26, tzinfo=UTC)
TYPES = builtin_types()
NAMES = st.sampled_from(["a", "lead", "tax_id", "x9", "sub_1_b", "order"])
WORDS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20).filter(str.strip)
LABELS = WORDS | st.fixed_dictionaries({"en": WORDS}, optional={"tr": WORDS, "ru": WORDS})
FIELDS = st.dictionaries(
    NAMES,
    st.fixed_dictionaries(
        {"type": st.sampled_from(["text", "integer", "decimal", "date", "boolean", "email", "long_text"])},
        optional={"label": LABELS, "help": LABELS, "required": st.booleans()},
    ),
    min_size=1,
    max_size=4,
)
MARKS = st.dictionaries(NAMES, st.fixed_dictionaries({}, optional={"label": LABELS}), min_size=1, max_size=3)
FILES = st.dictionaries(st.sampled_from(["README.md", "files/logo.bin", "docs/a b.txt"]), st.binary(max_size=40))


@st.composite
def packs(draw: st.DrawFn) -> Pack:
    """A pack as somebody might write it: any order of keys, any space, canonical or not."""
    documents: dict[str, Any] = {"pack.json": {"version": "1.2.3", "name": "shop", "title": draw(LABELS)}}
    for name, fields in draw(st.dictionaries(NAMES, FIELDS, max_size=3)).items():
        documents[f"entities/{name}/entity.json"] = {"fields": fields, "label": draw(LABELS)}
        documents[f"entities/{name}/views/list.json"] = {
            "columns": {name: {} for name in draw(st.permutations(list(fields)))}
        }
    documents |= {
        f"choices/{name}.json": {"choices": each} for name, each in draw(st.dictionaries(NAMES, MARKS)).items()
    }
    documents |= {f"roles/{name}.json": {"label": each} for name, each in draw(st.dictionaries(NAMES, LABELS)).items()}
    return read_documents({**{path: draw(text(path, data)) for path, data in documents.items()}, **draw(FILES)}, "shop")


def text(path: str, data: Any) -> st.SearchStrategy[bytes]:
    """A document's bytes: canonical, or in one of the ways in which editors leave them."""
    ways = [format_at(path, data, TYPES), json.dumps(data), json.dumps(data, indent=4, ensure_ascii=False) + "\r\n"]
    return st.sampled_from([each.encode() for each in ways])


@settings(max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pack=packs())
def test_u8_an_archive_holds_the_pack_to_the_byte(tmp_path: Path, pack: Pack) -> None:
    archive = tmp_path / "shop.zip"
    archive.write_bytes(build_zip(pack))
    again = read_pack(archive)
    assert again.contents == pack.contents
    assert build_zip(again) == archive.read_bytes()


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pack=packs())
def test_u8_what_goes_into_a_site_comes_out_to_the_byte(site: Site, pack: Pack) -> None:
    with site.services.database.publish() as session:
        store_packs(session, site.blobs, [pack], NOW, None)
    with site.services.database.read() as session:
        (stored,) = stored_packs(session, site.blobs)
    assert stored.contents == pack.contents
    assert build_zip(stored) == build_zip(pack)
    assert stored.version == "1.2.3"


@settings(max_examples=60, deadline=None)
@given(pack=packs())
def test_u8_formatting_once_is_enough_and_means_the_same(pack: Pack) -> None:
    once = formatted(pack)
    assert formatted(once).contents == once.contents
    assert [each.code for each in check(once, TYPES)] == [each.code for each in check(pack, TYPES)]
    # Nothing but defaults may go: a property that says what is so anyway.
    gone = [change for change in diff_packs(pack, once) if change.kind is not ChangeKind.MOVED]
    assert all(change.kind is ChangeKind.REMOVED and not change.before for change in gone)


@settings(max_examples=60, deadline=None)
@given(before=packs(), after=packs())
def test_u8_differences_read_like_prose(before: Pack, after: Pack) -> None:
    for change in diff_packs(before, after):
        for said in (str(sentences([change])[0].wording), str(comparison(change))):
            assert "\n" not in said
            assert said[0].isupper()
            assert f"{change.pointer}" not in said or change.pointer.count("/") < 2


def formatted(pack: Pack) -> Pack:
    texts = {path: format_at(path, each.data, TYPES).encode() for path, each in pack.documents.items()}
    return read_documents({**texts, **pack.files}, "shop")
