"""Files: uploaded into a field, downloaded whole and in parts, and only by those who see the record."""

from io import BytesIO
from pathlib import Path

import pytest
from werkzeug.test import TestResponse

from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.web_site import Caller, a_site

PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00" + b"\0" * 40
PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + b"x" * 200
HTML = b"<html><body><script>alert(1)</script></body></html>"
NOBODY = "01890a5d-ac96-774b-bcce-b302099a8057"


def papers() -> PackBuilder:
    """An entity with fields for files of every kind."""
    paper = (
        an_entity("paper")
        .with_field("name", "text", required=True)
        .with_field("scan", "file", accept=["application/pdf", ".txt"], max_size=5000)
        .with_field("photo", "image")
        .with_field("more", "files")
        .with_access(writer="own", reader={"read": "all"})
    )
    return a_pack("papers").with_role("writer", "reader").with_entity(paper)


def upload(caller: Caller, path: str, content: bytes, name: str = "a.pdf", **headers: str) -> TestResponse:
    """Send one file."""
    sent = {"Authorization": f"Bearer {caller.token}", **{key.replace("_", "-"): each for key, each in headers.items()}}
    return caller.client.post(path, data={"file": (BytesIO(content), name)}, headers=sent)


def test_a_file_comes_back_as_it_was_sent(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        made = upload(writer, f"/api/records/paper/{paper['id']}/files/scan", PDF, "../../etc/Akdi\u015f \u2116 1.pdf")
        told = made.json or {}
        assert made.status_code == 201
        assert (told["name"], told["media_type"], told["size"]) == (
            "Akdi\u015f \u2116 1.pdf",
            "application/pdf",
            len(PDF),
        )
        assert made.headers["Location"] == f"/api/files/{told['id']}"
        assert made.headers["ETag"] == '"2"'
        assert (writer.get(f"/api/records/paper/{paper['id']}").json or {})["scan"] == told["id"]
        got = writer.get(made.headers["Location"])
        assert got.data == PDF
        assert got.headers["Content-Disposition"].startswith("attachment")
        assert "%E2%84%96" in got.headers["Content-Disposition"]
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in got.headers["Content-Security-Policy"]
        assert got.headers["Kalip-Revision"] == site.served.model.revision


def test_parts_and_unchanged_files(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        path = upload(writer, f"/api/records/paper/{paper['id']}/files/scan", PDF).headers["Location"]
        some = writer.get(path, Range="bytes=5-9")
        assert (some.status_code, some.data, some.headers["Content-Range"]) == (206, PDF[5:10], f"bytes 5-9/{len(PDF)}")
        last = writer.get(path, Range="bytes=-4")
        assert last.data == PDF[-4:]
        beyond = writer.get(path, Range="bytes=9999-")
        assert (beyond.status_code, beyond.content_type) == (416, "application/problem+json")
        assert beyond.headers["Content-Range"] == f"bytes */{len(PDF)}"
        tag = writer.get(path).headers["ETag"]
        assert writer.get(path, If_None_Match=tag).status_code == 304
        head = writer.call("HEAD", path)
        assert (head.status_code, head.data, head.headers["Content-Length"]) == (200, b"", str(len(PDF)))


def test_rights_follow_the_record(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, papers()) as site:
        writer, other, reader = site.person("writer"), site.person("writer"), site.person("reader")
        paper = writer.make("paper", name="Deed")
        slot = f"/api/records/paper/{paper['id']}/files/scan"
        path = upload(writer, slot, PDF).headers["Location"]
        assert other.get(path).status_code == 404
        assert reader.get(path).status_code == 200
        assert site.person().get(path).status_code == 404
        assert upload(reader, slot, PDF).status_code == 403
        assert upload(other, slot, PDF).status_code == 404
        assert writer.get(f"/api/files/{NOBODY}").status_code == 404
        assert writer.get("/api/files/..%2f..%2fetc").status_code == 404
        assert site.app.test_client().get(path).status_code == 401


@pytest.mark.parametrize(
    ("field", "content", "name", "status", "says"),
    [
        ("scan", HTML, "a.pdf", 422, '"pointer":"/scan","code":"not_accepted"'),
        ("scan", PDF + b"x" * 5000, "a.pdf", 422, "too_large"),
        ("scan", b"", "a.pdf", 422, "empty"),
        ("scan", b"plain words", "a.txt", 201, "text/plain"),
        ("photo", PNG, "a.png", 201, "image/png"),
        ("photo", HTML, "a.png", 422, "not_accepted"),
        ("photo", b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "a.svg", 422, "not_accepted"),
        ("more", b"\0\1\2\3", "a.bin", 201, "application/octet-stream"),
        ("more", b"a;b\n1;2", "a.csv", 201, "text/csv"),
        ("scam", PDF, "a.pdf", 404, "did you mean 'scan'?"),
        ("name", PDF, "a.pdf", 404, '"code":"R104"'),
    ],
)
def test_the_content_decides_what_is_taken(
    tmp_path: Path, field: str, content: bytes, name: str, status: int, says: str
) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        answer = upload(writer, f"/api/records/paper/{paper['id']}/files/{field}", content, name)
        assert answer.status_code == status, answer.text
        assert says in answer.text
        version = (writer.get(f"/api/records/paper/{paper['id']}").json or {})["version"]
        assert version == (2 if status == 201 else 1)


def test_files_are_added_one_after_another(database_url: str, tmp_path: Path) -> None:
    with a_site(database_url, tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        slot = f"/api/records/paper/{paper['id']}/files/more"
        ids = [(upload(writer, slot, PDF, f"{number}.pdf").json or {})["id"] for number in range(3)]
        assert (writer.get(f"/api/records/paper/{paper['id']}").json or {})["more"] == ids


def test_what_is_no_single_file_is_refused(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        slot = f"/api/records/paper/{paper['id']}/files/scan"
        headers = {"Authorization": f"Bearer {writer.token}"}
        bodies = [
            ({"fail": (BytesIO(PDF), "a.pdf")}, 400),
            ({"file": [(BytesIO(PDF), "a.pdf"), (BytesIO(PDF), "b.pdf")]}, 400),
            ({"file": (BytesIO(PDF), "a.pdf"), "note": "x"}, 400),
        ]
        for data, status in bodies:
            assert writer.client.post(slot, data=data, headers=headers).status_code == status
        assert (
            writer.call("POST", slot, b"x" * 3_000_000, Content_Type="multipart/form-data; boundary=y").status_code
            == 413
        )
        assert writer.call("POST", slot, {"file": "x"}).status_code == 415
        assert writer.call("POST", slot, b"x", Content_Type="multipart/form-data").status_code == 400
        assert writer.call("POST", slot, b"x", Content_Type="multipart/form-data; boundary=y").status_code == 400


def test_an_upload_obeys_the_tag_and_the_key(tmp_path: Path) -> None:
    with a_site(f"sqlite:///{tmp_path}/x.db", tmp_path, papers()) as site:
        writer = site.caller("writer")
        paper = writer.make("paper", name="Deed")
        slot = f"/api/records/paper/{paper['id']}/files/more"
        assert upload(writer, slot, PDF, If_Match='"7"').status_code == 412
        first = upload(writer, slot, PDF, Idempotency_Key="k")
        again = upload(writer, slot, PDF, Idempotency_Key="k")
        assert (first.json or {})["id"] == (again.json or {})["id"]
        assert again.headers["Idempotent-Replayed"] == "true"
        assert upload(writer, slot, PDF + b"y", Idempotency_Key="k").status_code == 422


def test_a_record_names_no_file_that_its_writer_may_not_open(database_url: str, tmp_path: Path) -> None:
    """Else its name would be shown, and its bytes go along into what the record is converted to."""
    with a_site(database_url, tmp_path, papers()) as site:
        writer, other = site.caller("writer"), site.person("writer", "reader")
        theirs, mine = other.make("paper", name="Theirs"), writer.make("paper", name="Mine")
        made = [upload(other, f"/api/records/paper/{theirs['id']}/files/more", PDF).json or {} for _ in range(2)]
        scan, more = (str(each["id"]) for each in made)
        assert writer.get(f"/api/files/{scan}").status_code == 404
        for values in ({"scan": scan}, {"more": [more]}):
            refused = writer.call("PATCH", f"/api/records/paper/{mine['id']}", values)
            assert refused.status_code == 422, values
            (violation,) = (refused.json or {})["violations"]
            assert (violation["pointer"], violation["code"]) == (f"/{next(iter(values))}", "not_found")
            assert writer.call("POST", "/api/records/paper", {"name": "New", **values}).status_code == 422
        kept = {"more": [more, scan]}
        assert other.call("PATCH", f"/api/records/paper/{theirs['id']}", kept).status_code == 200
        taken = other.make("paper", name="Copy", scan=scan)
        assert taken["scan"] == scan
