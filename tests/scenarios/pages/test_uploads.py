"""Files sent with the form of their record (W24): taken with it, or refused at their field with nothing lost."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.storage import get_file
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_at, form_in
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00" + b"\0" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + b"x" * 200
PAGE = b"<html><body><script>alert(1)</script></body></html>"


def papers() -> PackBuilder:
    """An entity with fields for files of every kind."""
    paper = (
        an_entity("paper")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("note", "long_text")
        .with_field("scan", "file", accept=["application/pdf", ".txt"], max_size=5000)
        .with_field("photo", "image")
        .with_field("more", "files")
        .with_access(writer="own", reader={"read": "all"})
    )
    return a_pack("papers").with_role("writer", "reader").with_entity(paper)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, papers()) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


def kept(site: Site) -> list[str]:
    """The ids of all papers."""
    return site.caller("writer").ids("/api/records/paper")


def paper(site: Site) -> dict[str, object]:
    """The only paper."""
    (only,) = kept(site)
    return dict(site.caller("writer").get(f"/api/records/paper/{only}").json or {})


def file_names(site: Site, ids: object) -> list[str]:
    """What the files of a field are called."""
    assert isinstance(ids, list)
    with site.services.database.read() as session:
        return [found.name for each in ids if (found := get_file(session, each))]


def test_it_works(site: Site, client: FlaskClient) -> None:
    more = [(b"a;b\n1;2", "one.csv"), (b"plain", "two.txt")]
    values = {"name": "Deed", "scan~upload": (PDF, "deed.pdf"), "photo~upload": (PNG, "a.png")}
    made = form_at(client, "/paper/new").send(client, {**values, "more~upload": more})
    assert made.status_code == 302, made.text
    page = client.get(made.location)
    for name in ("deed.pdf", "a.png", "one.csv", "two.txt"):
        assert name in page.text
    found = paper(site)
    assert file_names(site, found["more"]) == ["one.csv", "two.txt"]
    assert client.get(f"/api/files/{found['scan']}", buffered=True).data == PDF
    # The file belongs to its record now: whoever sees that, sees the file.
    assert site.caller("reader").get(f"/api/files/{found['scan']}").data == PDF
    assert found["version"] == 1


@pytest.mark.parametrize(
    ("slot", "content", "name", "says"),
    [
        ("scan", PAGE, "deed.pdf", "deed.pdf"),
        ("scan", PDF + b"x" * 5000, "deed.pdf", "5000"),
        ("scan", b"", "deed.pdf", "empty"),
        ("photo", PDF, "me.png", "me.png"),
    ],
)
def test_a_refused_file_is_told_at_its_field_and_nothing_is_lost(
    site: Site, client: FlaskClient, slot: str, content: bytes, name: str, says: str
) -> None:
    values = {"name": "Deed", "note": "two\r\nlines", f"{slot}~upload": (content, name)}
    refused = form_at(client, "/paper/new").send(client, values)
    assert refused.status_code == 422
    assert says in refused.text.split(f'id="error-f-{slot}"')[1].split("</p>")[0]
    assert f'href="#f-{slot}"' in refused.text  # the summary leads there
    assert kept(site) == []
    again = form_in(refused.text, "/paper/new")
    assert again.values["name"] == ["Deed"]
    assert again.values["note"][0].split() == ["two", "lines"]
    assert again.send(client).status_code == 302
    assert paper(site)["name"] == "Deed"


def test_each_refused_file_is_told(site: Site, client: FlaskClient) -> None:
    values = {"name": "Deed", "scan~upload": (PAGE, "a.pdf"), "photo~upload": (PAGE, "a.png")}
    refused = form_at(client, "/paper/new").send(client, values)
    assert 'id="error-f-scan"' in refused.text
    assert 'id="error-f-photo"' in refused.text
    assert kept(site) == []


def test_a_refused_field_keeps_the_file_out(site: Site, client: FlaskClient) -> None:
    refused = form_at(client, "/paper/new").send(client, {"name": "", "scan~upload": (PDF, "deed.pdf")})
    assert refused.status_code == 422
    assert 'id="error-f-name"' in refused.text
    assert kept(site) == []


def test_a_file_takes_the_place_of_the_one_before(site: Site, client: FlaskClient) -> None:
    values = {"name": "Deed", "scan~upload": (PDF, "old.pdf"), "more~upload": [(b"one", "one.txt")]}
    address = form_at(client, "/paper/new").send(client, values).location
    more = {"scan~upload": (PDF + b"y", "new.pdf"), "more~upload": [(b"two", "two.txt")]}
    form_at(client, address).send(client, more)
    found = paper(site)
    assert file_names(site, [found["scan"]]) == ["new.pdf"]
    assert file_names(site, found["more"]) == ["one.txt", "two.txt"]


def test_a_refused_file_leaves_the_one_before(site: Site, client: FlaskClient) -> None:
    address = form_at(client, "/paper/new").send(client, {"name": "A", "scan~upload": (PDF, "old.pdf")}).location
    refused = form_at(client, address).send(client, {"name": "B", "scan~upload": (PAGE, "new.pdf")})
    assert refused.status_code == 422
    found = paper(site)
    assert (found["name"], found["version"]) == ("A", 1)
    assert file_names(site, [found["scan"]]) == ["old.pdf"]
    again = form_in(refused.text, address)
    assert again.values["scan"] == [found["scan"]]
    assert again.values["name"] == ["B"]


def test_ticked_files_are_removed(site: Site, client: FlaskClient) -> None:
    more = [(b"one", "one.txt"), (b"two", "two.txt")]
    values = {"name": "Deed", "scan~upload": (PDF, "old.pdf"), "more~upload": more}
    address = form_at(client, "/paper/new").send(client, values).location
    found = paper(site)
    ids = found["more"]
    assert isinstance(ids, list)
    form_at(client, address).send(client, {"scan~remove": found["scan"], "more~remove": ids[0]})
    found = paper(site)
    assert found["scan"] is None
    assert file_names(site, found["more"]) == ["two.txt"]


def test_whoever_may_not_change_a_record_adds_no_file(site: Site, client: FlaskClient) -> None:
    address = form_at(client, "/paper/new").send(client, {"name": "Deed"}).location
    reader = client_of(site, site.caller("reader"))
    form = form_at(reader, address, "/account/display")
    form.action = address
    sent = form.send(reader, {"name": "Mine", "scan~upload": (PDF, "deed.pdf")})
    assert sent.status_code == 403
    assert (paper(site)["name"], paper(site)["scan"]) == ("Deed", None)
    form.action = "/paper/new"
    assert form.send(reader, {"name": "Mine", "scan~upload": (PDF, "deed.pdf")}).status_code == 403
    assert len(kept(site)) == 1
