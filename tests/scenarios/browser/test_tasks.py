"""Tasks at work: the inbox by keys and pointer, ends without leaving the list, the bell, the tasks of a record."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser import accessibility_faults
from tests.support.office import Office
from tests.support.telling import catch_up
from tests.support.web_site import Caller

pytestmark = pytest.mark.browser


@pytest.fixture
def seller(office: Office) -> Caller:
    """A sales representative."""
    return office.seller()


def give(office: Office, to: Caller, title: str, **more: Any) -> str:
    response = office.ada.call("POST", "/api/tasks", {"title": title, "user": to.user_id, **more})
    assert response.status_code == 201, response.text
    return str((response.json or {})["id"])


def overflow(page: Page) -> int:
    return int(page.evaluate("document.documentElement.scrollWidth - innerWidth"))


APPROVAL = {
    "approve": {"label": "Approve", "tone": "good"},
    "reject": {"label": "Reject", "comment": True, "tone": "bad"},
}


def test_it_works(office: Office, page: Page, seller: Caller) -> None:
    """RC4, W31: due first, ended with outcome and comment beside the list, the next one follows."""
    (deal,) = office.deals(seller, "Looms")
    give(office, seller, "Later", due="2099-01-01T08:00:00Z")
    give(office, seller, "Approve it", due="2020-01-01T08:00:00Z", entity="deal", record_id=deal, outcomes=APPROVAL)
    office.seat(page, seller).goto("/tasks")
    rows = page.locator(".task-row")
    expect(rows).to_have_count(2)
    expect(rows.first).to_contain_text("Approve it")
    expect(page.get_by_role("region", name="Overdue")).to_contain_text("Looms")
    expect(page.get_by_role("link", name="Tasks 2 open tasks, 1 overdue")).to_be_visible()
    rows.first.get_by_role("link").click()
    preview = page.locator("#task-preview")
    expect(preview.get_by_role("heading", name="Approve it")).to_be_visible()
    expect(preview.get_by_role("link", name="Looms", exact=True)).to_be_visible()
    assert "task=" in page.url
    preview.get_by_role("button", name="Reject").click()
    expect(preview.get_by_role("alert")).to_contain_text("This outcome needs a comment.")
    expect(preview.get_by_label("Comment")).to_be_visible()
    preview.get_by_label("Comment").fill("Too dear")
    preview.get_by_role("button", name="Reject").click()
    expect(rows).to_have_count(1)
    expect(preview.get_by_role("heading", name="Later")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Reject: Approve it")).to_be_visible()
    page.goto("/tasks?scope=done")
    expect(rows).to_have_count(1)
    page.goto(f"/deal/{deal}")
    history = page.get_by_role("complementary", name="History")
    expect(history.get_by_role("article").first).to_contain_text("Too dear")


def test_the_inbox_is_walked_by_keys(office: Office, page: Page, seller: Caller) -> None:
    """W15, W33"""
    for number in (1, 2, 3):
        give(office, seller, f"Task {number}", due=f"2099-01-0{number}T08:00:00Z")
    office.seat(page, seller).goto("/tasks")
    links = page.locator("[data-task-link]")
    links.first.focus()
    page.keyboard.press("ArrowDown")
    expect(links.nth(1)).to_be_focused()
    expect(page.get_by_role("heading", name="Task 2")).to_be_visible()
    page.keyboard.press("x")
    page.keyboard.press("End")
    expect(links.nth(2)).to_be_focused()
    page.keyboard.press("x")
    expect(page.locator("[data-selected-count]")).to_have_text("2 selected")
    page.get_by_role("button", name="End tasks").click()
    dialog = page.get_by_role("dialog", name="End tasks")
    dialog.get_by_label("Comment").fill("All at once")
    dialog.get_by_role("button", name="End tasks").click()
    expect(dialog.get_by_role("status")).to_contain_text("2 tasks ended.")
    dialog.get_by_role("link", name="Back to the tasks").click()
    expect(links).to_have_count(1)


def test_a_queue_is_taken_from(office: Office, page: Page, seller: Caller) -> None:
    """SB2: of two who take a task the other is told."""
    task = office.ada.call("POST", "/api/tasks", {"title": "Who calls?", "role": "sales_rep"}).json or {}
    office.seat(page, seller).goto(f"/tasks?scope=groups&task={task['id']}")
    other = office.seller("Faster One")
    assert other.call("POST", f"/api/tasks/{task['id']}/take").status_code == 200
    page.get_by_role("button", name="Take the task").click()
    expect(page.get_by_role("status").filter(has_text="Faster One took this task first.")).to_be_visible()
    assert other.call("POST", f"/api/tasks/{task['id']}/give-back").status_code == 200
    page.goto(f"/tasks?scope=groups&task={task['id']}")
    page.get_by_role("button", name="Take the task").click()
    expect(page.get_by_role("button", name="Done")).to_be_visible()
    page.locator("#task-preview").get_by_role("button", name="More actions").click()
    page.get_by_role("button", name="Give back to the queue").click()
    expect(page.locator(".task-row").filter(has_text="Who calls?")).to_have_count(1)


def test_a_task_is_given_and_ended_at_its_record(office: Office, page: Page, seller: Caller) -> None:
    """W21"""
    (deal,) = office.deals(seller, "Spindles")
    office.seat(page, seller).goto(f"/deal/{deal}")
    panel = page.locator("#tasks-panel")
    panel.get_by_role("link", name="Add task").click()
    dialog = page.get_by_role("dialog", name="New task")
    dialog.get_by_role("button", name="Give the task").click()
    expect(dialog.get_by_text("Say what is to be done.")).to_be_visible()
    dialog.get_by_label("What is to be done").fill("Write the offer")
    dialog.get_by_label("Due").fill("2099-01-01T08:00")
    dialog.get_by_role("button", name="Give the task").click()
    expect(panel.get_by_role("link", name="Write the offer")).to_be_visible()
    panel.get_by_role("button", name="Done: Write the offer").click()
    expect(panel.get_by_text("No open tasks.")).to_be_visible()
    expect(panel.get_by_text("1 ended task")).to_be_visible()


def test_the_bell_tells_and_leads_there(office: Office, page: Page, seller: Caller) -> None:
    """W30"""
    # Tasks of other tests that wait are told to all who have the role by now.
    catch_up(office.site.services)
    assert seller.call("POST", "/api/notifications/read").status_code == 200
    (deal,) = office.deals(seller, "Bobbins")
    office.ada.call("POST", f"/api/records/deal/{deal}/comments", {"text": "Any news?"})
    catch_up(office.site.services)
    office.seat(page, seller).goto("/")
    page.get_by_role("link", name="2 unread notifications").click()
    expect(page.get_by_role("link", name="Kalip gave you Bobbins.")).to_be_visible()
    page.get_by_role("link", name="Ada Yılmaz commented on Bobbins.").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bobbins")
    expect(page.get_by_role("link", name="1 unread notification")).to_be_visible()
    page.get_by_role("button", name="Follow").click()
    expect(page.get_by_role("button", name="Following")).to_be_visible()
    page.goto("/notifications")
    told = page.get_by_role("listitem").filter(has_text="Ada Yılmaz commented on Bobbins.")
    told.get_by_role("button", name="Mark as unread").click()
    expect(told.get_by_role("button", name="Mark as unread")).to_have_count(0)
    page.get_by_role("button", name="Mark all as read").click()
    expect(page.get_by_role("button", name="Mark all as read")).to_have_count(0)
    page.get_by_role("link", name="How I am told").click()
    page.get_by_role("checkbox", name="Somebody mentions me: By e-mail").uncheck()
    page.get_by_label("E-mails come").select_option(label="Once a day")
    page.locator("#notifications").get_by_role("button", name="Save").click()
    expect(page.get_by_role("checkbox", name="Somebody mentions me: By e-mail")).not_to_be_checked()
    expect(page.get_by_label("E-mails come")).to_have_value("daily")


def test_people_are_mentioned_by_completion(office: Office, page: Page, seller: Caller) -> None:
    """W22"""
    (deal,) = office.deals(seller, "Shuttles")
    office.seat(page, seller).goto(f"/deal/{deal}")
    text = page.get_by_label("Comment", exact=True)
    text.press_sequentially("Ask @ad")
    option = page.get_by_role("option", name="Ada Yılmaz")
    expect(option).to_be_visible()
    assert accessibility_faults(page) == []
    page.keyboard.press("Enter")
    expect(text).to_have_value("Ask @Ada Yılmaz ")
    text.press_sequentially("please")
    text.press("Control+Enter")
    entry = page.get_by_role("complementary", name="History").get_by_role("article").first
    expect(entry.get_by_role("link", name="@Ada Yılmaz")).to_be_visible()
    catch_up(office.site.services)
    told = (office.ada.get("/api/notifications").json or {})["items"]
    assert f"{'Selin Öz'} mentioned you in a comment on Shuttles." in [each["text"] for each in told]
    entry.get_by_role("link", name="@Ada Yılmaz").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ada Yılmaz")


@pytest.mark.parametrize(("theme", "phone"), [("light", False), ("dark", True)], ids=["desk-light", "phone-dark"])
def test_it_fits_and_everybody_can_use_it(office: Office, page: Page, seller: Caller, theme: str, phone: bool) -> None:
    """W31, W32, W33"""
    (deal,) = office.deals(seller, "A deal whose name is so long that it has to break somewhere on a telephone")
    task = give(
        office, seller, "An errand with a title that is long enough to go over two lines", due="2020-01-01T08:00:00Z",
        entity="deal", record_id=deal, outcomes=APPROVAL, priority="urgent", note="Line\nLine",
    )  # fmt: skip
    catch_up(office.site.services)
    office.seat(page, seller, theme=theme, phone=phone)
    for path in ("/tasks", f"/tasks?task={task}", "/tasks?scope=done", "/tasks/new", "/notifications", f"/deal/{deal}",
                 "/account/preferences", f"/people/{seller.user_id}"):  # fmt: skip
        page.goto(path)
        page.wait_for_load_state("networkidle")
        assert (path, accessibility_faults(page), overflow(page)) == (path, [], 0)
