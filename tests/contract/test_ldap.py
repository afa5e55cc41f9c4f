"""The plugin for LDAP directories, on a real server."""

import sys
import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest

from kalip.base.bundle import bundle_path
from kalip.base.errors import ConfigurationError, Conflict
from kalip.records.organisation import tree_of
from kalip.records.organisation.syncing import PeopleSynced, SyncPeople, sync_people
from kalip.runtime import load_extensions
from kalip.runtime.directories import Directory, DirectoryContents, DirectoryFailed, read_directories, with_readers
from kalip.storage import User, find_user
from kalip.storage.groups import group_codes
from plugins.ldap.connecting import AccountRefused, open_directory
from plugins.ldap.options import Options
from plugins.ldap.searching import whole_values
from tests.support.ldap import (
    LIMITED,
    MOST,
    READER,
    STRANGER,
    SUFFIX,
    Branch,
    ldap_server,
    server_that_answers,
    slapd_program,
)
from tests.support.processes import free_port
from tests.support.site import Site, a_site

EXTENSIONS = load_extensions(bundle_path("plugins"))
Read = Callable[..., DirectoryContents]


def directory(settings: dict[str, Any]) -> Directory:
    return with_readers(read_directories({"office": settings}, {}), EXTENSIONS.directories)["office"]


@pytest.fixture
def read(branch: Branch) -> Read:
    """Read the branch, with settings of its own."""
    return lambda **more: directory(branch.settings(**more)).read()


def emails(contents: DirectoryContents) -> list[str]:
    return sorted(each.email for each in contents.people)


def test_it_works(branch: Branch, read: Read) -> None:
    place = branch.person("eda", displayName="Eda Su", title="Seller", preferredLanguage="tr-TR")
    branch.group("sales", place)
    contents = read()
    (eda,), (sales,) = contents.people, contents.groups
    assert (eda.email, eda.name, eda.position, eda.locale) == ("eda@example.com", "Eda Su", "Seller", "tr-TR")
    assert (sales.name, eda.groups, eda.active) == ("sales", (sales.id,), True)
    assert str(uuid.UUID(eda.id)) == eda.id


def test_everybody_is_read_though_the_server_gives_few_at_once(branch: Branch, read: Read) -> None:
    names = [f"p{number}" for number in range(2 * MOST + 1)]
    for name in names:
        branch.person(name)
    assert emails(read(page_size=MOST - 1)) == sorted(f"{name}@example.com" for name in names)


def test_what_is_cut_off_is_refused_and_not_taken_for_gone(branch: Branch, read: Read) -> None:
    for name in ("a", "b", "c"):
        branch.person(name)
    with pytest.raises(DirectoryFailed, match="stopped in the middle of .*sizeLimitExceeded"):
        read(bind_dn=LIMITED)


def test_values_that_come_in_ranges_are_put_together() -> None:
    members = [str(number).encode() for number in range(7)]
    asked = []

    def fetch(attribute: str) -> dict[str, list[bytes]]:
        """Answer as Active Directory does, three at a time."""
        asked.append(attribute)
        start = int(attribute.partition("=")[2].partition("-")[0])
        last = "*" if start + 3 >= len(members) else str(start + 2)
        return {f"member;range={start}-{last}": members[start : start + 3]}

    first = {"cn": [b"all"], "member": [], "member;range=0-2": members[:3]}
    assert whole_values(first, fetch) == {"cn": [b"all"], "member": members}
    assert asked == ["member;range=3-*", "member;range=6-*"]
    with pytest.raises(DirectoryFailed, match="member has more than 3 values"):
        whole_values(first, lambda _attribute: {})


def test_the_disabled_are_told(branch: Branch, read: Read) -> None:
    branch.person("in", userAccountControl=512)
    branch.person("out", userAccountControl=514)
    branch.person("linux")
    branch.person("left", description="left us")
    active = {each.email.partition("@")[0]: each.active for each in read().people}
    assert active == {"in": True, "out": False, "linux": True, "left": True}
    active = {each.email.partition("@")[0]: each.active for each in read(disabled_filter="description=left us").people}
    assert active == {"in": True, "out": True, "linux": True, "left": False}


