"""What people type is shown as they typed it, and nowhere run: in every view, search, export, mail and dialogue."""

import csv
import io
import re
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from html.parser import HTMLParser
from typing import Any, Final

import pytest
from openpyxl import load_workbook

from kalip.access import SYSTEM
from kalip.expressions.functions.pattern import Pattern
from kalip.fields import FieldFault, builtin_types
from kalip.records import run
from kalip.workflow.mails.rendering import render_mail
from kalip.workflow.mails.writing import as_html
from tests.support.builders import EntityBuilder, PackBuilder, a_pack, an_entity
from tests.support.fields import a_field
from tests.support.signed_in import client_of
from tests.support.web_site import Caller, Site, a_site

MARK: Final = "xyzzy"
RESULT: Final = str(31_337 * 3)
STRINGS: Final[Mapping[str, str]] = {
    "html": f"<img src=x-{MARK} onerror=alert('{MARK}')>",
    "script": f"</textarea></title></script><script>{MARK}()</script>",
    "attribute": f"\" onmouseover='{MARK}()' autofocus onfocus=\"{MARK}()\" x='",
    "address": f"javascript:{MARK}()",
    "template": "{{31337*3}}${31337*3}<%= 31337*3 %>#{31337*3}{% raw %}",
    "sql": "'); DROP TABLE kalip_user; -- \" OR 1=1",
    "formula": f'=HYPERLINK("http://x.example/{MARK}")',
    "command": "@SUM(1+1)*cmd|' /C calc'!A0",
    "cut": "a;=1+1;b|+2+2",
    "lines": f"a%0d%0aSet-Cookie: {MARK}=1",
    "bidi": f"{MARK}\u202egpj.exe",
    "places": "{name} {0} %s %(name)s {{ name }}",
}
MANY_LINES: Final = f"a\r\nSet-Cookie: {MARK}=1\r\n\r\n<script>{MARK}()</script>\n=1+1"
SHAPES: Final[tuple[Callable[[str], Any], ...]] = (
    lambda text: text,
    lambda text: [text],
    lambda text: {"first": text, "last": text},
    lambda text: {"street": text, "city": text},
    lambda text: {"note": text},
)
CHOSEN: Final = {
    *("any_reference", "autonumber", "children", "choice", "choices", "computed", "file", "files", "image"),
    *("reference", "references", "rollup", "user"),
}
"""Types whose values nobody types."""


def typed_fields() -> dict[str, Callable[[str], Any]]:
    """Every field type that takes text as people type it, and the shape in which it does; a new type is among them."""
    found = {}
    for name in builtin_types():
        if name in CHOSEN:
            continue
        for shape in SHAPES:
            if takes(name, shape("plain <b> words")):
                found[name] = shape
                break
    return found


def takes(kind: str, value: Any) -> bool:
    """Whether a field of a type takes a value."""
    type_, field = builtin_types()[kind], a_field(kind, max_length=500) if kind == "text" else a_field(kind)
    try:
        read = type_.parse(field, value)
        return read is not None and not type_.validate(field, read)
    except (FieldFault, KeyError, TypeError, ValueError):
        return False


def test_it_works() -> None:
    assert {"text", "long_text", "rich_text", "tags", "person_name", "address", "json"} <= typed_fields().keys()
    assert Pattern.of(MARK) is not None


def trap_pack(fields: Mapping[str, Callable[[str], Any]]) -> PackBuilder:
    """An entity with a field of each of these types, whose labels are traps too."""
    label = STRINGS["html"]
    trap: EntityBuilder = (
        an_entity("trap")
        .with_keys(title="name", label=label, plural=label, search={"name": {}, "f_long_text": {}})
        .with_field("name", "text", required=True, max_length=500, label=STRINGS["attribute"], help=label)
        .with_field("starts", "datetime")
        .with_field("parent", "reference", to="trap")
        .with_pipeline("flow", "new", "done")
        .with_document("views/board", {"pipeline": "flow", "label": label})
        .with_document("views/calendar", {"start": "starts", "label": label})
        .with_document("conversions/again", {"label": label, "targets": {"trap": {"entity": "trap"}}})
    )
    for name in fields:
        options = {"max_length": 500} if name == "text" else {}
        trap.with_field(f"f_{name}", name, label=STRINGS["script"], **options)
    trap.with_document("views/card", {"fields": {"name": {}, **{f"f_{name}": {} for name in fields}}})
    trap.with_list("name", "parent", *(f"f_{name}" for name in fields), label=label)
    letter = {"entity": "trap", "subject": "{{ name }}", "body": "{{ name }}\n\n{{ f_long_text }}"}
    return a_pack("traps").with_entity(trap).with_document("mails/letter", letter)


