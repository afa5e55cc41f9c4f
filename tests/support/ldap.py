"""A throw-away LDAP server: Debian's slapd, as an ordinary process on free ports, with a branch for each test."""

import itertools
import os
import shutil
import socket
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from ldap3 import MODIFY_REPLACE, NONE, Connection, Server

from tests.support.processes import free_port, running

SUFFIX = "dc=example,dc=com"
ADMIN, READER, LIMITED = f"cn=admin,{SUFFIX}", f"cn=reader,{SUFFIX}", f"cn=limited,{SUFFIX}"
PASSWORD = "open sesame"
STRANGER = "127.0.0.2"
"""An address of a server without encryption that passes for another machine's."""
MOST = 5
"""Entries that the server gives at once; only who asks page by page gets more."""

_SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in it
_numbers = itertools.count()
_ANSWERS: Mapping[int, tuple[int, int | None]] = {0x77: (0x78, 52), 0x60: (0x61, None)}
"""StartTLS is answered that it's not there, and signing in with what the test wants."""
_ATTRIBUTE = "attributetype ( 1.2.840.113556.1.4.{number} NAME '{name}' EQUALITY {rule} SYNTAX {syntax} SINGLE-VALUE )"
_ORDERED = "integerMatch ORDERING integerOrderingMatch"
_SYNTAX = "1.3.6.1.4.1.1466.115.121.1"
_CONFIG = f"""
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/nis.schema
include /etc/ldap/schema/inetorgperson.schema
{_ATTRIBUTE.format(number=8, name="userAccountControl", rule="integerMatch", syntax=f"{_SYNTAX}.27")}
{_ATTRIBUTE.format(number=2, name="objectGUID", rule="octetStringMatch", syntax=f"{_SYNTAX}.40")}
{_ATTRIBUTE.format(number=98, name="primaryGroupID", rule="integerMatch", syntax=f"{_SYNTAX}.27")}
{_ATTRIBUTE.format(number=146, name="objectSid", rule="octetStringMatch", syntax=f"{_SYNTAX}.40")}
{_ATTRIBUTE.format(number=159, name="accountExpires", rule=_ORDERED, syntax=f"{_SYNTAX}.27")}
objectclass ( 1.2.840.113556.1.5.9 NAME 'windowsUser' SUP top AUXILIARY
  MAY ( userAccountControl $ objectGUID $ primaryGroupID $ objectSid $ accountExpires ) )
modulepath /usr/lib/ldap
moduleload back_mdb
pidfile {{home}}/pid
argsfile {{home}}/args
{{tls}}
sizelimit size.soft={MOST} size.hard={MOST} size.pr=unlimited size.prtotal=unlimited
database mdb
suffix "{SUFFIX}"
rootdn "{ADMIN}"
rootpw "{PASSWORD}"
directory {{home}}/data
maxsize 16777216
dbnosync
limits dn.exact="{LIMITED}" size.soft=2 size.hard=2 size.pr=unlimited size.prtotal=2
"""
_TLS = "TLSCACertificateFile {home}/ca.pem\nTLSCertificateFile {home}/server.pem\nTLSCertificateKeyFile {home}/key.pem"


@dataclass(frozen=True, slots=True)
class Branch:
    """A part of the server's tree that a test has for itself."""

    server: "Slapd"
    base: str

    def settings(self, **more: Any) -> dict[str, Any]:
        """The branch as a site's settings name it."""
        ways = {"url": self.server.url, "ca_file": str(self.server.ca)} if self.server.ca else {"url": self.server.url}
        groups = {"group_base": self.base}
        return {"kind": "ldap", "base": self.base, "bind_dn": READER, "password": PASSWORD, **ways, **groups, **more}

    def unit(self, name: str, above: str = "") -> str:
        """An organisational unit, directly below the branch or another unit; its place."""
        place = f"ou={name},{above or self.base}"
        self.server.add(place, "organizationalUnit", {})
        return place

    def person(self, name: str, above: str = "", **values: Any) -> str:
        """A person; the place."""
        place = f"uid={name},{above or self.base}"
        said = {"cn": name.title(), "sn": name.title(), "mail": f"{name}@example.com", **values}
        self.server.add(place, ("inetOrgPerson", "windowsUser"), said)
        return place

    def group(self, name: str, *members: str) -> str:
        """A group of people and groups; its place."""
        place = f"cn={name},{self.base}"
        self.server.add(place, "groupOfNames", {"member": list(members)})
        return place