def test_an_account_of_active_directory_ends_at_its_time(branch: Branch, read: Read) -> None:
    times = {"never": 0, "always": 2**63 - 1, "ended": _file_time(2000), "goes_on": _file_time(2999)}
    for name, time in times.items():
        branch.person(name, accountExpires=time)
    active = {each.email.partition("@")[0]: each.active for each in read().people}
    assert active == {"never": True, "always": True, "ended": False, "goes_on": True}


def _file_time(year: int) -> int:
    """Active Directory counts in steps of 100 ns since 1601."""
    return (date(year, 1, 1) - date(1601, 1, 1)).days * 24 * 60 * 60 * 10**7


def test_a_person_is_known_by_what_stays(branch: Branch, read: Read) -> None:
    place = branch.person("eda")
    guid = uuid.uuid4()
    branch.person("windows", objectGUID=guid.bytes_le)
    before = {each.email: each.id for each in read().people}
    assert before["windows@example.com"] == str(guid)
    place = branch.server.rename(place, "uid=eda.su", branch.unit("sales"))
    branch.server.change(place, mail="eda.su@example.com")
    assert {each.email: each.id for each in read().people}["eda.su@example.com"] == before["eda@example.com"]
    with pytest.raises(DirectoryFailed, match="none of the attributes employeeNumber"):
        read(attributes={"id": "employeeNumber"})


def test_groups_in_groups_even_in_a_circle(branch: Branch, read: Read) -> None:
    eda, can = branch.person("eda"), branch.person("can")
    inner = branch.group("inner", eda)
    outer = branch.group("outer", inner.upper(), can)
    branch.server.connection.modify(inner, {"member": [("MODIFY_ADD", [outer])]})  # type: ignore[no-untyped-call]  # bare
    branch.server.add(f"cn=unix,{branch.base}", ("posixGroup",), {"gidNumber": 7, "memberUid": ["eda", "nobody"]})
    contents = read()
    names = {each.id: each.name for each in contents.groups}
    found = {each.name: sorted(names[group] for group in each.groups) for each in contents.people}
    assert found == {"Eda": ["inner", "outer", "unix"], "Can": ["inner", "outer"]}


def test_the_primary_group_of_active_directory_counts_though_it_names_no_members(branch: Branch, read: Read) -> None:
    def security_id(domain: bytes, number: int) -> bytes:
        return b"\x01\x05" + bytes(6) + domain * 4 + number.to_bytes(4, "little")

    ours, theirs = (partial(security_id, each) for each in (b"dom1", b"dom2"))
    branch.person("eda", primaryGroupID=513, objectSid=ours(1104))
    branch.person("can", primaryGroupID=1200, objectSid=ours(1105))
    branch.person("foreign", primaryGroupID=513, objectSid=theirs(1104))
    branch.person("plain", primaryGroupID=513)
    users = branch.group("users", READER)
    branch.group("all", users)
    for place, sid in ((users, ours(513)), (branch.group("short", READER), ours(1200)[:8])):
        branch.server.connection.modify(  # type: ignore[no-untyped-call]  # its types are bare
            place, {"objectClass": [("MODIFY_ADD", ["windowsUser"])], "objectSid": [("MODIFY_ADD", [sid])]}
        )
    contents = read()
    names = {each.id: each.name for each in contents.groups}
    found = {each.name: sorted(names[group] for group in each.groups) for each in contents.people}
    assert found == {"Eda": ["all", "users"], "Can": [], "Foreign": [], "Plain": []}


def test_units_by_place_or_by_attribute(branch: Branch, read: Read) -> None:
    branch.person("eda", branch.unit("Key Accounts\\, Turkey", branch.unit("Sales")), departmentNumber="Field Sales")
    branch.person("top")
    by_place = {each.name: each.unit for each in read(attributes={"unit": "ou"}).people}
    assert by_place == {"Eda": "Sales/Key-Accounts-Turkey", "Top": ""}
    by_attribute = {each.name: each.unit for each in read(attributes={"unit": "departmentNumber"}).people}
    assert by_attribute == {"Eda": "Field-Sales", "Top": ""}


