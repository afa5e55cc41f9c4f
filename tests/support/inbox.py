"""A site that mail and public forms reach: contacts, companies, leads with an intake, deals that know their history.

Of the cast Ada administers, Bora sells and sees his own leads.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from email.message import EmailMessage
from io import BytesIO
from pathlib import Path
from typing import Any

from kalip.base.ids import new_id
from kalip.network import MailboxAccount, Network
from kalip.records import JobHandler, ListRecords, list_records
from kalip.storage import Blobs, FileInfo, Mail, add_file, mails_of_record
from kalip.storage.receipts import Receipt, add_receipt, list_receipts, receipt_of
from kalip.workflow.intake import settle
from kalip.workflow.intake.messages import read_message
from kalip.workflow.mails import JOB_HANDLERS
from tests.support.background import Yard
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.mail import Sink
from tests.support.site import NOW, Site, a_site

SENDER = "Kalıp Sales <sales@firm.example>"
RECEIVE: Mapping[str, Any] = {
    "role": "intake",
    "fields": {"subject": "topic", "text": "need", "name": "name", "email": "email", "phone": "phone"},
    "values": {"source": "email"},
}
FORM: Mapping[str, Any] = {
    "title": {"en": "Ask us", "tr": "Bize sorun"},
    "intro": "We answer within a day.",
    "fields": {"name": {}, "email": {"required": True}, "phone": {}, "budget": {}, "need": {"label": "Your question"}},
    "hidden": {"source": {"value": "website"}, "campaign": {"parameter": "utm_campaign"}},
    "consents": {
        "privacy": {
            "text": {"en": "I have read how my data is used.", "tr": "Verilerimin kullanımını okudum."},
            "version": "2026-11",
            "required": True,
        },
        "news": {"text": "Send me news.", "version": "3", "field": "news"},
    },
    "thanks": "Thank you! We write to you soon.",
    "origins": {"https://www.firm.example": {}},
}


def inbox_pack(receive: Mapping[str, Any] = RECEIVE, form: Mapping[str, Any] = FORM) -> PackBuilder:
    """Contacts, companies, leads and deals."""
    company = an_entity("company").with_keys(title="name").with_field("name", "text", required=True)
    company = company.with_field("email", "email").with_field("phone", "phone")
    company = company.with_access(rep="all", intake={"read": "all"})
    contact = (
        an_entity("contact")
        .with_keys(title="name")
        .with_field("name", "person_name", required=True)
        .with_field("email", "email")
        .with_field("mobile", "phone")
        .with_field("company", "reference", to="company")
        .with_access(rep="all", intake={"read": "all"})
    )
    lead = (
        an_entity("lead")
        .with_keys(title="topic")
        .with_field("topic", "text", required=True, default_expression="email", max_length=200)
        .with_field("name", "person_name")
        .with_field("email", "email")
        .with_field("phone", "phone", country="TR")
        .with_field("need", "long_text", max_length=5000)
        .with_field("budget", "money", currency="TRY")
        .with_field("due", "date")
        .with_field("language", "text")
        .with_field("campaign", "text")
        .with_field("news", "boolean")
        .with_field("source", "choice", choices="source", required=True, default="website")
        .with_field("contact", "reference", to="contact")
        .with_field("company", "reference", to="company")
        .with_field("repeat", "computed", expression="contact != null || company != null")
        .with_access(rep={"all": "own", "create": "all"}, intake={"create": "all"})
        .with_document("pipelines/inbound", _pipeline())
        .with_document("intake", {"clients": {"contact": {}, "company": {}}, "receive": dict(receive)})
        .with_document("webforms/ask", dict(form))
    )
    deal = (
        an_entity("deal")
        .with_keys(title="name")
        .with_field("name", "text", required=True)
        .with_field("contact", "reference", to="contact")
        .with_field("company", "reference", to="company")
        .with_field("client_kind", "choice", choices="client_kind", readonly=True)
        .with_access(rep={"all": "own", "create": "all"})
        .with_document("pipelines/sales", _pipeline())
        .with_document(
            "intake",
            {
                "clients": {"contact": {}, "company": {}},
                "history": {"field": "client_kind", "none": "first", "earlier": "repeat_inquiry", "won": "repeat"},
            },
        )
    )
    return (
        a_pack("sales")
        .with_role("rep", "viewer", "intake")
        .with_role("boss", administrator=True)
        .with_choices("source", "website", "email", "fair")
        .with_choices("client_kind", "first", "repeat_inquiry", "repeat")
        .with_entity(company, contact, lead, deal)
        .with_document("mails/offer", offer_mail())
    )


def offer_mail() -> dict[str, Any]:
    """A template with places of many kinds, in two languages."""
    return {
        "entity": "lead",
        "subject": {"en": "About {{ topic }}", "tr": "{{ topic }} hakkında"},
        "body": {
            "en": "Dear {{ name }},\n\nyour budget is {{ budget }}, due {{ due }}; source {{ source }}.\n"
            "Known: {{ repeat }}, {{ size(topic) * 1000 }}, {{ contact }}.",
            "tr": "Sayın {{ name }},\n\nbütçeniz {{ budget }}, tarih {{ due }}.",
        },
        "language": "language",
    }


def _pipeline() -> dict[str, Any]:
    return {
        "stages": {"new": {}, "talk": {}, "won": {"outcome": "won"}, "junk": {"outcome": "lost"}},
        "transitions": {"talk": {"to": "talk"}, "win": {"to": "won"}, "lose": {"to": "junk"}},
    }


@dataclass
class Inbox:
    """The site with its files and its way to mail servers."""

    site: Site
    yard: Yard

    def connect(self, **network: Any) -> None:
        """Use other servers from now on."""
        services = replace(self.site.services, network=replace(self.site.services.network, **network))
        self.site.services = services
        self.yard = Yard(self.site, self.yard.handlers)

    def reach(self, sink: Sink) -> None:
        """Send mail by this server."""
        self.connect(smtp=sink.smtp)

    def mails(self, entity: str, record_id: str) -> list[Mail]:
        """The mails of a record, latest first."""
        with self.site.services.database.read() as session:
            return mails_of_record(session, entity, record_id)

    def receive(self, letter: EmailMessage, intake: str = "lead") -> Receipt:
        """Take a mail as the mailbox would bring it; what became of it."""
        blobs = self.site.services.blobs
        assert blobs is not None
        raw = letter.as_bytes()
        blob = blobs.write(BytesIO(raw))
        file = FileInfo(new_id(), "message.eml", "message/rfc822", blob.size, blob.sha256, NOW, None)
        identity = read_message(raw).identity
        receipt = Receipt(new_id(), "mail", "sales", identity, self.site.clock(), intake, raw_file=file.id)
        with self.site.services.database.write() as session:
            if add_receipt(session, receipt):
                add_file(session, file)
        settle(self.site.services, receipt.id)
        return self.receipt("mail", identity)

    def receipt(self, channel: str, identity: str) -> Receipt:
        """The receipt of something."""
        with self.site.services.database.read() as session:
            found = receipt_of(session, channel, identity)
        assert found is not None
        return found

    def receipts(self, *states: str) -> list[Receipt]:
        """All receipts, latest first, or those in some states."""
        with self.site.services.database.read() as session:
            return list_receipts(session, states)

    def rows(self, entity: str) -> list[dict[str, Any]]:
        """All records of an entity, as Ada sees them, oldest first."""
        page = self.site.act("ada", lambda work: list_records(work, ListRecords(entity, sort=("created_at", "id"))))
        return [self.site.get("ada", entity, str(each["id"])) for each in page.items]


@contextmanager
def an_inbox(
    url: str, files: Path, pack: PackBuilder | None = None, handlers: Mapping[str, JobHandler] = JOB_HANDLERS
) -> Iterator[Inbox]:
    """The site on an empty database, its files in a folder, its mail from SENDER; no server is connected yet."""
    with a_site(url, pack or inbox_pack()) as site:
        network = Network(sender=SENDER, reply_to="inbox@firm.example", public_url="https://crm.firm.example")
        site.services = replace(site.services, blobs=Blobs(files), network=network)
        yield Inbox(site, Yard(site, handlers))


def mailbox(account: MailboxAccount) -> dict[str, Any]:
    """What `connect` takes for one mailbox."""
    return {"mailboxes": (account,)}
