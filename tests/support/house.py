"""A site that has one of everything that routes are about, and five people who try them.

`matter` has a pipeline, a board, a calendar, files, mails, a conversion, rules, hooks and a public form. Of the five
the anonymous is not signed in, the outsider has no role, the reader sees every record and changes none, the owner may
do with own records whatever there is, the administrator everything.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Final

from flask.testing import FlaskClient

from kalip.access import Actor
from kalip.base.ids import new_id
from kalip.records import run
from kalip.records.bulk_jobs import BulkCommand, enqueue_bulk
from kalip.records.jobs import actor_of_user
from kalip.storage.hooks import Delivery, add_delivery
from kalip.storage.notifications import Notification, add_notification
from kalip.storage.receipts import IntakeException, Receipt, add_exception, add_receipt
from kalip.storage.rule_runs import StoredRun, begin_run
from kalip.storage.saved_views import list_saved_views
from kalip.web.session import SESSION_COOKIE
from tests.support.builders import PackBuilder, a_pack, an_entity
from tests.support.signed_in import session_of
from tests.support.web_site import Caller, Site, a_site

PEOPLE: Final = ("anonymous", "outsider", "reader", "owner", "administrator")
PDF: Final = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n" + b"x" * 200
NOW: Final = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "outsider": (),
    "reader": ("reader",),
    "owner": ("worker",),
    "administrator": ("administrator",),
}

FLOW: Final[Mapping[str, Any]] = {
    "stages": {"new": {"added_steps": True}, "talk": {}, "done": {}},
    "transitions": {"talk": {"from": {"new": {}}, "to": "talk"}, "end": {"from": {"talk": {}}, "to": "done"}},
}


def house_pack() -> PackBuilder:
    """Matters of companies, and cases that they become."""
    rights: dict[str, Any] = {"worker": {"all": "own", "create": "all"}, "reader": {"read": "all"}}
    company = (
        an_entity("company")
        .with_keys(title="name", search={"name": {}}, duplicates={"same": {"fields": {"name": "fold"}}})
        .with_field("name", "text", required=True)
        .with_field("city", "text")
        .with_access(**rights)
        .with_list("name", "city")
    )
    case = (
        an_entity("case")
        .with_keys(title="name", search={"name": {}})
        .with_field("name", "text", required=True)
        .with_field("matter", "reference", to="matter")
        .with_access(**rights)
    )
    matter = (
        an_entity("matter")
        .with_keys(title="name", search={"name": {}, "note": {}})
        .with_field("name", "text", required=True)
        .with_field("note", "long_text")
        .with_field("email", "email")
        .with_field("starts", "datetime")
        .with_field("amount", "money", currency="TRY")
        .with_field("scan", "file")
        .with_field("company", "reference", to="company")
        .with_access(**rights, door={"create": "all"})
        .with_list("name", "note", "email")
        .with_document("pipelines/flow", dict(FLOW))
        .with_document("views/board", {"pipeline": "flow"})
        .with_document("views/calendar", {"start": "starts"})
        .with_document("views/card", {"fields": {"name": {}, "note": {}}})
        .with_document("conversions/open", {"targets": {"case": {"entity": "case", "fields": {"matter": "id"}}}})
        .with_document("intake", {"receive": {"role": "door", "fields": {"subject": "name", "text": "note"}}})
        .with_document("webforms/ask", {"title": "Ask us", "fields": {"name": {"required": True}, "note": {}}})
        .with_document(
            "rules",
            {
                "rules": {
                    "mark": {"when": {"changed": {}}, "if": "note == 'x'", "then": {"a": {"set": {"note": "'y'"}}}}
                },
                "hooks": {"shop": {"secret": "shop", "find": {"name": "string(message.name)"}}},
            },
        )
    )
    return (
        a_pack("house")
        .with_role("worker", "reader", "door")
        .with_entity(company, case, matter)
        .with_document("mails/letter", {"entity": "matter", "subject": "{{ name }}", "body": "Dear {{ name }}"})
    )


@dataclass
class House:
    """The site in service; `ids` name what was made, for addresses and bodies."""

    site: Site
    callers: Mapping[str, Caller]
    sessions: Mapping[str, str]
    ids: dict[str, str] = field(default_factory=dict)

    def client(self, who: str) -> FlaskClient:
        """A browser of somebody, without a past: whatever was answered before, the person is signed in."""
        client = self.site.app.test_client()
        if who in self.sessions:
            client.set_cookie(SESSION_COOKIE, self.sessions[who])
        return client

    def actor(self, who: str) -> Actor:
        """A person as use cases know them."""
        return actor_of_user(self.site.services, self.callers[who].user_id)


@contextmanager
def a_house(database_url: str, folder: Path, **config: object) -> Iterator[House]:
    """Serve the house for the block: matters and companies with whatever hangs on them, all of them the owner's."""
    with a_site(database_url, folder, house_pack(), config=config) as site:
        callers = {who: site.person(*roles, name=who.title()) for who, roles in _ROLES.items()}
        house = House(site, callers, {who: session_of(site, caller) for who, caller in callers.items()})
        _furnish(house)
        yield house