def test_encrypted_from_the_first_byte(branch: Branch, read: Read) -> None:
    branch.person("eda")
    assert emails(read(url=f"ldaps://127.0.0.1:{branch.server.tls_port}")) == ["eda@example.com"]


@pytest.mark.usefixtures("slapd")
def test_without_encryption_only_on_this_machine() -> None:
    program = slapd_program()
    assert program is not None
    with ldap_server(program, encrypted=False) as server:
        branch = server.branch()
        branch.person("eda")
        assert emails(directory(branch.settings()).read()) == ["eda@example.com"]
        with pytest.raises(DirectoryFailed, match="offers no encryption, and the password is not sent"):
            directory(branch.settings(url=f"ldap://{STRANGER}:{server.port}")).read()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # the library leaves its socket open
@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"password": "wrong"}, f"lets '{READER}' not in: invalidCredentials"),
        ({"filter": "(mail=*"}, "a filter is wrong"),
        ({"filter": "(mail ? x)"}, "a filter is wrong"),
        ({"base": f"ou=nowhere,{SUFFIX}"}, "no such place: noSuchObject"),
        ({"base": "nowhere"}, "invalidDNSyntax"),
        ({"ca_file": "/no/such/file"}, "can't be used"),
        ({"ca_file": None}, "can't be reached: .*certificate"),
        ({"url": "ldaps://localhost:{tls_port}"}, "can't be reached: .*certificate"),
        ({"url": "ldap://127.0.0.1:{free}"}, "can't be reached: .*refused"),
        ({"url": "ldaps://127.0.0.1:{port}"}, "can't be reached"),
    ],
)
def test_faults_name_the_directory_and_what_to_look_at(branch: Branch, more: dict[str, Any], message: str) -> None:
    settings = branch.settings(**more)
    names = {"tls_port": branch.server.tls_port, "port": branch.server.port, "free": free_port()}
    settings["url"] = settings["url"].format(**names)
    with pytest.raises(DirectoryFailed, match=message) as caught:
        directory({name: value for name, value in settings.items() if value is not None}).read()
    assert caught.value.message.startswith("[directories.office]: ")
    assert "open sesame" not in str(caught.value)


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"url": "http://x"}, "/url"),
        ({"bsae": "x"}, "there is no 'bsae'"),
        ({"page_size": 0}, "/page_size"),
        ({"attributes": {"emial": "x"}}, "emial"),
    ],
)
def test_wrong_settings_stop_at_the_door(more: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigurationError, match=message):
        directory({"kind": "ldap", "url": "ldap://x", "base": "dc=x", **more})


@pytest.mark.parametrize("password", ["", "bell\x07", "\x00", "\ue000", "his own\u200b", "\xad", "\ud800", "x" * 5000])
def test_a_password_that_can_be_nobodys_is_a_wrong_one(branch: Branch, password: str) -> None:
    """And no outage: that would tell whose password the directory keeps, and count for nothing."""
    branch.person("can", userPassword="his own")
    branch.person("eda")
    office = directory(branch.settings())
    ids = {each.name: each.id for each in office.read().people}
    assert not office.check(ids["Can"], password)
    assert not office.check(ids["Eda"], password or "any")


@pytest.mark.parametrize("password", ["№ 7", "½ kg", "şifre", "пароль"])
def test_a_password_is_sent_as_it_was_typed(branch: Branch, password: str) -> None:
    """Directories keep what they were given: "No 7" is another password than "№ 7"."""
    branch.person("can", userPassword=password.encode())
    office = directory(branch.settings())
    (can,) = office.read().people
    assert office.check(can.id, password)


@pytest.mark.parametrize(
    ("code", "said"), [(3, "timeLimitExceeded"), (10, "referral"), (14, "saslBindInProgress"), (51, "busy")]
)
def test_whom_a_server_neither_lets_in_nor_refuses_is_not_in(code: int, said: str) -> None:
    """The library raises for what servers refuse, but gives some answers as if nothing was amiss."""
    with server_that_answers(code) as url:
        options = Options(url, "dc=x", "cn=eda,dc=x", "whatever")
        with pytest.raises(DirectoryFailed, match=f"answers: {said}") as caught, open_directory(options):
            pytest.fail("it is open")
    assert not isinstance(caught.value, AccountRefused)


