"""Mails of all kinds are read, and none breaks the reading."""

from email.message import EmailMessage

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kalip.workflow.intake.messages import read_message
from tests.support.letters import a_letter


def test_it_works() -> None:
    message = read_message(
        a_letter("Hi\r\n\r\n\r\n\r\nthere", answers="<one@x>", files=[("ş.pdf", b"%PDF")]).as_bytes()
    )
    assert (message.sender, message.sender_name, message.subject) == ("ayse@client.example", "Ayşe Yıldız", "Doors")
    assert (message.text, message.references, message.recipients) == (
        "Hi\n\nthere",
        ("<one@x>",),
        ("sales@firm.example",),
    )
    assert [(each.name, each.content) for each in message.attachments] == [("ş.pdf", b"%PDF")]
    assert not message.automatic
    assert message.bounce is None


def test_a_page_becomes_text() -> None:
    mail = EmailMessage()
    mail.set_content(
        "<html><head><title>No</title><style>p{}</style></head><body><p>One &amp; two<br>three</p>"
        "<script>alert(1)</script><p>four</p></body></html>",
        subtype="html",
    )
    assert read_message(mail.as_bytes()).text == "One & two\nthree\nfour"


def test_of_two_forms_the_plain_one_is_taken() -> None:
    mail = a_letter("Plain")
    mail.add_alternative("<p>Rich</p>", subtype="html")
    assert read_message(mail.as_bytes()).text == "Plain"


def test_unknown_character_sets_are_read_as_well_as_can_be() -> None:
    raw = b"From: a@x.example\nContent-Type: text/plain; charset=nonsense\n\nB\xc3\xbcro"
    assert read_message(raw).text == "Büro"


@pytest.mark.parametrize("charset", ["idna", "punycode", "unicode_escape", "hex", "utf-7", "undefined"])
def test_codecs_that_are_no_character_sets_break_nothing(charset: str) -> None:
    raw = f"From: a@x.example\nContent-Type: text/plain; charset={charset}\n\n\\ud800 \u00fc.. xn--a".encode()
    message = read_message(raw)
    assert message.sender == "a@x.example"
    assert message.text.encode()


def test_copies_are_one_and_a_reused_message_id_is_not() -> None:
    first = a_letter("One", message_id="<1@x>")
    copy = a_letter("One", message_id="<1@x>", Received="by elsewhere", Delivered_To="info@firm.example")
    other = a_letter("Two", message_id="<1@x>")
    identities = [read_message(each.as_bytes()).identity for each in (first, copy, other)]
    assert identities[0] == identities[1]
    assert identities[0] != identities[2]


def test_machines_are_known() -> None:
    for headers in ({"Auto_Submitted": "auto-replied"}, {"Precedence": "bulk"}, {"X_Autoreply": "yes"}):
        assert read_message(a_letter(**headers).as_bytes()).automatic  # type: ignore[arg-type]
    assert not read_message(a_letter(Auto_Submitted="no").as_bytes()).automatic


def test_an_undelivered_mail_says_which_and_why() -> None:
    raw = b"""From: MAILER-DAEMON@firm.example
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; firm.example

Final-Recipient: rfc822; x@client.example
Action: failed
Diagnostic-Code: smtp; 550 5.1.1 no such user

--b
Content-Type: message/rfc822

Message-ID: <abc@firm.example>
Subject: Offer

Text
--b--
"""
    bounce = read_message(raw).bounce
    assert bounce is not None
    assert (bounce.about, bounce.reason) == (("<abc@firm.example>",), "smtp; 550 5.1.1 no such user")


@given(st.binary(max_size=2000))
def test_any_bytes_give_a_message(raw: bytes) -> None:
    assert read_message(raw).identity


@given(
    st.lists(st.sampled_from([b"From", b"To", b"Subject", b"Message-ID", b"Content-Type", b"References", b"Date"])),
    st.binary(max_size=200),
)
def test_any_headers_give_a_message(names: list[bytes], value: bytes) -> None:
    raw = b"".join(name + b": " + value.replace(b"\n", b"") + b"\n" for name in names) + b"\nText"
    assert read_message(raw).identity
