"""What the settings say about other machines."""

from pathlib import Path

import pytest

from kalip.base.errors import ConfigurationError
from kalip.network import Network, make_network
from kalip.runtime import Settings

EMPTY = Settings(Path("/site"), "sqlite://", "files", "s" * 32)


def settings(**values: str) -> Settings:
    return Settings(EMPTY.folder, EMPTY.database_url, EMPTY.files_url, EMPTY.secret_key, **values)  # type: ignore[arg-type]


def test_a_site_without_settings_has_no_mail() -> None:
    assert make_network(EMPTY) == Network()


def test_servers_are_read_with_their_passwords_decoded() -> None:
    network = make_network(
        settings(
            smtp_url="smtps://me%40x.com:p%3Aq%40r@mail.example.com",
            mail_from="Sales <sales@example.com>",
            mailboxes="imaps://sales:pw@mail.example.com/INBOX?intake=lead imap://help:pw@[::1]:1143/In/Help?name=help",
            public_url="https://crm.example.com/",
        )
    )
    assert network.smtp is not None
    out = network.smtp.server
    assert (out.host, out.port, out.secure, out.user, out.password) == (
        *("mail.example.com", 465, True),
        *("me@x.com", "p:q@r"),
    )
    first, second = network.mailboxes
    assert (first.name, first.intake, first.server.port) == ("sales@mail.example.com", "lead", 993)
    assert (second.name, second.server.path, second.server.port, second.server.nearby) == (
        "help",
        "In/Help",
        1143,
        True,
    )
    assert network.public_url == "https://crm.example.com"
    assert "pw" not in repr(network)


@pytest.mark.parametrize(
    "values",
    [
        {"smtp_url": "mail.example.com", "mail_from": "a@b.example"},
        {"smtp_url": "smtp://mail.example.com"},
        {"smtp_url": "smtp://mail.example.com:x", "mail_from": "a@b.example"},
        {"mail_from": "Sales"},
        {"mail_reply_to": "nobody"},
        {"mailboxes": "pop3://me:secret@mail.example.com"},
        {"mailboxes": "imaps://me:secret@mail.example.com?largest=much"},
    ],
    ids=["no scheme", "no sender", "bad port", "bad sender", "bad answers", "another protocol", "bad size"],
)
def test_what_is_no_server_stops_the_start_and_shows_no_password(values: dict[str, str]) -> None:
    with pytest.raises(ConfigurationError) as caught:
        make_network(settings(**values))
    assert "secret" not in str(caught.value)