class Watch(HTMLParser):
    """Reads a page as a browser does and notes what would run, load or lead to what was typed."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.faults: list[str] = []
        self._script = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Look at a tag and its attributes."""
        given = {name.lower(): value or "" for name, value in attrs}
        self._script = tag in ("script", "style") and "src" not in given
        for name, value in given.items():
            if name.startswith("on") or name in ("srcdoc", "style"):
                self.faults.append(f"{tag} has {name}={value[:60]}")
            leads = name in ("href", "src", "action", "formaction", "data", "xlink:href")
            if leads and re.match(r"\s*(javascript|data:text|vbscript)", value, re.IGNORECASE):
                self.faults.append(f"{tag} leads to {value[:60]}")
            if name == "src" and MARK in value:
                self.faults.append(f"{tag} loads {value[:60]}")
        if tag in ("iframe", "object", "embed", "base", "meta") and any(MARK in each for each in given.values()):
            self.faults.append(f"{tag} {given}")

    def handle_data(self, data: str) -> None:
        """Look at text; in a script it would run."""
        if self._script and data.strip():
            self.faults.append(f"a script holds {data[:60]}")

    def handle_endtag(self, tag: str) -> None:
        """Leave a script."""
        del tag
        self._script = False


def faults_in(text: str) -> list[str]:
    watch = Watch()
    watch.feed(text)
    watch.close()
    return [
        *watch.faults,
        *(["a template was evaluated"] if RESULT in text else []),
        *(["a mark turns the text around"] if re.search("[\u202a-\u202e]", text) else []),
    ]


