"""Each shipped pack by itself: without fault, installable on both databases, translated, true to its own tests."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path

import pytest

from kalip.base.bundle import bundle_path
from kalip.base.text import Text
from kalip.compiler import compile_packs
from kalip.metadata import Pack, format_document, read_pack
from kalip.runtime import Served, load_extensions
from kalip.storage import apply, make_database, plan, upgrade_own_tables
from kalip.workflow import run_pack_tests

NAMES = sorted(folder.name for folder in bundle_path("metadata").iterdir() if (folder / "pack.json").is_file())
LANGUAGES = ("en", "tr", "ru")
EXTENSIONS = load_extensions(bundle_path("plugins"))
MANY = 20


@pytest.fixture(scope="module", params=NAMES)
def pack(request: pytest.FixtureRequest) -> Pack:
    return read_pack(bundle_path("metadata") / request.param)


@pytest.fixture(scope="module")
def served(pack: Pack) -> Served:
    compilation = compile_packs([pack], EXTENSIONS.types, functions=EXTENSIONS.functions, actions=EXTENSIONS.actions)
    assert compilation.diagnostics == ()
    return Served(compilation.required(), EXTENSIONS.types, actions=EXTENSIONS.actions)


def test_they_are_there() -> None:
    assert NAMES == ["crm", "helpdesk"]


def test_it_installs_on_an_empty_database_and_nothing_is_left_to_do(served: Served, database_url: str) -> None:
    database = make_database(database_url)
    try:
        upgrade_own_tables(database)
        with database.publish() as session:
            first = plan(session, served)
            assert first.steps
            apply(session, first)
        with database.read() as session:
            assert plan(session, served).steps == ()
    finally:
        database.dispose()


def test_its_own_tests_pass(pack: Pack, served: Served) -> None:
    documents = {path: document.data for path, document in pack.documents.items() if path.startswith("tests/")}
    results = run_pack_tests(served, documents)
    assert len(results) > MANY
    assert [(result.file, result.case, result.message) for result in results if not result.passed] == []


def test_its_own_tests_tell_of_refusals_and_of_rights(pack: Pack) -> None:
    cases = [
        case
        for path, document in pack.documents.items()
        if path.startswith("tests/")
        for case in document.data["cases"].values()
    ]
    assert sum(bool(case["then"].get("refused")) for case in cases) > len(cases) // 4
    assert sum(bool(case["then"].get("denied")) for case in cases) > len(cases) // 12


def test_who_owns_records_may_share_them(pack: Pack) -> None:
    """Whoever changes only own records shares those, and a manager everybody's: nothing is set up for it first."""
    owning = 0
    for path, document in pack.documents.items():
        if not path.endswith("/access.json"):
            continue
        roles = document.data["permissions"]
        for verbs in roles.values():
            change = verbs.get("update")
            if "own" in (change, change.get("scope") if isinstance(change, Mapping) else None):
                owning += 1
                assert verbs.get("share") == "own", path
                assert "all" in (each.get("share") for each in roles.values()), path
    assert owning


def test_it_is_written_in_the_canonical_form(pack: Pack) -> None:
    wild = [
        document.path
        for document in pack.documents.values()
        if document.text != format_document(document.data, document.kind, EXTENSIONS.types)
    ]
    assert wild == []


def test_every_text_is_there_in_every_language(served: Served) -> None:
    missing = [
        f"{place}: {text}"
        for place, text in texts_of(served.model, "model")
        if text and [locale for locale in LANGUAGES if not dict(text.pairs).get(locale)]
    ]
    assert missing == []


def test_a_translation_differs_from_the_original_where_letters_do(served: Served) -> None:
    """A Russian text without a Cyrillic letter is left over, but for names that are the same everywhere."""
    latin = {
        str(text)
        for _, text in texts_of(served.model, "model")
        if text and text.get("ru").isascii() and any(letter.isalpha() for letter in text.get("ru"))
    }
    assert latin <= SAME_EVERYWHERE


SAME_EVERYWHERE = {"CRM"}


def test_it_says_what_it_is(pack: Pack) -> None:
    readme = (bundle_path("metadata") / pack.name / "README.md").read_text(encoding="utf-8")
    assert readme.startswith(f"# {pack.manifest.data['title']}\n")
    entities = {path.split("/")[1] for path in pack.documents if path.endswith("/entity.json")}
    assert [entity for entity in sorted(entities) if f"`{entity}`" not in readme] == []


def test_every_entity_can_be_seen_in_every_way(pack: Pack) -> None:
    for path, document in pack.documents.items():
        if not path.endswith("/entity.json"):
            continue
        folder = str(Path(path).parent)
        wanted = ["views/list.json", "views/form.json"]
        if "owned_by" not in document.data:
            wanted += ["access.json", "views/card.json"]
        if any(other.startswith(f"{folder}/pipelines/") for other in pack.documents):
            wanted.append("views/board.json")
        assert [each for each in wanted if f"{folder}/{each}" not in pack.documents] == []


def texts_of(value: object, place: str) -> Iterator[tuple[str, Text]]:
    """All texts inside a model, with where they are."""
    if isinstance(value, Text):
        yield place, value
    elif isinstance(value, Mapping):
        for key, each in value.items():
            yield from texts_of(each, f"{place}/{key}")
    elif isinstance(value, (tuple, list)):
        for number, each in enumerate(value):
            yield from texts_of(each, f"{place}/{number}")
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from texts_of(getattr(value, field.name), f"{place}/{field.name}")
