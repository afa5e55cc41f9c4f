"""Signing in on pages by a password that a directory keeps."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from kalip.access import SYSTEM
from kalip.base.text import Text
from kalip.records.organisation.syncing import SyncPeople, sync_people
from kalip.runtime.directories import Directory, DirectoryContents, DirectoryFailed, DirectoryKind, DirectoryPerson
from kalip.storage import Blobs
from tests.support.builders import a_pack, an_entity
from tests.support.identity import PASSWORD, Browser, with_password
from tests.support.web_site import a_site, an_app

THEIRS, DOWN = "what the directory says", "the directory is down"


def check(_options: Mapping[str, Any], _person: str, password: str) -> bool:
    if password == DOWN:
        raise DirectoryFailed("It is down.")
    return password == THEIRS


def test_it_works(tmp_path: Path) -> None:
    pack = a_pack().with_role("clerk").with_entity(an_entity("thing").with_field("name", "text"))
    with a_site(f"sqlite:///{tmp_path / 'kalip.sqlite3'}", tmp_path, pack) as site:
        email = with_password(site, site.person("clerk"))
        contents = DirectoryContents((DirectoryPerson("7", email),))
        kind = DirectoryKind("list", Text.of("List"), lambda _options: contents, check=check)
        office = Directory("office", "list", sign_in=True, reader=kind)
        services = replace(site.services, directories={"office": office})
        sync_people(services, SYSTEM, SyncPeople("office"))
        browser = Browser(an_app(services, Blobs(tmp_path / "blobs")).test_client())

        assert browser.sign_in(email, PASSWORD).status_code == 401
        assert "be checked now: try again" in browser.sign_in(email, DOWN).text
        assert browser.sign_in(email, THEIRS).status_code == 200
        assert browser.path != "/login"
        page = browser.open("/account/security").text
        assert "kept in a directory of the organisation" in page
        assert 'action="/account/security/password"' not in page
        refused = browser.send("/account/security/password", present=THEIRS, wanted="another long password")
        assert "kept in a directory of the organisation" in refused.text
        assert refused.status_code < 500
        assert browser.open("/account/security").status_code == 200

        admin = Browser(an_app(services, Blobs(tmp_path / "blobs")).test_client())
        boss = with_password(site, site.person("administrator"))
        assert admin.sign_in(boss, PASSWORD).status_code == 200
        page = admin.open("/admin/users").text
        theirs, own = (next(row for row in page.split("<tr>")[1:] if each in row) for each in (email, boss))
        assert ("password in office" in theirs, "/password" in theirs, "/link" in theirs) == (True, False, False)
        assert ("password in office" in own, "/password" in own) == (False, True)
