"""The designer's pages without a browser: for administrators alone, by plain forms, and unbroken by anything sent."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from flask import url_for
from flask.testing import FlaskClient
from werkzeug.routing import AnyConverter, Rule
from werkzeug.test import TestResponse

from kalip.compiler import ADMINISTRATOR
from tests.support.designed import ACCESS, ENTITY, LAYOUT, a_designed_site, place, published, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import Site

FORM_JSON = "/designer/json/entities/thing/entity"
MAIN = "/tabs/main/sections/main"

LONG = "9" * 5000  # more digits than Python reads as a number
JUNK = (
    "",
    "x",
    "/",
    "//",
    "/~",
    "/~2/~9",
    LONG,
    "a\0b",
    "²",
    "NaN",
    "1e999",
    "\U0010ffff",
    "/fields/name/type/x",
    "__class__",
    "../..",
)
DOINGS = ("save", "add", "take", "move", "up", "down", "remove", "rename", "reset", "place", "span", "section", "tab")
ADDRESSES = ("entities/thing/entity", "entities/thing/access", "roles/rep", "pack", "", "../pack", "a\0b", LONG[:900])
INPUTS = (
    "label", "plural", "icon", "field", "type", "stage", "choice", "role", "scope", "kind", "map", "entry", "after",
    "name", "pointer", "section", "tab", "text", "before", "message", "accept", "address", "keep", "required",
    "/label/en", "/label", "/icon", "/fields", "/keys", "rep/read", "rep/all",
)  # fmt: skip


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    with a_designed_site(f"sqlite:///{tmp_path / 'x.db'}", tmp_path) as running:
        yield running


@pytest.fixture
def everywhere(database_url: str, tmp_path: Path) -> Iterator[Site]:
    """The same on either database."""
    with a_designed_site(database_url, tmp_path) as running:
        yield running


@pytest.fixture(scope="module")
def resting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FlaskClient]:
    """An administrator of a site that no test changes."""
    folder = tmp_path_factory.mktemp("resting")
    with a_designed_site(f"sqlite:///{folder / 'x.db'}", folder) as running:
        yield client_of(running, running.admin)


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.admin)


def rules(site: Site) -> list[Rule]:
    return [rule for rule in site.app.url_map.iter_rules() if rule.rule.startswith("/designer")]


def address_of(site: Site, rule: Rule, **given: str) -> str:
    known = {
        "address": "entities/thing/entity",
        "name": "thing",
        "kind": "entity",
        "revision": "1",
        "way": "back",
        **given,
    }
    values: dict[str, Any] = {each: known.get(each) or "-" for each in rule.arguments}
    for each, converter in rule._converters.items():
        if isinstance(converter, AnyConverter):
            values[each] = min(converter.items)
    with site.app.test_request_context():
        return url_for(rule.endpoint, **values)


def asked(client: FlaskClient, rule: Rule, address: str, form: dict[str, str]) -> Iterator[tuple[str, TestResponse]]:
    for method in sorted((rule.methods or set()) & {"GET", "POST"}):
        yield method, client.open(address, method=method, data=form if method == "POST" else None)


def test_it_works(client: FlaskClient) -> None:
    """A field is added, named, required and published, all by plain forms."""
    assert sent(client, ENTITY, do="add", map="/fields", label="Colour of it", type="text") == place(
        "/fields/colour_of_it"
    )
    form: dict[str, str | list[str]] = {"/fields/note/label/en": "Remark", "/fields/note/required": ["", "1"]}
    assert sent(client, place("/fields/note"), **form) == place("/fields/note")
    assert "unpublished change" in shown(client, "/designer")
    published(client, "Colours")
    assert "Everything is published." in shown(client, "/designer")
    text = shown(client, "/thing/new")
    assert "Colour of it" in text
    assert "Remark" in text


def test_only_administrators_come_in(site: Site) -> None:
    rep = client_of(site, site.caller("rep"))
    found = rules(site)
    assert len(found) >= 20
    for rule in found:
        for method, answer in asked(rep, rule, address_of(site, rule), {"message": "x", "do": "remove"}):
            assert (method, rule.rule, answer.status_code) == (method, rule.rule, 403)
    assert "Everything is published." in shown(client_of(site, site.admin), "/designer")


def test_nobody_comes_in_without_signing_in(site: Site) -> None:
    stranger = site.app.test_client()
    for rule in rules(site):
        for method, answer in asked(stranger, rule, address_of(site, rule), {}):
            assert (method, rule.rule, answer.status_code) in {(method, rule.rule, 302), (method, rule.rule, 401)}


@pytest.mark.parametrize(
    "address",
    [
        "/designer/at/entities/nothing/entity",
        "/designer/at/pack",
        "/designer/at/entities",
        place("/fields/nothing"),
        place("/fields/name/type"),
        place("fields"),
        place("/"),
        "/designer/layout/nothing",
        "/designer/access/nothing",
        "/designer/json/entities/nothing/entity",
        "/designer/json/nothing",
        "/designer/new/nothing",
        "/designer/history/9",
        "/designer/history/nothing",
        "/designer/history/1/sideways",
    ],
)
def test_what_is_not_there_is_not_found(resting: FlaskClient, address: str) -> None:
    assert resting.get(address).status_code == 404


@pytest.mark.parametrize(
    ("address", "form"),
    [
        (ENTITY, {"do": "dance"}),
        (ENTITY, {"do": "add", "map": "/fields", "label": "  "}),
        (ENTITY, {"do": "add", "map": "/nothing", "label": "x"}),
        (ENTITY, {"do": "add", "map": "/label", "label": "x"}),
        (ENTITY, {"do": "up", "map": "/fields", "entry": "nothing"}),
        (ENTITY, {"do": "take", "map": "/fields", "entry": "nothing"}),
        (ENTITY, {"do": "move", "map": "/fields", "entry": "nothing"}),
        (ENTITY, {"do": "move", "map": "/fields", "entry": "name", "after": "nothing"}),
        (ENTITY, {"do": "rename", "name": "x"}),
        (place("/fields/name"), {"do": "rename", "name": "note"}),
        (place("/nothing"), {"/label/en": "x"}),
        (LAYOUT, {"do": "dance"}),
        (LAYOUT, {"do": "place", "field": "nothing", "section": MAIN}),
        (LAYOUT, {"do": "place", "field": "name", "section": "/nothing"}),
        (LAYOUT, {"do": "take", "pointer": ""}),
        (LAYOUT, {"do": "take", "pointer": "/nothing"}),
        (LAYOUT, {"do": "span", "pointer": "/nothing"}),
        (LAYOUT, {"do": "span", "pointer": "/tabs"}),
        (LAYOUT, {"do": "section", "tab": "/nothing", "label": "x"}),
        (LAYOUT, {"do": "tab", "label": ""}),
        (ACCESS, {"rep/read": "some"}),
        ("/designer/new/nothing", {"label": "x"}),
        ("/designer/new/entity", {"label": " "}),
        ("/designer/new/role", {"label": "x" * 201}),
        ("/designer/parts/thing", {"kind": "nothing"}),
        ("/designer/parts/nothing", {"kind": "list"}),
        ("/designer/settle", {"address": "entities/thing/entity", "pointer": "/label"}),
        ("/designer/publish", {"message": "  "}),
        ("/designer/publish", {"message": "Nothing"}),
        ("/designer/json/nothing", {"text": "{}"}),
        ("/designer/complete/nothing", {"before": "{"}),
        ("/designer/history/9/back", {}),
    ],
)  # fmt: skip
def test_a_wrong_form_is_refused_and_changes_nothing(resting: FlaskClient, address: str, form: dict[str, str]) -> None:
    answer = resting.post(address, data=form)
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.location)
    assert "Everything is published." in shown(resting, "/designer")


def test_nothing_that_is_sent_breaks_a_page(site: Site, client: FlaskClient) -> None:
    for number, junk in enumerate(JUNK):
        do = DOINGS[number % len(DOINGS)]
        form = {**dict.fromkeys(INPUTS, junk), "do": do}
        for rule in rules(site):
            address = ADDRESSES[number // 2 % len(ADDRESSES)] if number % 2 else ADDRESSES[0]
            name = "thing" if number % 3 else junk
            at = address_of(site, rule, address=address, name=name, kind=("entity", "role", "choices")[number % 3])
            for method, answer in asked(client, rule, at, form):
                assert answer.status_code < 500, (junk[:20], do, method, at[:200], answer.text[:500])


@pytest.mark.parametrize("at", JUNK[1:], ids=range(1, len(JUNK)))
def test_a_pointer_that_means_nothing_is_not_found(resting: FlaskClient, at: str) -> None:
    for address in ("/designer/at/entities/thing/entity", "/designer/uses/entities/thing/entity"):
        answer = resting.get(address, query_string={"at": at})
        assert answer.status_code in (200, 400, 404), answer.text[:500]
    for do in ("save", "rename", "remove", "reset"):
        answer = resting.post(ENTITY, query_string={"at": at}, data={"do": do, "name": "other"})
        assert answer.status_code < 500, (do, answer.text[:500])
    assert resting.get("/designer").status_code == 200
    assert resting.get("/designer/review").status_code == 200


@pytest.mark.parametrize("word", ["id", "import", "None", "created_at", "__init__", "select", "1", "é", "漢字", "𝔘"])
def test_any_word_names_a_field_an_entity_and_a_role(client: FlaskClient, word: str) -> None:
    """Words that mean something to Kalip or Python, or have no letters for a name, give a draft that can be mended."""
    sent(client, ENTITY, do="add", map="/fields", label=word, type="text")
    sent(client, "/designer/new/entity", label=word, field=[word, word], type=["text", "integer"], stage=[word, "Done"])
    sent(client, "/designer/new/role", label=word)
    sent(client, "/designer/new/choices", label=word, choice=f"{word}\n{word}")
    shown(client, "/designer")
    text = shown(client, "/designer/review")
    assert "This can't be published yet" not in text
    published(client, word)


def test_what_cannot_be_read_is_said_and_nothing_typed_is_lost(client: FlaskClient) -> None:
    form = {"do": "save", "/fields/size/label/en": "Length", "/fields/size/min": "many"}
    answer = client.post(place("/fields/size"), data=form)
    assert answer.status_code == 422
    text = unescape(answer.text)
    assert "'many' is not a number." in text
    assert 'value="many"' in text
    assert 'value="Length"' in text
    assert "Length" not in shown(client, place("/fields/size"))


def test_texts_that_are_no_json_are_kept_and_named(client: FlaskClient) -> None:
    faulty = '{"label": {"en": "Thing'
    sent(client, FORM_JSON, text=faulty)
    text = shown(client, FORM_JSON)
    assert faulty in text
    assert "This can't be published yet" in text
    assert client.post("/designer/publish", data={"message": "x"}).status_code == 409
    sent(client, FORM_JSON, text="")
    assert "Everything is published." in shown(client, "/designer")


@pytest.mark.parametrize(
    "text",
    [
        "[]", "null", '"x"', "1", "{", LONG, "[" * 5000, '{"fields": []}', '{"label": "\\ud800"}',
        '{"label": "\\u0000"}',
        '{"fields": {"name": null}}', '{"fields": {"size": {"type": "nothing"}}}', '{"a": 1, "a": 2}', '{"a": 1e999}',
        '{"extends": 1}', '{"extends": true}', '{"fields": {"size": {"min": 1e400}}}', "\0", "\ufeff{}",
    ],
    ids=range(19),
)  # fmt: skip
def test_odd_documents_are_kept(client: FlaskClient, text: str) -> None:
    answer = client.post(FORM_JSON, data={"text": text})
    assert answer.status_code < 500, answer.text[:500]
    for address in ("/designer", ENTITY, FORM_JSON, LAYOUT, ACCESS, "/designer/review", place("/fields/size")):
        answer = client.get(address)
        assert answer.status_code < 500, (address, answer.text[:500])
    assert client.post("/designer/publish", data={"message": "x"}).status_code < 500
    client.post(FORM_JSON, data={"text": ""})
    assert client.get(ENTITY).status_code == 200


def test_the_layout_is_arranged_by_forms(client: FlaskClient) -> None:
    sent(client, LAYOUT, do="tab", label="More")
    sent(client, LAYOUT, do="section", tab="/tabs/more", label="Sizes")
    sections = re.findall(r'data-section="([^"]+)"', shown(client, LAYOUT))
    assert [each for each in sections if each.startswith("/tabs/more")] == [
        "/tabs/more/sections/main",
        "/tabs/more/sections/sizes",
    ]
    sent(client, LAYOUT, do="place", field="size", section=sections[-1], after="")
    sent(client, LAYOUT, do="place", field="note", section=sections[-2], after="")
    sent(client, LAYOUT, do="span", pointer=f"{sections[-2]}/fields/note")
    sent(client, LAYOUT, do="place", field="note", section=sections[-1], after="size")
    # A section without a field waits for one, or goes.
    assert "'fields' must not be empty" in shown(client, LAYOUT)
    sent(client, f"/designer/at/entities/thing/views/form?at={sections[-2]}", do="remove")
    shape = re.findall(
        r'data-section="([^"]+)"|data-field="([^"]+)"', shown(client, LAYOUT).partition("design-preview")[0]
    )
    there = [section or field for section, field in shape]
    assert there[there.index(sections[-1]) :][:3] == [sections[-1], "size", "note"]
    assert "This can't be published yet" not in shown(client, "/designer/review")
    assert 'class="design-field is-wide" data-field="note"' in shown(client, LAYOUT)
    published(client, "Sizes apart")
    assert "More" in shown(client, "/thing/new")


def test_a_field_is_taken_off_the_form_and_its_empty_section_goes_along(client: FlaskClient) -> None:
    sent(client, LAYOUT, do="tab", label="More")
    sent(client, LAYOUT, do="place", field="size", section="/tabs/more/sections/main")
    sent(client, LAYOUT, do="take", pointer="/tabs/more/sections/main/fields/size")
    text = shown(client, LAYOUT)
    assert "/tabs/more" not in text
    assert "Not on the form" in text


def test_the_preview_is_the_forms_of_a_role(client: FlaskClient) -> None:
    assert "may not make such a record" in shown(client, f"{LAYOUT}?role=rep")
    assert "may not make such a record" not in shown(client, LAYOUT)
    sent(client, ACCESS, **{"rep/create": "all"})
    assert "may not make such a record" not in shown(client, f"{LAYOUT}?role=rep")
    assert client.get(f"{LAYOUT}?role=nobody").status_code < 500


def test_rights_are_given_and_taken(everywhere: Site) -> None:
    client = client_of(everywhere, everywhere.admin)
    rep = everywhere.caller("rep")
    assert rep.call("POST", "/api/records/thing", {"name": "A"}).status_code == 403
    sent(client, ACCESS, **{"rep/create": "all", "rep/read": "all"})
    published(client, "Reps make things")
    assert rep.call("POST", "/api/records/thing", {"name": "A"}).status_code == 201
    sent(client, ACCESS, **{"rep/create": "", "rep/read": "all"})
    published(client, "No more")
    assert rep.call("POST", "/api/records/thing", {"name": "B"}).status_code == 403


def test_a_removed_field_is_accepted_and_comes_back_with_its_data(everywhere: Site) -> None:
    client = client_of(everywhere, everywhere.admin)
    thing = everywhere.admin.make("thing", name="A", note="Kept")["id"]
    sent(client, place("/fields/note"), do="remove")
    text = shown(client, "/designer/review")
    assert "goes out of sight" in text
    assert client.post("/designer/publish", data={"message": "x"}).status_code == 409
    published(client, "No notes", accept=re.findall(r'name="accept" value="([^"]+)"', text))
    assert "note" not in (everywhere.admin.get(f"/api/records/thing/{thing}").json or {})
    text = shown(client, "/designer/history/2")
    assert "/designer/history/2/without" in text
    assert "note" in shown(client, "/designer/history/2/without")
    sent(client, "/designer/history/2/without", message="Notes again")
    assert (everywhere.admin.get(f"/api/records/thing/{thing}").json or {})["note"] == "Kept"


def test_a_conflict_is_settled(everywhere: Site) -> None:
    client = client_of(everywhere, everywhere.admin)
    other = client_of(everywhere, everywhere.person(ADMINISTRATOR))
    sent(client, place("/fields/note"), do="save", **{"/fields/note/label/en": "Mine"})
    sent(other, place("/fields/note"), do="save", **{"/fields/note/label/en": "Theirs"})
    published(other, "Theirs")
    text = shown(client, "/designer/review")
    assert "Somebody else changed this too" in text
    assert "Mine" in text
    assert "Theirs" in text
    answer = client.post("/designer/publish", data={"message": "x"})
    assert answer.status_code == 409
    at = re.search(r'name="address" value="([^"]+)"><input type="hidden" name="pointer" value="([^"]+)"', text)
    assert at is not None
    sent(client, "/designer/settle", address=at[1], pointer=at[2], keep="mine")
    published(client, "Mine")
    assert "Mine" in shown(client, "/thing/new")


def test_an_entity_of_the_site_goes_with_its_parts(client: FlaskClient) -> None:
    at = sent(
        client,
        "/designer/new/entity",
        label="Ship",
        field=["Name", "Tons"],
        type=["text", "integer"],
        stage=["In", "Out"],
        role="rep",
    )
    assert at == "/designer/at/entities/ship/entity"
    for kind in ("list", "board", "card", "pipeline"):
        shown(client, sent(client, "/designer/parts/ship", kind=kind, label=""))
    sent(client, at, do="remove")
    assert "Everything is published." in shown(client, "/designer")


def test_a_draft_is_discarded(client: FlaskClient) -> None:
    sent(client, "/designer/new/role", label="Dispatcher")
    assert "Dispatcher" in shown(client, "/designer")
    sent(client, "/designer/discard")
    assert "Dispatcher" not in shown(client, "/designer")


def test_completion_knows_the_schema_and_the_names(client: FlaskClient) -> None:
    answer = (
        client.post("/designer/complete/entities/thing/entity", data={"before": '{"fields": {"size": {"ma'}).json or {}
    )
    assert answer["written"] == "ma"
    assert "max" in [each["text"] for each in answer["suggestions"]]