def _furnish(house: House) -> None:
    owner, ids = house.callers["owner"], house.ids
    ids["revision"] = house.site.served.model.revision
    ids["someone"] = house.site.person("worker", name="Someone").user_id
    ids |= {f"{who}_id": caller.user_id for who, caller in house.callers.items()}
    ids["company"], ids["twin"], ids["third"] = (
        owner.make("company", name=name)["id"] for name in ("Anadolu", "Toros", "Ceyhan")
    )
    merged = owner.make("company", name="Seyhan")["id"]
    ids["merge"] = _call(owner, "/api/records/company/merge", {"survivor": ids["third"], "others": [merged]})["id"]
    ids["matter"], ids["converted"] = (
        owner.make("matter", name=name, email="a@example.org", company=ids["company"])["id"]
        for name in ("Roof", "Cellar")
    )
    _file_and_words(house)
    ids["conversion"] = _call(owner, f"/api/records/matter/{ids['converted']}/conversions/open", {})["id"]
    about = {"entity": "matter", "record_id": ids["matter"], "user": owner.user_id}
    ids["task"] = _call(house.callers["administrator"], "/api/tasks", {"title": "Look", **about})["id"]
    ids["role_task"] = _call(
        house.callers["administrator"], "/api/tasks", {"title": "Take", **about, "user": None, "role": "worker"}
    )["id"]
    _background(house)


def _file_and_words(house: House) -> None:
    owner, ids = house.callers["owner"], house.ids
    address = f"/api/records/matter/{ids['matter']}"
    upload = owner.client.post(
        f"{address}/files/scan",
        data={"file": (BytesIO(PDF), "roof.pdf")},
        headers={"Authorization": f"Bearer {owner.token}"},
        buffered=True,
    )
    assert upload.status_code == 201, upload.text
    ids["file"] = (upload.json or {})["id"]
    ids["comment"] = str(_call(owner, f"{address}/comments", {"text": "Look at this"})["id"])
    ids["step"] = _call(owner, f"{address}/steps", {"title": "Measure"})["name"]
    mail = {"to": ["b@example.org"], "subject": "Roof", "body": "It leaks."}
    ids["mail"] = _call(owner, f"{address}/mails", mail)["id"]
    view = house.client("owner").post("/matter/views", data={"name": "Mine"})
    assert view.status_code < 400, view.text
    with house.site.services.database.read() as session:
        ids["view"] = list_saved_views(session, owner.user_id, "matter")[0].id


def _background(house: House) -> None:
    """What nobody makes by a call: a job, a run of a rule, messages in and out."""
    ids, matter = house.ids, house.ids["matter"]
    command = BulkCommand("company", (ids["company"],), "archive", {})
    ids["job"] = run(house.site.services, house.actor("owner"), lambda work: enqueue_bulk(work, command))
    ids["receipt"], ids["exception"], ids["delivery"], ids["run"], ids["notification"] = (new_id() for _ in range(5))
    with house.site.services.database.write() as session:
        add_receipt(session, Receipt(ids["receipt"], "mail", "sales", "<a@x> 1", NOW, "matter", payload={}))
        add_exception(session, IntakeException(ids["exception"], "mail", "spam@example.org", NOW, "Spam"))
        place = ("matter.mark", "matter", matter)
        add_delivery(session, Delivery(ids["delivery"], "k", *place, "https://x.example/", "shop", "{}", "failed", NOW))
        told = Notification(ids["notification"], ids["owner_id"], "k", "comment", "Look", NOW, entity="matter")
        add_notification(session, replace(told, record_id=matter))
        begin_run(session, StoredRun(ids["run"], "o", *place, "asking", NOW, "c", ids["revision"]))


def _call(caller: Caller, path: str, body: Any) -> dict[str, Any]:
    answer = caller.call("POST", path, body)
    assert answer.status_code in {200, 201}, f"{path}: {answer.text}"
    return dict(answer.json or {})
