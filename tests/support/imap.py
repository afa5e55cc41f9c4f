"""A throw-away IMAP server: Debian's Dovecot, as an ordinary process on a free port, with one mailbox."""

import getpass
import grp
import imaplib
import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from pathlib import Path

from kalip.network import LARGEST_MESSAGE, MailboxAccount, Server
from tests.support.processes import free_port, running

USER, PASSWORD = "sales", 'open"sesame'

_numbers = itertools.count()
_CONFIG = """
base_dir = {home}/run
log_path = {home}/dovecot.log
state_dir = {home}/state
protocols = imap
ssl = no
disable_plaintext_auth = no
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 0
first_valid_gid = 0
mail_location = maildir:{home}/mail/%u
service anvil {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    address = 127.0.0.1
    port = {port}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service stats {{
  chroot =
}}
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={home}/home/%u
}}
"""


@dataclass(frozen=True, slots=True)
class Postbox:
    """A mailbox that real mail can be put into."""

    port: int
    home: Path
    user: str = USER

    def another(self) -> "Postbox":
        """An empty mailbox on the same server."""
        return Postbox(self.port, self.home, f"box{next(_numbers)}")

    def account(self, **options: str) -> MailboxAccount:
        """The mailbox as a site's settings name it."""
        server = Server("127.0.0.1", self.port, secure=False, user=self.user, password=PASSWORD, options=options)
        largest = int(options.get("largest", LARGEST_MESSAGE))
        return MailboxAccount(options.get("name", "sales"), server, options.get("intake", ""), largest)

    def put(self, message: EmailMessage | bytes, at: datetime | None = None, folder: str = "INBOX") -> None:
        """Put a message into a folder, as if it had arrived then."""
        with self.client() as client:
            raw = message if isinstance(message, bytes) else message.as_bytes()
            status, said = client.append(folder, "", imaplib.Time2Internaldate(at or time.time()), raw)
            assert status == "OK", said

    def number_anew(self) -> None:
        """Make the server number the messages of the mailbox anew, as one that was moved does."""
        for name in self.home.glob(f"mail/{self.user}/dovecot*"):
            name.unlink()
        # The new number is a moment in seconds.
        time.sleep(1.1)

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """A connection of somebody else who reads the mailbox."""
        client = imaplib.IMAP4("127.0.0.1", self.port)
        client.login(self.user, PASSWORD)
        try:
            yield client
        finally:
            client.logout()


def dovecot_program() -> Path | None:
    """The server on this machine, if there is one."""
    found = shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    return Path(found) if found else None


@contextmanager
def imap_server(program: Path) -> Iterator[Postbox]:
    """Serve IMAP on a free port until the block ends."""
    home = Path(tempfile.mkdtemp(prefix="kalip-imap-"))
    port = free_port()
    # As root the server insists on other users than root; the package has made them.
    user, group, login = (
        ("dovecot", "dovecot", "dovenull")
        if os.geteuid() == 0
        else (getpass.getuser(), grp.getgrgid(os.getgid()).gr_name, getpass.getuser())
    )
    try:
        config = home / "dovecot.conf"
        names = {"user": user, "group": group, "login": login}
        config.write_text(_CONFIG.format(home=home, port=port, password=PASSWORD, **names))
        home.chmod(0o755)
        if os.geteuid() == 0:
            shutil.chown(home, user, group)
        with running([str(program), "-F", "-c", str(config)], log=home / "output", is_ready=lambda: _answers(port)):
            yield Postbox(port, home)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _answers(port: int) -> bool:
    try:
        client = imaplib.IMAP4("127.0.0.1", port, timeout=5)
    except (OSError, imaplib.IMAP4.error):
        return False
    client.logout()
    return True
