"""Files of a record over pages: what is shown in place and how, versions from the history, all under rights. W24."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kalip.web.record.files import LOOKED_THROUGH
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.forms import form_at
from tests.support.pictures import PDF, PNG
from tests.support.signed_in import client_of
from tests.support.web_site import Site, a_site

NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"
PAGE = b"<html><body><script>alert(1)</script></body></html>"


def papers() -> PackBuilder:
    paper = (
        an_entity("paper")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("scan", "file")
        .with_field("more", "files")
        .with_access(writer="own", reader={"read": {"scope": "all", "where": "name != 'Secret'"}})
    )
    return a_pack("papers").with_role("writer", "reader").with_entity(paper)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    with a_site(database_url, tmp_path, papers()) as running:
        yield running


@pytest.fixture
def client(site: Site) -> FlaskClient:
    return client_of(site, site.caller("writer"))


def a_paper(client: FlaskClient, content: bytes = PDF, name: str = "deed.pdf", title: str = "Deed") -> str:
    """Make a paper with a scan, and give its address."""
    made = form_at(client, "/paper/new").send(client, {"name": title, "scan~upload": (content, name)})
    assert made.status_code == 302, made.text
    return made.location


def scan(site: Site, paper: str) -> str:
    return str((site.admin.get(f"/api/records{paper}").json or {})["scan"])


def looked_at(client: FlaskClient, paper: str, file_id: str) -> str:
    response = client.get(f"{paper}/files/{file_id}", headers={"HX-Request": "true"})
    assert response.status_code == 200, response.text
    return response.text


def test_it_works(site: Site, client: FlaskClient) -> None:
    paper = a_paper(client)
    file_id = scan(site, paper)
    assert f'hx-get="{paper}/files/{file_id}"' in client.get(paper).text
    text = looked_at(client, paper, file_id)
    assert f'<iframe class="file-look file-page" src="{paper}/files/{file_id}/content"' in text
    assert f"application/pdf · {len(PDF)} B" in text
    content = client.get(f"{paper}/files/{file_id}/content", buffered=True)
    assert (content.data, content.mimetype) == (PDF, "application/pdf")
    assert content.headers["X-Content-Type-Options"] == "nosniff"
    assert content.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "default-src 'none'" in content.headers["Content-Security-Policy"]
    assert "frame-ancestors 'self'" in content.headers["Content-Security-Policy"]
    # Whoever has no scripts gets a page of its own.
    assert '<h2 id="dialog-title" class="clip">deed.pdf</h2>' in client.get(f"{paper}/files/{file_id}").text


@pytest.mark.parametrize(
    ("content", "name", "shown"),
    [
        (PNG, "a.png", '<img class="file-look" src="/api/files/'),
        (PAGE, "a.html", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("ı".encode() * 60_000, "long.txt", "Only the beginning is shown."),
        (b"\xef\xbb\xbfa;b\n1;2", "a.csv", ">a;b\n1;2</pre>"),
        (b"\0\1\2\3", "a.bin", "Files of this kind can&#39;t be shown here."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>', "a.svg", ""),
    ],
    ids=["picture", "page", "long", "table", "unknown", "drawing"],
)
def test_other_kinds_never_come_as_pages_of_ours(
    site: Site, client: FlaskClient, content: bytes, name: str, shown: str
) -> None:
    paper = a_paper(client, content, name)
    file_id = scan(site, paper)
    text = looked_at(client, paper, file_id)
    assert shown in text
    assert "<script>" not in text
    assert "<iframe" not in text
    assert client.get(f"{paper}/files/{file_id}/content").status_code == 404
    download = client.get(f"/api/files/{file_id}", buffered=True)
    assert download.headers["Content-Disposition"].startswith("attachment")


def test_versions_tell_who_put_what_there_and_who_took_it_away(site: Site, client: FlaskClient) -> None:
    paper = a_paper(client)
    first = scan(site, paper)
    form_at(client, paper).send(client, {"scan~upload": (PNG, "second.png")})
    assert site.admin.call("PATCH", f"/api/records{paper}", {"scan": None}, If_Match="*").status_code == 200
    page = client.get(f"{paper}/versions/scan", headers={"HX-Request": "true"}).text
    told = page.split("<li>")[1:]
    assert len(told) == 3
    assert "second.png" in told[0]
    assert 'class="sr-only">removed' in told[0]
    assert "second.png" in told[1]
    assert "deed.pdf" in told[1]
    assert f'href="/api/files/{first}"' in told[2]
    # A file that the record no longer names is still there for whom the record is.
    assert client.get(f"/api/files/{first}", buffered=True).data == PDF
    assert "deed.pdf" in client.get(paper).text


def test_versions_are_looked_through_by_stretches(site: Site, client: FlaskClient) -> None:
    paper = a_paper(client)
    for number in range(LOOKED_THROUGH):
        site.admin.call("PATCH", f"/api/records{paper}", {"name": f"Deed {number}"}, If_Match="*")
    text = client.get(f"{paper}/versions/scan", headers={"HX-Request": "true"}).text
    assert "deed.pdf" not in text
    earlier = text.split('hx-get="')[1].split('"')[0]
    assert "deed.pdf" in client.get(earlier, headers={"HX-Request": "true"}).text


def test_who_may_not_see_the_record_sees_none_of_it(site: Site, client: FlaskClient) -> None:
    open_one, secret = a_paper(client), a_paper(client, title="Secret")
    reader = client_of(site, site.caller("reader"))
    for paper, status in ((open_one, 200), (secret, 404)):
        file_id = scan(site, paper)
        for path in (f"files/{file_id}", f"files/{file_id}/content", "versions/scan"):
            assert reader.get(f"{paper}/{path}", buffered=True).status_code == status, path
    # Nor by the address of a record that one may see.
    assert reader.get(f"{open_one}/files/{scan(site, secret)}").status_code == 404
    assert client.get(f"{open_one}/files/{scan(site, secret)}").status_code == 404


@pytest.mark.parametrize("path", ["files/nothing", f"files/{NOBODY}", "versions/name", "versions/nothing"])
def test_what_is_not_there_is_not_found(client: FlaskClient, path: str) -> None:
    assert client.get(f"{a_paper(client)}/{path}").status_code == 404


def test_a_wrong_cursor_is_refused(client: FlaskClient) -> None:
    assert client.get(f"{a_paper(client)}/versions/scan?cursor=x").status_code == 400


def test_a_reader_looks_but_has_nowhere_to_put_a_file(site: Site, client: FlaskClient) -> None:
    paper = a_paper(client)
    text = client_of(site, site.caller("reader")).get(paper).text
    assert "Look at deed.pdf" in text
    assert "data-drop" not in text