@pytest.mark.parametrize("more", [{}, {"attributes": {"id": "uid"}}])
def test_passwords_are_checked_by_signing_in_as_the_person(branch: Branch, more: dict[str, Any]) -> None:
    place = branch.person("eda", userPassword="her own", objectGUID=uuid.uuid4().bytes_le)
    branch.person("can", userPassword="his own")
    found = directory(branch.settings(**more))
    ids = {each.email.partition("@")[0]: each.id for each in found.read().people}
    answers = [found.check(ids["eda"], each) for each in ("her own", "his own", "", "wrong")]
    assert (answers, found.check(ids["can"], "his own")) == ([True, False, False, False], True)
    assert not found.check("*", "her own")
    branch.server.change(place, userAccountControl=514)
    assert not found.check(ids["eda"], "her own")
    branch.server.remove(place)
    assert not found.check(ids["eda"], "her own")
    with pytest.raises(DirectoryFailed, match="lets 'cn=reader"):
        directory(branch.settings(password="wrong")).check(ids["can"], "his own")


def synced(site: Site, branch: Branch, *, dry_run: bool = False, let_go: bool = False, **more: Any) -> PeopleSynced:
    found = directory(branch.settings(roles={"sellers": "rep"}, attributes={"unit": "ou"}, make_missing=True, **more))
    services = replace(site.services, directories={"office": found})
    return sync_people(services, site.actors["ada"], SyncPeople("office", dry_run, let_go))


def user(site: Site, email: str) -> User:
    with site.services.database.read() as session:
        found = find_user(session, email)
    assert found is not None
    return found


def test_people_follow_the_directory(branch: Branch, database_url: str) -> None:
    with a_site(database_url) as site:
        sales = branch.unit("sales")
        eda, can = branch.person("eda", sales), branch.person("can", sales, userAccountControl=512)
        group = branch.group("sellers", eda, can)
        assert synced(site, branch, dry_run=True).counts == {"created": 2}
        assert synced(site, branch).counts == {"created": 2}
        assert synced(site, branch).counts == {"unchanged": 2}
        with site.services.database.read() as session:
            assert group_codes(session, user(site, "eda@example.com").id) == ("sellers",)
        assert [each.unit.code for each in site.act("ada", tree_of, write=False)] == ["sales"]
        assert user(site, "can@example.com").roles == ("rep",)

        before = user(site, "eda@example.com").id
        branch.server.change(eda, mail="eda.su@example.com")
        branch.server.rename(eda, "uid=eda.su", branch.unit("board"))
        branch.server.change(group, member=can)
        branch.server.change(can, userAccountControl=514)
        done = synced(site, branch)
        assert done.counts == {"updated": 1, "kept_out": 1}
        told = {each.email: each.changes for each in done.people}
        assert "in the unit board" in told["eda.su@example.com"]
        moved = user(site, "eda.su@example.com")
        assert (moved.id, moved.roles, user(site, "can@example.com").active) == (before, (), False)
        assert synced(site, branch).counts == {"unchanged": 1}

        branch.server.change(can, userAccountControl=512)
        assert synced(site, branch).counts == {"updated": 1, "unchanged": 1}
        assert user(site, "can@example.com").active


def test_a_filter_that_finds_nobody_locks_nobody_out(branch: Branch, database_url: str) -> None:
    with a_site(database_url) as site:
        for name in ("eda", "can", "ece"):
            branch.person(name)
        synced(site, branch)
        with pytest.raises(Conflict, match="3 of 3 people"):
            synced(site, branch, filter="(mail=nobody)")
        with pytest.raises(DirectoryFailed):
            synced(site, branch, filter="(mail=*")
        assert user(site, "eda@example.com").active


def test_without_the_library_the_way_out_is_told(branch: Branch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ldap3", None)
    for name in ("reading", "searching", "connecting", "names"):
        monkeypatch.delitem(sys.modules, f"plugins.ldap.{name}", raising=False)
    with pytest.raises(DirectoryFailed, match="package ldap3 is not installed") as caught:
        directory(branch.settings()).read()
    assert "kalip[ldap]" in caught.value.hint
