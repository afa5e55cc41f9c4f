"""Mails as strangers write them."""

from collections.abc import Sequence
from email.message import EmailMessage
from email.utils import make_msgid


def a_letter(
    text: str = "We need doors.\n",
    *,
    sender: str = "Ayşe Yıldız <ayse@client.example>",
    to: str = "sales@firm.example",
    subject: str = "Doors",
    answers: str = "",
    message_id: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    **headers: str,
) -> EmailMessage:
    """A plain mail; `answers` is a message id, underscores in further headers' names are hyphens."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, to, subject
    mail["Date"] = "Thu, 26 Nov 2026 10:00:00 +0300"
    mail["Message-ID"] = message_id or make_msgid(domain="client.example")
    if answers:
        mail["In-Reply-To"] = mail["References"] = answers
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    for name, content in files:
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
    return mail
