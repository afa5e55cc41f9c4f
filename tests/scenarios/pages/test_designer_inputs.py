"""Pages of the designer whose inputs are more than a line: forms with lines in them, texts of several lines."""

from pathlib import Path

from tests.support.builders import an_entity
from tests.support.designed import LAYOUT, a_base, a_thing, sent, shown
from tests.support.signed_in import client_of
from tests.support.web_site import a_site

MAIL = "/designer/at/mails/greeting"
BODY = "Dear {{ name }},\n\nwe write soon.\n\nKind regards"


def test_it_works(tmp_path: Path) -> None:
    line = (
        an_entity("line")
        .with_keys(title="name", owned_by="thing")
        .with_field("name", "text")
        .with_field("thing", "reference", to="thing", required=True)
        .with_access(rep="all")
    )
    mail = {"entity": "thing", "subject": "Hello", "body": BODY}
    pack = a_base(a_thing().with_field("lines", "children", of="line").with_field("email", "email")).with_entity(line)
    pack.with_document("mails/greeting", mail)
    url = f"sqlite:///{tmp_path / 'x.db'}"
    with a_site(url, tmp_path, pack, config={"WTF_CSRF_ENABLED": False}) as site:
        client = client_of(site, site.admin)
        placed, _, preview = shown(client, LAYOUT).partition("design-preview")
        assert "E-mail</span>" in placed
        assert "Add Line" in preview
        assert f">{BODY}</textarea>" in shown(client, MAIL)
        sent(client, MAIL, do="save", **{"/body/en": BODY.replace("\n", "\r\n").replace("soon", "today")})
        assert f">{BODY.replace('soon', 'today')}</textarea>" in shown(client, MAIL)
