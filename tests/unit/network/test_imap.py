"""Mailboxes read from a real IMAP server."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage

import pytest

from kalip.network import NetworkError, NetworkRefused, open_folder
from tests.support.imap import Postbox

pytestmark = pytest.mark.imap


def message(subject: str = "Hello") -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = subject, "a@client.example"
    mail.set_content("Text\n")
    return mail


def test_messages_are_fetched_and_stay_unread(postbox: Postbox) -> None:
    postbox.put(message("One"))
    postbox.put(message("Two"))
    with open_folder(postbox.account().server) as folder:
        assert folder.after(0) == [1, 2]
        assert folder.after(1) == [2]
        assert folder.after(2) == []
        raw = folder.fetch(2)
        assert raw is not None
        assert b"Subject: Two" in raw
        assert folder.fetch(9) is None
    with postbox.client() as client:
        client.select()
        assert client.search(None, "UNSEEN")[1] == [b"1 2"]


def test_days_before_are_left_out(postbox: Postbox) -> None:
    now = datetime.now(UTC)
    postbox.put(message(), now - timedelta(days=9))
    postbox.put(message(), now)
    with open_folder(postbox.account().server) as folder:
        assert folder.after(0, now - timedelta(days=3)) == [2]
        assert folder.after(0, datetime.fromtimestamp(86400 * 400, UTC)) == [1, 2]


def test_a_mailbox_numbered_anew_says_so(postbox: Postbox) -> None:
    postbox.put(message())
    with open_folder(postbox.account().server) as folder:
        before = folder.validity
    postbox.number_anew()
    with open_folder(postbox.account().server) as folder:
        assert folder.validity != before


def test_another_folder_is_opened_by_its_path(postbox: Postbox) -> None:
    with postbox.client() as client:
        client.create('"In \\"quotes\\""')
    server = postbox.account().server
    with open_folder(replace(server, path='In "quotes"')) as folder:
        assert folder.after(0) == []
    with pytest.raises(NetworkRefused, match="no mail folder"), open_folder(replace(server, path="Nowhere")):
        pass


def test_a_wrong_password_is_no_use_to_try_again(postbox: Postbox) -> None:
    with pytest.raises(NetworkRefused) as caught, open_folder(replace(postbox.account().server, password="wrong")):
        pass
    assert "wrong" not in str(caught.value)


def test_nobody_listening_may_be_tried_again(postbox: Postbox) -> None:
    with pytest.raises(NetworkError) as caught, open_folder(replace(postbox.account().server, port=1)):
        pass
    assert not isinstance(caught.value, NetworkRefused)


def test_a_password_is_not_sent_unencrypted_elsewhere(postbox: Postbox) -> None:
    with (
        pytest.raises(NetworkError, match="no encryption"),
        open_folder(replace(postbox.account().server, host="0.0.0.0")),  # noqa: S104
    ):
        pass