class Trapped:
    """The site with its traps, and an administrator whose name is one too."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.fields = typed_fields()
        self.person: Caller = site.person("administrator", name=STRINGS["html"])
        self.client = client_of(site, self.person)
        self.parent = self._make("root", STRINGS["html"])
        self.ids = {name: self._make(name, text) for name, text in STRINGS.items()}
        self._around(self.ids["html"])

    def _make(self, name: str, text: str) -> str:
        values: dict[str, Any] = {"name": text, "starts": "2026-11-24T09:00:00Z"}
        values |= {f"f_{kind}": shape(text) for kind, shape in self.fields.items() if takes(kind, shape(text))}
        values["f_long_text"] = f"{text}\n{MANY_LINES}"
        if name != "root":
            values["parent"] = self.parent
        return str(self.person.make("trap", **values)["id"])

    def _around(self, record_id: str) -> None:
        for text in STRINGS.values():
            path = f"/api/records/trap/{record_id}"
            assert self.person.call("POST", f"{path}/comments", {"text": text}).status_code == 201
            task = {"title": text, "note": text, "entity": "trap", "record_id": record_id, "user": self.person.user_id}
            assert self.person.call("POST", "/api/tasks", task).status_code == 201
            mail = {"to": ["a@example.org"], "subject": text, "body": text}
            assert self.person.call("POST", f"{path}/mails", mail).status_code in {201, 422}

    def pages(self) -> Iterator[tuple[str, dict[str, str]]]:
        """Every page that shows a record, what was written about it, or what was asked."""
        one = f"/trap/{self.ids['html']}"
        plain = ("", "/board", "/calendar", "/new", "/count", "/filter", "/columns", "/duplicates", "/views/new")
        yield from ((f"/trap{each}", {}) for each in plain)
        yield from ((f"/trap/{each}", {}) for each in self.ids.values())
        deep = ("/peek", "/events", "/cells/name", "/convert/again", "/mails/new", "/stages", "/duplicates")
        yield from ((f"{one}{each}", {}) for each in deep)
        yield f"/trap/{self.parent}/related/trap.parent", {}
        yield from (
            (each, {})
            for each in ("/", "/tasks", "/tasks/panel", "/notifications", "/admin/users", "/admin/mails", "/designer")
        )
        yield f"/people/{self.person.user_id}", {}
        yield "/designer/at/entities/trap/entity", {}
        for text in STRINGS.values():
            yield "/search", {"q": text}
            yield "/search/suggest", {"q": text}
            yield "/trap", {"filter": f"name == {self.quoted(text)}"}
            yield "/trap", {"filter": text, "sort": text, "columns": text, "view": text, "q": text, "cursor": text}
            yield "/trap/pick/parent", {"q": text}
            yield "/login", {"next": text}
            yield f"/trap/{text}", {}

    @staticmethod
    def quoted(text: str) -> str:
        """A text as a literal of the expression language."""
        return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@pytest.fixture(scope="module")
def trapped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Trapped]:
    folder = tmp_path_factory.mktemp("inert")
    config = {"WTF_CSRF_ENABLED": False}
    with a_site(f"sqlite:///{folder / 'x.db'}", folder, trap_pack(typed_fields()), config=config) as site:
        yield Trapped(site)


def test_no_page_runs_what_was_typed(trapped: Trapped) -> None:
    faults, shown = [], 0
    for address, query in trapped.pages():
        answer = trapped.client.get(address, query_string=query, buffered=True)
        assert answer.status_code < 500, (address, query)
        shown += answer.status_code == 200 and MARK in answer.text
        if answer.mimetype == "text/html":
            faults += [f"{address} {query}: {each}" for each in faults_in(answer.text)]
        faults += [
            f"{address}: header {name}: {value}"
            for name, value in answer.headers
            if name in {"Set-Cookie", MARK} and MARK in value
        ]
    assert not faults, "\n".join(faults)
    assert shown > 40  # the traps were there


def test_no_export_runs_what_was_typed(trapped: Trapped) -> None:
    formulas = []
    for exact in ("", "?exact=1"):
        sent = trapped.client.get(f"/trap/export.csv{exact}", buffered=True)
        assert sent.status_code == 200
        assert sent.headers["Content-Disposition"].startswith("attachment")
        for row in csv.reader(io.StringIO(sent.data.decode("utf-8-sig"))):
            parts = [part.strip() for cell in row for part in re.split(r"[;|\t\r\n]", cell)]
            formulas += [part for part in parts if part.startswith(("=", "@", "+"))]
    book = load_workbook(io.BytesIO(trapped.client.get("/trap/export.xlsx", buffered=True).data))
    cells = [cell for row in book.worksheets[0].iter_rows() for cell in row]
    formulas += [str(cell.value) for cell in cells if cell.data_type == "f" or cell.hyperlink]
    assert formulas == []
    assert any(STRINGS["formula"] == cell.value for cell in cells)


def test_no_mail_runs_what_was_typed(trapped: Trapped) -> None:
    for name, record_id in trapped.ids.items():
        mail = run(trapped.site.services, SYSTEM, partial(render_mail, name="letter", record_id=record_id), write=False)
        assert "\n" not in mail.subject, name
        assert "\r" not in mail.subject, name
        assert faults_in(as_html(mail.body)) == [], name
        assert RESULT not in mail.subject + mail.body


def test_a_search_finds_by_words_and_nothing_by_tricks(trapped: Trapped) -> None:
    nothing = ("%", "_", "*", "zqj' zqj'='zqj", '" zqj "', "zqj%' --")
    for text in nothing:
        answer = trapped.client.get("/search/suggest", query_string={"q": text})
        assert answer.status_code == 200
        assert all(record_id not in answer.text for record_id in trapped.ids.values()), text
    everything = trapped.person.ids("/api/records/trap?limit=50&fields=name")
    assert len(everything) == len(STRINGS) + 1


def test_nothing_typed_holds_a_nul(trapped: Trapped) -> None:
    for kind, shape in trapped.fields.items():
        sent = {"name": "x", f"f_{kind}": shape("a\0b")}
        answer = trapped.person.call("POST", "/api/records/trap", sent)
        assert answer.status_code in {400, 422}, (kind, answer.text)
