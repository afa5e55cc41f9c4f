"""A person's data as PDF: Turkish and Russian letters are in its fonts, and nothing typed is markup."""

from kalip.records.privacy.printing import person_pdf
from tests.support.builders import a_model, an_entity


def test_it_works() -> None:
    model = a_model(an_entity("contact").with_field("name", "text", label={"en": "Name", "tr": "Ad"}))
    record = {
        "entity": "contact", "id": "1", "title": "Şule <b>Иван</b> & ığĞİ",
        "values": {"name": "Şule", "address": {"city": "İzmir"}, "notes": "uzun metin " * 2_000},
        "files": [{"name": "ö.pdf", "media_type": "application/pdf", "size": 3}],
        "consents": [{"at": "2026", "text": "Evet", "version": "1"}],
        "history": [{"at": "2026", "kind": "record.created", "after": {"name": "Şule"}}],
    }  # fmt: skip
    found = {
        "names": ["Şule"], "known_by": ["a@example.org"], "made_at": "2026", "records": [record],
        "beside": {"mails": [{"created_at": "2026", "subject": "Привет", "body": "</para> ok"}]},
        "accounts": [{"name": "Şule", "roles": ["rep"]}],
        "disclosures": [{"at": "2026", "recipient": "Banka", "purpose": "Kredi"}],
    }  # fmt: skip
    made = person_pdf(model, found, "tr", "Kalıp", str)
    assert made.startswith(b"%PDF-")
    assert b"/ToUnicode" in made
    assert b"Roboto" in made
