"""A real SMTP server that keeps what it is given, and one that refuses."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from kalip.network import Server, Smtp
from tests.support.processes import free_port


@dataclass(slots=True)
class Sink:
    """What arrived. Set `answer` to an SMTP answer for every message, or `refused` for single recipients."""

    port: int
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    answer: str = "250 OK"
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def smtp(self) -> Smtp:
        """The way to this server."""
        return Smtp(Server("127.0.0.1", self.port, secure=False))

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Take or refuse one recipient."""
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - the same
        """Take or refuse a message."""
        if self.answer.startswith("2"):
            content = cast("bytes", envelope.content)
            self.messages.append(message_from_bytes(content, policy=policy.default))
            self.recipients.append(list(envelope.rcpt_tos))
        return self.answer


@contextmanager
def smtp_sink(**options: Any) -> Iterator[Sink]:
    """Serve SMTP on a free port until the block ends."""
    sink = Sink(free_port(), **options)
    controller = Controller(sink, hostname="127.0.0.1", port=sink.port, server_hostname="localhost")
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
