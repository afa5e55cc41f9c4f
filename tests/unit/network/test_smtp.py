"""Mail handed to a real SMTP server."""

from email.message import EmailMessage

import pytest

from kalip.network import NetworkError, NetworkRefused, Server, Smtp
from tests.support.mail import smtp_sink


def message() -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "Çay?", "a@example.com", "b@example.com, c@example.com"
    mail.set_content("Hello\n")
    return mail


def test_a_message_arrives_as_it_was_written() -> None:
    with smtp_sink() as sink:
        assert sink.smtp.send(message(), "a@example.com", ["b@example.com", "c@example.com"]) == {}
        assert sink.messages[0]["Subject"] == "Çay?"
        assert sink.recipients == [["b@example.com", "c@example.com"]]


def test_recipients_refused_for_good_are_named_and_the_others_get_it() -> None:
    with smtp_sink(refused={"c@example.com": "550 no such user"}) as sink:
        assert sink.smtp.send(message(), "a@example.com", ["b@example.com", "c@example.com"]) == {
            "c@example.com": "550 no such user"
        }
        assert sink.recipients == [["b@example.com"]]
        assert sink.smtp.send(message(), "a@example.com", ["c@example.com"]) == {"c@example.com": "550 no such user"}


@pytest.mark.parametrize(("answer", "final"), [("451 later", False), ("554 never", True)])
def test_the_servers_no_is_for_now_or_for_good(answer: str, final: bool) -> None:
    with smtp_sink(answer=answer) as sink, pytest.raises(NetworkError, match=answer) as caught:
        sink.smtp.send(message(), "a@example.com", ["b@example.com"])
    assert isinstance(caught.value, NetworkRefused) == final


def test_nobody_listening_may_be_tried_again() -> None:
    with pytest.raises(NetworkError) as caught:
        Smtp(Server("127.0.0.1", 1, secure=False)).send(message(), "a@example.com", ["b@example.com"])
    assert not isinstance(caught.value, NetworkRefused)


def test_a_recipient_who_is_refused_for_now_is_tried_again() -> None:
    with smtp_sink(refused={"b@example.com": "450 busy"}) as sink, pytest.raises(NetworkError, match="busy"):
        sink.smtp.send(message(), "a@example.com", ["b@example.com"])