@dataclass(frozen=True, slots=True)
class Slapd:
    """A running server; `ca` is whom its certificate is by, None when it has none."""

    port: int
    tls_port: int
    connection: Connection
    ca: Path | None

    @property
    def url(self) -> str:
        """Its address."""
        return f"ldap://127.0.0.1:{self.port}"

    def branch(self) -> Branch:
        """An empty branch."""
        place = f"ou=b{next(_numbers)},{SUFFIX}"
        self.add(place, "organizationalUnit", {})
        return Branch(self, place)

    def add(self, place: str, classes: str | tuple[str, ...], values: Mapping[str, Any]) -> None:
        """Add an entry."""
        self.connection.add(place, classes, dict(values))  # type: ignore[no-untyped-call]  # its types are bare

    def change(self, place: str, **values: Any) -> None:
        """Give an entry other values; None takes them away."""
        changes = {name: [(MODIFY_REPLACE, [] if value is None else [value])] for name, value in values.items()}
        self.connection.modify(place, changes)  # type: ignore[no-untyped-call]  # as above

    def rename(self, place: str, name: str, above: str | None = None) -> str:
        """Call an entry otherwise, and hang it elsewhere; its place now."""
        self.connection.modify_dn(place, name, new_superior=above)
        return f"{name},{above or place.partition(',')[2]}"

    def remove(self, place: str) -> None:
        """Remove an entry."""
        self.connection.delete(place)  # type: ignore[no-untyped-call]  # as above


def slapd_program() -> Path | None:
    """The server on this machine, if there is one."""
    found = shutil.which("slapd", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


@contextmanager
def ldap_server(program: Path, *, encrypted: bool = True) -> Iterator[Slapd]:
    """Serve LDAP on free ports until the block ends."""
    roomy = _SHARED_MEMORY if os.access(_SHARED_MEMORY, os.W_OK) else None
    home = Path(tempfile.mkdtemp(prefix="kalip-ldap-", dir=roomy))
    port, tls_port = free_port(), free_port()
    (home / "data").mkdir()
    if encrypted:
        _certify(home)
    config = home / "slapd.conf"
    config.write_text(_CONFIG.format(home=home, tls=_TLS.format(home=home) if encrypted else ""))
    others = f"ldaps://127.0.0.1:{tls_port}/" if encrypted else f"ldap://{STRANGER}:{port}/"
    addresses = f"ldap://127.0.0.1:{port}/ {others}"
    command = [str(program), "-d", "0", "-f", str(config), "-h", addresses]
    try:
        with running(command, log=home / "output", is_ready=lambda: _answers(port)), _signed_in(port) as connection:
            server = Slapd(port, tls_port, connection, home / "ca.pem" if encrypted else None)
            server.add(SUFFIX, ("domain",), {"dc": "example"})
            for place in (READER, LIMITED):
                server.add(place, ("organizationalRole", "simpleSecurityObject"), {"userPassword": PASSWORD})
            yield server
    finally:
        shutil.rmtree(home, ignore_errors=True)


@contextmanager
def server_that_answers(code: int) -> Iterator[str]:
    """A server without encryption that answers whoever signs in with a result's code; its address."""

    def talk(asked: socket.socket) -> None:
        with asked:
            while said := asked.recv(4096):
                number, kind = said[2 : 4 + said[3]], said[4 + said[3]]
                if kind not in _ANSWERS:
                    return
                answer, fixed = _ANSWERS[kind]
                result = bytes((0x0A, 1, code if fixed is None else fixed, 4, 0, 4, 0))
                message = number + bytes((answer, len(result))) + result
                asked.sendall(bytes((0x30, len(message))) + message)

    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            talk(listening.accept()[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"ldap://127.0.0.1:{listening.getsockname()[1]}"
        thread.join()


@contextmanager
def _signed_in(port: int) -> Iterator[Connection]:
    server = Server("127.0.0.1", port, get_info=NONE)
    with Connection(server, ADMIN, PASSWORD, raise_exceptions=True, check_names=False) as connection:
        yield connection


def _answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
    except OSError:
        return False
    return True


def _certify(home: Path) -> None:
    """A certificate for 127.0.0.1, and that of the authority that gave it."""
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    ca = _certificate("Test authority", ca_key, "Test authority", ca_key, ca=True)
    own = _certificate("slapd", key, "Test authority", ca_key, ca=False)
    (home / "ca.pem").write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    (home / "server.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    form, none = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (home / "key.pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, form, none))


def _certificate(
    name: str, key: ec.EllipticCurvePrivateKey, by: str, by_key: ec.EllipticCurvePrivateKey, *, ca: bool
) -> x509.Certificate:
    subject, issuer = (x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each)]) for each in (name, by))
    now = datetime.now(UTC)
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
    )
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(by_key.public_key()), critical=False)
        .sign(by_key, hashes.SHA256())
    )
