"""Reads mails as they came over the wire: who, what about, the text, what they answer. Any bytes give something."""

import hashlib
import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import getaddresses, parseaddr
from typing import Final

import nh3

LONGEST_TEXT: Final = 200_000
LONGEST_SUBJECT: Final = 500
MOST_REFERENCES: Final = 50
_IDS = re.compile(r"<[^<>\s]{1,900}>")
_BREAKS = re.compile(r"(?i)<\s*(br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>")
_MANY_LINES = re.compile(r"\n{3,}")
_ROBOTS = ("auto_reply", "bulk", "junk", "list")


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came with a mail."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Bounce:
    """A mail server's word that a mail of ours did not arrive. `about` are message ids that it names."""

    about: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class Message:
    """A mail that came in. `references` are message ids, the one that it answers first.

    `automatic` is true for answers of machines; `identity` is the same for copies of one mail in several mailboxes.
    """

    message_id: str
    identity: str
    sender: str
    sender_name: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    references: tuple[str, ...] = ()
    automatic: bool = False
    bounce: Bounce | None = None
    attachments: tuple[Attachment, ...] = ()


def read_message(raw: bytes) -> Message:
    """Read a mail, however broken it is: of one that no library can read there is nothing but its identity."""
    try:
        return _read(raw)
    except Exception:  # noqa: BLE001 - one message that breaks the library must not stop the mailbox
        return Message("", f" {hashlib.sha256(raw).hexdigest()}", "", "", (), "", "")


def _read(raw: bytes) -> Message:
    mail = message_from_bytes(raw, policy=policy.default)
    name, sender = parseaddr(_header(mail, "From"))
    text = _text(mail)
    message_id = next(iter(_IDS.findall(_header(mail, "Message-ID"))), "")
    return Message(
        message_id=message_id,
        identity=_identity(mail, message_id, text),
        sender=sender.strip()[:320],
        sender_name=" ".join(name.split())[:200],
        recipients=_recipients(mail),
        subject=" ".join(_header(mail, "Subject").split())[:LONGEST_SUBJECT],
        text=text[:LONGEST_TEXT],
        references=_references(mail),
        automatic=_is_automatic(mail),
        bounce=_bounce(mail),
        attachments=tuple(_attachments(mail)),
    )


def _header(mail: EmailMessage, name: str) -> str:
    try:
        value = mail.get(name)
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        # The library stumbles over some headers that spammers write.
        return ""
    return "" if value is None else _clean(str(value))


def _clean(text: str) -> str:
    """A text that any database can keep: without NUL, and without halves of characters."""
    return text.replace("\0", "").encode("utf-8", "replace").decode()


def _recipients(mail: EmailMessage) -> tuple[str, ...]:
    headers = [_header(mail, name) for name in ("To", "Cc", "Delivered-To", "X-Original-To")]
    return tuple(dict.fromkeys(address for _, address in getaddresses(headers) if "@" in address))


def _references(mail: EmailMessage) -> tuple[str, ...]:
    ids = [*_IDS.findall(_header(mail, "In-Reply-To")), *reversed(_IDS.findall(_header(mail, "References")))]
    return tuple(dict.fromkeys(ids))[:MOST_REFERENCES]


def _is_automatic(mail: EmailMessage) -> bool:
    submitted = _header(mail, "Auto-Submitted").split(";")[0].strip().lower()
    return (
        submitted not in ("", "no")
        or _header(mail, "Precedence").strip().lower() in _ROBOTS
        or bool(_header(mail, "X-Autoreply") or _header(mail, "X-Autorespond"))
    )


def _identity(mail: EmailMessage, message_id: str, text: str) -> str:
    """What copies of a mail have in common, and no other mail: a message id alone may be used for several."""
    said = "\0".join((_header(mail, "From"), _header(mail, "Date"), _header(mail, "Subject"), text))
    return f"{message_id[:500]} {hashlib.sha256(said.encode(errors='replace')).hexdigest()}"


def _text(mail: EmailMessage) -> str:
    plain, rich = [], []
    for part in _inline(mail):
        if part.get_content_type() == "text/html":
            rich.append(_content(part))
        else:
            plain.append(_content(part))
    said = "\n".join(plain) if any(map(str.strip, plain)) else "\n".join(map(_without_tags, rich))
    return _MANY_LINES.sub("\n\n", _clean(said).replace("\r\n", "\n")).strip()


def _inline(mail: EmailMessage) -> Iterator[EmailMessage]:
    for part in mail.walk():
        is_text = part.get_content_type() in ("text/plain", "text/html")
        if is_text and not _filename(part) and part.get_content_disposition() != "attachment":
            yield part


def _content(part: EmailMessage) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes):
        return ""
    charset = part.get_content_charset() or "utf-8"
    try:
        return payload.decode(charset)
    except (LookupError, ValueError):
        return payload.decode("utf-8", "replace")


def _without_tags(text: str) -> str:
    broken = _BREAKS.sub("\n", re.sub(r"\s+", " ", text))
    bare = nh3.clean(broken, tags=set(), clean_content_tags={"script", "style", "head", "title"})
    lines = (line.strip() for line in html.unescape(bare).split("\n"))
    return "\n".join(lines)


def _attachments(mail: EmailMessage) -> Iterator[Attachment]:
    for part in mail.walk():
        if part.is_multipart() and part.get_content_type() != "message/rfc822":
            continue
        name = _filename(part)
        if not name and part.get_content_disposition() != "attachment":
            continue
        payload = part.get_payload(decode=True)
        if isinstance(payload, bytes) and payload:
            yield Attachment(name or "attachment", payload)


def _filename(part: EmailMessage) -> str:
    try:
        return str(part.get_filename() or "")
    except (ValueError, IndexError, TypeError, LookupError):
        return "attachment"


def _bounce(mail: EmailMessage) -> Bounce | None:
    if mail.get_content_type() != "multipart/report" or "delivery-status" not in _header(mail, "Content-Type").lower():
        return None
    reason, about = "", list(_references(mail))
    for part in mail.walk():
        kind = part.get_content_type()
        if kind == "message/delivery-status":
            reason = reason or _diagnosis(part)
        elif kind in ("message/rfc822", "text/rfc822-headers"):
            about += _IDS.findall(_original_id(part))
    return Bounce(tuple(dict.fromkeys(about)), reason or "It could not be delivered.")


def _diagnosis(part: EmailMessage) -> str:
    payload = part.get_payload()
    blocks = payload if isinstance(payload, list) else []
    for block in blocks:
        if isinstance(block, EmailMessage) and "delayed" in _header(block, "Action").lower():
            return ""
        for name in ("Diagnostic-Code", "Status"):
            if isinstance(block, EmailMessage) and (said := _header(block, name)):
                return " ".join(said.split())[:500]
    return ""


def _original_id(part: EmailMessage) -> str:
    payload = part.get_payload()
    if isinstance(payload, list) and payload and isinstance(payload[0], EmailMessage):
        return _header(payload[0], "Message-ID")
    text = _content(part)
    found = re.search(r"(?im)^message-id:\s*(<[^<>\s]+>)", text)
    return found[1] if found else ""
